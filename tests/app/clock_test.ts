// The process's clock beside a machine whose clock is set.

import assert from "node:assert/strict";
import { createClock } from "../../lib/app/clock.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 60 * 60 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;

function aClock(followed: (byMs: number) => Promise<void> = () => Promise.resolve()) {
  let elapsedMs = 17.25;
  let wallMs = NOON_MS;
  const shifts: number[] = [];
  const log = aLog();
  const clock = createClock({
    machine: { now: () => wallMs, elapsedMs: () => elapsedMs },
    followed(byMs) {
      shifts.push(byMs);
      return followed(byMs);
    },
    log: log.log,
  });
  return {
    clock,
    shifts,
    log,
    /** The machine's clock is set. */
    set: (byMs: number) => wallMs += byMs,
    /** Time passes, second by second. */
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += SECOND_MS) {
        elapsedMs += SECOND_MS;
        wallMs += SECOND_MS;
        await clock.look();
      }
    },
  };
}

Deno.test("the clock is the machine's while nobody sets that", async () => {
  const { clock, pass, shifts } = aClock();
  assert.equal(clock.now(), NOON_MS);
  await pass(HOUR_MS / 60);
  assert.equal(clock.now(), NOON_MS + HOUR_MS / 60);
  assert.deepEqual(shifts, []);
});

for (const byMs of [-6 * HOUR_MS, 6 * HOUR_MS, -1_001, DAY_MS]) {
  Deno.test(`a clock set by ${byMs} ms is followed after a minute, and what waits is moved by as much`, async () => {
    const { clock, set, pass, shifts } = aClock();
    set(byMs);
    await pass(60 * SECOND_MS);
    assert.deepEqual([clock.now(), shifts], [NOON_MS + 60 * SECOND_MS, []]);
    await pass(SECOND_MS);
    assert.deepEqual([clock.now(), shifts], [NOON_MS + 61 * SECOND_MS + byMs, [byMs]]);
    await pass(HOUR_MS / 2);
    assert.equal(shifts.length, 1);
  });
}

Deno.test("a clock that is wrong by 200 days for five minutes never shows", async () => {
  const { clock, set, pass, shifts } = aClock();
  set(200 * DAY_MS);
  await pass(5 * 60 * SECOND_MS);
  set(-200 * DAY_MS);
  await pass(HOUR_MS);
  assert.deepEqual(shifts, []);
  assert.equal(clock.now(), NOON_MS + HOUR_MS + 5 * 60 * SECOND_MS);
});

Deno.test("a clock that stays wrong by more than a day is followed after ten minutes", async () => {
  const { clock, set, pass, shifts, log } = aClock();
  set(-3 * DAY_MS);
  await pass(10 * 60 * SECOND_MS);
  assert.deepEqual(shifts, []);
  await pass(SECOND_MS);
  assert.deepEqual(shifts, [-3 * DAY_MS]);
  assert.equal(clock.now(), NOON_MS - 3 * DAY_MS + 601 * SECOND_MS);
  assert.equal(log.lines.filter((line) => line.includes("Часы сервера переведены")).length, 2);
});

Deno.test("a clock that goes to and fro is not followed", async () => {
  const { set, pass, shifts } = aClock();
  for (let turn = 0; turn < 10; turn++) {
    set(turn % 2 === 0 ? HOUR_MS : -HOUR_MS);
    await pass(30 * SECOND_MS);
  }
  assert.deepEqual(shifts, []);
});

Deno.test("where what waits cannot be moved the clock is not set either, until it can", async () => {
  let full = true;
  const { clock, set, pass } = aClock(() => full ? Promise.reject(new Error()) : Promise.resolve());
  set(HOUR_MS);
  await pass(70 * SECOND_MS);
  assert.equal(clock.now(), NOON_MS + 70 * SECOND_MS);
  full = false;
  await pass(SECOND_MS);
  assert.equal(clock.now(), NOON_MS + 71 * SECOND_MS + HOUR_MS);
});

Deno.test("momentOf tells a moment of the span's clock by the clock as it is now", async () => {
  const { clock, set, pass } = aClock();
  const begun = clock.elapsedMs();
  await pass(SECOND_MS);
  set(HOUR_MS);
  await pass(61 * SECOND_MS);
  assert.equal(clock.now() - clock.momentOf(begun), 62 * SECOND_MS);
});
