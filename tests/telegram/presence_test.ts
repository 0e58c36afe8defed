// What counts as an absence.

import assert from "node:assert/strict";
import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { createPresence } from "../../lib/telegram/presence.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";

async function aPresence(journal?: Journal) {
  journal ??= await openJournal(":memory:");
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
  await journal.rememberMenu({ chatId: 1, messageId: 1 }, "agency", NOON_MS - 1000);
  return {
    journal,
    open,
    pass(ms: number) {
      nowMs += ms;
      elapsedMs += ms;
    },
    /** The clock is set, and with it what waits on disk. */
    async set(byMs: number) {
      await journal.shiftWaits(byMs);
      nowMs += byMs;
    },
    reminded: () => reminded,
  };
}

Deno.test("an absence of 150 seconds is none, one of a millisecond more is", async () => {
  for (const [ms, times] of [[150_000, 0], [150_001, 1]] as const) {
    const { journal, open, pass, reminded } = await aPresence();
    await (await open()).polled(true);
    pass(ms);
    await (await open()).polled(true);
    assert.equal(reminded(), times);
    await journal.close();
  }
});

Deno.test("reminders wait until Telegram has handed over what had piled up, also over a crash", async () => {
  const { journal, open, pass, reminded } = await aPresence();
  await (await open()).polled(true);
  pass(200_000);
  await (await open()).polled(false);
  assert.equal(reminded(), 0);
  const after = await open();
  await after.polled(true);
  assert.equal(reminded(), 1);
  pass(20_000);
  await after.polled(true);
  assert.equal(reminded(), 1);
  await journal.close();
});

Deno.test("a journal without a heartbeat knows of no absence", async () => {
  const { journal, open, reminded } = await aPresence();
  await (await open()).polled(true);
  assert.equal(reminded(), 0);
  await journal.close();
});

Deno.test("an absence of the network counts like one of the process", async () => {
  const { journal, open, pass, reminded } = await aPresence();
  const presence = await open();
  await presence.polled(true);
  pass(300_000);
  await presence.polled(true);
  assert.equal(reminded(), 1);
  await journal.close();
});

Deno.test("a clock that is set is no absence, of this process or before the next", async () => {
  for (const byMs of [6 * 60 * 60_000, -6 * 60 * 60_000]) {
    const { journal, open, pass, set, reminded } = await aPresence();
    const presence = await open();
    await presence.polled(true);
    await set(byMs);
    await presence.polled(true);
    pass(5_000);
    await (await open()).polled(true);
    assert.equal(reminded(), 0);
    assert.equal(presence.lastPolledAtMs(), NOON_MS + byMs);
    await journal.close();
  }
});
