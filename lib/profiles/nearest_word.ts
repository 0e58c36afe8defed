// Finds the known word that a mistyped one probably means. Knows no profile.

import { editDistance } from "../edit_distance.ts";

/** A longer word is no slip of the hand, and comparing it would take long. */
const LONGEST_MISTYPED = 32;

/** The word with the fewest edits, if at most half of its letters differ; undefined if there is none. */
export function nearestWord<Word extends string>(
  typed: string,
  words: readonly Word[],
): Word | undefined {
  if (typed.length > LONGEST_MISTYPED) return undefined;
  const plain = typed.trim().toLowerCase().replaceAll(/[-.]/g, "_");
  const [best] = words.map((each) => ({ each, edits: editDistance(plain, each) }))
    .toSorted((a, b) => a.edits - b.edits);
  return best !== undefined && best.edits * 2 <= best.each.length ? best.each : undefined;
}
