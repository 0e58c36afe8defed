import assert from "node:assert/strict";
import { dayBeforeStartMs, weekBefore } from "../lib/calendar.ts";

const at = (text: string) => Temporal.ZonedDateTime.from(text).epochMilliseconds;
const told = (ms: number, timeZone: string) =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDateTime()
    .toString({ smallestUnit: "minute" });

Deno.test("a week before is the same weekday from its midnight up to the full minute of the clock", () => {
  const zone = "Europe/Moscow";
  const { startMs, minuteMs, weekday } = weekBefore(at(`2026-11-28T14:05:59[${zone}]`), zone);
  assert.equal(told(startMs, zone), "2026-11-21T00:00");
  assert.equal(told(minuteMs, zone), "2026-11-21T14:05");
  assert.equal(weekday, 6);
});

for (
  const [change, now, hours] of [
    ["goes forward", "2026-03-31T12:30", 167],
    ["goes back", "2026-10-27T12:30", 169],
  ] as const
) {
  Deno.test(`a week in which the clock ${change} lasts ${hours} hours`, () => {
    const zone = "Europe/Berlin";
    const nowMs = at(`${now}[${zone}]`);
    const { minuteMs, startMs } = weekBefore(nowMs, zone);
    assert.equal((nowMs - minuteMs) / 3_600_000, hours);
    assert.equal(told(minuteMs, zone).slice(11), "12:30");
    assert.equal(told(startMs, zone).slice(11), "00:00");
  });
}

Deno.test("an hour that last week's clock skipped is the one after it", () => {
  const zone = "Europe/Berlin";
  const { minuteMs } = weekBefore(at(`2026-04-05T02:30[${zone}]`), zone);
  assert.equal(told(minuteMs, zone), "2026-03-29T03:30");
});

Deno.test("a day whose midnight is skipped starts when the clock does", () => {
  const zone = "America/Santiago"; // The clock goes from 0 to 1 on 2026-09-06.
  const { startMs } = weekBefore(at(`2026-09-13T10:00[${zone}]`), zone);
  assert.equal(told(startMs, zone), "2026-09-06T01:00");
});

Deno.test("the day before begins at its own midnight where the day's midnight is left out", () => {
  const zone = "America/Havana"; // On 2026-03-08 the clock goes from 00:00 to 01:00.
  assert.equal(
    dayBeforeStartMs(at(`2026-03-08T09:00[${zone}]`), zone),
    at(`2026-03-07T00:00[${zone}]`),
  );
});
