// How a lead's POST ends, and what follows from that. POSTs nothing.

import type { Attempt, AttemptMoves } from "./attempts.ts";
import type { BlockMoves } from "./blocked.ts";
import type { CardConsequences } from "./card_moves.ts";
import type { CrmNoteMoves } from "./crm_notes.ts";
import type { Database } from "./engine.ts";
import { beginsWith } from "./dialect.ts";
import type { CrmOutcome } from "../lead.ts";
import { type LeadMoves, statesBeforeSql } from "./leads.ts";
import type { OutboxMoves } from "./outbox.ts";
import { PROFILE_FACTS } from "./profile_keys.ts";
import type { CrmAccount } from "./send_all.ts";
import type { WorkOf } from "./work.ts";

/**
 * What has ended outside and leaves nothing owed: many of these are recorded by one verb. Of work that another process has
 * taken over nothing is recorded.
 */
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
  /**
   * Records how a POST ended and all that follows: the lead's state, its deal, its card, the account of a run, the offer to send
   * all. An attempt that has ended stays as it ended: another process may have taken it over, and the managers then have its card.
   */
  endAttempt(
    work: WorkOf<"post">,
    attempt: Attempt,
    outcome: CrmOutcome,
    nowMs: number,
  ): Promise<void>;
  /** An attempt that was recorded as begun was not made: its POST is due again. */
  withdrawAttempt(work: WorkOf<"post">, attempt: Attempt, dueAtMs: number): Promise<void>;
  /** Records that no POST can be made: the lead's card is due; a manager's resend becomes an attempt that ended at once. */
  refusePost(work: WorkOf<"post">, outcome: CrmOutcome, nowMs: number): Promise<void>;
  /** The CRM was asked for too much and took nothing: the attempt has ended, and the same POST is due again. */
  postponePost(
    work: WorkOf<"post">,
    attempt: Attempt,
    outcome: CrmOutcome,
    dueAtMs: number,
    nowMs: number,
  ): Promise<void>;
  /** No POST is called for any more: the card of its lead says how things stand. */
  skipPost(work: WorkOf<"post">, nowMs: number): Promise<void>;
  /** Records what has ended, all or nothing; tells whether work for the managers may be due. */
  recordDone(done: readonly Done[]): Promise<boolean>;
}

export interface CrmConsequences {
  /** An attempt of an earlier process ends without an answer, which says nothing of the CRM. */
  cutOffAttempt(
    work: WorkOf<"post">,
    attempt: Attempt,
    outcome: CrmOutcome,
    nowMs: number,
  ): Promise<void>;
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
    readonly finishUpdates: (ids: readonly number[]) => Promise<void>;
  },
): CrmMoves & CrmConsequences {
  const rows = db.dialect.rows("?");
  const member = (nth: number) => `CAST(value ->> ${nth} AS BIGINT)`;
  const ended = `(SELECT ${member(0)} AS lead, ${member(1)} AS nth, ${member(2)} AS status,
    ${member(3)} AS at_ms, ${member(4)} AS confirmed_at_ms FROM ${rows}) AS done`;
  const closeAll = db.writer(
    `UPDATE attempts SET ended_at_ms = done.at_ms, outcome = 'accepted', status = done.status
     FROM ${ended} WHERE attempts.lead = done.lead AND attempts.nth = done.nth
       AND ended_at_ms IS NULL AND ${db.dialect.isMyAttempt}`,
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

  async function endResend(work: WorkOf<"post">, nowMs: number): Promise<boolean> {
    if (!await outbox.endWork(work)) return false;
    await cards.oweCardUpdate(work.subject, nowMs);
    return true;
  }

  async function succeed(work: WorkOf<"post">, { deal }: Accepted, nowMs: number): Promise<void> {
    const lead = work.subject;
    if (deal !== undefined) await notes.recordDeal(lead, deal, work.body.askedBy, nowMs);
    await leads.moveLead(lead, "in_crm");
    await outbox.finishWork(work);
    if (isResend(work)) { // There is a card to close.
      await cards.forgetWaitingCard(lead);
      await cards.oweCardUpdate(lead, nowMs);
      await account.cardChanged(lead, nowMs);
    }
    await cards.releaseFollowUps(lead, nowMs);
    await account.crmAnswered(lead, nowMs);
    await account.countTowardsRun(work, "sent", nowMs);
  }

  async function fail(work: WorkOf<"post">, nowMs: number): Promise<void> {
    if (isResend(work)) await endResend(work, nowMs);
    else await cards.turnIntoCard(work, "crm_failed", nowMs);
    await account.countTowardsRun(work, "failed", nowMs);
  }

  async function endAttempt(
    work: WorkOf<"post">,
    attempt: Attempt,
    outcome: CrmOutcome,
    nowMs: number,
  ): Promise<void> {
    if (!await attempts.closeAttempt(attempt, outcome, nowMs)) return;
    if (outcome.kind === "accepted") return await succeed(work, outcome, nowMs);
    await fail(work, nowMs);
    await account.crmFailed(work.subject);
  }

  /** What is due again is held back where its visitor was blocked meanwhile; what a person asked for goes on. */
  async function holdFirst(work: WorkOf<"post">): Promise<void> {
    if (!isResend(work)) await blocks.holdIfBlocked(work.subject);
  }

  /** First POSTs that the CRM took: nearly all there are. Returns those whose attempts have ended by this. */
  async function settleFirst(
    accepted: readonly Ended<"accepted">[],
    confirmedAtMs: ReadonlyMap<number, number>,
  ): Promise<{ readonly settled: readonly Ended<"accepted">[]; readonly owesManagers: boolean }> {
    const rowsOf = (ended: readonly Ended<"accepted">[]) =>
      JSON.stringify(ended.map(({ work, attempt, outcome, atMs }) => [
        work.subject,
        attempt.nth,
        outcome.status,
        atMs,
        confirmedAtMs.get(work.subject) ?? null,
      ]));
    let settled = accepted;
    let rows = rowsOf(settled);
    if ((await closeAll.run(rows)).changes !== settled.length) {
      settled = await endedBy(accepted);
      rows = rowsOf(settled);
    }
    const nowMs = Math.max(...accepted.map(({ atMs }) => atMs));
    const followed = (await settleAll.all(rows))
      .filter((row) => row["has_follow_ups"] || row["is_any_crm_down"]);
    for (const row of followed) {
      const lead = Number(row["number"]);
      await cards.releaseFollowUps(lead, nowMs);
      await account.crmAnswered(lead, nowMs);
    }
    return { settled, owesManagers: followed.length > 0 };
  }

  /** Without those that a takeover has ended. */
  async function endedBy(accepted: readonly Ended<"accepted">[]): Promise<Ended<"accepted">[]> {
    const ended: Ended<"accepted">[] = [];
    for (const each of accepted) {
      const attempt = (await attempts.attemptsOf(each.work.subject))
        .find(({ nth }) => nth === each.attempt.nth);
      if (attempt?.outcome === "accepted" && attempt.endedAtMs === each.atMs) ended.push(each);
    }
    return ended;
  }

  async function recordDone(done: readonly Done[]): Promise<boolean> {
    const confirmed = done.filter((each) => each.kind === "confirmed");
    const accepted = done.filter((each) => each.kind === "accepted");
    const handled = done.filter((each) => each.kind === "handled");
    const first = accepted.filter(({ work }) => !isResend(work));
    const confirmedAtMs = new Map(confirmed.map(({ work, atMs }) => [work.subject, atMs]));
    const { settled, owesManagers } = first.length > 0
      ? await settleFirst(first, confirmedAtMs)
      : { settled: [], owesManagers: false };
    for (const { work, outcome: { deal }, atMs } of settled) {
      confirmedAtMs.delete(work.subject);
      if (deal !== undefined) await notes.recordDeal(work.subject, deal, null, atMs);
    }
    if (confirmedAtMs.size > 0) await confirmAll.run(JSON.stringify([...confirmedAtMs]));
    const works = [...confirmed, ...settled].map(({ work }) => work);
    if (works.length > 0) await outbox.finishAll(works);
    for (const { work, attempt, outcome, atMs } of accepted) {
      if (isResend(work)) await endAttempt(work, attempt, outcome, atMs);
    }
    if (handled.length > 0) await finishUpdates(handled.map(({ update }) => update));
    return owesManagers || first.length < accepted.length;
  }

  return {
    endAttempt: (...ended) => db.atomically(() => endAttempt(...ended)),
    async cutOffAttempt(work, attempt, outcome, nowMs) {
      await attempts.closeAttemptLeft(attempt, outcome, nowMs);
      await outbox.takeInHand(work);
      await fail(work, nowMs);
    },
    withdrawAttempt: (work, attempt, dueAtMs) =>
      db.atomically(async () => {
        if (!await attempts.forgetOpenAttempt(attempt)) return;
        await outbox.releaseWork(work, dueAtMs);
        await holdFirst(work);
      }),
    refusePost: (work, outcome, nowMs) =>
      db.atomically(async () => {
        const { askedBy } = work.body;
        if (askedBy === null) return await cards.turnIntoCard(work, "no_webhook", nowMs);
        if (!await endResend(work, nowMs)) return;
        const attempt = await attempts.addAttempt(work.subject, askedBy, nowMs);
        await attempts.closeAttempt(attempt, outcome, nowMs);
        await account.countTowardsRun(work, "failed", nowMs);
      }),
    postponePost: (work, attempt, outcome, dueAtMs, nowMs) =>
      db.atomically(async () => {
        if (!await attempts.closeAttempt(attempt, outcome, nowMs)) return;
        await outbox.postponeWork(work, dueAtMs);
        await holdFirst(work);
      }),
    skipPost: (work, nowMs) =>
      db.atomically(async () => {
        if (!await endResend(work, nowMs)) return;
        await account.countTowardsRun(work, "skipped", nowMs);
      }),
    recordDone: (done) => db.atomically(() => recordDone(done)),
  };
}

function isResend({ body }: WorkOf<"post">): boolean {
  return body.askedBy !== null;
}
