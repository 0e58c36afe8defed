// One page request computes at a time, with a rest after each while others wait: bot and page share one event loop.

/** The rest, in ms: with it a loaded page slows confirmations by less than a tenth. */
const REST_MS = 30;

/** Most requests that wait: together about 2 s of patience. */
export const MOST_WAITING = 64;

/** Most that wait before a request of somebody who is not logged in, so that strangers do not keep the admins out. */
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

/** Turns in the order in which they were asked for. */
export function createTurns(): Turns {
  let last = Promise.resolve();
  let waiting = 0;

  return {
    async take(work) {
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = promise;
      waiting++;
      await before;
      waiting--;
      setTimeout(resolve, waiting > 0 ? REST_MS : 0); // Not before what `work` computes at once.
      return await work();
    },
    isCrowded: (most = MOST_WAITING) => waiting >= most,
  };
}
