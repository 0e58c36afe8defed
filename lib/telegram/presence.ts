// Records when Telegram last answered. After an absence in which presses were lost, queues reminders for open menus. Sends nothing.

import type { Journal } from "../journal/journal.ts";
import type { Log } from "../log/log.ts";

/** Telegram forgets a press after this, in ms (telegram-bot-api, Client.cpp). */
const PRESS_KEPT_MS = 150_000;

/** How often the heartbeat is written while polling works, in ms. */
const HEARTBEAT_MS = 10_000;

/** Age of the oldest menu that gets a reminder, in ms. */
const MENU_FRESH_MS = 24 * 60 * 60 * 1000;

/** Whether the bot is in contact with Telegram. */
export interface Presence {
  /** Notes a successful poll; only when `caughtUp` are all leads known. */
  polled(caughtUp: boolean): Promise<void>;
  /** When Telegram last answered this process; undefined before the first answer. */
  lastPolledAtMs(): number | undefined;
  /** The same, as another process has recorded it. */
  recordedAtMs(): Promise<number | undefined>;
  /** Goes on from another process's heartbeat: what it heard was no absence. */
  goOn(): Promise<void>;
}

/** Creates the presence, from the heartbeat of earlier processes. */
export async function createPresence(
  { journal, remind, now, elapsedMs = now, log }: {
    readonly journal: Pick<Journal, "fact" | "ownFact" | "recordPolled">;
    /** Called when reminders were queued. */
    readonly remind: () => void;
    readonly now: () => number;
    /** A monotonic clock, in ms. */
    readonly elapsedMs?: () => number;
    readonly log: Log;
  },
): Promise<Presence> {
  const heartbeat = journal.ownFact("polled_at_ms"); // One for each bot.
  // On the monotonic clock: setting the wall clock makes no absence.
  let lastMs: number | undefined;
  let writtenMs = await readHeartbeat();
  let absence: { readonly sinceMs: number; readonly untilMs: number } | undefined;

  async function recordedAtMs(): Promise<number | undefined> {
    const atMs = await journal.fact(heartbeat);
    return atMs === undefined ? undefined : Number(atMs);
  }

  async function readHeartbeat(): Promise<number> {
    const atMs = await recordedAtMs();
    return atMs === undefined ? NaN : elapsedMs() - (now() - atMs);
  }

  function momentOf(elapsed: number): number {
    return now() - Math.round(elapsedMs() - elapsed);
  }

  return {
    async polled(caughtUp) {
      const elapsed = elapsedMs();
      const nowMs = now();
      const before = lastMs ?? writtenMs;
      lastMs = elapsed;
      if (elapsed - before > PRESS_KEPT_MS) {
        absence ??= { sinceMs: momentOf(before), untilMs: nowMs };
      }
      // The heartbeat stays old until the reminders are queued, so that a crash loses none.
      if (absence === undefined ? elapsed - writtenMs < HEARTBEAT_MS : !caughtUp) return;
      const owed = await journal.recordPolled(
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
    recordedAtMs,
    async goOn() {
      writtenMs = await readHeartbeat();
      lastMs = absence = undefined;
    },
    lastPolledAtMs: () => lastMs === undefined ? undefined : momentOf(lastMs),
  };
}
