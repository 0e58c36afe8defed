// Visitors who press again, and visitors who press too often: one lead for one wish, and no flood for CRM or managers.

import assert from "node:assert/strict";
import {
  ADMIN_CHAT_LANE,
  type Journal,
  type PressLimits,
  VISITORS_LANE,
} from "../../lib/journal/journal.ts";
import type { NewLead } from "../../lib/lead.ts";
import { heldText } from "../../lib/managers/texts.ts";
import { withJournal, withSqlite } from "../helpers/a_journal.ts";
import { A_HELD_LINE, aConfirmation, aNewLead, aVisitor, NOON_MS } from "../helpers/a_lead.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LIMITS: PressLimits = {
  repeatWindowMs: 10 * MINUTE_MS,
  mostInAnHour: 20,
  chatHasLeads: true,
};

/** A press on another menu, or another thing altogether. */
function again(details: Partial<NewLead> = {}): NewLead {
  return aNewLead({ id: "again", menuMessageId: 3, ...details });
}

async function record(journal: Journal, details: Partial<NewLead> = {}): Promise<number> {
  return (await journal.recordChoice(aNewLead(details), aConfirmation(), "crm:x", false))!.lead
    .number;
}

// — The same choice again —

for (
  const [what, details, verdict] of [
    ["on another menu", {}, { kind: "repeat", lead: 1 }],
    ["a moment before the window ends", { receivedAtMs: NOON_MS + 10 * MINUTE_MS - 1 }, {
      kind: "repeat",
      lead: 1,
    }],
    ["as the window ends", { receivedAtMs: NOON_MS + 10 * MINUTE_MS }, { kind: "lead" }],
    ["while the clock is a little back", { receivedAtMs: NOON_MS - 5 }, {
      kind: "repeat",
      lead: 1,
    }],
    ["after the clock was set back by hours", { receivedAtMs: NOON_MS - 6 * HOUR_MS }, {
      kind: "lead",
    }],
    ["of another choice", { choice: "Создать сайт" }, { kind: "lead" }],
    ["in another profile", { profile: "cg" }, { kind: "lead" }],
    ["of another person", { visitor: aVisitor({ userId: 5 }) }, { kind: "lead" }],
    ["in another chat", { chatId: 5 }, { kind: "lead" }],
    ["on the same menu", { menuMessageId: 2 }, { kind: "known" }],
    ["on the same menu of another choice", { menuMessageId: 2, choice: "Создать сайт" }, {
      kind: "known",
    }],
  ] as const
) {
  Deno.test(`a press ${what} is ${verdict.kind === "lead" ? "a lead" : `told as ${verdict.kind}`}`, () =>
    withJournal(async (journal) => {
      await record(journal);
      assert.deepEqual(await journal.judgePress(again(details), LIMITS), verdict);
    }));
}

Deno.test("a press is told as repeat also when the clock was set back and others became leads since", () =>
  withJournal(async (journal) => {
    await record(journal);
    const minutesBack = NOON_MS - 8 * MINUTE_MS;
    await record(journal, { id: "other", chatId: 5, receivedAtMs: minutesBack });
    const press = again({ receivedAtMs: minutesBack + MINUTE_MS });
    assert.deepEqual(await journal.judgePress(press, LIMITS), { kind: "repeat", lead: 1 });
  }));

Deno.test("a window of 0 makes each menu's press a lead", () =>
  withJournal(async (journal) => {
    await record(journal);
    const limits = { ...LIMITS, repeatWindowMs: 0 };
    assert.deepEqual(await journal.judgePress(again(), limits), { kind: "lead" });
  }));

Deno.test("the window begins with the lead: repeats do not make it longer", () =>
  withJournal(async (journal) => {
    await record(journal);
    const ninth = again({ receivedAtMs: NOON_MS + 9 * MINUTE_MS });
    await journal.recordRepeat(ninth, 1, aConfirmation());
    const later = again({ menuMessageId: 4, receivedAtMs: NOON_MS + 11 * MINUTE_MS });
    assert.deepEqual(await journal.judgePress(later, LIMITS), { kind: "lead" });
  }));

Deno.test("a repeat owes its own confirmation, is counted once, and leaves the first one's moment as it was", () =>
  withJournal(async (journal) => {
    const first = (await journal.recordChoice(aNewLead(), aConfirmation(), "crm:x", false))!;
    await journal.recordDone([{ kind: "confirmed", work: first.confirmation, atMs: NOON_MS + 1 }]);
    const { lead, confirmation } = await journal.recordRepeat(
      again(),
      1,
      aConfirmation({ text: "second" }),
    );
    assert.equal(lead.id, first.lead.id);
    assert.deepEqual([confirmation.kind, confirmation.subject], ["confirmation", 1]);

    await journal.recover({ kind: "interrupted", reason: "" }, NOON_MS + 2);
    const work = await journal.takeWorkOfKind(VISITORS_LANE, "confirmation", NOON_MS + 2);
    assert.equal(work?.body.text, "second", "it survives the process");
    await journal.recordDone([{ kind: "confirmed", work: work!, atMs: NOON_MS + 3 }]);

    assert.deepEqual(await journal.judgePress(again(), LIMITS), { kind: "known" });
    const other = again({ choice: "Создать сайт", receivedAtMs: NOON_MS + 2 * HOUR_MS });
    assert.deepEqual(
      await journal.judgePress(other, LIMITS),
      { kind: "known" },
      "its menu is answered",
    );
    const life = await journal.findLife(1);
    assert.deepEqual(life?.repeats, { times: 1, lastAtMs: NOON_MS });
    assert.equal(life?.confirmedAtMs, NOON_MS + 1);
    assert.deepEqual(await journal.repeatTotals(), [{ profile: "agency", presses: 1 }]);
    assert.equal((await journal.countLeads()).received, 1);
  }));

Deno.test("an erased person's lead is repeated by nobody, and their repeats are forgotten", () =>
  withJournal(async (journal) => {
    const lead = await record(journal);
    await journal.recordRepeat(again(), lead, aConfirmation());
    await partsOf(journal).oweHeldLine(aNewLead().chatId, "agency", NOON_MS, A_HELD_LINE);
    for (const work of await journal.takeWork("crm:x", NOON_MS, 1)) await journal.finishWork(work);
    await partsOf(journal).moveLead(lead, "in_crm");
    assert.equal(await journal.erasePerson(aNewLead().chatId, "@maria", NOON_MS), 1);
    assert.equal((await journal.findLife(lead))?.repeats, undefined);
    assert.equal(await journal.fact(`held_of:${aNewLead().chatId}`), undefined);
    assert.deepEqual(await journal.lanes(ADMIN_CHAT_LANE), []);
    assert.deepEqual(await journal.judgePress(again({ menuMessageId: 9 }), LIMITS), {
      kind: "lead",
    });
  }));

// — Too many —

/** So many leads of one visitor, a second after one another, each of its own choice. */
async function recordMany(
  journal: Journal,
  leads: number,
  details: Partial<NewLead> = {},
): Promise<void> {
  for (let nth = 1; nth <= leads; nth++) {
    const receivedAtMs = NOON_MS + nth * 1000;
    const id = `id-${nth}`;
    await record(journal, {
      id,
      menuMessageId: 100 - nth,
      choice: `№ ${nth}`,
      receivedAtMs,
      ...details,
    });
  }
}

Deno.test("the 20th lead of a visitor within an hour goes to the CRM, the 21st is one too many", () =>
  withJournal(async (journal) => {
    const press = again({ menuMessageId: 500, receivedAtMs: NOON_MS + 20_500 });
    await recordMany(journal, 19);
    assert.deepEqual(await journal.judgePress(press, LIMITS), { kind: "lead" });
    await record(journal, { menuMessageId: 200, receivedAtMs: NOON_MS + 20_000 });
    assert.deepEqual(
      await journal.judgePress({ ...press, choice: "иное" }, LIMITS),
      { kind: "too_many" },
    );
    const hourAfterFirst = { ...press, choice: "иное", receivedAtMs: NOON_MS + 1000 + HOUR_MS };
    assert.deepEqual(await journal.judgePress(hourAfterFirst, LIMITS), { kind: "lead" });
  }));

Deno.test("a held lead stands open on the page alone: no POST, no card, no offer, no alarm; a person may send it", () =>
  withJournal(async (journal) => {
    const held = (await journal.recordHeld(aNewLead(), aConfirmation(), A_HELD_LINE))!;
    assert.equal(held.lead.state, "in_admin_chat");
    assert.equal((await journal.findLead(1))?.state, "in_admin_chat");
    assert.equal(
      (await journal.takeWorkOfKind(ADMIN_CHAT_LANE, "note", NOON_MS + 5_000))?.body.text,
      "1 held",
    );
    assert.deepEqual((await journal.lanes("")).toSorted(), [ADMIN_CHAT_LANE, VISITORS_LANE]);
    assert.equal(await journal.countOpenCards("agency"), 0);
    assert.deepEqual(await journal.openCards("agency", 99), []);
    assert.deepEqual(await journal.openCards(null, 9), []);
    assert.deepEqual(await journal.undelivered(), { oldestAtMs: undefined, leads: 0 });
    assert.equal((await journal.findLife(1))?.lead.held, true);
    assert.deepEqual(await journal.countListed(EVERYTHING), { held: 1 });
    assert.equal(
      await journal.recordHeld(aNewLead({ id: "same menu" }), aConfirmation(), A_HELD_LINE),
      undefined,
    );
    assert.equal(await journal.oweResend(1, "@maria", "crm:x", NOON_MS), "asked");
    assert.equal(await journal.closeByHand(1, "@maria", NOON_MS), true);
  }));

const EVERYTHING = { place: null, profile: null, fromMs: null, toMs: null, words: "" };

// — The line that counts them —

const CHAT = 7;
const text = (leads: number) => `лидов: ${leads}`;

/** What would be shown at a moment. */
async function shownAt(journal: Journal, atMs: number): Promise<string[]> {
  const shown: string[] = [];
  for (const work of await journal.takeWork(ADMIN_CHAT_LANE, atMs, 9)) {
    await journal.finishWork(work);
    assert.ok(work.kind === "note");
    shown.push(work.body.text);
  }
  return shown;
}

/** Counts a lead of a visitor, as `recordHeld` does. */
async function countHeld(journal: Journal, nowMs: number, chatId = CHAT): Promise<void> {
  const counted = text(await journal.countInHeldLine(chatId) + 1);
  await partsOf(journal).oweHeldLine(chatId, "agency", nowMs, { alone: text(1), counted });
}

Deno.test("a burst is told in one line with its whole count, when it is over", () =>
  withJournal(async (journal) => {
    for (let nth = 0; nth < 79; nth++) {
      await countHeld(journal, NOON_MS + nth * 1000);
    }
    assert.deepEqual(await shownAt(journal, NOON_MS + 78_000), []);
    assert.deepEqual(await shownAt(journal, NOON_MS + 82_000), ["лидов: 79"]);
  }));

Deno.test("who goes on and on is told of after two minutes, and then once an hour", () =>
  withJournal(async (journal) => {
    const shown: [minute: number, line: string][] = [];
    for (let second = 0; second < 3 * 3600; second++) {
      const nowMs = NOON_MS + second * 1000;
      for (const line of await shownAt(journal, nowMs)) shown.push([second / 60, line]);
      await countHeld(journal, nowMs);
    }
    assert.deepEqual(shown, [[2, "лидов: 120"], [62, "лидов: 3600"], [122, "лидов: 3600"]]);
  }));

Deno.test("a line that the chat refused keeps its wait, however often its visitor presses", () =>
  withJournal(async (journal) => {
    await countHeld(journal, NOON_MS);
    const [work] = await journal.takeWork(ADMIN_CHAT_LANE, NOON_MS + 5_000, 1);
    await journal.postponeWork(work!, NOON_MS + 5 * MINUTE_MS);
    await countHeld(journal, NOON_MS + 6_000);
    assert.equal(await journal.nextWorkDueAtMs(ADMIN_CHAT_LANE), NOON_MS + 5 * MINUTE_MS);
    assert.deepEqual(await shownAt(journal, NOON_MS + 5 * MINUTE_MS), ["лидов: 2"]);
  }));

Deno.test("a lead that is held while its line is being shown is in the next one, also when the clock was set back", () =>
  withJournal(async (journal) => {
    await countHeld(journal, NOON_MS);
    const [work] = await journal.takeWork(ADMIN_CHAT_LANE, NOON_MS + 5_000, 1);
    await countHeld(journal, NOON_MS - 6 * HOUR_MS);
    await journal.finishWork(work!);
    const dueAtMs = (await journal.nextWorkDueAtMs(ADMIN_CHAT_LANE))!;
    assert.ok(dueAtMs <= NOON_MS - 5 * HOUR_MS + 5_000);
    assert.deepEqual(await shownAt(journal, dueAtMs), ["лидов: 1"]);
  }));

for (const byMs of [-6 * HOUR_MS, 6 * HOUR_MS]) {
  Deno.test(`a line that waits for its hour waits no longer when the clock is set by ${byMs / HOUR_MS} h`, () =>
    withSqlite(async (journal) => {
      await countHeld(journal, NOON_MS);
      await shownAt(journal, NOON_MS + 5_000);
      await countHeld(journal, NOON_MS + 6_000);
      const dueAtMs = (await journal.nextWorkDueAtMs(ADMIN_CHAT_LANE))!;
      await journal.shiftWaits(byMs);
      await countHeld(journal, NOON_MS + byMs + 7_000);
      assert.equal(await journal.nextWorkDueAtMs(ADMIN_CHAT_LANE), dueAtMs + byMs);
      assert.deepEqual(await shownAt(journal, dueAtMs + byMs), ["лидов: 2"]);
    }));
}

Deno.test("visitors have a line each", () =>
  withJournal(async (journal) => {
    for (const chatId of [7, 8, 7]) await countHeld(journal, NOON_MS, chatId);
    assert.deepEqual(await shownAt(journal, NOON_MS + 5_000), ["лидов: 2", "лидов: 1"]);
  }));

Deno.test("the line agrees with its number, and names who has no username by id", () => {
  const of = (leads: number) => heldText(leads, aVisitor({ username: null, userId: 42 }));
  assert.equal(
    of(79),
    "⚠️ Ещё 79 лидов от id42 за час не отправлены в CRM, они на странице «Лиды»",
  );
  assert.equal(of(1), "⚠️ Ещё 1 лид от id42 за час не отправлен в CRM, он на странице «Лиды»");
  assert.match(of(11), /Ещё 11 лидов .* не отправлены/);
  assert.match(of(21), /Ещё 21 лид .* не отправлен /);
});
