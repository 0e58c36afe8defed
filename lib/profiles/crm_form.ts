// The form's fields of where a profile's leads go, filled from the file. Applies nothing; touches no file.

import { record, text } from "./raw_values.ts";
import { secretNameOf } from "./secret_reference.ts";

/** The kinds that the form offers; `other` is a `crm` in the file that it does not know and leaves alone. */
export const CRM_KINDS = [
  "amocrm",
  "bitrix24",
  "google_sheets",
  "webhook",
  "chat",
  "other",
] as const;
/** What is chosen in the form. */
export type CrmKind = typeof CRM_KINDS[number];

/** The kinds whose leads go to the profile's `webhook_url`. */
export const ADDRESSED = ["bitrix24", "google_sheets", "webhook"] as const;
/** A kind with an address. */
export type AddressedKind = typeof ADDRESSED[number];

/** The fields of every kind as typed; only those of the chosen kind are applied. */
export interface CrmForm {
  readonly kind: CrmKind;
  readonly addresses: Readonly<Record<AddressedKind, string>>;
  readonly amocrm: AmoCrmForm;
  readonly webhook: WebhookForm;
}

/** amoCRM's fields. Ids are texts, as typed. */
export interface AmoCrmForm {
  readonly account: string;
  /** Name of the secret with the token; empty where the file has none. */
  readonly tokenSecret: string;
  readonly entry: "unsorted" | "lead";
  /** Of the entry `unsorted`; empty for the account's main pipeline. */
  readonly pipeline: string;
  /** Of the entry `lead`: `pipeline:status`, or `pipeline:` for its first status. */
  readonly stage: string;
  readonly responsible: string;
  /** Separated by commas. */
  readonly tags: string;
  /** A line per field: `UTM_SOURCE = {source}`. */
  readonly fields: string;
}

/** A webhook's extras; all empty for the plain body. */
export interface WebhookForm {
  /** JSON; empty for the plain body. */
  readonly body: string;
  /** A line per header: `Authorization: Bearer {secret:crm_key}`. */
  readonly headers: string;
  readonly accepted: string;
  readonly redirectHosts: string;
  readonly refusedBy: string;
  /** Name of the secret that requests are signed with; empty for none. */
  readonly signingSecret: string;
}

/** The tags of a lead where the file says nothing. */
export const DEFAULT_TAGS = "Telegram Bot";

/** The fields filled from a profile in the file. */
export function crmForm(raw: unknown): CrmForm {
  const profile = record(raw);
  const kind = kindOf(profile);
  const url = text(profile["webhook_url"]);
  const crm = record(profile["crm"]);
  const addressed = kind === "bitrix24" || kind === "google_sheets" ? kind : "webhook";
  return {
    kind,
    addresses: { bitrix24: "", google_sheets: "", webhook: "", [addressed]: url },
    amocrm: amoCrmForm(kind === "amocrm" ? crm : {}),
    webhook: webhookForm(kind === "webhook" ? crm : {}),
  };
}

/** The name in `{secret:name}`; empty for anything else, such as a token itself. */
function nameOfSecret(value: unknown): string {
  return secretNameOf(text(value)) ?? "";
}

function kindOf(profile: Readonly<Record<string, unknown>>): CrmKind {
  const { crm } = profile;
  if (crm === undefined || crm === null) {
    return text(profile["webhook_url"]).trim() === "" ? "chat" : "webhook";
  }
  switch (record(crm)["kind"]) {
    case "amocrm":
      return "amocrm";
    case "bitrix24":
      return "bitrix24";
    case "google_sheets":
      return "google_sheets";
    case "webhook":
      return "webhook";
    default:
      return "other";
  }
}

function amoCrmForm(crm: Readonly<Record<string, unknown>>): AmoCrmForm {
  const pipeline = text(crm["pipeline_id"]);
  return {
    account: text(crm["account"]),
    tokenSecret: nameOfSecret(crm["token"]),
    entry: crm["entry"] === "lead" ? "lead" : "unsorted",
    pipeline,
    stage: pipeline === "" ? "" : `${pipeline}:${text(crm["status_id"])}`,
    responsible: text(crm["responsible_user_id"]),
    tags: crm["tags"] === undefined ? DEFAULT_TAGS : texts(crm["tags"]).join(", "),
    fields: lines(crm["fields"], " = "),
  };
}

function webhookForm(crm: Readonly<Record<string, unknown>>): WebhookForm {
  return {
    body: crm["body"] === undefined ? "" : JSON.stringify(crm["body"], null, 2),
    headers: lines(crm["headers"], ": "),
    accepted: texts(crm["accepted"]).join(", "),
    redirectHosts: texts(crm["redirect_hosts"]).join(", "),
    refusedBy: text(crm["refused_by"]),
    signingSecret: nameOfSecret(crm["signing"]),
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text).filter((each) => each !== "") : [];
}

/** An object of texts, a line for each key. */
function lines(value: unknown, between: string): string {
  return Object.entries(record(value))
    .map(([key, each]) => `${key}${between}${text(each).replaceAll("\n", " ")}`)
    .join("\n");
}
