// Where a profile's leads go, and the POST that takes one there. Sends nothing.

import type { Lead } from "../lead.ts";
import type { Profile } from "../profiles/profile.ts";
import { hostOf } from "../profiles/webhook_address.ts";
import { CALLS_PER_SECOND } from "./amocrm/api.ts";
import { amoCrmPost } from "./amocrm/lead_request.ts";
import type { DestinationContext, NoPost, PreparedPost } from "./prepared.ts";
import { PRESETS } from "./presets.ts";
import { plainPost, presetPost, webhookPost } from "./webhook_request.ts";

export type { CrmAnswer, DestinationContext, Judge, NoPost, PreparedPost } from "./prepared.ts";

/** The POST of a lead, or why there can be none: then the lead is the managers'. */
export function prepareLead(
  profile: Profile,
  lead: Lead,
  context: DestinationContext,
): PreparedPost | NoPost {
  const { crm, webhook } = profile;
  if (crm?.kind === "amocrm") return amoCrmPost(crm, lead, context);
  if (crm?.kind === "faulty") return { fault: `ошибка в профиле: ${crm.fault}` };
  if (webhook === null) return { fault: "вебхук не настроен" };
  if (crm === null) return plainPost(webhook, lead);
  return crm.kind === "webhook"
    ? webhookPost(crm, webhook, lead, context)
    : presetPost(crm.kind, webhook, lead, context);
}

/** Where a profile's POSTs wait for their turn. */
export interface Route {
  readonly host: string;
  /** The rate that all calls to the host keep; null where none is known. */
  readonly callsPerSecond: number | null;
}

/** The route of a profile's leads; null when they are for the managers' chat alone. */
export function routeOf({ crm, webhook }: Profile): Route | null {
  if (crm?.kind === "amocrm") return { host: crm.account, callsPerSecond: CALLS_PER_SECOND };
  if (crm?.kind === "faulty") return { host: "", callsPerSecond: null }; // Its lead becomes a card that says why.
  if (webhook === null) return null;
  const isPreset = crm?.kind === "bitrix24" || crm?.kind === "google_sheets";
  return {
    host: hostOf(webhook.url),
    callsPerSecond: isPreset ? PRESETS[crm.kind].callsPerSecond : null,
  };
}
