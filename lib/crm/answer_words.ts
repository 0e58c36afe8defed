// Reads what a CRM says in an answer: JSON, or the title of a page. Never throws.

import { isRecord } from "../foreign.ts";

/** The parsed answer; undefined for what is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A member of an object by its own key; undefined for anything else. */
export function memberOf(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** An element of a list; undefined for anything else. */
export function elementOf(value: unknown, index: number): unknown {
  return Array.isArray(value) ? value[index] : undefined;
}

/** Whether an answer is a page for people. */
export function isPage(text: string): boolean {
  return text.trimStart().startsWith("<");
}

/** The answer, or the title in place of a page; uncut, because half a secret is not found any more. */
export function withoutMarkup(text: string): string {
  return isPage(text) ? titleOf(text) : text;
}

/** Looks for the tags one by one: an expression over both would be quadratic. */
function titleOf(page: string): string {
  const lower = page.toLowerCase();
  const begin = lower.indexOf(">", lower.indexOf("<title"));
  const end = lower.indexOf("</title", begin);
  const isThere = lower.includes("<title") && begin >= 0 && end >= 0;
  const title = isThere ? page.slice(begin + 1, end) : "";
  const words = title.split(/[\s<>]+/).filter((each) => each !== "").join(" ");
  return words === "" ? "страница HTML" : words;
}
