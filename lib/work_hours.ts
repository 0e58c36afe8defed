// Working hours as an operator writes them, `пн-пт 9-19, сб 10-16`: read, and asked whether a moment is within them.

/** Minutes of a week's day, from and before; days count from Monday, 1 to 7. */
export interface WorkSpan {
  readonly days: readonly number[];
  readonly fromMinute: number;
  readonly beforeMinute: number;
}

/** No spans mean always. */
export type WorkHours = readonly WorkSpan[];

const DAYS = ["пн", "вт", "ср", "чт", "пт", "сб", "вс"] as const;

/** Working hours, or the first part that is none. */
export type WorkHoursResult =
  | { readonly ok: true; readonly hours: WorkHours }
  | { readonly ok: false; readonly found: string };

/** Reads working hours. */
export function parseWorkHours(text: string): WorkHoursResult {
  const hours: WorkSpan[] = [];
  for (const part of text.split(",")) {
    const spans = spansIn(part.trim());
    if (spans === undefined) return { ok: false, found: part.trim() };
    hours.push(...spans);
  }
  return { ok: true, hours };
}

/** Whether a moment is within working hours, in a time zone. */
export function isWorkTime(hours: WorkHours, atMs: number, timeZone: string): boolean {
  if (hours.length === 0) return true;
  const at = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
  const minute = at.hour * 60 + at.minute;
  return hours.some(({ days, fromMinute, beforeMinute }) =>
    days.includes(at.dayOfWeek) && minute >= fromMinute && minute < beforeMinute
  );
}

/** Hours that end before they begin go on into the next day: `пн-пт 20-4` ends on Saturday at four. */
function spansIn(part: string): WorkSpan[] | undefined {
  const plain = part.replace(DASHES, "-");
  const [days, hours, ...rest] = plain.split(" ").filter((word) => word !== "");
  if (days === undefined || hours === undefined || rest.length > 0) return undefined;
  const on = daysIn(days.toLowerCase());
  const [from, before, ...more] = hours.split("-").map(minuteIn);
  if (on === undefined || from === undefined || before === undefined || more.length > 0) {
    return undefined;
  }
  if (from < before) return [{ days: on, fromMinute: from, beforeMinute: before }];
  if (from === before || from === DAY_MINUTES) return undefined;
  const evening = { days: on, fromMinute: from, beforeMinute: DAY_MINUTES };
  const next = on.map((day) => day % DAYS.length + 1);
  return before === 0 ? [evening] : [evening, { days: next, fromMinute: 0, beforeMinute: before }];
}

/** Word processors make dashes of hyphens. */
const DASHES = /[‐‑‒–—−]/g;

const DAY_MINUTES = 24 * 60;

/** `пн`, `пн-пт`, and over the week's end `сб-пн`. */
function daysIn(text: string): number[] | undefined {
  const named = text.split("-").map((each) => DAYS.findIndex((day) => day === each));
  const [first = -1, last = first, ...rest] = named;
  if (first < 0 || last < 0 || rest.length > 0) return undefined;
  const count = (last - first + DAYS.length) % DAYS.length + 1;
  return Array.from({ length: count }, (_, nth) => (first + nth) % DAYS.length + 1);
}

/** `9`, `09:30`, `24`. */
function minuteIn(text: string): number | undefined {
  const [hour, minute = 0, ...rest] = text.split(":").map((each) => wholeIn(each));
  if (hour === undefined || rest.length > 0 || !(hour <= 24) || !(minute <= 59)) return undefined;
  const all = hour * 60 + minute;
  return all <= DAY_MINUTES ? all : undefined;
}

function wholeIn(text: string): number {
  const isWhole = text.length > 0 && text.length <= 2 &&
    [...text].every((each) => each >= "0" && each <= "9");
  return isWhole ? Number(text) : NaN;
}
