// Taking and returning on disk: who has a lead, until when it may be returned, and what the version before makes of that.

import assert from "node:assert/strict";
import { ADDITIONS } from "../../lib/journal/sqlite/additions.ts";
import { openDatabase } from "../../lib/journal/sqlite/database.ts";
import { ADMIN_CHAT_LANE, EDITS_LANE, type Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { MIGRATIONS } from "../../lib/journal/sqlite/schema.ts";
import { RETURN_WINDOW_MS } from "../../lib/lead.ts";
import { withJournal, withSqlite } from "../helpers/a_journal.ts";
import { A_HELD_LINE, aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const CARD = { chatId: -100, messageId: 5 };
const ANNA = { id: 1, name: "@anna", press: "a1" };

/** A lead that the CRM failed; its card is due. */
async function fail(journal: Journal): Promise<number> {
  const { lead, post } =
    (await journal.recordChoice(aNewLead(), aConfirmation(), "crm:host:a", true))!;
  await partsOf(journal).turnIntoCard(post, "crm_failed", NOON_MS);
  return lead.number;
}

async function show(journal: Journal, nowMs = NOON_MS): Promise<void> {
  const card = await journal.takeWorkOfKind(ADMIN_CHAT_LANE, "card", nowMs);
  assert.ok(card);
  await journal.settleInAdminChat([card], CARD, nowMs);
}

Deno.test("a press that comes again after a crash is no second wish", () =>
  withJournal(async (journal) => {
    const lead = await fail(journal);
    await show(journal);
    assert.equal((await journal.takeLead(lead, ANNA, NOON_MS)).kind, "taken");
    assert.equal(
      (await journal.takeLead(lead, { ...ANNA, name: "@anna_new" }, NOON_MS)).kind,
      "yours",
    );
    const oleg = { id: 2, name: "@anna", press: "o1" };
    for (const atMs of [NOON_MS, NOON_MS + 20_000]) {
      assert.equal((await journal.takeLead(lead, oleg, atMs)).kind, "asked");
    }
    const again = await journal.takeLead(lead, { ...oleg, press: "o2" }, NOON_MS + 60_000);
    assert.deepEqual(again, { kind: "taken_over", before: "@anna" });
  }));

Deno.test("a question is forgotten after a minute, and when the lead is taken over by a third manager", () =>
  withJournal(async (journal) => {
    const lead = await fail(journal);
    await show(journal);
    await journal.takeLead(lead, ANNA, NOON_MS);
    const want = async (id: number, press: string, afterMs: number) =>
      (await journal.takeLead(lead, { id, name: `m${id}`, press }, NOON_MS + afterMs)).kind;
    assert.equal(await want(2, "1", 0), "asked");
    assert.equal(await want(2, "2", 60_001), "asked");
    assert.equal(await want(3, "3", 60_002), "asked");
    assert.equal(await want(3, "4", 62_000), "taken_over");
    assert.equal(await want(2, "5", 63_000), "asked");
    assert.deepEqual((await journal.turnsOf(lead)).map(({ kind, by }) => `${kind} ${by}`), [
      "taken @anna",
      "taken_over m3",
    ]);
  }));

Deno.test("a lead may be returned until its window ends, also when the clock was set", () =>
  withSqlite(async (journal) => {
    const lead = await fail(journal);
    await show(journal);
    assert.equal(await journal.returnLead(lead, "@anna", NOON_MS), "open");
    await journal.closeByHand(lead, "@anna", NOON_MS);
    await journal.shiftWaits(60_000);
    assert.equal(
      await journal.returnLead(lead, "@oleg", NOON_MS + RETURN_WINDOW_MS + 59_999),
      "returned",
    );
    assert.equal(
      await journal.returnLead(lead, "@oleg", NOON_MS + RETURN_WINDOW_MS + 59_999),
      "open",
    );
    const [card] = await journal.cardsOn(CARD);
    assert.deepEqual([card?.closed, card?.returned?.by, card?.lead.state], [
      null,
      "@oleg",
      "in_admin_chat",
    ]);
    await journal.closeByHand(lead, "@anna", NOON_MS);
    assert.equal(await journal.returnLead(lead, "@oleg", NOON_MS + RETURN_WINDOW_MS), "late");
    assert.equal((await journal.findLead(lead))?.state, "by_hand");
    assert.equal(await journal.returnLead(99, "@oleg", NOON_MS), "unknown");
  }));

Deno.test("a card that was written anew is due again when its button has to go, and then no more", () =>
  withJournal(async (journal) => {
    const lead = await fail(journal);
    await show(journal);
    await journal.closeByHand(lead, "@anna", NOON_MS);
    const update = async () => (await journal.takeWorkOfKind(EDITS_LANE, "card_update", NOON_MS))!;
    await journal.finishCardUpdate(await update());
    const untilMs = NOON_MS + RETURN_WINDOW_MS;
    assert.equal(await journal.nextWorkDueAtMs(EDITS_LANE), untilMs);
    await partsOf(journal).oweCardUpdate(lead, NOON_MS);
    const hurried = await update();
    await partsOf(journal).oweCardUpdate(lead, NOON_MS); // Meanwhile another one is owed.
    await journal.finishCardUpdate(hurried);
    await journal.finishCardUpdate(await update());
    const last = (await journal.takeWorkOfKind(EDITS_LANE, "card_update", untilMs))!;
    assert.equal((await journal.cardsOn(CARD))[0]?.returnableUntilMs, untilMs);
    await journal.endReturns(untilMs);
    assert.equal((await journal.cardsOn(CARD))[0]?.returnableUntilMs, null);
    await journal.finishCardUpdate(last);
    assert.equal(await journal.nextWorkDueAtMs(EDITS_LANE), undefined);
  }));

Deno.test("a lead that was closed before it had a card gets one when it is returned", () =>
  withJournal(async (journal) => {
    const lead = await fail(journal);
    const work = (await journal.takeWorkOfKind(ADMIN_CHAT_LANE, "card", NOON_MS))!;
    await journal.markUndelivered(work, NOON_MS);
    await journal.closeByHand(lead, "@boss", NOON_MS);
    assert.equal(await journal.findWork("card", lead), undefined);
    assert.equal(await journal.returnLead(lead, "@boss", NOON_MS), "returned");
    assert.ok(await journal.findWork("card", lead));
    await show(journal);
    assert.deepEqual((await journal.findLead(lead))?.card, CARD);
  }));

Deno.test("a held lead that was closed is held again when it is returned", () =>
  withJournal(async (journal) => {
    const { lead } = (await journal.recordHeld(aNewLead(), aConfirmation(), A_HELD_LINE))!;
    await journal.closeByHand(lead.number, "@boss", NOON_MS);
    assert.equal(await journal.returnLead(lead.number, "@boss", NOON_MS), "returned");
    assert.equal((await journal.findLife(lead.number))?.lead.held, true);
    assert.equal(await journal.findWork("card", lead.number), undefined);
  }));

Deno.test("a lead that the CRM took while it was being closed is not opened again", () =>
  withJournal(async (journal) => {
    const lead = await fail(journal);
    await show(journal);
    await journal.oweResend(lead, "@anna", "crm:host:a", NOON_MS);
    const post = (await journal.takeWorkOfKind("crm:host:a", "post", NOON_MS))!;
    const attempt = await journal.beginAttempt(lead, "@anna", NOON_MS);
    await journal.closeByHand(lead, "@oleg", NOON_MS);
    await journal.endAttempt(post, attempt, { kind: "accepted", status: 200 }, NOON_MS);
    assert.equal(await journal.returnLead(lead, "@oleg", NOON_MS), "settled");
    assert.equal((await journal.findLead(lead))?.state, "by_hand");
  }));

Deno.test("nothing of an erased person's lead is taken or returned", () =>
  withJournal(async (journal) => {
    const lead = await fail(journal);
    await show(journal);
    await journal.closeByHand(lead, "@anna", NOON_MS);
    await journal.erasePerson(aNewLead().chatId, "@boss", NOON_MS);
    assert.equal(await journal.returnLead(lead, "@anna", NOON_MS), "unknown");
    assert.equal((await journal.takeLead(lead, ANNA, NOON_MS)).kind, "unknown");
    assert.equal((await journal.cardsOn(CARD))[0]?.returnableUntilMs, null);
  }));

Deno.test("a journal of the version before has leads that can be taken, and that version still opens it", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "triborg-taking-" });
  const path = `${folder}/triborg.db`;
  const { taking: _, ...before } = ADDITIONS;
  try {
    const old = openDatabase(path, MIGRATIONS, before);
    await old.writer(
      `INSERT INTO leads (id, state, profile, profile_name, choice, user_id, first_name, chat_id,
         menu_message_id, received_at_ms, card_chat_id, card_message_id)
       VALUES ('a', 'in_admin_chat', 'p', 'P', 'c', 7, 'A', 7, 2, 1, -100, 5)`,
    ).run();
    await old.close();
    const journal = await openJournal(path);
    assert.equal((await journal.takeLead(1, ANNA, NOON_MS)).kind, "taken");
    await journal.closeByHand(1, "@anna", NOON_MS);
    await journal.close();
    const again = openDatabase(path, MIGRATIONS, before);
    await again.writer("UPDATE leads SET state = 'in_crm' WHERE number = 1").run();
    await again.close();
    const newest = await openJournal(path);
    assert.equal((await newest.findLife(1))?.lead.owner?.by, "@anna");
    assert.equal((await newest.findLife(1))?.lead.returnableUntilMs, null);
    await newest.close();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
