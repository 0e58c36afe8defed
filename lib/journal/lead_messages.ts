// Which messages of the managers' chat are about which leads, so that a reply to one of them finds its visitor. Sends nothing.

import type { Database, Row } from "./engine.ts";
import type { Lead, MessageAddress } from "../lead.ts";
import type { BotKeys } from "./bots.ts";
import { toLead } from "./leads.ts";

export interface LeadMessages {
  /** Remembers that messages of the managers' chat are about one lead. */
  rememberAbout(lead: number, messages: readonly MessageAddress[]): Promise<void>;
  /**
   * The leads that a message of the managers' chat is about, the newest of each visitor: a card, several cards in one message,
   * a follow-up, an earlier answer. Empty for any other message; a lead whose person was erased is left out.
   */
  leadsAt(message: MessageAddress): Promise<Lead[]>;
  /**
   * The lead that a visitor's next message belongs to: that of the last word of either side after `sinceMs`. Undefined when
   * there was none.
   */
  conversationLead(chatId: number, sinceMs: number): Promise<Lead | undefined>;
  /** The managers' message that a follow-up answers: of the last answer that its visitor had got; null without one. */
  answerBefore(followUp: number): Promise<MessageAddress | null>;
}

/** A visitor's newest leads among which a conversation is looked for; others are over. */
const MOST_COMPARED = 50;

/** The records in an open database. */
export function leadMessages(db: Database, keys: BotKeys): LeadMessages {
  const { keyOf, idOf } = keys;
  const insert = db.writer(
    `INSERT INTO lead_messages (chat_id, message_id, lead) VALUES (?, ?, ?)
     ON CONFLICT (chat_id, message_id) DO UPDATE SET lead = excluded.lead`,
  );
  const selectCards = db.reader(
    "SELECT * FROM leads WHERE card_chat_id = ? AND card_message_id = ? ORDER BY number",
  );
  const selectAbout = db.reader(
    `SELECT leads.* FROM lead_messages JOIN leads ON leads.number = lead
     WHERE lead_messages.chat_id = ? AND message_id = ?`,
  );
  const selectAnswered = db.reader(
    `SELECT leads.* FROM answer_messages JOIN answers ON answers.number = answer
     JOIN leads ON leads.number = answers.lead
     WHERE answer_messages.chat_id = ? AND message_id = ?`,
  );
  const { greater } = db.dialect;
  const visitorsWord = `coalesce((SELECT received_at_ms FROM follow_ups
    WHERE lead = leads.number AND edit_of IS NULL ORDER BY number DESC LIMIT 1), 0)`;
  const managersWord = `coalesce((SELECT coalesce(sent_at_ms, received_at_ms) FROM answers
    WHERE lead = leads.number AND kind = 'answer' AND state IN ('due', 'sent')
    ORDER BY number DESC LIMIT 1), 0)`;
  const selectLastWord = db.reader(
    `SELECT *, ${greater("received_at_ms", greater(visitorsWord, managersWord))} AS last_word_ms
     FROM leads WHERE number IN (
       SELECT number FROM leads WHERE chat_id = ? ORDER BY number DESC LIMIT ${MOST_COMPARED})
     ORDER BY last_word_ms DESC, number DESC LIMIT 1`,
  );
  const selectBefore = db.reader(
    `SELECT answer_messages.chat_id, message_id FROM follow_ups
     JOIN answers ON answers.lead = follow_ups.lead AND kind = 'answer' AND state = 'sent'
       AND answers.received_at_ms <= follow_ups.received_at_ms
     JOIN answer_messages ON answer = answers.number
     WHERE follow_ups.number = ? ORDER BY answers.number DESC, message_id LIMIT 1`,
  );

  return {
    async rememberAbout(lead, messages) {
      for (const { chatId, messageId } of messages) {
        if (messageId > 0) await insert.run(chatId, keyOf(messageId), lead);
      }
    },
    async leadsAt({ chatId, messageId }) {
      const at = [chatId, keyOf(messageId)] as const;
      let rows: Row[] = [];
      for (const each of [selectCards, selectAbout, selectAnswered]) {
        if (rows.length === 0) rows = await each.all(...at);
      }
      const leads = rows.map((row) => toLead(row, keys)).filter((each) => each.chatId !== 0);
      return [...new Map(leads.map((each) => [each.chatId, each])).values()];
    },
    async conversationLead(chatId, sinceMs) {
      const row = await selectLastWord.get(chatId);
      if (row === undefined || Number(row["last_word_ms"]) <= sinceMs) return undefined;
      return toLead(row, keys);
    },
    async answerBefore(followUp) {
      const row = await selectBefore.get(followUp);
      const messageId = row === undefined ? -1 : idOf(Number(row["message_id"]));
      return messageId < 0 ? null : { chatId: Number(row?.["chat_id"]), messageId };
    },
  };
}
