// The upkeep of several processes: each thing is done once, and who takes it over goes on from what the journal knows.

import assert from "node:assert/strict";
import { createUpkeep } from "../../lib/app/upkeep/upkeep.ts";
import type { Journal } from "../../lib/journal/journal.ts";
import { createLoginMessages } from "../../lib/managers/login_messages.ts";
import { lookRepeatedly } from "../../lib/managers/repeated_look.ts";
import { createDurableRecording } from "../../lib/journal/durable.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { withSqlite } from "../helpers/a_journal.ts";
import { aLog } from "../helpers/a_log.ts";
import { someProfiles } from "../helpers/a_profile.ts";

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** In Moscow. */
const TEN_MS = Date.UTC(2026, 10, 28, 7);

function anUpkeep(journal: Journal, now: () => number, name: () => string | undefined) {
  return createUpkeep({
    journal,
    file: undefined,
    dataDir: "/nowhere",
    photos: { removeUnused: () => Promise.resolve(0) },
    profiles: () => someProfiles(),
    retentionDays: 180,
    timeZone: "Europe/Moscow",
    wake() {},
    now,
    elapsedMs: now,
    freeBytes: () => Promise.resolve(undefined),
    name,
    log: aLog().log,
  });
}

Deno.test("the daily line is owed once, whichever processes do the upkeep that day", () =>
  withSqlite(async (journal) => {
    let nowMs = TEN_MS;
    let holder: string | undefined = "one";
    const now = () => nowMs;
    const one = await anUpkeep(journal, now, () => holder === "one" ? "one" : undefined);
    const two = await anUpkeep(journal, now, () => holder === "two" ? "two" : undefined);
    const notes = () => journal.countDueWork("admin_chat", "note", nowMs, 9);
    const look = async () => {
      await one.look();
      await two.look();
    };
    await look();
    nowMs += DAY_MS;
    await look();
    assert.equal(await notes(), 1);
    holder = "two";
    nowMs += 60_000;
    await look();
    assert.equal(await notes(), 1);
    nowMs += DAY_MS;
    await look();
    assert.equal(await notes(), 2);
    holder = undefined;
    nowMs += DAY_MS;
    await look();
    assert.equal(await notes(), 2);
  }));

Deno.test("who takes the upkeep over believes the clock as long as the one before did", () =>
  withSqlite(async (journal) => {
    let nowMs = TEN_MS;
    let holder = "one";
    const now = () => nowMs;
    const one = await anUpkeep(journal, now, () => holder === "one" ? "one" : undefined);
    const two = await anUpkeep(journal, now, () => holder === "two" ? "two" : undefined);
    for (let hours = 0; hours < 60; hours += 1) {
      await one.look();
      nowMs += HOUR_MS;
    }
    holder = "two";
    await two.look();
    const { safeMs } = JSON.parse((await journal.fact("safe_time"))!);
    assert.equal(safeMs, nowMs);
  }));

Deno.test("login links are replaced by one process, also those of another's, and looks are its own", () =>
  withSqlite(async (journal) => {
    const edited: number[] = [];
    const stopping = new AbortController();
    const recordDurably = createDurableRecording({
      journal,
      sleep: () => Promise.resolve(),
      stopping: stopping.signal,
      random: () => 1,
      log: aLog().log,
    });
    const make = (isHere: boolean) =>
      createLoginMessages({
        journal,
        adminChat: {
          edit(message) {
            edited.push(isHere ? message.messageId : -1);
            return Promise.resolve({ kind: "shown", message });
          },
        },
        recordDurably,
        tellTime: String,
        mayLook: () => isHere,
        now: () => NOON_MS,
        random: () => 1,
        stopping: stopping.signal,
        log: aLog().log,
      });
    const [here, elsewhere] = [make(true), make(false)];
    const link = { hash: "a", askedBy: "@anna", expiresAtMs: NOON_MS - 1 };
    await elsewhere.remember(link, { chatId: -1, messageId: 5 });
    await elsewhere.stop();
    assert.deepEqual(edited, []);
    here.wake();
    await here.stop();
    assert.deepEqual(edited, [5]);
    stopping.abort();
    let looks = 0;
    let isHere = false;
    const stop = new AbortController();
    await lookRepeatedly(() => Promise.resolve(void looks++), {
      everyMs: 1,
      mayLook: () => isHere,
      failed: "",
      sleep() {
        if (isHere) stop.abort();
        isHere = true;
        return Promise.resolve();
      },
      stopping: stop.signal,
      log: aLog().log,
    });
    assert.equal(looks, 1);
    for (const each of [here, elsewhere]) await each.stop();
  }));
