// The journal's follow-ups: what visitors sent after becoming leads, one row a message, album or edit.

import type { Database, Row } from "./engine.ts";
import type { FollowUp, FollowUpContent, MessageAddress } from "../lead.ts";
import type { BlockMoves } from "./blocked.ts";
import type { BotKeys } from "./bots.ts";
import type { ChatMoves } from "./chats.ts";
import type { CrmNoteMoves } from "./crm_notes.ts";
import {
  addressOf,
  type EditedMessage,
  editRecords,
  type RecordedEdit,
} from "./follow_up_edits.ts";
import type { OutboxMoves } from "./outbox.ts";
import { contentIn } from "./stored_json.ts";
import { FOLLOW_UPS_LANE, laneOfChat, VISITORS_LANE, type WorkOf } from "./work.ts";

/** How long an album is left for its next part before it is shown, in ms: its parts are updates of their own. */
export const ALBUM_QUIET_MS = 1_000;

export interface NewFollowUpMessage {
  readonly lead: number;
  readonly chatId: number;
  readonly messageId: number;
  /** Telegram's `media_group_id`; null for a message of its own. */
  readonly albumId: string | null;
  readonly content: FollowUpContent;
  /** A number of the visitor's own that it consists of, where they were asked for one. */
  readonly phone?: string;
}

/** What recording a message did: began a follow-up, joined its album's, or found it known. */
export interface RecordedFollowUp {
  readonly kind: "begun" | "joined" | "known";
  readonly followUp: number;
  /** False for the rest of an album whose first part was recorded: the visitor was thanked for that. */
  readonly firstOfAlbum: boolean;
}

export interface FollowUpRecords {
  /** Records what a lead sent; the follow-up is due, unless its visitor is blocked, and for its first message the thanks. */
  recordFollowUp(message: NewFollowUpMessage, nowMs: number): Promise<RecordedFollowUp>;
  /**
   * Records an edit by the visitor: what is not shown yet changes, what the managers have gets an edit. `words` is its text
   * for the page.
   */
  recordEdit(
    edit: EditedMessage,
    words: Pick<FollowUpContent, "text" | "entities">,
    nowMs: number,
  ): Promise<RecordedEdit>;
  /** Whether a follow-up is an edit of one that the managers do not have yet. */
  waitsForFirstVersion(number: number): Promise<boolean>;
  /** The number of the lead that a follow-up belongs to; 0 when there is no such follow-up. */
  leadOfFollowUp(number: number): Promise<number>;
  /** Hands out a follow-up to be shown; what comes of its album from now on is a follow-up of its own. Undefined when it is gone. */
  takeFollowUp(number: number): Promise<FollowUp | undefined>;
  /** Remembers how many parts of a follow-up are shown, and the message `at` that an edit will reply to. */
  markPartShown(followUp: number, parts: number, at?: MessageAddress): Promise<void>;
  /** All of a follow-up has been shown: edits of it that waited for that are due. */
  finishFollowUp(work: WorkOf<"follow_up">, nowMs: number): Promise<void>;
  finishJoined(
    works: readonly WorkOf<"follow_up">[],
    at: MessageAddress,
    nowMs: number,
  ): Promise<void>;
}

export interface FollowUpMoves extends FollowUpRecords {
  /** Undefined when it is gone. @throws {TypeError} If the journal holds something else. */
  findFollowUp(number: number): Promise<FoundFollowUp | undefined>;
}

export interface FoundFollowUp {
  readonly followUp: FollowUp;
  /** Where the managers have it; null when they do not, or have it from another bot. */
  readonly shown: MessageAddress | null;
}

export function followUpRecords(
  db: Database,
  keys: BotKeys,
  outbox: OutboxMoves,
  notes: CrmNoteMoves,
  { isBlocked }: Pick<BlockMoves, "isBlocked">,
  { chatOfFollowUp }: Pick<ChatMoves, "chatOfFollowUp">,
): FollowUpMoves {
  const { keyOf, idOf } = keys;
  const insert = db.writer(
    `INSERT INTO follow_ups (lead, chat_id, album_id, content, received_at_ms)
     VALUES (?, ?, ?, ?, ?) RETURNING number`,
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
  const select = db.reader("SELECT * FROM follow_ups WHERE number = ?");
  const take = db.writer("UPDATE follow_ups SET taken = 1 WHERE number = ? RETURNING *");
  const selectMessages = db.reader(
    "SELECT message_id, content FROM follow_up_messages WHERE follow_up = ? ORDER BY message_id",
  );
  const setPart = db.writer("UPDATE follow_ups SET parts_shown = ? WHERE number = ?");
  const setAddress = db.writer(
    "UPDATE follow_ups SET shown_chat_id = ?, shown_message_id = ? WHERE number = ?",
  );
  const setShown = db.writer("UPDATE follow_ups SET shown_at_ms = ? WHERE number = ?");
  const delayFollowUp = db.writer(
    `UPDATE outbox SET due_at_ms = ?
     WHERE kind = 'follow_up' AND subject = ? AND due_at_ms IS NOT NULL`,
  );
  const hurryEdits = db.writer(
    `UPDATE outbox SET due_at_ms = ? WHERE kind = 'follow_up' AND due_at_ms IS NOT NULL
       AND subject IN (SELECT number FROM follow_ups WHERE edit_of = ?)`,
  );
  const { findEdit, insertEdit, waitsForFirstVersion } = editRecords(db, keys);

  async function insertFollowUp(
    { lead, chatId, messageId, albumId, content }: NewFollowUpMessage,
    nowMs: number,
  ): Promise<RecordedFollowUp> {
    const known = await selectMessage.get(chatId, keyOf(messageId));
    if (known !== undefined) {
      return { kind: "known", followUp: Number(known["follow_up"]), firstOfAlbum: false };
    }
    const album = albumId === null ? undefined : await selectAlbum.get(chatId, albumId);
    if (album?.["taken"] === 0) {
      const followUp = Number(album["number"]);
      await insertMessage.run(chatId, keyOf(messageId), followUp, JSON.stringify(content));
      return { kind: "joined", followUp, firstOfAlbum: false };
    }
    const inserted = await insert.get(
      lead,
      chatId,
      albumId,
      JSON.stringify(content),
      nowMs,
    );
    const followUp = Number(inserted?.["number"]);
    await insertMessage.run(chatId, keyOf(messageId), followUp, JSON.stringify(content));
    return { kind: "begun", followUp, firstOfAlbum: album === undefined };
  }

  const leadOfFollowUp = async (number: number) =>
    Number((await selectLead.get(number))?.["lead"] ?? 0);

  async function oweShowing(followUp: number, lead: number, dueAtMs: number): Promise<void> {
    const work = { kind: "follow_up", subject: followUp, body: null } as const;
    const lane = laneOfChat(FOLLOW_UPS_LANE, await chatOfFollowUp(lead));
    await outbox.addWork({ lane, ...work }, dueAtMs);
  }

  async function markPartShown(
    followUp: number,
    parts: number,
    at?: MessageAddress,
  ): Promise<void> {
    await setPart.run(parts, followUp);
    if (at !== undefined) await setAddress.run(at.chatId, keyOf(at.messageId), followUp);
  }

  async function finishFollowUp(work: WorkOf<"follow_up">, nowMs: number): Promise<void> {
    await setShown.run(nowMs, work.subject);
    await outbox.finishWork(work);
    await hurryEdits.run(nowMs, work.subject);
    await notes.hurryNote(work.subject, nowMs);
  }

  async function toFollowUp(row: Row): Promise<FollowUp | undefined> {
    if (row["edit_of"] !== null) return await findEdit(row);
    const number = Number(row["number"]);
    const messages = await selectMessages.all(number);
    return {
      number,
      lead: Number(row["lead"]),
      chatId: Number(row["chat_id"]),
      messageIds: messages.map((each) => idOf(Number(each["message_id"]))),
      content: withAllWords(contentIn(row["content"]), messages),
      partsShown: Number(row["parts_shown"]),
    };
  }

  return {
    recordFollowUp: (message, nowMs) =>
      db.atomically(async () => {
        const recorded = await insertFollowUp(message, nowMs);
        const { kind, followUp: subject, firstOfAlbum } = recorded;
        const dueAtMs = message.albumId === null ? nowMs : nowMs + ALBUM_QUIET_MS;
        const isTold = !await isBlocked(message.chatId);
        if (kind === "joined" && isTold) {
          await delayFollowUp.run(dueAtMs, subject);
          await notes.oweChangedNote(subject, nowMs);
        }
        if (kind === "begun" && isTold) {
          await oweShowing(subject, message.lead, dueAtMs);
          const hasMedia = message.content.media !== null;
          await notes.oweFollowUpNote(subject, { isEdit: false, hasMedia }, nowMs);
          if (message.phone !== undefined) await notes.owePhone(message.lead, message.phone, nowMs);
        }
        if (kind === "begun" && firstOfAlbum) {
          const body = { chatId: message.chatId };
          await outbox.addWork({ lane: VISITORS_LANE, kind: "thanks", subject, body }, nowMs);
        }
        return recorded;
      }),
    recordEdit: (edit, words, nowMs) =>
      db.atomically(async () => {
        const recorded = await insertEdit(edit, words, nowMs);
        if (await isBlocked(edit.chatId)) return recorded;
        if (recorded.kind === "begun") {
          await oweShowing(recorded.followUp, await leadOfFollowUp(recorded.followUp), nowMs);
          await notes.oweFollowUpNote(recorded.followUp, { isEdit: true, hasMedia: false }, nowMs);
        }
        if (recorded.kind === "replaced") await notes.oweChangedNote(recorded.followUp, nowMs);
        return recorded;
      }),
    waitsForFirstVersion,
    leadOfFollowUp,
    async takeFollowUp(number) {
      const row = await take.get(number);
      return row && await toFollowUp(row);
    },
    async findFollowUp(number) {
      const row = await select.get(number);
      const followUp = row && await toFollowUp(row);
      return followUp && {
        followUp,
        shown: addressOf(row, idOf),
      };
    },
    markPartShown: (...part) => db.atomically(() => markPartShown(...part)),
    finishFollowUp: (work, nowMs) => db.atomically(() => finishFollowUp(work, nowMs)),
    finishJoined: (works, at, nowMs) =>
      db.atomically(async () => {
        for (const work of works) {
          await markPartShown(work.subject, 1, at);
          await finishFollowUp(work, nowMs);
        }
      }),
  };
}

/** An album's captions, all of them: each part has its own. */
function withAllWords(content: FollowUpContent, messages: readonly Row[]): FollowUpContent {
  if (messages.length < 2) return content;
  const captions = messages.flatMap((row): FollowUpContent[] =>
    row["content"] === null ? [] : [contentIn(row["content"])]
  ).filter(({ text }) => text !== "");
  const [{ text, entities } = content, ...more] = captions;
  if (more.length === 0) return { ...content, text, entities };
  return { ...content, text: captions.map((each) => each.text).join("\n\n"), entities: [] };
}
