// The journal: recorded once, moved whole, owed until done, and taken up after a crash.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { spy } from "@std/testing/mock";
import {
  ADMIN_CHAT_LANE,
  ALBUM_QUIET_MS,
  type Attempt,
  CRM_LANES,
  crmLane,
  EDITS_LANE,
  FOLLOW_UPS_LANE,
  type Journal,
  type NewFollowUpMessage,
  VISITORS_LANE,
  type Work,
  type WorkOf,
} from "../../lib/journal/journal.ts";
import { type FileJournal, openJournal } from "../../lib/journal/sqlite/open.ts";
import { canMove, type CrmOutcome, type Lead, type LeadState } from "../../lib/lead.ts";
import { openDatabase } from "../../lib/journal/sqlite/database.ts";
import { MIGRATIONS } from "../../lib/journal/sqlite/schema.ts";
import { withJournal, withOpened, withPostgres, withSqlite } from "../helpers/a_journal.ts";
import { A_HELD_LINE, aConfirmation, aNewLead, NOON_MS, someContent } from "../helpers/a_lead.ts";
import { MOST_FINISHED } from "../../lib/journal/inbox.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const HOST = "crm.example.ru";
const CARD = { chatId: -1001, messageId: 77 };
const ACCEPTED: CrmOutcome = { kind: "accepted", status: 200 };
const INTERRUPTED: CrmOutcome = { kind: "interrupted", reason: "процесс бота прервался" };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Lends a journal in memory. */
/** Lends a journal in a file, and a way to open the file again as the next process does. */
async function withJournalFile(
  run: (journal: FileJournal, reopen: () => Promise<Journal>, path: string) => Promise<void> | void,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const path = `${folder}/triborg.db`;
  const opened: Journal[] = [];
  const open = async () => {
    const journal = await openJournal(path);
    opened.push(journal);
    return journal;
  };
  const reopen = async () => {
    await opened.pop()?.close();
    return await open();
  };
  try {
    await run(await open(), reopen, path);
  } finally {
    await opened.pop()?.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Records a choice; a number tells one menu message from another. */
async function record(
  journal: Journal,
  menuMessageId = 2,
  details = {},
): Promise<Lead & { confirmation: WorkOf<"confirmation"> }> {
  const id = `5b0f6a52-0000-0000-0000-${String(menuMessageId).padStart(12, "0")}`;
  const recorded = await journal.recordChoice(
    aNewLead({ id, menuMessageId, ...details }),
    aConfirmation(),
    crmLane(HOST),
    false,
  );
  assert.ok(recorded);
  return { ...recorded.lead, confirmation: recorded.confirmation };
}

/** Takes the only piece of due work of a lane. */
async function takeOne(journal: Journal, lane: string, nowMs = NOON_MS): Promise<Work> {
  const [work, ...others] = await journal.takeWork(lane, nowMs, 9);
  assert.ok(work && others.length === 0, `${lane} has ${others.length + (work ? 1 : 0)}`);
  assert.ok(work.kind !== "unreadable");
  return work;
}

async function takePost(journal: Journal): Promise<WorkOf<"post">> {
  const work = await takeOne(journal, crmLane(HOST));
  assert.ok(work.kind === "post");
  return work;
}

async function takeCard(journal: Journal, nowMs = NOON_MS): Promise<WorkOf<"card">> {
  const work = await takeOne(journal, ADMIN_CHAT_LANE, nowMs);
  assert.ok(work.kind === "card");
  return work;
}

async function takeFollowUp(journal: Journal, nowMs = NOON_MS): Promise<WorkOf<"follow_up">> {
  const work = await takeOne(journal, FOLLOW_UPS_LANE, nowMs);
  assert.ok(work.kind === "follow_up");
  return work;
}

/** A first POST that has begun. */
function begin(journal: Journal, lead: Lead): Promise<Attempt> {
  return partsOf(journal).addAttempt(lead.number, null, NOON_MS);
}

/** A lead whose card is in the managers' chat. */
async function recordShown(journal: Journal, menuMessageId = 2): Promise<Lead> {
  const lead = await record(journal, menuMessageId);
  await partsOf(journal).turnIntoCard(await takePost(journal), "crm_failed", NOON_MS);
  await journal.settleInAdminChat([await takeCard(journal)], CARD, NOON_MS);
  return lead;
}

/** A lead that neither the CRM nor the managers' chat took. */
async function recordUndelivered(journal: Journal): Promise<Lead> {
  const lead = await record(journal);
  await partsOf(journal).turnIntoCard(await takePost(journal), "crm_failed", NOON_MS);
  await journal.markUndelivered(await takeCard(journal), NOON_MS + 1_000);
  return lead;
}

async function stateOf(journal: Journal, { number }: Lead): Promise<LeadState | undefined> {
  return (await journal.findLead(number))?.state;
}

// — Updates —

function updates(...ids: number[]) {
  return ids.map((id) => ({ id, body: `{"update_id":${id}}` }));
}

Deno.test("recordUpdates tells which updates it did not know", () =>
  withJournal(async (journal) => {
    assert.deepEqual(
      await journal.recordUpdates(updates(11, 12), NOON_MS, NOON_MS),
      new Set([11, 12]),
    );
    assert.deepEqual(await journal.recordUpdates(updates(12, 13), NOON_MS, NOON_MS), new Set([13]));
  }));

Deno.test("takeUpdates hands out what is due, oldest first, and each once", () =>
  withJournal(async (journal) => {
    await journal.recordUpdates(updates(13, 11, 12), NOON_MS, NOON_MS);
    assert.deepEqual(await journal.takeUpdates(NOON_MS - 1, 9), []);
    assert.deepEqual(await journal.takeUpdates(NOON_MS, 2), [
      { id: 11, body: '{"update_id":11}', failures: 0, receivedAtMs: NOON_MS },
      { id: 12, body: '{"update_id":12}', failures: 0, receivedAtMs: NOON_MS },
    ]);
    assert.deepEqual((await journal.takeUpdates(NOON_MS, 9)).map(({ id }) => id), [13]);
  }));

Deno.test("an update that its caller has in hand is not handed out", () =>
  withJournal(async (journal) => {
    await journal.recordUpdates(updates(11), NOON_MS, null);
    assert.deepEqual(await journal.takeUpdates(NOON_MS + DAY_MS, 9), []);
    assert.equal(await journal.nextUpdateDueAtMs(), undefined);
  }));

Deno.test("a postponed update is due again with one failure more", () =>
  withJournal(async (journal) => {
    await journal.recordUpdates(updates(11), NOON_MS, null);
    await journal.postponeUpdate(11, NOON_MS + 1_000);
    assert.equal(await journal.nextUpdateDueAtMs(), NOON_MS + 1_000);
    assert.deepEqual(await journal.takeUpdates(NOON_MS + 999, 9), []);
    assert.deepEqual(
      (await journal.takeUpdates(NOON_MS + 1_000, 9)).map(({ failures }) => failures),
      [1],
    );
  }));

Deno.test("a late postponement does not make a finished update due again", () =>
  withJournal(async (journal) => {
    await journal.recordUpdates(updates(11), NOON_MS, null);
    await journal.recordUpdates(updates(12), NOON_MS, NOON_MS);
    await journal.recordDone([{ kind: "handled", update: 11 }]);
    await journal.postponeUpdate(11, NOON_MS);
    assert.deepEqual((await journal.takeUpdates(NOON_MS, 9)).map(({ id }) => id), [12]);
    assert.equal(await journal.nextUpdateDueAtMs(), undefined);
    await journal.recover(INTERRUPTED, NOON_MS);
    assert.deepEqual((await journal.takeUpdates(NOON_MS, 9)).map(({ id }) => id), [12]);
  }));

Deno.test("an update without a body that an earlier version left due is not handed out, and ends", () =>
  withJournalFile(async (journal, reopen, path) => {
    await journal.recordUpdates(updates(11, 12), NOON_MS, NOON_MS);
    await journal.recordDone([{ kind: "handled", update: 11 }]);
    await journal.committed();
    const other = new DatabaseSync(path);
    other.exec(`UPDATE inbox SET due_at_ms = ${NOON_MS}`);
    other.close();
    const next = await reopen();
    assert.deepEqual((await next.takeUpdates(NOON_MS, 9)).map(({ id }) => id), [12]);
    assert.equal(await next.nextUpdateDueAtMs(), undefined);
  }));

Deno.test("finished updates are known until Telegram was told of them, and then forgotten, many at a time", () =>
  withSqlite(async (journal) => {
    const ids = Array.from({ length: MOST_FINISHED }, (_, index) => 11 + index);
    const last = ids.at(-1)!;
    await journal.recordUpdates(updates(...ids, last + 1), NOON_MS, NOON_MS);
    const finish = (update: number) => journal.recordDone([{ kind: "handled", update }]);
    for (const id of ids.slice(0, -1)) await finish(id);
    await journal.forgetUpdates(last);
    assert.deepEqual(await journal.recordUpdates(updates(11), NOON_MS, NOON_MS), new Set());
    await finish(last);
    await journal.forgetUpdates(last);
    assert.deepEqual(await journal.recordUpdates(updates(11, last), NOON_MS, null), new Set([11]));
    assert.deepEqual((await journal.takeUpdates(NOON_MS, 9)).map(({ id }) => id), [last + 1]);
  }));

Deno.test("on PostgreSQL finished updates are known until another 256 of them may be forgotten", () =>
  withPostgres(async (journal) => {
    const handle = async (...ids: number[]) => {
      await journal.recordUpdates(updates(...ids), NOON_MS, null);
      await journal.recordDone(ids.map((update) => ({ kind: "handled", update })));
    };
    await handle(11, 12);
    await journal.forgetUpdates(12);
    assert.deepEqual(await journal.recordUpdates(updates(11, 12), NOON_MS, null), new Set([11]));
    await journal.forgetUpdates(12 + MOST_FINISHED - 1);
    assert.deepEqual(await journal.recordUpdates(updates(12), NOON_MS, null), new Set());
    await journal.forgetUpdates(12 + MOST_FINISHED);
    assert.deepEqual(await journal.recordUpdates(updates(12), NOON_MS, null), new Set([12]));
  }));

Deno.test("a journal that holds finished updates of an earlier process forgets them when Telegram is first heard", () =>
  withOpened(async ({ journal, as }) => {
    await journal.recordUpdates(updates(11), NOON_MS, null);
    await journal.recordDone([{ kind: "handled", update: 11 }]);
    await journal.committed();
    const next = await as();
    assert.deepEqual(await next.recordUpdates(updates(11), NOON_MS, NOON_MS), new Set());
    await next.forgetUpdates(12);
    assert.deepEqual(await next.recordUpdates(updates(11), NOON_MS, NOON_MS), new Set([11]));
  }));

Deno.test("forgetUpdates keeps what is not finished", () =>
  withJournal(async (journal) => {
    await journal.recordUpdates(updates(11, 12), NOON_MS, null);
    await journal.recordDone([{ kind: "handled", update: 12 }]);
    await journal.forgetUpdates(100);
    await journal.recover(INTERRUPTED, NOON_MS);
    assert.deepEqual((await journal.takeUpdates(NOON_MS, 9)).map(({ id }) => id), [11]);
  }));

// — Leads —

Deno.test("recordChoice records the lead, with its confirmation in hand and its POST due", () =>
  withJournal(async (journal) => {
    const recorded = await journal.recordChoice(
      aNewLead(),
      aConfirmation(),
      crmLane(HOST),
      false,
    );
    assert.ok(recorded);
    const lead: Lead = { ...aNewLead(), number: 1, state: "received", phone: null, card: null };
    assert.deepEqual(recorded.lead, lead);
    assert.deepEqual(await journal.findLead(1), lead);
    const { id: _, ...confirmation } = recorded.confirmation;
    assert.deepEqual(confirmation, {
      lane: VISITORS_LANE,
      kind: "confirmation",
      subject: 1,
      body: aConfirmation(),
      failures: 0,
    });
    assert.deepEqual(await journal.takeWork(VISITORS_LANE, NOON_MS, 9), []);
    const post = await takePost(journal);
    assert.deepEqual([post.kind, post.subject, post.failures], ["post", 1, 0]);
  }));

Deno.test("recordChoice begins the attempt of a POST that leaves at once, and a restart makes it a card", () =>
  withJournal(async (journal) => {
    const recorded = await journal.recordChoice(aNewLead(), aConfirmation(), crmLane(HOST), true);
    assert.ok(recorded);
    const { post } = recorded;
    assert.deepEqual(await journal.findWork("post", 1), post);
    assert.equal(await journal.nextWorkDueAtMs(post.lane), undefined);
    assert.deepEqual(await journal.openAttempts(), [recorded.attempt], "it may have left");
    await journal.recover({ kind: "interrupted", reason: "kill" }, NOON_MS);
    assert.deepEqual(await journal.takeWork(post.lane, NOON_MS, 9), []);
    assert.equal((await takeCard(journal)).subject, 1);
  }));

Deno.test("a lead keeps whatever its visitor is called, and who has no name", () =>
  withJournal(async (journal) => {
    const visitor = {
      userId: 2 ** 52,
      username: null,
      firstName: "Гал'лиард\"; DROP TABLE leads; --🔥",
      lastName: "",
      language: null,
    };
    const { number } = await record(journal, 2, { visitor, chatId: -(2 ** 52) });
    assert.deepEqual((await journal.findLead(number))?.visitor, visitor);
    assert.equal((await journal.findLead(number))?.chatId, -(2 ** 52));
  }));

Deno.test("one menu gives one lead, the first, whoever presses what in it", () =>
  withJournal(async (journal) => {
    const first = await record(journal, 2, { choice: "Привлечь клиентов" });
    const again = aNewLead({ id: "another", menuMessageId: 2, choice: "Создать сайт" });
    assert.equal(
      await journal.recordChoice(again, aConfirmation(), crmLane(HOST), false),
      undefined,
    );
    assert.equal((await journal.findLead(first.number))?.choice, "Привлечь клиентов");
    assert.equal(await journal.findLead(first.number + 1), undefined);
    await takePost(journal);
  }));

Deno.test("menus with one number in two chats give two leads", () =>
  withJournal(async (journal) => {
    assert.equal((await record(journal, 2, { chatId: 1 })).number, 1);
    assert.equal((await record(journal, 2, { chatId: 2 })).number, 2);
  }));

Deno.test("latestLead is the newest of a chat that was received after a moment", () =>
  withJournal(async (journal) => {
    await record(journal, 2, { receivedAtMs: NOON_MS - DAY_MS });
    await record(journal, 3, { receivedAtMs: NOON_MS });
    await record(journal, 4, { receivedAtMs: NOON_MS, chatId: 99 });
    const { chatId } = aNewLead();
    assert.equal((await journal.latestLead(chatId, NOON_MS - DAY_MS - 1))?.number, 2);
    assert.equal((await journal.latestLead(chatId, NOON_MS - 1))?.number, 2);
    assert.equal(await journal.latestLead(chatId, NOON_MS), undefined);
    assert.equal(await journal.latestLead(42, 0), undefined);
  }));

Deno.test("a menu is remembered with the profile whose buttons it bears", () =>
  withJournal(async (journal) => {
    await journal.rememberMenu({ chatId: 1, messageId: 2 }, "agency", NOON_MS);
    await journal.rememberMenu({ chatId: 1, messageId: 2 }, "cg", NOON_MS);
    assert.equal((await journal.findMenu({ chatId: 1, messageId: 2 })).profile, "cg");
    assert.equal((await journal.findMenu({ chatId: 2, messageId: 2 })).profile, undefined);
  }));

Deno.test("a confirmation that was given leaves nothing owed to the visitor", () =>
  withJournal(async (journal) => {
    const { confirmation } = await record(journal);
    await journal.recordDone([{ kind: "confirmed", work: confirmation, atMs: NOON_MS }]);
    assert.deepEqual(await journal.lanes(VISITORS_LANE), []);
  }));

// — Moves —

Deno.test("a lead moves from received to in_crm when the CRM took it, and nothing is owed", () =>
  withJournal(async (journal) => {
    const lead = await record(journal);
    const post = await takePost(journal);
    await journal.endAttempt(post, await begin(journal, lead), ACCEPTED, NOON_MS);
    assert.equal(await stateOf(journal, lead), "in_crm");
    assert.deepEqual(await journal.lanes(CRM_LANES), []);
    assert.deepEqual(await journal.lanes(ADMIN_CHAT_LANE), []);
    assert.deepEqual(await journal.openAttempts(), []);
  }));

for (const reason of ["crm_failed", "no_webhook"] as const) {
  Deno.test(`a lead's POST becomes a card, due at once, for the reason ${reason}`, () =>
    withJournal(async (journal) => {
      const lead = await record(journal);
      const post = await takePost(journal);
      await journal.postponeWork(post, NOON_MS);
      await partsOf(journal).turnIntoCard(await takePost(journal), reason, NOON_MS + 5);
      assert.deepEqual(await journal.lanes(CRM_LANES), []);
      assert.deepEqual(await journal.takeWork(ADMIN_CHAT_LANE, NOON_MS + 4, 9), []);
      const card = await takeCard(journal, NOON_MS + 5);
      assert.deepEqual(
        [card.kind, card.subject, card.body, card.failures],
        ["card", lead.number, { reason }, 0],
      );
      assert.equal(await stateOf(journal, lead), "received");
    }));
}

Deno.test("a lead moves from received to in_admin_chat when its card is shown", () =>
  withJournal(async (journal) => {
    const lead = await recordShown(journal);
    assert.equal(await stateOf(journal, lead), "in_admin_chat");
    assert.deepEqual((await journal.findLead(lead.number))?.card, CARD);
    assert.deepEqual(await journal.lanes(ADMIN_CHAT_LANE), []);
  }));

Deno.test("a lead moves from received to undelivered when its card cannot be shown, which is due again", () =>
  withJournal(async (journal) => {
    const lead = await recordUndelivered(journal);
    assert.equal(await stateOf(journal, lead), "undelivered");
    assert.equal(await journal.nextWorkDueAtMs(ADMIN_CHAT_LANE), NOON_MS + 1_000);
    const card = await takeCard(journal, NOON_MS + 1_000);
    assert.deepEqual([card.body.reason, card.failures], ["crm_failed", 1]);
  }));

Deno.test("an undelivered lead stays undelivered while its card fails, with one failure more each time", () =>
  withJournal(async (journal) => {
    const lead = await recordUndelivered(journal);
    await journal.markUndelivered(await takeCard(journal, NOON_MS + 1_000), NOON_MS + 3_000);
    assert.equal(await stateOf(journal, lead), "undelivered");
    assert.equal((await takeOne(journal, ADMIN_CHAT_LANE, NOON_MS + 3_000)).failures, 2);
  }));

Deno.test("a lead moves from undelivered to in_admin_chat when its card is shown after all", () =>
  withJournal(async (journal) => {
    const lead = await recordUndelivered(journal);
    const card = await takeCard(journal, NOON_MS + 1_000);
    await journal.settleInAdminChat([card], CARD, NOON_MS + 1_000);
    assert.equal(await stateOf(journal, lead), "in_admin_chat");
  }));

for (
  const [from, prepare] of [["in_admin_chat", recordShown], [
    "undelivered",
    recordUndelivered,
  ]] as const
) {
  Deno.test(`a lead moves from ${from} to in_crm when the CRM takes it from a manager`, () =>
    withJournal(async (journal) => {
      const lead = await prepare(journal);
      assert.equal(await journal.oweResend(lead.number, "@boss", crmLane(HOST), NOON_MS), "asked");
      const post = await takePost(journal);
      const attempt = await journal.beginAttempt(lead.number, "@boss", NOON_MS);
      await journal.endAttempt(post, attempt, ACCEPTED, NOON_MS);
      assert.equal(await stateOf(journal, lead), "in_crm");
    }));

  Deno.test(`a lead moves from ${from} to by_hand when a manager enters it`, () =>
    withJournal(async (journal) => {
      const lead = await prepare(journal);
      assert.ok(await journal.closeByHand(lead.number, "@boss", NOON_MS));
      assert.equal(await stateOf(journal, lead), "by_hand");
    }));
}

Deno.test("a lead that is still on its way to the CRM is closed by nobody's hand", () =>
  withJournal(async (journal) => {
    const lead = await record(journal);
    assert.equal(await journal.closeByHand(lead.number, "@boss", NOON_MS), false);
    assert.equal(await stateOf(journal, lead), "received");
  }));

Deno.test("a manager's wish to send a lead again counts once, and not for a lead that somebody has", () =>
  withJournal(async (journal) => {
    const lead = await recordShown(journal);
    const ask = (number: number) => journal.oweResend(number, "@boss", crmLane(HOST), NOON_MS);
    assert.equal(await ask(404), "unknown");
    assert.equal(await ask(lead.number), "asked");
    assert.equal(await ask(lead.number), "running");
    const post = await takePost(journal);
    const attempt = await journal.beginAttempt(lead.number, "@boss", NOON_MS);
    await journal.endAttempt(post, attempt, ACCEPTED, NOON_MS);
    assert.equal(await ask(lead.number), "settled");
  }));

Deno.test("moveLead moves a lead as the words allow, wherever it is pushed, and no other way", async () => {
  const states = ["received", "in_crm", "in_admin_chat", "undelivered", "by_hand"] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...states), { maxLength: 12 }),
      (pushes) =>
        withJournal(async (journal) => {
          const lead = await record(journal);
          let state: LeadState = "received";
          for (const to of pushes) {
            const isAllowed: boolean = state !== "by_hand" && canMove(state, to); // Only a person returns it.
            assert.equal(
              await partsOf(journal).moveLead(lead.number, to),
              isAllowed,
              `${state} → ${to}`,
            );
            if (isAllowed) {
              state = to;
            }
            assert.equal(await stateOf(journal, lead), state);
          }
        }),
    ),
    { numRuns: 50 },
  );
});

Deno.test("countLeads tells how many leads are in each state", () =>
  withJournal(async (journal) => {
    await recordShown(journal, 2);
    await record(journal, 3);
    await record(journal, 4);
    assert.deepEqual(await journal.countLeads(), {
      received: 2,
      in_crm: 0,
      in_admin_chat: 1,
      undelivered: 0,
      by_hand: 0,
    });
  }));

// — Attempts —

Deno.test("attempts of a lead are counted from 1 and open until they end", () =>
  withJournal(async (journal) => {
    const lead = await record(journal);
    const first = await begin(journal, lead);
    assert.deepEqual(first, { lead: lead.number, nth: 1 });
    assert.deepEqual(await journal.openAttempts(), [first]);
    await partsOf(journal).closeAttempt(
      first,
      { kind: "timeout", afterMs: 10_000 },
      NOON_MS + 10_000,
    );
    assert.deepEqual(await journal.openAttempts(), []);
    assert.deepEqual((await begin(journal, lead)).nth, 2);
  }));

const OUTCOMES: readonly [CrmOutcome, status: number | null, reason: string | null][] = [
  [ACCEPTED, 200, null],
  [{ kind: "answered", status: 500, body: "no" }, 500, "no"],
  [{ kind: "unreachable", reason: "refused" }, null, "refused"],
  [INTERRUPTED, null, "процесс бота прервался"],
  [{ kind: "timeout", afterMs: 10_000 }, null, null],
  [{ kind: "client", reason: "port" }, null, "port"],
  [{ kind: "unsent", reason: "no secret" }, null, "no secret"],
  [{ kind: "unexpected", reason: "boom" }, null, "boom"],
];

for (const [outcome, status, reason] of OUTCOMES) {
  Deno.test(`an attempt that ends as ${outcome.kind} is kept with its status and reason`, () =>
    withJournal(async (journal) => {
      const lead = await record(journal);
      await partsOf(journal).closeAttempt(await begin(journal, lead), outcome, NOON_MS + 50);
      assert.deepEqual(await journal.attemptsOf(lead.number), [{
        nth: 1,
        begunAtMs: NOON_MS,
        endedAtMs: NOON_MS + 50,
        outcome: outcome.kind,
        status,
        reason,
        askedBy: null,
      }]);
    }));
}

Deno.test("an attempt ends once: its first outcome stays", () =>
  withJournal(async (journal) => {
    const lead = await record(journal);
    const attempt = await begin(journal, lead);
    await partsOf(journal).closeAttempt(attempt, ACCEPTED, NOON_MS);
    await partsOf(journal).closeAttempt(attempt, INTERRUPTED, NOON_MS);
    assert.equal((await journal.attemptsOf(lead.number))[0]?.outcome, "accepted");
  }));

// — Owed work —

Deno.test("takeWork hands out what is due of a lane, longest due first, each once", () =>
  withJournal(async (journal) => {
    const owe = (subject: number, dueAtMs: number | null, lane = VISITORS_LANE) =>
      journal.addWork({ lane, kind: "thanks", subject, body: { chatId: 1 } }, dueAtMs);
    await owe(1, NOON_MS);
    await owe(2, NOON_MS - 2);
    await owe(3, NOON_MS - 1);
    await owe(4, NOON_MS + 1);
    await owe(5, null);
    await owe(6, NOON_MS, ADMIN_CHAT_LANE);
    const subjects = async (most: number) =>
      (await journal.takeWork(VISITORS_LANE, NOON_MS, most)).map(({ subject }) => subject);
    assert.deepEqual(await subjects(1), [2]);
    assert.deepEqual(await subjects(1), [3]);
    assert.deepEqual(await subjects(9), [1]);
    assert.deepEqual(await subjects(9), []);
    assert.equal(await journal.nextWorkDueAtMs(VISITORS_LANE), NOON_MS + 1);
    assert.equal(await journal.nextWorkDueAtMs("crm:host:nobody"), undefined);
  }));

Deno.test("lanes are those with work, waiting or in hand, whatever a host is called", () =>
  withJournal(async (journal) => {
    const hosts = ["", "crm.example.ru:8080", "INVALID_URL_FOR_TESTING", "пример.рф"];
    for (const host of hosts) {
      await journal.addWork(
        { lane: crmLane(host), kind: "post", subject: 1, body: { askedBy: null } },
        NOON_MS,
      );
    }
    await journal.addWork(
      { lane: VISITORS_LANE, kind: "thanks", subject: 1, body: { chatId: 1 } },
      NOON_MS,
    );
    await journal.takeWork(crmLane(""), NOON_MS, 9);
    assert.deepEqual(
      (await journal.lanes(CRM_LANES)).toSorted(),
      hosts.map((host) => crmLane(host)).toSorted(),
    );
    assert.deepEqual(
      (await journal.lanes(crmLane(""))).toSorted(),
      hosts.map((host) => crmLane(host)).toSorted(),
    );
  }));

Deno.test("facts are remembered, the newest under its name", () =>
  withJournal(async (journal) => {
    assert.equal(await journal.fact("admin_chat_of:-1"), undefined);
    await journal.rememberFact("admin_chat_of:-1", "-1001");
    await journal.rememberFact("admin_chat_of:-1", "-1002");
    assert.equal(await journal.fact("admin_chat_of:-1"), "-1002");
  }));

// — What a card has to say by now —

Deno.test("a card that was sent again while it was being shown has to say so", () =>
  withJournal(async (journal) => {
    const lead = await recordUndelivered(journal);
    const card = await takeCard(journal, NOON_MS + 1_000);
    assert.equal(await journal.oweResend(lead.number, "Анна", crmLane(HOST), NOON_MS), "asked");
    const attempt = await partsOf(journal).addAttempt(lead.number, "Анна", NOON_MS);
    await partsOf(journal).closeAttempt(
      attempt,
      { kind: "answered", status: 500, body: "" },
      NOON_MS,
    );
    await journal.skipPost(await takePost(journal), NOON_MS);
    assert.equal(await journal.findWork("card_update", lead.number), undefined); // There is no card yet.
    await journal.settleInAdminChat([card], CARD, NOON_MS);
    assert.ok(await journal.findWork("card_update", lead.number));
  }));

Deno.test("an edit that waits is not owed twice, and is due at once when there is more to say", () =>
  withJournal(async (journal) => {
    const lead = await recordShown(journal);
    await journal.oweResend(lead.number, "Анна", crmLane(HOST), NOON_MS);
    await journal.postponeWork(await takeOne(journal, EDITS_LANE), NOON_MS + 300_000);
    await journal.closeByHand(lead.number, "Борис", NOON_MS + 5);
    await takeOne(journal, EDITS_LANE, NOON_MS + 5);
    assert.deepEqual(await journal.takeWork(EDITS_LANE, NOON_MS + 300_000, 9), []);
    await journal.skipPost(await takePost(journal), NOON_MS + 5); // What is in hand may have been written before.
    await takeOne(journal, EDITS_LANE, NOON_MS + 5);
  }));

// — Follow-ups —

function aMessage(
  messageId: number,
  details: Partial<NewFollowUpMessage> = {},
): NewFollowUpMessage {
  return { lead: 1, chatId: 1, messageId, albumId: null, content: someContent(), ...details };
}

Deno.test("a message becomes a follow-up, due at once, and so are the thanks", () =>
  withJournal(async (journal) => {
    const lead = await record(journal);
    const content = someContent({
      text: "сайт",
      entities: [{ type: "bold", offset: 0, length: 4 }],
    });
    const recorded = await journal.recordFollowUp(
      aMessage(4, { lead: lead.number, content }),
      NOON_MS,
    );
    assert.deepEqual(recorded, { kind: "begun", followUp: 1, firstOfAlbum: true });
    assert.deepEqual(await journal.takeFollowUp(1), {
      number: 1,
      lead: lead.number,
      chatId: 1,
      messageIds: [4],
      content,
      partsShown: 0,
    });
    const work = await takeOne(journal, FOLLOW_UPS_LANE);
    assert.deepEqual([work.kind, work.subject], ["follow_up", 1]);
    const thanks = await takeOne(journal, VISITORS_LANE);
    assert.deepEqual([thanks.kind, thanks.body], ["thanks", { chatId: 1 }]);
  }));

Deno.test("a message is recorded once, however often Telegram sends it", () =>
  withJournal(async (journal) => {
    await record(journal);
    await journal.recordFollowUp(aMessage(4), NOON_MS);
    const again = await journal.recordFollowUp(aMessage(4), NOON_MS);
    assert.deepEqual(again, { kind: "known", followUp: 1, firstOfAlbum: false });
    await takeOne(journal, FOLLOW_UPS_LANE);
    await takeOne(journal, VISITORS_LANE);
  }));

Deno.test("an album's parts are one follow-up, due when the last has been quiet, and thanked for once", () =>
  withJournal(async (journal) => {
    await record(journal);
    const part = async (messageId: number, atMs: number) =>
      (await journal.recordFollowUp(aMessage(messageId, { albumId: "a" }), atMs)).kind;
    assert.equal(await part(5, NOON_MS), "begun");
    assert.equal(await part(4, NOON_MS + 900), "joined");
    assert.equal(await part(6, NOON_MS + 1_800), "joined");
    const quietAtMs = NOON_MS + 1_800 + ALBUM_QUIET_MS;
    assert.deepEqual(await journal.takeWork(FOLLOW_UPS_LANE, quietAtMs - 1, 9), []);
    assert.equal((await takeOne(journal, FOLLOW_UPS_LANE, quietAtMs)).subject, 1);
    assert.deepEqual((await journal.takeFollowUp(1))?.messageIds, [4, 5, 6]);
    await takeOne(journal, VISITORS_LANE);
  }));

Deno.test("a part that comes after its album was taken is a follow-up of its own, without thanks", () =>
  withJournal(async (journal) => {
    await record(journal);
    await journal.recordFollowUp(aMessage(4, { albumId: "a" }), NOON_MS);
    await journal.takeFollowUp(1);
    const late = await journal.recordFollowUp(aMessage(5, { albumId: "a" }), NOON_MS);
    assert.deepEqual(late, { kind: "begun", followUp: 2, firstOfAlbum: false });
    assert.equal(
      (await journal.recordFollowUp(aMessage(6, { albumId: "a" }), NOON_MS)).kind,
      "joined",
    );
    assert.deepEqual((await journal.takeFollowUp(1))?.messageIds, [4]);
    assert.deepEqual((await journal.takeFollowUp(2))?.messageIds, [5, 6]);
    await takeOne(journal, VISITORS_LANE);
  }));

Deno.test("an album with one number in two chats is two", () =>
  withJournal(async (journal) => {
    await record(journal);
    await journal.recordFollowUp(aMessage(4, { albumId: "a", chatId: 1 }), NOON_MS);
    const other = await journal.recordFollowUp(aMessage(4, { albumId: "a", chatId: 2 }), NOON_MS);
    assert.equal(other.kind, "begun");
  }));

Deno.test("a follow-up that was shown in part goes on from there", () =>
  withJournal(async (journal) => {
    await record(journal);
    await journal.recordFollowUp(aMessage(4), NOON_MS);
    await journal.markPartShown(1, 1);
    assert.equal((await journal.takeFollowUp(1))?.partsShown, 1);
    assert.equal(await journal.takeFollowUp(2), undefined);
  }));

Deno.test("finishFollowUp leaves nothing owed", () =>
  withJournal(async (journal) => {
    await record(journal);
    await journal.recordFollowUp(aMessage(4), NOON_MS);
    await journal.finishFollowUp(await takeFollowUp(journal), NOON_MS);
    assert.deepEqual(await journal.lanes(ADMIN_CHAT_LANE), []);
  }));

Deno.test("a follow-up that was put off comes before a later one that was not", () =>
  withJournal(async (journal) => {
    const lead = await record(journal);
    await journal.recordFollowUp(aMessage(4, { lead: lead.number }), NOON_MS);
    await journal.releaseWork(await takeOne(journal, FOLLOW_UPS_LANE), NOON_MS + 60_000);
    await journal.recordFollowUp(aMessage(5, { lead: lead.number }), NOON_MS + 10_000);
    await journal.endAttempt(
      await takePost(journal),
      await begin(journal, lead),
      ACCEPTED,
      NOON_MS + 30_000,
    );
    const works = await journal.takeWork(FOLLOW_UPS_LANE, NOON_MS + 30_000, 1);
    assert.deepEqual(works.map(({ subject }) => subject), [1]);
  }));

// — Edits of follow-ups —

const SHOWN_AT = { chatId: -1001, messageId: 90 };

/** Records a message and an edit of it, and takes the message as managers do; a step that is left out did not happen. */
function edit(journal: Journal, text: string, editedAtS: number | null = 1, details = {}) {
  const content = someContent({ text, ...details });
  const message = { chatId: 1, messageId: 4, content, editedAtS };
  return journal.recordEdit(message, { text: `! ${text}`, entities: [] }, NOON_MS);
}

async function recordShownFollowUp(journal: Journal): Promise<void> {
  await record(journal);
  await journal.recordFollowUp(aMessage(4, { content: someContent({ text: "раз" }) }), NOON_MS);
  await journal.takeFollowUp(1);
  await journal.markPartShown(1, 1, SHOWN_AT);
  await journal.finishFollowUp(await takeFollowUp(journal), NOON_MS);
}

Deno.test("an edit of a message that is shown is a follow-up of its own, once, and knows where the first version is", () =>
  withJournal(async (journal) => {
    await recordShownFollowUp(journal);
    assert.deepEqual(await edit(journal, "раз"), { kind: "unchanged" });
    assert.deepEqual(await edit(journal, "два"), { kind: "begun", followUp: 2 });
    assert.deepEqual(await edit(journal, "два"), { kind: "unchanged" });
    assert.equal((await takeOne(journal, FOLLOW_UPS_LANE)).subject, 2);
    assert.deepEqual(await journal.takeFollowUp(2), {
      number: 2,
      lead: 1,
      chatId: 1,
      messageIds: [4],
      content: someContent({ text: "два" }),
      partsShown: 0,
      edit: { first: SHOWN_AT, newFile: false },
    });
    assert.equal((await journal.findLife(1))?.followUps.at(-1)?.content.text, "! два");
  }));

Deno.test("an edit that waits says what its message says last, and one that is older changes nothing", () =>
  withJournal(async (journal) => {
    await recordShownFollowUp(journal);
    await edit(journal, "два", 5);
    assert.deepEqual(await edit(journal, "три", 6), { kind: "replaced", followUp: 2 });
    assert.deepEqual(await edit(journal, "два", 5), { kind: "unchanged" });
    assert.equal((await edit(journal, "четыре", null)).kind, "replaced");
    assert.equal((await edit(journal, "три", 6)).kind, "replaced");
    await takeOne(journal, FOLLOW_UPS_LANE);
    assert.equal((await journal.takeFollowUp(2))?.content.text, "три");
    assert.equal((await edit(journal, "четыре", 7)).kind, "begun", "the second is on its way");
  }));

Deno.test("an edit before the showing changes the follow-up, also after a try that failed", () =>
  withJournal(async (journal) => {
    await record(journal);
    await journal.recordFollowUp(aMessage(4), NOON_MS);
    assert.deepEqual(await edit(journal, "два"), { kind: "replaced", followUp: 1 });
    const work = await takeOne(journal, FOLLOW_UPS_LANE);
    assert.equal((await journal.takeFollowUp(1))?.content.text, "два");
    await journal.postponeWork(work, NOON_MS + 1_000);
    assert.deepEqual(await edit(journal, "три"), { kind: "replaced", followUp: 1 });
    await takeOne(journal, FOLLOW_UPS_LANE, NOON_MS + 1_000);
    assert.equal((await journal.takeFollowUp(1))?.content.text, "три");
    assert.equal((await edit(journal, "четыре")).kind, "begun", "the first is on its way");
    assert.equal(await journal.waitsForFirstVersion(2), true);
    assert.equal(await journal.waitsForFirstVersion(1), false);
  }));

Deno.test("an edit that waits for the first version is due when that is shown", () =>
  withJournal(async (journal) => {
    await record(journal);
    await journal.recordFollowUp(aMessage(4), NOON_MS);
    const first = await takeFollowUp(journal);
    await journal.takeFollowUp(1);
    await edit(journal, "два");
    await journal.releaseWork(await takeOne(journal, FOLLOW_UPS_LANE), NOON_MS + 60_000);
    await journal.finishFollowUp(first, NOON_MS + 5);
    assert.equal((await takeOne(journal, FOLLOW_UPS_LANE, NOON_MS + 5)).subject, 2);
    assert.equal(await journal.waitsForFirstVersion(2), false);
  }));

Deno.test("an edit that puts another file into the message says so", () =>
  withJournal(async (journal) => {
    await record(journal);
    const photo = { media: "🖼 фото", captionable: true };
    const content = someContent({ ...photo, text: "план", file: "a" });
    await journal.recordFollowUp(aMessage(4, { content }), NOON_MS);
    await journal.takeFollowUp(1);
    await takeOne(journal, FOLLOW_UPS_LANE);
    assert.equal((await edit(journal, "план", 1, { ...photo, file: "a" })).kind, "unchanged");
    assert.equal((await edit(journal, "план", 2, { ...photo, file: "b" })).kind, "begun");
    assert.equal((await edit(journal, "план 2", 3, { ...photo, file: "b" })).kind, "replaced");
    assert.deepEqual((await journal.takeFollowUp(2))?.edit, { first: null, newFile: true });
  }));

Deno.test("an album has the captions of all its parts, as they are now", () =>
  withJournal(async (journal) => {
    await record(journal);
    for (const messageId of [4, 5, 6]) {
      const content = someContent({ text: messageId === 5 ? "пять" : "", media: "🖼 фото" });
      await journal.recordFollowUp(aMessage(messageId, { albumId: "a", content }), NOON_MS);
    }
    assert.equal((await edit(journal, "четыре", 1, { media: "🖼 фото" })).kind, "replaced");
    assert.equal((await journal.takeFollowUp(1))?.content.text, "четыре\n\nпять");
  }));

Deno.test("an edit of what is no follow-up, or of an erased person, is unknown", () =>
  withJournal(async (journal) => {
    assert.deepEqual(await edit(journal, "два"), { kind: "unknown" });
    await recordShownFollowUp(journal);
    await edit(journal, "два");
    await takeOne(journal, FOLLOW_UPS_LANE);
    await journal.endAttempt(
      await takePost(journal),
      await begin(journal, {
        ...aNewLead(),
        number: 1,
        state: "received",
        phone: null,
        card: null,
      }),
      ACCEPTED,
      NOON_MS,
    );
    await journal.erasePerson(aNewLead().chatId, "@boss", NOON_MS);
    assert.deepEqual(await edit(journal, "три", 2), { kind: "unknown" });
    assert.equal(await journal.takeFollowUp(2), undefined);
  }));

Deno.test("a file of the bot before edits opens, with its follow-ups, and what is written now it can read", () =>
  withJournalFile(async (_, __, file) => {
    const path = `${file}.old`;
    const old = openDatabase(path, MIGRATIONS);
    await old.writer(
      `INSERT INTO leads (number, id, state, profile, profile_name, choice, user_id, first_name, chat_id,
         menu_message_id, received_at_ms) VALUES (1, 'x', 'in_crm', 'agency', '', '', 1, '', 1, 1, 1)`,
    ).run();
    const insert = `INSERT INTO follow_ups (lead, chat_id, album_id, content, received_at_ms)
       VALUES (1, 1, NULL, ?, 1)`;
    const insertMessage =
      "INSERT INTO follow_up_messages (chat_id, message_id, follow_up) VALUES (1, ?, ?)";
    await old.writer(insert).run(JSON.stringify(someContent({ text: "раз" })));
    await old.writer(insertMessage).run(4, 1);
    await old.writer("UPDATE follow_ups SET taken = 1, parts_shown = 1, shown_at_ms = 1").run();
    await old.close();
    const opened = await openJournal(path);
    assert.equal((await edit(opened, "раз")).kind, "unchanged");
    assert.deepEqual(await edit(opened, "два"), { kind: "begun", followUp: 2 });
    assert.equal((await opened.takeFollowUp(2))?.edit?.first, null);
    await opened.close();

    const again = openDatabase(path, MIGRATIONS);
    const row = await again.writer("UPDATE follow_ups SET taken = 1 WHERE number = 2 RETURNING *")
      .get();
    assert.deepEqual(JSON.parse(String(row?.["content"])), {
      text: "! два",
      entities: [],
      media: null,
      captionable: false,
    });
    await again.writer(insert).run("{}");
    await again.writer(insertMessage).run(5, 3);
    await again.close();
  }));

Deno.test("follow-ups and edits that an older bot left are in their own lanes", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  try {
    const old = openDatabase(`${folder}/triborg.db`, MIGRATIONS.slice(0, 4));
    for (const [id, kind] of ["card", "follow_up", "card_update", "card_update"].entries()) {
      await old.writer("INSERT INTO outbox VALUES (?, 'admin_chat', ?, ?1, '', 0, ?)").run(
        id,
        kind,
        NOON_MS,
      );
    }
    await old.close();
    const journal = await openJournal(`${folder}/triborg.db`);
    assert.equal((await takeOne(journal, ADMIN_CHAT_LANE)).kind, "card");
    assert.equal((await takeOne(journal, FOLLOW_UPS_LANE)).kind, "follow_up");
    const edits = (await journal.takeWork(EDITS_LANE, NOON_MS, 9)).map(({ kind }) => kind);
    assert.deepEqual(edits, ["card_update", "card_update"]);
    await journal.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

for (
  const [what, settle] of [
    ["the CRM took its lead", async (journal: Journal, lead: Lead) => {
      await journal.endAttempt(
        await takePost(journal),
        await begin(journal, lead),
        ACCEPTED,
        NOON_MS + 5,
      );
    }],
    ["the card of its lead is shown", async (journal: Journal) => {
      await partsOf(journal).turnIntoCard(await takePost(journal), "crm_failed", NOON_MS);
      await journal.settleInAdminChat([await takeCard(journal)], CARD, NOON_MS + 5);
    }],
  ] as const
) {
  Deno.test(`a follow-up that waits for its lead is due when ${what}`, () =>
    withJournal(async (journal) => {
      const lead = await record(journal);
      await journal.recordFollowUp(aMessage(4, { lead: lead.number }), NOON_MS);
      await journal.postponeWork(await takeOne(journal, FOLLOW_UPS_LANE), NOON_MS + 60_000);
      await settle(journal, lead);
      assert.equal((await takeOne(journal, FOLLOW_UPS_LANE, NOON_MS + 5)).kind, "follow_up");
    }));
}

// — After a crash —

Deno.test("recover makes due at once what was in hand and what waited", () =>
  withOpened(async ({ journal, as, engine }) => {
    await journal.recordUpdates(updates(11), NOON_MS, null);
    const { confirmation } = await record(journal);
    await journal.postponeWork(await takePost(journal), NOON_MS + DAY_MS);
    await journal.committed();
    const next = await as();
    assert.deepEqual(await next.recover(INTERRUPTED, NOON_MS + 5), []);
    assert.deepEqual((await next.takeUpdates(NOON_MS + 5, 9)).map(({ id }) => id), [11]);
    assert.deepEqual(await takeOne(next, VISITORS_LANE, NOON_MS + 5), confirmation);
    // With other processes at work a start leaves what waits to wait.
    const dueAtMs = engine === "SQLite" ? NOON_MS + 5 : NOON_MS + DAY_MS;
    assert.equal(await next.nextWorkDueAtMs(crmLane(HOST)), dueAtMs);
    assert.equal((await takeOne(next, crmLane(HOST), dueAtMs)).kind, "post");
  }));

Deno.test("recover ends an attempt that was cut off as interrupted, and owes the card instead of a POST", () =>
  withOpened(async ({ journal, as }) => {
    const lead = await record(journal);
    await takePost(journal);
    const attempt = await begin(journal, lead);
    await journal.committed();
    const next = await as();
    const [cutOff, ...others] = await next.recover(INTERRUPTED, NOON_MS + 5);
    assert.deepEqual([cutOff?.attempt, others], [attempt, []]);
    assert.deepEqual(await next.openAttempts(), []);
    const [ended] = await next.attemptsOf(lead.number);
    assert.deepEqual([ended?.outcome, ended?.endedAtMs], ["interrupted", NOON_MS + 5]);
    assert.deepEqual(await next.lanes(CRM_LANES), []);
    const card = await takeOne(next, ADMIN_CHAT_LANE, NOON_MS + 5);
    assert.deepEqual([card.kind, card.subject, card.body], ["card", lead.number, {
      reason: "crm_failed",
    }]);
  }));

Deno.test("recover leaves a POST that had not begun to be sent", () =>
  withJournal(async (journal) => {
    await record(journal);
    await takePost(journal);
    assert.deepEqual(await journal.recover(INTERRUPTED, NOON_MS), []);
    assert.equal((await takePost(journal)).kind, "post");
  }));

Deno.test("recover finds nothing to do twice", () =>
  withJournal(async (journal) => {
    await begin(journal, await record(journal));
    assert.equal((await journal.recover(INTERRUPTED, NOON_MS)).length, 1);
    assert.equal((await journal.recover(INTERRUPTED, NOON_MS)).length, 0);
    await takeOne(journal, ADMIN_CHAT_LANE);
  }));

// — A copy in the journal's place —

/** Makes a copy of a journal, and opens it as the next process does. */
async function restored(journal: FileJournal, path: string): Promise<Journal> {
  await journal.backUp(`${path}.copy`, NOON_MS);
  await journal.close();
  for (const ending of ["-wal", "-shm"]) await Deno.remove(path + ending).catch(() => {});
  await Deno.rename(`${path}.copy`, path);
  return openJournal(path);
}

/** Lends a journal that is to be copied. */
async function withCopy(
  prepare: (journal: Journal) => Promise<void>,
  look: (copy: Journal) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const journal = await openJournal(`${folder}/triborg.db`);
  await prepare(journal);
  const copy = await restored(journal, `${folder}/triborg.db`);
  try {
    await look(copy);
  } finally {
    await copy.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("no lead that a copy owes to a CRM is sent again: each is a card that may be a duplicate", () =>
  withCopy(async (journal) => {
    await record(journal);
    await takePost(journal);
    await record(journal, 3);
  }, async (copy) => {
    const cutOff = await copy.recover(INTERRUPTED, NOON_MS + 5);
    assert.deepEqual(cutOff.map(({ work }) => work?.subject), [1, 2]);
    assert.deepEqual(await copy.lanes(CRM_LANES), []);
    assert.deepEqual(
      (await copy.takeWork(ADMIN_CHAT_LANE, NOON_MS + 5, 9)).map((
        { kind, subject },
      ) => [kind, subject]),
      [["card", 1], ["card", 2]],
    );
    for (const lead of [1, 2]) {
      const attempts = await copy.attemptsOf(lead);
      assert.deepEqual(attempts.map(({ outcome }) => outcome), ["interrupted"]);
      assert.match(attempts[0]?.reason ?? "", /из копии/);
    }
    assert.deepEqual(await copy.recover(INTERRUPTED, NOON_MS + 6), [], "a copy once");
  }));

Deno.test("a card that a copy owes stays owed, and may be a duplicate", () =>
  withCopy(async (journal) => {
    const lead = await record(journal);
    const attempt = await begin(journal, lead);
    await partsOf(journal).closeAttempt(
      attempt,
      { kind: "answered", status: 500, body: "" },
      NOON_MS,
    );
    await partsOf(journal).turnIntoCard(await takePost(journal), "crm_failed", NOON_MS);
  }, async (copy) => {
    await copy.recover(INTERRUPTED, NOON_MS + 5);
    assert.equal((await takeOne(copy, ADMIN_CHAT_LANE, NOON_MS + 5)).kind, "card");
    assert.equal((await copy.attemptsOf(1)).at(-1)?.outcome, "interrupted");
  }));

Deno.test("a resend that a copy owes is not made: the card in the chat says that it may be a duplicate", () =>
  withCopy(async (journal) => {
    const lead = await record(journal);
    await partsOf(journal).turnIntoCard(await takePost(journal), "crm_failed", NOON_MS);
    await journal.settleInAdminChat([await takeCard(journal)], CARD, NOON_MS);
    assert.equal(await journal.oweResend(lead.number, "@manager", crmLane(HOST), NOON_MS), "asked");
  }, async (copy) => {
    await copy.recover(INTERRUPTED, NOON_MS + 5);
    assert.deepEqual(await copy.lanes(CRM_LANES), []);
    assert.equal((await takeOne(copy, EDITS_LANE, NOON_MS + 5)).kind, "card_update");
    const [card] = await copy.cardsOn(CARD);
    assert.deepEqual([card?.lastAttempt?.outcome, card?.lastAttempt?.askedBy], [
      "interrupted",
      "@manager",
    ]);
  }));

Deno.test("a lead whose card was open when the copy was made may have been entered since: its card says so", () =>
  withCopy(async (journal) => {
    const lead = await record(journal);
    const attempt = await begin(journal, lead);
    const failed = { kind: "answered", status: 500, body: "" } as const;
    await journal.endAttempt(await takePost(journal), attempt, failed, NOON_MS);
    await journal.settleInAdminChat([await takeCard(journal)], CARD, NOON_MS);
  }, async (copy) => {
    assert.deepEqual(await copy.recover(INTERRUPTED, NOON_MS + 5), []);
    assert.equal((await takeOne(copy, EDITS_LANE, NOON_MS + 5)).kind, "card_update");
    assert.equal((await copy.cardsOn(CARD))[0]?.lastAttempt?.outcome, "interrupted");
    assert.deepEqual(await copy.lanes(CRM_LANES), []);
  }));

Deno.test("a lead that was held back when the copy was made may have been sent since: its life says so", () =>
  withCopy(async (journal) => {
    await journal.recordHeld(aNewLead(), aConfirmation(), A_HELD_LINE);
  }, async (copy) => {
    await copy.recover(INTERRUPTED, NOON_MS + 5);
    assert.deepEqual((await copy.attemptsOf(1)).map(({ outcome }) => outcome), ["interrupted"]);
    assert.equal(await copy.findWork("card", 1), undefined);
  }));

Deno.test("a resend and a card that a copy owes for one lead leave one card", () =>
  withCopy(async (journal) => {
    const lead = await record(journal);
    await partsOf(journal).turnIntoCard(await takePost(journal), "crm_failed", NOON_MS);
    await journal.oweResend(lead.number, "@manager", crmLane(HOST), NOON_MS);
  }, async (copy) => {
    await copy.recover(INTERRUPTED, NOON_MS + 5);
    assert.deepEqual(await copy.lanes(CRM_LANES), []);
    assert.equal((await copy.takeWork(ADMIN_CHAT_LANE, NOON_MS + 5, 9)).length, 1);
  }));

Deno.test("a press that a copy had not handled yet becomes a card, and the next press of another menu is sent", () => {
  const press = (messageId: number) =>
    JSON.stringify({
      update_id: messageId,
      callback_query: { message: { message_id: messageId, chat: { id: aNewLead().chatId } } },
    });
  return withCopy(async (journal) => {
    await journal.recordUpdates(
      [{ id: 2, body: press(2) }, { id: 5, body: "no JSON" }],
      NOON_MS,
      null,
    );
  }, async (copy) => {
    await copy.recover(INTERRUPTED, NOON_MS + 5);
    const recorded = await copy.recordChoice(aNewLead(), aConfirmation(), crmLane(HOST), true);
    assert.equal(recorded?.post.kind, "card");
    assert.deepEqual(await copy.lanes(CRM_LANES), []);
    assert.equal((await takeOne(copy, ADMIN_CHAT_LANE, NOON_MS + 5)).kind, "card");
    assert.equal((await copy.attemptsOf(1))[0]?.outcome, "interrupted");
    const other = await copy.recordChoice(
      aNewLead({ menuMessageId: 3 }),
      aConfirmation(),
      crmLane(HOST),
      true,
    );
    assert.equal(other?.post.kind, "post");
  });
});

const chat = aNewLead().chatId;

for (
  const [how, handle] of Object.entries({
    "its press repeats another": async (copy: Journal) => {
      const lead = await record(copy, 9);
      await copy.recordRepeat(aNewLead(), lead.number, aConfirmation());
    },
    "its press is one too many": (copy: Journal) =>
      copy.recordHeld(aNewLead(), aConfirmation(), A_HELD_LINE),
    "its person is erased": (copy: Journal) => copy.erasePerson(chat, "@manager", NOON_MS),
    "its press gave nothing, and the bot starts again": async (copy: Journal) => {
      await copy.recordDone([{ kind: "handled", update: 2 }]);
      await copy.recover(INTERRUPTED, NOON_MS + 6);
    },
  })
) {
  Deno.test(`no trace of a press that a copy had not handled is left when ${how}`, () => {
    const press = (id: unknown) =>
      JSON.stringify({ callback_query: { message: { message_id: 2, chat: { id } } } });
    return withCopy(async (journal) => {
      const bodies = [{ id: 2, body: press(chat) }, { id: 3, body: press(undefined) }];
      await journal.recordUpdates(bodies, NOON_MS, null);
    }, async (copy) => {
      await copy.recover(INTERRUPTED, NOON_MS + 5);
      await copy.recover(INTERRUPTED, NOON_MS + 5);
      assert.deepEqual(await copy.factsOf("press_of_copy:"), [`${chat}:2`]);
      await handle(copy);
      assert.deepEqual(await copy.factsOf("press_of_copy:"), []);
    });
  });
}

Deno.test("what a copy says of settled leads stays, and a journal that is no copy sends what it owes", () =>
  withJournalFile(async (journal, reopen, path) => {
    const lead = await record(journal);
    const attempt = await begin(journal, lead);
    await journal.endAttempt(await takePost(journal), attempt, ACCEPTED, NOON_MS);
    await record(journal, 3);
    await journal.backUp(`${path}.copy`, NOON_MS);
    const next = await reopen();
    assert.deepEqual(await next.recover(INTERRUPTED, NOON_MS + 5), []);
    assert.deepEqual(await next.lanes(CRM_LANES), [crmLane(HOST)]);
    const copy = await openJournal(`${path}.copy`);
    await copy.recover(INTERRUPTED, NOON_MS + 5);
    assert.equal((await copy.findLead(lead.number))?.state, "in_crm");
    assert.equal((await copy.attemptsOf(lead.number)).length, 1);
    await copy.close();
  }));

// — Erased —

Deno.test("an erased person's name is in no file of the journal any more", () =>
  withJournalFile(async (journal, _reopen, path) => {
    const nameIn = (ending: string) => Deno.readTextFileSync(path + ending).includes("Wanted");
    for (let menu = 2; menu < 300; menu++) {
      const isWanted = menu % 3 === 0;
      const visitor = isWanted
        ? { ...aNewLead().visitor, firstName: "Wanted", lastName: "Wanted", username: "Wanted" }
        : aNewLead().visitor;
      const lead = await record(journal, menu, { visitor, chatId: isWanted ? 1 : 2 });
      await journal.recordUpdates(
        [{ id: menu, body: `{"from":"${visitor.firstName}"}` }],
        NOON_MS,
        null,
      );
      await journal.recordDone([{ kind: "confirmed", work: lead.confirmation, atMs: NOON_MS }]);
      await journal.endAttempt(
        await takePost(journal),
        await begin(journal, lead),
        ACCEPTED,
        NOON_MS,
      );
      await journal.recordFollowUp({
        lead: lead.number,
        chatId: lead.chatId,
        messageId: menu,
        albumId: null,
        content: { ...someContent(), text: `I am ${visitor.firstName}` },
      }, NOON_MS);
      await journal.recordDone([{ kind: "handled", update: menu }]);
      await journal.committed();
    }
    assert.ok(nameIn("-wal"));
    assert.equal(await journal.erasePerson(1, "@manager", NOON_MS), 99);
    await journal.committed();
    assert.deepEqual([nameIn(""), nameIn("-wal")], [false, false]);
  }));

// — A clock that is set —

const NO_LIMITS = { seenAfterMs: -1, openedAfterMs: -1 };

Deno.test("shiftWaits moves what waits, logins and heartbeats, and not when something happened", () =>
  withSqlite(async (journal) => {
    const lead = await record(journal);
    await journal.postponeWork(await takePost(journal), NOON_MS + 60_000);
    await journal.recordUpdates(updates(11), NOON_MS, NOON_MS + 60_000);
    await journal.addLink(
      { hash: "hash", askedBy: "@manager", expiresAtMs: NOON_MS + 60_000 },
      NO_LIMITS,
      0,
    );
    await journal.openSession({ hash: "cookie", device: "" }, "@manager", NO_LIMITS, NOON_MS);
    const heartbeats = ["polled_at_ms", "polled_at_ms:1"];
    for (const name of heartbeats) await journal.rememberFact(name, String(NOON_MS));
    await journal.shiftWaits(-DAY_MS);
    assert.equal(await journal.nextWorkDueAtMs(crmLane(HOST)), NOON_MS + 60_000 - DAY_MS);
    assert.equal(await journal.nextUpdateDueAtMs(), NOON_MS + 60_000 - DAY_MS);
    assert.equal(await journal.hasLink("hash", NOON_MS + 60_000 - DAY_MS), false);
    assert.equal(await journal.hasLink("hash", NOON_MS + 59_999 - DAY_MS), true);
    const limits = { seenAfterMs: 0, openedAfterMs: 0 };
    assert.equal((await journal.findSession("cookie", limits))?.seenAtMs, NOON_MS - DAY_MS);
    for (const name of heartbeats) assert.equal(await journal.fact(name), String(NOON_MS - DAY_MS));
    assert.equal((await journal.findLead(lead.number))?.receivedAtMs, NOON_MS);
  }));

Deno.test("clampWaits forgets moments of later than now, and shortens logins and waits", () =>
  withJournal(async (journal) => {
    const nowMs = Date.UTC(2200, 0, 1); // By the server's clock it is earlier.
    await journal.recordUpdates(updates(11), nowMs, nowMs + HOUR_MS);
    await journal.recordUpdates(updates(12), nowMs, nowMs + DAY_MS);
    for (const name of ["polled_at_ms", "polled_at_ms:1", "offered_at_ms:x"]) {
      await journal.rememberFact(name, String(nowMs + DAY_MS));
    }
    await journal.rememberFact("offered_at_ms:y", String(nowMs));
    await journal.openSession(
      { hash: "cookie", device: "" },
      "@manager",
      NO_LIMITS,
      nowMs + DAY_MS,
    );
    await journal.addLink(
      { hash: "ahead", askedBy: "@manager", expiresAtMs: nowMs + 2 * DAY_MS },
      NO_LIMITS,
      0,
    );
    await journal.addLink(
      { hash: "hash", askedBy: "@manager", expiresAtMs: nowMs + 60_000 },
      NO_LIMITS,
      0,
    );
    await journal.clampWaits(nowMs);
    assert.deepEqual((await journal.takeUpdates(nowMs, 9)).map(({ id }) => id), [12]);
    assert.equal(await journal.nextUpdateDueAtMs(), nowMs + HOUR_MS);
    assert.deepEqual(await journal.factsOf("polled_at_ms"), []);
    assert.deepEqual(await journal.factsOf("offered_at_ms:"), ["y"]);
    assert.deepEqual(
      await Promise.all(["ahead", "hash"].map((each) => journal.hasLink(each, nowMs))),
      [
        false,
        true,
      ],
    );
    const limits = { seenAfterMs: 0, openedAfterMs: 0 };
    assert.equal((await journal.findSession("cookie", limits))?.seenAtMs, nowMs);
  }));

// — Whether a lead could be recorded —

Deno.test("tryToRecord leaves nothing, in an empty journal and in one with leads", () =>
  withJournal(async (journal) => {
    await journal.tryToRecord();
    const lead = await record(journal);
    await journal.recordUpdates(updates(11), NOON_MS, null);
    await journal.tryToRecord();
    assert.equal((await record(journal, 3)).number, lead.number + 1);
    assert.equal((await journal.countLeads()).received, 2);
    assert.deepEqual((await journal.lanes("")).sort(), [crmLane(HOST), VISITORS_LANE]);
    assert.equal(await journal.fact("tried"), undefined);
  }));

Deno.test("a lead, its confirmation and its POST are on disk together, when committed and not before", () =>
  withJournalFile(async (journal, _reopen, path) => {
    const onDisk = new DatabaseSync(path, { readOnly: true });
    const rows = () =>
      ["leads", "outbox"].map((table) =>
        onDisk.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.["rows"]
      );
    await record(journal);
    assert.deepEqual(rows(), [0, 0]);
    await journal.committed();
    assert.deepEqual(rows(), [1, 2]);
    onDisk.close();
  }));

Deno.test("a lead that does not fit on the disk with all it owes is not recorded", async () => {
  const { journal, connection } = await openWatched();
  const { page_count } = connection.prepare("PRAGMA page_count").get() ?? {};
  connection.exec(`PRAGMA max_page_count = ${page_count}`);
  const confirmation = aConfirmation({ text: "x".repeat(100_000) });
  await assert.rejects(
    () => journal.recordChoice(aNewLead(), confirmation, crmLane(HOST), false),
    /full/,
  );
  await assert.rejects(journal.committed());
  assert.equal(await journal.findLead(1), undefined);
  assert.deepEqual(await journal.lanes(""), []);
  await journal.close();
});

// — Speed —

/** A journal in memory, its connection, and every statement that it prepared. */
async function openWatched(): Promise<
  { journal: Journal; connection: DatabaseSync; statements: string[] }
> {
  using prepare = spy(DatabaseSync.prototype, "prepare");
  const journal = await openJournal(":memory:");
  const connection = prepare.calls[0]?.self;
  assert.ok(connection);
  return { journal, connection, statements: prepare.calls.map(({ args: [sql] }) => sql) };
}

Deno.test("the number of finished work is not given to new work, whose owner may still have the old in hand", async () => {
  const journal = await openJournal(":memory:");
  const work = { lane: "visitors", kind: "thanks", subject: 1, body: { chatId: 1 } } as const;
  const first = await journal.addWork(work, NOON_MS);
  await journal.finishWork(first);
  assert.notEqual((await journal.addWork(work, NOON_MS)).id, first.id);
  await journal.close();
});
