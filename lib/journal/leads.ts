// The journal's leads: who asked for what, where each of them is, and the card that shows it.

import type { Database, Row, Writer } from "./engine.ts";
import {
  type Card,
  type CardReason,
  type Lead,
  LEAD_STATES,
  type LeadState,
  type MessageAddress,
  type NewLead,
  statesBefore,
} from "../lead.ts";
import type { AttemptRecords } from "./attempts.ts";
import type { BotKeys } from "./bots.ts";
import { DEAL_COLUMNS, dealIn } from "./deals.ts";
import { textOrNull } from "./rows.ts";
import { rowsJson } from "./stored_json.ts";
import { TURN_COLUMNS, turnsIn } from "./turn_columns.ts";
import { cardReason } from "./work.ts";

/** Leads as they are read, and what is remembered of one alone. */
export interface LeadRecords {
  findLead(number: number): Promise<Lead | undefined>;
  /** The newest lead of a chat that was received after `sinceMs`. */
  latestLead(chatId: number, sinceMs: number): Promise<Lead | undefined>;
  /** Remembers that a lead was shown in the alert chat. */
  markAlerted(lead: number, nowMs: number): Promise<void>;
  wasAlerted(lead: number): Promise<boolean>;
  /** The leads that one message shows, oldest first, as their cards have to look now. */
  cardsOn(message: MessageAddress): Promise<Card[]>;
  countOpenCards(profile: string): Promise<number>;
  /** Leads whose card is open, oldest first; of one profile, where given. Held ones have none. */
  openCards(profile: string | null, most: number): Promise<Lead[]>;
  /** How many leads are in each state. */
  countLeads(): Promise<Record<LeadState, number>>;
}

/** What the journal's own moves need beside that. */
export interface LeadMoves extends LeadRecords {
  /** Records a lead; undefined when its menu message already gave one. */
  insertLead(lead: NewLead): Promise<Lead | undefined>;
  /** The same for several, in their order, by one statement. */
  insertLeads(leads: readonly NewLead[]): Promise<(Lead | undefined)[]>;
  /** `findLead` for several, in their order, by one statement. See gathered.ts. */
  findLeads(numbers: readonly number[]): Promise<(Lead | undefined)[]>;
  /** Holds a new lead back from the CRM: it stands open, without a card, until a person decides. */
  holdLead(lead: number): Promise<void>;
  /** Moves a lead; false when it is not where such a move begins. */
  moveLead(lead: number, to: LeadState): Promise<boolean>;
  /** Remembers the card that shows a lead since a moment. */
  rememberCard(
    lead: number,
    reason: CardReason,
    card: MessageAddress,
    nowMs: number,
  ): Promise<void>;
  /** Remembers who closed a lead. */
  markClosed(lead: number, by: string, nowMs: number): Promise<void>;
}

/** Stands for the reason of a card where a lead is held back; earlier versions take it for any other. */
export const HELD = "held";

/** The states from which a lead may reach `to`, as a list in SQL. */
export function statesBeforeSql(to: LeadState): string {
  return statesBefore(to).map((state) => `'${state}'`).join(", ");
}

export function leadRecords(
  db: Database,
  keys: BotKeys,
  { attemptsOf }: Pick<AttemptRecords, "attemptsOf">,
): LeadMoves {
  const { keyOf } = keys;
  const insert = db.writer(
    `INSERT INTO leads (id, state, profile, profile_name, choice, user_id, username, first_name,
       last_name, language, chat_id, menu_message_id, received_at_ms, source)
     VALUES (?, 'received', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (chat_id, menu_message_id) DO NOTHING RETURNING number`,
  );
  const text = (nth: number) => `value ->> ${nth}`;
  const whole = (nth: number) => `CAST(value ->> ${nth} AS BIGINT)`;
  const insertAll = db.writer(
    `INSERT INTO leads (id, state, profile, profile_name, choice, user_id, username, first_name,
       last_name, language, chat_id, menu_message_id, received_at_ms, source)
     SELECT ${text(0)}, 'received', ${text(1)}, ${text(2)}, ${text(3)}, ${whole(4)}, ${text(5)},
       ${text(6)}, ${text(7)}, ${text(8)}, ${whole(9)}, ${whole(10)}, ${whole(11)}, ${text(12)}
     FROM ${db.dialect.rows("?")} AS given WHERE true
     ON CONFLICT (chat_id, menu_message_id) DO NOTHING RETURNING number, chat_id, menu_message_id`,
  );
  const select = db.reader("SELECT * FROM leads WHERE number = ?");
  const selectAll = db.reader(`SELECT * FROM leads WHERE ${db.dialect.isAmong("number", "?")}`);
  const selectLatest = db.reader(
    "SELECT * FROM leads WHERE chat_id = ? AND received_at_ms > ? ORDER BY number DESC LIMIT 1",
  );
  const hold = db.writer(
    `UPDATE leads SET state = 'in_admin_chat', card_reason = '${HELD}'
     WHERE number = ? AND state = 'received'`,
  );
  const moves = new Map<LeadState, Writer>(
    LEAD_STATES.filter((to) => statesBefore(to).length > 0).map((to) => [
      to,
      db.writer(
        `UPDATE leads SET state = '${to}' WHERE number = ? AND state IN (${statesBeforeSql(to)})`,
      ),
    ]),
  );
  const setCard = db.writer(
    `UPDATE leads SET card_reason = ?, card_chat_id = ?, card_message_id = ?, card_shown_at_ms = ?
     WHERE number = ?`,
  );
  const alert = db.writer("UPDATE leads SET alerted_at_ms = ? WHERE number = ?");
  const close = db.writer("UPDATE leads SET closed_by = ?, closed_at_ms = ? WHERE number = ?");
  const selectOnCard = db.reader(
    `SELECT leads.*, ${DEAL_COLUMNS}, ${TURN_COLUMNS},
       EXISTS (SELECT 1 FROM outbox WHERE subject = number AND kind = 'post') AS sending
     FROM leads WHERE card_chat_id = ? AND card_message_id = ? ORDER BY number`,
  );
  const selectOpen = db.reader(
    `SELECT * FROM leads WHERE state = 'in_admin_chat' AND card_reason IS DISTINCT FROM '${HELD}'
     ORDER BY number LIMIT ?`,
  );
  const selectOpenOf = db.reader(
    `SELECT * FROM leads ${db.dialect.indexedBy("leads_open")}
     WHERE profile = ? AND state = 'in_admin_chat' AND card_reason IS DISTINCT FROM '${HELD}'
     ORDER BY number LIMIT ?`,
  );
  const countOpen = db.reader(
    `SELECT leads - (SELECT count(*) FROM leads
       WHERE profile = ?1 AND state = 'in_admin_chat' AND card_reason = '${HELD}') AS leads
     FROM lead_counts WHERE profile = ?1 AND state = 'in_admin_chat'`,
  );
  const count = db.reader("SELECT state, sum(leads) AS leads FROM lead_counts GROUP BY state");

  function columnsOf({ visitor, ...lead }: NewLead) {
    return [
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
      lead.source,
    ];
  }

  return {
    async insertLead(lead) {
      const row = await insert.get(...columnsOf(lead));
      return row === undefined ? undefined : received(lead, row);
    },
    async insertLeads(leads) {
      const rows = await insertAll.all(rowsJson(leads.map(columnsOf)));
      const byMenu = new Map(
        rows.map((row) => [`${row["chat_id"]}:${row["menu_message_id"]}`, row]),
      );
      return leads.map((lead) => {
        const menu = `${lead.chatId}:${keyOf(lead.menuMessageId)}`;
        const row = byMenu.get(menu);
        byMenu.delete(menu); // Another press of the same menu gives no lead.
        return row === undefined ? undefined : received(lead, row);
      });
    },
    async findLead(number) {
      const row = await select.get(number);
      return row === undefined ? undefined : toLead(row, keys);
    },
    async findLeads(numbers) {
      const rows = await selectAll.all(JSON.stringify(numbers));
      const byNumber = new Map(rows.map((row) => [Number(row["number"]), row]));
      return numbers.map((number) => {
        const row = byNumber.get(number);
        return row && toLead(row, keys);
      });
    },
    async latestLead(chatId, sinceMs) {
      const row = await selectLatest.get(chatId, sinceMs);
      return row === undefined ? undefined : toLead(row, keys);
    },
    holdLead: async (lead) => void await hold.run(lead),
    moveLead: async (lead, to) => (await moves.get(to)?.run(lead))?.changes === 1,
    rememberCard: async (lead, reason, { chatId, messageId }, nowMs) =>
      void await setCard.run(reason, chatId, keyOf(messageId), nowMs, lead),
    markAlerted: async (lead, nowMs) => void await alert.run(nowMs, lead),
    wasAlerted: async (lead) => (await select.get(lead))?.["alerted_at_ms"] != null,
    markClosed: async (lead, by, nowMs) => void await close.run(by, nowMs, lead),
    async cardsOn({ chatId, messageId }) {
      const rows = await selectOnCard.all(chatId, keyOf(messageId));
      return await Promise.all(rows.map(async (row): Promise<Card> => ({
        lead: toLead(row, keys),
        reason: cardReason(row["card_reason"]),
        lastAttempt: (await attemptsOf(Number(row["number"]))).at(-1) ?? null,
        sending: Boolean(row["sending"]),
        deal: dealIn(row),
        closed: closedIn(row),
        ...turnsIn(row),
      })));
    },
    async openCards(profile, most) {
      const rows = profile === null
        ? await selectOpen.all(most)
        : await selectOpenOf.all(profile, most);
      return rows.map((row) => toLead(row, keys));
    },
    countOpenCards: async (profile) => Number((await countOpen.get(profile))?.["leads"] ?? 0),
    async countLeads() {
      const counts = { received: 0, in_crm: 0, in_admin_chat: 0, undelivered: 0, by_hand: 0 };
      for (const row of await count.all()) counts[leadState(row["state"])] = Number(row["leads"]);
      return counts;
    },
  };
}

function received(lead: NewLead, row: Row): Lead {
  return { ...lead, number: Number(row["number"]), state: "received", phone: null, card: null };
}

/** Who closed a lead, and when; null while it is open. */
export function closedIn(row: Row): { readonly by: string; readonly atMs: number } | null {
  return row["closed_by"] === null
    ? null
    : { by: String(row["closed_by"]), atMs: Number(row["closed_at_ms"]) };
}

/** Where a lead is, as it is stored. @throws {TypeError} For a state that there is not. */
export function leadState(stored: unknown): LeadState {
  const state = LEAD_STATES.find((each) => each === stored);
  if (state === undefined) throw new TypeError(`No lead is ${JSON.stringify(stored)}`);
  return state;
}

/** A lead as its row has it. */
export function toLead(row: Row, { idOf }: BotKeys): Lead {
  const cardMessageId = row["card_message_id"] === null ? -1 : idOf(Number(row["card_message_id"]));
  return {
    number: Number(row["number"]),
    id: String(row["id"]),
    state: leadState(row["state"]),
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
    source: textOrNull(row["source"]),
    phone: textOrNull(row["phone"]),
    // No bot can change what another one wrote.
    card: cardMessageId < 0 ? null : {
      chatId: Number(row["card_chat_id"]),
      messageId: cardMessageId,
    },
  };
}
