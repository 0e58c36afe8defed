// A limit on messages within any minute, such as Telegram's for groups. Sends nothing.

const MINUTE_MS = 60_000;

/** Waits for the limit, and counts what was sent. */
export interface MinutePace {
  /** Resolves when this many messages may be sent, or the process stops. */
  ready(messages: number): Promise<void>;
  /** The same, and reserves them: no other send takes their place until `sent`. */
  reserve(messages: number): Promise<void>;
  /** So many of the reserved messages were sent. */
  sent(messages: number, reserved: number): void;
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

  return {
    ready,
    async reserve(messages) {
      // Checked again after the wait: two may have waited for the same place.
      while (!stopping.aborted && room() < Math.min(messages, most)) await ready(messages);
      reservedMessages += messages;
    },
    sent(messages, reserved) {
      reservedMessages -= reserved;
      for (let each = 0; each < messages; each++) sentAtMs.push(now());
    },
  };
}
