// A lead's conversation, as its page tells it: what the visitor sent, what managers answered and noted. Changes nothing.

import type { Database, Row } from "./engine.ts";
import {
  ANSWER_STATES,
  type AnswerContent,
  type AnswerState,
  type FollowUpContent,
} from "../lead.ts";
import { numberOrNull, textOrNull } from "./rows.ts";
import { answerContentIn } from "./stored_answers.ts";
import { contentIn } from "./stored_json.ts";

/** One thing that was said, in the order in which the bot heard it. */
export type Said =
  | {
    readonly kind: "visitor";
    readonly contents: readonly FollowUpContent[];
    readonly isEdit: boolean;
    readonly receivedAtMs: number;
    readonly shownAtMs: number | null;
    /** Whether it will be shown; it was held back where its visitor is, or was then, blocked. */
    readonly isOwed: boolean;
  }
  | {
    readonly kind: "answer" | "note";
    readonly contents: readonly AnswerContent[];
    readonly by: string;
    readonly state: AnswerState;
    readonly receivedAtMs: number;
    readonly sentAtMs: number | null;
    /** Why it did not arrive, or what of it. */
    readonly refused: string | null;
  };

export interface Conversations {
  /** What was said about a lead, oldest first. */
  conversationOf(lead: number): Promise<Said[]>;
}

export function conversations(db: Database): Conversations {
  const selectFollowUps = db.reader(
    `SELECT number, content, edit_of, received_at_ms, shown_at_ms, EXISTS (
       SELECT 1 FROM outbox WHERE subject = number AND kind = 'follow_up') AS is_owed
     FROM follow_ups WHERE lead = ? ORDER BY number`,
  );
  const selectAnswers = db.reader("SELECT * FROM answers WHERE lead = ? ORDER BY number");
  const selectContents = db.reader(
    "SELECT content FROM answer_messages WHERE answer = ? ORDER BY message_id",
  );

  async function toSaid(row: Row): Promise<Said> {
    return {
      kind: row["kind"] === "note" ? "note" : "answer",
      contents: (await selectContents.all(Number(row["number"])))
        .map((each) => answerContentIn(each["content"])),
      by: String(row["said_by"]),
      state: ANSWER_STATES.find((each) => each === row["state"]) ?? "dropped",
      receivedAtMs: Number(row["received_at_ms"]),
      sentAtMs: numberOrNull(row["sent_at_ms"]),
      refused: textOrNull(row["refused"]),
    };
  }

  return {
    async conversationOf(lead) {
      const visitor = (await selectFollowUps.all(lead)).map((row): Said => ({
        kind: "visitor",
        contents: [contentIn(row["content"])],
        isEdit: row["edit_of"] !== null,
        receivedAtMs: Number(row["received_at_ms"]),
        shownAtMs: numberOrNull(row["shown_at_ms"]),
        isOwed: Boolean(row["is_owed"]),
      }));
      const answers = await Promise.all((await selectAnswers.all(lead)).map(toSaid));
      return [...visitor, ...answers]
        .toSorted((a, b) => a.receivedAtMs - b.receivedAtMs);
    },
  };
}
