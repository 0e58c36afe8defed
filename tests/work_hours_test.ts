// Working hours in a time zone.

import assert from "node:assert/strict";
import { isWorkTime, parseWorkHours, type WorkHours } from "../lib/work_hours.ts";

/** 2026-01-15 is a Thursday. */
const at = (words: string) =>
  Temporal.PlainDateTime.from(words).toZonedDateTime("Europe/Moscow").epochMilliseconds;
const isOpen = (hours: string, words: string) =>
  isWorkTime(read(hours), at(words), "Europe/Moscow");

Deno.test("working hours begin with their first minute and end before their last", () => {
  const hours = "пн-пт 9-19, сб 10:30-16";
  assert.ok(!isOpen(hours, "2026-01-15T08:59:59"));
  assert.ok(isOpen(hours, "2026-01-15T09:00"));
  assert.ok(isOpen(hours, "2026-01-15T18:59:59"));
  assert.ok(!isOpen(hours, "2026-01-15T19:00"));
  assert.ok(!isOpen(hours, "2026-01-17T10:29"));
  assert.ok(isOpen(hours, "2026-01-17T10:30"));
  assert.ok(!isOpen(hours, "2026-01-18T12:00"));
});

Deno.test("days may go over the end of the week, spaces and case do not matter, and none means always", () => {
  assert.ok(isOpen(" СБ-пн   0-24 ", "2026-01-19T23:59"));
  assert.ok(!isOpen("сб-пн 0-24", "2026-01-20T00:00"));
  assert.ok(isWorkTime([], at("2026-01-18T03:00"), "Europe/Moscow"));
});

Deno.test("hours that end before they begin go on into the next day", () => {
  const hours = "пт-вс 20-4";
  assert.ok(!isOpen(hours, "2026-01-16T19:59")); // A Friday.
  assert.ok(isOpen(hours, "2026-01-16T20:00"));
  assert.ok(isOpen(hours, "2026-01-17T03:59"));
  assert.ok(!isOpen(hours, "2026-01-17T04:00"));
  assert.ok(isOpen(hours, "2026-01-19T03:59"));
  assert.ok(!isOpen(hours, "2026-01-16T03:59"));
  assert.ok(isOpen("пт 20-0", "2026-01-16T23:59"));
  assert.ok(!isOpen("пт 20-0", "2026-01-17T00:00"));
  for (const none of ["пн 9-9", "пн 24-24", "пн 24-4", "пн 0-0"]) {
    assert.equal(parseWorkHours(none).ok, false, none);
  }
});

Deno.test("a dash of any length is a hyphen", () => {
  assert.deepEqual(read("пн–пт 9—19"), read("пн-пт 9-19"));
});

Deno.test("the first part that is no working hours is told", () => {
  const result = parseWorkHours("пн-пт 9-19, суббота 10-16, чт");
  assert.deepEqual(result, { ok: false, found: "суббота 10-16" });
});

function read(text: string): WorkHours {
  const result = parseWorkHours(text);
  assert.ok(result.ok);
  return result.hours;
}
