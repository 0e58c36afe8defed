// Counts failed logins by address. Reads no clock; takes moments of a monotonic one.

/** At most this many addresses are remembered; the one that failed longest ago is dropped first. */
const MOST_ADDRESSES = 10_000;

export interface Throttle {
  /** How long an address has to wait, in ms; 0 if it may try now. */
  waitMs(address: string, nowMs: number): number;
  recordFailure(address: string, nowMs: number): void;
}

/** Allows `most` failures within a moving window of `withinMs`. Counts in memory: of several processes each allows so many. */
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
      failures.delete(address); // Moves it to the end; the first entry failed longest ago.
      failures.set(address, atMs);
      const [first] = failures.keys();
      if (failures.size > MOST_ADDRESSES && first !== undefined) failures.delete(first);
    },
  };
}
