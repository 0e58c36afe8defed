// The journal forgets who a lead was about, in every table that told it. Does not decide when, or whom.

import { ANSWERS_OF_LEAD } from "./answer_erasure.ts";
import type { CardConsequences, CardMoves } from "./card_moves.ts";
import type { Database, Row } from "./engine.ts";
import type { HeldMoves } from "./held.ts";
import type { Lead, Visitor } from "../lead.ts";
import type { LeadLives } from "./lead_life.ts";
import { PRESS_OF_COPY } from "./recovery.ts";
import { recordIn } from "./stored_json.ts";

/** A person as the journal's texts name them. */
export interface Erased {
  readonly chatId: number;
  /** As a note names the person: `@name`, `id310452007`, the full name. */
  readonly names: readonly string[];
}

export interface ErasureMoves {
  /**
   * Erases the personal data of settled leads received before a moment, from number `from` on, at most `most` leads a call. A
   * lead after a later one counts as later, even if the clock says otherwise; leads after `nowMs` say nothing about others.
   *
   * @returns How many were erased, and where to go on; undefined at the end.
   */
  eraseSettledBefore(
    beforeMs: number,
    from: number,
    most: number,
    nowMs?: number,
  ): Promise<{ readonly erased: number; readonly next: number | undefined }>;
  /**
   * Erases a person: the leads of their chat, pending work, waiting updates, names on cards. Open leads are closed.
   *
   * @returns How many leads; undefined, with nothing changed, while one is on its way to the CRM.
   */
  erasePerson(chatId: number, by: string, nowMs: number): Promise<number | undefined>;
}

/** What is erased of a person, by table. */
export interface ErasureRecords {
  /**
   * Erases who one lead was about: name, username, ids, messages, what the CRM said of it, and what is owed to them and to
   * its deal. The deal's id and address stay: they tell nothing of a person, and lead to what has to be erased in the CRM.
   */
  eraseLead(lead: number): Promise<void>;
  /** Erases what is known of a person beside their leads: menus, waiting messages and reminders, notes that name them. */
  eraseChat(person: Erased): Promise<void>;
}

/** The records in an open database. */
export function erasureRecords(db: Database): ErasureRecords {
  const chatOfReminder = db.dialect.jsonNumber("body", "chatId");
  const ofFollowUps = "SELECT number FROM follow_ups WHERE lead = ?1";
  // In this order: what comes last is what the others are found by. Work in hand goes too; its end is then no move.
  const ofLead = [
    `DELETE FROM menus WHERE (chat_id, message_id) =
       (SELECT chat_id, menu_message_id FROM leads WHERE number = ?1)`,
    `DELETE FROM outbox WHERE subject = 0 AND kind = 'reminder' AND EXISTS (
       SELECT 1 FROM leads WHERE number = ?1 AND chat_id = ${chatOfReminder}
         AND received_at_ms >= ${db.dialect.jsonNumber("body", "sentAtMs")})`,
    "DELETE FROM outbox WHERE kind = 'confirmation' AND subject = ?1",
    "DELETE FROM repeats WHERE lead = ?1",
    "DELETE FROM facts WHERE name = 'held_of:' || (SELECT chat_id FROM leads WHERE number = ?1)",
    `DELETE FROM outbox WHERE kind IN ('follow_up', 'thanks') AND subject IN (${ofFollowUps})`,
    `DELETE FROM follow_up_messages WHERE follow_up IN (${ofFollowUps})`,
    `UPDATE follow_ups SET chat_id = 0, album_id = NULL,
       content = '{"text":"","entities":[],"media":null,"captionable":false}' WHERE lead = ?1`,
    "UPDATE attempts SET reason = NULL WHERE lead = ?1",
    ...ANSWERS_OF_LEAD,
    "DELETE FROM crm_notes WHERE lead = ?1",
    "DELETE FROM returns WHERE lead = ?1",
    "DELETE FROM take_questions WHERE lead = ?1",
    `UPDATE leads SET user_id = 0, username = NULL, first_name = '', last_name = NULL,
       language = NULL, chat_id = 0, menu_message_id = -number WHERE number = ?1`,
  ].map((sql) => db.writer(sql));
  // A number comes as REAL from node:sqlite, and would be "7.0" as a text.
  const ofChat = [
    "DELETE FROM menus WHERE chat_id = ?1",
    "DELETE FROM blocked_visitors WHERE chat_id = ?1",
    "DELETE FROM outbox WHERE kind = 'thanks' AND body = CAST(CAST(?1 AS BIGINT) AS TEXT)",
    `DELETE FROM outbox WHERE subject = 0 AND kind = 'reminder'
       AND ${chatOfReminder} = ?1`,
    `DELETE FROM facts WHERE name >= '${PRESS_OF_COPY}' || CAST(?1 AS BIGINT) || ':'
       AND name < '${PRESS_OF_COPY}' || CAST(?1 AS BIGINT) || ';'`,
  ].map((sql) => db.writer(sql));
  const notes = db.reader("SELECT id, body FROM outbox WHERE kind = 'note'");
  const forgetNote = db.writer("DELETE FROM outbox WHERE id = ?");
  const updates = db.reader("SELECT update_id, body FROM inbox WHERE body IS NOT NULL");
  const emptyUpdate = db.writer(
    "UPDATE inbox SET body = NULL, due_at_ms = NULL WHERE update_id = ?",
  );

  return {
    async eraseLead(lead) {
      for (const each of ofLead) await each.run(lead);
      db.forgetDeleted();
    },
    async eraseChat({ chatId, names }) {
      for (const each of ofChat) await each.run(chatId);
      for (const { id, body } of await notes.all()) {
        if (names.some((name) => isNamedIn(String(body), name))) await forgetNote.run(Number(id));
      }
      for (const { update_id, body } of await updates.all()) {
        if (chatsOf(String(body)).includes(chatId)) await emptyUpdate.run(Number(update_id));
      }
      db.forgetDeleted();
    },
  };
}

/** The moves in an open database. */
export function erasureMoves(
  db: Database,
  { leadsOfChat, isPostOwed }: LeadLives,
  { closeByHand, oweCardUpdate }: CardMoves & CardConsequences,
  { forgetHeldLine }: HeldMoves,
): ErasureMoves {
  const { eraseLead, eraseChat } = erasureRecords(db);
  const leadsFrom = db.reader(
    `SELECT number, received_at_ms, state IN ('in_crm', 'by_hand') AND user_id <> 0 AS erasable
     FROM leads WHERE number >= ? ORDER BY number LIMIT ?`,
  );

  async function isOnItsWay({ number, state }: Lead): Promise<boolean> {
    return state === "received" || await isPostOwed(number);
  }

  return {
    eraseSettledBefore: (beforeMs, from, most, nowMs = Infinity) =>
      db.atomically(async () => {
        const all = await leadsFrom.all(from, most);
        const isYoung = (row: Row) =>
          Number(row["received_at_ms"]) >= beforeMs && Number(row["received_at_ms"]) <= nowMs;
        const young = all.findIndex(isYoung);
        const rows = young === -1 ? all : all.slice(0, young);
        const old = rows.filter((row) => Number(row["received_at_ms"]) < beforeMs);
        const due = old.filter((row) => row["erasable"]).map((row) => Number(row["number"]));
        for (const number of due) await eraseLead(number);
        const last = rows.at(-1);
        const goesOn = last !== undefined && rows.length === most;
        return { erased: due.length, next: goesOn ? Number(last["number"]) + 1 : undefined };
      }),
    erasePerson: (chatId, by, nowMs) =>
      db.atomically(async () => {
        const leads = await leadsOfChat(chatId);
        for (const lead of leads) if (await isOnItsWay(lead)) return undefined;
        for (const { number, card } of leads) {
          const isClosedNow = await closeByHand(number, by, nowMs);
          await eraseLead(number);
          if (card !== null && !isClosedNow) await oweCardUpdate(number, nowMs);
        }
        await eraseChat({ chatId, names: leads.flatMap(({ visitor }) => namesOf(visitor)) });
        await forgetHeldLine(chatId);
        return leads.length;
      }),
  };
}

/** As texts for the managers' chat name a visitor; a first name alone may be another's. */
function namesOf({ userId, username, firstName, lastName }: Visitor): string[] {
  const names = userId === 0 ? [] : [`id${userId}`, String(userId)];
  if (username !== null) names.push(`@${username}`);
  if (lastName !== null) names.push(`${firstName} ${lastName}`);
  return names;
}

/** The chats that an update of any kind is about: each part names its chat, a press that of its message. */
function chatsOf(update: string): unknown[] {
  const parts = Object.values(recordIn(update) ?? {});
  const messages = parts.map((part) => memberOf(part, "message"));
  return [...parts, ...messages].map((each) => memberOf(memberOf(each, "chat"), "id"));
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** Not as a part of a longer name. */
function isNamedIn(text: string, name: string): boolean {
  const letter = /[\p{L}\p{N}_]/u;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const [before = "", after = ""] = [text[at - 1], text[at + name.length]];
    if (!letter.test(before) && !letter.test(after)) return true;
  }
  return false;
}
