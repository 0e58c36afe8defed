// A limit on messages within any minute, such as Telegram's for groups. Sends nothing.

export const MINUTE_MS = 60_000;

/** Waits for the limit, and counts what was sent. */
export interface MinutePace {
  /** Resolves when this many messages may be sent, or when none may: the process stops, or another one sends them. */
  ready(messages: number): Promise<void>;
  /** The same, and reserves them: no other send takes their place until `sent`. Undefined where nothing may be sent. */
  reserve(messages: number): Promise<Reserved | undefined>;
  /** Messages were sent that were not reserved. */
  sent(messages: number): void;
}

/** Messages that are about to be sent. */
export interface Reserved {
  /** So many of them were sent. */
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
  let reservedMessages = 0;

  function room(): number {
    while (sentAtMs[0] !== undefined && sentAtMs[0] <= now() - MINUTE_MS) sentAtMs.shift();
    return most - sentAtMs.length - reservedMessages;
  }

  async function ready(messages: number): Promise<void> {
    while (!stopping.aborted && room() < Math.min(messages, most)) {
      await sleep((sentAtMs[0] ?? now()) + MINUTE_MS - now());
    }
  }

  function count(messages: number): void {
    for (let each = 0; each < messages; each++) sentAtMs.push(now());
  }

  return {
    ready,
    async reserve(messages) {
      // Checked again after the wait: two may have waited for the same place.
      while (!stopping.aborted && room() < Math.min(messages, most)) await ready(messages);
      if (stopping.aborted) return undefined;
      reservedMessages += messages;
      return {
        sent(sent) {
          reservedMessages -= messages;
          count(sent);
        },
      };
    },
    sent: count,
  };
}
