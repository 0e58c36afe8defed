// A profile gets another key, or goes: what the journal keeps under its key goes along, and an old button still finds it.

import assert from "node:assert/strict";
import {
  type Journal,
  openJournal,
  sendAllLane,
  VISITORS_LANE,
} from "../../lib/journal/journal.ts";
import { type JsonText, readJson } from "../../lib/json/text.ts";
import { createSendAll } from "../../lib/managers/send_all.ts";
import { aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { anotherProfile, someProfiles } from "../helpers/a_profile.ts";

function json(text: string): JsonText {
  const read = readJson(text);
  assert.ok(read.ok);
  return read.json;
}

const FAILED = { kind: "answered", status: 500, body: "" } as const;
const OFFER = { chatId: -1, messageId: 99 };

function withJournal(run: (journal: Journal) => void): void {
  const journal = openJournal(":memory:");
  try {
    run(journal);
  } finally {
    journal.close();
  }
}

function sendAllOf(journal: Journal, keys: readonly string[]) {
  const profiles = someProfiles((locales) => {
    for (const key of keys) locales[key] ??= anotherProfile(key);
    if (!keys.includes("agency")) {
      locales.fallback.buttons = [{ text: "Другой", callback_data: `select_${keys[0]}` }];
      delete locales.agency;
    }
  });
  return createSendAll({ journal, profiles: () => profiles, now: () => NOON_MS });
}

/** A lead whose card is open. */
function openCard(journal: Journal, number: number): void {
  const lead = aNewLead({ id: `lead-${number}`, menuMessageId: number });
  const { post } = journal.recordChoice(lead, "{}", "crm:host:a", true)!;
  journal.failInCrm(post, journal.beginAttempt(number, null, NOON_MS), FAILED, NOON_MS);
  const card = journal.takeWorkOfKind("admin_chat", "card", NOON_MS)!;
  journal.settleInAdminChat([card], { chatId: -1, messageId: number }, NOON_MS);
}

Deno.test("a profile with another key keeps its leads, menus, history, reminders, offers and the facts about its CRM", () =>
  withJournal((journal) => {
    const sendAll = sendAllOf(journal, ["agency"]);
    journal.rememberMenu({ chatId: 7, messageId: 70 }, "agency", NOON_MS - 9);
    journal.oweReminders(0, NOON_MS, NOON_MS);
    journal.recordRevisions(json('{"agency":{}}'), "Анна", NOON_MS);
    openCard(journal, 1);
    openCard(journal, 2);
    sendAll.crmFailed(1);
    sendAll.crmAnswered(1);
    sendAll.crmFailed(1);

    journal.recordRevisions(json('{"studio":{}}'), "Анна", NOON_MS);
    journal.renameProfile("agency", "studio");

    assert.equal(journal.findLead(1)?.profile, "studio");
    assert.equal(journal.findMenu({ chatId: 7, messageId: 70 }), "studio");
    assert.equal(journal.listRevisions("studio", 9).length, 2);
    assert.deepEqual(journal.listRevisions("agency", 9), []);
    assert.equal(journal.findWork("offer", 0)?.body, "studio");
    const reminder = JSON.parse(journal.findWork("reminder", 0)?.body ?? "{}");
    assert.deepEqual([reminder.profile, reminder.chatId], ["studio", 7]);
    for (const fact of ["crm_down:", "offered_at_ms:"]) {
      assert.deepEqual(journal.factsOf(fact), ["studio"], fact);
    }
  }));

Deno.test("a profile with another key keeps the count of its repeats, beside those that the key had before", () =>
  withJournal((journal) => {
    for (const [menu, profile] of [[2, "agency"], [12, "studio"]] as const) {
      const lead = aNewLead({ id: `lead-${menu}`, menuMessageId: menu, profile });
      const recorded = journal.recordChoice(lead, "{}", "crm:host:a", false)!.lead;
      journal.recordRepeat({ ...lead, menuMessageId: menu + 1 }, recorded.number, "{}");
    }
    journal.renameProfile("agency", "studio");
    assert.deepEqual(journal.repeatTotals(), [{ profile: "studio", presses: 2 }]);
  }));

Deno.test("an offer in the chat finds its profile under every later key, and sends all its cards", () =>
  withJournal((journal) => {
    openCard(journal, 1);
    openCard(journal, 2);
    journal.renameProfile("agency", "studio");
    journal.renameProfile("studio", "house");
    assert.equal(sendAllOf(journal, ["house"]).begin("agency", "Анна", OFFER), 2);
    assert.equal(journal.takeWork(sendAllLane("house"), NOON_MS, 9).length, 2);
  }));

Deno.test("a run of all cards goes on under the new key, and its account ends", () =>
  withJournal((journal) => {
    openCard(journal, 1);
    openCard(journal, 2);
    assert.equal(sendAllOf(journal, ["agency"]).begin("agency", "Анна", OFFER), 2);
    const [inHand] = journal.takeWork(sendAllLane("agency"), NOON_MS, 1);
    journal.renameProfile("agency", "studio");
    const sendAll = sendAllOf(journal, ["studio"]);
    assert.equal(sendAll.begin("agency", "Анна", OFFER), 0, "it is under way");
    const [next] = journal.takeWork(sendAllLane("studio"), NOON_MS, 9);
    for (const work of [inHand, next]) {
      assert.ok(work);
      const attempt = journal.beginAttempt(work.subject, work.body, NOON_MS);
      journal.failInCrm(work, attempt, FAILED, NOON_MS);
      sendAll.count(work, "failed");
    }
    assert.deepEqual(journal.factsOf("send_all:"), []);
    assert.deepEqual(journal.lanes("crm:all:"), []);
    const report = journal.findWork("offer_update", OFFER.messageId)?.body ?? "";
    assert.match(report, /"total":2,"sent":0,"failed":2/);
  }));

Deno.test("a key that a profile has again, or that another has by now, is its own; a ring of names ends", () =>
  withJournal((journal) => {
    journal.renameProfile("agency", "studio");
    journal.renameProfile("studio", "agency");
    const none = new Set<string>();
    assert.equal(journal.currentProfile("studio", none), "agency");
    assert.equal(journal.currentProfile("agency", none), "agency");
    journal.renameProfile("agency", "house");
    assert.equal(journal.currentProfile("agency", new Set(["agency", "house"])), "agency");
    assert.equal(journal.currentProfile("studio", new Set(["house"])), "house");
    assert.equal(journal.currentProfile("never", none), "never");
    journal.rememberFact("renamed:a", "b");
    journal.rememberFact("renamed:b", "a");
    assert.match(journal.currentProfile("a", none), /^[ab]$/);
  }));

Deno.test("a deleted profile is offered no more, and its leads stay", () =>
  withJournal((journal) => {
    const sendAll = sendAllOf(journal, ["agency"]);
    openCard(journal, 1);
    sendAll.crmFailed(1);
    sendAll.crmAnswered(1);
    sendAll.crmFailed(1);
    journal.forgetProfile("agency");
    assert.equal(journal.findWork("offer", 0), undefined);
    assert.deepEqual([journal.factsOf("crm_down:"), journal.factsOf("offered_at_ms:")], [[], []]);
    assert.equal(journal.findLead(1)?.state, "in_admin_chat");
    assert.deepEqual(journal.lanes(VISITORS_LANE), [VISITORS_LANE]);
  }));
