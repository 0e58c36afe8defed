// Webhooks whose settings the bot knows: Bitrix24 and Google's scripts. Sends nothing.

import type { Deal } from "../lead.ts";
import { isWhole } from "../foreign.ts";
import type { PresetSettings, WebhookSettings } from "../profiles/crm.ts";
import { bitrix24Base } from "../profiles/preset_address.ts";
import { isPage, memberOf, withoutMarkup } from "./answer_words.ts";
import { SOURCE } from "./payload.ts";
import type { AnswerRules } from "./webhook_judge.ts";

/** A webhook that the bot knows. */
export interface Preset {
  readonly settings: WebhookSettings & { readonly body: NonNullable<WebhookSettings["body"]> };
  /** What `fields` of the body has besides, for a lead with a phone. */
  readonly phoneFields?: Readonly<Record<string, unknown>>;
  /** The address to post to, made from the profile's; null for an impossible one. */
  readonly urlOf: (webhookUrl: string) => string | null;
  /** What an answer means beyond the settings. */
  readonly rulesOf: (webhookUrl: string) => Omit<AnswerRules, keyof WebhookSettings>;
  /** The rate that the CRM takes; null where it says nothing. */
  readonly callsPerSecond: number | null;
}

const BLANK = {
  kind: "webhook",
  headers: new Map(),
  accepted: [],
  redirectHosts: [],
  refusedBy: null,
  signingSecret: null,
} as const;

/** An inbound webhook of Bitrix24: `crm.lead.add`. */
const BITRIX24: Preset = {
  settings: {
    ...BLANK,
    body: {
      fields: {
        TITLE: "{lead_name}",
        NAME: "{name}",
        COMMENTS: "{choice}\n{username} {telegram_link}",
        SOURCE_ID: "WEB",
        SOURCE_DESCRIPTION: SOURCE,
        UTM_SOURCE: "{source}",
      },
    },
    accepted: [200],
    refusedBy: "error",
  },
  phoneFields: { PHONE: [{ VALUE: "{phone}", VALUE_TYPE: "WORK" }] },
  urlOf(webhookUrl) {
    const base = bitrix24Base(webhookUrl);
    return base && `${base}crm.lead.add.json`;
  },
  rulesOf: (webhookUrl) => ({
    dealOf: (json) => bitrix24Lead(memberOf(json, "result"), webhookUrl),
    isRateLimit: (status, json) =>
      status === 429 || memberOf(json, "error") === "QUERY_LIMIT_EXCEEDED",
    isForeign: isPage,
    wordsOf: withoutMarkup,
  }),
  callsPerSecond: 2,
};

function bitrix24Lead(id: unknown, webhookUrl: string): Deal | undefined {
  const origin = URL.parse(webhookUrl)?.origin;
  return isWhole(id, 1)
    ? { id, url: `${origin}/crm/lead/details/${id}/`, takesNotes: false }
    : undefined;
}

/** A web app of Apps Script: it does its work, then redirects to what it printed. Its pages with 200 are errors. */
const GOOGLE_SHEETS: Preset = {
  settings: {
    ...BLANK,
    body: {
      received_at: "{received_at}",
      name: "{name}",
      username: "{username}",
      choice: "{choice}",
      profile_name: "{profile_name}",
      telegram_link: "{telegram_link}",
      source: "{source}",
      phone: "{phone}",
      lead_id: "{lead_id}",
    },
    redirectHosts: ["script.googleusercontent.com"],
  },
  urlOf: (webhookUrl) => webhookUrl,
  rulesOf: () => ({ wordsOf: withoutMarkup }),
  callsPerSecond: null,
};

/** The presets by kind. */
export const PRESETS: Readonly<Record<PresetSettings["kind"], Preset>> = {
  bitrix24: BITRIX24,
  google_sheets: GOOGLE_SHEETS,
};
