// Many presses and POSTs that come together: each is recorded as if it had come alone.

import assert from "node:assert/strict";
import { crmLane, type Journal } from "../../lib/journal/journal.ts";
import { StorageError } from "../../lib/journal/storage_error.ts";
import { withJournal, withOpened } from "../helpers/a_journal.ts";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";

const LANE = crmLane("crm.example.ru");
const ACCEPTED = { kind: "accepted", status: 200 } as const;

function press(
  journal: Journal,
  menuMessageId: number,
  { postsNow = true, phoneWaitMs = null, ...details }: {
    readonly postsNow?: boolean;
    readonly phoneWaitMs?: number | null;
    readonly choice?: string;
  } = {},
) {
  const lead = aNewLead({ id: `lead-${menuMessageId}`, menuMessageId, ...details });
  const confirmation = { ...aConfirmation(), messageId: menuMessageId };
  return journal.recordChoice(lead, confirmation, LANE, postsNow, phoneWaitMs);
}

Deno.test("presses at once are leads with confirmations, POSTs and attempts of their own", () =>
  withJournal(async (journal) => {
    const menus = Array.from({ length: 70 }, (_, nth) => nth + 1);
    const recorded = await Promise.all(
      menus.map((menu) => press(journal, menu, { postsNow: menu % 2 === 0 })),
    );
    assert.deepEqual(recorded.map((each) => each?.lead.number), menus);
    const ids = recorded.flatMap((each) => [each?.confirmation.id, each?.post.id]);
    assert.equal(new Set(ids).size, 140);
    for (const [nth, each] of recorded.entries()) {
      const menu = menus[nth] ?? 0;
      assert.equal(each?.lead.id, `lead-${menu}`);
      assert.equal(each.confirmation.subject, menu);
      assert.equal(each.confirmation.body.messageId, menu);
      assert.deepEqual(each.attempt, menu % 2 === 0 ? { lead: menu, nth: 1 } : undefined);
    }
    assert.equal((await journal.findWork("post", 66))?.id, recorded[65]?.post.id);
    const due = await journal.takeWork(LANE, NOON_MS, 200);
    assert.deepEqual(due.map(({ subject }) => subject), menus.filter((menu) => menu % 2 === 1));
    assert.equal((await journal.countLeads()).received, 70);
    assert.equal((await journal.openAttempts()).length, 35);
  }));

Deno.test("of presses of one menu at once the first is the lead", () =>
  withJournal(async (journal) => {
    const recorded = await Promise.all([7, 7, 8, 7].map((menu) => press(journal, menu)));
    assert.deepEqual(recorded.map((each) => each?.lead.number), [1, undefined, 2, undefined]);
    assert.equal((await journal.openAttempts()).length, 2);
  }));

Deno.test("one that waits for a phone, one with what no text may hold, and a plain one are recorded together", () =>
  withJournal(async (journal, engine) => {
    const [asked, strange, plain] = await Promise.all([
      press(journal, 1, { postsNow: false, phoneWaitMs: 1_000 }),
      press(journal, 2, { choice: "a\ud800b\\u0000 \\ud800" }),
      press(journal, 3),
    ]);
    assert.equal(asked?.attempt, undefined);
    assert.equal((await journal.takeWork(LANE, NOON_MS, 5)).length, 0);
    assert.equal((await journal.takeWork(LANE, NOON_MS + 1_000, 5)).length, 1);
    assert.equal(plain?.lead.number, 3);
    const choice = (await journal.findLead(strange?.lead.number ?? 0))?.choice;
    if (engine === "PostgreSQL") assert.equal(choice, "a\ufffdb\\u0000 \\ud800");
  }));

Deno.test("a press that cannot be recorded is told so, and those beside it are recorded", () =>
  withJournal(async (journal) => {
    const [one, wrong, other] = await Promise.allSettled(
      [1, 2 ** 33, 3].map((menu) => press(journal, menu)),
    );
    assert.equal(one?.status === "fulfilled" && one.value?.lead.menuMessageId, 1);
    assert.ok(wrong?.status === "rejected" && wrong.reason instanceof RangeError);
    assert.equal(other?.status === "fulfilled" && other.value?.lead.menuMessageId, 3);
    assert.equal((await journal.countLeads()).received, 2);
  }));

Deno.test("attempts at once are begun for POSTs in hand, and for no others", () =>
  withOpened(async ({ journal, engine }) => {
    for (const menu of [1, 2, 3]) await press(journal, menu, { postsNow: false });
    await journal.takeWork(LANE, NOON_MS, 2);
    const begun = await Promise.allSettled(
      [1, 2, 3].map((lead) => journal.beginAttempt(lead, null, NOON_MS)),
    );
    const attempts = begun.flatMap((each) => each.status === "fulfilled" ? [each.value] : []);
    assert.deepEqual(attempts.slice(0, 2), [{ lead: 1, nth: 1 }, { lead: 2, nth: 1 }]);
    if (engine === "PostgreSQL") {
      const [, , third] = begun;
      assert.ok(third?.status === "rejected" && third.reason instanceof StorageError);
    }
    const open = await Promise.all([2, 1, 9].map((lead) => journal.openAttemptOf(lead)));
    assert.deepEqual(open, [{ lead: 2, nth: 1 }, { lead: 1, nth: 1 }, undefined]);
  }));

Deno.test("leads and menus that are looked up at once are each their own", () =>
  withJournal(async (journal) => {
    const { chatId } = aNewLead();
    await journal.rememberMenu({ chatId: 900, messageId: 5 }, "agency", NOON_MS, "ru", "spring");
    await press(journal, 1);
    await press(journal, 2);
    const leads = await Promise.all([2, 404, 1, 2].map((lead) => journal.findLead(lead)));
    assert.deepEqual(leads.map((lead) => lead?.number), [2, undefined, 1, 2]);
    const menus = await Promise.all([
      journal.findMenu({ chatId: 900, messageId: 5 }),
      journal.findMenu({ chatId, messageId: 5 }),
    ]);
    assert.deepEqual(menus, [
      { profile: "agency", source: "spring", chatHasLeads: false },
      { profile: undefined, source: null, chatHasLeads: true },
    ]);
  }));

Deno.test("leads that move at once, and attempts that end, are counted", () =>
  withJournal(async (journal) => {
    const recorded = await Promise.all([1, 2, 3, 4].map((menu) => press(journal, menu)));
    await journal.recordDone(
      recorded.slice(0, 3).flatMap((each) => {
        const { post: work, attempt } = each ?? {};
        return work?.kind === "post" && attempt !== undefined
          ? [{ kind: "accepted", work, attempt, outcome: ACCEPTED, atMs: NOON_MS }] as const
          : [];
      }),
    );
    const { received, in_crm } = await journal.countLeads();
    assert.deepEqual({ received, in_crm }, { received: 1, in_crm: 3 });
  }));

Deno.test("updates at once are each new once", () =>
  withJournal(async (journal) => {
    const update = (id: number) => ({ id, body: JSON.stringify({ text: "\ud800\0" }) });
    const first = await journal.recordUpdates([update(1), update(2)], NOON_MS, null);
    const then = await journal.recordUpdates([update(2), update(3), update(3)], NOON_MS, NOON_MS);
    assert.deepEqual([[...first], [...then]], [[1, 2], [3]]);
    const [due] = await journal.takeUpdates(NOON_MS, 5);
    assert.equal(due?.body, update(3).body);
  }));
