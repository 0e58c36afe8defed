// How often a process shows that it lives, and after how long it counts as dead.

/** All in ms. */
export interface Times {
  /** Between the beginnings of two beats. */
  readonly beatMs: number;
  /** How long a lease runs from a beat, by the database's clock. */
  readonly leaseMs: number;
  /** How long after the beginning of its last successful beat a process takes itself for alive, by its own clock. */
  readonly aliveMs: number;
  /** How long connecting and each statement may take. */
  readonly patienceMs: number;
  /** Shortest time between two beats, however often `look` is called. */
  readonly lookMs: number;
}

/**
 * Beats every 2 s, dead after 10 s. The 2 s between `aliveMs` and `leaseMs` are for what is on its way
 * when a process finds itself out, and for two servers' clocks that differ when one replaces the other.
 */
export const TIMES: Times = {
  beatMs: 2_000,
  leaseMs: 10_000,
  aliveMs: 8_000,
  patienceMs: 3_000,
  lookMs: 200,
};

/** @throws {RangeError} If a process could take itself for alive when others take it for dead. */
export function checkTimes({ beatMs, leaseMs, aliveMs }: Times): void {
  if (!(beatMs < aliveMs && aliveMs < leaseMs)) {
    throw new RangeError(
      `Cannot keep a crew: beatMs ${beatMs}, aliveMs ${aliveMs}, leaseMs ${leaseMs} must ascend`,
    );
  }
}
