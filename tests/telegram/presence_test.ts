// What counts as an absence.

import assert from "node:assert/strict";
import { openJournal } from "../../lib/journal/journal.ts";
import { createPresence } from "../../lib/telegram/presence.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";

function aPresence(journal = openJournal(":memory:")) {
  let nowMs = NOON_MS;
  let elapsedMs = 0;
  let reminded = 0;
  const open = () =>
    createPresence({
      journal,
      remind: () => reminded++,
      now: () => nowMs,
      elapsedMs: () => elapsedMs,
      log: aLog().log,
    });
  journal.rememberMenu({ chatId: 1, messageId: 1 }, "agency", NOON_MS - 1000);
  return {
    journal,
    open,
    pass(ms: number) {
      nowMs += ms;
      elapsedMs += ms;
    },
    /** The clock is set, and with it what waits on disk. */
    set(byMs: number) {
      journal.shiftWaits(byMs);
      nowMs += byMs;
    },
    reminded: () => reminded,
  };
}

Deno.test("an absence of 150 seconds is none, one of a millisecond more is", () => {
  for (const [ms, times] of [[150_000, 0], [150_001, 1]] as const) {
    const { journal, open, pass, reminded } = aPresence();
    open().polled(true);
    pass(ms);
    open().polled(true);
    assert.equal(reminded(), times);
    journal.close();
  }
});

Deno.test("reminders wait until Telegram has handed over what had piled up, also over a crash", () => {
  const { journal, open, pass, reminded } = aPresence();
  open().polled(true);
  pass(200_000);
  open().polled(false);
  assert.equal(reminded(), 0);
  const after = open();
  after.polled(true);
  assert.equal(reminded(), 1);
  pass(20_000);
  after.polled(true);
  assert.equal(reminded(), 1);
  journal.close();
});

Deno.test("a journal without a heartbeat knows of no absence", () => {
  const { journal, open, reminded } = aPresence();
  open().polled(true);
  assert.equal(reminded(), 0);
  journal.close();
});

Deno.test("an absence of the network counts like one of the process", () => {
  const { journal, open, pass, reminded } = aPresence();
  const presence = open();
  presence.polled(true);
  pass(300_000);
  presence.polled(true);
  assert.equal(reminded(), 1);
  journal.close();
});

Deno.test("a clock that is set is no absence, of this process or before the next", () => {
  for (const byMs of [6 * 60 * 60_000, -6 * 60 * 60_000]) {
    const { journal, open, pass, set, reminded } = aPresence();
    const presence = open();
    presence.polled(true);
    set(byMs);
    presence.polled(true);
    pass(5_000);
    open().polled(true);
    assert.equal(reminded(), 0);
    assert.equal(presence.lastPolledAtMs(), NOON_MS + byMs);
    journal.close();
  }
});
