// A limit on messages within any minute, as Telegram sets one for groups. Sends nothing.

const MINUTE_MS = 60_000;

/** Messages of the last minute, and the wait for more. */
export interface MinutePace {
  /** Resolves when so many more messages may be sent, or the process stops. */
  ready(messages: number): Promise<void>;
  /** Notes messages that were sent just now. */
  sent(messages: number): void;
}

/** @param most How many messages a minute takes; more than that at once wait until nothing else was sent in it. */
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
