// The journal's follow-ups: what visitors sent after becoming leads, one row a message, album or edit.

import type { Database, Row } from "./database.ts";
import type { FollowUp, FollowUpContent, MessageAddress } from "../lead.ts";
import type { BotKeys } from "./bots.ts";
import { type EditRecords, editRecords } from "./follow_up_edits.ts";
import { FOLLOW_UPS_LANE, toWork, type Work } from "./outbox.ts";

export interface NewFollowUpMessage {
  readonly lead: number;
  readonly chatId: number;
  readonly messageId: number;
  /** Telegram's `media_group_id`; null for a message of its own. */
  readonly albumId: string | null;
  readonly content: FollowUpContent;
}

/** What a visitor's chat has due for the managers. */
export interface DueFollowUps {
  /** The visitor's chat. */
  readonly visitor: number;
  /** Number of the first of them. */
  readonly followUp: number;
  /** How many messages that one is, an album with the one that announces it. */
  readonly messages: number;
}

/** What recording a message did: began a follow-up, joined its album's, or found it known. */
export interface RecordedFollowUp {
  readonly kind: "begun" | "joined" | "known";
  readonly followUp: number;
  /** False for the rest of an album whose first part was recorded: the visitor was thanked for that. */
  readonly firstOfAlbum: boolean;
}

export interface FollowUpRecords extends EditRecords {
  insertFollowUp(message: NewFollowUpMessage, nowMs: number): RecordedFollowUp;
  /** The number of the lead that a follow-up belongs to; 0 when there is no such follow-up. */
  leadOfFollowUp(number: number): number;
  /** Hands out a follow-up to be shown; what comes of its album from now on is a follow-up of its own. Undefined when it is gone. */
  takeFollowUp(number: number): FollowUp | undefined;
  /**
   * Remembers how much of a follow-up the admin chat has, so that a retry goes on from there.
   *
   * @param at The message that shows it, which an edit will reply to.
   */
  markPartShown(followUp: number, parts: number, at?: MessageAddress): void;
  markShown(followUp: number, nowMs: number): void;
  /** How many messages the first due follow-ups are, an album with the one that announces it. */
  countDueFollowUpMessages(first: number, nowMs: number): number;
  /** The visitors who have follow-ups due. */
  dueFollowUps(nowMs: number): DueFollowUps[];
  /** Hands out the first due follow-ups of a visitor, in the order in which they were sent. */
  takeFollowUpsOf(visitor: number, nowMs: number, most: number): Work[];
  /** How many messages a follow-up's visitor sent within a span that ended with it. */
  countMessagesUntil(followUp: number, withinMs: number): number;
}

export function followUpRecords(db: Database, keys: BotKeys): FollowUpRecords {
  const { keyOf, idOf } = keys;
  const insert = db.writer(
    `INSERT INTO follow_ups (lead, chat_id, album_id, content, received_at_ms)
     VALUES (?, ?, ?, ?, ?)`,
  );
  const insertMessage = db.writer(
    "INSERT INTO follow_up_messages (chat_id, message_id, follow_up, content) VALUES (?, ?, ?, ?)",
  );
  const selectMessage = db.reader(
    "SELECT follow_up FROM follow_up_messages WHERE chat_id = ? AND message_id = ?",
  );
  const selectAlbum = db.reader(
    `SELECT number, taken FROM follow_ups WHERE chat_id = ? AND album_id = ?
     ORDER BY number DESC LIMIT 1`,
  );
  const selectLead = db.reader("SELECT lead FROM follow_ups WHERE number = ?");
  const take = db.writer("UPDATE follow_ups SET taken = 1 WHERE number = ? RETURNING *");
  const selectMessages = db.reader(
    "SELECT message_id, content FROM follow_up_messages WHERE follow_up = ? ORDER BY message_id",
  );
  const setPart = db.writer("UPDATE follow_ups SET parts_shown = ? WHERE number = ?");
  const setAddress = db.writer(
    "UPDATE follow_ups SET shown_chat_id = ?, shown_message_id = ? WHERE number = ?",
  );
  const countDue = db.reader(
    `SELECT sum(max(parts, 1) + (parts > 1)) AS messages FROM (
       SELECT (SELECT count(*) FROM follow_up_messages WHERE follow_up = subject) AS parts
       FROM outbox WHERE lane = '${FOLLOW_UPS_LANE}' AND due_at_ms <= ?
       ORDER BY due_at_ms, id LIMIT ?)`,
  );
  const due = db.reader(
    `SELECT chat_id, min(number) AS first FROM outbox JOIN follow_ups ON number = subject
     WHERE lane = '${FOLLOW_UPS_LANE}' AND due_at_ms <= ? GROUP BY chat_id`,
  );
  const countParts = db.reader(
    "SELECT count(*) AS parts FROM follow_up_messages WHERE follow_up = ?",
  );
  const takeOf = db.writer(
    `UPDATE outbox SET due_at_ms = NULL WHERE id IN (
       SELECT id FROM outbox JOIN follow_ups ON number = subject
       WHERE lane = '${FOLLOW_UPS_LANE}' AND due_at_ms <= ? AND chat_id = ?
       ORDER BY number LIMIT ?)
     RETURNING id, lane, kind, subject, body, failures`,
  );
  const countUntil = db.reader(
    `SELECT count(*) AS messages FROM follow_ups AS last
     JOIN leads ON leads.chat_id = last.chat_id
     JOIN follow_ups AS sent ON sent.lead = leads.number AND sent.number <= last.number
       AND sent.received_at_ms > last.received_at_ms - ?2
     JOIN follow_up_messages ON follow_up_messages.follow_up = sent.number
     WHERE last.number = ?1`,
  );
  const setShown = db.writer("UPDATE follow_ups SET shown_at_ms = ? WHERE number = ?");
  const { findEdit, ...edits } = editRecords(db, keys);

  return {
    ...edits,
    insertFollowUp({ lead, chatId, messageId, albumId, content }, nowMs) {
      const known = selectMessage.get(chatId, keyOf(messageId));
      if (known !== undefined) {
        return { kind: "known", followUp: Number(known["follow_up"]), firstOfAlbum: false };
      }
      const album = albumId === null ? undefined : selectAlbum.get(chatId, albumId);
      if (album?.["taken"] === 0) {
        const followUp = Number(album["number"]);
        insertMessage.run(chatId, keyOf(messageId), followUp, JSON.stringify(content));
        return { kind: "joined", followUp, firstOfAlbum: false };
      }
      const { lastInsertRowid } = insert.run(
        lead,
        chatId,
        albumId,
        JSON.stringify(content),
        nowMs,
      );
      const followUp = Number(lastInsertRowid);
      insertMessage.run(chatId, keyOf(messageId), followUp, JSON.stringify(content));
      return { kind: "begun", followUp, firstOfAlbum: album === undefined };
    },
    leadOfFollowUp: (number) => Number(selectLead.get(number)?.["lead"] ?? 0),
    takeFollowUp(number) {
      const row = take.get(number);
      if (row === undefined) return undefined;
      if (row["edit_of"] !== null) return findEdit(row);
      const messages = selectMessages.all(number);
      return {
        number,
        lead: Number(row["lead"]),
        chatId: Number(row["chat_id"]),
        messageIds: messages.map((each) => idOf(Number(each["message_id"]))),
        content: withAllWords(JSON.parse(String(row["content"])), messages),
        partsShown: Number(row["parts_shown"]),
      };
    },
    markPartShown(followUp, parts, at) {
      setPart.run(parts, followUp);
      if (at !== undefined) setAddress.run(at.chatId, keyOf(at.messageId), followUp);
    },
    countDueFollowUpMessages: (first, nowMs) =>
      Number(countDue.get(nowMs, first)?.["messages"] ?? 0),
    dueFollowUps: (nowMs) =>
      due.all(nowMs).map((row) => {
        const followUp = Number(row["first"]);
        const parts = Number(countParts.get(followUp)?.["parts"]);
        const messages = parts > 1 ? parts + 1 : 1;
        return { visitor: Number(row["chat_id"]), followUp, messages };
      }),
    takeFollowUpsOf: (visitor, nowMs, most) =>
      takeOf.all(nowMs, visitor, most).map(toWork).sort((a, b) => a.subject - b.subject),
    countMessagesUntil: (followUp, withinMs) =>
      Number(countUntil.get(followUp, withinMs)?.["messages"]),
    markShown: (followUp, nowMs) => void setShown.run(nowMs, followUp),
  };
}

/** An album's captions, all of them: each part has its own. */
function withAllWords(content: FollowUpContent, messages: readonly Row[]): FollowUpContent {
  if (messages.length < 2) return content;
  const captions = messages.flatMap((row): FollowUpContent[] =>
    row["content"] === null ? [] : [JSON.parse(String(row["content"]))]
  ).filter(({ text }) => text !== "");
  const [{ text, entities } = content, ...more] = captions;
  if (more.length === 0) return { ...content, text, entities };
  return { ...content, text: captions.map((each) => each.text).join("\n\n"), entities: [] };
}
