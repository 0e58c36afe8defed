// Deals: recorded with the lead that the CRM took, and the notes that they are owed, in order and none lost.

import assert from "node:assert/strict";
import {
  type Attempt,
  type CrmNote,
  type Journal,
  type WorkOf,
} from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { openDatabase } from "../../lib/journal/sqlite/database.ts";
import { MEDIA_WAIT_MS } from "../../lib/journal/crm_notes.ts";
import { ADDITIONS } from "../../lib/journal/sqlite/additions.ts";
import { MIGRATIONS } from "../../lib/journal/sqlite/schema.ts";
import type { CrmOutcome } from "../../lib/lead.ts";
import { withJournal, withOpened, withSqlite } from "../helpers/a_journal.ts";
import { partsOf } from "../helpers/journal_parts.ts";
import { aConfirmation, aNewLead, NOON_MS, someContent } from "../helpers/a_lead.ts";

const ACCOUNT = "monster.amocrm.ru";
const LANE = `note:${ACCOUNT}`;
const TAKEN = accepted(8841);
const CUT: CrmOutcome = { kind: "interrupted", reason: "cut", status: 502 };
const LIMITED: CrmOutcome = { kind: "answered", status: 429, body: "", retryAfterMs: 5_000 };
const RESTARTED: CrmOutcome = { kind: "interrupted", reason: "restart" };

function accepted(id: number) {
  const deal = { id, url: `https://${ACCOUNT}/leads/detail/${id}` };
  return { kind: "accepted", status: 200, deal } as const;
}

interface Begun {
  readonly work: WorkOf<"post">;
  readonly attempt: Attempt;
}

/** A lead whose first POST has begun. */
async function press(journal: Journal, number = 1): Promise<Begun> {
  const lead = aNewLead({ id: `lead-${number}`, chatId: number, menuMessageId: 2 });
  const { post, attempt } =
    (await journal.recordChoice(lead, aConfirmation(), "crm:host:a", true))!;
  assert.ok(post.kind === "post" && attempt !== undefined);
  return { work: post, attempt };
}

async function end(journal: Journal, { work, attempt }: Begun, outcome: CrmOutcome): Promise<void> {
  await journal.endAttempt(work, attempt, outcome, NOON_MS);
}

/** A lead that became a deal. */
async function becomeDeal(journal: Journal, number = 1): Promise<void> {
  await end(journal, await press(journal, number), accepted(8840 + number));
}

async function showCard(journal: Journal): Promise<void> {
  const card = (await journal.takeWorkOfKind("admin_chat", "card", NOON_MS))!;
  await journal.settleInAdminChat([card], { chatId: -1, messageId: 500 }, NOON_MS);
}

/** The next POST of a lead, as a manager wants it. */
async function resend(journal: Journal, by: string, lead = 1): Promise<Begun> {
  assert.equal(await journal.oweResend(lead, by, "crm:host:a", NOON_MS), "asked");
  const [work] = await journal.takeWork("crm:host:a", NOON_MS, 1);
  assert.ok(work?.kind === "post");
  return { work, attempt: await journal.beginAttempt(lead, by, NOON_MS) };
}

async function say(
  journal: Journal,
  messageId: number,
  content = {},
  nowMs = NOON_MS,
  lead = 1,
): Promise<number> {
  const message = { lead, chatId: lead, messageId, albumId: null, content: someContent(content) };
  return (await journal.recordFollowUp(message, nowMs)).followUp;
}

async function edit(
  journal: Journal,
  messageId: number,
  text: string,
  nowMs = NOON_MS,
): Promise<string> {
  const content = someContent({ text });
  const edited = { chatId: 1, messageId, content, editedAtS: null };
  return (await journal.recordEdit(edited, { text, entities: [] }, nowMs)).kind;
}

/** Shows the due follow-ups; the first becomes message 701. */
async function showFollowUps(journal: Journal, nowMs = NOON_MS): Promise<void> {
  for (const [nth, work] of (await journal.takeFollowUpsOf(1, nowMs, 9)).entries()) {
    await journal.takeFollowUp(work.subject);
    await journal.markPartShown(work.subject, 1, { chatId: -1, messageId: 701 + nth });
    await journal.finishFollowUp(work, nowMs);
  }
}

async function takeNote(journal: Journal, nowMs = NOON_MS): Promise<CrmNote> {
  const [note, ...others] = await journal.takeNotes(LANE, nowMs, 9);
  assert.ok(note !== undefined && others.length === 0, `${others.length + (note ? 1 : 0)} notes`);
  assert.ok(note.kind === "crm_note");
  return note;
}

/** Sends all that is owed, one after another, and tells what. */
async function sendNotes(journal: Journal, nowMs = NOON_MS): Promise<string[]> {
  const sent: string[] = [];
  for (let due = await journal.takeNotes(LANE, nowMs, 9); due.length > 0;) {
    for (const note of due) {
      sent.push(wordsOf(note));
      await journal.finishNote(note);
    }
    due = await journal.takeNotes(LANE, nowMs, 9);
  }
  return sent;
}

function wordsOf(note: Awaited<ReturnType<Journal["takeNotes"]>>[number]): string {
  if (note.kind === "unreadable") return note.kind;
  const { lead, what } = note;
  switch (what.kind) {
    case "request":
      return `${lead.number}: request`;
    case "phone":
      return `${lead.number}: ${what.phone} of ${what.contact}`;
    case "decision":
      return `${lead.number}: ${what.text}`;
    case "follow_up":
      return `${lead.number}: ${what.isEdit ? "edit " : ""}${what.content.text}`;
  }
}

Deno.test("a deal in a CRM that takes no notes gets no manager's note", () =>
  withJournal(async (journal) => {
    const deal = { ...TAKEN.deal, takesNotes: false } as const;
    await end(journal, await press(journal), { ...TAKEN, deal });
    await journal.rememberAbout(1, [{ chatId: -1, messageId: 9 }]);
    await journal.recordAnswer({
      kind: "note",
      chatId: -1,
      messageId: 10,
      albumId: null,
      by: "@anna",
      target: { chatId: -1, messageId: 9 },
      content: someContent(),
    }, NOON_MS);
    assert.deepEqual(await journal.noteLanes(), []);
  }));

Deno.test("a manager's note is owed to the deal once, whether it was written before there was one or after", () =>
  withJournal(async (journal) => {
    const begun = await press(journal);
    await journal.rememberAbout(1, [{ chatId: -1, messageId: 9 }]);
    const write = (messageId: number, text: string) =>
      journal.recordAnswer({
        kind: "note",
        chatId: -1,
        messageId,
        albumId: null,
        by: "@anna",
        target: { chatId: -1, messageId: 9 },
        content: someContent({ text }),
      }, NOON_MS);
    await write(10, "до");
    await end(journal, begun, TAKEN);
    await write(11, "после");
    assert.deepEqual(
      await sendNotes(journal),
      ["1: request", "1: Заметка (@anna): до", "1: Заметка (@anna): после"],
    );
  }));

for (
  const [how, take] of [
    ["endAttempt", end],
    ["recordDone", async (journal: Journal, { work, attempt }: Begun, outcome: typeof TAKEN) => {
      await journal.recordDone([{ kind: "accepted", work, attempt, outcome, atMs: NOON_MS }]);
    }],
  ] as const
) {
  Deno.test("a deal of a CRM that takes no notes is owed none, neither at once nor for what is written later", () =>
    withJournal(async (journal) => {
      const deal = { ...accepted(8841).deal, takesNotes: false } as const;
      await end(journal, await press(journal), { ...TAKEN, deal });
      const message = { chatId: 1, messageId: 9, albumId: null, content: someContent() };
      await journal.recordFollowUp({ lead: 1, ...message }, NOON_MS);
      assert.deepEqual(await journal.noteLanes(), []);
      assert.equal((await journal.dealOf(1))?.url, deal.url);
    }));

  Deno.test(`${how} records the deal with the lead, and owes a note of the request and of each follow-up so far`, () =>
    withJournal(async (journal) => {
      const begun = await press(journal);
      await say(journal, 4, { text: "раз" });
      await showFollowUps(journal);
      await edit(journal, 4, "два");
      await say(journal, 5, { text: "", media: "фото" });
      await take(journal, begun, TAKEN);

      assert.equal((await journal.findLead(1))?.state, "in_crm");
      assert.deepEqual(await journal.dealOf(1), { ...TAKEN.deal, account: ACCOUNT });
      assert.deepEqual(await journal.noteLanes(), [LANE]);
      assert.deepEqual((await journal.findLife(1))?.notes, { owed: 4, givenUp: 0 });
      const { deal, createdAtMs, failures, what } = await takeNote(journal);
      assert.deepEqual([deal.id, createdAtMs, failures, what.kind], [8841, NOON_MS, 0, "request"]);
      await journal.recover(RESTARTED, NOON_MS);
      assert.deepEqual(await sendNotes(journal), ["1: request", "1: раз", "1: edit два"]);
      assert.equal(await journal.nextNoteDueAtMs(LANE), NOON_MS + MEDIA_WAIT_MS);
      assert.deepEqual(await sendNotes(journal, NOON_MS + MEDIA_WAIT_MS), ["1: "]);
      assert.deepEqual(await journal.noteLanes(), []);
    }));
}

Deno.test("a lead whose CRM names no deal has none, and owes no notes", () =>
  withJournal(async (journal) => {
    await end(journal, await press(journal), { kind: "accepted", status: 200 });
    await say(journal, 4);
    assert.equal(await journal.dealOf(1), undefined);
    assert.deepEqual(await journal.noteLanes(), []);
    assert.deepEqual((await journal.findLife(1))?.notes, { owed: 0, givenUp: 0 });
  }));

Deno.test("the deal of a lead is with it on the page, in the list and on its card", () =>
  withJournal(async (journal) => {
    await end(journal, await press(journal), { kind: "answered", status: 500, body: "" });
    await showCard(journal);
    await end(journal, await press(journal, 2), { kind: "answered", status: 500, body: "" });
    const read = async () => {
      const everything = { place: null, profile: null, fromMs: null, toMs: null, words: "" };
      const listed = (await journal.listLeads(everything, { before: 99 }, 9)).leads;
      return [
        (await journal.findLife(1))?.lead.deal,
        ...listed.map(({ deal }) => deal),
        ...(await journal.cardsOn({ chatId: -1, messageId: 500 })).map(({ deal }) => deal),
      ];
    };
    assert.deepEqual(await read(), [null, null, null, null]);
    await end(journal, await resend(journal, "@anna"), TAKEN);
    assert.deepEqual(await read(), [TAKEN.deal, null, TAKEN.deal, TAKEN.deal]);
  }));

Deno.test("an attempt that was answered by a failing server keeps the status, and may have arrived", () =>
  withJournal(async (journal) => {
    await end(journal, await press(journal), CUT);
    const [attempt] = await journal.attemptsOf(1);
    const { outcome, status, reason } = attempt!;
    assert.deepEqual({ outcome, status, reason }, {
      outcome: "interrupted",
      status: 502,
      reason: "cut",
    });
  }));

Deno.test("a deal that may be there twice has a note that says so, and who decided", () =>
  withJournal(async (journal) => {
    await end(journal, await press(journal), CUT);
    await showCard(journal);
    await say(journal, 4, { text: "раз" });
    await end(journal, await resend(journal, "@maria"), {
      kind: "answered",
      status: 400,
      body: "",
    });
    await end(journal, await resend(journal, "@anna"), TAKEN);
    assert.deepEqual(await sendNotes(journal), [
      "1: request",
      "1: раз",
      "1: Возможен дубль: предыдущая отправка могла дойти. Ещё раз отправил(а) @anna",
    ]);
  }));

Deno.test("a deal of a lead that was only declined before has no such note", () =>
  withJournal(async (journal) => {
    await end(journal, await press(journal), { kind: "answered", status: 400, body: "" });
    await showCard(journal);
    await end(journal, await resend(journal, "@anna"), TAKEN);
    assert.deepEqual(await sendNotes(journal), ["1: request"]);
  }));

Deno.test("a later deal of the same lead changes nothing", () =>
  withJournal(async (journal) => {
    await end(journal, await press(journal), CUT);
    await showCard(journal);
    const late = await resend(journal, "@anna");
    await journal.closeByHand(1, "@maria", NOON_MS);
    await end(journal, late, TAKEN);
    assert.equal((await journal.findLead(1))?.state, "by_hand");
    assert.equal((await journal.dealOf(1))?.id, 8841, "it is in the CRM all the same");
    const again = { ...late, attempt: await partsOf(journal).addAttempt(1, null, NOON_MS) };
    await end(journal, again, accepted(9000));
    assert.equal((await journal.dealOf(1))?.id, 8841);
    assert.equal((await sendNotes(journal)).length, 2);
  }));

// — What comes after the deal —

Deno.test("what a visitor writes to a deal and edits there becomes notes, after the earlier ones", () =>
  withJournal(async (journal) => {
    await becomeDeal(journal);
    assert.deepEqual(await sendNotes(journal), ["1: request"]);
    await say(journal, 4, { text: "раз" });
    const first = await takeNote(journal);
    await say(journal, 5, { text: "два" });
    await showFollowUps(journal);
    await edit(journal, 4, "три");
    assert.deepEqual(await journal.takeNotes(LANE, NOON_MS, 9), [], "the first is in hand");
    assert.equal(await journal.nextNoteDueAtMs(LANE), undefined);
    await journal.finishNote(first);
    assert.deepEqual(await sendNotes(journal), ["1: два", "1: edit три"]);
  }));

Deno.test("a note of media waits for the managers' message and links to it, and what comes after it waits too", () =>
  withJournal(async (journal) => {
    await becomeDeal(journal);
    await sendNotes(journal);
    await say(journal, 4, { text: "", media: "голосовое сообщение" });
    await say(journal, 5, { text: "раз" });
    assert.deepEqual(await journal.takeNotes(LANE, NOON_MS + 4, 9), []);
    assert.equal(await journal.nextNoteDueAtMs(LANE), NOON_MS + MEDIA_WAIT_MS);
    await showFollowUps(journal, NOON_MS + 5);
    const note = await takeNote(journal, NOON_MS + 5);
    assert.deepEqual(note.what, {
      kind: "follow_up",
      content: someContent({ text: "", media: "голосовое сообщение" }),
      isEdit: false,
      shown: { chatId: -1, messageId: 701 },
    });
    await journal.finishNote(note);
    assert.deepEqual(await sendNotes(journal, NOON_MS + 5), ["1: раз"]);
  }));

Deno.test("a note of media leaves after a minute when the managers' chat does not take it", () =>
  withJournal(async (journal) => {
    await becomeDeal(journal);
    await sendNotes(journal);
    await say(journal, 4, { text: "", media: "фото" });
    assert.deepEqual(await journal.takeNotes(LANE, NOON_MS + MEDIA_WAIT_MS - 1, 9), []);
    const { what } = await takeNote(journal, NOON_MS + MEDIA_WAIT_MS);
    assert.ok(what.kind === "follow_up" && what.shown === null);
  }));

Deno.test("a note that failed is not hurried by the managers' message", () =>
  withJournal(async (journal) => {
    await becomeDeal(journal);
    await sendNotes(journal);
    await say(journal, 4, { text: "", media: "фото" });
    const later = NOON_MS + MEDIA_WAIT_MS;
    await journal.postponeNote(await takeNote(journal, later), later + 9_000);
    await showFollowUps(journal, later + 1);
    assert.equal(await journal.nextNoteDueAtMs(LANE), later + 9_000);
  }));

Deno.test("an edit before the managers have the first version changes the note that waits, and follows one that left", () =>
  withJournal(async (journal) => {
    await becomeDeal(journal);
    const request = await takeNote(journal);
    await say(journal, 4, { text: "раз" });
    assert.equal(await edit(journal, 4, "два"), "replaced");
    await journal.finishNote(request);
    const left = await takeNote(journal);
    assert.equal(wordsOf(left), "1: два");
    assert.equal(await edit(journal, 4, "три"), "replaced");
    assert.equal(await edit(journal, 4, "четыре"), "replaced");
    await journal.finishNote(left);
    assert.deepEqual(await sendNotes(journal), ["1: edit четыре"]);
    assert.equal(await edit(journal, 4, "пять"), "replaced");
    assert.deepEqual(await sendNotes(journal), ["1: edit пять"]);
  }));

Deno.test("an album is one note, with the captions of all its parts", () =>
  withJournal(async (journal) => {
    await becomeDeal(journal);
    await sendNotes(journal);
    for (const messageId of [4, 5]) {
      const content = someContent({ text: `часть ${messageId}`, media: "фото", captionable: true });
      const message = { lead: 1, chatId: 1, messageId, albumId: "a", content };
      await journal.recordFollowUp(message, NOON_MS);
    }
    assert.deepEqual(await sendNotes(journal, NOON_MS + MEDIA_WAIT_MS), ["1: часть 4\n\nчасть 5"]);
  }));

// — The queue —

Deno.test("notes of different leads do not wait for each other, and lanes are by account", () =>
  withJournal(async (journal) => {
    await becomeDeal(journal, 1);
    await becomeDeal(journal, 2);
    const url = "https://other.kommo.com/leads/detail/5";
    await end(journal, await press(journal, 3), {
      kind: "accepted",
      status: 200,
      deal: { id: 5, url },
    });
    assert.deepEqual((await journal.noteLanes()).toSorted(), [LANE, "note:other.kommo.com"]);
    const [first, second] = await journal.takeNotes(LANE, NOON_MS, 9);
    await journal.postponeNote(first!, NOON_MS + 9_000);
    await say(journal, 4, { text: "раз" }, NOON_MS, 1);
    await say(journal, 4, { text: "два" }, NOON_MS, 2);
    await journal.finishNote(second!);
    assert.deepEqual(await sendNotes(journal), ["2: два"]);
    const [again] = await journal.takeNotes(LANE, NOON_MS + 9_000, 9);
    assert.deepEqual([again?.id, again?.failures], [first?.id, 1]);
    await journal.releaseNote(again!, NOON_MS + 9_001);
    assert.deepEqual(await sendNotes(journal, NOON_MS + 9_001), ["1: request", "1: раз"]);
    const [other] = await journal.takeNotes("note:other.kommo.com", NOON_MS, 1);
    assert.equal(other?.lane, "note:other.kommo.com");
  }));

Deno.test("a note that is given up lets the next one go, and its lead counts it", () =>
  withJournal(async (journal) => {
    await becomeDeal(journal);
    await say(journal, 4, { text: "раз" });
    const request = await takeNote(journal);
    await journal.giveUpNote(request);
    await journal.giveUpNote(request);
    assert.deepEqual((await journal.findLife(1))?.notes, { owed: 1, givenUp: 1 });
    assert.deepEqual(await sendNotes(journal), ["1: раз"]);
  }));

Deno.test("a late end of a note touches no new one", () =>
  withJournal(async (journal) => {
    await becomeDeal(journal);
    const old = await takeNote(journal);
    await journal.finishNote(old);
    await say(journal, 4, { text: "раз" });
    await journal.finishNote(old);
    await journal.postponeNote(old, NOON_MS + 9_000);
    assert.deepEqual(await sendNotes(journal), ["1: раз"]);
  }));

Deno.test("a restart makes due what was in hand and put off, in order, and none is lost", () =>
  withJournal(async (journal, engine) => {
    await becomeDeal(journal);
    await say(journal, 4, { text: "раз" });
    await becomeDeal(journal, 2);
    const [first, second] = await journal.takeNotes(LANE, NOON_MS, 9);
    await journal.postponeNote(second!, NOON_MS + 300_000);
    assert.ok(first);
    await journal.recover(RESTARTED, NOON_MS + 5);
    assert.equal(await journal.nextNoteDueAtMs(LANE), NOON_MS + 5);
    const sent = await sendNotes(journal, NOON_MS + 5);
    // With other processes at work a start leaves what was put off to wait.
    const putOff = engine === "SQLite" ? ["2: request"] : [];
    assert.deepEqual(sent, ["1: request", ...putOff, "1: раз"]);
  }));

Deno.test("a correction of the clock moves what notes wait for, and one that was ahead holds none up", () =>
  withSqlite(async (journal) => {
    await becomeDeal(journal);
    await sendNotes(journal);
    await say(journal, 4, { text: "", media: "фото" });
    await journal.shiftWaits(-10_000);
    assert.equal(await journal.nextNoteDueAtMs(LANE), NOON_MS - 10_000 + MEDIA_WAIT_MS);
    const earlierMs = NOON_MS - 86_400_000;
    await journal.clampWaits(earlierMs);
    await journal.recover(RESTARTED, earlierMs);
    assert.equal((await takeNote(journal, earlierMs + MEDIA_WAIT_MS)).createdAtMs, earlierMs);
  }));

Deno.test("a note that cannot be read is handed out as that, and holds up no other lead's", () =>
  withOpened(async ({ journal, change }) => {
    await becomeDeal(journal, 1);
    await becomeDeal(journal, 2);
    await becomeDeal(journal, 3);
    await say(journal, 4, { text: "раз" }, NOON_MS, 2);
    await change("UPDATE crm_notes SET kind = 'of a later version' WHERE lead = 1");
    await change("UPDATE follow_ups SET content = 'no JSON'");
    const due = await journal.takeNotes(LANE, NOON_MS, 9);
    assert.deepEqual(due.map(wordsOf), ["unreadable", "2: request", "3: request"]);
    await journal.giveUpNote(due[0]!);
    await journal.finishNote(due[1]!);
    assert.deepEqual((await journal.takeNotes(LANE, NOON_MS, 9)).map(wordsOf), ["unreadable"]);
  }));

// — A phone that came too late —

/** A lead that was asked for a phone, and whose POST left without one. */
async function pressAsked(journal: Journal): Promise<Begun> {
  const lead = aNewLead({ chatId: 1, menuMessageId: 2 });
  await journal.recordChoice(lead, aConfirmation(), "crm:host:a", false, 60_000);
  const [work] = await journal.takeWork("crm:host:a", NOON_MS + 60_000, 1);
  assert.ok(work?.kind === "post");
  return { work, attempt: await journal.beginAttempt(1, null, NOON_MS) };
}

async function sayPhone(journal: Journal, messageId: number, phone: string): Promise<void> {
  const content = someContent({ text: phone });
  const message = { lead: 1, chatId: 1, messageId, albumId: null, content, phone };
  await journal.recordFollowUp(message, NOON_MS);
}

const WITH_CONTACT = { ...TAKEN, deal: { ...TAKEN.deal, contact: 2 } };

Deno.test("a phone that comes after the deal is owed to its contact, behind the note that tells of it", () =>
  withJournal(async (journal) => {
    await end(journal, await pressAsked(journal), WITH_CONTACT);
    await sayPhone(journal, 4, "+79161234567");
    await sayPhone(journal, 4, "+79161234567"); // Its update came again.
    await say(journal, 5, { text: "после шести" });
    assert.deepEqual(
      await sendNotes(journal),
      ["1: request", "1: +79161234567", "1: +79161234567 of 2", "1: после шести"],
    );
  }));

Deno.test("a phone that comes while the POST is on its way is owed with the deal, and of several the last one", () =>
  withJournal(async (journal) => {
    const begun = await pressAsked(journal);
    await sayPhone(journal, 4, "+79161234567");
    await sayPhone(journal, 5, "+79160000000");
    await end(journal, begun, WITH_CONTACT);
    assert.deepEqual(
      await sendNotes(journal),
      ["1: request", "1: +79161234567", "1: +79160000000", "1: +79160000000 of 2"],
    );
  }));

Deno.test("a phone is owed to no contact where none is known, the lead has a phone, or was asked for none", async () => {
  await withJournal(async (journal) => {
    await end(journal, await pressAsked(journal), TAKEN);
    await sayPhone(journal, 4, "+79161234567");
    assert.deepEqual(await sendNotes(journal), ["1: request", "1: +79161234567"]);
  });
  await withJournal(async (journal) => {
    const lead = aNewLead({ chatId: 1, menuMessageId: 2 });
    await journal.recordChoice(lead, aConfirmation(), "crm:host:a", false, 60_000);
    await journal.answerPhoneAsk({ chatId: 1, messageId: 3, phone: "+79160000000" }, NOON_MS);
    const [work] = await journal.takeWork("crm:host:a", NOON_MS, 1);
    assert.ok(work?.kind === "post");
    await end(
      journal,
      { work, attempt: await journal.beginAttempt(1, null, NOON_MS) },
      WITH_CONTACT,
    );
    await sayPhone(journal, 4, "+79161234567");
    assert.deepEqual(await sendNotes(journal), ["1: request", "1: +79161234567"]);
  });
  await withJournal(async (journal) => {
    await end(journal, await press(journal), WITH_CONTACT);
    await sayPhone(journal, 4, "+79161234567");
    assert.deepEqual(await sendNotes(journal), ["1: request", "1: +79161234567"]);
  });
});

Deno.test("an erased person's late phone is nowhere in the journal", () =>
  withOpened(async ({ journal, dump }) => {
    await end(journal, await pressAsked(journal), WITH_CONTACT);
    await sayPhone(journal, 4, "+79161234567");
    assert.equal(await journal.erasePerson(1, "@anna", NOON_MS), 1);
    assert.doesNotMatch(await dump(), /9161234567/);
  }));

// — A rate limit —

Deno.test("a POST that came too often is an attempt that ended, and the same POST is due again without a card", () =>
  withJournal(async (journal) => {
    const { work, attempt } = await press(journal);
    await journal.postponePost(work, attempt, LIMITED, NOON_MS + 5_000, NOON_MS);
    const [first] = await journal.attemptsOf(1);
    assert.deepEqual([first?.outcome, first?.status, first?.endedAtMs], [
      "answered",
      429,
      NOON_MS,
    ]);
    assert.equal((await journal.findLead(1))?.state, "received");
    assert.deepEqual((await journal.lanes("")).toSorted(), ["crm:host:a", "visitors"]);
    assert.deepEqual(await journal.takeWork("crm:host:a", NOON_MS + 4_999, 9), []);
    const [again] = await journal.takeWork("crm:host:a", NOON_MS + 5_000, 9);
    assert.deepEqual(again, { ...work, failures: 1 });
    assert.ok(again?.kind === "post");
    await end(
      journal,
      { work: again, attempt: await journal.beginAttempt(1, null, NOON_MS) },
      TAKEN,
    );
    assert.deepEqual((await journal.attemptsOf(1)).map(({ nth }) => nth), [1, 2]);
    assert.deepEqual(await sendNotes(journal), ["1: request"], "nothing can have arrived before");
  }));

Deno.test("a resend that came too often is still being sent, also one of a run of all cards", () =>
  withJournal(async (journal) => {
    await end(journal, await press(journal), { kind: "answered", status: 500, body: "" });
    await showCard(journal);
    const offer = { chatId: -1, messageId: 99 };
    const all = { profile: "agency", profileName: "MONSTER AGENCY", by: "@anna", offer };
    assert.equal(await journal.beginSendAll(all, NOON_MS), 1);
    const [work] = await journal.takeWork("crm:all:agency", NOON_MS, 1);
    assert.ok(work?.kind === "post");
    const attempt = await journal.beginAttempt(1, "@anna", NOON_MS);
    await journal.postponePost(work, attempt, LIMITED, NOON_MS + 5_000, NOON_MS);
    assert.equal((await journal.cardsOn({ chatId: -1, messageId: 500 }))[0]?.sending, true);
    assert.equal(await journal.beginSendAll(all, NOON_MS), 0, "it is under way");
    const [again] = await journal.takeWork("crm:all:agency", NOON_MS + 5_000, 1);
    assert.ok(again?.kind === "post");
    await end(
      journal,
      { work: again, attempt: await journal.beginAttempt(1, "@anna", NOON_MS) },
      TAKEN,
    );
    assert.equal((await journal.findWork("offer_update", 99))?.body.report.sent, 1);
  }));

// — Erased, renamed, copied —

Deno.test("an erased person's notes are owed no more, also in hand, and the deal stays with the lead", () =>
  withJournal(async (journal) => {
    await end(journal, await press(journal), CUT);
    await showCard(journal);
    await end(journal, await resend(journal, "@anna"), TAKEN);
    await say(journal, 4, { text: "раз" });
    await becomeDeal(journal, 2);
    const [inHand] = await journal.takeNotes(LANE, NOON_MS, 1);
    assert.equal(await journal.erasePerson(1, "@anna", NOON_MS), 1);
    await journal.postponeNote(inHand!, NOON_MS);
    await journal.finishNote(inHand!);
    assert.deepEqual(await sendNotes(journal), ["2: request"]);
    assert.deepEqual((await journal.findLife(1))?.notes, { owed: 0, givenUp: 0 });
    assert.equal((await journal.findLife(1))?.lead.deal?.id, 8841);
  }));

Deno.test("a start forgets the notes of a person whom an older bot erased", () =>
  withOpened(async ({ journal, change }) => {
    await becomeDeal(journal, 1);
    await becomeDeal(journal, 2);
    await change("UPDATE leads SET user_id = 0, first_name = '' WHERE number = 1");
    await journal.recover(RESTARTED, NOON_MS);
    assert.deepEqual(await sendNotes(journal), ["2: request"]);
  }));

Deno.test("a profile with another key keeps the notes of its deals", () =>
  withJournal(async (journal) => {
    await becomeDeal(journal);
    await journal.renameProfile("agency", "studio");
    assert.equal((await takeNote(journal)).lead.profile, "studio");
  }));

Deno.test("a copy of the journal says the notes that it owes", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const journal = await openJournal(`${folder}/triborg.db`);
  try {
    await becomeDeal(journal);
    await journal.takeNotes(LANE, NOON_MS, 9);
    await journal.backUp(`${folder}/copy.db`, NOON_MS);
    const copy = await openJournal(`${folder}/copy.db`);
    await copy.recover(RESTARTED, NOON_MS + 5);
    assert.deepEqual(await sendNotes(copy, NOON_MS + 5), ["1: request"]);
    await copy.close();
  } finally {
    await journal.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a journal of the bot before deals opens, with its leads, and that bot's tables are as they were", async () => {
  const before = Deno.makeTempFileSync({ prefix: "triborg-" });
  const { deals: _, crm_notes: __, secrets: ___, late_phones: ____, ...earlier } = ADDITIONS;
  const tables = async () => {
    const db = openDatabase(before, MIGRATIONS, earlier);
    const rows = await db.reader(
      `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL
         AND tbl_name NOT IN ('deals', 'crm_notes', 'secrets', 'phone_asks') ORDER BY name`,
    ).all();
    await db.close();
    return rows.map(({ sql }) => sql);
  };
  try {
    const made = await tables();
    const old = openDatabase(before, MIGRATIONS, earlier);
    await old.writer(
      `INSERT INTO leads (number, id, state, profile, profile_name, choice, user_id, first_name, chat_id,
         menu_message_id, received_at_ms) VALUES (1, 'x', 'received', 'agency', '', '', 1, '', 1, 1, 1)`,
    ).run();
    await old.writer(
      `INSERT INTO outbox (id, lane, kind, subject, body, due_at_ms)
       VALUES (1, 'crm:host:a', 'post', 1, '', 1)`,
    ).run();
    await old.close();
    const journal = await openJournal(before);
    const [work] = await journal.takeWork("crm:host:a", NOON_MS, 1);
    assert.ok(work?.kind === "post");
    await end(journal, { work, attempt: await journal.beginAttempt(1, null, NOON_MS) }, TAKEN);
    assert.equal((await journal.findLife(1))?.lead.deal?.id, 8841);
    await journal.close();
    assert.deepEqual(await tables(), made);
  } finally {
    for (const ending of ["", "-wal", "-shm"]) {
      try {
        Deno.removeSync(before + ending);
      } catch {
        // There is none.
      }
    }
  }
});
