// What `crm.lead.add` takes: the fields a lead has, and what is wrong with those that are given. Knows no HTTP.

import { isRecord } from "../../foreign.ts";

export interface BitrixMultiple {
  readonly value: string;
  /** WORK, MOBILE, HOME, … */
  readonly type: string;
}

/** A lead as it is read from `fields`. */
export interface BitrixFields {
  /** Texts by name, as TITLE and UTM_SOURCE; only those a lead has. */
  readonly fields: Readonly<Record<string, string>>;
  readonly phones: readonly BitrixMultiple[];
  readonly emails: readonly BitrixMultiple[];
  /** Names that no lead has: Bitrix24 says nothing about them and drops their values. */
  readonly ignored: readonly string[];
}

const TEXTS = new Set([
  "TITLE",
  "HONORIFIC",
  "NAME",
  "SECOND_NAME",
  "LAST_NAME",
  "COMPANY_TITLE",
  "POST",
  "ADDRESS",
  "SOURCE_ID",
  "SOURCE_DESCRIPTION",
  "STATUS_ID",
  "STATUS_DESCRIPTION",
  "COMMENTS",
  "CURRENCY_ID",
  "OPPORTUNITY",
  "OPENED",
  "ASSIGNED_BY_ID",
  "ORIGINATOR_ID",
  "ORIGIN_ID",
  "UTM_SOURCE",
  "UTM_MEDIUM",
  "UTM_CAMPAIGN",
  "UTM_CONTENT",
  "UTM_TERM",
]);
const MULTIPLES = new Set(["PHONE", "EMAIL", "WEB", "IM"]);

/** Reads `fields`, or says in Bitrix24's manner what is wrong; `custom` are the portal's own, as UF_CRM_1. */
export function readFields(given: unknown, custom: ReadonlySet<string>): BitrixFields | string {
  if (!isRecord(given)) return "Parameter 'fields' must be array.";
  const fields: Record<string, string> = {};
  const multiples: Record<string, BitrixMultiple[]> = {};
  const ignored: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (MULTIPLES.has(name)) {
      const read = readMultiple(value);
      if (!read) return `Field '${name}' must be array of VALUE and VALUE_TYPE.`;
      multiples[name] = read;
    } else if (TEXTS.has(name) || custom.has(name)) {
      if (typeof value === "number" && name !== "TITLE") fields[name] = String(value);
      else if (typeof value === "string") fields[name] = value;
      else return `Field '${name}' must be string.`;
    } else ignored.push(name);
  }
  const { PHONE: phones = [], EMAIL: emails = [] } = multiples;
  return { fields, phones, emails, ignored };
}

function readMultiple(given: unknown): BitrixMultiple[] | null {
  if (!Array.isArray(given)) return null;
  const read: BitrixMultiple[] = [];
  for (const each of given) {
    if (!isRecord(each)) return null;
    const { VALUE: value, VALUE_TYPE: type = "WORK", ...rest } = each;
    if (typeof value !== "string" || typeof type !== "string") return null;
    if (Object.keys(rest).length > 0) return null;
    read.push({ value, type });
  }
  return read;
}
