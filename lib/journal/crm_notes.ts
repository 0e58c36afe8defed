// Which notes of a deal are owed: its request, what its visitor sent and edited, managers' notes, doubts; and a late phone. Reads none of them, and sends nothing.
// Of a lead's notes only the first has a due time (additions.ts).

import type { AttemptRecords } from "./attempts.ts";
import type { BlockMoves } from "./blocked.ts";
import type { Database } from "./engine.ts";
import type { DealMoves } from "./deals.ts";
import { type Deal, mayHaveArrived } from "../lead.ts";

/** How long a note of media waits for the managers' message of it, which it links to, in ms. */
export const MEDIA_WAIT_MS = 60_000;

/** What is owed to deals. */
export interface CrmNoteMoves {
  /**
   * Records what a lead became, and owes its notes where its CRM takes any: the request, each follow-up and managers' note so
   * far, and that it may be there twice, where an earlier POST may have arrived; of a visitor who was blocked meanwhile only
   * what a manager asked for. `askedBy` is the manager who asked for this one.
   */
  recordDeal(lead: number, deal: Deal, askedBy: string | null, nowMs: number): Promise<void>;
  /** Owes a note of a follow-up or an edit that is new, where its lead has a deal. */
  oweFollowUpNote(followUp: number, what: NewFollowUp, nowMs: number): Promise<void>;
  /** The same for one that says something else now; one that waits to be sent will say that anyway. */
  oweChangedNote(followUp: number, nowMs: number): Promise<void>;
  /** Owes a note that a manager wrote, where its lead has a deal; else it is owed with the deal. */
  oweManagersNote(note: KeptNote, nowMs: number): Promise<void>;
  /**
   * Keeps a phone that came too late for a lead's POST, and owes it to the contact of the lead's deal; else it is owed with the
   * deal. Nothing where the lead was not asked for a phone, or has one.
   */
  owePhone(lead: number, phone: string, nowMs: number): Promise<void>;
  /** The managers' message of a follow-up is there: a note that waited for it may leave. */
  hurryNote(followUp: number, nowMs: number): Promise<void>;
  /** What was left (`Dialect.isWorkLeft`) is due; nothing is of a person who was erased. */
  recoverNotes(dead: string | null, nowMs: number): Promise<void>;
  /** How many notes a lead's deal is owed, and how many were given up. */
  countNotes(lead: number): Promise<NoteCounts>;
}

/** A note that a manager wrote about a lead. */
export interface KeptNote {
  readonly lead: number;
  readonly by: string;
  readonly text: string;
}

/** What matters to a note of what a visitor sent. */
export interface NewFollowUp {
  readonly isEdit: boolean;
  readonly hasMedia: boolean;
}

/** How many notes a deal is still owed, and how many were not written within their time. */
export interface NoteCounts {
  readonly owed: number;
  readonly givenUp: number;
}

const COLUMNS = "(lead, account, kind, follow_up, text, created_at_ms, ready_at_ms, due_at_ms)";

/** The due time of a new note: behind an earlier one it has none. */
function dueSql(readyAtMs: string): string {
  return `CASE WHEN NOT EXISTS (SELECT 1 FROM crm_notes AS earlier WHERE earlier.lead = deals.lead)
    THEN CAST(${readyAtMs} AS BIGINT) END`;
}

/** The first note of each lead. */
const FIRST = "number IN (SELECT min(number) FROM crm_notes GROUP BY lead)";

/** Counts the notes of a lead's deal. */
export function noteCounts(db: Database): Pick<CrmNoteMoves, "countNotes"> {
  const count = db.reader(
    `SELECT (SELECT count(*) FROM crm_notes WHERE crm_notes.lead = deals.lead) AS owed, notes_given_up
     FROM deals WHERE lead = ?`,
  );
  return {
    async countNotes(lead) {
      const row = await count.get(lead);
      return { owed: Number(row?.["owed"] ?? 0), givenUp: Number(row?.["notes_given_up"] ?? 0) };
    },
  };
}

/** The moves in an open database; each belongs into the transaction of what it follows from. */
export function crmNoteMoves(
  db: Database,
  { insertDeal }: DealMoves,
  { attemptsOf }: Pick<AttemptRecords, "attemptsOf">,
  { isLeadBlocked }: Pick<BlockMoves, "isLeadBlocked">,
): CrmNoteMoves {
  const { greater, isWorkLeft, jsonText } = db.dialect;
  const insert = db.writer(
    `INSERT INTO crm_notes ${COLUMNS}
     SELECT lead, account, ?2, NULL, ?3, ?4, ?4, ${
      dueSql("?4")
    } FROM deals WHERE lead = ?1 AND account <> ''`,
  );
  // Behind the request, so without a due time.
  const insertFollowUps = db.writer(
    `INSERT INTO crm_notes ${COLUMNS}
     SELECT deals.lead, account, CASE WHEN edit_of IS NULL THEN 'follow_up' ELSE 'edit' END, number, NULL, ?2,
       CAST(?2 AS BIGINT) + CASE WHEN shown_at_ms IS NULL AND ${
      jsonText("content", "media")
    } IS NOT NULL
         THEN ${MEDIA_WAIT_MS} ELSE 0 END, NULL
     FROM follow_ups JOIN deals ON deals.lead = follow_ups.lead WHERE follow_ups.lead = ?1
     ORDER BY number`,
  );
  // Those that were kept before there was a deal.
  const insertManagersNotes = db.writer(
    `INSERT INTO crm_notes ${COLUMNS}
     SELECT deals.lead, account, 'decision', NULL, 'Заметка (' || said_by || '): ' || coalesce(${
      jsonText("content", "text")
    }, ''), ?2, ?2, NULL
     FROM answers JOIN answer_messages ON answer = answers.number JOIN deals ON deals.lead = answers.lead
     WHERE answers.lead = ?1 AND kind = 'note' AND state = 'kept' ORDER BY answers.number`,
  );
  const isWaiting = `EXISTS (SELECT 1 FROM crm_notes AS waiting WHERE waiting.follow_up = ?1
    AND (waiting.due_at_ms IS NOT NULL OR EXISTS (SELECT 1 FROM crm_notes AS earlier
      WHERE earlier.lead = waiting.lead AND earlier.number < waiting.number)))`;
  const insertFollowUp = db.writer(
    `INSERT INTO crm_notes ${COLUMNS}
     SELECT lead, account, ?2, ?1, NULL, ?3, ?4, ${dueSql("?4")} FROM deals
     WHERE lead = (SELECT lead FROM follow_ups WHERE number = ?1) AND account <> ''
       AND NOT ${isWaiting}`,
  );
  const keepPhone = db.writer(
    `UPDATE phone_asks SET late_phone = ?2
     WHERE lead = ?1 AND (SELECT phone FROM leads WHERE number = ?1) IS NULL`,
  );
  const insertPhone = db.writer(
    `INSERT INTO crm_notes ${COLUMNS}
     SELECT deals.lead, account, 'phone', NULL, late_phone, ?2, ?2, ${
      dueSql("?2")
    } FROM deals JOIN phone_asks ON phone_asks.lead = deals.lead
     WHERE deals.lead = ?1 AND account <> '' AND contact_id IS NOT NULL AND late_phone IS NOT NULL`,
  );
  const hurry = db.writer(
    `UPDATE crm_notes SET ready_at_ms = ?2, due_at_ms = CASE WHEN due_at_ms IS NOT NULL THEN CAST(?2 AS BIGINT) END
     WHERE follow_up = ?1 AND ready_at_ms > ?2`,
  );
  // Due times that a clock set ahead left there.
  const clampReady = db.writer(
    "UPDATE crm_notes SET ready_at_ms = ?1 WHERE ready_at_ms > ?1",
  );
  // By an older bot, which knows no notes.
  const forgetErased = db.writer(
    "DELETE FROM crm_notes WHERE (SELECT user_id FROM leads WHERE number = lead) = 0",
  );
  const makeDue = db.writer(
    `UPDATE crm_notes SET due_at_ms = ${greater("?1", "ready_at_ms")}
     WHERE ${FIRST} AND ${isWorkLeft("?2")}`,
  );

  return {
    ...noteCounts(db),
    async recordDeal(lead, deal, askedBy, nowMs) {
      if (!await insertDeal(lead, deal, nowMs) || deal.takesNotes === false) return;
      if (askedBy === null && await isLeadBlocked(lead)) return;
      await insert.run(lead, "request", null, nowMs);
      await insertFollowUps.run(lead, nowMs);
      await insertManagersNotes.run(lead, nowMs);
      await insertPhone.run(lead, nowMs);
      if ((await attemptsOf(lead)).some(({ outcome }) => mayHaveArrived(outcome))) {
        await insert.run(lead, "decision", doubtText(askedBy), nowMs);
      }
    },
    async oweFollowUpNote(followUp, { isEdit, hasMedia }, nowMs) {
      const readyAtMs = hasMedia && !isEdit ? nowMs + MEDIA_WAIT_MS : nowMs;
      await insertFollowUp.run(followUp, isEdit ? "edit" : "follow_up", nowMs, readyAtMs);
    },
    oweChangedNote: async (followUp, nowMs) =>
      void await insertFollowUp.run(followUp, "edit", nowMs, nowMs),
    oweManagersNote: async ({ lead, by, text }, nowMs) =>
      void await insert.run(lead, "decision", `Заметка (${by}): ${text}`, nowMs),
    async owePhone(lead, phone, nowMs) {
      if ((await keepPhone.run(lead, phone)).changes === 1) await insertPhone.run(lead, nowMs);
    },
    hurryNote: async (followUp, nowMs) => void await hurry.run(followUp, nowMs),
    async recoverNotes(dead, nowMs) {
      await forgetErased.run();
      await clampReady.run(nowMs + MEDIA_WAIT_MS);
      await makeDue.run(nowMs, dead);
    },
  };
}

/** Says in the CRM that the deal may be there twice, and who decided to send it again. */
function doubtText(askedBy: string | null): string {
  const doubt = "Возможен дубль: предыдущая отправка могла дойти.";
  return askedBy === null ? doubt : `${doubt} Ещё раз отправил(а) ${askedBy}`;
}
