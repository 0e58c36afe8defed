// How many leads went where, day by day. Days that are over are read again only now and then: little changes in them.

import type { Journal } from "../journal/journal.ts";
import type { PlaceCounts } from "../lead.ts";

export interface CountedDay {
  readonly date: Temporal.PlainDate;
  readonly byProfile: ReadonlyMap<string, PlaceCounts>;
}

/** How old the count of a day that is over may be, in ms: a manager may close a lead of yesterday's. */
const FRESH_MS = 10_000;

/** The last days in a time zone, oldest first, today among them. */
export type DayCounts = (days: number) => readonly CountedDay[];

export function createDayCounts(
  { journal, timeZone, now }: {
    readonly journal: Pick<Journal, "countByProfile">;
    readonly timeZone: string;
    readonly now: () => number;
  },
): DayCounts {
  let over: { readonly today: string; readonly atMs: number; readonly days: CountedDay[] } | null =
    null;

  function count(begin: Temporal.ZonedDateTime): CountedDay {
    const end = begin.add({ days: 1 }).startOfDay();
    return {
      date: begin.toPlainDate(),
      byProfile: journal.countByProfile(begin.epochMilliseconds, end.epochMilliseconds),
    };
  }

  return (days) => {
    const nowMs = now();
    const today = Temporal.Instant.fromEpochMilliseconds(nowMs)
      .toZonedDateTimeISO(timeZone).startOfDay();
    const name = today.toPlainDate().toString();
    const isFresh = over?.today === name && over.days.length === days - 1 &&
      nowMs - over.atMs < FRESH_MS;
    if (over === null || !isFresh) {
      const begins = Array.from(
        { length: days - 1 },
        (_, index) => today.subtract({ days: days - 1 - index }).startOfDay(),
      );
      over = { today: name, atMs: nowMs, days: begins.map(count) };
    }
    return [...over.days, count(today)];
  };
}
