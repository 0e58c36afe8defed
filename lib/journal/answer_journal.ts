// The journal's parts about answers as one: what managers wrote for visitors, what is owed about it, and how it ended.

import { type AnswerEdits, answerEdits } from "./answer_edits.ts";
import { type AnswerEnds, answerEnds } from "./answer_ends.ts";
import { LEFT_OF_ERASED } from "./answer_erasure.ts";
import { type AnswerQueue, answerQueue } from "./answer_queue.ts";
import { type AnswerRecords, answerRecords } from "./answers.ts";
import type { BotKeys } from "./bots.ts";
import type { ChatMoves } from "./chats.ts";
import { type Conversations, conversations } from "./conversations.ts";
import type { CrmNoteMoves } from "./crm_notes.ts";
import type { Database } from "./engine.ts";
import { type LeadMessages, leadMessages } from "./lead_messages.ts";
import type { LeadRecords } from "./leads.ts";
import { type StoredAnswers, storedAnswers } from "./stored_answers.ts";

export type { AnswerEdit, EditedAnswer, RecordedAnswerEdit } from "./answer_edits.ts";
export type { Arrived } from "./answer_ends.ts";
export {
  ANSWER_NOTES_LANE,
  ANSWERS_LANE,
  MANAGERS_ANSWER_LANES,
  MARKS_LANE,
} from "./answer_queue.ts";
export type { AnswerWork, AnswerWorkOf, Mark } from "./answer_queue.ts";
export type { Choice, ChosenLead, NewAnswerMessage, RecordedAnswer } from "./answers.ts";
export type { Said } from "./conversations.ts";
export type { Answer } from "./stored_answers.ts";

/** Everything the journal can do about answers. */
export type AnswerJournal =
  & AnswerRecords
  & StoredAnswers
  & AnswerEdits
  & AnswerEnds
  & AnswerQueue
  & LeadMessages
  & Conversations;

/** What a start does about answers. */
export interface AnswerRecovery {
  /** What was left (`Dialect.isWorkLeft`) is due; nothing is of a person who was erased. */
  recoverAnswers(dead: string | null, nowMs: number): Promise<void>;
}

/** @param noteKept Called in the same transaction when a note about a lead is kept. */
export function answerJournal(
  db: Database,
  keys: BotKeys,
  leads: Pick<LeadRecords, "findLead">,
  noteKept: CrmNoteMoves["oweManagersNote"],
  chats: ChatMoves,
): AnswerJournal & AnswerRecovery {
  const queue = answerQueue(db, chats);
  const messages = leadMessages(db, keys);
  const stored = storedAnswers(db, keys, messages, leads);
  const left = LEFT_OF_ERASED.map((sql) => db.writer(sql));
  return {
    ...queue,
    ...messages,
    ...stored,
    ...answerRecords(db, keys, queue, stored, messages, leads, noteKept),
    ...answerEdits(db, keys, queue, leads),
    ...answerEnds(db, keys, queue, stored, messages),
    ...conversations(db),
    async recoverAnswers(dead, nowMs) {
      for (const each of left) await each.run();
      await queue.recoverAnswerWork(dead, nowMs);
    },
  };
}
