// The offer to send all open cards counts what it would send: returned leads again, those of blocked visitors not.

import assert from "node:assert/strict";
import { type Journal, openJournal } from "../../lib/journal/journal.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const OFFER = { chatId: -100, messageId: 90 };

function withJournal(run: (journal: Journal) => void): void {
  const journal = openJournal(":memory:");
  try {
    run(journal);
  } finally {
    journal.close();
  }
}

/** A lead of the visitor with this chat, whose card is in the managers' chat. */
function showCard(journal: Journal, chatId: number): number {
  const lead = aNewLead({ id: `lead-${chatId}`, chatId });
  const { post } = journal.recordChoice(lead, aConfirmation(), "crm:host:a", true)!;
  partsOf(journal).turnIntoCard(post, "crm_failed", NOON_MS);
  const card = journal.takeWorkOfKind("admin_chat", "card", NOON_MS)!;
  journal.settleInAdminChat([card], { chatId: -100, messageId: chatId }, NOON_MS);
  return post.subject;
}

/** Shows the offer, which counts three cards. */
function offerThree(journal: Journal): number[] {
  const leads = [1, 2, 3].map((chatId) => showCard(journal, chatId));
  const offer = {
    lane: "admin_chat",
    kind: "offer",
    subject: 0,
    body: { profile: "agency" },
  } as const;
  journal.finishOffer(journal.addWork(offer, NOON_MS), "agency", OFFER);
  return leads;
}

/** Whether the offer is due to be counted anew; it is then shown. */
function isRecounted(journal: Journal): boolean {
  const update = journal.takeWorkOfKind("admin_chat:edits", "offer_update", NOON_MS);
  if (update !== undefined) journal.finishWork(update);
  return update?.body.offers === "agency";
}

Deno.test("an offer counts a returned lead again", () =>
  withJournal((journal) => {
    const [first = 0] = offerThree(journal);
    journal.closeByHand(first, "@anna", NOON_MS);
    assert.deepEqual([isRecounted(journal), journal.countSendable("agency")], [true, 2]);
    journal.returnLead(first, "@anna", NOON_MS);
    assert.deepEqual([isRecounted(journal), journal.countSendable("agency")], [true, 3]);
    journal.returnLead(first, "@anna", NOON_MS);
    assert.equal(isRecounted(journal), false, "it is open already");
  }));

Deno.test("an offer counts a blocked visitor's card no more, sending all leaves it, and unblocking counts it again", () =>
  withJournal((journal) => {
    const [first = 0] = offerThree(journal);
    journal.blockVisitor(1, "@anna", NOON_MS);
    assert.deepEqual([isRecounted(journal), journal.countSendable("agency")], [true, 2]);
    journal.blockVisitor(1, "@oleg", NOON_MS);
    journal.blockVisitor(77, "@oleg", NOON_MS);
    assert.equal(isRecounted(journal), false, "nothing has changed");
    journal.unblockVisitor(1, NOON_MS);
    assert.deepEqual([isRecounted(journal), journal.countSendable("agency")], [true, 3]);

    journal.blockVisitor(1, "@anna", NOON_MS);
    const all = { profile: "agency", profileName: "A", by: "@anna", offer: OFFER };
    assert.equal(journal.beginSendAll(all, NOON_MS), 2);
    assert.equal(journal.findWork("post", first), undefined);
    assert.equal(journal.countOpenCards("agency"), 3, "its card is open all the same");
  }));

Deno.test("a visitor who is blocked while all are being sent is left out of what is not sent yet", () =>
  withJournal((journal) => {
    const leads = offerThree(journal);
    const all = { profile: "agency", profileName: "A", by: "@anna", offer: OFFER };
    assert.equal(journal.beginSendAll(all, NOON_MS), 3);
    const [inHand] = journal.takeWork("crm:all:agency", NOON_MS, 1);
    assert.ok(inHand?.kind === "post" && inHand.subject === leads[0]);
    journal.blockVisitor(1, "@anna", NOON_MS); // Its POST may have left.
    journal.blockVisitor(2, "@anna", NOON_MS);
    const attempt = journal.beginAttempt(leads[0] ?? 0, "@anna", NOON_MS);
    journal.endAttempt(inHand, attempt, { kind: "accepted", status: 200 }, NOON_MS);
    const [next, ...others] = journal.takeWork("crm:all:agency", NOON_MS, 9);
    assert.deepEqual([next?.subject, others], [leads[2], []]);
    assert.ok(next?.kind === "post");
    const last = journal.beginAttempt(leads[2] ?? 0, "@anna", NOON_MS);
    journal.endAttempt(next, last, { kind: "accepted", status: 200 }, NOON_MS);
    const { sent, skipped, stopped } =
      journal.findWork("offer_update", OFFER.messageId)!.body.report;
    assert.deepEqual({ sent, skipped, stopped }, { sent: 2, skipped: 1, stopped: false });
  }));

Deno.test("a block leaves a POST of another visitor that waits for its CRM waiting", () =>
  withJournal((journal) => {
    const leads = offerThree(journal);
    const all = { profile: "agency", profileName: "A", by: "@anna", offer: OFFER };
    journal.beginSendAll(all, NOON_MS);
    const [first] = journal.takeWork("crm:all:agency", NOON_MS, 1);
    assert.ok(first !== undefined);
    journal.postponeWork(first, NOON_MS + 60_000);
    journal.blockVisitor(2, "@anna", NOON_MS);
    journal.blockVisitor(3, "@anna", NOON_MS);
    assert.equal(journal.nextWorkDueAtMs("crm:all:agency"), NOON_MS + 60_000);
    assert.equal(journal.findWork("post", leads[0] ?? 0)?.failures, 1);
  }));

Deno.test("where every open card is a blocked visitor's nothing is offered and nothing sent", () =>
  withJournal((journal) => {
    showCard(journal, 1);
    journal.blockVisitor(1, "@anna", NOON_MS);
    const all = { profile: "agency", profileName: "A", by: "@anna", offer: OFFER };
    assert.equal(journal.beginSendAll(all, NOON_MS), 0);
    journal.rememberFact("crm_down:agency", "1");
    const taken = (chatId: number) => {
      const lead = aNewLead({ id: `taken-${chatId}`, chatId });
      const { post, attempt } = journal.recordChoice(lead, aConfirmation(), "crm:host:a", true)!;
      assert.ok(post.kind === "post" && attempt !== undefined);
      journal.endAttempt(post, attempt, { kind: "accepted", status: 200 }, NOON_MS);
      return journal.findWork("offer", 0);
    };
    assert.equal(taken(5), undefined);
    journal.unblockVisitor(1, NOON_MS);
    assert.equal(taken(6)?.body.profile, "agency");
  }));
