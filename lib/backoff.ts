// How long to wait after a failed attempt.

/** The first wait after a failed send, in ms. */
export const FIRST_WAIT_MS = 1_000;

/** The longest wait, in ms: a repaired fault shows within 5 minutes. */
export const LONGEST_WAIT_MS = 300_000;

/**
 * The wait before the next try, in ms: doubling from 1 s, at most 5 minutes. The last fifth is random, so that what
 * failed together does not retry together.
 *
 * @param failures How many tries have failed so far, 1 or more.
 * @param random A number from 0 to 1, `Math.random()` outside tests.
 * @param atLeastMs What the peer asks for; it counts up to 5 minutes.
 * @throws {RangeError} If `failures` is not a whole number of at least 1.
 */
export function waitMs(failures: number, random: number, atLeastMs = 0): number {
  if (!Number.isSafeInteger(failures) || failures < 1) {
    throw new RangeError(`Cannot compute a wait: failures is ${failures}, must be 1 or more`);
  }
  const full = Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 30), LONGEST_WAIT_MS);
  const ownMs = Math.round(full * (0.8 + 0.2 * random));
  return Math.min(Math.max(ownMs, atLeastMs), LONGEST_WAIT_MS);
}
