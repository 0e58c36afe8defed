// The placeholders of a profile's `crm`, and what is wrong with a template. Knows no lead.

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
    const near = nearest(word);
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

/** The placeholder with the fewest edits, if at most half of its letters differ. */
function nearest(word: string): Placeholder | undefined {
  if (word.length > LONGEST_SHOWN) return undefined;
  const plain = word.toLowerCase().replaceAll(/[-.]/g, "_");
  const [best] = PLACEHOLDERS.map((each) => ({ each, edits: editsBetween(plain, each) }))
    .toSorted((a, b) => a.edits - b.edits);
  return best !== undefined && best.edits * 2 <= best.each.length ? best.each : undefined;
}

/** Levenshtein distance of two short words. */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const replaced = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
