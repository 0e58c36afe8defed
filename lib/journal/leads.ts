// The journal's leads, the menus they come from, and their attempts at the CRM.

import type { Database } from "../db.ts";
import {
  canMove,
  type CrmOutcome,
  type Lead,
  type LeadState,
  type MessageAddress,
  type NewLead,
  statesBefore,
} from "../lead.ts";

export interface LeadRecords {
  /** Remembers which profile's buttons a message bears. */
  rememberMenu(menu: MessageAddress, profile: string, nowMs: number): void;
  /** The profile whose buttons a message bears. */
  findMenu(menu: MessageAddress): string | undefined;
  /** Records a lead; undefined when its menu message already gave one. */
  insertLead(lead: NewLead): Lead | undefined;
  findLead(number: number): Lead | undefined;
  /** The newest lead of a chat that was received after `sinceMs`. */
  latestLead(chatId: number, sinceMs: number): Lead | undefined;
  markConfirmed(lead: number, nowMs: number): void;
  /** Moves a lead; false when it is not where such a move begins. */
  moveLead(lead: number, to: LeadState): boolean;
  rememberCard(lead: number, card: MessageAddress): void;
  /** Records that a POST is about to leave. */
  beginAttempt(lead: number, nowMs: number): Attempt;
  endAttempt(attempt: Attempt, outcome: CrmOutcome, nowMs: number): void;
  /** Attempts that were begun and never ended: the process died in their middle. */
  openAttempts(): Attempt[];
  /** How many leads are in each state. */
  countLeads(): Record<LeadState, number>;
}

export interface Attempt {
  readonly lead: number;
  /** 1 for a lead's first POST. */
  readonly nth: number;
}

export function leadRecords(db: Database): LeadRecords {
  const insertMenu = db.writer(
    "INSERT OR REPLACE INTO menus (chat_id, message_id, profile, sent_at_ms) VALUES (?, ?, ?, ?)",
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
  const confirm = db.writer("UPDATE leads SET confirmed_at_ms = ? WHERE number = ?");
  const move = db.writer(
    `UPDATE leads SET state = ? WHERE number = ? AND state IN (SELECT value FROM json_each(?))`,
  );
  const setCard = db.writer(
    "UPDATE leads SET card_chat_id = ?, card_message_id = ? WHERE number = ?",
  );
  const begin = db.writer(
    `INSERT INTO attempts (lead, nth, begun_at_ms)
     VALUES (?1, 1 + (SELECT count(*) FROM attempts WHERE lead = ?1), ?2) RETURNING nth`,
  );
  const end = db.writer(
    `UPDATE attempts SET ended_at_ms = ?, outcome = ?, status = ?, reason = ?
     WHERE lead = ? AND nth = ? AND ended_at_ms IS NULL`,
  );
  const open = db.reader("SELECT lead, nth FROM attempts WHERE ended_at_ms IS NULL ORDER BY lead");
  const count = db.reader("SELECT state, count(*) AS leads FROM leads GROUP BY state");

  return {
    rememberMenu: ({ chatId, messageId }, profile, nowMs) =>
      void insertMenu.run(chatId, messageId, profile, nowMs),
    findMenu({ chatId, messageId }) {
      const row = selectMenu.get(chatId, messageId);
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
        lead.menuMessageId,
        lead.receivedAtMs,
      );
      if (!changes) return undefined;
      return { ...lead, number: Number(lastInsertRowid), state: "received", card: null };
    },
    findLead: (number) => toLead(select.get(number)),
    latestLead: (chatId, sinceMs) => toLead(selectLatest.get(chatId, sinceMs)),
    markConfirmed: (lead, nowMs) => void confirm.run(nowMs, lead),
    moveLead: (lead, to) => move.run(to, lead, MOVES_TO[to]).changes === 1,
    rememberCard: (lead, { chatId, messageId }) => void setCard.run(chatId, messageId, lead),
    beginAttempt: (lead, nowMs) => ({ lead, nth: Number(begin.get(lead, nowMs)?.["nth"]) }),
    endAttempt({ lead, nth }, outcome, nowMs) {
      end.run(nowMs, outcome.kind, statusOf(outcome), reasonOf(outcome), lead, nth);
    },
    openAttempts: () =>
      open.all().map((row) => ({ lead: Number(row["lead"]), nth: Number(row["nth"]) })),
    countLeads() {
      const counts = { received: 0, in_crm: 0, in_admin_chat: 0, undelivered: 0, by_hand: 0 };
      return Object.assign(
        counts,
        Object.fromEntries(count.all().map((row) => [row["state"], Number(row["leads"])])),
      );
    },
  };
}

const STATES: readonly LeadState[] = [
  "received",
  "in_crm",
  "in_admin_chat",
  "undelivered",
  "by_hand",
];

const MOVES_TO = Object.fromEntries(
  STATES.map((to) => [to, JSON.stringify(statesBefore(to).filter((from) => canMove(from, to)))]),
) as Record<LeadState, string>;

function statusOf(outcome: CrmOutcome): number | null {
  return "status" in outcome ? outcome.status : null;
}

function reasonOf(outcome: CrmOutcome): string | null {
  if ("reason" in outcome) return outcome.reason;
  return "body" in outcome ? outcome.body : null;
}

function toLead(row: Record<string, unknown> | undefined): Lead | undefined {
  if (row === undefined) return undefined;
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
    menuMessageId: Number(row["menu_message_id"]),
    receivedAtMs: Number(row["received_at_ms"]),
    card: row["card_message_id"] === null ? null : {
      chatId: Number(row["card_chat_id"]),
      messageId: Number(row["card_message_id"]),
    },
  };
}

function textOrNull(value: unknown): string | null {
  return value === null ? null : String(value);
}
