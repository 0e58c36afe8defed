// What is done now and then, on a clock of the test's own.

import assert from "node:assert/strict";
import type { Journal } from "../../lib/journal/journal.ts";
import { type FileJournal, openJournal } from "../../lib/journal/sqlite/open.ts";
import { createUpkeep, listBackups, type Upkeep } from "../../lib/app/upkeep/upkeep.ts";
import { createPhotoStore } from "../../lib/profiles/photos/store.ts";
import { readJson } from "../../lib/json/text.ts";
import { PHOTOS } from "../helpers/photos.ts";
import { someLocales, someProfiles } from "../helpers/a_profile.ts";
import { aConfirmation, aNewLead, aVisitor } from "../helpers/a_lead.ts";
import { aLog, type LogOfTest } from "../helpers/a_log.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** 08:00 in Moscow. */
const MORNING_MS = Date.parse("2026-03-10T05:00:00Z");

interface Machine {
  readonly journal: Journal;
  readonly upkeep: Upkeep;
  readonly folder: string;
  /** Lets the time pass until a moment, in ms since 1970. */
  until(ms: number): Machine;
  /** Sets the clock, in ms since 1970: no time passes. */
  set(ms: number): Machine;
  /** Room on the disk, in bytes; at first not known. */
  free: number | undefined;
  readonly log: LogOfTest;
  /** The next process on the same folder. */
  restart(): Promise<Upkeep>;
}

async function withUpkeep(
  test: (machine: Machine) => Promise<void>,
  watch = (journal: FileJournal) => journal,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const journal = await openJournal(`${folder}/triborg.db`);
  let nowMs = MORNING_MS;
  let elapsedMs = 0;
  const log = aLog();
  const watched = watch(journal);
  const open = () =>
    createUpkeep({
      journal: watched,
      file: watched,
      dataDir: folder,
      photos: createPhotoStore(folder, () => nowMs),
      profiles: () => someProfiles(),
      retentionDays: 180,
      timeZone: "Europe/Moscow",
      wake: () => {},
      now: () => nowMs,
      elapsedMs: () => elapsedMs,
      freeBytes: () => Promise.resolve(machine.free),
      log: log.log,
    });
  const machine: Machine = {
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
      return machine;
    },
    set(ms) {
      nowMs = ms;
      return machine;
    },
    restart: async () => upkeep = await open(),
  };
  let upkeep = await open();
  try {
    await test(machine);
  } finally {
    await journal.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function notes(journal: Journal): Promise<string[]> {
  return (await journal.takeWork("admin_chat", Number.MAX_SAFE_INTEGER, 100))
    .flatMap((work) => work.kind === "note" ? [work.body.text] : []);
}

async function recordLead(journal: Journal, receivedAtMs: number, number: number) {
  const recorded = await journal.recordChoice(
    aNewLead({ receivedAtMs, menuMessageId: number, id: String(number) }),
    aConfirmation(),
    "crm.example.com",
    false,
  );
  assert.ok(recorded);
  return recorded.lead;
}

Deno.test("the daily line tells what managers did yesterday, where they did anything", () =>
  withUpkeep(async ({ journal, upkeep, until }) => {
    await upkeep.look();
    const { number } = await recordLead(journal, MORNING_MS, 1);
    await partsOf(journal).rememberCard(
      number,
      "crm_failed",
      { chatId: -1, messageId: 1 },
      MORNING_MS,
    );
    await partsOf(journal).moveLead(number, "in_admin_chat");
    await journal.takeLead(number, { id: 1, name: "@anna", press: "1" }, MORNING_MS + 4 * 60_000);
    for (let nth = 0; nth < 2; nth++) {
      await journal.closeByHand(number, "@anna", MORNING_MS + 5 * 60_000);
      if (nth === 0) await journal.returnLead(number, "@anna", MORNING_MS + 6 * 60_000);
    }
    until(MORNING_MS + DAY_MS + 60 * 60 * 1000);
    await upkeep.look();
    assert.deepEqual(await notes(journal), [
      "Вчера: 1 лид. В CRM 0 · В чате 0 · Внесён вручную 1 · Доставляется 0\n" +
      "Взято 1, медиана 4 мин · Возвращено 1 · Закрыто 2",
    ]);
  }));

Deno.test("the daily line tells of yesterday at nine, once, with the word in its right case", () =>
  withUpkeep(async ({ journal, upkeep, until }) => {
    await upkeep.look();
    for (let lead = 1; lead <= 42; lead++) {
      const { number } = await recordLead(journal, MORNING_MS + lead, lead);
      await partsOf(journal).moveLead(number, lead <= 40 ? "in_crm" : "in_admin_chat");
      if (lead > 40) await partsOf(journal).moveLead(number, "by_hand");
    }
    await recordLead(journal, MORNING_MS + DAY_MS - 1, 43); // 08:00 of the day it is told: not yesterday's.
    until(MORNING_MS + DAY_MS);
    await upkeep.look();
    assert.deepEqual(await notes(journal), []);
    until(MORNING_MS + DAY_MS + 60 * 60 * 1000);
    await upkeep.look();
    await upkeep.look();
    assert.deepEqual(await notes(journal), [
      "Вчера: 42 лида. В CRM 40 · В чате 0 · Внесён вручную 2 · Доставляется 0",
    ]);
  }));

Deno.test("a new journal tells of no yesterday, and a line missed until noon is not told any more", () =>
  withUpkeep(async ({ journal, upkeep, until }) => {
    until(MORNING_MS + 4 * 60 * 60 * 1000);
    await upkeep.look();
    until(MORNING_MS + DAY_MS + 5 * 60 * 60 * 1000);
    await upkeep.look();
    assert.deepEqual(await notes(journal), []);
  }));

Deno.test("a backup is made each night, opens as a journal, and seven are kept", () =>
  withUpkeep(async ({ journal, upkeep, folder, until }) => {
    await recordLead(journal, MORNING_MS, 1);
    for (let day = 0; day < 10; day++) {
      until(MORNING_MS + day * DAY_MS);
      await upkeep.look();
    }
    const backups = await listBackups(folder);
    assert.equal(backups.length, 7);
    assert.match(backups[0] ?? "", /triborg-2026-03-19\.db$/);
    const copy = await openJournal(backups[0] ?? "");
    assert.equal((await copy.findLead(1))?.visitor.firstName, "Galliard");
    await copy.close();
  }));

Deno.test("each night the photos that a version names are copied, and uploads that were never saved go after a week", () =>
  withUpkeep(async ({ journal, folder, until, log }) => {
    const photos = createPhotoStore(folder, () => MORNING_MS);
    const [saved, unsaved] = [await photos.keep(PHOTOS.jpeg), await photos.keep(PHOTOS.png)];
    assert.ok(saved.kind === "kept" && unsaved.kind === "kept");
    const content = someLocales(({ agency }) => agency.step1.photo_file = saved.name);
    const json = readJson(JSON.stringify(content));
    assert.ok(json.ok);
    await journal.recordRevisions(json.json, null, MORNING_MS);
    await journal.recordRevisions({ ...json.json, members: new Map() }, null, MORNING_MS); // Deleted since.
    const namesIn = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name).sort();

    for (let day = 0; day < 7; day++) await until(MORNING_MS + day * DAY_MS).upkeep.look();
    assert.deepEqual(namesIn(`${folder}/media`), [saved.name, unsaved.name].sort());
    assert.deepEqual(namesIn(`${folder}/backups/media`), [saved.name]);
    for (let day = 7; day < 9; day++) await until(MORNING_MS + day * DAY_MS).upkeep.look();
    assert.deepEqual(namesIn(`${folder}/media`), [saved.name]);
    assert.ok(log.lines.some((line) => line.includes("не сохранённые фото: 1")), log.lines.join());
  }));

Deno.test("after the retention the persons of settled leads are erased, and open ones are kept", () =>
  withUpkeep(async ({ journal, upkeep, until }) => {
    await upkeep.look();
    const settled = await recordLead(journal, MORNING_MS, 1);
    const open = await recordLead(journal, MORNING_MS, 2);
    const fresh = await recordLead(journal, MORNING_MS + 2 * DAY_MS, 3);
    await partsOf(journal).moveLead(settled.number, "in_crm");
    await partsOf(journal).moveLead(open.number, "in_admin_chat");
    await partsOf(journal).moveLead(fresh.number, "in_crm");
    await journal.recordFollowUp({
      lead: settled.number,
      chatId: settled.chatId,
      messageId: 9,
      albumId: null,
      content: { text: "личное", entities: [], media: null, captionable: false },
    }, MORNING_MS);

    until(MORNING_MS + 181 * DAY_MS);
    await upkeep.look();
    const erased = await journal.findLead(settled.number);
    assert.deepEqual(
      erased?.visitor,
      aVisitor({ userId: 0, username: null, firstName: "", language: null }),
    );
    assert.equal(erased?.choice, settled.choice);
    assert.equal((await journal.takeFollowUp(1))?.content.text, "");
    assert.equal((await journal.findLead(open.number))?.visitor.firstName, "Galliard");
    assert.equal((await journal.findLead(fresh.number))?.visitor.firstName, "Galliard");
  }));

Deno.test("while old leads are looked through, where nobody is left to erase, others get their turn", async () => {
  let turn = 0;
  const portionsIn: number[] = [];
  await withUpkeep(async ({ journal, upkeep, until }) => {
    await upkeep.look();
    for (let lead = 1; lead <= 700; lead++) await recordLead(journal, MORNING_MS, lead);
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

Deno.test("a stop waits for no more than a portion of the erasure, and the next process goes on with it", () => {
  let portions = 0;
  return withUpkeep(async (machine) => {
    const { journal } = machine;
    await machine.upkeep.look();
    for (let nth = 1; nth <= 1_000; nth++) {
      const { number } = await recordLead(journal, MORNING_MS, nth);
      await partsOf(journal).moveLead(number, "in_crm");
    }
    await journal.committed();
    machine.until(MORNING_MS + 200 * DAY_MS);
    await machine.upkeep.look(); // Believes the clock from now on.
    machine.until(MORNING_MS + 201 * DAY_MS);
    portions = 0;
    const looking = machine.upkeep.look();
    while (portions === 0) await new Promise((resolve) => setImmediate(resolve));
    void machine.upkeep.stop();
    await looking;
    assert.ok(portions <= 2, `${portions} portions`);
    await (await machine.restart()).look();
    assert.equal((await journal.findLead(1_000))?.visitor.firstName, "");
  }, (journal) => ({
    ...journal,
    eraseSettledBefore(...asked) {
      portions++;
      return journal.eraseSettledBefore(...asked);
    },
  }));
});

// — The clock —

/** An old settled lead whose person is erased when the bot believes that its time is over. */
async function oldLead({ journal, upkeep }: Machine): Promise<() => Promise<boolean>> {
  await upkeep.look();
  const { number } = await recordLead(journal, MORNING_MS, 1);
  await partsOf(journal).moveLead(number, "in_crm");
  await journal.committed();
  return async () => (await journal.findLead(number))?.visitor.firstName === "";
}

Deno.test("a clock that was set by 200 days erases nobody, unless it has stayed so for a day", () =>
  withUpkeep(async (machine) => {
    const isErased = await oldLead(machine);
    machine.set(MORNING_MS + 200 * DAY_MS);
    await machine.upkeep.look();
    machine.until(MORNING_MS + 201 * DAY_MS - 1);
    await machine.upkeep.look();
    assert.equal(await isErased(), false);
    machine.until(MORNING_MS + 202 * DAY_MS);
    await machine.upkeep.look();
    assert.equal(await isErased(), true);
  }));

Deno.test("a process that starts with a clock 200 days ahead of the journal erases nobody, nor does the next", () =>
  withUpkeep(async (machine) => {
    const isErased = await oldLead(machine);
    for (let day = 200; day < 201; day += 0.25) {
      machine.set(MORNING_MS + day * DAY_MS);
      await (await machine.restart()).look();
    }
    assert.equal(await isErased(), false);
    machine.set(MORNING_MS + DAY_MS);
    await (await machine.restart()).look();
    assert.equal(await isErased(), false);
  }));

Deno.test("a journal of a bot that kept no safe time is measured by its newest record", () =>
  withUpkeep(async (machine) => {
    await recordLead(machine.journal, MORNING_MS, 1);
    await partsOf(machine.journal).moveLead(1, "in_crm");
    await machine.journal.rememberFact("erased_of", "2026-03-10");
    machine.set(MORNING_MS + 200 * DAY_MS);
    await (await machine.restart()).look();
    assert.equal((await machine.journal.findLead(1))?.visitor.firstName, "Galliard");
  }));

Deno.test("a bot that is restarted every day gets to erase", () =>
  withUpkeep(async (machine) => {
    const isErased = await oldLead(machine);
    machine.free = 0; // Copies take the test's time alone.
    for (let day = 1; day <= 181; day++) {
      machine.set(MORNING_MS + day * DAY_MS); // Switched off for 23 hours.
      await (await machine.restart()).look();
      machine.until(MORNING_MS + day * DAY_MS + HOUR_MS);
      await machine.upkeep.look();
    }
    assert.equal(await isErased(), true);
  }));

Deno.test("a machine that sleeps every night gets to erase, later", () =>
  withUpkeep(async (machine) => {
    const isErased = await oldLead(machine);
    machine.free = 0; // Copies take the test's time alone.
    for (let day = 1; !await isErased() && day < 400; day++) {
      machine.set(MORNING_MS + day * DAY_MS);
      for (const hours of [2, 16]) {
        machine.until(MORNING_MS + day * DAY_MS + hours * HOUR_MS);
        await machine.upkeep.look();
      }
    }
    assert.equal(await isErased(), true);
  }));

Deno.test("a lead that was recorded by a clock in the past is not older than the lead before it", () =>
  withUpkeep(async ({ journal, upkeep, until }) => {
    await upkeep.look();
    for (const [number, atMs] of [[1, MORNING_MS], [2, 0], [3, MORNING_MS + 1]] as const) {
      await recordLead(journal, atMs, number);
      await partsOf(journal).moveLead(number, "in_crm");
    }
    until(MORNING_MS + DAY_MS);
    await upkeep.look();
    assert.equal((await journal.findLead(2))?.visitor.firstName, "Galliard");
    until(MORNING_MS + 182 * DAY_MS);
    await upkeep.look();
    assert.equal((await journal.findLead(2))?.visitor.firstName, "");
  }));

Deno.test("a clock that goes a day ahead and back tells the daily line once", () =>
  withUpkeep(async ({ journal, upkeep, set }) => {
    await upkeep.look();
    set(MORNING_MS + DAY_MS + HOUR_MS);
    await upkeep.look();
    set(MORNING_MS + HOUR_MS);
    await upkeep.look();
    set(MORNING_MS + DAY_MS + 2 * HOUR_MS);
    await upkeep.look();
    assert.equal((await notes(journal)).length, 1);
  }));

Deno.test("a day that a wrong clock left far ahead holds the daily line up for a day at most", () =>
  withUpkeep(async ({ journal, upkeep, until }) => {
    await journal.rememberFact("daily_line_of", "2027-01-01");
    await upkeep.look();
    until(MORNING_MS + DAY_MS + HOUR_MS);
    await upkeep.look();
    assert.equal((await notes(journal)).length, 1);
  }));

// — The disk —

Deno.test("without twice the journal's room no copy is begun; the daily line says so, and the rest is done", () =>
  withUpkeep(async (machine) => {
    const { journal, upkeep, folder, log } = machine;
    const isErased = await oldLead(machine);
    machine.free = 1_000;
    machine.until(MORNING_MS + 182 * DAY_MS + HOUR_MS);
    await upkeep.look();
    assert.deepEqual([...Deno.readDirSync(`${folder}/backups`)], []);
    assert.equal(await isErased(), true);
    const why = /на диске мало места: свободно 0,0 МБ, нужно \d+,\d МБ/;
    assert.match(log.lines.find((line) => line.includes("Резервная копия")) ?? "", why);
    machine.until(MORNING_MS + 183 * DAY_MS + HOUR_MS);
    await upkeep.look();
    assert.match((await notes(journal)).at(-1) ?? "", why);
  }));

Deno.test("a copy that fails is tried again after an hour, not each minute, and the next daily line is quiet", () =>
  withUpkeep(async (machine) => {
    const { journal, upkeep, folder, log, until } = machine;
    await upkeep.look();
    machine.free = 0;
    const failures = () => log.lines.filter((line) => line.includes("не удалось")).length;
    for (const minutes of [0, 1, 59, 60]) {
      until(MORNING_MS + DAY_MS + minutes * 60_000);
      await upkeep.look();
    }
    assert.equal(failures(), 2);
    machine.free = 10 ** 9;
    until(MORNING_MS + DAY_MS + 121 * 60_000);
    await upkeep.look();
    assert.equal((await listBackups(folder)).length, 1);
    await notes(journal);
    until(MORNING_MS + 2 * DAY_MS + HOUR_MS);
    await upkeep.look();
    assert.doesNotMatch((await notes(journal)).at(-1) ?? "", /копии/);
  }));

Deno.test("a copy that breaks off leaves nothing, and one that was killed is removed before the next", async () => {
  let breaks = true;
  await withUpkeep(async ({ upkeep, folder, until }) => {
    await upkeep.look();
    await Deno.mkdir(`${folder}/backups`);
    await Deno.writeTextFile(`${folder}/backups/unfinished.tmp`, "half");
    until(MORNING_MS + DAY_MS);
    await upkeep.look();
    const names = () => [...Deno.readDirSync(`${folder}/backups`)].map(({ name }) => name);
    assert.deepEqual(names(), []);
    breaks = false;
    until(MORNING_MS + DAY_MS + HOUR_MS);
    await upkeep.look();
    assert.deepEqual(names(), ["triborg-2026-03-11.db"]);
  }, (journal) => ({
    ...journal,
    backUp: (path, nowMs) =>
      breaks ? Promise.reject(new Error("disk I/O error")) : journal.backUp(path, nowMs),
  }));
});

Deno.test("a copy that cannot take its place leaves nothing", () =>
  withUpkeep(async ({ upkeep, folder, until, log }) => {
    await upkeep.look();
    await Deno.mkdir(`${folder}/backups/triborg-2026-03-11.db`, { recursive: true });
    until(MORNING_MS + DAY_MS);
    await upkeep.look();
    assert.match(log.lines.join("\n"), /Резервная копия журнала: не удалось/);
    const names = [...Deno.readDirSync(`${folder}/backups`)].map(({ name }) => name);
    assert.deepEqual(names, ["triborg-2026-03-11.db"]);
  }));
