// The journal's questions for a phone: asked after a lead, answered, passed over, or let go. Knows no text.

import type { BotKeys } from "./bots.ts";
import type { Database, Row } from "./engine.ts";
import type { Lead } from "../lead.ts";

/** The lane of what is owed about phones. */
export const PHONES_LANE = "phones";

/** A message to a visitor that is owed: the question, or the thanks that take its buttons away. */
export interface PhoneWork {
  /** The lead's number. */
  readonly id: number;
  readonly lane: typeof PHONES_LANE;
  readonly kind: "phone_ask" | "phone_thanks";
  readonly chatId: number;
  readonly failures: number;
}

/** What a visitor's message says to the question. */
export interface PhoneAnswer {
  readonly chatId: number;
  readonly messageId: number;
  /** Null for a visitor who rather gives none. */
  readonly phone: string | null;
}

/** How a chat stands with the question. */
export interface PhoneAsked {
  /** Whether a POST waits for the answer. */
  readonly isOpen: boolean;
  /** Whether the question's buttons may be on the screen. */
  readonly hasKeyboard: boolean;
  /** The texts of its buttons that pass it over. */
  readonly skipTexts: readonly string[];
  /** Whether this message answered it already. */
  isAnswer(messageId: number): boolean;
}

/** A message that was taken stays the caller's until it is finished or postponed, as in the outbox. */
export interface PhoneRecords {
  /** Undefined where the chat was asked for nothing. */
  phoneAsked(chatId: number, nowMs: number): Promise<PhoneAsked | undefined>;
  /** Records an answer to every open question of a chat; its POSTs are due, and the thanks. Returns the POSTs' lanes. */
  answerPhoneAsk(answer: PhoneAnswer, nowMs: number): Promise<string[]>;
  /** The visitor passes the question over when nothing waits for it any more: only the thanks are due. */
  dismissPhoneAsk(chatId: number, messageId: number, nowMs: number): Promise<void>;
  /** When the next message is due; undefined if none waits. A question waits for its lead's confirmation. */
  nextPhoneWorkDueAtMs(): Promise<number | undefined>;
  /** Hands out due messages. */
  takePhoneWork(lane: string, nowMs: number, most: number): Promise<PhoneWork[]>;
  postponePhoneWork(work: Pick<PhoneWork, "id">, dueAtMs: number): Promise<void>;
  /** Whether a lead's POST still waits for the answer. */
  isPhoneAwaited(lead: number, nowMs: number): Promise<boolean>;
  /** The question is about to be sent, with a button of this text that passes it over. */
  beginPhoneAsk(lead: number, skipText: string): Promise<void>;
  /** The question is on the screen. */
  finishPhoneAsk(lead: number): Promise<void>;
  /** The question is not asked: its POST is due. Returns the POST's lane. */
  dropPhoneAsk(lead: number, nowMs: number): Promise<string[]>;
  /** A message took the buttons off the screen of a chat. */
  finishPhoneThanks(chatId: number): Promise<void>;
  /** Whether anything is owed or awaited. */
  owesPhoneWork(): Promise<boolean>;
}

export interface PhoneMoves extends PhoneRecords {
  /** Owes the question for a lead that was recorded just now. */
  owePhoneAsk(lead: Lead, untilMs: number): Promise<void>;
  /** What was left (`Dialect.isWorkLeft`) is due; POSTs that were made due at this moment wait on, none longer than a profile may. */
  recoverPhoneAsks(dead: string | null, nowMs: number): Promise<void>;
}

/** A question whose POST waits; in hand, or turned into a card, the POST waits no more. */
export const AWAITS_PHONE = `answer_message_id IS NULL AND step IN ('ask', 'asked') AND EXISTS (
  SELECT 1 FROM outbox WHERE subject = lead AND kind = 'post' AND due_at_ms IS NOT NULL)`;

const IS_DUE = `NOT (step = 'ask' AND EXISTS (
  SELECT 1 FROM outbox WHERE subject = lead AND kind = 'confirmation'))`;

/** Corrects what a clock set ahead left there: no profile waits longer. */
const LONGEST_WAIT_MS = 10 * 60_000;

/** The records in an open database. */
export function phoneRecords(db: Database, { keyOf }: BotKeys): PhoneMoves {
  const { isMine, isWorkLeft } = db.dialect;
  const insert = db.writer(
    `INSERT INTO phone_asks (lead, chat_id, until_ms, step, due_at_ms) VALUES (?, ?, ?, 'ask', ?)`,
  );
  const select = db.reader(
    `SELECT until_ms > ?2 AND ${AWAITS_PHONE} AS is_open, keyboard, skip_text, answer_message_id
     FROM phone_asks WHERE chat_id = ?1`,
  );
  const answer = db.writer(
    `UPDATE phone_asks SET answer_message_id = ?2, step = 'thank', failures = 0, due_at_ms = ?3
     WHERE chat_id = ?1 AND until_ms > ?3 AND ${AWAITS_PHONE} RETURNING lead`,
  );
  const setPhone = db.writer("UPDATE leads SET phone = ? WHERE number = ?");
  const hurryPost = db.writer(
    `UPDATE outbox SET due_at_ms = ? WHERE subject = ? AND kind = 'post' AND due_at_ms IS NOT NULL
     RETURNING lane`,
  );
  const dismiss = db.writer(
    `UPDATE phone_asks SET answer_message_id = ?2, step = 'thank', failures = 0, due_at_ms = ?3
     WHERE lead = (SELECT max(lead) FROM phone_asks WHERE chat_id = ?1)`,
  );
  const nextDue = db.reader(
    `SELECT due_at_ms FROM phone_asks WHERE due_at_ms IS NOT NULL AND ${IS_DUE}
     ORDER BY due_at_ms LIMIT 1`,
  );
  const take = db.writer(
    `UPDATE phone_asks SET due_at_ms = NULL, keyboard = 1 WHERE lead IN (
       SELECT lead FROM phone_asks WHERE due_at_ms <= ? AND ${IS_DUE} ORDER BY due_at_ms, lead LIMIT ?)
     RETURNING *`,
  );
  const postpone = db.writer(
    `UPDATE phone_asks SET due_at_ms = ?, failures = failures + 1 WHERE lead = ? AND ${isMine}`,
  );
  const awaited = db.reader(
    `SELECT 1 FROM phone_asks WHERE lead = ? AND until_ms > ? AND ${AWAITS_PHONE}`,
  );
  const beginAsk = db.writer("UPDATE phone_asks SET skip_text = ? WHERE lead = ?");
  const finishAsk = db.writer(
    `UPDATE phone_asks SET step = 'asked', failures = 0
     WHERE lead = ? AND step = 'ask' AND ${isMine}`,
  );
  const drop = db.writer(
    `UPDATE phone_asks SET step = 'done', keyboard = 0
     WHERE lead = ? AND step = 'ask' AND ${isMine}`,
  );
  const finishThanks = db.writer(
    `UPDATE phone_asks SET keyboard = 0, due_at_ms = NULL, step = CASE step WHEN 'thank' THEN 'done' ELSE step END
     WHERE chat_id = ?`,
  );
  const anyOpen = db.reader("SELECT 1 FROM phone_asks WHERE due_at_ms IS NOT NULL LIMIT 1");
  const makeDue = db.writer(
    `UPDATE phone_asks SET due_at_ms = ?1
     WHERE step IN ('ask', 'thank') AND ${isWorkLeft("?2")}`,
  );
  const clampWaits = db.writer(
    "UPDATE phone_asks SET until_ms = ?1 WHERE until_ms > ?1",
  );
  const waitOn = db.writer(
    `UPDATE outbox SET due_at_ms = (SELECT until_ms FROM phone_asks WHERE lead = subject)
     WHERE kind = 'post' AND (due_at_ms = ?1 OR due_at_ms > ?2) AND subject IN (
       SELECT lead FROM phone_asks WHERE until_ms > ?1 AND answer_message_id IS NULL AND step <> 'done')`,
  );

  return {
    owePhoneAsk: async ({ number, chatId, receivedAtMs }, untilMs) =>
      void await insert.run(number, chatId, untilMs, receivedAtMs),
    async phoneAsked(chatId, nowMs) {
      const rows = await select.all(chatId, nowMs);
      if (rows.length === 0) return undefined;
      return {
        isOpen: rows.some((row) => Boolean(row["is_open"])),
        hasKeyboard: rows.some((row) => row["keyboard"] === 1),
        skipTexts: rows.map((row) => String(row["skip_text"])).filter((text) => text !== ""),
        isAnswer: (messageId) => rows.some((row) => row["answer_message_id"] === keyOf(messageId)),
      };
    },
    answerPhoneAsk: ({ chatId, messageId, phone }, nowMs) =>
      db.atomically(async () => {
        const leads = (await answer.all(chatId, keyOf(messageId), nowMs)).map((row) =>
          Number(row["lead"])
        );
        const lanes: string[] = [];
        for (const lead of leads) {
          if (phone !== null) await setPhone.run(phone, lead);
          lanes.push(...lanesOf(await hurryPost.all(nowMs, lead)));
        }
        return lanes;
      }),
    dismissPhoneAsk: async (chatId, messageId, nowMs) =>
      void await dismiss.run(chatId, keyOf(messageId), nowMs),
    async nextPhoneWorkDueAtMs() {
      const row = await nextDue.get();
      return row && Number(row["due_at_ms"]);
    },
    takePhoneWork: async (_lane, nowMs, most) =>
      (await take.all(nowMs, most)).map(toWork).sort((a, b) => a.id - b.id),
    postponePhoneWork: async ({ id }, dueAtMs) => void await postpone.run(dueAtMs, id),
    isPhoneAwaited: async (lead, nowMs) => await awaited.get(lead, nowMs) !== undefined,
    beginPhoneAsk: async (lead, skipText) => void await beginAsk.run(skipText, lead),
    finishPhoneAsk: async (lead) => void await finishAsk.run(lead),
    dropPhoneAsk: (lead, nowMs) =>
      db.atomically(async () => {
        const isDropped = (await drop.run(lead)).changes === 1;
        return isDropped ? lanesOf(await hurryPost.all(nowMs, lead)) : [];
      }),
    finishPhoneThanks: async (chatId) => void await finishThanks.run(chatId),
    owesPhoneWork: async () => await anyOpen.get() !== undefined,
    async recoverPhoneAsks(dead, nowMs) {
      const latestMs = nowMs + LONGEST_WAIT_MS;
      await clampWaits.run(latestMs);
      await makeDue.run(nowMs, dead);
      await waitOn.run(nowMs, latestMs);
    },
  };
}

function lanesOf(rows: readonly Row[]): string[] {
  return rows.map((row) => String(row["lane"]));
}

function toWork(row: Row): PhoneWork {
  return {
    id: Number(row["lead"]),
    lane: PHONES_LANE,
    kind: row["step"] === "ask" ? "phone_ask" : "phone_thanks",
    chatId: Number(row["chat_id"]),
    failures: Number(row["failures"]),
  };
}
