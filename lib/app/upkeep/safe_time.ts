// The time that irreversible work goes by. It never runs ahead because a clock was set: it believes a clock that has been steady for a day.

import { isWhole } from "../../foreign.ts";
import { recordIn } from "../../journal/stored_json.ts";
import type { Journal } from "../../journal/journal.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** A clock that was corrected by less counts as steady, in ms. */
const CORRECTION_MS = 60_000;

const FACT = "safe_time";

/** A time that may be behind the clock, and not ahead of the true one. */
export interface SafeTime {
  /** Goes on by what has passed, and believes the clock when that has been steady for long enough. Recorded, not committed. */
  look(): Promise<void>;
  /** In ms since 1970: not later than the true time as far as anything can tell, at most once `look` was called. */
  nowMs(): number;
  /** Whether the clock has been steady for a day. */
  isSteady(): boolean;
}

interface State {
  /** What the clock said at the last look. */
  readonly clockMs: number;
  readonly safeMs: number;
  /** Since when the clock has been steady, by itself. */
  readonly steadySinceMs: number;
}

/** Made before anything new is recorded: it compares the clock with the newest that the journal knows of. */
export async function createSafeTime(
  { journal, now, elapsedMs }: {
    readonly journal: Pick<Journal, "fact" | "rememberFact" | "newestMomentMs">;
    readonly now: () => number;
    readonly elapsedMs: () => number;
  },
): Promise<SafeTime> {
  let state = startFrom(await readState() ?? await newState());
  let lookedMs = elapsedMs();

  /** Undefined in a journal without such a fact, or with one that cannot be read. */
  async function readState(): Promise<State | undefined> {
    const { clockMs, safeMs, steadySinceMs } = recordIn(await journal.fact(FACT)) ?? {};
    return isWhole(clockMs, 0) && isWhole(safeMs, 0) && isWhole(steadySinceMs, -Infinity)
      ? { clockMs, safeMs, steadySinceMs }
      : undefined;
  }

  async function newState(): Promise<State> {
    const clockMs = await journal.newestMomentMs() ?? now();
    return { clockMs, safeMs: clockMs, steadySinceMs: clockMs - DAY_MS };
  }

  /** Up to a day may have passed since the last process; what the clock says beyond that has to be shown by time. */
  function startFrom({ clockMs, safeMs, steadySinceMs }: State): State {
    const nowMs = now();
    const passedMs = nowMs - clockMs;
    if (passedMs >= -CORRECTION_MS && passedMs <= DAY_MS) {
      return { clockMs: nowMs, safeMs: safeMs + Math.max(passedMs, 0), steadySinceMs };
    }
    return { clockMs: nowMs, safeMs: Math.min(safeMs, nowMs), steadySinceMs: nowMs };
  }

  function isSteady(): boolean {
    return state.clockMs - state.steadySinceMs >= DAY_MS;
  }

  return {
    async look() {
      const clockMs = now();
      const passedMs = elapsedMs() - lookedMs;
      lookedMs += passedMs;
      const wasSetMs = clockMs - state.clockMs - passedMs;
      const steadySinceMs = Math.abs(wasSetMs) > CORRECTION_MS ? clockMs : state.steadySinceMs;
      state = { clockMs, safeMs: state.safeMs + passedMs, steadySinceMs };
      if (isSteady()) state = { ...state, safeMs: clockMs };
      await journal.rememberFact(FACT, JSON.stringify(state));
    },
    nowMs: () => state.safeMs,
    isSteady,
  };
}
