// Assigns the faults of a profile's form to its fields.

import type { Fault } from "../../lib/profiles/faults.ts";
import type { ProfileForm } from "../../lib/profiles/edits.ts";
import type { Language } from "../../lib/page/language.ts";
import { faultSentence, faultWords } from "../words/faults.ts";
import { PROFILE } from "../words/profile.ts";

export interface FormFaults {
  readonly count: number;
  of(field: string): string | undefined;
  ofButton(index: number, part: "button_text" | "button_choice"): string | undefined;
  /** Whether it is the first faulty field, which gets the focus. */
  isFirst(field: string, index?: number): boolean;
  readonly elsewhere: readonly string[];
}

const FIELDS: Readonly<Record<string, string>> = {
  "name": "name",
  "webhook_url": "webhook_url",
  "managers_chat_id": "managers_chat_id",
  "topic_id": "topic_id",
  "timeout_seconds": "timeout_seconds",
  "step1.photo_file": "photo",
  "step1.photo_url": "photo_url",
  "step1.caption": "caption",
  "step1.away_text": "away",
  "step1.buttons": "buttons",
  "step2.success_caption_template": "confirmation",
  "step2.after_hours_text": "after_hours",
  "followup.admin_followup_template": "follow_up",
  "followup.thanks_text": "thanks",
  "paused_text": "paused_text",
  "phone.ask": "phone_ask",
  "phone.wait_seconds": "phone_wait",
  "phone.share_button": "phone_share",
  "phone.skip_button": "phone_skip",
  "phone.thanks_text": "phone_thanks",
  "aliases": "aliases",
};

/** By the key of `crm`; what is below it, such as one header, is its field's too. */
const CRM_FIELDS: Readonly<Record<string, string>> = {
  account: "amo_account",
  token: "amo_token",
  pipeline_id: "amo_stage",
  status_id: "amo_stage",
  responsible_user_id: "amo_responsible",
  tags: "amo_tags",
  fields: "amo_fields",
  body: "webhook_body",
  headers: "webhook_headers",
  accepted: "webhook_accepted",
  redirect_hosts: "webhook_redirect_hosts",
  refused_by: "webhook_refused_by",
  signing: "webhook_signing",
};

const ORDER = [
  "name",
  "amo_account",
  "amo_token",
  "amo_pipeline",
  "amo_stage",
  "amo_responsible",
  "amo_tags",
  "amo_fields",
  "webhook_url",
  "webhook_body",
  "webhook_headers",
  "webhook_accepted",
  "webhook_redirect_hosts",
  "webhook_refused_by",
  "webhook_signing",
  "timeout_seconds",
  "managers_chat_id",
  "topic_id",
  "photo",
  "photo_url",
  "caption",
  "buttons",
  "button_text",
  "button_choice",
  "confirmation",
  "after_hours",
  "follow_up",
  "thanks",
  "paused_text",
  "phone_ask",
  "phone_wait",
  "phone_share",
  "phone_skip",
  "phone_thanks",
  "away",
  "aliases",
];

export function sortFaults(
  faults: readonly Fault[],
  form: Pick<ProfileForm, "buttons" | "crm">,
  language: Language,
): FormFaults {
  const sentences = new Map<string, string>();
  const elsewhere: string[] = [];
  for (const { path, message } of faults) {
    const place = placeOf(path, form);
    const sentence = path.endsWith(".callback_data")
      ? `${PROFILE[language].buttonKey}: ${faultWords(message, language)}.`
      : faultSentence(message, language);
    if (place === undefined) elsewhere.push(`${path}: ${sentence}`);
    else if (!sentences.has(place)) sentences.set(place, sentence);
  }
  const first = [...sentences.keys()].sort(inOrder)[0];
  return {
    count: sentences.size + elsewhere.length,
    of: (field) => sentences.get(field),
    ofButton: (index, part) => sentences.get(`${part}:${index}`),
    isFirst: (field, index) => first === (index === undefined ? field : `${field}:${index}`),
    elsewhere,
  };
}

function placeOf(
  path: string,
  { buttons, crm: typed }: Pick<ProfileForm, "buttons" | "crm">,
): string | undefined {
  const field = FIELDS[path];
  if (field !== undefined) return field;
  if (path.startsWith("aliases[")) return "aliases";
  const crm = CRM_FIELDS[/^crm\.(\w+)/.exec(path)?.[1] ?? ""];
  if (path === "crm.pipeline_id" && typed?.amocrm.entry === "unsorted") return "amo_pipeline";
  if (crm !== undefined) return crm;
  const nth = /^step1\.buttons\[(\d+)\]/.exec(path)?.[1];
  if (nth !== undefined) return `button_text:${nth}`;
  const chosen = /^step2\.choices\.(.+)$/.exec(path)?.[1];
  const index = buttons.findIndex(({ callbackData }) => callbackData === chosen);
  return index < 0 ? undefined : `button_choice:${index}`;
}

function inOrder(one: string, other: string): number {
  const [field = "", nth = "0"] = one.split(":");
  const [otherField = "", otherNth = "0"] = other.split(":");
  const bothAreButtons = field.startsWith("button_") && otherField.startsWith("button_");
  if (bothAreButtons && nth !== otherNth) return Number(nth) - Number(otherNth);
  return ORDER.indexOf(field) - ORDER.indexOf(otherField);
}
