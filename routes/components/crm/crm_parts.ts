// Where leads go as named texts for the history and for two versions side by side. No secret is in them.

import { createHash } from "node:crypto";
import { addressOf } from "../../../lib/profiles/crm_edits.ts";
import { readList } from "../../../lib/profiles/crm_lines.ts";
import type { AmoCrmForm, CrmForm, WebhookForm } from "../../../lib/profiles/crm_form.ts";
import type { ProfileForm } from "../../../lib/profiles/edits.ts";
import { hostOf } from "../../../lib/profiles/webhook_address.ts";
import type { Language } from "../../../lib/page/language.ts";
import { CRM, type CrmWords } from "../../words/crm.ts";

/** `AmoCRM: monster.amocrm.ru, неразобранное` */
export function crmPart(form: CrmForm, language: Language): string {
  const words = CRM[language];
  const kind = words.kinds[form.kind];
  switch (form.kind) {
    case "amocrm":
      return sentence(kind, amoCrm(form.amocrm, words.history));
    case "webhook":
      return sentence(kind, webhook(form.webhook, words.history));
    case "bitrix24":
    case "google_sheets":
    case "chat":
    case "other":
      return kind;
  }
}

function sentence(kind: string, parts: readonly string[]): string {
  const said = parts.filter((each) => each !== "");
  return said.length === 0 ? kind : `${kind}: ${said.join(", ")}`;
}

type Words = CrmWords["history"];

function amoCrm(form: AmoCrmForm, words: Words): string[] {
  const [pipeline = "", status = ""] = form.stage.split(":");
  const unsorted = form.pipeline === ""
    ? words.unsorted
    : `${words.unsorted}, ${words.pipeline(form.pipeline)}`;
  const tags = readList(form.tags).join(", ");
  return [
    form.account,
    form.entry === "lead" ? words.stage(pipeline, status) : unsorted,
    form.responsible === "" ? "" : words.responsible(form.responsible),
    form.tokenSecret === "" ? "" : words.token(form.tokenSecret),
    tags === "" ? "" : words.tags(tags),
    ...form.fields.split("\n"),
  ];
}

function webhook(form: WebhookForm, words: Words): string[] {
  const headers = form.headers.split("\n").filter((each) => each !== "").map(withoutValue);
  return [
    headers.length === 0 ? "" : words.headers(headers.join(", ")),
    form.accepted === "" ? "" : words.accepted(form.accepted),
    form.redirectHosts === "" ? "" : words.redirectHosts(form.redirectHosts),
    form.refusedBy === "" ? "" : words.refusedBy(form.refusedBy),
    form.signingSecret === "" ? "" : words.signed(form.signingSecret),
  ];
}

/** A header's value may be a key that stands in the file itself. */
function withoutValue(line: string): string {
  const [name = ""] = line.split(":");
  return `${name} (${mark(line)})`;
}

/** The address that leads go to; empty for a kind without one. */
export function addressPart({ crm, webhookUrl }: Pick<ProfileForm, "crm" | "webhookUrl">): string {
  return crm !== undefined && addressOf(crm) === undefined ? "" : hidden(webhookUrl);
}

/** An address is a secret: outside its field only the host is shown, with a mark to tell two of one host apart. */
function hidden(address: string): string {
  if (address.trim() === "") return "";
  return `${hostOf(address) || "…"}/… (${mark(address.trim())})`;
}

function mark(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 4);
}
