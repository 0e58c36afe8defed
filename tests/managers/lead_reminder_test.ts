// When the managers are reminded of leads that wait, and what they read.

import assert from "node:assert/strict";
import { ADMIN_CHAT_LANE, type Journal, openJournal } from "../../lib/journal/journal.ts";
import { createLeadReminder, reminderText } from "../../lib/managers/lead_reminder.ts";
import type { WorkHours } from "../../lib/work_hours.ts";
import { aConfirmation, aLead, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface Room {
  readonly journal: Journal;
  readonly alerts: string[];
  /** Looks at a moment after noon, and leaves the reminder in the journal. */
  look(ms: number): Promise<void>;
  /** The same; returns the reminder, if there is one. */
  lookAfter(ms: number): Promise<string | undefined>;
  /** A lead whose card is shown at noon. */
  show(): number;
}

async function withReminder(
  run: (room: Room) => Promise<void>,
  { minutes = 30, workHours = [] }: { minutes?: number; workHours?: WorkHours } = {},
): Promise<void> {
  const journal = openJournal(":memory:");
  const alerts: string[] = [];
  let nowMs = NOON_MS;
  let shown = 0;
  const reminder = createLeadReminder({
    journal,
    remindAfterMs: minutes * MINUTE_MS,
    workHours,
    timeZone: "Europe/Moscow",
    chats: () => [{ key: "", formerKeys: [], of: { profiles: new Set(), isAllBut: true } }],
    alert: ({ text }) => Promise.resolve(alerts.push(text) > 0),
    wake() {},
    sleep: () => Promise.resolve(),
    stopping: new AbortController().signal,
    now: () => nowMs,
    log: aLog().log,
  });
  const look = async (ms: number) => {
    nowMs = NOON_MS + ms;
    await reminder.look();
  };
  await run({
    journal,
    alerts,
    look,
    async lookAfter(ms) {
      await look(ms);
      const note = journal.takeWorkOfKind(ADMIN_CHAT_LANE, "note", nowMs);
      if (note !== undefined) journal.finishWork(note);
      return note?.body.text;
    },
    show() {
      const press = aNewLead({ menuMessageId: ++shown });
      const { lead, post } = journal.recordChoice(press, aConfirmation(), "crm:host:a", true)!;
      partsOf(journal).turnIntoCard(post, "crm_failed", NOON_MS);
      const card = journal.takeWorkOfKind(ADMIN_CHAT_LANE, "card", NOON_MS)!;
      journal.settleInAdminChat([card], { chatId: -1001234, messageId: shown }, NOON_MS);
      return lead.number;
    },
  });
  journal.close();
}

Deno.test("a lead that waits as long as it may is reminded of with a link, and then once an hour", () =>
  withReminder(async ({ show, lookAfter }) => {
    show();
    assert.equal(await lookAfter(30 * MINUTE_MS - 1), undefined);
    assert.equal(
      await lookAfter(30 * MINUTE_MS),
      "⏰ 1 лид ждёт дольше 30 мин:\n№ 1 · Galliard — https://t.me/c/1234/1",
    );
    show();
    assert.equal(await lookAfter(90 * MINUTE_MS - 1), undefined);
    assert.match(await lookAfter(90 * MINUTE_MS) ?? "", /^⏰ 2 лида ждут[^]*№ 2/);
  }));

Deno.test("a lead that is taken, closed or sent is not waited for; one that is returned is", () =>
  withReminder(async ({ journal, show, lookAfter }) => {
    const [taken, closed] = [show(), show()];
    journal.takeLead(taken, { id: 1, name: "@anna", press: "1" }, NOON_MS);
    journal.closeByHand(closed, "@anna", NOON_MS);
    assert.equal(await lookAfter(HOUR_MS), undefined);
    journal.returnLead(closed, "@anna", NOON_MS);
    assert.match(await lookAfter(HOUR_MS) ?? "", /№ 2 /);
  }));

Deno.test("reminders keep to working hours, and come when those begin", () =>
  withReminder(async ({ show, lookAfter }) => {
    show(); // Shown at 15:00 in Moscow.
    assert.equal(await lookAfter(4 * HOUR_MS), undefined);
    assert.equal(await lookAfter(18 * HOUR_MS - 1), undefined);
    assert.ok(await lookAfter(18 * HOUR_MS));
  }, { workHours: [{ days: [1, 2, 3, 4, 5], fromMinute: 9 * 60, beforeMinute: 15 * 60 + 20 }] }));

Deno.test("after three reminders in a row the alert chat is told too, and anew when others wait later", () =>
  withReminder(async ({ journal, show, lookAfter, alerts }) => {
    const lead = show();
    for (let hour = 1; hour <= 3; hour++) assert.ok(await lookAfter(hour * HOUR_MS));
    assert.deepEqual(alerts, []);
    const fourth = await lookAfter(4 * HOUR_MS);
    assert.deepEqual(alerts, [fourth]);
    journal.closeByHand(lead, "@anna", NOON_MS);
    assert.equal(await lookAfter(5 * HOUR_MS), undefined);
    show();
    assert.ok(await lookAfter(6 * HOUR_MS));
    assert.equal(alerts.length, 1);
  }));

Deno.test("a chat that takes no messages for hours is reminded once when it is back", () =>
  withReminder(async ({ journal, show, look, lookAfter }) => {
    show();
    for (let hours = 1; hours <= 5; hours++) await look(hours * HOUR_MS);
    assert.equal(journal.countDueWork(ADMIN_CHAT_LANE, "note", Infinity, 10), 1);
    assert.ok(await lookAfter(5 * HOUR_MS + 1));
    assert.equal(await lookAfter(5 * HOUR_MS + 2), undefined);
  }));

Deno.test("each chat is reminded of its own leads, by a count of its own that outlives a change of its id", async () => {
  const journal = openJournal(":memory:");
  let key = "-200";
  let formerKeys: string[] = [];
  const own = new Map([["agency", { chat: "-200", group: "-200" }]]);
  journal.placeWork({ byProfile: own, groups: new Map([[-200, "-200"]]) });
  let nowMs = NOON_MS;
  const profiles = new Set(["agency"]);
  const reminder = createLeadReminder({
    journal,
    remindAfterMs: 30 * MINUTE_MS,
    workHours: [],
    timeZone: "Europe/Moscow",
    chats: () => [
      { key: "", formerKeys: [], of: { profiles, isAllBut: true } },
      { key, formerKeys, of: { profiles, isAllBut: false } },
    ],
    alert: () => Promise.resolve(true),
    wake() {},
    sleep: () => Promise.resolve(),
    stopping: new AbortController().signal,
    now: () => nowMs,
    log: aLog().log,
  });
  const show = (nth: number, profile: string, lane: string) => {
    const press = aNewLead({ id: `${nth}`, profile, menuMessageId: nth });
    const { post } = journal.recordChoice(press, aConfirmation(), "crm:host:a", true)!;
    partsOf(journal).turnIntoCard(post, "crm_failed", NOON_MS);
    const card = journal.takeWorkOfKind(lane, "card", NOON_MS)!;
    journal.settleInAdminChat([card], { chatId: -1001234, messageId: nth }, nowMs);
  };
  const noteIn = (lane: string) => {
    const note = journal.takeWorkOfKind(lane, "note", nowMs);
    if (note !== undefined) journal.finishWork(note);
    return note?.body.text;
  };
  show(1, "agency", "admin_chat@-200");
  nowMs = NOON_MS + 20 * MINUTE_MS;
  show(2, "cg", "admin_chat");
  nowMs = NOON_MS + 30 * MINUTE_MS;
  await reminder.look();
  assert.match(noteIn("admin_chat@-200") ?? "", /^⏰ 1 лид[^]*№ 1 /);
  assert.equal(noteIn("admin_chat"), undefined);
  nowMs = NOON_MS + 50 * MINUTE_MS; // Not an hour after the other chat's.
  await reminder.look();
  assert.equal(noteIn("admin_chat@-200"), undefined);
  assert.match(noteIn("admin_chat") ?? "", /^⏰ 1 лид[^]*№ 2 /);
  [key, formerKeys] = ["-100200", ["-200"]];
  nowMs = NOON_MS + 90 * MINUTE_MS - 1;
  await reminder.look();
  assert.equal(noteIn("admin_chat@-100200"), undefined);
  nowMs = NOON_MS + 90 * MINUTE_MS;
  await reminder.look();
  assert.match(noteIn("admin_chat@-100200") ?? "", /^⏰ 1 лид[^]*№ 1 /);
  journal.close();
});

Deno.test("no reminders come where they are off", () =>
  withReminder(async ({ show, lookAfter }) => {
    show();
    assert.equal(await lookAfter(24 * HOUR_MS), undefined);
  }, { minutes: 0 }));

Deno.test("a reminder fits into a message, and says how many it does not name", () => {
  const leads = Array.from({ length: 20 }, (_, nth) => aLead({ number: nth + 1 }));
  const text = reminderText(leads, 1_021, 30);
  assert.match(text, /^⏰ 1021 лид ждёт [^]*\n… и ещё 1001: \/leads$/);
  assert.ok(text.length <= 4096);
});

Deno.test("what managers did in a span is counted, with the median time to take", () =>
  withReminder(async ({ journal, show }) => {
    const waits = [4, 2, 30].map((minutes, nth) => {
      const lead = show();
      journal.takeLead(
        lead,
        { id: nth, name: `m${nth}`, press: "1" },
        NOON_MS + minutes * MINUTE_MS,
      );
      return lead;
    });
    journal.closeByHand(waits[0] ?? 0, "@anna", NOON_MS + 5);
    journal.returnLead(waits[0] ?? 0, "@anna", NOON_MS + 6);
    assert.deepEqual(journal.countTurns(NOON_MS, NOON_MS + HOUR_MS), {
      taken: 3,
      returned: 1,
      closed: 1,
      medianToTakeMs: 4 * MINUTE_MS,
    });
    assert.deepEqual(journal.countTurns(0, NOON_MS).medianToTakeMs, null);
    await Promise.resolve();
  }));
