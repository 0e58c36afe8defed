// Counts failed tries by address. Reads no clock; its moments are of one that cannot be set.

/** At most this many addresses are remembered; past it the one that failed longest ago is forgotten. */
const MOST_ADDRESSES = 10_000;

export interface Throttle {
  /** How long an address has to wait, in ms; 0 while it may try. */
  waitMs(address: string, nowMs: number): number;
  recordFailure(address: string, nowMs: number): void;
}

/** Allows `most` failures within a moving window of `withinMs`. */
export function createThrottle(most: number, withinMs: number): Throttle {
  const failures = new Map<string, number[]>();

  function recent(address: string, nowMs: number): number[] {
    return (failures.get(address) ?? []).filter((atMs) => atMs > nowMs - withinMs);
  }

  return {
    waitMs(address, nowMs) {
      const atMs = recent(address, nowMs).at(-most);
      return atMs === undefined ? 0 : atMs + withinMs - nowMs;
    },
    recordFailure(address, nowMs) {
      const atMs = [...recent(address, nowMs), nowMs];
      failures.delete(address); // Set again, it moves to the end: the first is the longest ago.
      failures.set(address, atMs);
      const [first] = failures.keys();
      if (failures.size > MOST_ADDRESSES && first !== undefined) failures.delete(first);
    },
  };
}
