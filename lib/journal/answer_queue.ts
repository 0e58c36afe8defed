// The journal's queue of work about answers: what is owed, in which lane, and in order for each visitor. Does not do it.

import { type ChatMoves, MAIN_CHAT } from "./chats.ts";
import type { Database, Row } from "./engine.ts";
import type { Numbered } from "./outbox.ts";
import { recordIn } from "./stored_json.ts";
import { numberOrNull, textOrNull } from "./rows.ts";
import { laneOfChat, readLane, type UnreadableWork } from "./work.ts";

/** Messages to visitors. Of one visitor's work only the first is handed out, so that answers keep their order. */
export const ANSWERS_LANE = "answers";

/** Reactions to managers' messages, which take none of the chat's messages of a minute. */
export const MARKS_LANE = "answers:marks";

/** Messages in the managers' chat about answers. */
export const ANSWER_NOTES_LANE = "answers:notes";

/** How the names of the managers' lanes among these begin. */
export const MANAGERS_ANSWER_LANES = "answers:";

/** What each kind of work needs beside its subject: an answer's number, or for an invitation a lead's. */
export interface AnswerBodies {
  /** Sends an answer to its visitor. */
  readonly send: null;
  /** Makes the visitor's copy of one message say what the manager's says; `key` is what that is kept under. */
  readonly edit: { readonly key: number };
  /** Reacts to the manager's message. */
  readonly mark: { readonly emoji: Mark };
  /** Tells the manager that an answer or its edit did not arrive. */
  readonly refusal: { readonly reason: string; readonly isEdit: boolean };
  /** Asks which of several leads an answer is for. */
  readonly question: null;
  /** Says under the question what was chosen. */
  readonly chosen: null;
  /**
   * Asks the managers to reply with an answer to a lead; `by` wanted it. With `whole` it shows the lead's card as a reply to
   * the message that lists it among others; an earlier version asks there too.
   */
  readonly invite: { readonly by: string; readonly whole?: true };
}

/** 👍 arrived at the visitor, ✍ noted and kept inside. */
export type Mark = "👍" | "✍";

export type AnswerWorkKind = keyof AnswerBodies;

export interface AnswerWorkOf<Kind extends AnswerWorkKind> {
  readonly id: number;
  readonly lane: string;
  readonly kind: Kind;
  readonly subject: number;
  readonly body: AnswerBodies[Kind];
  readonly failures: number;
}

export type AnswerWork = { readonly [Kind in AnswerWorkKind]: AnswerWorkOf<Kind> }[AnswerWorkKind];

export type NewAnswerWork = {
  readonly [Kind in AnswerWorkKind]: Pick<AnswerWorkOf<Kind>, "kind" | "subject" | "body">;
}[AnswerWorkKind];

/** Work that was taken stays the caller's until finished or postponed, as in the outbox. */
export interface AnswerQueue {
  /** Hands out due work of a lane, longest due first. */
  takeAnswerWork(
    lane: string,
    nowMs: number,
    most: number,
  ): Promise<(AnswerWork | UnreadableWork)[]>;
  nextAnswerWorkDueAtMs(lane: string): Promise<number | undefined>;
  /** Counts one more failure. */
  postponeAnswerWork(work: Numbered, dueAtMs: number): Promise<void>;
  finishAnswerWork(work: Numbered): Promise<void>;
  /** Whether work in hand is still owed, and by this process: its person may have been erased meanwhile. */
  isAnswerWorkOwed(work: Numbered): Promise<boolean>;
}

export interface AnswerQueueMoves extends AnswerQueue {
  /** @param visitor The visitor's chat, for work that is done in order. */
  oweAnswerWork(work: NewAnswerWork, dueAtMs: number, visitor?: number): Promise<void>;
  /** Puts off work that waits. */
  delayAnswerWork(kind: AnswerWorkKind, subject: number, dueAtMs: number): Promise<void>;
  /** Whether such work waits and is not in hand. */
  isAnswerWorkWaiting(work: NewAnswerWork): Promise<boolean>;
  /** What was left (`Dialect.isWorkLeft`) is due. */
  recoverAnswerWork(dead: string | null, nowMs: number): Promise<void>;
}

const LANES: { readonly [Kind in AnswerWorkKind]: string } = {
  send: ANSWERS_LANE,
  edit: ANSWERS_LANE,
  mark: MARKS_LANE,
  refusal: ANSWER_NOTES_LANE,
  question: ANSWER_NOTES_LANE,
  chosen: ANSWER_NOTES_LANE,
  invite: ANSWER_NOTES_LANE,
};

/** The queue in an open database. */
export function answerQueue(
  db: Database,
  chats: Pick<ChatMoves, "isMainAlone" | "chatAt" | "chatOfLead" | "chatOfFollowUp">,
): AnswerQueueMoves {
  const { isMine } = db.dialect;
  const selectAnswer = db.reader("SELECT chat_id, lead FROM answers WHERE number = ?");
  const insert = db.writer(
    `INSERT INTO answer_work (lane, chat, kind, subject, body, visitor, due_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const isFirst = `NOT EXISTS (SELECT 1 FROM answer_work AS earlier
    WHERE earlier.visitor = work.visitor AND earlier.id < work.id)`;
  const takeFrom = (lane: string) =>
    db.writer(
      `UPDATE answer_work SET due_at_ms = NULL WHERE id IN (
         SELECT id FROM answer_work AS work WHERE ${lane} AND due_at_ms <= ? AND ${isFirst}
         ORDER BY due_at_ms, id LIMIT ?)
       RETURNING id, lane, chat, kind, subject, body, failures`,
    );
  const take = takeFrom("lane = ?");
  const takeInChat = takeFrom("lane = ? AND chat = ?");
  const nextDueIn = (lane: string) =>
    db.reader(
      `SELECT due_at_ms FROM answer_work AS work
       WHERE ${lane} AND due_at_ms IS NOT NULL AND ${isFirst} ORDER BY due_at_ms LIMIT 1`,
    );
  const nextDue = nextDueIn("lane = ?");
  const nextDueInChat = nextDueIn("lane = ? AND chat = ?");
  const postpone = db.writer(
    `UPDATE answer_work SET due_at_ms = ?, failures = failures + 1 WHERE id = ? AND ${isMine}`,
  );
  const finish = db.writer(`DELETE FROM answer_work WHERE id = ? AND ${isMine}`);
  // Only a batch knows on PostgreSQL whose hand is meant.
  const owed = (db.dialect.isShared ? db.writer : db.reader)(
    `SELECT 1 FROM answer_work WHERE id = ? AND ${isMine}`,
  );
  const delay = db.writer(
    `UPDATE answer_work SET due_at_ms = ?
     WHERE subject = ? AND kind = ? AND due_at_ms IS NOT NULL`,
  );
  const waiting = db.reader(
    `SELECT 1 FROM answer_work
     WHERE subject = ? AND kind = ? AND body = ? AND due_at_ms IS NOT NULL LIMIT 1`,
  );
  const makeDue = db.writer(
    `UPDATE answer_work SET due_at_ms = ?1 WHERE ${db.dialect.isWorkLeft("?2")}`,
  );

  /** The chat in which the managers are told; null for what goes to a visitor. */
  async function chatFor({ kind, subject, body }: NewAnswerWork): Promise<string | null> {
    if (kind === "send" || kind === "edit") return null;
    if (chats.isMainAlone()) return MAIN_CHAT;
    if (kind !== "invite") {
      const { chat_id, lead } = await selectAnswer.get(subject) ?? {};
      return await chats.chatAt(Number(chat_id), numberOrNull(lead ?? null));
    }
    return body.whole ? await chats.chatOfFollowUp(subject) : await chats.chatOfLead(subject);
  }

  return {
    async oweAnswerWork(work, dueAtMs, visitor) {
      const { kind, subject, body } = work;
      const stored = JSON.stringify(body);
      await insert.run(
        LANES[kind],
        await chatFor(work),
        kind,
        subject,
        stored,
        visitor ?? null,
        dueAtMs,
      );
    },
    async takeAnswerWork(named, nowMs, most) {
      const { lane, chat } = readLane(named, MANAGERS_ANSWER_LANES);
      const rows = chat === null
        ? await take.all(lane, nowMs, most)
        : await takeInChat.all(lane, chat, nowMs, most);
      return rows.map(readWork).sort((a, b) => a.id - b.id);
    },
    async nextAnswerWorkDueAtMs(named) {
      const { lane, chat } = readLane(named, MANAGERS_ANSWER_LANES);
      const row = chat === null ? await nextDue.get(lane) : await nextDueInChat.get(lane, chat);
      return row === undefined ? undefined : Number(row["due_at_ms"]);
    },
    postponeAnswerWork: async ({ id }, dueAtMs) => void await postpone.run(dueAtMs, id),
    finishAnswerWork: async ({ id }) => void await finish.run(id),
    isAnswerWorkOwed: async ({ id }) => await owed.get(id) !== undefined,
    delayAnswerWork: async (kind, subject, dueAtMs) => void await delay.run(dueAtMs, subject, kind),
    isAnswerWorkWaiting: async ({ kind, subject, body }) =>
      await waiting.get(subject, kind, JSON.stringify(body)) !== undefined,
    recoverAnswerWork: async (dead, nowMs) => void await makeDue.run(nowMs, dead),
  };
}

function readWork(row: Row): AnswerWork | UnreadableWork {
  const frame = {
    id: Number(row["id"]),
    lane: laneOfChat(String(row["lane"]), String(row["chat"] ?? "")),
    subject: Number(row["subject"]),
    failures: Number(row["failures"]),
  };
  const body = recordIn(textOrNull(row["body"])) ?? {};
  const { key, emoji, reason, isEdit, by, whole } = body;
  switch (row["kind"]) {
    case "send":
    case "question":
    case "chosen":
      return { ...frame, kind: row["kind"], body: null };
    case "edit":
      return { ...frame, kind: "edit", body: { key: Number(key) } };
    case "mark":
      return { ...frame, kind: "mark", body: { emoji: emoji === "✍" ? "✍" : "👍" } };
    case "refusal":
      return {
        ...frame,
        kind: "refusal",
        body: { reason: String(reason), isEdit: isEdit === true },
      };
    case "invite":
      return {
        ...frame,
        kind: "invite",
        body: { by: String(by), ...(whole === true ? { whole } : {}) },
      };
    default:
      return { ...frame, kind: "unreadable" };
  }
}
