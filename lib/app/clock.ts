// The process's clock: monotonic, and corrected when the machine's clock was set.

import type { Log } from "../log/log.ts";

/** Difference from which the machine's clock counts as set, in ms. */
const TOLERATED_MS = 1_000;

/** How long a new setting must last before it is followed, in ms: often it is reverted at once. */
const HELD_MS = 60_000;

/** The same for a change of more than a day, so that a wrong date appears nowhere until then, in ms. */
const FAR_HELD_MS = 10 * 60_000;

const DAY_MS = 24 * 60 * 60 * 1000;

/** How often the machine's clock is compared, in ms. */
const LOOK_MS = 1_000;

/** The time source of the whole process. */
export interface Clock {
  /** Whole ms since 1970; monotonic except when it follows the machine's clock. */
  now(): number;
  /** A monotonic clock for spans, in ms. */
  elapsedMs(): number;
  /** Converts a reading of `elapsedMs` to this clock's time. */
  momentOf(elapsedMs: number): number;
  /** Compares it with the machine's clock; resolves with whether it was corrected. */
  look(): Promise<boolean>;
  /** Compares every second from now on. */
  start(): void;
  stop(): void;
}

/**
 * @param followed Called with the correction in ms: moves the due times on disk by as much. When it rejects, the clock
 *   is not corrected either.
 */
export function createClock(
  { machine, followed, log }: {
    readonly machine: { readonly now: () => number; readonly elapsedMs: () => number };
    readonly followed: (byMs: number) => Promise<void>;
    readonly log: Log;
  },
): Clock {
  const { elapsedMs } = machine;
  let offsetMs = machine.now() - elapsedMs();
  let set: { readonly byMs: number; readonly sinceMs: number } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  function momentOf(elapsed: number): number {
    return Math.round(offsetMs + elapsed);
  }

  async function look(): Promise<boolean> {
    const byMs = machine.now() - momentOf(elapsedMs());
    if (Math.abs(byMs) <= TOLERATED_MS) {
      set = undefined;
      return false;
    }
    if (set === undefined || Math.abs(byMs - set.byMs) > TOLERATED_MS) {
      set = { byMs, sinceMs: elapsedMs() };
      if (Math.abs(byMs) > DAY_MS) {
        log.warn(
          "⚠️ Часы сервера переведены на {seconds} с. Если они не вернутся, бот поверит им через 10 минут",
          {
            seconds: Math.round(byMs / 1000),
          },
        );
      }
    }
    const heldMs = Math.abs(byMs) > DAY_MS ? FAR_HELD_MS : HELD_MS;
    if (elapsedMs() - set.sinceMs < heldMs) return false;
    return await follow(byMs);
  }

  async function follow(byMs: number): Promise<boolean> {
    try {
      const onDisk = followed(byMs);
      offsetMs += byMs;
      // Writes until then share the transaction, and are rolled back with it.
      await onDisk.catch((error) => {
        offsetMs -= byMs;
        throw error;
      });
    } catch {
      return false; // Tried again with the next comparison; others report the journal's fault.
    }
    set = undefined;
    log.info("🕰️ Часы сервера переведены на {seconds} с: сроки отправок остались прежними", {
      seconds: Math.round(byMs / 1000),
    });
    return true;
  }

  function lookAndPlan(): void {
    void look().finally(() => {
      if (!stopped) timer = setTimeout(lookAndPlan, LOOK_MS);
    });
  }

  return {
    now: () => momentOf(elapsedMs()),
    elapsedMs,
    momentOf,
    look,
    start: lookAndPlan,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
