// Leads by day and place. Past days are cached, because they rarely change.

import type { Journal } from "../journal/journal.ts";
import { type PlaceCounts, PLACES } from "../lead.ts";

export interface CountedDay {
  readonly date: Temporal.PlainDate;
  readonly byProfile: ReadonlyMap<string, PlaceCounts>;
}

/** Leads of a day, without those of blocked visitors, who may press without end. */
export function leadsOf({ byProfile }: Pick<CountedDay, "byProfile">): number {
  return [...byProfile.values()].flatMap((counts) => WANTED.map((place) => counts[place] ?? 0))
    .reduce((sum, leads) => sum + leads, 0);
}

const WANTED = PLACES.filter((place) => place !== "blocked");

/** How old a past day's count may be, in ms: a manager may still close yesterday's lead. */
const FRESH_MS = 10_000;

/** The last days in a time zone, oldest first, including today. */
export type DayCounts = (days: number) => Promise<readonly CountedDay[]>;

export function createDayCounts(
  { journal, timeZone, now }: {
    readonly journal: Pick<Journal, "countByProfile">;
    readonly timeZone: string;
    readonly now: () => number;
  },
): DayCounts {
  let over: { readonly today: string; readonly atMs: number; readonly days: CountedDay[] } | null =
    null;

  async function count(begin: Temporal.ZonedDateTime): Promise<CountedDay> {
    const end = begin.add({ days: 1 }).startOfDay();
    return {
      date: begin.toPlainDate(),
      byProfile: await journal.countByProfile(begin.epochMilliseconds, end.epochMilliseconds),
    };
  }

  return async (days) => {
    const nowMs = now();
    const today = Temporal.Instant.fromEpochMilliseconds(nowMs)
      .toZonedDateTimeISO(timeZone).startOfDay();
    const name = today.toPlainDate().toString();
    let known = over;
    const isFresh = known?.today === name && known.days.length === days - 1 &&
      nowMs - known.atMs < FRESH_MS;
    if (known === null || !isFresh) {
      const begins = Array.from(
        { length: days - 1 },
        (_, index) => today.subtract({ days: days - 1 - index }).startOfDay(),
      );
      known = over = { today: name, atMs: nowMs, days: await Promise.all(begins.map(count)) };
    }
    return [...known.days, await count(today)];
  };
}
