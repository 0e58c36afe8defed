// What leaves for a CRM with a lead, for people to look at: built by the functions that build the POST. Sends nothing.

import type { Lead } from "../lead.ts";
import type { Profile } from "../profiles/profile.ts";
import { hostOf } from "../profiles/webhook_address.ts";
import { memberOf } from "./answer_words.ts";
import { prepareLead } from "./destination.ts";
import { noteText } from "./note_texts.ts";
import { fillText, valuesOf } from "./template.ts";

/** What would be sent; no secret is in it. */
export type Outgoing =
  | {
    readonly kind: "deal";
    readonly name: string;
    readonly contact: string;
    readonly tags: readonly string[];
    /** By code or id; only those that have a value. */
    readonly fields: ReadonlyMap<string, string>;
    /** The note that follows once the deal is there. */
    readonly note: string;
  }
  | {
    readonly kind: "post";
    readonly host: string;
    readonly headers: Readonly<Record<string, string>>;
    /** JSON, laid out in lines. */
    readonly body: string;
  }
  /** Nothing can be sent yet. */
  | { readonly kind: "nothing" };

/** Stands for a secret in the page's preview. */
const MASKED = "••••";

/** The same for a header, which takes no other characters. */
const IN_HEADER = "\u00b7\u00b7\u00b7\u00b7";

/** A token and a signing key without a secret in them: the real ones are not needed to see the rest. */
const SOME_TOKEN = "e30.e30.e30";
const SOME_KEY = `whsec_${"A".repeat(32)}`;

/** What of a lead would leave for the profile's CRM. */
export function outgoing(
  profile: Profile,
  lead: Lead,
  { botUsername, nowMs }: { readonly botUsername: string | undefined; readonly nowMs: number },
): Outgoing {
  const { crm } = profile;
  const secret = (name: string) => {
    if (crm?.kind === "amocrm") return SOME_TOKEN;
    return crm?.kind === "webhook" && name === crm.signingSecret ? SOME_KEY : IN_HEADER;
  };
  const post = prepareLead(profile, lead, { secret, botUsername, amoCrmRoot: null, nowMs });
  if ("fault" in post) return { kind: "nothing" };
  const body: unknown = JSON.parse(post.body);
  if (crm?.kind === "amocrm") return dealOf(body, crm.fields, lead);
  const headers = Object.entries(post.headers).map(([name, value]) => [name, shown(name, value)]);
  return {
    kind: "post",
    host: hostOf(post.url),
    headers: Object.fromEntries(headers),
    body: JSON.stringify(body, null, 2),
  };
}

function shown(name: string, value: string): string {
  return name === "webhook-signature" ? `v1,${MASKED}` : value.replaceAll(IN_HEADER, MASKED);
}

function dealOf(body: unknown, templates: ReadonlyMap<string, string>, lead: Lead): Outgoing {
  const [sent] = Array.isArray(body) ? body : [];
  const embedded = memberOf(sent, "_embedded");
  const deal = firstOf(memberOf(embedded, "leads")) ?? sent;
  const contact = firstOf(memberOf(embedded, "contacts"));
  const tags = memberOf(memberOf(deal, "_embedded"), "tags");
  const values = valuesOf(lead);
  const fields = [...templates].map(([key, template]) => [key, fillText(template, values) ?? ""]);
  return {
    kind: "deal",
    name: text(memberOf(deal, "name")),
    contact: text(memberOf(contact, "name") ?? memberOf(contact, "first_name")),
    tags: Array.isArray(tags) ? tags.map((each) => text(memberOf(each, "name"))) : [],
    fields: new Map(fields.filter((field): field is [string, string] => field[1] !== "")),
    note: noteText({ what: { kind: "request" }, lead }),
  };
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
