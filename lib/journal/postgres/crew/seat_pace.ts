// A limit on messages within any minute, such as Telegram's for groups, that all holders of a seat keep between them. Sends nothing.
//
// What is about to be sent is written down before, in the seat's row: a holder that is killed has told its successor all
// that it may have sent.

/** Longest sleep before the seat and the room are looked at again, in ms. */
const LOOK_MS = 1_000;

/** What the holder of a seat knows of its messages. */
export interface Tenure {
  /** When the last messages were sent, by the process's monotonic clock. */
  readonly sentAtMs: number[];
  /** Messages that are being sent. */
  open: number;
  isOver: boolean;
}

/** Waits for the limit, and counts what was sent. */
export interface SeatPace {
  /**
   * Resolves when this many messages may be sent; no other send takes their place until `sent`. Undefined if the seat is not
   * this process's, or the process stops: then nothing may be sent.
   *
   * @throws {Error} As `Link.query`: nothing may be sent.
   */
  reserve(messages: number): Promise<Reservation | undefined>;
  /** Resolves with whether this many messages may be sent, once they may or never; reserves nothing. */
  ready(messages: number): Promise<boolean>;
  /** Messages were sent that were not reserved. */
  sent(messages: number): void;
}

export interface Reservation {
  /** So many of the reserved messages were sent, or may have been. */
  sent(messages: number): void;
}

/**
 * The tenure of a process that takes a seat. What its predecessor was about to send may have been sent just now.
 *
 * @param agesMs How long before `nowMs` messages were sent; null for one that was about to be.
 */
export function createTenure(agesMs: readonly (number | null)[], nowMs: number): Tenure {
  return { sentAtMs: agesMs.map((age) => nowMs - (age ?? 0)), open: 0, isOver: false };
}

/** Creates the limit: `most` messages within any `withinMs`; more at once wait until all earlier ones are that old. */
export function createSeatPace(
  { most, withinMs, elapsedMs, sleep, stopping, tenure, keep }: {
    readonly most: number;
    readonly withinMs: number;
    readonly elapsedMs: () => number;
    readonly sleep: (ms: number) => Promise<void>;
    readonly stopping: AbortSignal;
    /** Undefined while this process does not hold the seat. */
    readonly tenure: () => Tenure | undefined;
    /** Writes the moments into the seat's row; resolves with whether this process still holds it. */
    readonly keep: (agesMs: readonly (number | null)[]) => Promise<boolean>;
  },
): SeatPace {
  /** How long to wait until so many messages have room, in ms. */
  function waitMs(current: Tenure, messages: number): number {
    const nowMs = elapsedMs();
    const recent = current.sentAtMs.filter((atMs) => atMs > nowMs - withinMs);
    current.sentAtMs.splice(0, Infinity, ...recent);
    if (recent.length + current.open + Math.min(messages, most) <= most) return 0;
    return Math.min(...recent.map((atMs) => atMs + withinMs - nowMs), LOOK_MS);
  }

  function agesMs({ sentAtMs, open }: Tenure): (number | null)[] {
    const nowMs = elapsedMs();
    return [...sentAtMs.map((atMs) => nowMs - atMs), ...Array<null>(open).fill(null)];
  }

  /** Resolves with the tenure in which they may be sent. */
  async function untilReady(messages: number): Promise<Tenure | undefined> {
    for (;;) {
      const current = tenure();
      if (current === undefined || stopping.aborted) return undefined;
      const ms = waitMs(current, messages);
      if (ms <= 0) return current;
      await sleep(Math.ceil(ms));
    }
  }

  return {
    ready: async (messages) => await untilReady(messages) !== undefined,
    sent(messages) {
      for (let each = 0; each < messages; each++) tenure()?.sentAtMs.push(elapsedMs());
    },
    async reserve(messages) {
      for (;;) {
        const current = await untilReady(messages);
        if (current === undefined) return undefined;
        if (waitMs(current, messages) > 0) continue; // Another message took the place meanwhile.
        current.open += messages;
        let isOurs = false;
        try {
          isOurs = await keep(agesMs(current)) && !current.isOver;
        } finally {
          if (!isOurs) current.open -= messages;
        }
        if (!isOurs) return undefined;
        return {
          sent(sent) {
            current.open -= messages;
            for (let each = 0; each < sent; each++) current.sentAtMs.push(elapsedMs());
          },
        };
      }
    },
  };
}
