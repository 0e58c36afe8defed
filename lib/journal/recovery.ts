// The journal at a start: takes up what an earlier process left, and sees to it that a copy in the journal's place sends no lead again.

import type { Database } from "./database.ts";
import { type CrmOutcome, mayHaveArrived, type NewLead } from "../lead.ts";
import { COPIED_FACT, RESTORED } from "./copies.ts";
import type { Attempt, LeadRecords } from "./leads.ts";
import { isResend, type OutboxRecords, toWork, type Work } from "./outbox.ts";

/** An attempt that an earlier process may have made, and the work that it was made for. */
export interface CutOff {
  readonly attempt: Attempt;
  readonly work: Work | undefined;
}

/** What a start does first. */
export interface Recovery {
  /**
   * Takes up what an earlier process left: an attempt cut off in its middle may have arrived, so it
   * ends as interrupted and its card is due; everything else that is owed is due at once. In a copy that
   * took the journal's place every lead that was not entered may have been since, and no lead is sent again.
   *
   * @param alongside Records what else follows from each of them, with the same move.
   * @returns The cut-off attempts, each with the work it was made for.
   */
  recover(interrupted: CrmOutcome, nowMs: number, alongside?: (work: Work) => void): CutOff[];
}

/** What the moves of a press need to know of a copy. */
export interface CopyRecords {
  /** Whether the press waited in a copy, so that its lead may have been sent already; tells it once. */
  takePressOfCopy(press: NewLead): boolean;
  /** Records an attempt that the copy does not know of: the lead's card says that it may be in the CRM already. */
  recordDoubt(lead: number, nowMs: number): void;
}

/** Begins the names of facts about presses that waited in a copy; the menu that was pressed follows, as `chat:message`. */
export const PRESS_OF_COPY = "press_of_copy:";

/**
 * @param failInCrm The move of an attempt that the CRM did not accept.
 * @param oweCardUpdate Owes an edit of a lead's card.
 */
export function recovery(
  db: Database,
  records: LeadRecords & OutboxRecords,
  failInCrm: (work: Work, attempt: Attempt, outcome: CrmOutcome, nowMs: number) => void,
  oweCardUpdate: (lead: number, nowMs: number) => void,
): Recovery & CopyRecords {
  const allUpdatesDue = db.writer("UPDATE inbox SET due_at_ms = ? WHERE body IS NOT NULL");
  const allWorkDue = db.writer("UPDATE outbox SET due_at_ms = ?");
  const postsToOpenLeads = db.reader(
    `SELECT outbox.* FROM outbox JOIN leads ON number = subject
     WHERE kind = 'post' AND state NOT IN ('in_crm', 'by_hand') ORDER BY id`,
  );
  const openLeads = db.reader(
    "SELECT number FROM leads WHERE state = 'in_admin_chat' ORDER BY number",
  );
  const leadsWithCard = db.reader("SELECT subject FROM outbox WHERE kind = 'card' ORDER BY id");
  const waitingPresses =
    `SELECT '${PRESS_OF_COPY}' || json_extract(body, '$.callback_query.message.chat.id') || ':' ||
       json_extract(body, '$.callback_query.message.message_id') AS name
     FROM inbox WHERE json_valid(body)
       AND json_extract(body, '$.callback_query.message.chat.id') IS NOT NULL
       AND json_extract(body, '$.callback_query.message.message_id') IS NOT NULL`;
  const rememberPresses = db.writer(
    `INSERT OR REPLACE INTO facts (name, value) SELECT name, '' FROM (${waitingPresses})`,
  );
  const forgetHandledPresses = db.writer(
    `DELETE FROM facts WHERE name GLOB '${PRESS_OF_COPY}*' AND name NOT IN (${waitingPresses})`,
  );
  const selectFact = db.reader("SELECT 1 FROM facts WHERE name = ?");
  const deleteFact = db.writer("DELETE FROM facts WHERE name = ?");

  function recordDoubt(lead: number, nowMs: number): void {
    records.endAttempt(records.beginAttempt(lead, null, nowMs), RESTORED, nowMs);
  }

  function doubt(lead: number, nowMs: number): void {
    const isDoubtful = mayHaveArrived(records.attemptsOf(lead).at(-1)?.outcome ?? null);
    if (!isDoubtful) recordDoubt(lead, nowMs);
  }

  function recoverCopy(nowMs: number, alongside: (work: Work) => void): CutOff[] {
    for (const row of leadsWithCard.all()) doubt(Number(row["subject"]), nowMs);
    const cutOff = postsToOpenLeads.all().map(toWork).map((work) => {
      const attempt = records.beginAttempt(work.subject, isResend(work) ? work.body : null, nowMs);
      failInCrm(work, attempt, RESTORED, nowMs);
      alongside(work);
      return { attempt, work };
    });
    for (const row of openLeads.all()) {
      const lead = Number(row["number"]);
      doubt(lead, nowMs);
      oweCardUpdate(lead, nowMs); // Its card may say by now that the CRM or a manager has it.
    }
    rememberPresses.run();
    deleteFact.run(COPIED_FACT);
    return cutOff;
  }

  return {
    takePressOfCopy: ({ chatId, menuMessageId }) =>
      deleteFact.run(`${PRESS_OF_COPY}${chatId}:${menuMessageId}`).changes > 0,
    recordDoubt,
    recover(interrupted, nowMs, alongside = () => {}) {
      allUpdatesDue.run(nowMs);
      allWorkDue.run(nowMs);
      const cutOff = records.openAttempts().map((attempt) => {
        const work = records.findWork("post", attempt.lead);
        if (work === undefined) records.endAttempt(attempt, interrupted, nowMs);
        else {
          failInCrm(work, attempt, interrupted, nowMs);
          alongside(work);
        }
        return { attempt, work };
      });
      if (selectFact.get(COPIED_FACT) !== undefined) cutOff.push(...recoverCopy(nowMs, alongside));
      forgetHandledPresses.run();
      return cutOff;
    },
  };
}
