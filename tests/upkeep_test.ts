// What is done now and then, on a clock of the test's own.

import assert from "node:assert/strict";
import { type Journal, openJournal } from "../lib/journal.ts";
import { createUpkeep, listBackups, type Upkeep } from "../lib/upkeep.ts";
import { aNewLead, aVisitor } from "./helpers/a_lead.ts";
import { aLog, type LogOfTest } from "./helpers/a_log.ts";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** 08:00 in Moscow. */
const MORNING_MS = Date.parse("2026-03-10T05:00:00Z");

interface House {
  readonly journal: Journal;
  readonly upkeep: Upkeep;
  readonly folder: string;
  /** Lets the time pass until a moment, in ms since 1970. */
  until(ms: number): House;
  /** Sets the clock, in ms since 1970: no time passes. */
  set(ms: number): House;
  /** Room on the disk, in bytes; at first not known. */
  free: number | undefined;
  readonly log: LogOfTest;
  /** The next process on the same folder. */
  restart(): Upkeep;
}

async function withUpkeep(
  test: (house: House) => Promise<void>,
  watch = (journal: Journal) => journal,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const journal = openJournal(`${folder}/triborg.db`);
  let nowMs = MORNING_MS;
  let elapsedMs = 0;
  const log = aLog();
  const open = () =>
    createUpkeep({
      journal: watch(journal),
      dataDir: folder,
      retentionDays: 180,
      timeZone: "Europe/Moscow",
      wake: () => {},
      now: () => nowMs,
      elapsedMs: () => elapsedMs,
      freeBytes: () => Promise.resolve(house.free),
      log: log.log,
    });
  const house: House = {
    journal,
    get upkeep() {
      return upkeep;
    },
    folder,
    log,
    free: undefined,
    until(ms) {
      elapsedMs += ms - nowMs;
      nowMs = ms;
      return house;
    },
    set(ms) {
      nowMs = ms;
      return house;
    },
    restart: () => upkeep = open(),
  };
  let upkeep = open();
  try {
    await test(house);
  } finally {
    journal.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function notes(journal: Journal): string[] {
  return journal.takeWork("admin_chat", Number.MAX_SAFE_INTEGER, 100)
    .filter(({ kind }) => kind === "note").map(({ body }) => body);
}

function recordLead(journal: Journal, receivedAtMs: number, number: number) {
  const recorded = journal.recordChoice(
    aNewLead({ receivedAtMs, menuMessageId: number, id: String(number) }),
    "{}",
    "crm.example.com",
    false,
  );
  assert.ok(recorded);
  return recorded.lead;
}

Deno.test("the daily line tells of yesterday at nine, once, with the word in its right case", () =>
  withUpkeep(async ({ journal, upkeep, until }) => {
    await upkeep.look();
    for (let lead = 1; lead <= 42; lead++) {
      const { number } = recordLead(journal, MORNING_MS + lead, lead);
      journal.moveLead(number, lead <= 40 ? "in_crm" : "in_admin_chat");
      if (lead > 40) journal.moveLead(number, "by_hand");
    }
    recordLead(journal, MORNING_MS + DAY_MS - 1, 43); // 08:00 of the day it is told: not yesterday's.
    until(MORNING_MS + DAY_MS);
    await upkeep.look();
    assert.deepEqual(notes(journal), []);
    until(MORNING_MS + DAY_MS + 60 * 60 * 1000);
    await upkeep.look();
    await upkeep.look();
    assert.deepEqual(notes(journal), [
      "Вчера: 42 лида — 40 в CRM, 2 внесены вручную, 0 ждут",
    ]);
  }));

Deno.test("a new journal tells of no yesterday, and a line missed until noon is not told any more", () =>
  withUpkeep(async ({ journal, upkeep, until }) => {
    until(MORNING_MS + 4 * 60 * 60 * 1000);
    await upkeep.look();
    until(MORNING_MS + DAY_MS + 5 * 60 * 60 * 1000);
    await upkeep.look();
    assert.deepEqual(notes(journal), []);
  }));

Deno.test("a backup is made each night, opens as a journal, and seven are kept", () =>
  withUpkeep(async ({ journal, upkeep, folder, until }) => {
    recordLead(journal, MORNING_MS, 1);
    for (let day = 0; day < 10; day++) {
      until(MORNING_MS + day * DAY_MS);
      await upkeep.look();
    }
    const backups = await listBackups(folder);
    assert.equal(backups.length, 7);
    assert.match(backups[0] ?? "", /triborg-2026-03-19\.db$/);
    const copy = openJournal(backups[0] ?? "");
    assert.equal(copy.findLead(1)?.visitor.firstName, "Galliard");
    copy.close();
  }));

Deno.test("after the retention the persons of settled leads are erased, and open ones are kept", () =>
  withUpkeep(async ({ journal, upkeep, until }) => {
    await upkeep.look();
    const settled = recordLead(journal, MORNING_MS, 1);
    const open = recordLead(journal, MORNING_MS, 2);
    const fresh = recordLead(journal, MORNING_MS + 2 * DAY_MS, 3);
    journal.moveLead(settled.number, "in_crm");
    journal.moveLead(open.number, "in_admin_chat");
    journal.moveLead(fresh.number, "in_crm");
    journal.recordFollowUp({
      lead: settled.number,
      chatId: settled.chatId,
      messageId: 9,
      albumId: null,
      content: { text: "личное", entities: [], media: null, captionable: false },
    }, MORNING_MS);

    until(MORNING_MS + 181 * DAY_MS);
    await upkeep.look();
    const erased = journal.findLead(settled.number);
    assert.deepEqual(
      erased?.visitor,
      aVisitor({ userId: 0, username: null, firstName: "", language: null }),
    );
    assert.equal(erased?.choice, settled.choice);
    assert.equal(journal.takeFollowUp(1)?.content.text, "");
    assert.equal(journal.findLead(open.number)?.visitor.firstName, "Galliard");
    assert.equal(journal.findLead(fresh.number)?.visitor.firstName, "Galliard");
  }));

Deno.test("while old leads are looked through, where nobody is left to erase, others get their turn", async () => {
  let turn = 0;
  const portionsIn: number[] = [];
  await withUpkeep(async ({ journal, upkeep, until }) => {
    await upkeep.look();
    for (let lead = 1; lead <= 700; lead++) recordLead(journal, MORNING_MS, lead);
    await journal.committed();
    until(MORNING_MS + 181 * DAY_MS);
    portionsIn.length = 0;
    let others = setImmediate(function go() {
      turn += 1;
      others = setImmediate(go);
    });
    await upkeep.look();
    clearImmediate(others);
    assert.equal(portionsIn.length, 4);
    assert.equal(new Set(portionsIn).size, 4);
  }, (journal) => ({
    ...journal,
    eraseSettledBefore(...asked) {
      portionsIn.push(turn);
      return journal.eraseSettledBefore(...asked);
    },
  }));
});
