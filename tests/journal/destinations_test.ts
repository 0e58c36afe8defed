// Cards in the chat follow when a profile gets or loses its CRM.

import assert from "node:assert/strict";
import { CARD_EDITS_APART_MS } from "../../lib/journal/destinations.ts";
import { EDITS_LANE, type Journal } from "../../lib/journal/journal.ts";
import { withJournal } from "../helpers/a_journal.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { partsOf } from "../helpers/journal_parts.ts";

/** Leads that share a card's message. */
async function showCards(journal: Journal, messageId: number, count: number, profile = "agency") {
  for (let nth = 0; nth < count; nth += 1) {
    const id = `${messageId}-${nth}`;
    const lead = aNewLead({ id, chatId: messageId * 100 + nth, profile });
    const { post } = (await journal.recordChoice(lead, aConfirmation(), "crm:host:a", true))!;
    await partsOf(journal).turnIntoCard(post, "crm_failed", NOON_MS);
  }
  const cards = [];
  while (cards.length < count) {
    cards.push((await journal.takeWorkOfKind("admin_chat", "card", NOON_MS))!);
  }
  await journal.settleInAdminChat(cards, { chatId: -100, messageId }, NOON_MS);
}

/** The messages that are edited, and how long after now each. */
async function edits(journal: Journal): Promise<[message: number, afterMs: number][]> {
  const found: [number, number][] = [];
  for (let dueAtMs; (dueAtMs = await journal.nextWorkDueAtMs(EDITS_LANE)) !== undefined;) {
    const work = (await journal.takeWorkOfKind(EDITS_LANE, "card_update", dueAtMs))!;
    found.push([(await journal.findLead(work.subject))?.card?.messageId ?? 0, dueAtMs - NOON_MS]);
    await journal.finishWork(work);
  }
  return found;
}

const has = (agency: boolean, cg = true) => new Map([["agency", agency], ["cg", cg]]);

Deno.test("the open cards of a profile that loses or gets its CRM are edited, a message each, one after another", () =>
  withJournal(async (journal) => {
    assert.equal(await journal.recordDestinations(has(true), NOON_MS), false);
    await showCards(journal, 7, 3);
    await showCards(journal, 8, 1);
    await showCards(journal, 9, 1, "cg");
    assert.equal(await journal.recordDestinations(has(true), NOON_MS), false);
    assert.deepEqual(await edits(journal), []);
    assert.equal(await journal.recordDestinations(has(false), NOON_MS), true);
    assert.deepEqual(await edits(journal), [[7, 0], [8, CARD_EDITS_APART_MS]]);
    assert.equal(await journal.recordDestinations(has(false), NOON_MS), false);
    assert.equal(await journal.recordDestinations(has(true), NOON_MS), true);
    assert.deepEqual(await edits(journal), [[7, 0], [8, CARD_EDITS_APART_MS]]);
  }));

Deno.test("a deleted profile's cards are edited, a renamed one's are not, and a closed one's neither", () =>
  withJournal(async (journal) => {
    await journal.recordDestinations(has(true), NOON_MS);
    await showCards(journal, 7, 1);
    await journal.renameProfile("agency", "studio");
    const renamed = new Map([["studio", true], ["cg", true]]);
    assert.equal(await journal.recordDestinations(renamed, NOON_MS), false);
    assert.equal(await journal.recordDestinations(new Map([["cg", true]]), NOON_MS), true);
    assert.deepEqual(await edits(journal), [[7, 0]]);
    assert.equal(await journal.recordDestinations(renamed, NOON_MS), false, "it is as good as new");

    await journal.closeByHand(1, "@anna", NOON_MS);
    await edits(journal);
    assert.equal(await journal.recordDestinations(new Map([["cg", true]]), NOON_MS), false);
  }));

Deno.test("a card that is due an edit anyway gets no second one", () =>
  withJournal(async (journal) => {
    await journal.recordDestinations(has(true), NOON_MS);
    await showCards(journal, 7, 1);
    await journal.takeLead(1, { id: 1, name: "@anna", press: "a" }, NOON_MS);
    await journal.recordDestinations(has(false), NOON_MS);
    assert.deepEqual(await edits(journal), [[7, 0]]);
  }));
