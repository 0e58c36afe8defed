// The journal's leads, the menus they come from, and their attempts at the CRM.

import type { Database, Row, Writer } from "./database.ts";
import {
  type AttemptRecord,
  type Card,
  type CardReason,
  type CrmOutcome,
  type Lead,
  LEAD_STATES,
  type LeadState,
  type MessageAddress,
  type NewLead,
  statesBefore,
} from "../lead.ts";
import type { BotKeys } from "./bots.ts";

export interface LeadRecords {
  /**
   * Remembers which profile's buttons a message bears.
   *
   * @param language The visitor's, as Telegram named it; null where it did not.
   */
  rememberMenu(
    menu: MessageAddress,
    profile: string,
    nowMs: number,
    language?: string | null,
  ): void;
  /** The profile whose buttons a message bears. */
  findMenu(menu: MessageAddress): string | undefined;
  /** Records a lead; undefined when its menu message already gave one. */
  insertLead(lead: NewLead): Lead | undefined;
  findLead(number: number): Lead | undefined;
  /** The newest lead of a chat that was received after `sinceMs`. */
  latestLead(chatId: number, sinceMs: number): Lead | undefined;
  /** Remembers when a lead's visitor first had a confirmation. */
  markConfirmed(lead: number, nowMs: number): void;
  /** Holds a new lead back from the CRM: it stands open, without a card, until a person decides. */
  holdLead(lead: number): void;
  /** Moves a lead; false when it is not where such a move begins. */
  moveLead(lead: number, to: LeadState): boolean;
  rememberCard(lead: number, reason: CardReason, card: MessageAddress): void;
  /** Remembers that a lead was shown in the alert chat. */
  markAlerted(lead: number, nowMs: number): void;
  wasAlerted(lead: number): boolean;
  /** Remembers who closed a lead. */
  markClosed(lead: number, by: string, nowMs: number): void;
  /** The leads that one message shows, oldest first, as their cards have to look now. */
  cardsOn(message: MessageAddress): Card[];
  /** Leads whose card is open, oldest first; of one profile, where given. Held ones have none. */
  openCards(profile: string | null, most: number): Lead[];
  countOpenCards(profile: string): number;
  /** A lead's POSTs, first to last. */
  attemptsOf(lead: number): AttemptRecord[];
  /**
   * Records that a POST is about to leave.
   *
   * @param askedBy The manager who asked for it; null for a lead's first.
   */
  beginAttempt(lead: number, askedBy: string | null, nowMs: number): Attempt;
  endAttempt(attempt: Attempt, outcome: CrmOutcome, nowMs: number): void;
  /** Attempts that were begun and never ended: the process died in their middle. */
  openAttempts(): Attempt[];
  /** A lead's attempt that was begun and has not ended. */
  openAttemptOf(lead: number): Attempt | undefined;
  /** How many leads are in each state. */
  countLeads(): Record<LeadState, number>;
}

export interface Attempt {
  readonly lead: number;
  /** 1 for a lead's first POST. */
  readonly nth: number;
}

/** Stands for the reason of a card where a lead is held back; the bot before this one takes it for any other. */
export const HELD = "held";

export function leadRecords(db: Database, keys: BotKeys): LeadRecords {
  const { keyOf } = keys;
  const insertMenu = db.writer(
    `INSERT OR REPLACE INTO menus (chat_id, message_id, profile, sent_at_ms, language)
     VALUES (?, ?, ?, ?, ?)`,
  );
  const selectMenu = db.reader("SELECT profile FROM menus WHERE chat_id = ? AND message_id = ?");
  const insert = db.writer(
    `INSERT INTO leads (id, state, profile, profile_name, choice, user_id, username, first_name,
       last_name, language, chat_id, menu_message_id, received_at_ms)
     VALUES (?, 'received', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (chat_id, menu_message_id) DO NOTHING`,
  );
  const select = db.reader("SELECT * FROM leads WHERE number = ?");
  const selectLatest = db.reader(
    "SELECT * FROM leads WHERE chat_id = ? AND received_at_ms > ? ORDER BY number DESC LIMIT 1",
  );
  const confirm = db.writer(
    "UPDATE leads SET confirmed_at_ms = ? WHERE number = ? AND confirmed_at_ms IS NULL",
  );
  const hold = db.writer(
    `UPDATE leads SET state = 'in_admin_chat', card_reason = '${HELD}'
     WHERE number = ? AND state = 'received'`,
  );
  const moves = Object.fromEntries(
    LEAD_STATES.map((to) => {
      const from = statesBefore(to).map((state) => `'${state}'`).join(", ");
      return [
        to,
        db.writer(`UPDATE leads SET state = '${to}' WHERE number = ? AND state IN (${from})`),
      ];
    }),
  ) as Record<LeadState, Writer>;
  const setCard = db.writer(
    "UPDATE leads SET card_reason = ?, card_chat_id = ?, card_message_id = ? WHERE number = ?",
  );
  const alert = db.writer(
    "UPDATE leads SET alerted_at_ms = ? WHERE number = ?",
  );
  const close = db.writer("UPDATE leads SET closed_by = ?, closed_at_ms = ? WHERE number = ?");
  const selectOnCard = db.reader(
    `SELECT leads.*, EXISTS (SELECT 1 FROM outbox WHERE subject = number AND kind = 'post') AS sending
     FROM leads WHERE card_chat_id = ? AND card_message_id = ? ORDER BY number`,
  );
  const selectOpen = db.reader(
    `SELECT * FROM leads WHERE state = 'in_admin_chat' AND card_reason IS NOT '${HELD}'
     ORDER BY number LIMIT ?`,
  );
  const selectOpenOf = db.reader(
    `SELECT * FROM leads INDEXED BY leads_open WHERE profile = ? AND state = 'in_admin_chat'
       AND card_reason IS NOT '${HELD}' ORDER BY number LIMIT ?`,
  );
  const countOpen = db.reader(
    `SELECT leads - (SELECT count(*) FROM leads
       WHERE profile = ?1 AND state = 'in_admin_chat' AND card_reason = '${HELD}') AS leads
     FROM lead_counts WHERE profile = ?1 AND state = 'in_admin_chat'`,
  );
  const selectAttempts = db.reader("SELECT * FROM attempts WHERE lead = ? ORDER BY nth");
  const begin = db.writer(
    `INSERT INTO attempts (lead, nth, begun_at_ms, asked_by)
     VALUES (?1, 1 + (SELECT count(*) FROM attempts WHERE lead = ?1), ?2, ?3) RETURNING nth`,
  );
  const end = db.writer(
    `UPDATE attempts SET ended_at_ms = ?, outcome = ?, status = ?, reason = ?
     WHERE lead = ? AND nth = ? AND ended_at_ms IS NULL`,
  );
  const open = db.reader("SELECT lead, nth FROM attempts WHERE ended_at_ms IS NULL ORDER BY lead");
  const openOf = db.reader("SELECT nth FROM attempts WHERE lead = ? AND ended_at_ms IS NULL");
  const count = db.reader("SELECT state, sum(leads) AS leads FROM lead_counts GROUP BY state");

  function attemptsOf(lead: number): AttemptRecord[] {
    return selectAttempts.all(lead).map(toAttempt);
  }

  return {
    rememberMenu: ({ chatId, messageId }, profile, nowMs, language = null) =>
      void insertMenu.run(chatId, keyOf(messageId), profile, nowMs, language),
    findMenu({ chatId, messageId }) {
      const row = selectMenu.get(chatId, keyOf(messageId));
      return row === undefined ? undefined : String(row["profile"]);
    },
    insertLead(lead) {
      const { visitor } = lead;
      const { changes, lastInsertRowid } = insert.run(
        lead.id,
        lead.profile,
        lead.profileName,
        lead.choice,
        visitor.userId,
        visitor.username,
        visitor.firstName,
        visitor.lastName,
        visitor.language,
        lead.chatId,
        keyOf(lead.menuMessageId),
        lead.receivedAtMs,
      );
      if (!changes) return undefined;
      return { ...lead, number: Number(lastInsertRowid), state: "received", card: null };
    },
    findLead(number) {
      const row = select.get(number);
      return row === undefined ? undefined : toLead(row, keys);
    },
    latestLead(chatId, sinceMs) {
      const row = selectLatest.get(chatId, sinceMs);
      return row === undefined ? undefined : toLead(row, keys);
    },
    markConfirmed: (lead, nowMs) => void confirm.run(nowMs, lead),
    holdLead: (lead) => void hold.run(lead),
    moveLead: (lead, to) => moves[to].run(lead).changes === 1,
    rememberCard: (lead, reason, { chatId, messageId }) =>
      void setCard.run(reason, chatId, keyOf(messageId), lead),
    markAlerted: (lead, nowMs) => void alert.run(nowMs, lead),
    wasAlerted: (lead) => select.get(lead)?.["alerted_at_ms"] != null,
    markClosed: (lead, by, nowMs) => void close.run(by, nowMs, lead),
    cardsOn: ({ chatId, messageId }) =>
      selectOnCard.all(chatId, keyOf(messageId)).map((row): Card => ({
        lead: toLead(row, keys),
        reason: row["card_reason"] === "no_webhook" ? "no_webhook" : "crm_failed",
        lastAttempt: attemptsOf(Number(row["number"])).at(-1) ?? null,
        sending: row["sending"] === 1,
        closed: row["closed_by"] === null
          ? null
          : { by: String(row["closed_by"]), atMs: Number(row["closed_at_ms"]) },
      })),
    openCards(profile, most) {
      const rows = profile === null ? selectOpen.all(most) : selectOpenOf.all(profile, most);
      return rows.map((row) => toLead(row, keys));
    },
    countOpenCards: (profile) => Number(countOpen.get(profile)?.["leads"] ?? 0),
    attemptsOf,
    beginAttempt: (lead, askedBy, nowMs) => ({
      lead,
      nth: Number(begin.get(lead, nowMs, askedBy)?.["nth"]),
    }),
    endAttempt({ lead, nth }, outcome, nowMs) {
      end.run(nowMs, outcome.kind, statusOf(outcome), reasonOf(outcome), lead, nth);
    },
    openAttempts: () =>
      open.all().map((row) => ({ lead: Number(row["lead"]), nth: Number(row["nth"]) })),
    openAttemptOf(lead) {
      const row = openOf.get(lead);
      return row === undefined ? undefined : { lead, nth: Number(row["nth"]) };
    },
    countLeads() {
      const counts = { received: 0, in_crm: 0, in_admin_chat: 0, undelivered: 0, by_hand: 0 };
      return Object.assign(
        counts,
        Object.fromEntries(count.all().map((row) => [row["state"], Number(row["leads"])])),
      );
    },
  };
}

function statusOf(outcome: CrmOutcome): number | null {
  return "status" in outcome ? outcome.status : null;
}

function reasonOf(outcome: CrmOutcome): string | null {
  if ("reason" in outcome) return outcome.reason;
  return "body" in outcome ? outcome.body : null;
}

function toAttempt(row: Row): AttemptRecord {
  return {
    nth: Number(row["nth"]),
    begunAtMs: Number(row["begun_at_ms"]),
    endedAtMs: numberOrNull(row["ended_at_ms"]),
    outcome: textOrNull(row["outcome"]) as AttemptRecord["outcome"], // Written by `endAttempt` alone.
    status: numberOrNull(row["status"]),
    reason: textOrNull(row["reason"]),
    askedBy: textOrNull(row["asked_by"]),
  };
}

export function toLead(row: Row, { idOf }: BotKeys): Lead {
  const cardMessageId = row["card_message_id"] === null ? -1 : idOf(Number(row["card_message_id"]));
  return {
    number: Number(row["number"]),
    id: String(row["id"]),
    state: String(row["state"]) as LeadState, // The table's CHECK holds it to these words.
    profile: String(row["profile"]),
    profileName: String(row["profile_name"]),
    choice: String(row["choice"]),
    visitor: {
      userId: Number(row["user_id"]),
      username: textOrNull(row["username"]),
      firstName: String(row["first_name"]),
      lastName: textOrNull(row["last_name"]),
      language: textOrNull(row["language"]),
    },
    chatId: Number(row["chat_id"]),
    menuMessageId: idOf(Number(row["menu_message_id"])),
    receivedAtMs: Number(row["received_at_ms"]),
    // No bot can change what another one wrote.
    card: cardMessageId < 0 ? null : {
      chatId: Number(row["card_chat_id"]),
      messageId: cardMessageId,
    },
  };
}

function numberOrNull(value: unknown): number | null {
  return value === null ? null : Number(value);
}

function textOrNull(value: unknown): string | null {
  return value === null ? null : String(value);
}
