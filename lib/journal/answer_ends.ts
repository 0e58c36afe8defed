// How answers end: arrived, refused, or kept as a note; and what their managers are told of it. Sends nothing.

import type { Database } from "./engine.ts";
import type { MessageAddress } from "../lead.ts";
import type { AnswerQueueMoves, AnswerWork, AnswerWorkOf } from "./answer_queue.ts";
import type { BotKeys } from "./bots.ts";
import type { LeadMessages } from "./lead_messages.ts";
import type { StoredAnswers } from "./stored_answers.ts";

/** How an answer arrived. */
export interface Arrived {
  /** The messages that the visitor got. */
  readonly copies: readonly number[];
  /** What of it did not arrive, in words for the manager; null when all of it did. */
  readonly missing: string | null;
}

export interface AnswerEnds {
  finishAnswer(work: AnswerWorkOf<"send">, arrived: Arrived, nowMs: number): Promise<void>;
  /** An answer cannot arrive: its manager is told. */
  refuseAnswer(work: AnswerWorkOf<"send">, reason: string, nowMs: number): Promise<void>;
  /** The managers were asked whom an answer is for. */
  finishQuestion(work: AnswerWorkOf<"question">, at: MessageAddress): Promise<void>;
  /** A message about a lead is in the managers' chat: a reply to it is for the same visitor. */
  finishAnswerNote(work: AnswerWork, lead: number, at: MessageAddress): Promise<void>;
}

export function answerEnds(
  db: Database,
  { keyOf }: BotKeys,
  queue: AnswerQueueMoves,
  { findAnswer }: StoredAnswers,
  { rememberAbout }: LeadMessages,
): AnswerEnds {
  const setSent = db.writer(
    "UPDATE answers SET state = 'sent', sent_at_ms = ?, refused = ? WHERE number = ?",
  );
  const setRefused = db.writer(
    "UPDATE answers SET state = 'refused', refused = ? WHERE number = ?",
  );
  const setCopy = db.writer(
    "UPDATE answer_messages SET copy_message_id = ? WHERE chat_id = ? AND message_id = ?",
  );
  const setQuestion = db.writer(
    "UPDATE answers SET question_chat_id = ?, question_message_id = ? WHERE number = ?",
  );

  async function oweRefusal(subject: number, reason: string, nowMs: number): Promise<void> {
    const body = { reason, isEdit: false };
    await queue.oweAnswerWork({ kind: "refusal", subject, body }, nowMs);
  }

  async function finish(
    work: AnswerWorkOf<"send">,
    { copies, missing }: Arrived,
    nowMs: number,
  ): Promise<void> {
    const { subject } = work;
    const answer = await findAnswer(subject);
    if (answer === undefined || !await queue.isAnswerWorkOwed(work)) return; // Erased meanwhile.
    await setSent.run(nowMs, missing, subject);
    if (copies.length === answer.messageIds.length) {
      for (const [nth, messageId] of answer.messageIds.entries()) {
        await setCopy.run(keyOf(copies[nth] ?? -1), answer.chatId, keyOf(messageId));
      }
    }
    await queue.finishAnswerWork(work);
    if (missing !== null) return await oweRefusal(subject, missing, nowMs);
    await queue.oweAnswerWork({ kind: "mark", subject, body: { emoji: "👍" } }, nowMs);
  }

  return {
    finishAnswer: (work, arrived, nowMs) => db.atomically(() => finish(work, arrived, nowMs)),
    refuseAnswer: (work, reason, nowMs) =>
      db.atomically(async () => {
        if (!await queue.isAnswerWorkOwed(work)) return;
        await setRefused.run(reason, work.subject);
        await queue.finishAnswerWork(work);
        await oweRefusal(work.subject, reason, nowMs);
      }),
    finishQuestion: (work, { chatId, messageId }) =>
      db.atomically(async () => {
        await setQuestion.run(chatId, keyOf(messageId), work.subject);
        await queue.finishAnswerWork(work);
      }),
    finishAnswerNote: (work, lead, at) =>
      db.atomically(async () => {
        await rememberAbout(lead, [at]);
        await queue.finishAnswerWork(work);
      }),
  };
}
