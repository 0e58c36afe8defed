// Repeatable random numbers, and choices by them. Knows no fault.

/** A generator of numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6D2B79F5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Picks an entry by its share of 1; undefined for the rest. */
export function pick<T>(shares: readonly (readonly [number, T])[], random: number): T | undefined {
  let below = 0;
  for (const [share, entry] of shares) {
    below += share;
    if (random < below) return entry;
  }
  return undefined;
}
