// What is done now and then, on a clock of the test's own.

import assert from "node:assert/strict";
import { type Journal, openJournal } from "../lib/journal.ts";
import { createUpkeep, listBackups, type Upkeep } from "../lib/upkeep.ts";
import { aNewLead, aVisitor } from "./helpers/a_lead.ts";
import { aLog } from "./helpers/a_log.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** 08:00 in Moscow. */
const MORNING_MS = Date.parse("2026-03-10T05:00:00Z");

interface House {
  readonly journal: Journal;
  readonly upkeep: Upkeep;
  readonly folder: string;
  /** Sets the clock, in ms since 1970. */
  at(ms: number): House;
}

async function withUpkeep(
  test: (house: House) => Promise<void>,
  watch = (journal: Journal) => journal,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const journal = openJournal(`${folder}/triborg.db`);
  let nowMs = MORNING_MS;
  const upkeep = createUpkeep({
    journal: watch(journal),
    dataDir: folder,
    retentionDays: 180,
    timeZone: "Europe/Moscow",
    wake: () => {},
    now: () => nowMs,
    log: aLog().log,
  });
  const house: House = {
    journal,
    upkeep,
    folder,
    at(ms) {
      nowMs = ms;
      return house;
    },
  };
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
  withUpkeep(async ({ journal, upkeep, at }) => {
    await upkeep.look();
    for (let lead = 1; lead <= 42; lead++) {
      const { number } = recordLead(journal, MORNING_MS + lead, lead);
      journal.moveLead(number, lead <= 40 ? "in_crm" : "in_admin_chat");
      if (lead > 40) journal.moveLead(number, "by_hand");
    }
    recordLead(journal, MORNING_MS + DAY_MS - 1, 43); // 08:00 of the day it is told: not yesterday's.
    at(MORNING_MS + DAY_MS);
    await upkeep.look();
    assert.deepEqual(notes(journal), []);
    at(MORNING_MS + DAY_MS + 60 * 60 * 1000);
    await upkeep.look();
    await upkeep.look();
    assert.deepEqual(notes(journal), [
      "Вчера: 42 лида. В CRM 40 · В чате 0 · Внесён вручную 2 · Доставляется 0",
    ]);
  }));

Deno.test("a new journal tells of no yesterday, and a line missed until noon is not told any more", () =>
  withUpkeep(async ({ journal, upkeep, at }) => {
    at(MORNING_MS + 4 * 60 * 60 * 1000);
    await upkeep.look();
    at(MORNING_MS + DAY_MS + 5 * 60 * 60 * 1000);
    await upkeep.look();
    assert.deepEqual(notes(journal), []);
  }));

Deno.test("a backup is made each night, opens as a journal, and seven are kept", () =>
  withUpkeep(async ({ journal, upkeep, folder, at }) => {
    recordLead(journal, MORNING_MS, 1);
    for (let day = 0; day < 10; day++) {
      at(MORNING_MS + day * DAY_MS);
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
  withUpkeep(async ({ journal, upkeep, at }) => {
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

    at(MORNING_MS + 181 * DAY_MS);
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
  await withUpkeep(async ({ journal, upkeep, at }) => {
    await upkeep.look();
    for (let lead = 1; lead <= 700; lead++) recordLead(journal, MORNING_MS, lead);
    await journal.committed();
    at(MORNING_MS + 181 * DAY_MS);
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
