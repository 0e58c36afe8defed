// When the managers are reminded of leads that wait, and what they read.

import assert from "node:assert/strict";
import { ADMIN_CHAT_LANE, type Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
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
  show(): Promise<number>;
}

async function withReminder(
  run: (room: Room) => Promise<void>,
  { minutes = 30, workHours = [] }: { minutes?: number; workHours?: WorkHours } = {},
): Promise<void> {
  const journal = await openJournal(":memory:");
  const alerts: string[] = [];
  let nowMs = NOON_MS;
  let shown = 0;
  const reminder = createLeadReminder({
    journal,
    remindAfterMs: minutes * MINUTE_MS,
    workHours,
    timeZone: "Europe/Moscow",
    chats: () =>
      Promise.resolve([{ key: "", formerKeys: [], of: { profiles: new Set(), isAllBut: true } }]),
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
      const note = await journal.takeWorkOfKind(ADMIN_CHAT_LANE, "note", nowMs);
      if (note !== undefined) await journal.finishWork(note);
      return note?.body.text;
    },
    async show() {
      const press = aNewLead({ menuMessageId: ++shown });
      const { lead, post } =
        (await journal.recordChoice(press, aConfirmation(), "crm:host:a", true))!;
      await partsOf(journal).turnIntoCard(post, "crm_failed", NOON_MS);
      const card = (await journal.takeWorkOfKind(ADMIN_CHAT_LANE, "card", NOON_MS))!;
      await journal.settleInAdminChat([card], { chatId: -1001234, messageId: shown }, NOON_MS);
      return lead.number;
    },
  });
  await journal.close();
}

Deno.test("a lead that waits as long as it may is reminded of with a link, and then once an hour", () =>
  withReminder(async ({ show, lookAfter }) => {
    await show();
    assert.equal(await lookAfter(30 * MINUTE_MS - 1), undefined);
    assert.equal(
      await lookAfter(30 * MINUTE_MS),
      "⏰ 1 лид ждёт дольше 30 мин:\n№ 1 · Galliard — https://t.me/c/1234/1",
    );
    await show();
    assert.equal(await lookAfter(90 * MINUTE_MS - 1), undefined);
    assert.match(await lookAfter(90 * MINUTE_MS) ?? "", /^⏰ 2 лида ждут[^]*№ 2/);
  }));

Deno.test("a lead that is taken, closed or sent is not waited for; one that is returned is", () =>
  withReminder(async ({ journal, show, lookAfter }) => {
    const [taken, closed] = [await show(), await show()];
    await journal.takeLead(taken, { id: 1, name: "@anna", press: "1" }, NOON_MS);
    await journal.closeByHand(closed, "@anna", NOON_MS);
    assert.equal(await lookAfter(HOUR_MS), undefined);
    await journal.returnLead(closed, "@anna", NOON_MS);
    assert.match(await lookAfter(HOUR_MS) ?? "", /№ 2 /);
  }));

Deno.test("reminders keep to working hours, and come when those begin", () =>
  withReminder(async ({ show, lookAfter }) => {
    await show(); // Shown at 15:00 in Moscow.
    assert.equal(await lookAfter(4 * HOUR_MS), undefined);
    assert.equal(await lookAfter(18 * HOUR_MS - 1), undefined);
    assert.ok(await lookAfter(18 * HOUR_MS));
  }, { workHours: [{ days: [1, 2, 3, 4, 5], fromMinute: 9 * 60, beforeMinute: 15 * 60 + 20 }] }));

Deno.test("after three reminders in a row the alert chat is told too, and anew when others wait later", () =>
  withReminder(async ({ journal, show, lookAfter, alerts }) => {
    const lead = await show();
    for (let hour = 1; hour <= 3; hour++) assert.ok(await lookAfter(hour * HOUR_MS));
    assert.deepEqual(alerts, []);
    const fourth = await lookAfter(4 * HOUR_MS);
    assert.deepEqual(alerts, [fourth]);
    await journal.closeByHand(lead, "@anna", NOON_MS);
    assert.equal(await lookAfter(5 * HOUR_MS), undefined);
    await show();
    assert.ok(await lookAfter(6 * HOUR_MS));
    assert.equal(alerts.length, 1);
  }));

Deno.test("a chat that takes no messages for hours is reminded once when it is back", () =>
  withReminder(async ({ journal, show, look, lookAfter }) => {
    await show();
    for (let hours = 1; hours <= 5; hours++) await look(hours * HOUR_MS);
    assert.equal(await journal.countDueWork(ADMIN_CHAT_LANE, "note", Infinity, 10), 1);
    assert.ok(await lookAfter(5 * HOUR_MS + 1));
    assert.equal(await lookAfter(5 * HOUR_MS + 2), undefined);
  }));

Deno.test("a first reminder comes although another note waits to be shown", () =>
  withReminder(async ({ journal, show, look }) => {
    await show();
    await journal.noteFact("trouble", "1", "⚠️ …", NOON_MS);
    await look(HOUR_MS);
    assert.equal(await journal.countDueWork(ADMIN_CHAT_LANE, "note", Infinity, 10), 2);
  }));

Deno.test("each chat is reminded of its own leads, by a count of its own that outlives a change of its id", async () => {
  const journal = await openJournal(":memory:");
  let key = "-200";
  let formerKeys: string[] = [];
  const own = new Map([["agency", { chat: "-200", group: "-200" }]]);
  await journal.placeWork({ byProfile: own, groups: new Map([[-200, "-200"]]) });
  let nowMs = NOON_MS;
  const profiles = new Set(["agency"]);
  const reminder = createLeadReminder({
    journal,
    remindAfterMs: 30 * MINUTE_MS,
    workHours: [],
    timeZone: "Europe/Moscow",
    chats: () =>
      Promise.resolve([
        { key: "", formerKeys: [], of: { profiles, isAllBut: true } },
        { key, formerKeys, of: { profiles, isAllBut: false } },
      ]),
    alert: () => Promise.resolve(true),
    wake() {},
    sleep: () => Promise.resolve(),
    stopping: new AbortController().signal,
    now: () => nowMs,
    log: aLog().log,
  });
  const show = async (nth: number, profile: string, lane: string) => {
    const press = aNewLead({ id: `${nth}`, profile, menuMessageId: nth });
    const { post } = (await journal.recordChoice(press, aConfirmation(), "crm:host:a", true))!;
    await partsOf(journal).turnIntoCard(post, "crm_failed", NOON_MS);
    const card = (await journal.takeWorkOfKind(lane, "card", NOON_MS))!;
    await journal.settleInAdminChat([card], { chatId: -1001234, messageId: nth }, nowMs);
  };
  const noteIn = async (lane: string) => {
    const note = await journal.takeWorkOfKind(lane, "note", nowMs);
    if (note !== undefined) await journal.finishWork(note);
    return note?.body.text;
  };
  await show(1, "agency", "admin_chat@-200");
  nowMs = NOON_MS + 20 * MINUTE_MS;
  await show(2, "cg", "admin_chat");
  nowMs = NOON_MS + 30 * MINUTE_MS;
  await reminder.look();
  assert.match(await noteIn("admin_chat@-200") ?? "", /^⏰ 1 лид[^]*№ 1 /);
  assert.equal(await noteIn("admin_chat"), undefined);
  nowMs = NOON_MS + 50 * MINUTE_MS; // Not an hour after the other chat's.
  await reminder.look();
  assert.equal(await noteIn("admin_chat@-200"), undefined);
  assert.match(await noteIn("admin_chat") ?? "", /^⏰ 1 лид[^]*№ 2 /);
  [key, formerKeys] = ["-100200", ["-200"]];
  nowMs = NOON_MS + 90 * MINUTE_MS - 1;
  await reminder.look();
  assert.equal(await noteIn("admin_chat@-100200"), undefined);
  nowMs = NOON_MS + 90 * MINUTE_MS;
  await reminder.look();
  assert.match(await noteIn("admin_chat@-100200") ?? "", /^⏰ 1 лид[^]*№ 1 /);
  await journal.close();
});

Deno.test("no reminders come where they are off", () =>
  withReminder(async ({ show, lookAfter }) => {
    await show();
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
    const waits = await Promise.all([4, 2, 30].map(async (minutes, nth) => {
      const lead = await show();
      await journal.takeLead(
        lead,
        { id: nth, name: `m${nth}`, press: "1" },
        NOON_MS + minutes * MINUTE_MS,
      );
      return lead;
    }));
    await journal.closeByHand(waits[0] ?? 0, "@anna", NOON_MS + 5);
    await journal.returnLead(waits[0] ?? 0, "@anna", NOON_MS + 6);
    assert.deepEqual(await journal.countTurns(NOON_MS, NOON_MS + HOUR_MS), {
      taken: 3,
      returned: 1,
      closed: 1,
      medianToTakeMs: 4 * MINUTE_MS,
    });
    assert.deepEqual((await journal.countTurns(0, NOON_MS)).medianToTakeMs, null);
    await Promise.resolve();
  }));
