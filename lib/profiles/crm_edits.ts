// Applies the form's fields of where leads go to a profile of the file. Unchanged values and unknown keys stay.

import {
  ADDRESSED,
  type AddressedKind,
  type AmoCrmForm,
  type CrmForm,
  crmForm,
  type CrmKind,
  type WebhookForm,
} from "./crm_form.ts";
import { crmAddressFault } from "./crm_address.ts";
import { lineFaults, readJsonObject, readLines, readList, wholeOrText } from "./crm_lines.ts";
import type { Fault } from "./faults.ts";
import { record } from "./raw_values.ts";

type Raw = Readonly<Record<string, unknown>>;

/** The keys of `crm` that some kind knows; all others are kept when the kind changes. */
const KNOWN: ReadonlySet<string> = new Set([
  "kind",
  ...["account", "token", "entry", "pipeline_id", "status_id", "responsible_user_id"],
  ...["tags", "fields"],
  ...["body", "headers", "accepted", "redirect_hosts", "refused_by", "signing"],
]);

/** A reference to a secret, as the file has it. */
export function secretReference(name: string): string {
  return `{secret:${name}}`;
}

/** The address that leads of the chosen kind go to; undefined for a kind that leaves `webhook_url` alone. */
export function addressOf({ kind, addresses }: CrmForm): string | undefined {
  if (kind === "chat") return "";
  return isAddressed(kind) ? addresses[kind].trim() : undefined;
}

/** Whether leads of a kind go to the profile's `webhook_url`. */
export function isAddressed(kind: CrmKind): kind is AddressedKind {
  return (ADDRESSED as readonly CrmKind[]).includes(kind);
}

/** The `crm` key of a profile after the form; nothing where the form leaves it as it is. */
export function changedCrm(profile: Raw, form: CrmForm): { readonly crm?: unknown } {
  const before = crmForm(profile);
  const raw = record(profile["crm"]);
  const kept = before.kind === form.kind ? raw : unknownKeys(raw);
  switch (form.kind) {
    case "other":
      return {};
    case "chat":
      return profile["crm"] == null ? {} : { crm: undefined };
    case "bitrix24":
    case "google_sheets":
      return before.kind === form.kind ? {} : { crm: { ...kept, kind: form.kind } };
    case "amocrm":
      return { crm: { ...kept, kind: "amocrm", ...amoCrm(before.amocrm, form.amocrm) } };
    case "webhook": {
      const extras = webhook(before.webhook, form.webhook);
      const crm = { ...kept, ...extras };
      const hasCrm = before.kind === "webhook" && profile["crm"] != null;
      const isPlain = Object.values(crm).every((each) => each === undefined);
      if (isPlain && !hasCrm) return profile["crm"] == null ? {} : { crm: undefined };
      return { crm: { ...crm, kind: "webhook" } };
    }
  }
}

function unknownKeys(raw: Raw): Raw {
  return Object.fromEntries(Object.entries(raw).filter(([key]) => !KNOWN.has(key)));
}

function amoCrm(before: AmoCrmForm, form: AmoCrmForm): Raw {
  const [pipeline = "", status = ""] = form.stage.split(":");
  const [pipelineBefore, statusBefore = ""] = before.stage === "" ? [""] : before.stage.split(":");
  const isLead = form.entry === "lead";
  const changes = keys({
    account: [before.account, form.account, (typed) => typed],
    token: [before.tokenSecret, form.tokenSecret, secretReference],
    entry: [before.entry, form.entry, (typed) => typed],
    pipeline_id: [pipelineBefore ?? "", isLead ? pipeline : form.pipeline, wholeOrText],
    status_id: [statusBefore, isLead ? status : statusBefore, wholeOrText],
    responsible_user_id: [before.responsible, form.responsible, wholeOrText],
    fields: [before.fields, form.fields, linesOf("=")],
  });
  // No tags at all are an empty list: a missing key means the usual tag.
  return isSame(before.tags, form.tags) ? changes : { ...changes, tags: readList(form.tags) };
}

function webhook(before: WebhookForm, form: WebhookForm): Raw {
  return keys({
    headers: [before.headers, form.headers, linesOf(":")],
    body: [before.body, form.body, bodyOf],
    accepted: [before.accepted, form.accepted, (typed) => readList(typed).map(wholeOrText)],
    redirect_hosts: [before.redirectHosts, form.redirectHosts, readList],
    refused_by: [before.refusedBy, form.refusedBy, (typed) => typed.trim()],
    signing: [before.signingSecret, form.signingSecret, secretReference],
  });
}

type Change = readonly [before: string, typed: string, write: (typed: string) => unknown];

/** The keys whose fields were changed; an emptied field removes its key. */
function keys(changes: Readonly<Record<string, Change>>): Raw {
  const entries = Object.entries(changes).filter(([, [before, typed]]) => !isSame(before, typed));
  return Object.fromEntries(
    entries.map(([key, [, typed, write]]) => [key, typed.trim() === "" ? undefined : write(typed)]),
  );
}

function isSame(before: string, typed: string): boolean {
  return before.replace(/\r\n?/g, "\n").trim() === typed.replace(/\r\n?/g, "\n").trim();
}

function linesOf(sign: "=" | ":"): (typed: string) => unknown {
  return (typed) => {
    const lines = readLines(typed, sign);
    return lines.ok ? Object.fromEntries(lines.values) : typed;
  };
}

function bodyOf(typed: string): unknown {
  const body = readJsonObject(typed);
  return body.ok ? body.value : typed;
}

/** What the form cannot be read as, by paths inside the profile. */
export function crmFormFaults({ kind, addresses, amocrm, webhook }: CrmForm): Fault[] {
  switch (kind) {
    case "amocrm":
      return [
        ...amocrm.tokenSecret === ""
          ? [{ path: "crm.token", message: "нет токена, нужен долгосрочный" }]
          : [],
        ...amocrm.entry === "lead" && amocrm.stage === ""
          ? [{ path: "crm.pipeline_id", message: "этап не выбран, нужен один из списка" }]
          : [],
        ...lineFaults({ fields: amocrm.fields, headers: "", body: "" }),
      ];
    case "webhook":
      return lineFaults({ ...webhook, fields: "" });
    case "bitrix24":
    case "google_sheets": {
      const message = crmAddressFault(kind, addresses[kind]);
      return message === null ? [] : [{ path: "webhook_url", message }];
    }
    case "chat":
    case "other":
      return [];
  }
}

/** A free name for a secret of a profile: `amo`, else `amo_<profile>`, else with a number. */
export function newSecretName(
  base: string,
  profile: string,
  isTaken: (name: string) => boolean,
): string {
  const own = `${base}_${profile.toLowerCase().replace(/\W/g, "_")}`;
  for (let nth = 0;; nth += 1) {
    const name = nth === 0 ? base : nth === 1 ? own : `${own}_${nth}`;
    if (!isTaken(name)) return name;
  }
}
