// What is said of today beside the days' counts: the same day last week, and how soon managers take leads.

import { dayStartMs, weekBefore } from "../calendar.ts";
import type { Journal } from "../journal/journal.ts";
import { leadsOf } from "./day_counts.ts";

/** How old the managers' figure may be, in ms. */
const FRESH_MS = 10_000;

export interface Today {
  readonly lastWeek: {
    /** Leads of that day up to the minute that the clock shows now. */
    readonly leads: number;
    /** That minute, in ms since 1970. */
    readonly minuteMs: number;
    /** 1 for Monday up to 7. */
    readonly weekday: number;
  };
  /** From a card until a manager took it, of those taken today; null where none was. */
  readonly medianToTakeMs: number | null;
}

/** Looks at the journal at most once a minute for last week, and every 10 s for the managers. */
export type LookAtToday = () => Promise<Today>;

export function createLookAtToday({ journal, timeZone, now }: {
  readonly journal: Pick<Journal, "countByProfile" | "countTurns">;
  readonly timeZone: string;
  readonly now: () => number;
}): LookAtToday {
  let lastWeek: Today["lastWeek"] | undefined;
  let taken: { readonly atMs: number; readonly medianToTakeMs: number | null } | undefined;

  return async () => {
    const nowMs = now();
    const { startMs, minuteMs, weekday } = weekBefore(nowMs, timeZone);
    if (lastWeek?.minuteMs !== minuteMs) {
      const byProfile = await journal.countByProfile(startMs, minuteMs);
      lastWeek = { leads: leadsOf({ byProfile }), minuteMs, weekday };
    }
    if (taken === undefined || Math.abs(nowMs - taken.atMs) >= FRESH_MS) {
      const { medianToTakeMs } = await journal.countTurns(dayStartMs(nowMs, timeZone), nowMs + 1);
      taken = { atMs: nowMs, medianToTakeMs };
    }
    return { lastWeek, medianToTakeMs: taken.medianToTakeMs };
  };
}
