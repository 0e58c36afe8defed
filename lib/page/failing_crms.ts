// Since when CRMs accept nothing, remembered for a while: only new answers change it.

import type { CrmFailures, Journal, LastAnswer } from "../journal/journal.ts";

/** How old it may be, in ms: an old lead that is sent again may be accepted behind the newest answer. */
const FRESH_MS = 10_000;

/** Failures of a profile whose newest answer is given; undefined where that was good. */
export type FailuresOf = (
  profile: string,
  answer: LastAnswer | undefined,
) => Promise<CrmFailures | undefined>;

interface Remembered {
  readonly answeredAtMs: number;
  readonly atMs: number;
  readonly failures: CrmFailures | undefined;
}

/** Most profiles that are remembered. */
const MOST = 1_000;

export function createFailuresOf({ journal, now }: {
  readonly journal: Pick<Journal, "crmFailures">;
  readonly now: () => number;
}): FailuresOf {
  const known = new Map<string, Remembered>();

  return async (profile, answer) => {
    if (answer === undefined || answer.outcome === "accepted") {
      known.delete(profile);
      return undefined;
    }
    const nowMs = now();
    const before = known.get(profile);
    const isFresh = before?.answeredAtMs === answer.endedAtMs &&
      Math.abs(nowMs - before.atMs) < FRESH_MS;
    if (before !== undefined && isFresh) return before.failures;
    if (known.size >= MOST) known.clear();
    const failures = await journal.crmFailures(profile);
    known.set(profile, { answeredAtMs: answer.endedAtMs, atMs: nowMs, failures });
    return failures;
  };
}
