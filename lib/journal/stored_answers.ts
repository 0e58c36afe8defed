// The journal's answers as they are read: what managers wrote as replies for visitors, or as notes. Records nothing.

import type { Database, Row } from "./engine.ts";
import { type AnswerContent, FILE_KINDS, type Lead, type MessageAddress } from "../lead.ts";
import type { BotKeys } from "./bots.ts";
import type { LeadMessages } from "./lead_messages.ts";
import type { LeadRecords } from "./leads.ts";
import { contentIn, recordIn } from "./stored_json.ts";

/** An answer, or a note, which stays inside. */
export interface Answer {
  readonly number: number;
  readonly kind: "answer" | "note";
  readonly by: string;
  /** Undefined until it is chosen. */
  readonly lead: Lead | undefined;
  readonly chatId: number;
  /** In the order they were sent; a negative one is another bot's. */
  readonly messageIds: readonly number[];
  readonly contents: readonly AnswerContent[];
  /** Whether a manager is yet to choose its lead. */
  readonly isAsking: boolean;
  /** Where the managers were asked whom it is for. */
  readonly question: MessageAddress | null;
  /** The leads that it may be for: those of the message replied to. */
  readonly candidates: readonly Lead[];
}

export interface StoredAnswers {
  findAnswer(number: number): Promise<Answer | undefined>;
  /** Hands out an answer to be sent; what comes of its album from now on is an answer of its own. */
  takeAnswer(number: number): Promise<Answer | undefined>;
}

export function storedAnswers(
  db: Database,
  { idOf }: BotKeys,
  { leadsAt }: LeadMessages,
  { findLead }: Pick<LeadRecords, "findLead">,
): StoredAnswers {
  const select = db.reader("SELECT * FROM answers WHERE number = ?");
  const take = db.writer("UPDATE answers SET taken = 1 WHERE number = ? RETURNING *");
  const selectMessages = db.reader(
    "SELECT message_id, content FROM answer_messages WHERE answer = ? ORDER BY message_id",
  );

  function addressOf(row: Row, name: string): MessageAddress | null {
    const chatId = row[`${name}_chat_id`];
    const messageId = idOf(Number(row[`${name}_message_id`] ?? -1));
    return chatId == null || messageId < 0 ? null : { chatId: Number(chatId), messageId };
  }

  async function toAnswer(row: Row): Promise<Answer> {
    const number = Number(row["number"]);
    const messages = await selectMessages.all(number);
    const target = addressOf(row, "target");
    return {
      number,
      kind: row["kind"] === "note" ? "note" : "answer",
      by: String(row["said_by"]),
      lead: row["lead"] === null ? undefined : await findLead(Number(row["lead"])),
      chatId: Number(row["chat_id"]),
      messageIds: messages.map((each) => idOf(Number(each["message_id"]))),
      contents: messages.map((each) => answerContentIn(each["content"])),
      isAsking: row["state"] === "asking",
      question: addressOf(row, "question"),
      candidates: target === null ? [] : await leadsAt(target),
    };
  }

  return {
    async findAnswer(number) {
      const row = await select.get(number);
      return row && await toAnswer(row);
    },
    async takeAnswer(number) {
      const row = await take.get(number);
      return row && await toAnswer(row);
    },
  };
}

/** What a manager wrote, as it is stored. @throws {TypeError} If the text does not hold that. */
export function answerContentIn(stored: unknown): AnswerContent {
  const { fileId, fileKind } = recordIn(stored) ?? {};
  const kind = FILE_KINDS.find((each) => each === fileKind);
  return {
    ...contentIn(stored),
    ...(typeof fileId === "string" && kind !== undefined ? { fileId, fileKind: kind } : {}),
  };
}
