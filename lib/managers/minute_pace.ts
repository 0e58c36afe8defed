// A limit on messages within any minute, such as Telegram's for groups. Sends nothing.

const MINUTE_MS = 60_000;

/** Waits for the limit, and counts what was sent. */
export interface MinutePace {
  /** Resolves when this many messages may be sent, or the process stops. */
  ready(messages: number): Promise<void>;
  sent(messages: number): void;
}

/** Creates the limit; more than `most` messages at once wait for an empty minute. */
export function createMinutePace(
  most: number,
  { now, sleep, stopping }: {
    /** A monotonic clock for spans, in ms. */
    readonly now: () => number;
    /** Ends early when the process stops. */
    readonly sleep: (ms: number) => Promise<void>;
    readonly stopping: AbortSignal;
  },
): MinutePace {
  const sentAtMs: number[] = [];

  function room(): number {
    while (sentAtMs[0] !== undefined && sentAtMs[0] <= now() - MINUTE_MS) sentAtMs.shift();
    return most - sentAtMs.length;
  }

  return {
    async ready(messages) {
      while (!stopping.aborted && room() < Math.min(messages, most)) {
        await sleep((sentAtMs[0] ?? now()) + MINUTE_MS - now());
      }
    },
    sent(messages) {
      for (let each = 0; each < messages; each++) sentAtMs.push(now());
    },
  };
}
