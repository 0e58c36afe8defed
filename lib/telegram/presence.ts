// Knows when the bot last heard Telegram. After an absence longer than Telegram keeps a press, visitors with an open menu are owed a reminder.

import type { Journal } from "../journal/journal.ts";
import type { Log } from "../log/log.ts";

/** Telegram forgets a press after this, in ms (telegram-bot-api, Client.cpp). */
const PRESS_KEPT_MS = 150_000;

/** How often the heartbeat is written while polling works, in ms. */
const HEARTBEAT_MS = 10_000;

/** How old a menu may be whose visitor is reminded, in ms. */
const MENU_FRESH_MS = 24 * 60 * 60 * 1000;

export interface Presence {
  /**
   * Told after every successful poll.
   *
   * @param caughtUp Whether Telegram had nothing more to say: only then is it known who is a lead.
   */
  polled(caughtUp: boolean): void;
  /** When Telegram last answered a poll of this process; undefined before the first. */
  lastPolledAtMs(): number | undefined;
}

export function createPresence(
  { journal, remind, now, elapsedMs = now, log }: {
    readonly journal: Pick<Journal, "fact" | "ownFact" | "recordPolled">;
    /** Told that reminders are owed. */
    readonly remind: () => void;
    readonly now: () => number;
    /** A monotonic clock for spans, in ms; `now` where that is one. */
    readonly elapsedMs?: () => number;
    readonly log: Log;
  },
): Presence {
  const heartbeat = journal.ownFact("polled_at_ms"); // Another bot's absence is not this one's.
  const writtenAtMs = journal.fact(heartbeat);
  // In ms of the span's clock: an absence of this process cannot come from a clock that was set.
  let lastMs: number | undefined;
  let writtenMs = writtenAtMs === undefined ? NaN : elapsedMs() - (now() - Number(writtenAtMs));
  let absence: { readonly sinceMs: number; readonly untilMs: number } | undefined;

  function momentOf(elapsed: number): number {
    return now() - Math.round(elapsedMs() - elapsed);
  }

  return {
    polled(caughtUp) {
      const elapsed = elapsedMs();
      const nowMs = now();
      const before = lastMs ?? writtenMs;
      lastMs = elapsed;
      if (elapsed - before > PRESS_KEPT_MS) {
        absence ??= { sinceMs: momentOf(before), untilMs: nowMs };
      }
      // The heartbeat stays old until the reminders are owed: a crash in between loses none.
      if (absence === undefined ? elapsed - writtenMs < HEARTBEAT_MS : !caughtUp) return;
      const owed = journal.recordPolled(
        heartbeat,
        nowMs,
        absence && { menusSinceMs: absence.sinceMs - MENU_FRESH_MS, untilMs: absence.untilMs },
      );
      writtenMs = elapsed;
      if (absence === undefined) return;
      log.info("👋 Бота не было на связи {seconds} с. Напомним о меню посетителям: {owed}", {
        seconds: Math.round((absence.untilMs - absence.sinceMs) / 1000),
        owed,
      });
      absence = undefined;
      if (owed > 0) remind();
    },
    lastPolledAtMs: () => lastMs === undefined ? undefined : momentOf(lastMs),
  };
}
