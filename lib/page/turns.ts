// One page request computes at a time, with a rest after each while others wait: bot and page share one event loop.

/** A rest, in times of the turn before it: however slow the machine, the page takes a fifth of the event loop. */
const REST_PER_TURN = 4;

/** The longest rest, in ms: a machine that was suspended during a turn must not block the page. */
const MOST_REST_MS = 300;

/** Most requests that wait: together about 2 s of patience. */
export const MOST_WAITING = 64;

/** With this many waiting, requests without a session are refused, so that strangers do not keep the admins out. */
export const MOST_BEFORE_STRANGERS = MOST_WAITING / 4;

export interface Turns {
  /**
   * Runs the work when it is its turn. The turn ends when the work first waits for anything, such as a CRM or a disk;
   * what it computes afterwards is not limited.
   */
  take<T>(work: () => T | Promise<T>): Promise<T>;
  /** Whether so many wait that a newcomer should be told to come again. */
  isCrowded(most?: number): boolean;
}

/** Turns in order of request. @param elapsedMs A monotonic clock. */
export function createTurns(elapsedMs: () => number): Turns {
  let last = Promise.resolve();
  let waiting = 0;

  async function endTurn(): Promise<void> {
    waiting--;
    const begunAtMs = elapsedMs();
    await sleep(0); // What the work computes at once is done when a timer fires.
    if (waiting > 0) {
      await sleep(Math.min(REST_PER_TURN * (elapsedMs() - begunAtMs), MOST_REST_MS));
    }
  }

  return {
    async take(work) {
      const before = last;
      last = before.then(endTurn);
      waiting++;
      await before;
      return await work();
    },
    isCrowded: (most = MOST_WAITING) => waiting >= most,
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
