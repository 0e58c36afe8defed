// Finds the known word that a mistyped one probably means. Knows no profile.

/** A longer word is no slip of the hand, and comparing it would take long. */
const LONGEST_MISTYPED = 32;

/** The word with the fewest edits, if at most half of its letters differ; undefined if there is none. */
export function nearestWord<Word extends string>(
  typed: string,
  words: readonly Word[],
): Word | undefined {
  if (typed.length > LONGEST_MISTYPED) return undefined;
  const plain = typed.trim().toLowerCase().replaceAll(/[-.]/g, "_");
  const [best] = words.map((each) => ({ each, edits: editsBetween(plain, each) }))
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
