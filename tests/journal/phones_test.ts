// The question for a phone in the journal: what waits for it, what answers it, and what a restart, an erasure or the bot before makes of it.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../lib/journal/sqlite/database.ts";
import { type Journal, PHONES_LANE } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { ADDITIONS } from "../../lib/journal/sqlite/additions.ts";
import { MIGRATIONS } from "../../lib/journal/sqlite/schema.ts";
import type { CrmOutcome } from "../../lib/lead.ts";
import { type Engine, withJournal as onEach } from "../helpers/a_journal.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const CHAT = 310_452_007;
const LANE = "crm:host:crm.example";
const WAIT_MS = 120_000;
const UNTIL_MS = NOON_MS + WAIT_MS;
const PHONE = "+79161234567";
const CUT_OFF: CrmOutcome = { kind: "interrupted", reason: "restart" };

const withJournal = (use: (journal: Journal, engine: Engine) => Promise<void>) => onEach(use, "1");

/** Records a lead whose visitor is asked. */
async function askOf(journal: Journal, nth = 1): Promise<number> {
  const lead = aNewLead({ id: String(nth), menuMessageId: nth });
  const recorded = await journal.recordChoice(lead, aConfirmation(), LANE, false, WAIT_MS);
  return recorded?.lead.number ?? assert.fail("no lead");
}

async function confirm(journal: Journal, lead: number): Promise<void> {
  await partsOf(journal).forgetWork("confirmation", lead);
}

/** The question is on the screen. */
async function show(journal: Journal, lead: number): Promise<void> {
  await confirm(journal, lead);
  assert.equal((await journal.takePhoneWork(PHONES_LANE, NOON_MS, 9))[0]?.kind, "phone_ask");
  await journal.beginPhoneAsk(lead, "Пропустить");
  await journal.finishPhoneAsk(lead);
}

const ANSWER = { chatId: CHAT, messageId: 50, phone: PHONE };

Deno.test("a question waits for its lead's confirmation, and the POST for the answer", () =>
  withJournal(async (journal) => {
    const lead = await askOf(journal);
    assert.equal(await journal.nextPhoneWorkDueAtMs(), undefined);
    assert.deepEqual(await journal.takePhoneWork(PHONES_LANE, NOON_MS, 9), []);
    assert.equal(await journal.nextWorkDueAtMs(LANE), UNTIL_MS);
    await confirm(journal, lead);
    assert.equal(await journal.nextPhoneWorkDueAtMs(), NOON_MS);
    const [work] = await journal.takePhoneWork(PHONES_LANE, NOON_MS, 9);
    assert.deepEqual(work, {
      id: lead,
      lane: PHONES_LANE,
      kind: "phone_ask",
      chatId: CHAT,
      failures: 0,
    });
    assert.equal(await journal.nextPhoneWorkDueAtMs(), undefined, "in hand");
    await journal.postponePhoneWork({ id: lead }, NOON_MS + 1000);
    assert.equal((await journal.takePhoneWork(PHONES_LANE, NOON_MS + 1000, 9))[0]?.failures, 1);
  }));

Deno.test("an answer is the lead's phone, its POST is due, and so are the thanks; once", () =>
  withJournal(async (journal) => {
    const lead = await askOf(journal);
    await show(journal, lead);
    const asked = await journal.phoneAsked(CHAT, NOON_MS);
    assert.deepEqual(
      [asked?.isOpen, asked?.hasKeyboard, asked?.skipTexts, asked?.isAnswer(50)],
      [true, true, ["Пропустить"], false],
    );
    assert.deepEqual(await journal.answerPhoneAsk(ANSWER, NOON_MS + 5), [LANE]);
    assert.equal((await journal.findLead(lead))?.phone, PHONE);
    assert.equal(await journal.nextWorkDueAtMs(LANE), NOON_MS + 5);
    assert.deepEqual(
      await journal.answerPhoneAsk({ ...ANSWER, messageId: 51, phone: null }, NOON_MS + 6),
      [],
    );
    assert.equal((await journal.phoneAsked(CHAT, NOON_MS + 6))?.isAnswer(50), true);
    const [thanks] = await journal.takePhoneWork(PHONES_LANE, NOON_MS + 6, 9);
    assert.equal(thanks?.kind, "phone_thanks");
    await journal.finishPhoneThanks(CHAT);
    assert.equal((await journal.phoneAsked(CHAT, NOON_MS + 6))?.hasKeyboard, false);
    assert.equal(await journal.owesPhoneWork(), false);
  }));

Deno.test("an answer before the question's sending is recorded is heard, and the question not asked again", () =>
  withJournal(async (journal) => {
    const lead = await askOf(journal);
    await confirm(journal, lead);
    await journal.takePhoneWork(PHONES_LANE, NOON_MS, 9);
    await journal.beginPhoneAsk(lead, "Нет");
    assert.deepEqual(await journal.answerPhoneAsk({ ...ANSWER, phone: null }, NOON_MS + 5), [LANE]);
    await journal.finishPhoneAsk(lead);
    assert.equal(
      (await journal.takePhoneWork(PHONES_LANE, NOON_MS + 5, 9))[0]?.kind,
      "phone_thanks",
    );
    assert.equal((await journal.findLead(lead))?.phone, null);
  }));

Deno.test("a POST that is in hand or over takes no phone any more", () =>
  withJournal(async (journal) => {
    const lead = await askOf(journal);
    await show(journal, lead);
    assert.deepEqual(await journal.answerPhoneAsk(ANSWER, UNTIL_MS), [], "the time is over");
    const [work] = await journal.takeWork(LANE, UNTIL_MS, 9);
    assert.ok(work?.kind === "post");
    assert.deepEqual(await journal.answerPhoneAsk(ANSWER, NOON_MS), [], "the clock was set back");
    assert.equal((await journal.phoneAsked(CHAT, NOON_MS))?.isOpen, false);
    await journal.dismissPhoneAsk(CHAT, 60, UNTIL_MS + 1);
    assert.equal(
      (await journal.takePhoneWork(PHONES_LANE, UNTIL_MS + 1, 9))[0]?.kind,
      "phone_thanks",
    );
    assert.equal((await journal.findLead(lead))?.phone, null);
  }));

Deno.test("a question that is not asked lets its POST leave", () =>
  withJournal(async (journal) => {
    const lead = await askOf(journal);
    assert.ok(await journal.isPhoneAwaited(lead, NOON_MS));
    assert.ok(!await journal.isPhoneAwaited(lead, UNTIL_MS));
    await confirm(journal, lead);
    await journal.takePhoneWork(PHONES_LANE, NOON_MS, 1);
    assert.deepEqual(await journal.dropPhoneAsk(lead, NOON_MS + 5), [LANE]);
    assert.equal(await journal.nextWorkDueAtMs(LANE), NOON_MS + 5);
    assert.deepEqual(await journal.dropPhoneAsk(lead, NOON_MS + 9), []);
    assert.equal((await journal.phoneAsked(CHAT, NOON_MS + 9))?.isOpen, false);
  }));

Deno.test("a start makes messages due and lets POSTs wait on, not longer than any profile may", () =>
  withJournal(async (journal, engine) => {
    const [first, second] = [await askOf(journal, 1), await askOf(journal, 2)];
    for (const lead of [first, second]) await confirm(journal, lead);
    await journal.takePhoneWork(PHONES_LANE, NOON_MS, 9);
    await journal.finishPhoneAsk(second);
    assert.deepEqual(await journal.recover(CUT_OFF, NOON_MS + 7), []);
    assert.deepEqual(
      (await journal.takePhoneWork(PHONES_LANE, NOON_MS + 7, 9)).map(({ id }) => id),
      [
        first,
      ],
    );
    assert.equal(await journal.nextWorkDueAtMs(LANE), UNTIL_MS);
    const hourBack = NOON_MS - 3_600_000;
    await journal.recover(CUT_OFF, hourBack);
    assert.equal(await journal.nextWorkDueAtMs(LANE), hourBack + 600_000);
    await journal.recover(CUT_OFF, UNTIL_MS + 5);
    // What waits is not touched where other processes may be at work; by now it is due.
    const dueAtMs = engine === "SQLite" ? UNTIL_MS + 5 : hourBack + 600_000;
    assert.equal(await journal.nextWorkDueAtMs(LANE), dueAtMs);
  }));

Deno.test("a lead that waits for a phone is late only when its wait is over", () =>
  withJournal(async (journal) => {
    const lead = await askOf(journal);
    assert.equal((await journal.undelivered()).oldestAtMs, UNTIL_MS);
    await show(journal, lead);
    await journal.answerPhoneAsk(ANSWER, NOON_MS + 5);
    assert.equal((await journal.undelivered()).oldestAtMs, NOON_MS);
  }));

/** Settles a lead that has given its phone. */
async function settle(journal: Journal): Promise<number> {
  const lead = await askOf(journal);
  await show(journal, lead);
  await journal.answerPhoneAsk(ANSWER, NOON_MS + 5);
  await partsOf(journal).forgetWork("post", lead);
  await partsOf(journal).moveLead(lead, "in_crm");
  return lead;
}

Deno.test("erasing a person erases their phone, and what was asked", () =>
  withJournal(async (journal) => {
    const lead = await settle(journal);
    assert.equal(await journal.erasePerson(CHAT, "@maria", NOON_MS), 1);
    assert.equal((await journal.findLead(lead))?.phone, null);
    assert.equal(await journal.phoneAsked(CHAT, NOON_MS), undefined);
    assert.deepEqual(await journal.takePhoneWork(PHONES_LANE, NOON_MS + 9, 9), []);
  }));

Deno.test("a journal of the bot before is opened; that bot then works on it, and erases phones that it does not know", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const path = `${folder}/triborg.db`;
  const { phones: _, late_phones: __, ...before } = ADDITIONS;
  const insert = (sqlite: DatabaseSync, id: number) =>
    sqlite.exec(`INSERT INTO leads (id, state, profile, profile_name, choice, user_id, username,
      first_name, last_name, language, chat_id, menu_message_id, received_at_ms)
      VALUES ('x', 'received', 'agency', 'A', 'c', 1, NULL, 'G', NULL, NULL, ${id}, ${id}, 1)`);
  try {
    await openDatabase(path, MIGRATIONS, before).close();
    const older = new DatabaseSync(path);
    insert(older, 1);
    older.close();

    const journal = await openJournal(path, "1");
    assert.equal((await journal.findLead(1))?.phone, null);
    const lead = await settle(journal);
    await journal.close();

    await openDatabase(path, MIGRATIONS, before).close();
    const again = new DatabaseSync(path);
    insert(again, 2);
    again.exec(`UPDATE leads SET user_id = 0, username = NULL WHERE number = ${lead}`);
    again.close();

    const back = await openJournal(path, "1");
    assert.equal((await back.findLead(lead))?.phone, null);
    assert.equal(await back.phoneAsked(CHAT, NOON_MS), undefined);
    await back.close();
    const bytes = await Deno.readFile(path);
    assert.ok(!new TextDecoder("latin1").decode(bytes).includes(PHONE.slice(1)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
