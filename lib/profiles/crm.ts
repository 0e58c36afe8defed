// What a profile's `crm` says: which CRM its leads go to, and how. Touches no file.

/** The statuses by which a webhook accepts a lead, unless its profile says otherwise. */
export const ACCEPTED_STATUSES: readonly number[] = [200, 201, 202];

/** The `crm` of a profile, read and checked. */
export type CrmSettings = AmoCrmSettings | WebhookSettings | PresetSettings | FaultyCrm;

/** amoCRM or Kommo, by its API v4. */
export interface AmoCrmSettings {
  readonly kind: "amocrm";
  /** The account's host, such as `monster.amocrm.ru`. */
  readonly account: string;
  /** Name of the secret with the long-lived token. */
  readonly tokenSecret: string;
  /** Whether a lead waits to be accepted by a person, or goes straight into a status. */
  readonly entry: "unsorted" | "lead";
  /** Never null for the entry `lead`. */
  readonly pipelineId: number | null;
  readonly statusId: number | null;
  readonly responsibleUserId: number | null;
  readonly tags: readonly string[];
  /** Templates by field: its id where the key is a whole number, else its code. */
  readonly fields: ReadonlyMap<string, string>;
}

/** Any webhook that takes JSON. */
export interface WebhookSettings {
  readonly kind: "webhook";
  /** Values may hold `{secret:name}`. */
  readonly headers: ReadonlyMap<string, string>;
  /** A JSON object with placeholders in its strings; null for the plain body. */
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly accepted: readonly number[];
  /** A redirect to one of these hosts is a success. */
  readonly redirectHosts: readonly string[];
  /** A JSON answer with this top-level key declines the lead, at any status. */
  readonly refusedBy: string | null;
  /** Name of the secret that requests are signed with. */
  readonly signingSecret: string | null;
}

/** A webhook whose settings the bot knows. */
export interface PresetSettings {
  readonly kind: "bitrix24" | "google_sheets";
}

/** A `crm` with faults: no lead can be sent, so leads go to the managers' chat. */
export interface FaultyCrm {
  readonly kind: "faulty";
  /** Its first fault, with the place. */
  readonly fault: string;
}
