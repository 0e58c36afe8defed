// Deals: recorded with the lead that the CRM took, and the notes that they are owed, in order and none lost.

import assert from "node:assert/strict";
import {
  type Attempt,
  type CrmNote,
  type Journal,
  journalIn,
  openJournal,
  type WorkOf,
} from "../../lib/journal/journal.ts";
import { openDatabase } from "../../lib/journal/database.ts";
import { MEDIA_WAIT_MS } from "../../lib/journal/crm_notes.ts";
import { ADDITIONS } from "../../lib/journal/additions.ts";
import { MIGRATIONS } from "../../lib/journal/schema.ts";
import type { CrmOutcome } from "../../lib/lead.ts";
import { withJournal } from "../helpers/a_journal.ts";
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
function press(journal: Journal, number = 1): Begun {
  const lead = aNewLead({ id: `lead-${number}`, chatId: number, menuMessageId: 2 });
  const { post, attempt } = journal.recordChoice(lead, aConfirmation(), "crm:host:a", true)!;
  assert.ok(post.kind === "post" && attempt !== undefined);
  return { work: post, attempt };
}

function end(journal: Journal, { work, attempt }: Begun, outcome: CrmOutcome): void {
  journal.endAttempt(work, attempt, outcome, NOON_MS);
}

/** A lead that became a deal. */
function becomeDeal(journal: Journal, number = 1): void {
  end(journal, press(journal, number), accepted(8840 + number));
}

function showCard(journal: Journal): void {
  const card = journal.takeWorkOfKind("admin_chat", "card", NOON_MS)!;
  journal.settleInAdminChat([card], { chatId: -1, messageId: 500 }, NOON_MS);
}

/** The next POST of a lead, as a manager wants it. */
function resend(journal: Journal, by: string, lead = 1): Begun {
  assert.equal(journal.oweResend(lead, by, "crm:host:a", NOON_MS), "asked");
  const [work] = journal.takeWork("crm:host:a", NOON_MS, 1);
  assert.ok(work?.kind === "post");
  return { work, attempt: journal.beginAttempt(lead, by, NOON_MS) };
}

function say(journal: Journal, messageId: number, content = {}, nowMs = NOON_MS, lead = 1): number {
  const message = { lead, chatId: lead, messageId, albumId: null, content: someContent(content) };
  return journal.recordFollowUp(message, nowMs).followUp;
}

function edit(journal: Journal, messageId: number, text: string, nowMs = NOON_MS): string {
  const content = someContent({ text });
  const edited = { chatId: 1, messageId, content, editedAtS: null };
  return journal.recordEdit(edited, { text, entities: [] }, nowMs).kind;
}

/** Shows the due follow-ups; the first becomes message 701. */
function showFollowUps(journal: Journal, nowMs = NOON_MS): void {
  for (const [nth, work] of journal.takeFollowUpsOf(1, nowMs, 9).entries()) {
    journal.takeFollowUp(work.subject);
    journal.markPartShown(work.subject, 1, { chatId: -1, messageId: 701 + nth });
    journal.finishFollowUp(work, nowMs);
  }
}

function takeNote(journal: Journal, nowMs = NOON_MS): CrmNote {
  const [note, ...others] = journal.takeNotes(LANE, nowMs, 9);
  assert.ok(note !== undefined && others.length === 0, `${others.length + (note ? 1 : 0)} notes`);
  assert.ok(note.kind === "crm_note");
  return note;
}

/** Sends all that is owed, one after another, and tells what. */
function sendNotes(journal: Journal, nowMs = NOON_MS): string[] {
  const sent: string[] = [];
  for (let due = journal.takeNotes(LANE, nowMs, 9); due.length > 0;) {
    for (const note of due) {
      sent.push(wordsOf(note));
      journal.finishNote(note);
    }
    due = journal.takeNotes(LANE, nowMs, 9);
  }
  return sent;
}

function wordsOf(note: ReturnType<Journal["takeNotes"]>[number]): string {
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
  withJournal((journal) => {
    const deal = { ...TAKEN.deal, takesNotes: false } as const;
    end(journal, press(journal), { ...TAKEN, deal });
    journal.rememberAbout(1, [{ chatId: -1, messageId: 9 }]);
    journal.recordAnswer({
      kind: "note",
      chatId: -1,
      messageId: 10,
      albumId: null,
      by: "@anna",
      target: { chatId: -1, messageId: 9 },
      content: someContent(),
    }, NOON_MS);
    assert.deepEqual(journal.noteLanes(), []);
  }));

Deno.test("a manager's note is owed to the deal once, whether it was written before there was one or after", () =>
  withJournal((journal) => {
    const begun = press(journal);
    journal.rememberAbout(1, [{ chatId: -1, messageId: 9 }]);
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
    write(10, "до");
    end(journal, begun, TAKEN);
    write(11, "после");
    assert.deepEqual(
      sendNotes(journal),
      ["1: request", "1: Заметка (@anna): до", "1: Заметка (@anna): после"],
    );
  }));

for (
  const [how, take] of [
    ["endAttempt", end],
    ["recordDone", (journal: Journal, { work, attempt }: Begun, outcome: typeof TAKEN) => {
      journal.recordDone([{ kind: "accepted", work, attempt, outcome, atMs: NOON_MS }]);
    }],
  ] as const
) {
  Deno.test("a deal of a CRM that takes no notes is owed none, neither at once nor for what is written later", () =>
    withJournal((journal) => {
      const deal = { ...accepted(8841).deal, takesNotes: false } as const;
      end(journal, press(journal), { ...TAKEN, deal });
      const message = { chatId: 1, messageId: 9, albumId: null, content: someContent() };
      journal.recordFollowUp({ lead: 1, ...message }, NOON_MS);
      assert.deepEqual(journal.noteLanes(), []);
      assert.equal(journal.dealOf(1)?.url, deal.url);
    }));

  Deno.test(`${how} records the deal with the lead, and owes a note of the request and of each follow-up so far`, () =>
    withJournal((journal) => {
      const begun = press(journal);
      say(journal, 4, { text: "раз" });
      showFollowUps(journal);
      edit(journal, 4, "два");
      say(journal, 5, { text: "", media: "фото" });
      take(journal, begun, TAKEN);

      assert.equal(journal.findLead(1)?.state, "in_crm");
      assert.deepEqual(journal.dealOf(1), { ...TAKEN.deal, account: ACCOUNT });
      assert.deepEqual(journal.noteLanes(), [LANE]);
      assert.deepEqual(journal.findLife(1)?.notes, { owed: 4, givenUp: 0 });
      const { deal, createdAtMs, failures, what } = takeNote(journal);
      assert.deepEqual([deal.id, createdAtMs, failures, what.kind], [8841, NOON_MS, 0, "request"]);
      journal.recover(RESTARTED, NOON_MS);
      assert.deepEqual(sendNotes(journal), ["1: request", "1: раз", "1: edit два"]);
      assert.equal(journal.nextNoteDueAtMs(LANE), NOON_MS + MEDIA_WAIT_MS);
      assert.deepEqual(sendNotes(journal, NOON_MS + MEDIA_WAIT_MS), ["1: "]);
      assert.deepEqual(journal.noteLanes(), []);
    }));
}

Deno.test("a lead whose CRM names no deal has none, and owes no notes", () =>
  withJournal((journal) => {
    end(journal, press(journal), { kind: "accepted", status: 200 });
    say(journal, 4);
    assert.equal(journal.dealOf(1), undefined);
    assert.deepEqual(journal.noteLanes(), []);
    assert.deepEqual(journal.findLife(1)?.notes, { owed: 0, givenUp: 0 });
  }));

Deno.test("the deal of a lead is with it on the page, in the list and on its card", () =>
  withJournal((journal) => {
    end(journal, press(journal), { kind: "answered", status: 500, body: "" });
    showCard(journal);
    end(journal, press(journal, 2), { kind: "answered", status: 500, body: "" });
    const read = () => {
      const everything = { place: null, profile: null, fromMs: null, toMs: null, words: "" };
      const listed = journal.listLeads(everything, { before: 99 }, 9).leads;
      return [
        journal.findLife(1)?.lead.deal,
        ...listed.map(({ deal }) => deal),
        ...journal.cardsOn({ chatId: -1, messageId: 500 }).map(({ deal }) => deal),
      ];
    };
    assert.deepEqual(read(), [null, null, null, null]);
    end(journal, resend(journal, "@anna"), TAKEN);
    assert.deepEqual(read(), [TAKEN.deal, null, TAKEN.deal, TAKEN.deal]);
  }));

Deno.test("an attempt that was answered by a failing server keeps the status, and may have arrived", () =>
  withJournal((journal) => {
    end(journal, press(journal), CUT);
    const [attempt] = journal.attemptsOf(1);
    const { outcome, status, reason } = attempt!;
    assert.deepEqual({ outcome, status, reason }, {
      outcome: "interrupted",
      status: 502,
      reason: "cut",
    });
  }));

Deno.test("a deal that may be there twice has a note that says so, and who decided", () =>
  withJournal((journal) => {
    end(journal, press(journal), CUT);
    showCard(journal);
    say(journal, 4, { text: "раз" });
    end(journal, resend(journal, "@maria"), { kind: "answered", status: 400, body: "" });
    end(journal, resend(journal, "@anna"), TAKEN);
    assert.deepEqual(sendNotes(journal), [
      "1: request",
      "1: раз",
      "1: Возможен дубль: предыдущая отправка могла дойти. Ещё раз отправил(а) @anna",
    ]);
  }));

Deno.test("a deal of a lead that was only declined before has no such note", () =>
  withJournal((journal) => {
    end(journal, press(journal), { kind: "answered", status: 400, body: "" });
    showCard(journal);
    end(journal, resend(journal, "@anna"), TAKEN);
    assert.deepEqual(sendNotes(journal), ["1: request"]);
  }));

Deno.test("a later deal of the same lead changes nothing", () =>
  withJournal((journal) => {
    end(journal, press(journal), CUT);
    showCard(journal);
    const late = resend(journal, "@anna");
    journal.closeByHand(1, "@maria", NOON_MS);
    end(journal, late, TAKEN);
    assert.equal(journal.findLead(1)?.state, "by_hand");
    assert.equal(journal.dealOf(1)?.id, 8841, "it is in the CRM all the same");
    const again = { ...late, attempt: journal.beginAttempt(1, null, NOON_MS) };
    end(journal, again, accepted(9000));
    assert.equal(journal.dealOf(1)?.id, 8841);
    assert.equal(sendNotes(journal).length, 2);
  }));

// — What comes after the deal —

Deno.test("what a visitor writes to a deal and edits there becomes notes, after the earlier ones", () =>
  withJournal((journal) => {
    becomeDeal(journal);
    assert.deepEqual(sendNotes(journal), ["1: request"]);
    say(journal, 4, { text: "раз" });
    const first = takeNote(journal);
    say(journal, 5, { text: "два" });
    showFollowUps(journal);
    edit(journal, 4, "три");
    assert.deepEqual(journal.takeNotes(LANE, NOON_MS, 9), [], "the first is in hand");
    assert.equal(journal.nextNoteDueAtMs(LANE), undefined);
    journal.finishNote(first);
    assert.deepEqual(sendNotes(journal), ["1: два", "1: edit три"]);
  }));

Deno.test("a note of media waits for the managers' message and links to it, and what comes after it waits too", () =>
  withJournal((journal) => {
    becomeDeal(journal);
    sendNotes(journal);
    say(journal, 4, { text: "", media: "голосовое сообщение" });
    say(journal, 5, { text: "раз" });
    assert.deepEqual(journal.takeNotes(LANE, NOON_MS + 4, 9), []);
    assert.equal(journal.nextNoteDueAtMs(LANE), NOON_MS + MEDIA_WAIT_MS);
    showFollowUps(journal, NOON_MS + 5);
    const note = takeNote(journal, NOON_MS + 5);
    assert.deepEqual(note.what, {
      kind: "follow_up",
      content: someContent({ text: "", media: "голосовое сообщение" }),
      isEdit: false,
      shown: { chatId: -1, messageId: 701 },
    });
    journal.finishNote(note);
    assert.deepEqual(sendNotes(journal, NOON_MS + 5), ["1: раз"]);
  }));

Deno.test("a note of media leaves after a minute when the managers' chat does not take it", () =>
  withJournal((journal) => {
    becomeDeal(journal);
    sendNotes(journal);
    say(journal, 4, { text: "", media: "фото" });
    assert.deepEqual(journal.takeNotes(LANE, NOON_MS + MEDIA_WAIT_MS - 1, 9), []);
    const { what } = takeNote(journal, NOON_MS + MEDIA_WAIT_MS);
    assert.ok(what.kind === "follow_up" && what.shown === null);
  }));

Deno.test("a note that failed is not hurried by the managers' message", () =>
  withJournal((journal) => {
    becomeDeal(journal);
    sendNotes(journal);
    say(journal, 4, { text: "", media: "фото" });
    const later = NOON_MS + MEDIA_WAIT_MS;
    journal.postponeNote(takeNote(journal, later), later + 9_000);
    showFollowUps(journal, later + 1);
    assert.equal(journal.nextNoteDueAtMs(LANE), later + 9_000);
  }));

Deno.test("an edit before the managers have the first version changes the note that waits, and follows one that left", () =>
  withJournal((journal) => {
    becomeDeal(journal);
    const request = takeNote(journal);
    say(journal, 4, { text: "раз" });
    assert.equal(edit(journal, 4, "два"), "replaced");
    journal.finishNote(request);
    const left = takeNote(journal);
    assert.equal(wordsOf(left), "1: два");
    assert.equal(edit(journal, 4, "три"), "replaced");
    assert.equal(edit(journal, 4, "четыре"), "replaced");
    journal.finishNote(left);
    assert.deepEqual(sendNotes(journal), ["1: edit четыре"]);
    assert.equal(edit(journal, 4, "пять"), "replaced");
    assert.deepEqual(sendNotes(journal), ["1: edit пять"]);
  }));

Deno.test("an album is one note, with the captions of all its parts", () =>
  withJournal((journal) => {
    becomeDeal(journal);
    sendNotes(journal);
    for (const messageId of [4, 5]) {
      const content = someContent({ text: `часть ${messageId}`, media: "фото", captionable: true });
      const message = { lead: 1, chatId: 1, messageId, albumId: "a", content };
      journal.recordFollowUp(message, NOON_MS);
    }
    assert.deepEqual(sendNotes(journal, NOON_MS + MEDIA_WAIT_MS), ["1: часть 4\n\nчасть 5"]);
  }));

// — The queue —

Deno.test("notes of different leads do not wait for each other, and lanes are by account", () =>
  withJournal((journal) => {
    becomeDeal(journal, 1);
    becomeDeal(journal, 2);
    const url = "https://other.kommo.com/leads/detail/5";
    end(journal, press(journal, 3), { kind: "accepted", status: 200, deal: { id: 5, url } });
    assert.deepEqual(journal.noteLanes().toSorted(), [LANE, "note:other.kommo.com"]);
    const [first, second] = journal.takeNotes(LANE, NOON_MS, 9);
    journal.postponeNote(first!, NOON_MS + 9_000);
    say(journal, 4, { text: "раз" }, NOON_MS, 1);
    say(journal, 4, { text: "два" }, NOON_MS, 2);
    journal.finishNote(second!);
    assert.deepEqual(sendNotes(journal), ["2: два"]);
    const [again] = journal.takeNotes(LANE, NOON_MS + 9_000, 9);
    assert.deepEqual([again?.id, again?.failures], [first?.id, 1]);
    journal.releaseNote(again!, NOON_MS + 9_001);
    assert.deepEqual(sendNotes(journal, NOON_MS + 9_001), ["1: request", "1: раз"]);
    const [other] = journal.takeNotes("note:other.kommo.com", NOON_MS, 1);
    assert.equal(other?.lane, "note:other.kommo.com");
  }));

Deno.test("a note that is given up lets the next one go, and its lead counts it", () =>
  withJournal((journal) => {
    becomeDeal(journal);
    say(journal, 4, { text: "раз" });
    const request = takeNote(journal);
    journal.giveUpNote(request);
    journal.giveUpNote(request);
    assert.deepEqual(journal.findLife(1)?.notes, { owed: 1, givenUp: 1 });
    assert.deepEqual(sendNotes(journal), ["1: раз"]);
  }));

Deno.test("a late end of a note touches no new one", () =>
  withJournal((journal) => {
    becomeDeal(journal);
    const old = takeNote(journal);
    journal.finishNote(old);
    say(journal, 4, { text: "раз" });
    journal.finishNote(old);
    journal.postponeNote(old, NOON_MS + 9_000);
    assert.deepEqual(sendNotes(journal), ["1: раз"]);
  }));

Deno.test("a restart makes due what was in hand and put off, in order, and none is lost", () =>
  withJournal((journal) => {
    becomeDeal(journal);
    say(journal, 4, { text: "раз" });
    becomeDeal(journal, 2);
    const [first, second] = journal.takeNotes(LANE, NOON_MS, 9);
    journal.postponeNote(second!, NOON_MS + 300_000);
    assert.ok(first);
    journal.recover(RESTARTED, NOON_MS + 5);
    assert.equal(journal.nextNoteDueAtMs(LANE), NOON_MS + 5);
    const sent = sendNotes(journal, NOON_MS + 5);
    assert.deepEqual(sent, ["1: request", "2: request", "1: раз"]);
  }));

Deno.test("a correction of the clock moves what notes wait for, and one that was ahead holds none up", () =>
  withJournal((journal) => {
    becomeDeal(journal);
    sendNotes(journal);
    say(journal, 4, { text: "", media: "фото" });
    journal.shiftWaits(-10_000);
    assert.equal(journal.nextNoteDueAtMs(LANE), NOON_MS - 10_000 + MEDIA_WAIT_MS);
    const earlierMs = NOON_MS - 86_400_000;
    journal.clampWaits(earlierMs);
    journal.recover(RESTARTED, earlierMs);
    assert.equal(takeNote(journal, earlierMs + MEDIA_WAIT_MS).createdAtMs, earlierMs);
  }));

Deno.test("a note that cannot be read is handed out as that, and holds up no other lead's", () => {
  const db = openDatabase(":memory:", MIGRATIONS, ADDITIONS);
  const journal = journalIn(db);
  try {
    becomeDeal(journal, 1);
    becomeDeal(journal, 2);
    becomeDeal(journal, 3);
    say(journal, 4, { text: "раз" }, NOON_MS, 2);
    db.writer("UPDATE crm_notes SET kind = 'of a later version' WHERE lead = 1").run();
    db.writer("UPDATE follow_ups SET content = 'no JSON'").run();
    const due = journal.takeNotes(LANE, NOON_MS, 9);
    assert.deepEqual(due.map(wordsOf), ["unreadable", "2: request", "3: request"]);
    journal.giveUpNote(due[0]!);
    journal.finishNote(due[1]!);
    assert.deepEqual(journal.takeNotes(LANE, NOON_MS, 9).map(wordsOf), ["unreadable"]);
  } finally {
    journal.close();
  }
});

// — A phone that came too late —

/** A lead that was asked for a phone, and whose POST left without one. */
function pressAsked(journal: Journal): Begun {
  const lead = aNewLead({ chatId: 1, menuMessageId: 2 });
  journal.recordChoice(lead, aConfirmation(), "crm:host:a", false, 60_000);
  const [work] = journal.takeWork("crm:host:a", NOON_MS + 60_000, 1);
  assert.ok(work?.kind === "post");
  return { work, attempt: journal.beginAttempt(1, null, NOON_MS) };
}

function sayPhone(journal: Journal, messageId: number, phone: string): void {
  const content = someContent({ text: phone });
  const message = { lead: 1, chatId: 1, messageId, albumId: null, content, phone };
  journal.recordFollowUp(message, NOON_MS);
}

const WITH_CONTACT = { ...TAKEN, deal: { ...TAKEN.deal, contact: 2 } };

Deno.test("a phone that comes after the deal is owed to its contact, behind the note that tells of it", () =>
  withJournal((journal) => {
    end(journal, pressAsked(journal), WITH_CONTACT);
    sayPhone(journal, 4, "+79161234567");
    sayPhone(journal, 4, "+79161234567"); // Its update came again.
    say(journal, 5, { text: "после шести" });
    assert.deepEqual(
      sendNotes(journal),
      ["1: request", "1: +79161234567", "1: +79161234567 of 2", "1: после шести"],
    );
  }));

Deno.test("a phone that comes while the POST is on its way is owed with the deal, and of several the last one", () =>
  withJournal((journal) => {
    const begun = pressAsked(journal);
    sayPhone(journal, 4, "+79161234567");
    sayPhone(journal, 5, "+79160000000");
    end(journal, begun, WITH_CONTACT);
    assert.deepEqual(
      sendNotes(journal),
      ["1: request", "1: +79161234567", "1: +79160000000", "1: +79160000000 of 2"],
    );
  }));

Deno.test("a phone is owed to no contact where none is known, the lead has a phone, or was asked for none", () => {
  withJournal((journal) => {
    end(journal, pressAsked(journal), TAKEN);
    sayPhone(journal, 4, "+79161234567");
    assert.deepEqual(sendNotes(journal), ["1: request", "1: +79161234567"]);
  });
  withJournal((journal) => {
    const lead = aNewLead({ chatId: 1, menuMessageId: 2 });
    journal.recordChoice(lead, aConfirmation(), "crm:host:a", false, 60_000);
    journal.answerPhoneAsk({ chatId: 1, messageId: 3, phone: "+79160000000" }, NOON_MS);
    const [work] = journal.takeWork("crm:host:a", NOON_MS, 1);
    assert.ok(work?.kind === "post");
    end(journal, { work, attempt: journal.beginAttempt(1, null, NOON_MS) }, WITH_CONTACT);
    sayPhone(journal, 4, "+79161234567");
    assert.deepEqual(sendNotes(journal), ["1: request", "1: +79161234567"]);
  });
  withJournal((journal) => {
    end(journal, press(journal), WITH_CONTACT);
    sayPhone(journal, 4, "+79161234567");
    assert.deepEqual(sendNotes(journal), ["1: request", "1: +79161234567"]);
  });
});

Deno.test("an erased person's late phone is nowhere in the journal", () => {
  const db = openDatabase(":memory:", MIGRATIONS, ADDITIONS);
  const journal = journalIn(db);
  try {
    end(journal, pressAsked(journal), WITH_CONTACT);
    sayPhone(journal, 4, "+79161234567");
    assert.equal(journal.erasePerson(1, "@anna", NOON_MS), 1);
    for (const table of ["phone_asks", "crm_notes", "leads", "follow_ups", "deals"]) {
      const rows = db.reader(`SELECT * FROM ${table}`).all();
      assert.doesNotMatch(JSON.stringify(rows), /9161234567/, table);
    }
  } finally {
    journal.close();
  }
});

// — A rate limit —

Deno.test("a POST that came too often is an attempt that ended, and the same POST is due again without a card", () =>
  withJournal((journal) => {
    const { work, attempt } = press(journal);
    journal.postponePost(work, attempt, LIMITED, NOON_MS + 5_000, NOON_MS);
    const [first] = journal.attemptsOf(1);
    assert.deepEqual([first?.outcome, first?.status, first?.endedAtMs], [
      "answered",
      429,
      NOON_MS,
    ]);
    assert.equal(journal.findLead(1)?.state, "received");
    assert.deepEqual(journal.lanes("").toSorted(), ["crm:host:a", "visitors"]);
    assert.deepEqual(journal.takeWork("crm:host:a", NOON_MS + 4_999, 9), []);
    const [again] = journal.takeWork("crm:host:a", NOON_MS + 5_000, 9);
    assert.deepEqual(again, { ...work, failures: 1 });
    assert.ok(again?.kind === "post");
    end(journal, { work: again, attempt: journal.beginAttempt(1, null, NOON_MS) }, TAKEN);
    assert.deepEqual(journal.attemptsOf(1).map(({ nth }) => nth), [1, 2]);
    assert.deepEqual(sendNotes(journal), ["1: request"], "nothing can have arrived before");
  }));

Deno.test("a resend that came too often is still being sent, also one of a run of all cards", () =>
  withJournal((journal) => {
    end(journal, press(journal), { kind: "answered", status: 500, body: "" });
    showCard(journal);
    const offer = { chatId: -1, messageId: 99 };
    const all = { profile: "agency", profileName: "MONSTER AGENCY", by: "@anna", offer };
    assert.equal(journal.beginSendAll(all, NOON_MS), 1);
    const [work] = journal.takeWork("crm:all:agency", NOON_MS, 1);
    assert.ok(work?.kind === "post");
    const attempt = journal.beginAttempt(1, "@anna", NOON_MS);
    journal.postponePost(work, attempt, LIMITED, NOON_MS + 5_000, NOON_MS);
    assert.equal(journal.cardsOn({ chatId: -1, messageId: 500 })[0]?.sending, true);
    assert.equal(journal.beginSendAll(all, NOON_MS), 0, "it is under way");
    const [again] = journal.takeWork("crm:all:agency", NOON_MS + 5_000, 1);
    assert.ok(again?.kind === "post");
    end(journal, { work: again, attempt: journal.beginAttempt(1, "@anna", NOON_MS) }, TAKEN);
    assert.equal(journal.findWork("offer_update", 99)?.body.report.sent, 1);
  }));

// — Erased, renamed, copied —

Deno.test("an erased person's notes are owed no more, also in hand, and the deal stays with the lead", () =>
  withJournal((journal) => {
    end(journal, press(journal), CUT);
    showCard(journal);
    end(journal, resend(journal, "@anna"), TAKEN);
    say(journal, 4, { text: "раз" });
    becomeDeal(journal, 2);
    const [inHand] = journal.takeNotes(LANE, NOON_MS, 1);
    assert.equal(journal.erasePerson(1, "@anna", NOON_MS), 1);
    journal.postponeNote(inHand!, NOON_MS);
    journal.finishNote(inHand!);
    assert.deepEqual(sendNotes(journal), ["2: request"]);
    assert.deepEqual(journal.findLife(1)?.notes, { owed: 0, givenUp: 0 });
    assert.equal(journal.findLife(1)?.lead.deal?.id, 8841);
  }));

Deno.test("a start forgets the notes of a person whom an older bot erased", () => {
  const db = openDatabase(":memory:", MIGRATIONS, ADDITIONS);
  const journal = journalIn(db);
  try {
    becomeDeal(journal, 1);
    becomeDeal(journal, 2);
    db.writer("UPDATE leads SET user_id = 0, first_name = '' WHERE number = 1").run();
    journal.recover(RESTARTED, NOON_MS);
    assert.deepEqual(sendNotes(journal), ["2: request"]);
  } finally {
    journal.close();
  }
});

Deno.test("a profile with another key keeps the notes of its deals", () =>
  withJournal((journal) => {
    becomeDeal(journal);
    journal.renameProfile("agency", "studio");
    assert.equal(takeNote(journal).lead.profile, "studio");
  }));

Deno.test("a copy of the journal says the notes that it owes", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const journal = openJournal(`${folder}/triborg.db`);
  try {
    becomeDeal(journal);
    journal.takeNotes(LANE, NOON_MS, 9);
    await journal.backUp(`${folder}/copy.db`, NOON_MS);
    const copy = openJournal(`${folder}/copy.db`);
    copy.recover(RESTARTED, NOON_MS + 5);
    assert.deepEqual(sendNotes(copy, NOON_MS + 5), ["1: request"]);
    copy.close();
  } finally {
    journal.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a journal of the bot before deals opens, with its leads, and that bot's tables are as they were", () => {
  const before = Deno.makeTempFileSync({ prefix: "triborg-" });
  const { deals: _, crm_notes: __, secrets: ___, late_phones: ____, ...earlier } = ADDITIONS;
  const tables = () => {
    const db = openDatabase(before, MIGRATIONS, earlier);
    const rows = db.reader(
      `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL
         AND tbl_name NOT IN ('deals', 'crm_notes', 'secrets', 'phone_asks') ORDER BY name`,
    ).all();
    db.close();
    return rows.map(({ sql }) => sql);
  };
  try {
    const made = tables();
    const old = openDatabase(before, MIGRATIONS, earlier);
    old.writer(
      `INSERT INTO leads (number, id, state, profile, profile_name, choice, user_id, first_name, chat_id,
         menu_message_id, received_at_ms) VALUES (1, 'x', 'received', 'agency', '', '', 1, '', 1, 1, 1)`,
    ).run();
    old.writer(
      `INSERT INTO outbox (id, lane, kind, subject, body, due_at_ms)
       VALUES (1, 'crm:host:a', 'post', 1, '', 1)`,
    ).run();
    old.close();
    const journal = openJournal(before);
    const [work] = journal.takeWork("crm:host:a", NOON_MS, 1);
    assert.ok(work?.kind === "post");
    end(journal, { work, attempt: journal.beginAttempt(1, null, NOON_MS) }, TAKEN);
    assert.equal(journal.findLife(1)?.lead.deal?.id, 8841);
    journal.close();
    assert.deepEqual(tables(), made);
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
