// How long confirmations take from the press, also those that Telegram took only at a later try. Sends nothing.

import type { SendOutcome } from "./chat.ts";

/** Most owed confirmations whose press is remembered; beyond it the oldest is not measured. */
const MOST_OWED = 10_000;

/** Measures tries. */
export interface ConfirmationTimes {
  /**
   * Takes note of a try.
   *
   * @param work The owed confirmation's number.
   * @param pressedAtMs When Telegram handed the press over, by the monotonic clock; undefined at a later try.
   */
  tried(work: number, outcome: SendOutcome["kind"], pressedAtMs: number | undefined): void;
}

/** Creates it; a confirmation that an earlier process owed is not measured. */
export function createConfirmationTimes({ elapsedMs, took }: {
  /** A monotonic clock, in ms. */
  readonly elapsedMs: () => number;
  /** Called with the seconds of each confirmation that was sent. */
  readonly took: (seconds: number) => void;
}): ConfirmationTimes {
  const owed = new Map<number, number>();

  return {
    tried(work, outcome, pressedAtMs = owed.get(work)) {
      if (pressedAtMs === undefined) return;
      if (outcome === "failed") {
        owed.set(work, pressedAtMs);
        const [oldest] = owed.keys();
        if (owed.size > MOST_OWED && oldest !== undefined) owed.delete(oldest);
        return;
      }
      owed.delete(work);
      if (outcome === "sent") took((elapsedMs() - pressedAtMs) / 1000);
    },
  };
}
