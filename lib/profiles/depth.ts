// How deeply the lists and objects of a parsed value are nested. Knows no profile.

import { LIMITS } from "./limits.ts";

/**
 * Whether lists and objects are nested deeper than the limit. Goes level by level: recursion would overflow on the very values
 * that it has to find.
 */
export function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > LIMITS.depth) return true;
    level = level.flatMap((each) =>
      typeof each === "object" && each !== null ? Object.values(each) : []
    ).filter((each) => typeof each === "object" && each !== null);
  }
  return false;
}
