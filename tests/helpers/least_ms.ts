// Times work on a machine that may be busy: what else runs only ever adds time, so the least of several runs counts.

/** How often work is run at most. */
const MOST_RUNS = 25;

/** The least time of several runs, in ms; stops early once one took no more than `enoughMs`. */
export function leastMs(work: () => unknown, enoughMs: number): number {
  let least = Infinity;
  for (let run = 0; run < MOST_RUNS && least > enoughMs; run += 1) {
    least = Math.min(least, timeMs(work));
  }
  return least;
}

/** How many times as long the larger work takes, by the least of several runs of both; stops early at `enough`. */
export function leastRatio(small: () => unknown, large: () => unknown, enough: number): number {
  let [smallMs, largeMs] = [timeMs(small), timeMs(large)];
  for (let run = 1; run < MOST_RUNS && largeMs > enough * smallMs; run += 1) {
    smallMs = Math.min(smallMs, timeMs(small));
    largeMs = Math.min(largeMs, timeMs(large));
  }
  return largeMs / smallMs;
}

function timeMs(work: () => unknown): number {
  const begunAtMs = performance.now();
  work();
  return performance.now() - begunAtMs;
}
