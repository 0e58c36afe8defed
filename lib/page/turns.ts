// The page takes turns with the bot: both live on one event loop, and no confirmation may wait for many pages. One request
// computes at a time; while others wait, the page rests after each. Knows no requests and no bot.

/** How long the page rests after a turn while others wait, in ms, however short it was: a press is confirmed within that. */
export const LEAST_REST_MS = 15;

/** How long it rests beyond that, in times of the turn's own length: it takes less than a quarter of the event loop. */
export const REST_PER_TURN = 3;

/** The longest rest, in ms: a machine that fell asleep in somebody's turn must not close the page. */
export const MOST_REST_MS = 300;

/** Most that wait for a turn: together about 2 s of patience. */
export const MOST_WAITING = 64;

/** Most of those who wait before somebody who is not logged in: strangers leave the admins room. */
export const MOST_BEFORE_STRANGERS = MOST_WAITING / 4;

export interface Turns {
  /**
   * Runs the work when it is its turn. The turn ends when the work first waits for anything outside, such
   * as a CRM or a disk, so that nobody waits for that; what it computes afterwards is not counted.
   */
  take<T>(work: () => T | Promise<T>): Promise<T>;
  /** Whether so many wait that whoever comes now is better told to come again; `most` where fewer may wait. */
  isCrowded(most?: number): boolean;
}

/** Turns that begin in the order in which they were asked for. */
export function createTurns({ elapsedMs, nextRound, sleep }: {
  /** A clock that nobody sets. */
  readonly elapsedMs: () => number;
  /**
   * Resolves when the event loop comes round: whatever computes now is done by then, or waits. What the
   * bot does in the same round counts as the page's: while the bot is busy the page rests longer.
   */
  readonly nextRound: () => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
}): Turns {
  const waiting: (() => void)[] = [];
  let taken = false;

  async function passOn(begunAtMs: number): Promise<void> {
    await nextRound();
    // A single reader has to send the next request first: that is rest enough.
    if (waiting.length > 0) await sleep(restMs(elapsedMs() - begunAtMs));
    const next = waiting.shift();
    if (next === undefined) taken = false;
    else next();
  }

  return {
    async take(work) {
      if (taken) await new Promise<void>((resolve) => waiting.push(resolve));
      taken = true;
      void passOn(elapsedMs());
      return await work();
    },
    isCrowded: (most = MOST_WAITING) => waiting.length >= most,
  };
}

function restMs(tookMs: number): number {
  return Math.min(LEAST_REST_MS + REST_PER_TURN * tookMs, MOST_REST_MS);
}
