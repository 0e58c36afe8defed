// The schema of a profile's `crm`: which CRM its leads go to, and how. Touches no file.

import * as v from "valibot";
import { accountFault } from "./crm_account.ts";
import type { AmoCrmSettings, CrmSettings, WebhookSettings } from "./crm.ts";
import { fewKeys, id, listOf, oneOf, pathTo, secretName, template, word } from "./crm_values.ts";
import { type Fault, read } from "./faults.ts";
import { dictionary, object, text } from "./value_schemas.ts";
import { WebhookSchema } from "./webhook_schema.ts";

const KINDS = ["amocrm", "bitrix24", "google_sheets", "webhook"] as const;

/** amoCRM's fields have a code in Latin letters or a numeric id. */
function fieldFault(key: string): string | null {
  const isId = /^[1-9]\d{0,14}$/.test(key);
  const isCode = /^(?=.{1,255}$)\d*[A-Za-z_]\w*$/.test(key);
  return isId || isCode ? null : "ключ поля не годится, нужен код из A–Z, 0–9 и _ или номер поля";
}

const AmoCrmSchema = v.pipe(
  v.looseObject({
    kind: v.literal("amocrm"),
    account: v.pipe(
      v.string(),
      v.check((value) => accountFault(value) === null, (issue) => accountFault(issue.input) ?? ""),
      v.toLowerCase(),
    ),
    token: secretName,
    entry: v.nullish(oneOf(["unsorted", "lead"]), "unsorted"),
    pipeline_id: id,
    status_id: id,
    responsible_user_id: id,
    tags: v.nullish(listOf(text(255), "меток", 50), ["Telegram Bot"]),
    // amoCRM takes 40 values an entity.
    fields: v.nullish(v.pipe(object, fewKeys("полей", 40), dictionary(template, fieldFault)), {}),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { entry, pipeline_id } = dataset.value;
    if (entry !== "lead" || pipeline_id !== null) return;
    const message = "без воронки сделку не создать, нужно целое число от 1";
    addIssue({ message, path: pathTo(["pipeline_id"]) });
  }),
);

const PresetSchema = v.looseObject({ kind: v.picklist(["bitrix24", "google_sheets"]) });

const CrmSchema = v.pipe(
  object,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const [key, meant] of mistyped(dataset.value)) {
      addIssue({ message: `такого ключа нет, нужен ${meant}`, path: pathTo([key]) });
    }
  }),
  v.variant(
    "kind",
    [AmoCrmSchema, WebhookSchema, PresetSchema],
    (issue) => `${word(issue.input)}, нужно одно из: ${KINDS.join(", ")}`,
  ),
);

/** Keys that do nothing as they are spelled, each with the key that was meant: `pipelineId` for `pipeline_id`. */
function mistyped(crm: Readonly<Record<string, unknown>>): [key: string, meant: string][] {
  const known = Object.keys(
    crm["kind"] === "amocrm" ? AmoCrmSchema.entries : WebhookSchema.entries,
  );
  const plain = (key: string) => key.toLowerCase().replaceAll(/[-_]/g, "");
  return Object.keys(crm).filter((key) => !known.includes(key)).flatMap((key) =>
    known.filter((each) => plain(each) === plain(key)).map((each): [string, string] => [key, each])
  );
}

/**
 * Reads a profile's `crm`; null when there is none. Its faults become warnings of the file, because
 * a profile without a working CRM still takes leads.
 */
export function readCrm(value: unknown, profile: string, warnings: Fault[]): CrmSettings | null {
  if (value === undefined || value === null) return null;
  const faults: Fault[] = [];
  const crm = read(CrmSchema, value, "crm", faults);
  const [first] = faults;
  if (crm === undefined || first !== undefined) {
    for (const { path, message } of faults) warnings.push({ path: `${profile}.${path}`, message });
    return { kind: "faulty", fault: `${first?.path}: ${first?.message}` };
  }
  switch (crm.kind) {
    case "amocrm":
      return toAmoCrm(crm);
    case "webhook":
      return toWebhook(crm);
    default:
      return { kind: crm.kind };
  }
}

function toAmoCrm(raw: v.InferOutput<typeof AmoCrmSchema>): AmoCrmSettings {
  return {
    kind: "amocrm",
    account: raw.account,
    tokenSecret: raw.token,
    entry: raw.entry,
    pipelineId: raw.pipeline_id,
    statusId: raw.status_id,
    responsibleUserId: raw.responsible_user_id,
    tags: raw.tags,
    fields: raw.fields,
  };
}

function toWebhook(raw: v.InferOutput<typeof WebhookSchema>): WebhookSettings {
  return {
    kind: "webhook",
    headers: raw.headers,
    body: raw.body,
    accepted: raw.accepted,
    redirectHosts: raw.redirect_hosts,
    refusedBy: raw.refused_by,
    signingSecret: raw.signing,
  };
}
