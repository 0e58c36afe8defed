// The follow-ups that are due for the managers: whose they are, how many messages, and which are handed out together.

import { MAIN_CHAT } from "./chats.ts";
import type { Database } from "./engine.ts";
import { OUTBOX_COLUMNS, workOfKind } from "./outbox.ts";
import { FOLLOW_UPS_LANE, type WorkOf } from "./work.ts";

/** What a visitor's chat has due for the managers. */
export interface DueFollowUps {
  /** The visitor's chat. */
  readonly visitor: number;
  /** Number of the first of them. */
  readonly followUp: number;
  /** How many messages that one is, an album with the one that announces it. */
  readonly messages: number;
}

export interface DueFollowUpRecords {
  /** How many messages the first due follow-ups of a chat are, an album with the one that announces it. */
  countDueFollowUpMessages(first: number, nowMs: number, chat?: string): Promise<number>;
  /** The visitors who have follow-ups due in a chat. */
  dueFollowUps(nowMs: number, chat?: string): Promise<DueFollowUps[]>;
  /** Hands out the first due follow-ups of a visitor in a chat, in the order in which they were sent. */
  takeFollowUpsOf(
    visitor: number,
    nowMs: number,
    most: number,
    chat?: string,
  ): Promise<WorkOf<"follow_up">[]>;
  /** How many messages a follow-up's visitor sent within a span that ended with it. */
  countMessagesUntil(followUp: number, withinMs: number): Promise<number>;
}

export function dueFollowUpRecords(db: Database): DueFollowUpRecords {
  const countDue = db.reader(
    `SELECT sum(CASE WHEN parts > 1 THEN parts + 1 ELSE 1 END) AS messages FROM (
       SELECT (SELECT count(*) FROM follow_up_messages WHERE follow_up = subject) AS parts
       FROM outbox WHERE lane = '${FOLLOW_UPS_LANE}' AND chat = ? AND due_at_ms <= ?
       ORDER BY due_at_ms, id LIMIT ?) AS first`,
  );
  const due = db.reader(
    `SELECT chat_id, min(number) AS first FROM outbox JOIN follow_ups ON number = subject
     WHERE lane = '${FOLLOW_UPS_LANE}' AND chat = ? AND due_at_ms <= ? GROUP BY chat_id ORDER BY chat_id`,
  );
  const countParts = db.reader(
    "SELECT count(*) AS parts FROM follow_up_messages WHERE follow_up = ?",
  );
  const takeOf = db.writer(
    `UPDATE outbox SET due_at_ms = NULL WHERE id IN (
       SELECT id FROM outbox JOIN follow_ups ON number = subject
       WHERE lane = '${FOLLOW_UPS_LANE}' AND chat = ? AND due_at_ms <= ? AND follow_ups.chat_id = ?
       ORDER BY number LIMIT ?)
     RETURNING ${OUTBOX_COLUMNS}`,
  );
  const countUntil = db.reader(
    `SELECT count(*) AS messages FROM follow_ups AS last
     JOIN leads ON leads.chat_id = last.chat_id
     JOIN follow_ups AS sent ON sent.lead = leads.number AND sent.number <= last.number
       AND sent.received_at_ms > last.received_at_ms - ?2
     JOIN follow_up_messages ON follow_up_messages.follow_up = sent.number
     WHERE last.number = ?1`,
  );

  return {
    countDueFollowUpMessages: async (first, nowMs, chat = MAIN_CHAT) =>
      Number((await countDue.get(chat, nowMs, first))?.["messages"] ?? 0),
    async dueFollowUps(nowMs, chat = MAIN_CHAT) {
      const rows = await due.all(chat, nowMs);
      return await Promise.all(rows.map(async (row) => {
        const followUp = Number(row["first"]);
        const parts = Number((await countParts.get(followUp))?.["parts"]);
        const messages = parts > 1 ? parts + 1 : 1;
        return { visitor: Number(row["chat_id"]), followUp, messages };
      }));
    },
    takeFollowUpsOf: async (visitor, nowMs, most, chat = MAIN_CHAT) =>
      (await takeOf.all(chat, nowMs, visitor, most)).flatMap((row) =>
        workOfKind("follow_up", row) ?? []
      )
        .sort((a, b) => a.subject - b.subject),
    countMessagesUntil: async (followUp, withinMs) =>
      Number((await countUntil.get(followUp, withinMs))?.["messages"]),
  };
}
