// How answers end: arrived, refused, or kept as a note; and what their managers are told of it. Sends nothing.

import type { Database } from "./database.ts";
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
  finishAnswer(work: AnswerWorkOf<"send">, arrived: Arrived, nowMs: number): void;
  /** An answer cannot arrive: its manager is told. */
  refuseAnswer(work: AnswerWorkOf<"send">, reason: string, nowMs: number): void;
  /** The managers were asked whom an answer is for. */
  finishQuestion(work: AnswerWorkOf<"question">, at: MessageAddress): void;
  /** A message about a lead is in the managers' chat: a reply to it is for the same visitor. */
  finishAnswerNote(work: AnswerWork, lead: number, at: MessageAddress): void;
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

  function oweRefusal(subject: number, reason: string, nowMs: number): void {
    const body = { reason, isEdit: false };
    queue.oweAnswerWork({ kind: "refusal", subject, body }, nowMs);
  }

  function finish(
    work: AnswerWorkOf<"send">,
    { copies, missing }: Arrived,
    nowMs: number,
  ): void {
    const { subject } = work;
    const answer = findAnswer(subject);
    if (answer === undefined || !queue.isAnswerWorkOwed(work)) return; // Erased meanwhile.
    setSent.run(nowMs, missing, subject);
    if (copies.length === answer.messageIds.length) {
      for (const [nth, messageId] of answer.messageIds.entries()) {
        setCopy.run(keyOf(copies[nth] ?? -1), answer.chatId, keyOf(messageId));
      }
    }
    queue.finishAnswerWork(work);
    if (missing !== null) return oweRefusal(subject, missing, nowMs);
    queue.oweAnswerWork({ kind: "mark", subject, body: { emoji: "👍" } }, nowMs);
  }

  return {
    finishAnswer: (work, arrived, nowMs) => db.atomically(() => finish(work, arrived, nowMs)),
    refuseAnswer: (work, reason, nowMs) =>
      db.atomically(() => {
        if (!queue.isAnswerWorkOwed(work)) return;
        setRefused.run(reason, work.subject);
        queue.finishAnswerWork(work);
        oweRefusal(work.subject, reason, nowMs);
      }),
    finishQuestion: (work, { chatId, messageId }) =>
      db.atomically(() => {
        setQuestion.run(chatId, keyOf(messageId), work.subject);
        queue.finishAnswerWork(work);
      }),
    finishAnswerNote: (work, lead, at) =>
      db.atomically(() => {
        rememberAbout(lead, [at]);
        queue.finishAnswerWork(work);
      }),
  };
}
