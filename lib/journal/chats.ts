// Which managers' chat owed work belongs to, as the profiles in use say. Sends nothing.
//
// A chat is named by a key: "" is the main one, "-1001234567890" or "-1001234567890:7" with a topic that of profiles which have
// a chat of their own. The key stands beside the lane, so that a bot which knows one chat alone finds all of it there.

import type { Database, Row } from "./engine.ts";
import type { MessageAddress } from "../lead.ts";
import { addressIn } from "./work.ts";
import { recordIn } from "./stored_json.ts";
import { numberOrNull } from "./rows.ts";

/** The key of the chat that ADMIN_CHAT_ID names. */
export const MAIN_CHAT = "";

/** What stands in chats that nothing names any more: it is still edited. */
export const FORMER_CHATS = "former";

/** Where profiles have their chats. */
export interface ChatMap {
  /** The chats of profiles that have one of their own, and the group that each is in or is a topic of. */
  readonly byProfile: ReadonlyMap<string, { readonly chat: string; readonly group: string }>;
  /** The groups by Telegram's ids, also those that they had before they moved; the main one is `MAIN_CHAT`. */
  readonly groups: ReadonlyMap<number, string>;
}

/** Which chat work belongs to. */
export interface ChatRecords {
  /** From now on work belongs to these chats. What is owed already goes to the chats that it belongs to now. */
  placeWork(map: ChatMap): Promise<void>;
  /** The chat of a profile. */
  chatOf(profile: string): string;
}

/** What the journal's own moves ask. */
export interface ChatMoves extends ChatRecords {
  /** Puts what is owed where it belongs, also what a bot left that knows one chat alone. */
  placeOwed(): Promise<void>;
  /** Whether no profile has a chat of its own: then a look-up is saved. */
  isMainAlone(): boolean;
  chatOfLead(lead: number): Promise<string>;
  /** Follow-ups reply to the card, so they stay in its chat while that is in use. */
  chatOfFollowUp(lead: number): Promise<string>;
  /** The group in which a message is edited. */
  groupOf(message: MessageAddress): string;
  /** The chat in which something is said about a message, or else about a lead. */
  chatAt(chatId: number, lead: number | null): Promise<string>;
}

const NO_CHATS: ChatMap = { byProfile: new Map(), groups: new Map() };

/** The records in an open database. Until `placeWork` all belongs to the main chat. */
export function chatRecords(db: Database): ChatMoves {
  const selectLead = db.reader("SELECT profile, card_chat_id FROM leads WHERE number = ?");
  const owed = db.reader(
    `SELECT outbox.id, outbox.kind, outbox.chat, outbox.body, leads.profile, leads.card_chat_id
     FROM outbox
       LEFT JOIN follow_ups ON outbox.kind = 'follow_up' AND follow_ups.number = subject
       LEFT JOIN leads ON leads.number = CASE outbox.kind WHEN 'follow_up' THEN follow_ups.lead ELSE subject END
     WHERE outbox.kind IN ('card', 'card_update', 'follow_up', 'offer', 'offer_update', 'note')`,
  );
  const owedOfAnswers = db.reader(
    `SELECT answer_work.id, answer_work.kind, answer_work.chat, answer_work.body, answers.chat_id, leads.profile,
       leads.card_chat_id
     FROM answer_work
       LEFT JOIN answers ON answer_work.kind <> 'invite' AND answers.number = subject
       LEFT JOIN leads ON leads.number = CASE answer_work.kind WHEN 'invite' THEN subject ELSE answers.lead END
     WHERE answer_work.kind IN ('mark', 'refusal', 'question', 'chosen', 'invite')`,
  );
  const move = db.writer("UPDATE outbox SET chat = ? WHERE id = ?");
  const moveOfAnswers = db.writer("UPDATE answer_work SET chat = ? WHERE id = ?");
  let map = NO_CHATS;
  let inUse: ReadonlySet<string> = new Set([MAIN_CHAT]);

  function ofProfile(profile: unknown): string {
    return map.byProfile.get(String(profile))?.chat ?? MAIN_CHAT;
  }

  /** The chat of a profile, unless what it is about stands in another group that is in use. */
  function ofProfileAt(profile: unknown, chatId: number | null): string {
    const group = chatId === null ? undefined : map.groups.get(chatId);
    const own = map.byProfile.get(String(profile)) ?? { chat: MAIN_CHAT, group: MAIN_CHAT };
    return group === undefined || group === own.group ? own.chat : chatIn(group);
  }

  /** A group whose chats all are topics has none of its own: its first topic stands for it. */
  function chatIn(group: string): string {
    if (inUse.has(group)) return group;
    const topics = [...map.byProfile.values()].find((each) => each.group === group);
    return topics?.chat ?? MAIN_CHAT;
  }

  function groupOf({ chatId }: MessageAddress): string {
    return map.groups.get(chatId) ?? (map.groups.size === 0 ? MAIN_CHAT : FORMER_CHATS);
  }

  function ofWork(row: Row): string {
    const { kind, chat, body, profile, card_chat_id: cardChat } = row;
    const at = numberOrNull(cardChat ?? null);
    switch (kind) {
      case "card":
        return ofProfile(profile);
      case "offer":
        return ofProfile(body);
      case "follow_up":
        return ofProfileAt(profile, at);
      case "card_update":
        return at === null ? MAIN_CHAT : groupOf({ chatId: at, messageId: 0 });
      case "offer_update": {
        const message = addressIn(recordIn(String(body))?.["message"]);
        return message === undefined ? MAIN_CHAT : groupOf(message);
      }
      default:
        return inUse.has(String(chat)) ? String(chat) : MAIN_CHAT;
    }
  }

  function ofAnswerWork({ kind, body, chat_id, profile, card_chat_id }: Row): string {
    const isWhole = recordIn(String(body))?.["whole"] === true;
    const at = kind === "invite" ? isWhole ? card_chat_id : null : chat_id;
    return ofProfileAt(profile, numberOrNull(at ?? null));
  }

  async function placeOwed(): Promise<void> {
    for (const row of await owed.all()) {
      const chat = ofWork(row);
      if (row["chat"] !== chat) await move.run(chat, Number(row["id"]));
    }
    for (const row of await owedOfAnswers.all()) {
      const chat = ofAnswerWork(row);
      if (row["chat"] !== chat) await moveOfAnswers.run(chat, Number(row["id"]));
    }
  }

  const isMainAlone = () => map.byProfile.size === 0;

  return {
    async placeWork(next) {
      map = next;
      inUse = new Set([MAIN_CHAT, ...[...map.byProfile.values()].map(({ chat }) => chat)]);
      await db.atomically(placeOwed);
    },
    placeOwed,
    chatOf: ofProfile,
    isMainAlone,
    chatOfLead: async (lead) =>
      isMainAlone() ? MAIN_CHAT : ofProfile((await selectLead.get(lead))?.["profile"]),
    async chatOfFollowUp(lead) {
      if (isMainAlone()) return MAIN_CHAT;
      const row = await selectLead.get(lead);
      return ofProfileAt(row?.["profile"], numberOrNull(row?.["card_chat_id"] ?? null));
    },
    groupOf,
    async chatAt(chatId, lead) {
      if (isMainAlone()) return MAIN_CHAT;
      return ofProfileAt(lead === null ? null : (await selectLead.get(lead))?.["profile"], chatId);
    },
  };
}
