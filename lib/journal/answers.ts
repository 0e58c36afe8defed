// The journal records what managers wrote as replies: an answer to a visitor, a note, or a question whom it is for. Sends nothing.

import type { Database } from "./engine.ts";
import type { AnswerContent, Lead, MessageAddress } from "../lead.ts";
import type { AnswerBodies, AnswerQueueMoves } from "./answer_queue.ts";
import type { BotKeys } from "./bots.ts";
import type { KeptNote } from "./crm_notes.ts";
import { ALBUM_QUIET_MS } from "./follow_ups.ts";
import type { LeadMessages } from "./lead_messages.ts";
import type { LeadRecords } from "./leads.ts";
import type { StoredAnswers } from "./stored_answers.ts";

/** A message that a manager wrote as a reply. */
export interface NewAnswerMessage {
  /** A note stays inside. */
  readonly kind: "answer" | "note";
  readonly chatId: number;
  readonly messageId: number;
  /** Telegram's `media_group_id`; null for a message of its own. */
  readonly albumId: string | null;
  readonly by: string;
  /** The message replied to; null for a part of an album that does not say. */
  readonly target: MessageAddress | null;
  readonly content: AnswerContent;
}

/** What recording a message did. */
export type RecordedAnswer =
  /** An answer to a lead's visitor, or its note. */
  | { readonly kind: "begun"; readonly answer: number; readonly lead: Lead }
  /** The message replied to is about several visitors. */
  | { readonly kind: "asking"; readonly answer: number }
  /** A further part of an album. */
  | { readonly kind: "joined"; readonly answer: number }
  | { readonly kind: "known" }
  /** The message replied to is about no visitor: nothing is recorded. */
  | { readonly kind: "nobody" };

export interface Choice {
  readonly answer: number;
  /** Null for none of them. */
  readonly lead: number | null;
  /** The question that was pressed: a kill may have left two of them. */
  readonly question: MessageAddress;
}

/** What became of a choice of the lead. */
export type ChosenLead = "chosen" | "settled" | "unknown";

export interface AnswerRecords {
  /** Records a manager's message; an answer to one visitor is due, one that may be for several is asked about. */
  recordAnswer(message: NewAnswerMessage, nowMs: number): Promise<RecordedAnswer>;
  /** A manager chose the lead of an answer, under a question. Only a lead of the message replied to can be chosen. */
  chooseLead(choice: Choice, nowMs: number): Promise<ChosenLead>;
  /** Asks the managers to reply with an answer to a lead, once however often it is wanted meanwhile. */
  oweInvitation(lead: number, by: string, nowMs: number): Promise<void>;
  /** Shows the whole card of a lead that a message lists among others. */
  oweWholeCard(lead: number, by: string, nowMs: number): Promise<void>;
}

export function answerRecords(
  db: Database,
  { keyOf }: BotKeys,
  queue: AnswerQueueMoves,
  { findAnswer }: StoredAnswers,
  { leadsAt }: LeadMessages,
  { findLead }: Pick<LeadRecords, "findLead">,
  noteKept: (note: KeptNote, nowMs: number) => Promise<void>,
): AnswerRecords {
  const selectMessage = db.reader(
    "SELECT answer FROM answer_messages WHERE chat_id = ? AND message_id = ?",
  );
  const selectAlbum = db.reader(
    `SELECT * FROM answers WHERE chat_id = ? AND album_id = ? ORDER BY number DESC LIMIT 1`,
  );
  const insert = db.writer(
    `INSERT INTO answers (lead, kind, state, said_by, chat_id, album_id, target_chat_id,
       target_message_id, received_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number`,
  );
  const insertMessage = db.writer(
    "INSERT INTO answer_messages (chat_id, message_id, answer, content) VALUES (?, ?, ?, ?)",
  );
  const settle = db.writer(
    `UPDATE answers SET lead = ?, state = ?, question_chat_id = ?, question_message_id = ?
     WHERE number = ? AND state = 'asking'`,
  );

  /** The lead is known: an answer is due, a note is kept. */
  async function begin(number: number, lead: Lead, dueAtMs: number, nowMs: number): Promise<void> {
    const { kind, by, contents } = await findAnswer(number) ?? {};
    if (kind === "answer") {
      await queue.oweAnswerWork(
        { kind: "send", subject: number, body: null },
        dueAtMs,
        lead.chatId,
      );
    } else if (kind === "note" && by !== undefined) {
      const text = contents?.map((each) => each.text).join("\n") ?? "";
      await noteKept({ lead: lead.number, by, text }, nowMs);
      await queue.oweAnswerWork({ kind: "mark", subject: number, body: { emoji: "✍" } }, nowMs);
    }
  }

  async function record(message: NewAnswerMessage, nowMs: number): Promise<RecordedAnswer> {
    const { kind, chatId, messageId, albumId, by, target, content } = message;
    if (await selectMessage.get(chatId, keyOf(messageId)) !== undefined) return { kind: "known" };
    const stored = JSON.stringify(content);
    const album = albumId === null ? undefined : await selectAlbum.get(chatId, albumId);
    const dueAtMs = albumId === null ? nowMs : nowMs + ALBUM_QUIET_MS;
    if (album?.["taken"] === 0) {
      const answer = Number(album["number"]);
      await insertMessage.run(chatId, keyOf(messageId), answer, stored);
      await queue.delayAnswerWork("send", answer, dueAtMs);
      return { kind: "joined", answer };
    }
    const ofAlbum = album?.["lead"] == null ? undefined : await findLead(Number(album["lead"]));
    const leads = ofAlbum !== undefined ? [ofAlbum] : target === null ? [] : await leadsAt(target);
    const [lead, ...others] = leads;
    if (lead === undefined) return { kind: "nobody" };
    const isClear = others.length === 0;
    const inserted = await insert.get(
      isClear ? lead.number : null,
      kind,
      !isClear ? "asking" : kind === "note" ? "kept" : "due",
      by,
      chatId,
      albumId,
      target?.chatId ?? null,
      target === null ? null : keyOf(target.messageId),
      nowMs,
    );
    const answer = Number(inserted?.["number"]);
    await insertMessage.run(chatId, keyOf(messageId), answer, stored);
    if (isClear) {
      await begin(answer, lead, dueAtMs, nowMs);
      return { kind: "begun", answer, lead };
    }
    await queue.oweAnswerWork({ kind: "question", subject: answer, body: null }, nowMs);
    return { kind: "asking", answer };
  }

  async function choose(
    { answer: number, lead, question }: Choice,
    nowMs: number,
  ): Promise<ChosenLead> {
    const answer = await findAnswer(number);
    const chosen = answer?.candidates.find((each) => each.number === lead);
    if (answer === undefined || (lead !== null && chosen === undefined)) return "unknown";
    const state = chosen === undefined ? "dropped" : answer.kind === "note" ? "kept" : "due";
    const at = [question.chatId, keyOf(question.messageId)] as const;
    const isSettled =
      (await settle.run(chosen?.number ?? null, state, ...at, number)).changes === 0;
    if (isSettled) return "settled";
    if (chosen !== undefined) await begin(number, chosen, nowMs, nowMs);
    await queue.oweAnswerWork({ kind: "chosen", subject: number, body: null }, nowMs);
    return "chosen";
  }

  async function oweInvite(
    lead: number,
    body: AnswerBodies["invite"],
    nowMs: number,
  ): Promise<void> {
    const work = { kind: "invite", subject: lead, body } as const;
    if (!await queue.isAnswerWorkWaiting(work)) await queue.oweAnswerWork(work, nowMs);
  }

  return {
    recordAnswer: (message, nowMs) => db.atomically(() => record(message, nowMs)),
    chooseLead: (...choice) => db.atomically(() => choose(...choice)),
    oweInvitation: (lead, by, nowMs) => oweInvite(lead, { by }, nowMs),
    oweWholeCard: (lead, by, nowMs) => oweInvite(lead, { by, whole: true }, nowMs),
  };
}
