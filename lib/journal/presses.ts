// What a visitor pressed before: the same choice again is the same lead, and too many leads in an hour are held back. Sends nothing.

import type { Database } from "./engine.ts";
import type { NewLead } from "../lead.ts";
import type { BotKeys } from "./bots.ts";

const HOUR_MS = 60 * 60 * 1000;

/** So many of a chat's newest leads may be the one that a press repeats: who has more within a window is held back anyway. */
const MOST_COMPARED = 1_000;

/** What decides whether a press is a lead, and one for the CRM. */
export interface PressLimits {
  /** Within this of a lead's receipt the same visitor's same choice is that lead again, in ms; 0 for never. */
  readonly repeatWindowMs: number;
  /** Most leads of one visitor within an hour that are POSTed. */
  readonly mostInAnHour: number;
  /** Whether the chat has given a lead before, as `findMenu` tells. */
  readonly chatHasLeads: boolean;
}

/** What a press is, by what its visitor pressed before. */
export type PressVerdict =
  /** A lead as every other. */
  | { readonly kind: "lead" }
  /** A lead that is one too many. */
  | { readonly kind: "too_many" }
  /** The lead of this number again, from another menu. */
  | { readonly kind: "repeat"; readonly lead: number }
  /** A lead of a visitor whom the managers blocked. */
  | { readonly kind: "blocked" }
  /** Its menu was answered already. */
  | { readonly kind: "known" };

/** Presses beside the leads that they gave. */
export interface PressRecords {
  /**
   * Judges a press by the visitor's earlier ones. A repeat has the same bot, visitor, profile and choice, within the window
   * after the lead, not after its last repeat. Both directions of time count, in case the clock was set back.
   */
  judgePress(press: NewLead, limits: PressLimits): Promise<PressVerdict>;
}

/** What the journal's own moves need beside that. */
export interface PressMoves extends PressRecords {
  /** Remembers that a press was a repeat. */
  insertRepeat(press: NewLead, lead: number): Promise<void>;
}

/** The records in an open database. */
export function pressRecords(db: Database, { keyOf, range }: BotKeys): PressMoves {
  // In the index alone, however many leads a chat has given; the newest have the highest numbers.
  const selectNewest = db.reader(
    "SELECT number FROM leads WHERE chat_id = ? ORDER BY number DESC LIMIT ?",
  );
  const selectMoment = db.reader("SELECT received_at_ms FROM leads WHERE number = ?");
  const selectKnown = db.reader(
    `SELECT EXISTS (SELECT 1 FROM leads WHERE chat_id = ?1 AND menu_message_id = ?2)
         OR EXISTS (SELECT 1 FROM repeats WHERE chat_id = ?1 AND menu_message_id = ?2) AS is_known,
       EXISTS (SELECT 1 FROM blocked_visitors WHERE chat_id = ?1) AS is_blocked`,
  );
  // The others are passed over by number, without a look at their rows. Not from the first number of the window
  // on: after a clock was set back it is higher than that of leads before it.
  const selectSame = db.reader(
    `SELECT number FROM leads WHERE chat_id = ?1 AND menu_message_id >= ?2 AND menu_message_id < ?3
       AND +number >= (SELECT min(number) FROM (
         SELECT number FROM leads WHERE chat_id = ?1 ORDER BY number DESC LIMIT ${MOST_COMPARED}) AS newest)
       AND received_at_ms > ?4 AND received_at_ms < ?5
       AND user_id = ?6 AND profile = ?7 AND choice = ?8
     ORDER BY number DESC LIMIT 1`,
  );
  const insert = db.writer(
    "INSERT INTO repeats (chat_id, menu_message_id, lead, pressed_at_ms) VALUES (?, ?, ?, ?)",
  );
  const count = db.writer(
    `INSERT INTO repeat_counts VALUES (?, 1)
     ON CONFLICT (profile) DO UPDATE SET presses = repeat_counts.presses + 1`,
  );

  async function sameLead(press: NewLead, windowMs: number): Promise<number | undefined> {
    if (windowMs === 0) return undefined;
    const { chatId, receivedAtMs, visitor, profile, choice } = press;
    const row = await selectSame.get(
      chatId,
      ...range,
      receivedAtMs - windowMs,
      receivedAtMs + windowMs,
      visitor.userId,
      profile,
      choice,
    );
    return row === undefined ? undefined : Number(row["number"]);
  }

  /** Whether the visitor has had so many leads within an hour. */
  async function hasHad(most: number, newest: readonly number[], nowMs: number): Promise<boolean> {
    const nth = newest[most - 1];
    if (nth === undefined) return false;
    return Math.abs(nowMs - Number((await selectMoment.get(nth))?.["received_at_ms"])) < HOUR_MS;
  }

  return {
    async judgePress(press, { repeatWindowMs, mostInAnHour, chatHasLeads }) {
      const { chatId, menuMessageId, receivedAtMs } = press;
      if (!chatHasLeads) return { kind: "lead" };
      const newest = (await selectNewest.all(chatId, mostInAnHour)).map((row) =>
        Number(row["number"])
      );
      const known = await selectKnown.get(chatId, keyOf(menuMessageId));
      if (known?.["is_known"]) return { kind: "known" };
      const lead = await sameLead(press, repeatWindowMs);
      if (lead !== undefined) return { kind: "repeat", lead };
      if (known?.["is_blocked"]) return { kind: "blocked" };
      const tooMany = await hasHad(mostInAnHour, newest, receivedAtMs);
      return { kind: tooMany ? "too_many" : "lead" };
    },
    async insertRepeat({ chatId, menuMessageId, receivedAtMs, profile }, lead) {
      await insert.run(chatId, keyOf(menuMessageId), lead, receivedAtMs);
      await count.run(profile);
    },
  };
}
