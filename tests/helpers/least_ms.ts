// Times work on a machine that may be busy.

/** The least time of five runs, in ms; stops early once one took no more than `enoughMs`. */
export function leastMs(work: () => unknown, enoughMs = 0): number {
  let least = Infinity;
  for (let run = 0; run < 5 && least > enoughMs; run += 1) {
    const begunAtMs = performance.now();
    work();
    least = Math.min(least, performance.now() - begunAtMs);
  }
  return least;
}
