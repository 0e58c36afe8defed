// The words of a search, as patterns of SQL's LIKE. Runs no SQL.

/** Most words of a search that are looked at. */
const MOST_WORDS = 3;

/** The words of a search that are looked for. */
export function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "").slice(0, MOST_WORDS);
}

/** A word anywhere, as patterns of LIKE, which folds the case of Latin letters alone. */
export function patternsOf(word: string): string[] {
  const low = word.toLowerCase();
  const [first = "", ...rest] = low;
  const cases = [word, low, first.toUpperCase() + rest.join(""), word.toUpperCase()];
  const distinct = /^[\x20-\x7e]*$/.test(word) ? [word] : [...new Set(cases)];
  return distinct.map((each) => `%${each.replace(/[%_\\]/g, "\\$&")}%`);
}
