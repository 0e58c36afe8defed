// The queue of notes that are owed to deals, by account: handed out in order, finished or put off. Sends none.

import type { BlockMoves } from "./blocked.ts";
import type { Database, Row } from "./engine.ts";
import type { DealRecords, RecordedDeal } from "./deals.ts";
import type { FollowUpMoves } from "./follow_ups.ts";
import type { FollowUpContent, Lead, MessageAddress } from "../lead.ts";
import type { LeadRecords } from "./leads.ts";
import { textOrNull } from "./rows.ts";

/** A note that a deal is owed. */
export interface CrmNote {
  readonly id: number;
  /** `note:` and the account's host. */
  readonly lane: string;
  readonly failures: number;
  readonly kind: "crm_note";
  readonly lead: Lead;
  readonly deal: RecordedDeal;
  readonly createdAtMs: number;
  readonly what: NoteSubject;
}

/** What a note is about. */
export type NoteSubject =
  | { readonly kind: "request" }
  | {
    readonly kind: "follow_up";
    readonly content: FollowUpContent;
    readonly isEdit: boolean;
    /** The managers' message of it, where they have one. */
    readonly shown: MessageAddress | null;
  }
  | { readonly kind: "decision"; readonly text: string }
  /** Not a note: the phone of the deal's contact, which comes in turn with the notes. */
  | { readonly kind: "phone"; readonly contact: number; readonly phone: string };

/** A note whose row does not hold what its kind needs. */
export interface UnreadableNote extends Frame {
  readonly kind: "unreadable";
}

type Frame = Pick<CrmNote, "id" | "lane" | "failures">;

type Numbered = Pick<CrmNote, "id">;

/**
 * A note that was taken stays the caller's until it is finished, given up, released or postponed, as in the outbox; the next
 * of its lead waits for that.
 */
export interface NoteQueue {
  /** Where notes are owed, waiting or in hand; reads all of them. */
  noteLanes(): Promise<string[]>;
  /** When the next waiting note of a lane is due; undefined if none waits. */
  nextNoteDueAtMs(lane: string): Promise<number | undefined>;
  /** Hands out due notes of a lane, longest due first, at most one of a lead. */
  takeNotes(lane: string, nowMs: number, most: number): Promise<(CrmNote | UnreadableNote)[]>;
  /** The note is in the CRM. */
  finishNote(note: Numbered): Promise<void>;
  /** The note will not be sent; its lead keeps count of that. */
  giveUpNote(note: Numbered): Promise<void>;
  /** Gives a note back that was taken and not tried. */
  releaseNote(note: Numbered, dueAtMs: number): Promise<void>;
  /** Counts one more failure; `failures` of the next `takeNotes` tells. */
  postponeNote(note: Numbered, dueAtMs: number): Promise<void>;
}

const NOTE_LANES = "note:";

/** The lane in which the notes for an account wait. */
export function noteLane(account: string): string {
  return NOTE_LANES + account;
}

/** The account of such a lane. */
export function accountOfNotes(lane: string): string {
  return lane.slice(NOTE_LANES.length);
}

/** The queue in an open database. */
export function noteQueue(
  db: Database,
  { findLead, dealOf, findFollowUp, isLeadBlocked }:
    & LeadRecords
    & DealRecords
    & FollowUpMoves
    & Pick<BlockMoves, "isLeadBlocked">,
): NoteQueue {
  const { isMine } = db.dialect;
  const accounts = db.reader("SELECT DISTINCT account FROM crm_notes");
  const nextDue = db.reader(
    `SELECT due_at_ms FROM crm_notes WHERE account = ? AND due_at_ms IS NOT NULL
     ORDER BY due_at_ms LIMIT 1`,
  );
  const take = db.writer(
    `UPDATE crm_notes SET due_at_ms = NULL WHERE number IN (
       SELECT number FROM crm_notes WHERE account = ? AND due_at_ms <= ?
       ORDER BY due_at_ms, number LIMIT ?)
     RETURNING *`,
  );
  const remove = db.writer(`DELETE FROM crm_notes WHERE number = ? AND ${isMine} RETURNING lead`);
  const makeNextDue = db.writer(
    `UPDATE crm_notes SET due_at_ms = ready_at_ms
     WHERE number = (SELECT min(number) FROM crm_notes WHERE lead = ?)`,
  );
  const countGivenUp = db.writer(
    "UPDATE deals SET notes_given_up = notes_given_up + 1 WHERE lead = ?",
  );
  const selectTheirs = db.reader(
    "SELECT lead FROM crm_notes WHERE number = ? AND kind <> 'decision'",
  );
  const release = db.writer(`UPDATE crm_notes SET due_at_ms = ? WHERE number = ? AND ${isMine}`);
  const postpone = db.writer(
    `UPDATE crm_notes SET due_at_ms = ?, failures = failures + 1 WHERE number = ? AND ${isMine}`,
  );

  /** The lead whose note it was; undefined when it has been forgotten meanwhile. */
  async function end({ id }: Numbered): Promise<number | undefined> {
    const row = await remove.get(id);
    if (row === undefined) return undefined;
    const lead = Number(row["lead"]);
    await makeNextDue.run(lead);
    return lead;
  }

  /** A visitor may have been blocked while a note of theirs was in hand: it does not come back. A manager's note does. */
  async function forgetIfBlocked({ id }: Numbered): Promise<boolean> {
    const row = await selectTheirs.get(id);
    if (row === undefined || !await isLeadBlocked(Number(row["lead"]))) return false;
    await end({ id });
    return true;
  }

  async function subjectIn(
    row: Row,
    deal: RecordedDeal | undefined,
  ): Promise<NoteSubject | undefined> {
    switch (row["kind"]) {
      case "request":
        return { kind: "request" };
      case "decision":
        return { kind: "decision", text: textOrNull(row["text"]) ?? "" };
      case "phone": {
        const phone = textOrNull(row["text"]);
        return deal?.contact === undefined || phone === null
          ? undefined
          : { kind: "phone", contact: deal.contact, phone };
      }
      case "follow_up":
      case "edit": {
        const found = await findFollowUp(Number(row["follow_up"]));
        return found && {
          kind: "follow_up",
          content: found.followUp.content,
          isEdit: row["kind"] === "edit",
          shown: found.shown,
        };
      }
      default:
        return undefined;
    }
  }

  /** Undefined where the row does not hold what its kind needs. */
  async function noteIn(row: Row, frame: Frame): Promise<CrmNote | undefined> {
    const number = Number(row["lead"]);
    const lead = await findLead(number);
    const deal = await dealOf(number);
    const what = await subjectIn(row, deal);
    if (lead === undefined || deal === undefined || what === undefined) return undefined;
    const createdAtMs = Number(row["created_at_ms"]);
    return { ...frame, kind: "crm_note", lead, deal, createdAtMs, what };
  }

  async function read(row: Row): Promise<CrmNote | UnreadableNote> {
    const frame = {
      id: Number(row["number"]),
      lane: NOTE_LANES + String(row["account"]),
      failures: Number(row["failures"]),
    };
    const unreadable = { ...frame, kind: "unreadable" } as const;
    try {
      return await noteIn(row, frame) ?? unreadable;
    } catch (error) {
      if (error instanceof TypeError) return unreadable; // What the visitor sent is damaged.
      throw error;
    }
  }

  return {
    noteLanes: async () => (await accounts.all()).map((row) => NOTE_LANES + String(row["account"])),
    async nextNoteDueAtMs(lane) {
      const row = await nextDue.get(accountOfNotes(lane));
      return row && Number(row["due_at_ms"]);
    },
    async takeNotes(lane, nowMs, most) {
      const rows = await take.all(accountOfNotes(lane), nowMs, most);
      return (await Promise.all(rows.map(read))).sort((a, b) => a.id - b.id);
    },
    finishNote: (note) => db.atomically(async () => void await end(note)),
    giveUpNote: (note) =>
      db.atomically(async () => {
        const lead = await end(note);
        if (lead !== undefined) await countGivenUp.run(lead);
      }),
    releaseNote: ({ id }, dueAtMs) =>
      db.atomically(async () => {
        if (!await forgetIfBlocked({ id })) await release.run(dueAtMs, id);
      }),
    postponeNote: ({ id }, dueAtMs) =>
      db.atomically(async () => {
        if (!await forgetIfBlocked({ id })) await postpone.run(dueAtMs, id);
      }),
  };
}
