// Counts failures in a row of what asks Telegram again and again, reports the first and a long silence. Asks nothing.

import { waitMs } from "../backoff.ts";
import { describeError, failureOf } from "./failures.ts";
import type { Log } from "../log/log.ts";

/** Longest wait before the next request, in ms: Telegram forgets a press after 150 s. */
export const LONGEST_POLL_WAIT_MS = 30_000;

/** Longest silence of Telegram before it is reported, in ms. */
export const SILENCE_MS = 120_000;

/** No update can be received any more. */
export class PollingEnded extends Error {
  constructor(
    readonly reason: "unauthorized" | "conflict",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The contact with Telegram. */
export interface Contact {
  /** Failures since the last success. */
  failures(): number;
  /** Telegram has answered. */
  answered(): void;
  /** What was asked for is done. `isSettled` is false while it may fail again at once; then the log says nothing yet. */
  succeeded(isSettled?: boolean): void;
  /**
   * Takes note of a failure and returns the wait before the next request, in ms.
   *
   * @param message The log line of the first failure since all was settled, with `{cause}`.
   * @throws {PollingEnded} If the token is refused.
   */
  failed(error: unknown, message: string): number;
}

/** Begins without failures. @param now A monotonic clock, in ms. */
export function createContact(
  { now, random, log }: {
    readonly now: () => number;
    readonly random: () => number;
    readonly log: Log;
  },
): Contact {
  let failures = 0;
  let isTold = false;
  let lastAnswerAtMs = now();
  let silenceReported = false;
  return {
    failures: () => failures,
    answered() {
      silenceReported = false;
      lastAnswerAtMs = now();
    },
    succeeded(isSettled = true) {
      failures = 0;
      if (!isTold || !isSettled) return;
      isTold = false;
      log.info("✅ Связь с Telegram восстановлена");
    },
    failed(error, message) {
      failures += 1;
      const failure = failureOf(error);
      if (failure?.kind === "unauthorized") {
        throw new PollingEnded(
          "unauthorized",
          "Telegram не принимает BOT_TOKEN. Проверьте токен у @BotFather",
          { cause: error },
        );
      }
      const cause = describeError(error, LONGEST_POLL_WAIT_MS);
      const silentMs = now() - lastAnswerAtMs;
      if (silentMs >= SILENCE_MS && !silenceReported) {
        silenceReported = true;
        log.error(
          "❌ Telegram не отвечает уже {seconds} с: {cause}. Лиды из него пока не приходят",
          { seconds: Math.round(silentMs / 1000), cause },
        );
      }
      if (!isTold) log.error(message, { cause });
      isTold = true;
      const asked = failure?.kind === "too_many" ? failure.retryAfterMs : undefined;
      return Math.min(asked ?? waitMs(failures, random()), LONGEST_POLL_WAIT_MS);
    },
  };
}
