// Answers in the journal: whom a reply is for, in which order answers leave, what an edit means, and what is erased.

import assert from "node:assert/strict";
import { answerJournal } from "../../lib/journal/answer_journal.ts";
import { openForBot } from "../../lib/journal/bots.ts";
import { openDatabase } from "../../lib/journal/sqlite/database.ts";
import {
  ANSWER_NOTES_LANE,
  ANSWERS_LANE,
  type AnswerWorkOf,
  type Journal,
  journalIn,
  type NewAnswerMessage,
} from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { ADDITIONS } from "../../lib/journal/sqlite/additions.ts";
import { chatRecords } from "../../lib/journal/chats.ts";
import { MIGRATIONS } from "../../lib/journal/sqlite/schema.ts";
import { type Opened, withOpened } from "../helpers/a_journal.ts";
import { aNewLead, aVisitor, NOON_MS, someContent } from "../helpers/a_lead.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const GROUP = -1001234;
const ANNA = 501;
const BORIS = 502;

/** A journal with a card of Anna alone (message 10) and one of both (11). */
function withCards(run: (opened: Opened) => Promise<void>): Promise<void> {
  return withOpened(async (opened) => {
    await showCards(opened.journal);
    await run(opened);
  });
}

async function showCards(journal: Journal): Promise<void> {
  let menus = 1;
  const record = async (chatId: number, username: string, card: number) => {
    menus += 1;
    const visitor = aVisitor({ userId: chatId, username });
    const lead = aNewLead({ id: `${menus}aaaaaaa-0`, visitor, chatId, menuMessageId: menus });
    const parts = partsOf(journal);
    const { number } = (await parts.insertLead(lead))!;
    await parts.moveLead(number, "in_admin_chat");
    await parts.rememberCard(number, "crm_failed", { chatId: GROUP, messageId: card }, NOON_MS);
  };
  await record(ANNA, "anna", 10);
  await record(ANNA, "anna", 11);
  await record(BORIS, "boris", 11);
}

function aReply(messageId: number, details: Partial<NewAnswerMessage> = {}): NewAnswerMessage {
  return {
    kind: "answer",
    chatId: GROUP,
    messageId,
    albumId: null,
    by: "@maria",
    target: { chatId: GROUP, messageId: 10 },
    content: someContent({ text: `answer ${messageId}` }),
    ...details,
  };
}

async function takeSend(journal: Journal, nowMs = NOON_MS): Promise<AnswerWorkOf<"send">> {
  const [work] = await journal.takeAnswerWork(ANSWERS_LANE, nowMs, 1);
  assert.ok(work?.kind === "send");
  return work;
}

/** Sends the first answer that is due; its copy is message `copy` of the visitor's chat. */
async function send(journal: Journal, copy: number, nowMs = NOON_MS): Promise<void> {
  const work = await takeSend(journal, nowMs);
  await journal.takeAnswer(work.subject);
  await journal.finishAnswer(work, { copies: [copy], missing: null }, nowMs);
}

Deno.test("a reply is for the leads of its message: a card, a message about one, an answer; the newest lead of each visitor", () =>
  withCards(async ({ journal }) => {
    const at = async (messageId: number) =>
      (await journal.leadsAt({ chatId: GROUP, messageId })).map(({ number }) => number);
    assert.deepEqual(await at(10), [1]);
    assert.deepEqual(await at(11), [2, 3]);
    await journal.rememberAbout(3, [{ chatId: GROUP, messageId: 20 }]);
    assert.deepEqual(await at(20), [3]);
    await journal.recordAnswer(aReply(21), NOON_MS);
    assert.deepEqual(await at(21), [1]);
    assert.deepEqual(await at(99), []);
    assert.deepEqual(await journal.leadsAt({ chatId: -7, messageId: 10 }), []);
    await journal.erasePerson(ANNA, "Мария", NOON_MS);
    assert.deepEqual([await at(10), await at(11), await at(21)], [[], [3], []]);
  }));

Deno.test("a message is recorded once, and one about no visitor not at all", () =>
  withCards(async ({ journal }) => {
    assert.equal((await journal.recordAnswer(aReply(20), NOON_MS)).kind, "begun");
    assert.equal((await journal.recordAnswer(aReply(20), NOON_MS)).kind, "known");
    const target = { chatId: GROUP, messageId: 99 };
    assert.equal((await journal.recordAnswer(aReply(21, { target }), NOON_MS)).kind, "nobody");
    assert.equal(
      (await journal.recordAnswer(aReply(22, { target: null }), NOON_MS)).kind,
      "nobody",
    );
    assert.equal((await journal.takeAnswerWork(ANSWERS_LANE, NOON_MS, 9)).length, 1);
  }));

Deno.test("the parts of an album are one answer until it is taken; a late one is for the same visitor", () =>
  withCards(async ({ journal }) => {
    const part = (messageId: number) => aReply(messageId, { albumId: "a", target: null });
    await journal.recordAnswer(aReply(20, { albumId: "a" }), NOON_MS);
    assert.equal((await journal.recordAnswer(part(21), NOON_MS + 500)).kind, "joined");
    assert.equal(await journal.nextAnswerWorkDueAtMs(ANSWERS_LANE), NOON_MS + 1_500);
    const { subject } = await takeSend(journal, NOON_MS + 1_500);
    assert.deepEqual((await journal.takeAnswer(subject))?.messageIds, [20, 21]);
    const late = await journal.recordAnswer(part(22), NOON_MS + 1_600);
    assert.equal(late.kind === "begun" && late.lead.number, 1);
  }));

Deno.test("of one visitor's answers only the first is handed out, also while it is in hand or put off; others' are not held up", () =>
  withCards(async ({ journal }) => {
    for (const messageId of [20, 21]) await journal.recordAnswer(aReply(messageId), NOON_MS);
    await journal.rememberAbout(3, [{ chatId: GROUP, messageId: 15 }]);
    const target = { chatId: GROUP, messageId: 15 };
    await journal.recordAnswer(aReply(22, { target }), NOON_MS);
    const works = await journal.takeAnswerWork(ANSWERS_LANE, NOON_MS, 9);
    assert.deepEqual(works.map(({ subject }) => subject), [1, 3]);
    assert.deepEqual(await journal.takeAnswerWork(ANSWERS_LANE, NOON_MS, 9), []);
    assert.equal(await journal.nextAnswerWorkDueAtMs(ANSWERS_LANE), undefined);
    const [first] = works;
    assert.ok(first?.kind === "send");
    await journal.postponeAnswerWork(first, NOON_MS + 60_000);
    assert.equal(await journal.nextAnswerWorkDueAtMs(ANSWERS_LANE), NOON_MS + 60_000);
    const [again] = await journal.takeAnswerWork(ANSWERS_LANE, NOON_MS + 60_000, 9);
    assert.ok(again?.kind === "send" && again.failures === 1);
    await journal.finishAnswer(again, { copies: [5], missing: null }, NOON_MS);
    assert.equal((await takeSend(journal)).subject, 2);
  }));

Deno.test("an answer to several visitors is due only once one of them was chosen, and nobody else can be", () =>
  withCards(async ({ journal }) => {
    const target = { chatId: GROUP, messageId: 11 };
    const recorded = await journal.recordAnswer(aReply(20, { target }), NOON_MS);
    assert.equal(recorded.kind, "asking");
    await journal.recover({ kind: "interrupted", reason: "" }, NOON_MS);
    assert.deepEqual(await journal.takeAnswerWork(ANSWERS_LANE, NOON_MS, 9), []);
    const question = { chatId: GROUP, messageId: 30 };
    assert.equal(await journal.chooseLead({ answer: 1, lead: 1, question }, NOON_MS), "unknown");
    assert.equal(await journal.chooseLead({ answer: 7, lead: 3, question }, NOON_MS), "unknown");
    assert.equal(await journal.chooseLead({ answer: 1, lead: 3, question }, NOON_MS), "chosen");
    assert.equal(await journal.chooseLead({ answer: 1, lead: 2, question }, NOON_MS), "settled");
    assert.equal(
      (await journal.takeAnswer((await takeSend(journal)).subject))?.lead?.chatId,
      BORIS,
    );
  }));

Deno.test("an edit changes what waits, and the copy of what was sent; an old or equal one does nothing", () =>
  withCards(async ({ journal }) => {
    const edit = (text: string, editedAtS: number | null = null) =>
      journal.recordAnswerEdit({
        kind: "answer",
        chatId: GROUP,
        messageId: 20,
        content: someContent({ text }),
        editedAtS,
      }, NOON_MS);
    assert.equal(await edit("x"), "unknown");
    await journal.recordAnswer(aReply(20), NOON_MS);
    assert.equal(await edit("answer 20"), "unchanged");
    assert.equal(await edit("two", 20), "replaced");
    assert.equal(await edit("one", 10), "unchanged");
    const work = await takeSend(journal);
    assert.deepEqual((await journal.takeAnswer(1))?.contents.map(({ text }) => text), ["two"]);
    assert.equal(await edit("three", 30), "owed"); // The sending of "two" may be under way.
    await journal.finishAnswer(work, { copies: [5], missing: null }, NOON_MS);
    assert.equal(await edit("four", 40), "owed");
    const [first, ...others] = await journal.takeAnswerWork(ANSWERS_LANE, NOON_MS, 9);
    assert.ok(first?.kind === "edit");
    assert.deepEqual(others, []);
    const found = await journal.findAnswerEdit(first);
    assert.deepEqual([found?.chatId, found?.messageId, found?.content.text], [ANNA, 5, "four"]);
  }));

Deno.test("a file that an edit replaced stays to be replaced until exactly that was sent", () =>
  withCards(async ({ journal }) => {
    const photo = (file: string) =>
      someContent({ text: "", media: "🖼 фото", captionable: true, file });
    await journal.recordAnswer(aReply(20, { content: photo("a") }), NOON_MS);
    await send(journal, 5);
    const edit = (file: string) =>
      journal.recordAnswerEdit({
        kind: "answer",
        chatId: GROUP,
        messageId: 20,
        content: photo(file),
        editedAtS: null,
      }, NOON_MS);
    await edit("b");
    const [work] = await journal.takeAnswerWork(ANSWERS_LANE, NOON_MS, 1);
    assert.ok(work?.kind === "edit");
    const found = (await journal.findAnswerEdit(work))!;
    assert.ok(found.newFile);
    await edit("c");
    await journal.finishAnswerEdit(work, found);
    const [next] = await journal.takeAnswerWork(ANSWERS_LANE, NOON_MS, 1);
    assert.ok(next?.kind === "edit");
    const newest = (await journal.findAnswerEdit(next))!;
    assert.ok(newest.newFile && newest.content.file === "c");
    await journal.finishAnswerEdit(next, newest);
    assert.equal((await journal.findAnswerEdit(next))?.newFile, false);
  }));

Deno.test("a note is edited into a note, and an answer into none", () =>
  withCards(async ({ journal }) => {
    await journal.recordAnswer(aReply(20, { kind: "note" }), NOON_MS);
    await journal.recordAnswer(aReply(21), NOON_MS);
    const edit = (messageId: number, kind: "answer" | "note") =>
      journal.recordAnswerEdit(
        { kind, chatId: GROUP, messageId, content: someContent({ text: "other" }), editedAtS: 1 },
        NOON_MS,
      );
    assert.equal(await edit(20, "note"), "replaced");
    assert.equal(await edit(21, "note"), "unchanged");
    assert.deepEqual(
      (await journal.conversationOf(1)).map(({ kind, contents }) => [kind, contents[0]?.text]),
      [["note", "other"], ["answer", "answer 21"]],
    );
  }));

Deno.test("a visitor's next message belongs to the lead of the last word of either side", () =>
  withCards(async ({ journal }) => {
    const lead = async (nowMs: number) => (await journal.conversationLead(ANNA, nowMs))?.number;
    assert.equal(await lead(NOON_MS - 1), 2);
    assert.equal(await lead(NOON_MS), undefined);
    await journal.recordAnswer(aReply(20), NOON_MS + 1);
    assert.equal(await lead(NOON_MS), 1);
    await send(journal, 5, NOON_MS + 1);
    const said = { chatId: ANNA, messageId: 40, albumId: null, content: someContent() };
    const { followUp } = await journal.recordFollowUp({ ...said, lead: 1 }, NOON_MS + 5);
    assert.equal(await lead(NOON_MS + 4), 1);
    assert.deepEqual(await journal.answerBefore(followUp), { chatId: GROUP, messageId: 20 });
    assert.equal(await lead(NOON_MS + 5), undefined);
    assert.equal(await journal.conversationLead(42, 0), undefined);
  }));

Deno.test("an invitation is owed once, however often it is wanted meanwhile", () =>
  withCards(async ({ journal }) => {
    for (let nth = 0; nth < 3; nth++) await journal.oweInvitation(2, "Мария", NOON_MS);
    assert.equal((await journal.takeAnswerWork(ANSWER_NOTES_LANE, NOON_MS, 9)).length, 1);
  }));

Deno.test("erasing a person leaves nothing of what was written to them, sent, in hand, refused or asked about", () =>
  withCards(async ({ journal, dump }) => {
    const content = someContent({ text: "тайна" });
    await journal.recordAnswer(aReply(20, { content }), NOON_MS);
    await send(journal, 5);
    await journal.recordAnswer(aReply(21, { content }), NOON_MS);
    const work = await takeSend(journal);
    await journal.recordAnswer(aReply(22, { content }), NOON_MS);
    await journal.recordAnswer(aReply(23, { content, kind: "note" }), NOON_MS);
    const target = { chatId: GROUP, messageId: 11 };
    await journal.recordAnswer(aReply(24, { content, target }), NOON_MS);
    await journal.oweInvitation(1, "Мария", NOON_MS);
    assert.match(await dump(), /тайна/);
    await journal.erasePerson(ANNA, "Мария", NOON_MS);
    assert.doesNotMatch(await dump(), /тайна/);
    await journal.finishAnswer(work, { copies: [6], missing: null }, NOON_MS); // It had been in hand.
    for (const lane of [ANSWERS_LANE, ANSWER_NOTES_LANE]) {
      assert.deepEqual(await journal.takeAnswerWork(lane, NOON_MS, 9), []);
    }
    assert.deepEqual((await journal.conversationOf(1)).map(({ contents }) => contents), [
      [],
      [],
      [],
      [],
    ]);
  }));

Deno.test("what a bot left to be answered names its messages as another bot's", () =>
  withCards(async ({ as }) => {
    const first = await as("111");
    await first.recordAnswer(aReply(20), NOON_MS);
    const second = await as("222");
    const [id] = (await second.takeAnswer((await takeSend(second)).subject))?.messageIds ?? [];
    assert.ok(id !== undefined && id < 0);
    assert.deepEqual(await second.leadsAt({ chatId: GROUP, messageId: 20 }), []);
    assert.equal((await second.recordAnswer(aReply(20), NOON_MS)).kind, "nobody");
  }));

Deno.test("a start makes everything due that an earlier process had in hand", () =>
  withCards(async ({ journal }) => {
    await journal.recordAnswer(aReply(20), NOON_MS);
    await takeSend(journal);
    assert.deepEqual(await journal.takeAnswerWork(ANSWERS_LANE, NOON_MS, 9), []);
    await journal.recover({ kind: "interrupted", reason: "" }, NOON_MS);
    assert.equal((await takeSend(journal)).subject, 1);
  }));

Deno.test("a kept note is handed on in its transaction, once its lead is known", async () => {
  const db = openDatabase(":memory:", MIGRATIONS, ADDITIONS);
  const journal = await journalIn(db);
  const parts = partsOf(journal);
  const kept: unknown[] = [];
  const keep = (note: unknown) => Promise.resolve(void kept.push(note));
  const answers = answerJournal(
    db,
    await openForBot(db, undefined),
    journal,
    keep,
    chatRecords(db),
  );
  for (const chatId of [ANNA, BORIS]) {
    const { number } = (await parts.insertLead(aNewLead({ id: `${chatId}`, chatId })))!;
    await parts.rememberCard(number, "crm_failed", { chatId: GROUP, messageId: 10 }, NOON_MS);
  }
  const content = someContent({ text: "перезвонить" });
  await answers.recordAnswer(aReply(20, { kind: "note", content }), NOON_MS);
  assert.deepEqual(kept, []);
  const question = { chatId: GROUP, messageId: 30 };
  await answers.chooseLead({ answer: 1, lead: 2, question }, NOON_MS);
  assert.deepEqual(kept, [{ lead: 2, by: "@maria", text: "перезвонить" }]);
  await journal.close();
});

Deno.test("follow-ups that the version before showed are found by a reply, and it still opens the journal", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "triborg-answers-" });
  const path = `${folder}/triborg.db`;
  const { answers: _, own_chats: __, ...before } = ADDITIONS;
  try {
    const old = openDatabase(path, MIGRATIONS, before);
    await old.writer(
      `INSERT INTO leads (id, state, profile, profile_name, choice, user_id, first_name, chat_id,
         menu_message_id, received_at_ms) VALUES ('a', 'in_crm', 'p', 'P', 'c', 7, 'A', 7, 2, 1)`,
    ).run();
    await old.writer(
      `INSERT INTO follow_ups (lead, chat_id, content, received_at_ms, shown_chat_id,
         shown_message_id) VALUES (1, 7, '{}', 1, ${GROUP}, 33)`,
    ).run();
    await old.close();
    const journal = await openJournal(path);
    assert.deepEqual(
      (await journal.leadsAt({ chatId: GROUP, messageId: 33 })).map(({ number }) => number),
      [1],
    );
    await journal.close();
    await openDatabase(path, MIGRATIONS, before).close();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("waits keep their length when the clock is set", () =>
  withCards(async ({ journal, engine }) => {
    await journal.recordAnswer(aReply(20), NOON_MS);
    await journal.shiftWaits(5_000);
    const byMs = engine === "SQLite" ? 5_000 : 0; // Other processes' clocks may have been right.
    assert.equal(await journal.nextAnswerWorkDueAtMs(ANSWERS_LANE), NOON_MS + byMs);
  }));
