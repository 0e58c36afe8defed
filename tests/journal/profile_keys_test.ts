// A profile gets another key, or goes: what the journal keeps under its key goes along, and an old button still finds it.

import assert from "node:assert/strict";
import { type Journal, sendAllLane, VISITORS_LANE } from "../../lib/journal/journal.ts";
import { type JsonText, readJson } from "../../lib/json/text.ts";
import { withJournal } from "../helpers/a_journal.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { partsOf } from "../helpers/journal_parts.ts";

function json(text: string): JsonText {
  const read = readJson(text);
  assert.ok(read.ok);
  return read.json;
}

const FAILED = { kind: "answered", status: 500, body: "" } as const;
const OFFER = { chatId: -1, messageId: 99 };

/** Presses the button of an offer that was made for a profile, as it goes by one of these keys now. */
async function sendAll(journal: Journal, pressed: string, key: string): Promise<number> {
  const profile = await journal.currentProfile(pressed, new Set([key]));
  return await journal.beginSendAll(
    { profile, profileName: profile, by: "Анна", offer: OFFER },
    NOON_MS,
  );
}

/** A lead whose card is open. */
async function openCard(journal: Journal, number: number): Promise<void> {
  const lead = aNewLead({ id: `lead-${number}`, menuMessageId: number });
  const { post, attempt } =
    (await journal.recordChoice(lead, aConfirmation(), "crm:host:a", true))!;
  assert.ok(post.kind === "post" && attempt !== undefined);
  await journal.endAttempt(post, attempt, FAILED, NOON_MS);
  const card = (await journal.takeWorkOfKind("admin_chat", "card", NOON_MS))!;
  await journal.settleInAdminChat([card], { chatId: -1, messageId: number }, NOON_MS);
}

Deno.test("a profile with another key keeps its leads, menus, history, reminders, offers and the facts about its CRM", () =>
  withJournal(async (journal) => {
    await journal.rememberMenu({ chatId: 7, messageId: 70 }, "agency", NOON_MS - 9);
    await journal.recordPolled("polled_at_ms", NOON_MS, { menusSinceMs: 0, untilMs: NOON_MS });
    await journal.recordRevisions(json('{"agency":{}}'), "Анна", NOON_MS);
    await openCard(journal, 1);
    await openCard(journal, 2);
    await partsOf(journal).crmAnswered(1, NOON_MS);
    await partsOf(journal).crmFailed(1);

    await journal.recordRevisions(json('{"studio":{}}'), "Анна", NOON_MS);
    await journal.renameProfile("agency", "studio");

    assert.equal((await journal.findLead(1))?.profile, "studio");
    assert.equal((await journal.findMenu({ chatId: 7, messageId: 70 })).profile, "studio");
    assert.equal((await journal.listRevisions("studio", 9)).length, 2);
    assert.deepEqual(await journal.listRevisions("agency", 9), []);
    assert.equal((await journal.findWork("offer", 0))?.body.profile, "studio");
    const reminder = (await journal.findWork("reminder", 0))?.body;
    assert.deepEqual([reminder?.profile, reminder?.chatId], ["studio", 7]);
    for (const fact of ["crm_down:", "offered_at_ms:"]) {
      assert.deepEqual(await journal.factsOf(fact), ["studio"], fact);
    }
  }));

Deno.test("a profile with another key keeps the count of its repeats, beside those that the key had before", () =>
  withJournal(async (journal) => {
    for (const [menu, profile] of [[2, "agency"], [12, "studio"]] as const) {
      const lead = aNewLead({ id: `lead-${menu}`, menuMessageId: menu, profile });
      const recorded =
        (await journal.recordChoice(lead, aConfirmation(), "crm:host:a", false))!.lead;
      await journal.recordRepeat(
        { ...lead, menuMessageId: menu + 1 },
        recorded.number,
        aConfirmation(),
      );
    }
    await journal.renameProfile("agency", "studio");
    assert.deepEqual(await journal.repeatTotals(), [{ profile: "studio", presses: 2 }]);
  }));

Deno.test("an offer in the chat finds its profile under every later key, and sends all its cards", () =>
  withJournal(async (journal) => {
    await openCard(journal, 1);
    await openCard(journal, 2);
    await journal.renameProfile("agency", "studio");
    await journal.renameProfile("studio", "house");
    assert.equal(await sendAll(journal, "agency", "house"), 2);
    assert.equal((await journal.takeWork(sendAllLane("house"), NOON_MS, 9)).length, 2);
  }));

Deno.test("a run of all cards goes on under the new key, and its account ends", () =>
  withJournal(async (journal) => {
    await openCard(journal, 1);
    await openCard(journal, 2);
    assert.equal(await sendAll(journal, "agency", "agency"), 2);
    const [inHand] = await journal.takeWork(sendAllLane("agency"), NOON_MS, 1);
    await journal.renameProfile("agency", "studio");
    assert.equal(await sendAll(journal, "agency", "studio"), 0, "it is under way");
    const [next] = await journal.takeWork(sendAllLane("studio"), NOON_MS, 9);
    for (const work of [inHand, next]) {
      assert.ok(work?.kind === "post");
      const attempt = await journal.beginAttempt(work.subject, work.body.askedBy, NOON_MS);
      await journal.endAttempt(work, attempt, FAILED, NOON_MS);
    }
    assert.deepEqual(await journal.factsOf("send_all:"), []);
    assert.deepEqual(await journal.lanes("crm:all:"), []);
    const report = (await journal.findWork("offer_update", OFFER.messageId))?.body.report;
    assert.deepEqual([report?.total, report?.sent, report?.failed], [2, 0, 2]);
  }));

Deno.test("a key that a profile has again, or that another has by now, is its own; a ring of names ends", () =>
  withJournal(async (journal) => {
    await journal.renameProfile("agency", "studio");
    await journal.renameProfile("studio", "agency");
    const none = new Set<string>();
    assert.equal(await journal.currentProfile("studio", none), "agency");
    assert.equal(await journal.currentProfile("agency", none), "agency");
    await journal.renameProfile("agency", "house");
    assert.equal(await journal.currentProfile("agency", new Set(["agency", "house"])), "agency");
    assert.equal(await journal.currentProfile("studio", new Set(["house"])), "house");
    assert.equal(await journal.currentProfile("never", none), "never");
    await journal.rememberFact("renamed:a", "b");
    await journal.rememberFact("renamed:b", "a");
    assert.match(await journal.currentProfile("a", none), /^[ab]$/);
  }));

Deno.test("a deleted profile is offered no more, and its leads stay", () =>
  withJournal(async (journal) => {
    await openCard(journal, 1);
    await partsOf(journal).crmAnswered(1, NOON_MS);
    await partsOf(journal).crmFailed(1);
    await journal.forgetProfile("agency");
    assert.equal(await journal.findWork("offer", 0), undefined);
    assert.deepEqual(
      [await journal.factsOf("crm_down:"), await journal.factsOf("offered_at_ms:")],
      [[], []],
    );
    assert.equal((await journal.findLead(1))?.state, "in_admin_chat");
    assert.deepEqual(await journal.lanes(VISITORS_LANE), [VISITORS_LANE]);
  }));
