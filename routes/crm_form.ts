// Reads the fields of where a profile's leads go. Keys that were typed are not among them.

import { field } from "../lib/page/form.ts";
import { HEADER_SECRET } from "../lib/page/secrets.ts";
import { MOST_SECRET_CHARACTERS } from "../lib/page/typed_secrets.ts";
import { accountIn } from "../lib/profiles/crm_address.ts";
import { CRM_KINDS, type CrmForm, type CrmKind } from "../lib/profiles/crm_form.ts";

/** The fields as typed; undefined if the form has none of them. Names of secrets are left to crm_secrets.ts. */
export function readCrmForm(form: URLSearchParams): CrmForm | undefined {
  const kind = kindOf(field(form, "crm"));
  if (kind === undefined) return undefined;
  const line = (name: string) => field(form, name).replaceAll("\n", " ").trim();
  return {
    kind,
    addresses: {
      bitrix24: line("bitrix24_url"),
      google_sheets: line("google_sheets_url"),
      webhook: line("webhook_url"),
    },
    amocrm: {
      account: accountIn(line("amo_account")),
      tokenSecret: "",
      entry: field(form, "amo_entry") === "lead" ? "lead" : "unsorted",
      pipeline: line("amo_pipeline"),
      stage: line("amo_stage"),
      responsible: line("amo_responsible"),
      tags: line("amo_tags"),
      fields: field(form, "amo_fields"),
    },
    webhook: {
      body: field(form, "webhook_body"),
      headers: field(form, "webhook_headers"),
      accepted: line("webhook_accepted"),
      redirectHosts: line("webhook_redirect_hosts"),
      refusedBy: line("webhook_refused_by"),
      signingSecret: "",
    },
  };
}

function kindOf(typed: string): CrmKind | undefined {
  return CRM_KINDS.find((each) => each === typed);
}

/** What was typed into the fields for keys. */
export interface TypedKeys {
  readonly token: string;
  readonly signing: string;
  /** By the names of their secrets. */
  readonly headers: ReadonlyMap<string, string>;
  /** The secret of another profile, to be used here too; empty for an own one. */
  readonly sameToken: string;
  readonly isSigningOff: boolean;
}

export function readTypedKeys(form: URLSearchParams): TypedKeys {
  const key = (typed: string) => typed.trim().slice(0, MOST_SECRET_CHARACTERS);
  return {
    token: key(field(form, "amo_token")),
    signing: key(field(form, "webhook_signing")),
    headers: new Map(
      [...form].filter(([name]) => name.startsWith(HEADER_SECRET))
        .map(([name, value]) => [name.slice(HEADER_SECRET.length), key(value)]),
    ),
    sameToken: field(form, "amo_same"),
    isSigningOff: form.has("signing_off"),
  };
}
