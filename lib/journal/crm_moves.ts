// How a lead's POST ends, and what follows from that. POSTs nothing.

import type { Attempt, AttemptMoves } from "./attempts.ts";
import type { BlockMoves } from "./blocked.ts";
import type { CardConsequences } from "./card_moves.ts";
import type { CrmNoteMoves } from "./crm_notes.ts";
import type { Database } from "./database.ts";
import { beginsWith } from "./dialect.ts";
import type { CrmOutcome } from "../lead.ts";
import { type LeadMoves, statesBeforeSql } from "./leads.ts";
import type { OutboxMoves } from "./outbox.ts";
import { PROFILE_FACTS } from "./profile_keys.ts";
import type { CrmAccount } from "./send_all.ts";
import type { WorkOf } from "./work.ts";

/** What has ended outside and leaves nothing owed: many of these are recorded by one verb. */
export type Done =
  | { readonly kind: "confirmed"; readonly work: WorkOf<"confirmation">; readonly atMs: number }
  | {
    readonly kind: "accepted";
    readonly work: WorkOf<"post">;
    readonly attempt: Attempt;
    readonly outcome: Accepted;
    readonly atMs: number;
  }
  | { readonly kind: "handled"; readonly update: number };

type Accepted = Extract<CrmOutcome, { readonly kind: "accepted" }>;
type Ended<Kind> = Extract<Done, { readonly kind: Kind }>;

export interface CrmMoves {
  /** Records how a POST ended and all that follows: the lead's state, its deal, its card, the account of a run, the offer to send all. */
  endAttempt(work: WorkOf<"post">, attempt: Attempt, outcome: CrmOutcome, nowMs: number): void;
  /** An attempt that was recorded as begun was not made: its POST is due again. */
  withdrawAttempt(work: WorkOf<"post">, attempt: Attempt, dueAtMs: number): void;
  /** Records that no POST can be made: the lead's card is due; a manager's resend becomes an attempt that ended at once. */
  refusePost(work: WorkOf<"post">, outcome: CrmOutcome, nowMs: number): void;
  /** The CRM was asked for too much and took nothing: the attempt has ended, and the same POST is due again. */
  postponePost(
    work: WorkOf<"post">,
    attempt: Attempt,
    outcome: CrmOutcome,
    dueAtMs: number,
    nowMs: number,
  ): void;
  /** No POST is called for any more: the card of its lead says how things stand. */
  skipPost(work: WorkOf<"post">, nowMs: number): void;
  /** Records what has ended, all or nothing; tells whether work for the managers may be due. */
  recordDone(done: readonly Done[]): boolean;
}

export interface CrmConsequences {
  /** An attempt of an earlier process ends without an answer, which says nothing of the CRM. */
  cutOffAttempt(work: WorkOf<"post">, attempt: Attempt, outcome: CrmOutcome, nowMs: number): void;
}

export function crmMoves(
  db: Database,
  { leads, attempts, outbox, cards, notes, account, blocks, finishUpdates }: {
    readonly leads: LeadMoves;
    readonly attempts: AttemptMoves;
    readonly outbox: OutboxMoves;
    readonly cards: CardConsequences;
    readonly notes: CrmNoteMoves;
    readonly account: CrmAccount;
    readonly blocks: Pick<BlockMoves, "holdIfBlocked">;
    readonly finishUpdates: (ids: readonly number[]) => void;
  },
): CrmMoves & CrmConsequences {
  const rows = db.dialect.rows("?");
  const member = (nth: number) => `CAST(value ->> ${nth} AS BIGINT)`;
  const ended = `(SELECT ${member(0)} AS lead, ${member(1)} AS nth, ${member(2)} AS status,
    ${member(3)} AS at_ms, ${member(4)} AS confirmed_at_ms FROM ${rows}) AS done`;
  const closeAll = db.writer(
    `UPDATE attempts SET ended_at_ms = done.at_ms, outcome = 'accepted', status = done.status
     FROM ${ended} WHERE attempts.lead = done.lead AND attempts.nth = done.nth
       AND ended_at_ms IS NULL`,
  );
  const settleAll = db.writer(
    `UPDATE leads SET state = CASE WHEN state IN (${
      statesBeforeSql("in_crm")
    }) THEN 'in_crm' ELSE state END,
       confirmed_at_ms = coalesce(leads.confirmed_at_ms, done.confirmed_at_ms)
     FROM ${ended} WHERE number = done.lead
     RETURNING number, EXISTS (SELECT 1 FROM follow_ups WHERE lead = leads.number) AS has_follow_ups,
       EXISTS (SELECT 1 FROM facts WHERE ${
      beginsWith("name", PROFILE_FACTS.crmDown)
    }) AS is_any_crm_down`,
  );
  const confirmAll = db.writer(
    `UPDATE leads SET confirmed_at_ms = done.at_ms
     FROM (SELECT ${member(0)} AS lead, ${member(1)} AS at_ms FROM ${rows}) AS done
     WHERE number = done.lead AND confirmed_at_ms IS NULL`,
  );

  function endResend(work: WorkOf<"post">, nowMs: number): void {
    outbox.finishWork(work);
    cards.oweCardUpdate(work.subject, nowMs);
  }

  function succeed(work: WorkOf<"post">, { deal }: Accepted, nowMs: number): void {
    const lead = work.subject;
    if (deal !== undefined) notes.recordDeal(lead, deal, work.body.askedBy, nowMs);
    leads.moveLead(lead, "in_crm");
    outbox.finishWork(work);
    if (isResend(work)) { // There is a card to close.
      cards.forgetWaitingCard(lead);
      cards.oweCardUpdate(lead, nowMs);
      account.cardChanged(lead, nowMs);
    }
    cards.releaseFollowUps(lead, nowMs);
    account.crmAnswered(lead, nowMs);
    account.countTowardsRun(work, "sent", nowMs);
  }

  function fail(work: WorkOf<"post">, nowMs: number): void {
    if (isResend(work)) endResend(work, nowMs);
    else cards.turnIntoCard(work, "crm_failed", nowMs);
    account.countTowardsRun(work, "failed", nowMs);
  }

  function endAttempt(
    work: WorkOf<"post">,
    attempt: Attempt,
    outcome: CrmOutcome,
    nowMs: number,
  ): void {
    attempts.closeAttempt(attempt, outcome, nowMs);
    if (outcome.kind === "accepted") return succeed(work, outcome, nowMs);
    fail(work, nowMs);
    account.crmFailed(work.subject);
  }

  /** What is due again is held back where its visitor was blocked meanwhile; what a person asked for goes on. */
  function holdFirst(work: WorkOf<"post">): void {
    if (!isResend(work)) blocks.holdIfBlocked(work.subject);
  }

  /** First POSTs that the CRM took: nearly all there are. */
  function settleFirst(
    accepted: readonly Ended<"accepted">[],
    confirmedAtMs: ReadonlyMap<number, number>,
  ): boolean {
    const rows = JSON.stringify(accepted.map(({ work, attempt, outcome, atMs }) => [
      work.subject,
      attempt.nth,
      outcome.status,
      atMs,
      confirmedAtMs.get(work.subject) ?? null,
    ]));
    const nowMs = Math.max(...accepted.map(({ atMs }) => atMs));
    closeAll.run(rows);
    const followed = settleAll.all(rows)
      .filter((row) => row["has_follow_ups"] || row["is_any_crm_down"]);
    for (const row of followed) {
      const lead = Number(row["number"]);
      cards.releaseFollowUps(lead, nowMs);
      account.crmAnswered(lead, nowMs);
    }
    return followed.length > 0;
  }

  function recordDone(done: readonly Done[]): boolean {
    const confirmed = done.filter((each) => each.kind === "confirmed");
    const accepted = done.filter((each) => each.kind === "accepted");
    const handled = done.filter((each) => each.kind === "handled");
    const first = accepted.filter(({ work }) => !isResend(work));
    const confirmedAtMs = new Map(confirmed.map(({ work, atMs }) => [work.subject, atMs]));
    const owesManagers = first.length > 0 && settleFirst(first, confirmedAtMs);
    for (const { work, outcome: { deal }, atMs } of first) {
      confirmedAtMs.delete(work.subject);
      if (deal !== undefined) notes.recordDeal(work.subject, deal, null, atMs);
    }
    if (confirmedAtMs.size > 0) confirmAll.run(JSON.stringify([...confirmedAtMs]));
    const works = [...confirmed, ...first].map(({ work }) => work);
    if (works.length > 0) outbox.finishAll(works);
    for (const { work, attempt, outcome, atMs } of accepted) {
      if (isResend(work)) endAttempt(work, attempt, outcome, atMs);
    }
    if (handled.length > 0) finishUpdates(handled.map(({ update }) => update));
    return owesManagers || first.length < accepted.length;
  }

  return {
    endAttempt: (...ended) => db.atomically(() => endAttempt(...ended)),
    cutOffAttempt(work, attempt, outcome, nowMs) {
      attempts.closeAttempt(attempt, outcome, nowMs);
      fail(work, nowMs);
    },
    withdrawAttempt: (work, attempt, dueAtMs) =>
      db.atomically(() => {
        attempts.forgetOpenAttempt(attempt);
        outbox.releaseWork(work, dueAtMs);
        holdFirst(work);
      }),
    refusePost: (work, outcome, nowMs) =>
      db.atomically(() => {
        const { askedBy } = work.body;
        if (askedBy === null) return cards.turnIntoCard(work, "no_webhook", nowMs);
        const attempt = attempts.beginAttempt(work.subject, askedBy, nowMs);
        attempts.closeAttempt(attempt, outcome, nowMs);
        endResend(work, nowMs);
        account.countTowardsRun(work, "failed", nowMs);
      }),
    postponePost: (work, attempt, outcome, dueAtMs, nowMs) =>
      db.atomically(() => {
        attempts.closeAttempt(attempt, outcome, nowMs);
        outbox.postponeWork(work, dueAtMs);
        holdFirst(work);
      }),
    skipPost: (work, nowMs) =>
      db.atomically(() => {
        endResend(work, nowMs);
        account.countTowardsRun(work, "skipped", nowMs);
      }),
    recordDone: (done) => db.atomically(() => recordDone(done)),
  };
}

function isResend({ body }: WorkOf<"post">): boolean {
  return body.askedBy !== null;
}
