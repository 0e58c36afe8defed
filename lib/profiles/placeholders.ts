// The placeholders of a profile's `crm`, and what is wrong with a template. Knows no lead.

import { nearestWord } from "./nearest_word.ts";

/** What a template may name; a lead gives the values. */
export const PLACEHOLDERS = [
  "lead_id",
  "lead_name",
  "name",
  "first_name",
  "last_name",
  "username",
  "user_id",
  "telegram_link",
  "choice",
  "profile",
  "profile_name",
  "source",
  "phone",
  "language",
  "received_at",
] as const;

/** A placeholder without its braces. */
export type Placeholder = typeof PLACEHOLDERS[number];

/** A word in braces, which a person means as a placeholder; other braces are text. */
export const PLACEHOLDER = /\{([\p{L}_][\p{L}\p{N}_.:-]*)\}/gu;

/** Whether a word is a placeholder. */
export function isPlaceholder(word: string): word is Placeholder {
  return KNOWN.has(word);
}

const KNOWN: ReadonlySet<string> = new Set(PLACEHOLDERS);

/** Why a template cannot be filled, with the nearest placeholder there is; null if it can. */
export function templateFault(template: string): string | null {
  for (const [, word = ""] of template.matchAll(PLACEHOLDER)) {
    if (isPlaceholder(word)) continue;
    // A key may have been typed in place of the name, so it is not quoted.
    if (word.startsWith("secret:")) return "секреты бывают только в заголовках, нужен другой текст";
    const near = nearestWord(word, PLACEHOLDERS);
    return near === undefined
      ? `неизвестно {${shown(word)}}, можно только ${PLACEHOLDERS.map(inBraces).join(", ")}`
      : `неизвестно {${shown(word)}}, может быть, {${near}}`;
  }
  return null;
}

function inBraces(word: string): string {
  return `{${word}}`;
}

const LONGEST_SHOWN = 32;

function shown(word: string): string {
  return word.length > LONGEST_SHOWN ? `${word.slice(0, LONGEST_SHOWN).toWellFormed()}…` : word;
}
