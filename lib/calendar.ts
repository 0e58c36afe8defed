// Dates and times in the managers' time zone.

/** Start of the day that contains a moment, in ms since 1970. */
export function dayStartMs(atMs: number, timeZone: string): number {
  return zoned(atMs, timeZone).startOfDay().epochMilliseconds;
}

/** Start of the day before it, in ms since 1970. */
export function dayBeforeStartMs(atMs: number, timeZone: string): number {
  return zoned(atMs, timeZone).subtract({ days: 1 }).startOfDay().epochMilliseconds;
}

/**
 * The same day a week before: its start, and the moment at which the clock showed the full minute that it shows now; in ms
 * since 1970. Across a change of the clock both may be other than 168 hours ago. `weekday` is 1 for Monday up to 7.
 */
export function weekBefore(
  atMs: number,
  timeZone: string,
): { readonly startMs: number; readonly minuteMs: number; readonly weekday: number } {
  const before = zoned(atMs, timeZone).subtract({ days: 7 }).round({
    smallestUnit: "minute",
    roundingMode: "floor",
  });
  return {
    startMs: before.startOfDay().epochMilliseconds,
    minuteMs: before.epochMilliseconds,
    weekday: before.dayOfWeek,
  };
}

/** Day and full hour of a moment, such as `2026-11-22` and 9. */
export function dayAndHour(atMs: number, timeZone: string): { day: string; hour: number } {
  const { hour } = zoned(atMs, timeZone);
  return { day: zoned(atMs, timeZone).toPlainDate().toString(), hour };
}

/** `12:20` for today, `22.11 12:20` for another day. */
export function clockTime(atMs: number, nowMs: number, timeZone: string): string {
  const at = zoned(atMs, timeZone);
  const two = (part: number) => String(part).padStart(2, "0");
  const time = `${two(at.hour)}:${two(at.minute)}`;
  const sameDay = at.toPlainDate().equals(zoned(nowMs, timeZone).toPlainDate());
  return sameDay ? time : `${two(at.day)}.${two(at.month)} ${time}`;
}

/** `28.11 18:02`, with the year when it is another one. */
export function dayAndTime(atMs: number, nowMs: number, timeZone: string): string {
  const at = zoned(atMs, timeZone);
  const two = (part: number) => String(part).padStart(2, "0");
  const year = at.year === zoned(nowMs, timeZone).year ? "" : `.${at.year}`;
  return `${two(at.day)}.${two(at.month)}${year} ${two(at.hour)}:${two(at.minute)}`;
}

/** `18:02:05`. */
export function timeWithSeconds(atMs: number, timeZone: string): string {
  return zoned(atMs, timeZone).toPlainTime().toString({ smallestUnit: "second" });
}

/** `20261128-180200`, for the names of files. */
export function timeInName(atMs: number, timeZone: string): string {
  const [date = "", time = ""] = zoned(atMs, timeZone).toPlainDateTime()
    .toString({ smallestUnit: "second" }).split("T");
  return `${date.replaceAll("-", "")}-${time.replaceAll(":", "")}`;
}

/** Days from one date such as `2026-11-22` to another; negative when it is earlier. */
export function daysAfter(day: string, other: string): number {
  return Temporal.PlainDate.from(day).since(Temporal.PlainDate.from(other)).days;
}

function zoned(atMs: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
}
