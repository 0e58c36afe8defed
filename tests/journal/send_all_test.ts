// The offer to send all open cards counts what it would send: returned leads again, those of blocked visitors not.

import assert from "node:assert/strict";
import type { Journal } from "../../lib/journal/journal.ts";
import { withJournal } from "../helpers/a_journal.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const OFFER = { chatId: -100, messageId: 90 };

/** A lead of the visitor with this chat, whose card is in the managers' chat. */
async function showCard(journal: Journal, chatId: number): Promise<number> {
  const lead = aNewLead({ id: `lead-${chatId}`, chatId });
  const { post } = (await journal.recordChoice(lead, aConfirmation(), "crm:host:a", true))!;
  await partsOf(journal).turnIntoCard(post, "crm_failed", NOON_MS);
  const card = (await journal.takeWorkOfKind("admin_chat", "card", NOON_MS))!;
  await journal.settleInAdminChat([card], { chatId: -100, messageId: chatId }, NOON_MS);
  return post.subject;
}

/** Shows the offer, which counts three cards. */
async function offerThree(journal: Journal): Promise<number[]> {
  const leads = await Promise.all([1, 2, 3].map((chatId) => showCard(journal, chatId)));
  const offer = {
    lane: "admin_chat",
    kind: "offer",
    subject: 0,
    body: { profile: "agency" },
  } as const;
  await journal.finishOffer(await journal.addWork(offer, null), "agency", OFFER);
  return leads;
}

/** Whether the offer is due to be counted anew; it is then shown. */
async function isRecounted(journal: Journal): Promise<boolean> {
  const update = await journal.takeWorkOfKind("admin_chat:edits", "offer_update", NOON_MS);
  if (update !== undefined) await journal.finishWork(update);
  return update?.body.offers === "agency";
}

Deno.test("an offer counts a returned lead again", () =>
  withJournal(async (journal) => {
    const [first = 0] = await offerThree(journal);
    await journal.closeByHand(first, "@anna", NOON_MS);
    assert.deepEqual([await isRecounted(journal), await journal.countSendable("agency")], [
      true,
      2,
    ]);
    await journal.returnLead(first, "@anna", NOON_MS);
    assert.deepEqual([await isRecounted(journal), await journal.countSendable("agency")], [
      true,
      3,
    ]);
    await journal.returnLead(first, "@anna", NOON_MS);
    assert.equal(await isRecounted(journal), false, "it is open already");
  }));

Deno.test("an offer counts a blocked visitor's card no more, sending all leaves it, and unblocking counts it again", () =>
  withJournal(async (journal) => {
    const [first = 0] = await offerThree(journal);
    await journal.blockVisitor(1, "@anna", NOON_MS);
    assert.deepEqual([await isRecounted(journal), await journal.countSendable("agency")], [
      true,
      2,
    ]);
    await journal.blockVisitor(1, "@oleg", NOON_MS);
    await journal.blockVisitor(77, "@oleg", NOON_MS);
    assert.equal(await isRecounted(journal), false, "nothing has changed");
    await journal.unblockVisitor(1, NOON_MS);
    assert.deepEqual([await isRecounted(journal), await journal.countSendable("agency")], [
      true,
      3,
    ]);

    await journal.blockVisitor(1, "@anna", NOON_MS);
    const all = { profile: "agency", profileName: "A", by: "@anna", offer: OFFER };
    assert.equal(await journal.beginSendAll(all, NOON_MS), 2);
    assert.equal(await journal.findWork("post", first), undefined);
    assert.equal(await journal.countOpenCards("agency"), 3, "its card is open all the same");
  }));

Deno.test("a visitor who is blocked while all are being sent is left out of what is not sent yet", () =>
  withJournal(async (journal) => {
    const leads = await offerThree(journal);
    const all = { profile: "agency", profileName: "A", by: "@anna", offer: OFFER };
    assert.equal(await journal.beginSendAll(all, NOON_MS), 3);
    const [inHand] = await journal.takeWork("crm:all:agency", NOON_MS, 1);
    assert.ok(inHand?.kind === "post" && inHand.subject === leads[0]);
    await journal.blockVisitor(1, "@anna", NOON_MS); // Its POST may have left.
    await journal.blockVisitor(2, "@anna", NOON_MS);
    const attempt = await journal.beginAttempt(leads[0] ?? 0, "@anna", NOON_MS);
    await journal.endAttempt(inHand, attempt, { kind: "accepted", status: 200 }, NOON_MS);
    const [next, ...others] = await journal.takeWork("crm:all:agency", NOON_MS, 9);
    assert.deepEqual([next?.subject, others], [leads[2], []]);
    assert.ok(next?.kind === "post");
    const last = await journal.beginAttempt(leads[2] ?? 0, "@anna", NOON_MS);
    await journal.endAttempt(next, last, { kind: "accepted", status: 200 }, NOON_MS);
    const { sent, skipped, stopped } =
      (await journal.findWork("offer_update", OFFER.messageId))!.body.report;
    assert.deepEqual({ sent, skipped, stopped }, { sent: 2, skipped: 1, stopped: false });
  }));

Deno.test("a block leaves a POST of another visitor that waits for its CRM waiting", () =>
  withJournal(async (journal) => {
    const leads = await offerThree(journal);
    const all = { profile: "agency", profileName: "A", by: "@anna", offer: OFFER };
    await journal.beginSendAll(all, NOON_MS);
    const [first] = await journal.takeWork("crm:all:agency", NOON_MS, 1);
    assert.ok(first !== undefined);
    await journal.postponeWork(first, NOON_MS + 60_000);
    await journal.blockVisitor(2, "@anna", NOON_MS);
    await journal.blockVisitor(3, "@anna", NOON_MS);
    assert.equal(await journal.nextWorkDueAtMs("crm:all:agency"), NOON_MS + 60_000);
    assert.equal((await journal.findWork("post", leads[0] ?? 0))?.failures, 1);
  }));

Deno.test("where every open card is a blocked visitor's nothing is offered and nothing sent", () =>
  withJournal(async (journal) => {
    await showCard(journal, 1);
    await journal.blockVisitor(1, "@anna", NOON_MS);
    const all = { profile: "agency", profileName: "A", by: "@anna", offer: OFFER };
    assert.equal(await journal.beginSendAll(all, NOON_MS), 0);
    await journal.rememberFact("crm_down:agency", "1");
    const taken = async (chatId: number) => {
      const lead = aNewLead({ id: `taken-${chatId}`, chatId });
      const { post, attempt } =
        (await journal.recordChoice(lead, aConfirmation(), "crm:host:a", true))!;
      assert.ok(post.kind === "post" && attempt !== undefined);
      await journal.endAttempt(post, attempt, { kind: "accepted", status: 200 }, NOON_MS);
      return await journal.findWork("offer", 0);
    };
    assert.equal(await taken(5), undefined);
    await journal.unblockVisitor(1, NOON_MS);
    assert.equal((await taken(6))?.body.profile, "agency");
  }));
