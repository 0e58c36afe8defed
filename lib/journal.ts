// The journal: what Telegram handed over, what became of it, and what is still owed. Does no HTTP, reads no clock.

import { type Database, openDatabase } from "./db.ts";
import type { CardReason, CrmOutcome, Lead, MessageAddress, NewLead } from "./lead.ts";
import {
  type FollowUpRecords,
  followUpRecords,
  type NewFollowUpMessage,
  type RecordedFollowUp,
} from "./journal/follow_ups.ts";
import { type InboxRecords, inboxRecords } from "./journal/inbox.ts";
import { type Attempt, type LeadRecords, leadRecords } from "./journal/leads.ts";
import {
  ADMIN_CHAT_LANE,
  crmLane,
  type OutboxRecords,
  outboxRecords,
  VISITORS_LANE,
  type Work,
} from "./journal/outbox.ts";
import { MIGRATIONS } from "./journal/schema.ts";

export * from "./journal/outbox.ts";
export type { Attempt } from "./journal/leads.ts";
export type { StoredUpdate } from "./journal/inbox.ts";
export type { NewFollowUpMessage, RecordedFollowUp } from "./journal/follow_ups.ts";

/** How long an album is left for its next part before it is shown, in ms: its parts are updates of their own. */
export const ALBUM_QUIET_MS = 1_000;

/**
 * All records and their moves. Everything here is synchronous and joins one transaction with what the
 * same turn of the event loop records; `committed` tells when that is on disk. A move that concerns
 * several tables is therefore whole or not at all.
 */
export interface Journal extends InboxRecords, OutboxRecords, LeadRecords, FollowUpRecords {
  /**
   * Records a press: the lead, its confirmation and its POST, due together. The confirmation is handed
   * to the caller; undefined when the menu already gave a lead.
   *
   * @param confirmation What the outbox keeps for the confirmation until it is sent.
   * @param crmHost Where the POST will go; empty when the profile has no webhook address.
   */
  recordChoice(
    lead: NewLead,
    confirmation: string,
    crmHost: string,
  ): { readonly lead: Lead; readonly confirmation: Work } | undefined;
  finishConfirmation(work: Work, nowMs: number): void;
  /** The CRM took the lead. */
  settleInCrm(work: Work, attempt: Attempt, outcome: CrmOutcome, nowMs: number): void;
  /** The CRM did not take the lead, or there is none: its card is due. */
  oweCard(work: Work, reason: CardReason, nowMs: number): void;
  /** The card is in the admin chat. */
  settleInAdminChat(work: Work, card: MessageAddress, nowMs: number): void;
  /** The card could not be shown: it is due again. */
  markUndelivered(work: Work, dueAtMs: number): void;
  /** Records what a lead sent; the follow-up is due, and for its first message the thanks. */
  recordFollowUp(message: NewFollowUpMessage, nowMs: number): RecordedFollowUp;
  finishFollowUp(work: Work, nowMs: number): void;
  /**
   * Takes up what an earlier process left: an attempt cut off in its middle may have arrived, so it
   * ends as interrupted and its card is due; everything else that is owed is due at once.
   *
   * @returns The cut-off attempts.
   */
  recover(interrupted: CrmOutcome, nowMs: number): Attempt[];
  rememberFact(name: string, value: string): void;
  fact(name: string): string | undefined;
  committed: Database["committed"];
  committedSoon: Database["committedSoon"];
  close(): void;
}

/**
 * Opens the journal in a file, or in `:memory:`.
 *
 * @throws {Error} As `openDatabase` does.
 */
export function openJournal(path: string): Journal {
  const db = openDatabase(path, MIGRATIONS);
  const records = {
    ...inboxRecords(db),
    ...outboxRecords(db),
    ...leadRecords(db),
    ...followUpRecords(db),
  };
  return { ...records, ...moves(db, records) };
}

type Records = InboxRecords & OutboxRecords & LeadRecords & FollowUpRecords;

function moves(db: Database, records: Records): Omit<Journal, keyof Records> {
  const turnIntoCard = db.writer(
    `UPDATE outbox SET kind = 'card', lane = '${ADMIN_CHAT_LANE}', body = ?, failures = 0,
       due_at_ms = ? WHERE id = ?`,
  );
  const postOf = db.reader("SELECT id FROM outbox WHERE kind = 'post' AND subject = ?");
  const hasFollowUps = db.reader("SELECT 1 FROM follow_ups WHERE lead = ? LIMIT 1");
  const releaseFollowUps = db.writer(
    `UPDATE outbox SET due_at_ms = ? WHERE lane = '${ADMIN_CHAT_LANE}' AND kind = 'follow_up'
       AND due_at_ms IS NOT NULL AND subject IN (SELECT number FROM follow_ups WHERE lead = ?)`,
  );
  const delayFollowUp = db.writer(
    `UPDATE outbox SET due_at_ms = ? WHERE lane = '${ADMIN_CHAT_LANE}' AND kind = 'follow_up'
       AND due_at_ms IS NOT NULL AND subject = ?`,
  );
  const allUpdatesDue = db.writer("UPDATE inbox SET due_at_ms = ? WHERE body IS NOT NULL");
  const allWorkDue = db.writer("UPDATE outbox SET due_at_ms = ?");
  const insertFact = db.writer("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)");
  const selectFact = db.reader("SELECT value FROM facts WHERE name = ?");

  function release(lead: number, nowMs: number): void {
    if (hasFollowUps.get(lead) !== undefined) releaseFollowUps.run(nowMs, lead);
  }

  return {
    recordChoice(newLead, confirmation, crmHost) {
      const lead = records.insertLead(newLead);
      if (lead === undefined) return undefined;
      const subject = lead.number;
      const post = { lane: crmLane(crmHost), kind: "post", subject, body: "" } as const;
      records.addWork(post, newLead.receivedAtMs);
      const work = { lane: VISITORS_LANE, kind: "confirmation", subject, body: confirmation };
      return { lead, confirmation: records.addWork(work as Work, null) };
    },
    finishConfirmation(work, nowMs) {
      records.markConfirmed(work.subject, nowMs);
      records.finishWork(work);
    },
    settleInCrm(work, attempt, outcome, nowMs) {
      records.endAttempt(attempt, outcome, nowMs);
      records.moveLead(work.subject, "in_crm");
      records.finishWork(work);
      release(work.subject, nowMs);
    },
    oweCard: (work, reason, nowMs) => void turnIntoCard.run(reason, nowMs, work.id),
    settleInAdminChat(work, card, nowMs) {
      records.rememberCard(work.subject, card);
      records.moveLead(work.subject, "in_admin_chat");
      records.finishWork(work);
      release(work.subject, nowMs);
    },
    markUndelivered(work, dueAtMs) {
      records.moveLead(work.subject, "undelivered");
      records.postponeWork(work, dueAtMs);
    },
    recordFollowUp(message, nowMs) {
      const recorded = records.insertFollowUp(message, nowMs);
      const dueAtMs = message.albumId === null ? nowMs : nowMs + ALBUM_QUIET_MS;
      const subject = recorded.followUp;
      if (recorded.kind === "joined") delayFollowUp.run(dueAtMs, subject);
      if (recorded.kind === "begun") {
        records.addWork({ lane: ADMIN_CHAT_LANE, kind: "follow_up", subject, body: "" }, dueAtMs);
        if (recorded.firstOfAlbum) {
          const body = String(message.chatId);
          records.addWork({ lane: VISITORS_LANE, kind: "thanks", subject, body }, nowMs);
        }
      }
      return recorded;
    },
    finishFollowUp(work, nowMs) {
      records.markShown(work.subject, nowMs);
      records.finishWork(work);
    },
    recover(interrupted, nowMs) {
      allUpdatesDue.run(nowMs);
      allWorkDue.run(nowMs);
      const cutOff = records.openAttempts();
      for (const attempt of cutOff) {
        records.endAttempt(attempt, interrupted, nowMs);
        const post = postOf.get(attempt.lead);
        if (post !== undefined) {
          turnIntoCard.run("crm_failed" satisfies CardReason, nowMs, Number(post["id"]));
        }
      }
      return cutOff;
    },
    rememberFact: (name, value) => void insertFact.run(name, value),
    fact(name) {
      const row = selectFact.get(name);
      return row === undefined ? undefined : String(row["value"]);
    },
    committed: db.committed,
    committedSoon: db.committedSoon,
    close: db.close,
  };
}
