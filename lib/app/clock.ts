// The process's one clock: runs on the monotonic clock, and follows the machine's when that was set. Does not know what waits.

import type { Log } from "../log/log.ts";

/** How far the machine's clock may be from this one before it counts as set, in ms. */
const TOLERATED_MS = 1_000;

/** A clock that was set is followed after it has stayed so for this long, in ms: often it is set back at once. */
const HELD_MS = 60_000;

/** The same for one that was set by more than a day: a wrong date shows nowhere until then. */
const FAR_HELD_MS = 10 * 60_000;

const DAY_MS = 24 * 60 * 60 * 1000;

/** How often the machine's clock is looked at, in ms. */
const LOOK_MS = 1_000;

/** The time for everything in the process. */
export interface Clock {
  /** The time, in whole ms since 1970. Between two moments at which it follows the machine's, it is monotonic. */
  now(): number;
  /** A monotonic clock for spans, in ms. */
  elapsedMs(): number;
  /** What this clock says now of the moment at which `elapsedMs` said this. */
  momentOf(elapsedMs: number): number;
  /** Compares it with the machine's; whether it was set after that. */
  look(): Promise<boolean>;
  /** Looks every second from now on. */
  start(): void;
  stop(): void;
}

/**
 * @param followed Told by how many ms the clock is set, in the same step: it moves what waits on disk by as much.
 *   A rejection means that this was undone, and then the clock is not set either.
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
      // What is written until this is known shares the transaction, and is undone with it.
      await onDisk.catch((error) => {
        offsetMs -= byMs;
        throw error;
      });
    } catch {
      return false; // The next look tries again; what is wrong with the journal is said by those who need it.
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
