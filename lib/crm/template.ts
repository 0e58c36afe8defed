// Fills a lead's values into the placeholders of a profile's `crm`: in parsed values, never in JSON text.

import { isRecord } from "../foreign.ts";
import type { Lead } from "../lead.ts";
import { isPlaceholder, PLACEHOLDER, type Placeholder } from "../profiles/placeholders.ts";
import { contact, fullName, isBlank } from "../visitor_name.ts";
import { dealName } from "./payload.ts";

/** What a lead puts in place of each placeholder; null for nothing. */
export type LeadValues = Readonly<Record<Placeholder, string | null>>;

/** The values of a lead; `received_at` is ISO 8601 in UTC. */
export function valuesOf(lead: Lead): LeadValues {
  const { userId, username, firstName, lastName, language } = lead.visitor;
  return {
    lead_id: lead.id,
    lead_name: dealName(lead),
    name: fullName(lead.visitor),
    first_name: isBlank(firstName) ? null : firstName,
    last_name: lastName === null || isBlank(lastName) ? null : lastName,
    username: username === null ? null : contact(lead.visitor),
    user_id: String(userId),
    telegram_link: username === null ? `tg://user?id=${userId}` : `https://t.me/${username}`,
    choice: lead.choice,
    profile: lead.profile,
    profile_name: lead.profileName,
    source: lead.source,
    phone: lead.phone,
    language,
    received_at: new Date(lead.receivedAtMs).toISOString(),
  };
}

/** A filled template; null for a single placeholder with nothing behind it. What is filled in is not searched again. */
export function fillText(template: string, values: LeadValues): string | null {
  const [, word = ""] = /^\{([a-z_]+)\}$/.exec(template) ?? [];
  if (isPlaceholder(word)) return values[word];
  return template.replace(
    PLACEHOLDER,
    (found, name: string) => isPlaceholder(name) ? values[name] ?? "" : found,
  );
}

/** A filled body: a key or list element whose value is a single placeholder with nothing behind it is left out. */
export function fillBody(
  body: Readonly<Record<string, unknown>>,
  values: LeadValues,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(body).flatMap(([key, each]) => {
      const [filled] = fill(each, values);
      return filled === undefined ? [] : [[key, filled]];
    }),
  );
}

/** The filled value in a list, which is empty when the value is left out. */
function fill(value: unknown, values: LeadValues): unknown[] {
  if (typeof value === "string") {
    const text = fillText(value, values);
    return text === null ? [] : [text];
  }
  if (Array.isArray(value)) return [value.flatMap((each) => fill(each, values))];
  return isRecord(value) ? [fillBody(value, values)] : [value];
}
