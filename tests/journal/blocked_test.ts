// Blocked visitors in the journal: what of theirs is held back, at which moment, and that the books still add up.

import assert from "node:assert/strict";
import { openDatabase } from "../../lib/journal/sqlite/database.ts";
import {
  ADMIN_CHAT_LANE,
  type Attempt,
  FOLLOW_UPS_LANE,
  type Journal,
  journalIn,
  noteLane,
  type WorkOf,
} from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { ADDITIONS } from "../../lib/journal/sqlite/additions.ts";
import { MIGRATIONS } from "../../lib/journal/sqlite/schema.ts";
import { type CrmOutcome, placeOf as nameOf } from "../../lib/lead.ts";
import { withJournal } from "../helpers/a_journal.ts";
import { aConfirmation, aNewLead, NOON_MS, someContent } from "../helpers/a_lead.ts";
import { watchStatements } from "../helpers/watched_statements.ts";

const LANE = "crm:host:a";
const REFUSED: CrmOutcome = { kind: "answered", status: 500, body: "" };
const CUT: CrmOutcome = { kind: "interrupted", reason: "restart" };
const SPAMMER = 7;
const OTHER = 8;

let menus = 100;

interface Begun {
  readonly work: WorkOf<"post">;
  readonly attempt: Attempt | undefined;
}

/** A lead whose POST waits, or has begun. */
async function press(
  journal: Journal,
  chatId: number,
  postsNow = false,
): Promise<Begun & { lead: number }> {
  const lead = aNewLead({ id: `lead-${++menus}`, chatId, menuMessageId: menus });
  const { post, attempt, lead: { number } } = (await journal.recordChoice(
    lead,
    aConfirmation(),
    LANE,
    postsNow,
  ))!;
  assert.ok(post.kind === "post");
  return { work: post, attempt, lead: number };
}

async function say(journal: Journal, chatId: number, lead: number): Promise<number> {
  const messageId = ++menus;
  const content = someContent();
  const message = { lead, chatId, messageId, albumId: null, content };
  return (await journal.recordFollowUp(message, NOON_MS)).followUp;
}

async function placeOf(journal: Journal, number: number) {
  const { state, held, blocked } = (await journal.findLife(number))!.lead;
  return nameOf(state, held, blocked);
}

/** What is due in the lanes that lead to a CRM and to the managers. */
async function owed(journal: Journal): Promise<string[]> {
  const works = [];
  for (const lane of [LANE, ADMIN_CHAT_LANE, FOLLOW_UPS_LANE]) {
    works.push(...await journal.takeWork(lane, Infinity, 100));
  }
  return works.map(({ kind, subject }) => `${kind} ${subject}`);
}

Deno.test("what waits at the moment of blocking is held back, and others' work stays", () =>
  withJournal(async (journal) => {
    const waiting = await press(journal, SPAMMER);
    const other = await press(journal, OTHER);
    const failed = await press(journal, SPAMMER, true);
    await journal.endAttempt(failed.work, failed.attempt!, REFUSED, NOON_MS);
    await say(journal, SPAMMER, waiting.lead);
    const kept = await say(journal, OTHER, other.lead);
    assert.equal(await journal.blockVisitor(SPAMMER, "@anna", NOON_MS), true);
    assert.equal(await journal.blockVisitor(SPAMMER, "@maria", NOON_MS), false);
    assert.deepEqual(await journal.blockOf(SPAMMER), { by: "@anna", atMs: NOON_MS });
    assert.equal(await journal.blockOf(OTHER), null);
    assert.deepEqual(
      await Promise.all([waiting, failed].map(({ lead }) => placeOf(journal, lead))),
      [
        "blocked",
        "blocked",
      ],
    );
    assert.deepEqual(await owed(journal), [`post ${other.lead}`, `follow_up ${kept}`]);
    assert.equal((await journal.undelivered()).leads, 0);
  }));

Deno.test("a lead whose card the chat refused is held back too, and is no longer reported as undelivered", () =>
  withJournal(async (journal) => {
    const { work, attempt, lead } = await press(journal, SPAMMER, true);
    await journal.endAttempt(work, attempt!, REFUSED, NOON_MS);
    const card = (await journal.takeWorkOfKind(ADMIN_CHAT_LANE, "card", NOON_MS))!;
    await journal.markUndelivered(card, NOON_MS + 1);
    assert.equal((await journal.undelivered()).leads, 1);
    await journal.blockVisitor(SPAMMER, "@anna", NOON_MS);
    assert.equal(await placeOf(journal, lead), "blocked");
    assert.deepEqual(await owed(journal), []);
    assert.deepEqual(await journal.undelivered(), { oldestAtMs: undefined, leads: 0 });
    await journal.markUndelivered(card, NOON_MS + 2); // Its send was under way.
    assert.equal(await placeOf(journal, lead), "blocked");
    assert.deepEqual(await owed(journal), []);
  }));

for (
  const [how, end] of Object.entries({
    "is declined": (journal: Journal, { work, attempt }: Begun) =>
      journal.endAttempt(work, attempt!, REFUSED, NOON_MS),
    "did not leave": (journal: Journal, { work, attempt }: Begun) =>
      journal.withdrawAttempt(work, attempt!, NOON_MS),
    "met a rate limit": (journal: Journal, { work, attempt }: Begun) =>
      journal.postponePost(work, attempt!, REFUSED, NOON_MS, NOON_MS),
    "was cut off by a kill": async (journal: Journal) => void await journal.recover(CUT, NOON_MS),
  })
) {
  Deno.test(`a POST that was under way when its visitor was blocked, and ${how}, becomes no card and no second POST`, () =>
    withJournal(async (journal) => {
      const begun = await press(journal, SPAMMER, true);
      await journal.blockVisitor(SPAMMER, "@anna", NOON_MS);
      assert.equal(await placeOf(journal, begun.lead), "on_its_way");
      await end(journal, begun);
      assert.equal(await placeOf(journal, begun.lead), "blocked");
      assert.deepEqual(await owed(journal), []);
    }));
}

Deno.test("a POST that was under way and is accepted leaves its lead in the CRM, without notes", () =>
  withJournal(async (journal) => {
    const { work, attempt, lead } = await press(journal, SPAMMER, true);
    await journal.blockVisitor(SPAMMER, "@anna", NOON_MS);
    const deal = { id: 1, url: "https://monster.amocrm.ru/leads/detail/1" };
    const outcome = { kind: "accepted", status: 200, deal } as const;
    await journal.recordDone([{
      kind: "accepted",
      work,
      attempt: attempt!,
      outcome,
      atMs: NOON_MS,
    }]);
    assert.equal(await placeOf(journal, lead), "in_crm");
    assert.deepEqual(await journal.noteLanes(), []);
  }));

Deno.test("notes of a deal that wait are dropped, one in hand does not come back, and a manager's note goes", () =>
  withJournal(async (journal) => {
    const { work, attempt, lead } = await press(journal, SPAMMER, true);
    const deal = { id: 1, url: "https://monster.amocrm.ru/leads/detail/1" };
    const outcome = { kind: "accepted", status: 200, deal } as const;
    await journal.recordDone([{
      kind: "accepted",
      work,
      attempt: attempt!,
      outcome,
      atMs: NOON_MS,
    }]);
    await say(journal, SPAMMER, lead);
    const lane = noteLane("monster.amocrm.ru");
    const [request] = await journal.takeNotes(lane, NOON_MS, 9);
    const card = { chatId: -1, messageId: 500 };
    await journal.rememberAbout(lead, [card]);
    await journal.recordAnswer({
      kind: "note",
      chatId: -1,
      messageId: 501,
      albumId: null,
      by: "@anna",
      target: card,
      content: someContent({ text: "спам" }),
    }, NOON_MS);
    await journal.blockVisitor(SPAMMER, "@anna", NOON_MS);
    assert.deepEqual(await journal.takeNotes(lane, Infinity, 9), []); // Behind the one in hand.
    await journal.postponeNote(request!, NOON_MS);
    const [note, ...others] = await journal.takeNotes(lane, Infinity, 9);
    assert.ok(note?.kind === "crm_note" && note.what.kind === "decision");
    assert.deepEqual(others, []);
    await say(journal, SPAMMER, lead);
    await journal.finishNote(note);
    assert.deepEqual(await journal.noteLanes(), []);
  }));

Deno.test("a blocked visitor's press is judged so, except a repeat and a menu that was answered", () =>
  withJournal(async (journal) => {
    const limits = { repeatWindowMs: 60_000, mostInAnHour: 20, chatHasLeads: true };
    const { lead } = await press(journal, SPAMMER);
    const first = { ...(await journal.findLead(lead))!, choice: "другое", menuMessageId: ++menus };
    await journal.blockVisitor(SPAMMER, "@anna", NOON_MS);
    assert.deepEqual(await journal.judgePress(first, limits), { kind: "blocked" });
    const { lead: held } = (await journal.recordBlocked(first, aConfirmation()))!;
    assert.equal(await placeOf(journal, held.number), "blocked");
    assert.deepEqual(await journal.judgePress(first, limits), { kind: "known" });
    const again = { ...first, menuMessageId: ++menus };
    assert.deepEqual(await journal.judgePress(again, limits), {
      kind: "repeat",
      lead: held.number,
    });
    assert.deepEqual(await owed(journal), []);
    assert.equal(await journal.unblockVisitor(SPAMMER, NOON_MS), true);
    assert.equal(await journal.unblockVisitor(SPAMMER, NOON_MS), false);
    const later = { ...again, choice: "третье" };
    assert.deepEqual(await journal.judgePress(later, limits), { kind: "lead" });
    assert.equal(await placeOf(journal, held.number), "blocked");
  }));

Deno.test("a visitor whose leads were erased with time is still blocked", () =>
  withJournal(async (journal) => {
    await press(journal, SPAMMER);
    await journal.blockVisitor(SPAMMER, "@anna", NOON_MS);
    await journal.closeByHand(1, "@anna", NOON_MS);
    await journal.eraseSettledBefore(NOON_MS + 1, 1, 9);
    assert.equal((await journal.findLead(1))?.chatId, 0);
    assert.equal(
      (await journal.findMenu({ chatId: SPAMMER, messageId: ++menus })).chatHasLeads,
      true,
    );
    assert.notEqual(await journal.blockOf(SPAMMER), null);
    await journal.erasePerson(SPAMMER, "@anna", NOON_MS);
    assert.equal(await journal.blockOf(SPAMMER), null);
  }));

Deno.test("a held-back lead is sent when a person asks for it, and is held back again when the CRM declines", () =>
  withJournal(async (journal) => {
    const { lead } = await press(journal, SPAMMER);
    await journal.blockVisitor(SPAMMER, "@anna", NOON_MS);
    for (const outcome of [REFUSED, { kind: "accepted", status: 200 } as const]) {
      assert.equal(await journal.oweResend(lead, "@anna", LANE, NOON_MS), "asked");
      const [work] = await journal.takeWork(LANE, NOON_MS, 1);
      assert.ok(work?.kind === "post");
      await journal.endAttempt(
        work,
        await journal.beginAttempt(lead, "@anna", NOON_MS),
        outcome,
        NOON_MS,
      );
      assert.equal(await placeOf(journal, lead), outcome === REFUSED ? "blocked" : "in_crm");
    }
    assert.deepEqual(await owed(journal), []);
  }));

Deno.test("lists and counts have blocked leads in a place of their own, and everything adds up", () =>
  withJournal(async (journal) => {
    await press(journal, OTHER);
    const { lead } = await press(journal, SPAMMER);
    const source = { ...(await journal.findLead(lead))!, menuMessageId: ++menus, source: "vk" };
    await journal.blockVisitor(SPAMMER, "@anna", NOON_MS);
    await journal.recordBlocked(source, aConfirmation());
    const texts = { alone: "", counted: "" };
    await journal.recordHeld({ ...source, chatId: OTHER, source: null }, aConfirmation(), texts);
    const all = { profile: null, fromMs: null, toMs: null, words: "", place: null };
    const counts = { blocked: 2, held: 1, on_its_way: 1 };
    assert.deepEqual(await journal.countListed(all), counts);
    assert.deepEqual(await journal.countListed({ ...all, fromMs: 0, toMs: Infinity }), counts);
    assert.deepEqual(await journal.countListed({ ...all, source: "vk" }), { blocked: 1 });
    assert.deepEqual((await journal.countByProfile(0, Infinity)).get("agency"), counts);
    assert.deepEqual(await journal.blockedTotals(), [{ profile: "agency", leads: 2 }]);
    const numbers = async (place: "blocked" | "held") =>
      (await journal.listLeads({ ...all, place }, { before: 99 }, 9)).leads.map(({ number }) =>
        number
      );
    assert.deepEqual(await numbers("blocked"), [3, 2]);
    assert.deepEqual(await numbers("held"), [4]);
    assert.equal(await journal.countOpenCards("agency"), 0);
    assert.deepEqual(await journal.openCards(null, 9), []);
  }));

Deno.test("the bot before blocks takes what a block held back for leads that were one too many, and a journal of its opens", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "triborg-" });
  const path = `${folder}/triborg.db`;
  try {
    const { blocked: _, ...older } = ADDITIONS;
    const before = openDatabase(path, MIGRATIONS, older);
    await before.writer(
      `INSERT INTO leads (id, state, profile, profile_name, choice, user_id, first_name, chat_id,
         menu_message_id, received_at_ms) VALUES ('a', 'received', 'agency', 'A', 'c', 7, 'G', 7, 1, 1)`,
    ).run();
    await before.writer(
      "INSERT INTO outbox (id, lane, kind, subject, body, due_at_ms) VALUES (1, 'crm:host:a', 'post', 1, '', 1)",
    ).run();
    await before.close();
    const journal = await openJournal(path, "1");
    await journal.blockVisitor(SPAMMER, "@anna", NOON_MS);
    assert.equal(await placeOf(journal, 1), "blocked");
    await journal.close();
    const again = openDatabase(path, MIGRATIONS, older);
    const row = await again.reader("SELECT state, card_reason FROM leads").get();
    assert.deepEqual({ ...row }, { state: "in_admin_chat", card_reason: "held" });
    assert.equal((await again.reader("SELECT count(*) AS works FROM outbox").get())?.["works"], 0);
    await again.close();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("a block costs the press of another visitor no statement", async () => {
  const costs: number[] = [];
  for (const isBlocked of [false, true]) {
    let statements = 0;
    using _watch = watchStatements(() => void statements++);
    const db = openDatabase(":memory:", MIGRATIONS, ADDITIONS);
    const journal = await journalIn(db);
    await press(journal, SPAMMER);
    if (isBlocked) await journal.blockVisitor(SPAMMER, "@anna", NOON_MS);
    await press(journal, OTHER);
    const before = statements;
    const limits = { repeatWindowMs: 60_000, mostInAnHour: 20, chatHasLeads: true };
    const lead = aNewLead({ id: `x${isBlocked}`, chatId: OTHER, menuMessageId: ++menus });
    await journal.findMenu({ chatId: OTHER, messageId: lead.menuMessageId });
    await journal.judgePress(lead, limits);
    const { post, attempt } = (await journal.recordChoice(lead, aConfirmation(), LANE, true))!;
    assert.ok(post.kind === "post" && attempt !== undefined);
    const outcome = { kind: "accepted", status: 200 } as const;
    await journal.recordDone([{ kind: "accepted", work: post, attempt, outcome, atMs: NOON_MS }]);
    await journal.close();
    costs.push(statements - before);
  }
  assert.ok(costs[0]! > 0);
  assert.equal(costs[0], costs[1]);
});
