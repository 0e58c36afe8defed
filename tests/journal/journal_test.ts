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
  openJournal,
  VISITORS_LANE,
  type Work,
  type WorkOf,
} from "../../lib/journal/journal.ts";
import { canMove, type CrmOutcome, type Lead, type LeadState } from "../../lib/lead.ts";
import { openDatabase } from "../../lib/journal/database.ts";
import { MIGRATIONS } from "../../lib/journal/schema.ts";
import { withJournal } from "../helpers/a_journal.ts";
import { A_HELD_LINE, aConfirmation, aNewLead, NOON_MS, someContent } from "../helpers/a_lead.ts";
import { MOST_FINISHED } from "../../lib/journal/inbox.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const HOST = "crm.example.ru";
const CARD = { chatId: -1001, messageId: 77 };
const ACCEPTED: CrmOutcome = { kind: "accepted", status: 200 };
const INTERRUPTED: CrmOutcome = { kind: "interrupted", reason: "процесс бота прервался" };
const DAY_MS = 86_400_000;

/** Lends a journal in memory. */
/** Lends a journal in a file, and a way to open the file again as the next process does. */
async function withJournalFile(
  run: (journal: Journal, reopen: () => Journal, path: string) => Promise<void> | void,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const path = `${folder}/triborg.db`;
  const opened: Journal[] = [];
  const open = () => {
    const journal = openJournal(path);
    opened.push(journal);
    return journal;
  };
  const reopen = () => {
    opened.pop()?.close();
    return open();
  };
  try {
    await run(open(), reopen, path);
  } finally {
    opened.pop()?.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Records a choice; a number tells one menu message from another. */
function record(
  journal: Journal,
  menuMessageId = 2,
  details = {},
): Lead & { confirmation: WorkOf<"confirmation"> } {
  const id = `5b0f6a52-0000-0000-0000-${String(menuMessageId).padStart(12, "0")}`;
  const recorded = journal.recordChoice(
    aNewLead({ id, menuMessageId, ...details }),
    aConfirmation(),
    crmLane(HOST),
    false,
  );
  assert.ok(recorded);
  return { ...recorded.lead, confirmation: recorded.confirmation };
}

/** Takes the only piece of due work of a lane. */
function takeOne(journal: Journal, lane: string, nowMs = NOON_MS): Work {
  const [work, ...others] = journal.takeWork(lane, nowMs, 9);
  assert.ok(work && others.length === 0, `${lane} has ${others.length + (work ? 1 : 0)}`);
  assert.ok(work.kind !== "unreadable");
  return work;
}

function takePost(journal: Journal): WorkOf<"post"> {
  const work = takeOne(journal, crmLane(HOST));
  assert.ok(work.kind === "post");
  return work;
}

function takeCard(journal: Journal, nowMs = NOON_MS): WorkOf<"card"> {
  const work = takeOne(journal, ADMIN_CHAT_LANE, nowMs);
  assert.ok(work.kind === "card");
  return work;
}

function takeFollowUp(journal: Journal, nowMs = NOON_MS): WorkOf<"follow_up"> {
  const work = takeOne(journal, FOLLOW_UPS_LANE, nowMs);
  assert.ok(work.kind === "follow_up");
  return work;
}

/** A first POST that has begun. */
function begin(journal: Journal, lead: Lead): Attempt {
  return journal.beginAttempt(lead.number, null, NOON_MS);
}

/** A lead whose card is in the managers' chat. */
function recordShown(journal: Journal, menuMessageId = 2): Lead {
  const lead = record(journal, menuMessageId);
  partsOf(journal).turnIntoCard(takePost(journal), "crm_failed", NOON_MS);
  journal.settleInAdminChat([takeCard(journal)], CARD, NOON_MS);
  return lead;
}

/** A lead that neither the CRM nor the managers' chat took. */
function recordUndelivered(journal: Journal): Lead {
  const lead = record(journal);
  partsOf(journal).turnIntoCard(takePost(journal), "crm_failed", NOON_MS);
  journal.markUndelivered(takeCard(journal), NOON_MS + 1_000);
  return lead;
}

function stateOf(journal: Journal, { number }: Lead): LeadState | undefined {
  return journal.findLead(number)?.state;
}

// — Updates —

function updates(...ids: number[]) {
  return ids.map((id) => ({ id, body: `{"update_id":${id}}` }));
}

Deno.test("recordUpdates tells which updates it did not know", () =>
  withJournal((journal) => {
    assert.deepEqual(journal.recordUpdates(updates(11, 12), NOON_MS, NOON_MS), new Set([11, 12]));
    assert.deepEqual(journal.recordUpdates(updates(12, 13), NOON_MS, NOON_MS), new Set([13]));
  }));

Deno.test("takeUpdates hands out what is due, oldest first, and each once", () =>
  withJournal((journal) => {
    journal.recordUpdates(updates(13, 11, 12), NOON_MS, NOON_MS);
    assert.deepEqual(journal.takeUpdates(NOON_MS - 1, 9), []);
    assert.deepEqual(journal.takeUpdates(NOON_MS, 2), [
      { id: 11, body: '{"update_id":11}', failures: 0, receivedAtMs: NOON_MS },
      { id: 12, body: '{"update_id":12}', failures: 0, receivedAtMs: NOON_MS },
    ]);
    assert.deepEqual(journal.takeUpdates(NOON_MS, 9).map(({ id }) => id), [13]);
  }));

Deno.test("an update that its caller has in hand is not handed out", () =>
  withJournal((journal) => {
    journal.recordUpdates(updates(11), NOON_MS, null);
    assert.deepEqual(journal.takeUpdates(NOON_MS + DAY_MS, 9), []);
    assert.equal(journal.nextUpdateDueAtMs(), undefined);
  }));

Deno.test("a postponed update is due again with one failure more", () =>
  withJournal((journal) => {
    journal.recordUpdates(updates(11), NOON_MS, null);
    journal.postponeUpdate(11, NOON_MS + 1_000);
    assert.equal(journal.nextUpdateDueAtMs(), NOON_MS + 1_000);
    assert.deepEqual(journal.takeUpdates(NOON_MS + 999, 9), []);
    assert.deepEqual(journal.takeUpdates(NOON_MS + 1_000, 9).map(({ failures }) => failures), [1]);
  }));

Deno.test("a late postponement does not make a finished update due again", () =>
  withJournal((journal) => {
    journal.recordUpdates(updates(11, 12), NOON_MS, NOON_MS);
    journal.recordDone([{ kind: "handled", update: 11 }]);
    journal.postponeUpdate(11, NOON_MS);
    assert.deepEqual(journal.takeUpdates(NOON_MS, 9).map(({ id }) => id), [12]);
    assert.equal(journal.nextUpdateDueAtMs(), undefined);
    journal.recover(INTERRUPTED, NOON_MS);
    assert.deepEqual(journal.takeUpdates(NOON_MS, 9).map(({ id }) => id), [12]);
  }));

Deno.test("an update without a body that an earlier version left due is not handed out, and ends", () =>
  withJournalFile(async (journal, reopen, path) => {
    journal.recordUpdates(updates(11, 12), NOON_MS, NOON_MS);
    journal.recordDone([{ kind: "handled", update: 11 }]);
    await journal.committed();
    const other = new DatabaseSync(path);
    other.exec(`UPDATE inbox SET due_at_ms = ${NOON_MS}`);
    other.close();
    const next = reopen();
    assert.deepEqual(next.takeUpdates(NOON_MS, 9).map(({ id }) => id), [12]);
    assert.equal(next.nextUpdateDueAtMs(), undefined);
  }));

Deno.test("finished updates are known until Telegram was told of them, and then forgotten, many at a time", () =>
  withJournal((journal) => {
    const ids = Array.from({ length: MOST_FINISHED }, (_, index) => 11 + index);
    const last = ids.at(-1)!;
    journal.recordUpdates(updates(...ids, last + 1), NOON_MS, NOON_MS);
    const finish = (update: number) => journal.recordDone([{ kind: "handled", update }]);
    ids.slice(0, -1).forEach(finish);
    journal.forgetUpdates(last);
    assert.deepEqual(journal.recordUpdates(updates(11), NOON_MS, NOON_MS), new Set());
    finish(last);
    journal.forgetUpdates(last);
    assert.deepEqual(journal.recordUpdates(updates(11, last), NOON_MS, null), new Set([11]));
    assert.deepEqual(journal.takeUpdates(NOON_MS, 9).map(({ id }) => id), [last + 1]);
  }));

Deno.test("a journal that holds finished updates of an earlier process forgets them when Telegram is first heard", () =>
  withJournalFile(async (journal, reopen) => {
    journal.recordUpdates(updates(11), NOON_MS, NOON_MS);
    journal.recordDone([{ kind: "handled", update: 11 }]);
    await journal.committed();
    const next = reopen();
    assert.deepEqual(next.recordUpdates(updates(11), NOON_MS, NOON_MS), new Set());
    next.forgetUpdates(12);
    assert.deepEqual(next.recordUpdates(updates(11), NOON_MS, NOON_MS), new Set([11]));
  }));

Deno.test("forgetUpdates keeps what is not finished", () =>
  withJournal((journal) => {
    journal.recordUpdates(updates(11, 12), NOON_MS, null);
    journal.recordDone([{ kind: "handled", update: 12 }]);
    journal.forgetUpdates(100);
    journal.recover(INTERRUPTED, NOON_MS);
    assert.deepEqual(journal.takeUpdates(NOON_MS, 9).map(({ id }) => id), [11]);
  }));

// — Leads —

Deno.test("recordChoice records the lead, with its confirmation in hand and its POST due", () =>
  withJournal((journal) => {
    const recorded = journal.recordChoice(
      aNewLead(),
      aConfirmation(),
      crmLane(HOST),
      false,
    );
    assert.ok(recorded);
    const lead: Lead = { ...aNewLead(), number: 1, state: "received", phone: null, card: null };
    assert.deepEqual(recorded.lead, lead);
    assert.deepEqual(journal.findLead(1), lead);
    const { id: _, ...confirmation } = recorded.confirmation;
    assert.deepEqual(confirmation, {
      lane: VISITORS_LANE,
      kind: "confirmation",
      subject: 1,
      body: aConfirmation(),
      failures: 0,
    });
    assert.deepEqual(journal.takeWork(VISITORS_LANE, NOON_MS, 9), []);
    const post = takePost(journal);
    assert.deepEqual([post.kind, post.subject, post.failures], ["post", 1, 0]);
  }));

Deno.test("recordChoice begins the attempt of a POST that leaves at once, and a restart makes it a card", () =>
  withJournal((journal) => {
    const recorded = journal.recordChoice(aNewLead(), aConfirmation(), crmLane(HOST), true);
    assert.ok(recorded);
    const { post } = recorded;
    assert.deepEqual(journal.findWork("post", 1), post);
    assert.equal(journal.nextWorkDueAtMs(post.lane), undefined);
    assert.deepEqual(journal.openAttempts(), [recorded.attempt], "it may have left");
    journal.recover({ kind: "interrupted", reason: "kill" }, NOON_MS);
    assert.deepEqual(journal.takeWork(post.lane, NOON_MS, 9), []);
    assert.equal(takeCard(journal).subject, 1);
  }));

Deno.test("a lead keeps whatever its visitor is called, and who has no name", () =>
  withJournal((journal) => {
    const visitor = {
      userId: 2 ** 52,
      username: null,
      firstName: "Гал'лиард\"; DROP TABLE leads; --🔥",
      lastName: "",
      language: null,
    };
    const { number } = record(journal, 2, { visitor, chatId: -(2 ** 52) });
    assert.deepEqual(journal.findLead(number)?.visitor, visitor);
    assert.equal(journal.findLead(number)?.chatId, -(2 ** 52));
  }));

Deno.test("one menu gives one lead, the first, whoever presses what in it", () =>
  withJournal((journal) => {
    const first = record(journal, 2, { choice: "Привлечь клиентов" });
    const again = aNewLead({ id: "another", menuMessageId: 2, choice: "Создать сайт" });
    assert.equal(journal.recordChoice(again, aConfirmation(), crmLane(HOST), false), undefined);
    assert.equal(journal.findLead(first.number)?.choice, "Привлечь клиентов");
    assert.equal(journal.findLead(first.number + 1), undefined);
    takePost(journal);
  }));

Deno.test("menus with one number in two chats give two leads", () =>
  withJournal((journal) => {
    assert.equal(record(journal, 2, { chatId: 1 }).number, 1);
    assert.equal(record(journal, 2, { chatId: 2 }).number, 2);
  }));

Deno.test("latestLead is the newest of a chat that was received after a moment", () =>
  withJournal((journal) => {
    record(journal, 2, { receivedAtMs: NOON_MS - DAY_MS });
    record(journal, 3, { receivedAtMs: NOON_MS });
    record(journal, 4, { receivedAtMs: NOON_MS, chatId: 99 });
    const { chatId } = aNewLead();
    assert.equal(journal.latestLead(chatId, NOON_MS - DAY_MS - 1)?.number, 2);
    assert.equal(journal.latestLead(chatId, NOON_MS - 1)?.number, 2);
    assert.equal(journal.latestLead(chatId, NOON_MS), undefined);
    assert.equal(journal.latestLead(42, 0), undefined);
  }));

Deno.test("a menu is remembered with the profile whose buttons it bears", () =>
  withJournal((journal) => {
    journal.rememberMenu({ chatId: 1, messageId: 2 }, "agency", NOON_MS);
    journal.rememberMenu({ chatId: 1, messageId: 2 }, "cg", NOON_MS);
    assert.equal(journal.findMenu({ chatId: 1, messageId: 2 }).profile, "cg");
    assert.equal(journal.findMenu({ chatId: 2, messageId: 2 }).profile, undefined);
  }));

Deno.test("a confirmation that was given leaves nothing owed to the visitor", () =>
  withJournal((journal) => {
    const { confirmation } = record(journal);
    journal.recordDone([{ kind: "confirmed", work: confirmation, atMs: NOON_MS }]);
    assert.deepEqual(journal.lanes(VISITORS_LANE), []);
  }));

// — Moves —

Deno.test("a lead moves from received to in_crm when the CRM took it, and nothing is owed", () =>
  withJournal((journal) => {
    const lead = record(journal);
    const post = takePost(journal);
    journal.endAttempt(post, begin(journal, lead), ACCEPTED, NOON_MS);
    assert.equal(stateOf(journal, lead), "in_crm");
    assert.deepEqual(journal.lanes(CRM_LANES), []);
    assert.deepEqual(journal.lanes(ADMIN_CHAT_LANE), []);
    assert.deepEqual(journal.openAttempts(), []);
  }));

for (const reason of ["crm_failed", "no_webhook"] as const) {
  Deno.test(`a lead's POST becomes a card, due at once, for the reason ${reason}`, () =>
    withJournal((journal) => {
      const lead = record(journal);
      const post = takePost(journal);
      journal.postponeWork(post, NOON_MS);
      partsOf(journal).turnIntoCard(takePost(journal), reason, NOON_MS + 5);
      assert.deepEqual(journal.lanes(CRM_LANES), []);
      assert.deepEqual(journal.takeWork(ADMIN_CHAT_LANE, NOON_MS + 4, 9), []);
      const card = takeCard(journal, NOON_MS + 5);
      assert.deepEqual(
        [card.kind, card.subject, card.body, card.failures],
        ["card", lead.number, { reason }, 0],
      );
      assert.equal(stateOf(journal, lead), "received");
    }));
}

Deno.test("a lead moves from received to in_admin_chat when its card is shown", () =>
  withJournal((journal) => {
    const lead = recordShown(journal);
    assert.equal(stateOf(journal, lead), "in_admin_chat");
    assert.deepEqual(journal.findLead(lead.number)?.card, CARD);
    assert.deepEqual(journal.lanes(ADMIN_CHAT_LANE), []);
  }));

Deno.test("a lead moves from received to undelivered when its card cannot be shown, which is due again", () =>
  withJournal((journal) => {
    const lead = recordUndelivered(journal);
    assert.equal(stateOf(journal, lead), "undelivered");
    assert.equal(journal.nextWorkDueAtMs(ADMIN_CHAT_LANE), NOON_MS + 1_000);
    const card = takeCard(journal, NOON_MS + 1_000);
    assert.deepEqual([card.body.reason, card.failures], ["crm_failed", 1]);
  }));

Deno.test("an undelivered lead stays undelivered while its card fails, with one failure more each time", () =>
  withJournal((journal) => {
    const lead = recordUndelivered(journal);
    journal.markUndelivered(takeCard(journal, NOON_MS + 1_000), NOON_MS + 3_000);
    assert.equal(stateOf(journal, lead), "undelivered");
    assert.equal(takeOne(journal, ADMIN_CHAT_LANE, NOON_MS + 3_000).failures, 2);
  }));

Deno.test("a lead moves from undelivered to in_admin_chat when its card is shown after all", () =>
  withJournal((journal) => {
    const lead = recordUndelivered(journal);
    const card = takeCard(journal, NOON_MS + 1_000);
    journal.settleInAdminChat([card], CARD, NOON_MS + 1_000);
    assert.equal(stateOf(journal, lead), "in_admin_chat");
  }));

for (
  const [from, prepare] of [["in_admin_chat", recordShown], [
    "undelivered",
    recordUndelivered,
  ]] as const
) {
  Deno.test(`a lead moves from ${from} to in_crm when the CRM takes it from a manager`, () =>
    withJournal((journal) => {
      const lead = prepare(journal);
      assert.equal(journal.oweResend(lead.number, "@boss", crmLane(HOST), NOON_MS), "asked");
      const attempt = journal.beginAttempt(lead.number, "@boss", NOON_MS);
      journal.endAttempt(takePost(journal), attempt, ACCEPTED, NOON_MS);
      assert.equal(stateOf(journal, lead), "in_crm");
    }));

  Deno.test(`a lead moves from ${from} to by_hand when a manager enters it`, () =>
    withJournal((journal) => {
      const lead = prepare(journal);
      assert.ok(journal.closeByHand(lead.number, "@boss", NOON_MS));
      assert.equal(stateOf(journal, lead), "by_hand");
    }));
}

Deno.test("a lead that is still on its way to the CRM is closed by nobody's hand", () =>
  withJournal((journal) => {
    const lead = record(journal);
    assert.equal(journal.closeByHand(lead.number, "@boss", NOON_MS), false);
    assert.equal(stateOf(journal, lead), "received");
  }));

Deno.test("a manager's wish to send a lead again counts once, and not for a lead that somebody has", () =>
  withJournal((journal) => {
    const lead = recordShown(journal);
    const ask = (number: number) => journal.oweResend(number, "@boss", crmLane(HOST), NOON_MS);
    assert.equal(ask(404), "unknown");
    assert.equal(ask(lead.number), "asked");
    assert.equal(ask(lead.number), "running");
    const attempt = journal.beginAttempt(lead.number, "@boss", NOON_MS);
    journal.endAttempt(takePost(journal), attempt, ACCEPTED, NOON_MS);
    assert.equal(ask(lead.number), "settled");
  }));

Deno.test("moveLead moves a lead as the words allow, wherever it is pushed, and no other way", () => {
  const states = ["received", "in_crm", "in_admin_chat", "undelivered", "by_hand"] as const;
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...states), { maxLength: 12 }),
      (pushes) =>
        withJournal((journal) => {
          const lead = record(journal);
          let state: LeadState = "received";
          for (const to of pushes) {
            const isAllowed: boolean = state !== "by_hand" && canMove(state, to); // Only a person returns it.
            assert.equal(
              partsOf(journal).moveLead(lead.number, to),
              isAllowed,
              `${state} → ${to}`,
            );
            if (isAllowed) {
              state = to;
            }
            assert.equal(stateOf(journal, lead), state);
          }
        }),
    ),
    { numRuns: 50 },
  );
});

Deno.test("countLeads tells how many leads are in each state", () =>
  withJournal((journal) => {
    recordShown(journal, 2);
    record(journal, 3);
    record(journal, 4);
    assert.deepEqual(journal.countLeads(), {
      received: 2,
      in_crm: 0,
      in_admin_chat: 1,
      undelivered: 0,
      by_hand: 0,
    });
  }));

// — Attempts —

Deno.test("attempts of a lead are counted from 1 and open until they end", () =>
  withJournal((journal) => {
    const lead = record(journal);
    const first = begin(journal, lead);
    assert.deepEqual(first, { lead: lead.number, nth: 1 });
    assert.deepEqual(journal.openAttempts(), [first]);
    partsOf(journal).closeAttempt(first, { kind: "timeout", afterMs: 10_000 }, NOON_MS + 10_000);
    assert.deepEqual(journal.openAttempts(), []);
    assert.deepEqual(begin(journal, lead).nth, 2);
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
    withJournal((journal) => {
      const lead = record(journal);
      partsOf(journal).closeAttempt(begin(journal, lead), outcome, NOON_MS + 50);
      assert.deepEqual(journal.attemptsOf(lead.number), [{
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
  withJournal((journal) => {
    const lead = record(journal);
    const attempt = begin(journal, lead);
    partsOf(journal).closeAttempt(attempt, ACCEPTED, NOON_MS);
    partsOf(journal).closeAttempt(attempt, INTERRUPTED, NOON_MS);
    assert.equal(journal.attemptsOf(lead.number)[0]?.outcome, "accepted");
  }));

// — Owed work —

Deno.test("takeWork hands out what is due of a lane, longest due first, each once", () =>
  withJournal((journal) => {
    const owe = (subject: number, dueAtMs: number | null, lane = VISITORS_LANE) =>
      journal.addWork({ lane, kind: "thanks", subject, body: { chatId: 1 } }, dueAtMs);
    owe(1, NOON_MS);
    owe(2, NOON_MS - 2);
    owe(3, NOON_MS - 1);
    owe(4, NOON_MS + 1);
    owe(5, null);
    owe(6, NOON_MS, ADMIN_CHAT_LANE);
    const subjects = (most: number) =>
      journal.takeWork(VISITORS_LANE, NOON_MS, most).map(({ subject }) => subject);
    assert.deepEqual(subjects(1), [2]);
    assert.deepEqual(subjects(1), [3]);
    assert.deepEqual(subjects(9), [1]);
    assert.deepEqual(subjects(9), []);
    assert.equal(journal.nextWorkDueAtMs(VISITORS_LANE), NOON_MS + 1);
    assert.equal(journal.nextWorkDueAtMs("crm:host:nobody"), undefined);
  }));

Deno.test("lanes are those with work, waiting or in hand, whatever a host is called", () =>
  withJournal((journal) => {
    const hosts = ["", "crm.example.ru:8080", "INVALID_URL_FOR_TESTING", "пример.рф"];
    for (const host of hosts) {
      journal.addWork(
        { lane: crmLane(host), kind: "post", subject: 1, body: { askedBy: null } },
        NOON_MS,
      );
    }
    journal.addWork(
      { lane: VISITORS_LANE, kind: "thanks", subject: 1, body: { chatId: 1 } },
      NOON_MS,
    );
    journal.takeWork(crmLane(""), NOON_MS, 9);
    assert.deepEqual(
      journal.lanes(CRM_LANES).toSorted(),
      hosts.map((host) => crmLane(host)).toSorted(),
    );
    assert.deepEqual(
      journal.lanes(crmLane("")).toSorted(),
      hosts.map((host) => crmLane(host)).toSorted(),
    );
  }));

Deno.test("facts are remembered, the newest under its name", () =>
  withJournal((journal) => {
    assert.equal(journal.fact("admin_chat_of:-1"), undefined);
    journal.rememberFact("admin_chat_of:-1", "-1001");
    journal.rememberFact("admin_chat_of:-1", "-1002");
    assert.equal(journal.fact("admin_chat_of:-1"), "-1002");
  }));

// — What a card has to say by now —

Deno.test("a card that was sent again while it was being shown has to say so", () =>
  withJournal((journal) => {
    const lead = recordUndelivered(journal);
    const card = takeCard(journal, NOON_MS + 1_000);
    assert.equal(journal.oweResend(lead.number, "Анна", crmLane(HOST), NOON_MS), "asked");
    const attempt = journal.beginAttempt(lead.number, "Анна", NOON_MS);
    partsOf(journal).closeAttempt(attempt, { kind: "answered", status: 500, body: "" }, NOON_MS);
    journal.skipPost(takePost(journal), NOON_MS);
    assert.equal(journal.findWork("card_update", lead.number), undefined); // There is no card yet.
    journal.settleInAdminChat([card], CARD, NOON_MS);
    assert.ok(journal.findWork("card_update", lead.number));
  }));

Deno.test("an edit that waits is not owed twice, and is due at once when there is more to say", () =>
  withJournal((journal) => {
    const lead = recordShown(journal);
    journal.oweResend(lead.number, "Анна", crmLane(HOST), NOON_MS);
    journal.postponeWork(takeOne(journal, EDITS_LANE), NOON_MS + 300_000);
    journal.closeByHand(lead.number, "Борис", NOON_MS + 5);
    takeOne(journal, EDITS_LANE, NOON_MS + 5);
    assert.deepEqual(journal.takeWork(EDITS_LANE, NOON_MS + 300_000, 9), []);
    journal.skipPost(takePost(journal), NOON_MS + 5); // What is in hand may have been written before.
    takeOne(journal, EDITS_LANE, NOON_MS + 5);
  }));

// — Follow-ups —

function aMessage(
  messageId: number,
  details: Partial<NewFollowUpMessage> = {},
): NewFollowUpMessage {
  return { lead: 1, chatId: 1, messageId, albumId: null, content: someContent(), ...details };
}

Deno.test("a message becomes a follow-up, due at once, and so are the thanks", () =>
  withJournal((journal) => {
    const lead = record(journal);
    const content = someContent({
      text: "сайт",
      entities: [{ type: "bold", offset: 0, length: 4 }],
    });
    const recorded = journal.recordFollowUp(aMessage(4, { lead: lead.number, content }), NOON_MS);
    assert.deepEqual(recorded, { kind: "begun", followUp: 1, firstOfAlbum: true });
    assert.deepEqual(journal.takeFollowUp(1), {
      number: 1,
      lead: lead.number,
      chatId: 1,
      messageIds: [4],
      content,
      partsShown: 0,
    });
    const work = takeOne(journal, FOLLOW_UPS_LANE);
    assert.deepEqual([work.kind, work.subject], ["follow_up", 1]);
    const thanks = takeOne(journal, VISITORS_LANE);
    assert.deepEqual([thanks.kind, thanks.body], ["thanks", { chatId: 1 }]);
  }));

Deno.test("a message is recorded once, however often Telegram sends it", () =>
  withJournal((journal) => {
    record(journal);
    journal.recordFollowUp(aMessage(4), NOON_MS);
    const again = journal.recordFollowUp(aMessage(4), NOON_MS);
    assert.deepEqual(again, { kind: "known", followUp: 1, firstOfAlbum: false });
    takeOne(journal, FOLLOW_UPS_LANE);
    takeOne(journal, VISITORS_LANE);
  }));

Deno.test("an album's parts are one follow-up, due when the last has been quiet, and thanked for once", () =>
  withJournal((journal) => {
    record(journal);
    const part = (messageId: number, atMs: number) =>
      journal.recordFollowUp(aMessage(messageId, { albumId: "a" }), atMs).kind;
    assert.equal(part(5, NOON_MS), "begun");
    assert.equal(part(4, NOON_MS + 900), "joined");
    assert.equal(part(6, NOON_MS + 1_800), "joined");
    const quietAtMs = NOON_MS + 1_800 + ALBUM_QUIET_MS;
    assert.deepEqual(journal.takeWork(FOLLOW_UPS_LANE, quietAtMs - 1, 9), []);
    assert.equal(takeOne(journal, FOLLOW_UPS_LANE, quietAtMs).subject, 1);
    assert.deepEqual(journal.takeFollowUp(1)?.messageIds, [4, 5, 6]);
    takeOne(journal, VISITORS_LANE);
  }));

Deno.test("a part that comes after its album was taken is a follow-up of its own, without thanks", () =>
  withJournal((journal) => {
    record(journal);
    journal.recordFollowUp(aMessage(4, { albumId: "a" }), NOON_MS);
    journal.takeFollowUp(1);
    const late = journal.recordFollowUp(aMessage(5, { albumId: "a" }), NOON_MS);
    assert.deepEqual(late, { kind: "begun", followUp: 2, firstOfAlbum: false });
    assert.equal(journal.recordFollowUp(aMessage(6, { albumId: "a" }), NOON_MS).kind, "joined");
    assert.deepEqual(journal.takeFollowUp(1)?.messageIds, [4]);
    assert.deepEqual(journal.takeFollowUp(2)?.messageIds, [5, 6]);
    takeOne(journal, VISITORS_LANE);
  }));

Deno.test("an album with one number in two chats is two", () =>
  withJournal((journal) => {
    record(journal);
    journal.recordFollowUp(aMessage(4, { albumId: "a", chatId: 1 }), NOON_MS);
    const other = journal.recordFollowUp(aMessage(4, { albumId: "a", chatId: 2 }), NOON_MS);
    assert.equal(other.kind, "begun");
  }));

Deno.test("a follow-up that was shown in part goes on from there", () =>
  withJournal((journal) => {
    record(journal);
    journal.recordFollowUp(aMessage(4), NOON_MS);
    journal.markPartShown(1, 1);
    assert.equal(journal.takeFollowUp(1)?.partsShown, 1);
    assert.equal(journal.takeFollowUp(2), undefined);
  }));

Deno.test("finishFollowUp leaves nothing owed", () =>
  withJournal((journal) => {
    record(journal);
    journal.recordFollowUp(aMessage(4), NOON_MS);
    journal.finishFollowUp(takeFollowUp(journal), NOON_MS);
    assert.deepEqual(journal.lanes(ADMIN_CHAT_LANE), []);
  }));

Deno.test("a follow-up that was put off comes before a later one that was not", () =>
  withJournal((journal) => {
    const lead = record(journal);
    journal.recordFollowUp(aMessage(4, { lead: lead.number }), NOON_MS);
    journal.releaseWork(takeOne(journal, FOLLOW_UPS_LANE), NOON_MS + 60_000);
    journal.recordFollowUp(aMessage(5, { lead: lead.number }), NOON_MS + 10_000);
    journal.endAttempt(takePost(journal), begin(journal, lead), ACCEPTED, NOON_MS + 30_000);
    const works = journal.takeWork(FOLLOW_UPS_LANE, NOON_MS + 30_000, 1);
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

function recordShownFollowUp(journal: Journal): void {
  record(journal);
  journal.recordFollowUp(aMessage(4, { content: someContent({ text: "раз" }) }), NOON_MS);
  journal.takeFollowUp(1);
  journal.markPartShown(1, 1, SHOWN_AT);
  journal.finishFollowUp(takeFollowUp(journal), NOON_MS);
}

Deno.test("an edit of a message that is shown is a follow-up of its own, once, and knows where the first version is", () =>
  withJournal((journal) => {
    recordShownFollowUp(journal);
    assert.deepEqual(edit(journal, "раз"), { kind: "unchanged" });
    assert.deepEqual(edit(journal, "два"), { kind: "begun", followUp: 2 });
    assert.deepEqual(edit(journal, "два"), { kind: "unchanged" });
    assert.equal(takeOne(journal, FOLLOW_UPS_LANE).subject, 2);
    assert.deepEqual(journal.takeFollowUp(2), {
      number: 2,
      lead: 1,
      chatId: 1,
      messageIds: [4],
      content: someContent({ text: "два" }),
      partsShown: 0,
      edit: { first: SHOWN_AT, newFile: false },
    });
    assert.equal(journal.findLife(1)?.followUps.at(-1)?.content.text, "! два");
  }));

Deno.test("an edit that waits says what its message says last, and one that is older changes nothing", () =>
  withJournal((journal) => {
    recordShownFollowUp(journal);
    edit(journal, "два", 5);
    assert.deepEqual(edit(journal, "три", 6), { kind: "replaced", followUp: 2 });
    assert.deepEqual(edit(journal, "два", 5), { kind: "unchanged" });
    assert.equal(edit(journal, "четыре", null).kind, "replaced");
    assert.equal(edit(journal, "три", 6).kind, "replaced");
    takeOne(journal, FOLLOW_UPS_LANE);
    assert.equal(journal.takeFollowUp(2)?.content.text, "три");
    assert.equal(edit(journal, "четыре", 7).kind, "begun", "the second is on its way");
  }));

Deno.test("an edit before the showing changes the follow-up, also after a try that failed", () =>
  withJournal((journal) => {
    record(journal);
    journal.recordFollowUp(aMessage(4), NOON_MS);
    assert.deepEqual(edit(journal, "два"), { kind: "replaced", followUp: 1 });
    const work = takeOne(journal, FOLLOW_UPS_LANE);
    assert.equal(journal.takeFollowUp(1)?.content.text, "два");
    journal.postponeWork(work, NOON_MS + 1_000);
    assert.deepEqual(edit(journal, "три"), { kind: "replaced", followUp: 1 });
    takeOne(journal, FOLLOW_UPS_LANE, NOON_MS + 1_000);
    assert.equal(journal.takeFollowUp(1)?.content.text, "три");
    assert.equal(edit(journal, "четыре").kind, "begun", "the first is on its way");
    assert.equal(journal.waitsForFirstVersion(2), true);
    assert.equal(journal.waitsForFirstVersion(1), false);
  }));

Deno.test("an edit that waits for the first version is due when that is shown", () =>
  withJournal((journal) => {
    record(journal);
    journal.recordFollowUp(aMessage(4), NOON_MS);
    const first = takeFollowUp(journal);
    journal.takeFollowUp(1);
    edit(journal, "два");
    journal.releaseWork(takeOne(journal, FOLLOW_UPS_LANE), NOON_MS + 60_000);
    journal.finishFollowUp(first, NOON_MS + 5);
    assert.equal(takeOne(journal, FOLLOW_UPS_LANE, NOON_MS + 5).subject, 2);
    assert.equal(journal.waitsForFirstVersion(2), false);
  }));

Deno.test("an edit that puts another file into the message says so", () =>
  withJournal((journal) => {
    record(journal);
    const photo = { media: "🖼 фото", captionable: true };
    const content = someContent({ ...photo, text: "план", file: "a" });
    journal.recordFollowUp(aMessage(4, { content }), NOON_MS);
    journal.takeFollowUp(1);
    takeOne(journal, FOLLOW_UPS_LANE);
    assert.equal(edit(journal, "план", 1, { ...photo, file: "a" }).kind, "unchanged");
    assert.equal(edit(journal, "план", 2, { ...photo, file: "b" }).kind, "begun");
    assert.equal(edit(journal, "план 2", 3, { ...photo, file: "b" }).kind, "replaced");
    assert.deepEqual(journal.takeFollowUp(2)?.edit, { first: null, newFile: true });
  }));

Deno.test("an album has the captions of all its parts, as they are now", () =>
  withJournal((journal) => {
    record(journal);
    for (const messageId of [4, 5, 6]) {
      const content = someContent({ text: messageId === 5 ? "пять" : "", media: "🖼 фото" });
      journal.recordFollowUp(aMessage(messageId, { albumId: "a", content }), NOON_MS);
    }
    assert.equal(edit(journal, "четыре", 1, { media: "🖼 фото" }).kind, "replaced");
    assert.equal(journal.takeFollowUp(1)?.content.text, "четыре\n\nпять");
  }));

Deno.test("an edit of what is no follow-up, or of an erased person, is unknown", () =>
  withJournal((journal) => {
    assert.deepEqual(edit(journal, "два"), { kind: "unknown" });
    recordShownFollowUp(journal);
    edit(journal, "два");
    takeOne(journal, FOLLOW_UPS_LANE);
    journal.endAttempt(
      takePost(journal),
      begin(journal, { ...aNewLead(), number: 1, state: "received", phone: null, card: null }),
      ACCEPTED,
      NOON_MS,
    );
    journal.erasePerson(aNewLead().chatId, "@boss", NOON_MS);
    assert.deepEqual(edit(journal, "три", 2), { kind: "unknown" });
    assert.equal(journal.takeFollowUp(2), undefined);
  }));

Deno.test("a file of the bot before edits opens, with its follow-ups, and what is written now it can read", () =>
  withJournalFile((_, __, file) => {
    const path = `${file}.old`;
    const old = openDatabase(path, MIGRATIONS);
    old.writer(
      `INSERT INTO leads (number, id, state, profile, profile_name, choice, user_id, first_name, chat_id,
         menu_message_id, received_at_ms) VALUES (1, 'x', 'in_crm', 'agency', '', '', 1, '', 1, 1, 1)`,
    ).run();
    const insert = `INSERT INTO follow_ups (lead, chat_id, album_id, content, received_at_ms)
       VALUES (1, 1, NULL, ?, 1)`;
    const insertMessage =
      "INSERT INTO follow_up_messages (chat_id, message_id, follow_up) VALUES (1, ?, ?)";
    old.writer(insert).run(JSON.stringify(someContent({ text: "раз" })));
    old.writer(insertMessage).run(4, 1);
    old.writer("UPDATE follow_ups SET taken = 1, parts_shown = 1, shown_at_ms = 1").run();
    old.close();
    const opened = openJournal(path);
    assert.equal(edit(opened, "раз").kind, "unchanged");
    assert.deepEqual(edit(opened, "два"), { kind: "begun", followUp: 2 });
    assert.equal(opened.takeFollowUp(2)?.edit?.first, null);
    opened.close();

    const again = openDatabase(path, MIGRATIONS);
    const row = again.writer("UPDATE follow_ups SET taken = 1 WHERE number = 2 RETURNING *").get();
    assert.deepEqual(JSON.parse(String(row?.["content"])), {
      text: "! два",
      entities: [],
      media: null,
      captionable: false,
    });
    again.writer(insert).run("{}");
    again.writer(insertMessage).run(5, 3);
    again.close();
  }));

Deno.test("follow-ups and edits that an older bot left are in their own lanes", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  try {
    const old = openDatabase(`${folder}/triborg.db`, MIGRATIONS.slice(0, 4));
    for (const [id, kind] of ["card", "follow_up", "card_update", "card_update"].entries()) {
      old.writer("INSERT INTO outbox VALUES (?, 'admin_chat', ?, ?1, '', 0, ?)").run(
        id,
        kind,
        NOON_MS,
      );
    }
    old.close();
    const journal = openJournal(`${folder}/triborg.db`);
    assert.equal(takeOne(journal, ADMIN_CHAT_LANE).kind, "card");
    assert.equal(takeOne(journal, FOLLOW_UPS_LANE).kind, "follow_up");
    const edits = journal.takeWork(EDITS_LANE, NOON_MS, 9).map(({ kind }) => kind);
    assert.deepEqual(edits, ["card_update", "card_update"]);
    journal.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

for (
  const [what, settle] of [
    ["the CRM took its lead", (journal: Journal, lead: Lead) => {
      journal.endAttempt(takePost(journal), begin(journal, lead), ACCEPTED, NOON_MS + 5);
    }],
    ["the card of its lead is shown", (journal: Journal) => {
      partsOf(journal).turnIntoCard(takePost(journal), "crm_failed", NOON_MS);
      journal.settleInAdminChat([takeCard(journal)], CARD, NOON_MS + 5);
    }],
  ] as const
) {
  Deno.test(`a follow-up that waits for its lead is due when ${what}`, () =>
    withJournal((journal) => {
      const lead = record(journal);
      journal.recordFollowUp(aMessage(4, { lead: lead.number }), NOON_MS);
      journal.postponeWork(takeOne(journal, FOLLOW_UPS_LANE), NOON_MS + 60_000);
      settle(journal, lead);
      assert.equal(takeOne(journal, FOLLOW_UPS_LANE, NOON_MS + 5).kind, "follow_up");
    }));
}

// — After a crash —

Deno.test("recover makes due at once what was in hand and what waited", () =>
  withJournalFile(async (journal, reopen) => {
    journal.recordUpdates(updates(11), NOON_MS, null);
    const { confirmation } = record(journal);
    journal.postponeWork(takePost(journal), NOON_MS + DAY_MS);
    await journal.committed();
    const next = reopen();
    assert.deepEqual(next.recover(INTERRUPTED, NOON_MS + 5), []);
    assert.deepEqual(next.takeUpdates(NOON_MS + 5, 9).map(({ id }) => id), [11]);
    assert.deepEqual(takeOne(next, VISITORS_LANE, NOON_MS + 5), confirmation);
    assert.equal(takeOne(next, crmLane(HOST), NOON_MS + 5).kind, "post");
  }));

Deno.test("recover ends an attempt that was cut off as interrupted, and owes the card instead of a POST", () =>
  withJournalFile(async (journal, reopen) => {
    const lead = record(journal);
    takePost(journal);
    const attempt = begin(journal, lead);
    await journal.committed();
    const next = reopen();
    const [cutOff, ...others] = next.recover(INTERRUPTED, NOON_MS + 5);
    assert.deepEqual([cutOff?.attempt, others], [attempt, []]);
    assert.deepEqual(next.openAttempts(), []);
    const [ended] = next.attemptsOf(lead.number);
    assert.deepEqual([ended?.outcome, ended?.endedAtMs], ["interrupted", NOON_MS + 5]);
    assert.deepEqual(next.lanes(CRM_LANES), []);
    const card = takeOne(next, ADMIN_CHAT_LANE, NOON_MS + 5);
    assert.deepEqual([card.kind, card.subject, card.body], ["card", lead.number, {
      reason: "crm_failed",
    }]);
  }));

Deno.test("recover leaves a POST that had not begun to be sent", () =>
  withJournal((journal) => {
    record(journal);
    takePost(journal);
    assert.deepEqual(journal.recover(INTERRUPTED, NOON_MS), []);
    assert.equal(takePost(journal).kind, "post");
  }));

Deno.test("recover finds nothing to do twice", () =>
  withJournal((journal) => {
    begin(journal, record(journal));
    assert.equal(journal.recover(INTERRUPTED, NOON_MS).length, 1);
    assert.equal(journal.recover(INTERRUPTED, NOON_MS).length, 0);
    takeOne(journal, ADMIN_CHAT_LANE);
  }));

// — A copy in the journal's place —

/** Makes a copy of a journal, and opens it as the next process does. */
async function restored(journal: Journal, path: string): Promise<Journal> {
  await journal.backUp(`${path}.copy`, NOON_MS);
  journal.close();
  for (const ending of ["-wal", "-shm"]) await Deno.remove(path + ending).catch(() => {});
  await Deno.rename(`${path}.copy`, path);
  return openJournal(path);
}

/** Lends a journal that is to be copied. */
async function withCopy(
  prepare: (journal: Journal) => void,
  look: (copy: Journal) => void,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const journal = openJournal(`${folder}/triborg.db`);
  prepare(journal);
  const copy = await restored(journal, `${folder}/triborg.db`);
  try {
    look(copy);
  } finally {
    copy.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("no lead that a copy owes to a CRM is sent again: each is a card that may be a duplicate", () =>
  withCopy((journal) => {
    record(journal);
    takePost(journal);
    record(journal, 3);
  }, (copy) => {
    const cutOff = copy.recover(INTERRUPTED, NOON_MS + 5);
    assert.deepEqual(cutOff.map(({ work }) => work?.subject), [1, 2]);
    assert.deepEqual(copy.lanes(CRM_LANES), []);
    assert.deepEqual(
      copy.takeWork(ADMIN_CHAT_LANE, NOON_MS + 5, 9).map(({ kind, subject }) => [kind, subject]),
      [["card", 1], ["card", 2]],
    );
    for (const lead of [1, 2]) {
      const attempts = copy.attemptsOf(lead);
      assert.deepEqual(attempts.map(({ outcome }) => outcome), ["interrupted"]);
      assert.match(attempts[0]?.reason ?? "", /из копии/);
    }
    assert.deepEqual(copy.recover(INTERRUPTED, NOON_MS + 6), [], "a copy once");
  }));

Deno.test("a card that a copy owes stays owed, and may be a duplicate", () =>
  withCopy((journal) => {
    const lead = record(journal);
    const attempt = begin(journal, lead);
    partsOf(journal).closeAttempt(attempt, { kind: "answered", status: 500, body: "" }, NOON_MS);
    partsOf(journal).turnIntoCard(takePost(journal), "crm_failed", NOON_MS);
  }, (copy) => {
    copy.recover(INTERRUPTED, NOON_MS + 5);
    assert.equal(takeOne(copy, ADMIN_CHAT_LANE, NOON_MS + 5).kind, "card");
    assert.equal(copy.attemptsOf(1).at(-1)?.outcome, "interrupted");
  }));

Deno.test("a resend that a copy owes is not made: the card in the chat says that it may be a duplicate", () =>
  withCopy((journal) => {
    const lead = record(journal);
    partsOf(journal).turnIntoCard(takePost(journal), "crm_failed", NOON_MS);
    journal.settleInAdminChat([takeCard(journal)], CARD, NOON_MS);
    assert.equal(journal.oweResend(lead.number, "@manager", crmLane(HOST), NOON_MS), "asked");
  }, (copy) => {
    copy.recover(INTERRUPTED, NOON_MS + 5);
    assert.deepEqual(copy.lanes(CRM_LANES), []);
    assert.equal(takeOne(copy, EDITS_LANE, NOON_MS + 5).kind, "card_update");
    const [card] = copy.cardsOn(CARD);
    assert.deepEqual([card?.lastAttempt?.outcome, card?.lastAttempt?.askedBy], [
      "interrupted",
      "@manager",
    ]);
  }));

Deno.test("a lead whose card was open when the copy was made may have been entered since: its card says so", () =>
  withCopy((journal) => {
    const lead = record(journal);
    const attempt = begin(journal, lead);
    const failed = { kind: "answered", status: 500, body: "" } as const;
    journal.endAttempt(takePost(journal), attempt, failed, NOON_MS);
    journal.settleInAdminChat([takeCard(journal)], CARD, NOON_MS);
  }, (copy) => {
    assert.deepEqual(copy.recover(INTERRUPTED, NOON_MS + 5), []);
    assert.equal(takeOne(copy, EDITS_LANE, NOON_MS + 5).kind, "card_update");
    assert.equal(copy.cardsOn(CARD)[0]?.lastAttempt?.outcome, "interrupted");
    assert.deepEqual(copy.lanes(CRM_LANES), []);
  }));

Deno.test("a lead that was held back when the copy was made may have been sent since: its life says so", () =>
  withCopy((journal) => {
    journal.recordHeld(aNewLead(), aConfirmation(), A_HELD_LINE);
  }, (copy) => {
    copy.recover(INTERRUPTED, NOON_MS + 5);
    assert.deepEqual(copy.attemptsOf(1).map(({ outcome }) => outcome), ["interrupted"]);
    assert.equal(copy.findWork("card", 1), undefined);
  }));

Deno.test("a resend and a card that a copy owes for one lead leave one card", () =>
  withCopy((journal) => {
    const lead = record(journal);
    partsOf(journal).turnIntoCard(takePost(journal), "crm_failed", NOON_MS);
    journal.oweResend(lead.number, "@manager", crmLane(HOST), NOON_MS);
  }, (copy) => {
    copy.recover(INTERRUPTED, NOON_MS + 5);
    assert.deepEqual(copy.lanes(CRM_LANES), []);
    assert.equal(copy.takeWork(ADMIN_CHAT_LANE, NOON_MS + 5, 9).length, 1);
  }));

Deno.test("a press that a copy had not handled yet becomes a card, and the next press of another menu is sent", () => {
  const press = (messageId: number) =>
    JSON.stringify({
      update_id: messageId,
      callback_query: { message: { message_id: messageId, chat: { id: aNewLead().chatId } } },
    });
  return withCopy((journal) => {
    journal.recordUpdates([{ id: 2, body: press(2) }, { id: 5, body: "no JSON" }], NOON_MS, null);
  }, (copy) => {
    copy.recover(INTERRUPTED, NOON_MS + 5);
    const recorded = copy.recordChoice(aNewLead(), aConfirmation(), crmLane(HOST), true);
    assert.equal(recorded?.post.kind, "card");
    assert.deepEqual(copy.lanes(CRM_LANES), []);
    assert.equal(takeOne(copy, ADMIN_CHAT_LANE, NOON_MS + 5).kind, "card");
    assert.equal(copy.attemptsOf(1)[0]?.outcome, "interrupted");
    const other = copy.recordChoice(
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
    "its press repeats another": (copy: Journal) => {
      const lead = record(copy, 9);
      copy.recordRepeat(aNewLead(), lead.number, aConfirmation());
    },
    "its press is one too many": (copy: Journal) =>
      copy.recordHeld(aNewLead(), aConfirmation(), A_HELD_LINE),
    "its person is erased": (copy: Journal) => copy.erasePerson(chat, "@manager", NOON_MS),
    "its press gave nothing, and the bot starts again": (copy: Journal) => {
      copy.recordDone([{ kind: "handled", update: 2 }]);
      copy.recover(INTERRUPTED, NOON_MS + 6);
    },
  })
) {
  Deno.test(`no trace of a press that a copy had not handled is left when ${how}`, () => {
    const press = (id: unknown) =>
      JSON.stringify({ callback_query: { message: { message_id: 2, chat: { id } } } });
    return withCopy((journal) => {
      const bodies = [{ id: 2, body: press(chat) }, { id: 3, body: press(undefined) }];
      journal.recordUpdates(bodies, NOON_MS, null);
    }, (copy) => {
      copy.recover(INTERRUPTED, NOON_MS + 5);
      copy.recover(INTERRUPTED, NOON_MS + 5);
      assert.deepEqual(copy.factsOf("press_of_copy:"), [`${chat}:2`]);
      handle(copy);
      assert.deepEqual(copy.factsOf("press_of_copy:"), []);
    });
  });
}

Deno.test("what a copy says of settled leads stays, and a journal that is no copy sends what it owes", () =>
  withJournalFile(async (journal, reopen, path) => {
    const lead = record(journal);
    const attempt = begin(journal, lead);
    journal.endAttempt(takePost(journal), attempt, ACCEPTED, NOON_MS);
    record(journal, 3);
    await journal.backUp(`${path}.copy`, NOON_MS);
    const next = reopen();
    assert.deepEqual(next.recover(INTERRUPTED, NOON_MS + 5), []);
    assert.deepEqual(next.lanes(CRM_LANES), [crmLane(HOST)]);
    const copy = openJournal(`${path}.copy`);
    copy.recover(INTERRUPTED, NOON_MS + 5);
    assert.equal(copy.findLead(lead.number)?.state, "in_crm");
    assert.equal(copy.attemptsOf(lead.number).length, 1);
    copy.close();
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
      const lead = record(journal, menu, { visitor, chatId: isWanted ? 1 : 2 });
      journal.recordUpdates([{ id: menu, body: `{"from":"${visitor.firstName}"}` }], NOON_MS, null);
      journal.recordDone([{ kind: "confirmed", work: lead.confirmation, atMs: NOON_MS }]);
      journal.endAttempt(takePost(journal), begin(journal, lead), ACCEPTED, NOON_MS);
      journal.recordFollowUp({
        lead: lead.number,
        chatId: lead.chatId,
        messageId: menu,
        albumId: null,
        content: { ...someContent(), text: `I am ${visitor.firstName}` },
      }, NOON_MS);
      journal.recordDone([{ kind: "handled", update: menu }]);
      await journal.committed();
    }
    assert.ok(nameIn("-wal"));
    assert.equal(journal.erasePerson(1, "@manager", NOON_MS), 99);
    await journal.committed();
    assert.deepEqual([nameIn(""), nameIn("-wal")], [false, false]);
  }));

// — A clock that is set —

const NO_LIMITS = { seenAfterMs: -1, openedAfterMs: -1 };

Deno.test("shiftWaits moves what waits, logins and heartbeats, and not when something happened", () =>
  withJournal((journal) => {
    const lead = record(journal);
    journal.postponeWork(takePost(journal), NOON_MS + 60_000);
    journal.recordUpdates(updates(11), NOON_MS, NOON_MS + 60_000);
    journal.addLink(
      { hash: "hash", askedBy: "@manager", expiresAtMs: NOON_MS + 60_000 },
      NO_LIMITS,
      0,
    );
    journal.openSession({ hash: "cookie", device: "" }, "@manager", NO_LIMITS, NOON_MS);
    const heartbeats = ["polled_at_ms", "polled_at_ms:1"];
    for (const name of heartbeats) journal.rememberFact(name, String(NOON_MS));
    journal.shiftWaits(-DAY_MS);
    assert.equal(journal.nextWorkDueAtMs(crmLane(HOST)), NOON_MS + 60_000 - DAY_MS);
    assert.equal(journal.nextUpdateDueAtMs(), NOON_MS + 60_000 - DAY_MS);
    assert.equal(journal.hasLink("hash", NOON_MS + 60_000 - DAY_MS), false);
    assert.equal(journal.hasLink("hash", NOON_MS + 59_999 - DAY_MS), true);
    const limits = { seenAfterMs: 0, openedAfterMs: 0 };
    assert.equal(journal.findSession("cookie", limits)?.seenAtMs, NOON_MS - DAY_MS);
    for (const name of heartbeats) assert.equal(journal.fact(name), String(NOON_MS - DAY_MS));
    assert.equal(journal.findLead(lead.number)?.receivedAtMs, NOON_MS);
  }));

Deno.test("clampWaits forgets moments of later than now, and shortens logins", () =>
  withJournal((journal) => {
    for (const name of ["polled_at_ms", "polled_at_ms:1", "offered_at_ms:x"]) {
      journal.rememberFact(name, String(NOON_MS + DAY_MS));
    }
    journal.rememberFact("offered_at_ms:y", String(NOON_MS));
    journal.openSession({ hash: "cookie", device: "" }, "@manager", NO_LIMITS, NOON_MS + DAY_MS);
    journal.addLink(
      { hash: "ahead", askedBy: "@manager", expiresAtMs: NOON_MS + 2 * DAY_MS },
      NO_LIMITS,
      0,
    );
    journal.addLink(
      { hash: "hash", askedBy: "@manager", expiresAtMs: NOON_MS + 60_000 },
      NO_LIMITS,
      0,
    );
    journal.clampWaits(NOON_MS);
    assert.deepEqual(journal.factsOf("polled_at_ms"), []);
    assert.deepEqual(journal.factsOf("offered_at_ms:"), ["y"]);
    assert.deepEqual(["ahead", "hash"].map((each) => journal.hasLink(each, NOON_MS)), [
      false,
      true,
    ]);
    const limits = { seenAfterMs: 0, openedAfterMs: 0 };
    assert.equal(journal.findSession("cookie", limits)?.seenAtMs, NOON_MS);
  }));

// — Whether a lead could be recorded —

Deno.test("tryToRecord leaves nothing, in an empty journal and in one with leads", () =>
  withJournal((journal) => {
    journal.tryToRecord();
    const lead = record(journal);
    journal.recordUpdates(updates(11), NOON_MS, null);
    journal.tryToRecord();
    assert.equal(record(journal, 3).number, lead.number + 1);
    assert.equal(journal.countLeads().received, 2);
    assert.deepEqual(journal.lanes("").sort(), [crmLane(HOST), VISITORS_LANE]);
    assert.equal(journal.fact("tried"), undefined);
  }));

Deno.test("a lead, its confirmation and its POST are on disk together, when committed and not before", () =>
  withJournalFile(async (journal, _reopen, path) => {
    const onDisk = new DatabaseSync(path, { readOnly: true });
    const rows = () =>
      ["leads", "outbox"].map((table) =>
        onDisk.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.["rows"]
      );
    record(journal);
    assert.deepEqual(rows(), [0, 0]);
    await journal.committed();
    assert.deepEqual(rows(), [1, 2]);
    onDisk.close();
  }));

Deno.test("a lead that does not fit on the disk with all it owes is not recorded", async () => {
  const { journal, connection } = openWatched();
  const { page_count } = connection.prepare("PRAGMA page_count").get() ?? {};
  connection.exec(`PRAGMA max_page_count = ${page_count}`);
  const confirmation = aConfirmation({ text: "x".repeat(100_000) });
  assert.throws(() => journal.recordChoice(aNewLead(), confirmation, crmLane(HOST), false), /full/);
  await assert.rejects(journal.committed());
  assert.equal(journal.findLead(1), undefined);
  assert.deepEqual(journal.lanes(""), []);
  journal.close();
});

// — Speed —

/** A journal in memory, its connection, and every statement that it prepared. */
function openWatched(): { journal: Journal; connection: DatabaseSync; statements: string[] } {
  using prepare = spy(DatabaseSync.prototype, "prepare");
  const journal = openJournal(":memory:");
  const connection = prepare.calls[0]?.self;
  assert.ok(connection);
  return { journal, connection, statements: prepare.calls.map(({ args: [sql] }) => sql) };
}

Deno.test("the number of finished work is not given to new work, whose owner may still have the old in hand", () => {
  const journal = openJournal(":memory:");
  const work = { lane: "visitors", kind: "thanks", subject: 1, body: { chatId: 1 } } as const;
  const first = journal.addWork(work, NOON_MS);
  journal.finishWork(first);
  assert.notEqual(journal.addWork(work, NOON_MS).id, first.id);
  journal.close();
});
