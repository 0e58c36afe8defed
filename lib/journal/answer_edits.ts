// The journal's edits of answers: what managers made of messages that were, or are to be, copied to visitors. Sends nothing.

import type { Database } from "./engine.ts";
import type { AnswerContent } from "../lead.ts";
import type { AnswerQueueMoves, AnswerWorkOf } from "./answer_queue.ts";
import type { BotKeys } from "./bots.ts";
import type { LeadRecords } from "./leads.ts";
import { answerContentIn } from "./stored_answers.ts";

/** What a message says after its manager edited it. */
export interface EditedAnswer {
  readonly chatId: number;
  readonly messageId: number;
  /** A note's text is edited into a note's; an answer is edited into no note. */
  readonly kind: "answer" | "note";
  readonly content: AnswerContent;
  /** When, in s since 1970, by Telegram's clock; null when it did not say. */
  readonly editedAtS: number | null;
}

/** What an edit means for the visitor. */
export type RecordedAnswerEdit =
  /** The message is no answer's. */
  | "unknown"
  /** Nothing has changed, or a newer edit is known. */
  | "unchanged"
  /** What is yet to be sent says it now, or nothing is sent. */
  | "replaced"
  /** The visitor's copy is to be edited. */
  | "owed";

/** An edit as it is sent. */
export interface AnswerEdit {
  /** The visitor's chat. */
  readonly chatId: number;
  /** Their copy. */
  readonly messageId: number;
  readonly content: AnswerContent;
  /** Whether the file was replaced, not only the words. */
  readonly newFile: boolean;
}

export interface AnswerEdits {
  recordAnswerEdit(edit: EditedAnswer, nowMs: number): Promise<RecordedAnswerEdit>;
  /** What the visitor's copy has to say now; undefined when there is none, or its person was erased. */
  findAnswerEdit(work: AnswerWorkOf<"edit">): Promise<AnswerEdit | undefined>;
  finishAnswerEdit(work: AnswerWorkOf<"edit">, edit: AnswerEdit): Promise<void>;
  /** The copy cannot be edited: the manager is told. */
  refuseAnswerEdit(work: AnswerWorkOf<"edit">, reason: string, nowMs: number): Promise<void>;
}

export function answerEdits(
  db: Database,
  { keyOf, idOf }: BotKeys,
  queue: AnswerQueueMoves,
  { findLead }: Pick<LeadRecords, "findLead">,
): AnswerEdits {
  const selectMessage = db.reader(
    `SELECT answer_messages.*, kind, state, lead FROM answer_messages
     JOIN answers ON number = answer WHERE answer_messages.chat_id = ? AND message_id = ?`,
  );
  const selectEdited = db.reader(
    `SELECT answer_messages.*, lead FROM answers JOIN answer_messages ON answer = number
     WHERE number = ? AND message_id = ?`,
  );
  const setContent = db.writer(
    `UPDATE answer_messages SET content = ?, edited_at_s = ?, new_file = ?
     WHERE chat_id = ? AND message_id = ?`,
  );
  const forgetNewFile = db.writer(
    "UPDATE answer_messages SET new_file = 0 WHERE answer = ? AND message_id = ? AND content = ?",
  );

  async function record(edit: EditedAnswer, nowMs: number): Promise<RecordedAnswerEdit> {
    const { chatId, messageId, kind, content, editedAtS } = edit;
    const key = keyOf(messageId);
    const row = await selectMessage.get(chatId, key);
    if (row === undefined) return "unknown";
    const before = answerContentIn(row["content"]);
    const lastEditedAtS = Number(row["edited_at_s"] ?? 0);
    const isOld = editedAtS !== null && editedAtS < lastEditedAtS;
    const becomesNote = kind === "note" && row["kind"] !== "note";
    if (isOld || becomesNote || saysTheSame(before, content)) return "unchanged";

    const answer = Number(row["answer"]);
    const isSending = row["state"] === "due" &&
      !await queue.isAnswerWorkWaiting({ kind: "send", subject: answer, body: null });
    const isSent = row["state"] === "sent" || isSending;
    const newFile = row["new_file"] === 1 || before.file !== content.file;
    const at = editedAtS ?? lastEditedAtS;
    await setContent.run(JSON.stringify(content), at, isSent && newFile ? 1 : 0, chatId, key);
    if (!isSent) return "replaced";
    const work = { kind: "edit", subject: answer, body: { key } } as const;
    const visitor = (await findLead(Number(row["lead"])))?.chatId;
    if (!await queue.isAnswerWorkWaiting(work)) await queue.oweAnswerWork(work, nowMs, visitor);
    return "owed";
  }

  return {
    recordAnswerEdit: (edit, nowMs) => db.atomically(() => record(edit, nowMs)),
    async findAnswerEdit({ subject, body: { key } }) {
      const row = await selectEdited.get(subject, key);
      const lead = await findLead(Number(row?.["lead"] ?? 0));
      const messageId = row?.["copy_message_id"] == null
        ? -1
        : idOf(Number(row["copy_message_id"]));
      if (row === undefined || lead === undefined || messageId < 0) return undefined;
      const content = answerContentIn(row["content"]);
      return { chatId: lead.chatId, messageId, content, newFile: row["new_file"] === 1 };
    },
    finishAnswerEdit: (work, { content }) =>
      db.atomically(async () => {
        await forgetNewFile.run(work.subject, work.body.key, JSON.stringify(content));
        await queue.finishAnswerWork(work);
      }),
    refuseAnswerEdit: (work, reason, nowMs) =>
      db.atomically(async () => {
        if (!await queue.isAnswerWorkOwed(work)) return;
        await queue.finishAnswerWork(work);
        const body = { reason, isEdit: true };
        await queue.oweAnswerWork({ kind: "refusal", subject: work.subject, body }, nowMs);
      }),
  };
}

function saysTheSame(before: AnswerContent, after: AnswerContent): boolean {
  return before.text === after.text && before.media === after.media && before.file === after.file &&
    JSON.stringify(before.entities) === JSON.stringify(after.entities);
}
