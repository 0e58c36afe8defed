// Taking and returning on disk: who has a lead, until when it may be returned, and what the version before makes of that.

import assert from "node:assert/strict";
import { ADDITIONS } from "../../lib/journal/additions.ts";
import { openDatabase } from "../../lib/journal/database.ts";
import {
  ADMIN_CHAT_LANE,
  EDITS_LANE,
  type Journal,
  openJournal,
} from "../../lib/journal/journal.ts";
import { MIGRATIONS } from "../../lib/journal/schema.ts";
import { RETURN_WINDOW_MS } from "../../lib/lead.ts";
import { withJournal } from "../helpers/a_journal.ts";
import { A_HELD_LINE, aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const CARD = { chatId: -100, messageId: 5 };
const ANNA = { id: 1, name: "@anna", press: "a1" };

/** A lead that the CRM failed; its card is due. */
function fail(journal: Journal): number {
  const { lead, post } = journal.recordChoice(aNewLead(), aConfirmation(), "crm:host:a", true)!;
  partsOf(journal).turnIntoCard(post, "crm_failed", NOON_MS);
  return lead.number;
}

function show(journal: Journal, nowMs = NOON_MS): void {
  const card = journal.takeWorkOfKind(ADMIN_CHAT_LANE, "card", nowMs);
  assert.ok(card);
  journal.settleInAdminChat([card], CARD, nowMs);
}

Deno.test("a press that comes again after a crash is no second wish", () =>
  withJournal((journal) => {
    const lead = fail(journal);
    show(journal);
    assert.equal(journal.takeLead(lead, ANNA, NOON_MS).kind, "taken");
    assert.equal(journal.takeLead(lead, { ...ANNA, name: "@anna_new" }, NOON_MS).kind, "yours");
    const oleg = { id: 2, name: "@anna", press: "o1" };
    for (const atMs of [NOON_MS, NOON_MS + 20_000]) {
      assert.equal(journal.takeLead(lead, oleg, atMs).kind, "asked");
    }
    const again = journal.takeLead(lead, { ...oleg, press: "o2" }, NOON_MS + 60_000);
    assert.deepEqual(again, { kind: "taken_over", before: "@anna" });
  }));

Deno.test("a question is forgotten after a minute, and when the lead is taken over by a third manager", () =>
  withJournal((journal) => {
    const lead = fail(journal);
    show(journal);
    journal.takeLead(lead, ANNA, NOON_MS);
    const want = (id: number, press: string, afterMs: number) =>
      journal.takeLead(lead, { id, name: `m${id}`, press }, NOON_MS + afterMs).kind;
    assert.equal(want(2, "1", 0), "asked");
    assert.equal(want(2, "2", 60_001), "asked");
    assert.equal(want(3, "3", 60_002), "asked");
    assert.equal(want(3, "4", 62_000), "taken_over");
    assert.equal(want(2, "5", 63_000), "asked");
    assert.deepEqual(journal.turnsOf(lead).map(({ kind, by }) => `${kind} ${by}`), [
      "taken @anna",
      "taken_over m3",
    ]);
  }));

Deno.test("a lead may be returned until its window ends, also when the clock was set", () =>
  withJournal((journal) => {
    const lead = fail(journal);
    show(journal);
    assert.equal(journal.returnLead(lead, "@anna", NOON_MS), "open");
    journal.closeByHand(lead, "@anna", NOON_MS);
    journal.shiftWaits(60_000);
    assert.equal(
      journal.returnLead(lead, "@oleg", NOON_MS + RETURN_WINDOW_MS + 59_999),
      "returned",
    );
    assert.equal(journal.returnLead(lead, "@oleg", NOON_MS + RETURN_WINDOW_MS + 59_999), "open");
    const [card] = journal.cardsOn(CARD);
    assert.deepEqual([card?.closed, card?.returned?.by, card?.lead.state], [
      null,
      "@oleg",
      "in_admin_chat",
    ]);
    journal.closeByHand(lead, "@anna", NOON_MS);
    assert.equal(journal.returnLead(lead, "@oleg", NOON_MS + RETURN_WINDOW_MS), "late");
    assert.equal(journal.findLead(lead)?.state, "by_hand");
    assert.equal(journal.returnLead(99, "@oleg", NOON_MS), "unknown");
  }));

Deno.test("a card that was written anew is due again when its button has to go, and then no more", () =>
  withJournal((journal) => {
    const lead = fail(journal);
    show(journal);
    journal.closeByHand(lead, "@anna", NOON_MS);
    const update = () => journal.takeWorkOfKind(EDITS_LANE, "card_update", NOON_MS)!;
    journal.finishCardUpdate(update());
    const untilMs = NOON_MS + RETURN_WINDOW_MS;
    assert.equal(journal.nextWorkDueAtMs(EDITS_LANE), untilMs);
    partsOf(journal).oweCardUpdate(lead, NOON_MS);
    const hurried = update();
    partsOf(journal).oweCardUpdate(lead, NOON_MS); // Meanwhile another one is owed.
    journal.finishCardUpdate(hurried);
    journal.finishCardUpdate(update());
    const last = journal.takeWorkOfKind(EDITS_LANE, "card_update", untilMs)!;
    assert.equal(journal.cardsOn(CARD)[0]?.returnableUntilMs, untilMs);
    journal.endReturns(untilMs);
    assert.equal(journal.cardsOn(CARD)[0]?.returnableUntilMs, null);
    journal.finishCardUpdate(last);
    assert.equal(journal.nextWorkDueAtMs(EDITS_LANE), undefined);
  }));

Deno.test("a lead that was closed before it had a card gets one when it is returned", () =>
  withJournal((journal) => {
    const lead = fail(journal);
    const work = journal.takeWorkOfKind(ADMIN_CHAT_LANE, "card", NOON_MS)!;
    journal.markUndelivered(work, NOON_MS);
    journal.closeByHand(lead, "@boss", NOON_MS);
    assert.equal(journal.findWork("card", lead), undefined);
    assert.equal(journal.returnLead(lead, "@boss", NOON_MS), "returned");
    assert.ok(journal.findWork("card", lead));
    show(journal);
    assert.deepEqual(journal.findLead(lead)?.card, CARD);
  }));

Deno.test("a held lead that was closed is held again when it is returned", () =>
  withJournal((journal) => {
    const { lead } = journal.recordHeld(aNewLead(), aConfirmation(), A_HELD_LINE)!;
    journal.closeByHand(lead.number, "@boss", NOON_MS);
    assert.equal(journal.returnLead(lead.number, "@boss", NOON_MS), "returned");
    assert.equal(journal.findLife(lead.number)?.lead.held, true);
    assert.equal(journal.findWork("card", lead.number), undefined);
  }));

Deno.test("a lead that the CRM took while it was being closed is not opened again", () =>
  withJournal((journal) => {
    const lead = fail(journal);
    show(journal);
    journal.oweResend(lead, "@anna", "crm:host:a", NOON_MS);
    const post = journal.takeWorkOfKind("crm:host:a", "post", NOON_MS)!;
    const attempt = journal.beginAttempt(lead, "@anna", NOON_MS);
    journal.closeByHand(lead, "@oleg", NOON_MS);
    journal.endAttempt(post, attempt, { kind: "accepted", status: 200 }, NOON_MS);
    assert.equal(journal.returnLead(lead, "@oleg", NOON_MS), "settled");
    assert.equal(journal.findLead(lead)?.state, "by_hand");
  }));

Deno.test("nothing of an erased person's lead is taken or returned", () =>
  withJournal((journal) => {
    const lead = fail(journal);
    show(journal);
    journal.closeByHand(lead, "@anna", NOON_MS);
    journal.erasePerson(aNewLead().chatId, "@boss", NOON_MS);
    assert.equal(journal.returnLead(lead, "@anna", NOON_MS), "unknown");
    assert.equal(journal.takeLead(lead, ANNA, NOON_MS).kind, "unknown");
    assert.equal(journal.cardsOn(CARD)[0]?.returnableUntilMs, null);
  }));

Deno.test("a journal of the version before has leads that can be taken, and that version still opens it", () => {
  const folder = Deno.makeTempDirSync({ prefix: "triborg-taking-" });
  const path = `${folder}/triborg.db`;
  const { taking: _, ...before } = ADDITIONS;
  try {
    const old = openDatabase(path, MIGRATIONS, before);
    old.writer(
      `INSERT INTO leads (id, state, profile, profile_name, choice, user_id, first_name, chat_id,
         menu_message_id, received_at_ms, card_chat_id, card_message_id)
       VALUES ('a', 'in_admin_chat', 'p', 'P', 'c', 7, 'A', 7, 2, 1, -100, 5)`,
    ).run();
    old.close();
    const journal = openJournal(path);
    assert.equal(journal.takeLead(1, ANNA, NOON_MS).kind, "taken");
    journal.closeByHand(1, "@anna", NOON_MS);
    journal.close();
    const again = openDatabase(path, MIGRATIONS, before);
    again.writer("UPDATE leads SET state = 'in_crm' WHERE number = 1").run();
    again.close();
    const newest = openJournal(path);
    assert.equal(newest.findLife(1)?.lead.owner?.by, "@anna");
    assert.equal(newest.findLife(1)?.lead.returnableUntilMs, null);
    newest.close();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
