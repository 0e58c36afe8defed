// Finds out from Telegram who is in a managers' chat, and remembers it for a short while. Sends no message.

import type { Api } from "grammy";
import type { ChatMember } from "grammy/types";
import type { Log } from "../log/log.ts";
import { describeError, failureOf, isRefusedAs } from "../telegram/failures.ts";

/** How long a member is known as one without asking again, in ms. */
const MEMBER_MS = 5 * 60_000;

/** How long others are known as no members, in ms: a manager who just joined tries again soon. */
const OTHER_MS = 30_000;

/** How many people are remembered; the one that was asked about first is forgotten first. */
const MOST_KNOWN = 1_000;

/** Who is in a managers' chat. */
export interface Membership {
  /** Whether a person is in one of the managers' chats now; false also if Telegram does not tell. Never rejects. */
  isManager(userId: number): Promise<boolean>;
}

/**
 * Telegram guarantees an answer about other people only to an administrator of the chat
 * (https://core.telegram.org/bots/api#getchatmember); elsewhere it mostly knows people who wrote to the bot.
 */
export function createMembership({ api, chats, now, log }: {
  readonly api: Pick<Api, "getChatMember">;
  /** The managers' chats, asked about in this order. */
  readonly chats: () => readonly number[];
  /** A monotonic clock, in ms. */
  readonly now: () => number;
  readonly log: Log;
}): Membership {
  const known = new Map<number, { readonly isManager: boolean; readonly untilMs: number }>();
  /** The chats whose failure is logged, until they answer again. */
  const failing = new Set<number>();

  /** Undefined if Telegram does not tell. */
  async function isIn(
    chatId: number,
    userId: number,
    mayFollow = true,
  ): Promise<boolean | undefined> {
    if (chatId > 0) return chatId === userId; // A private chat has its person's id (Bot API: Chat.id).
    try {
      const member = await api.getChatMember(chatId, userId);
      failing.delete(chatId);
      return isPresent(member);
    } catch (error) {
      // Also for an answer of an unknown shape: the update must not fail for it.
      const failure = failureOf(error);
      if (failure?.kind === "refused" && failure.migratedTo !== undefined) {
        return mayFollow ? await isIn(failure.migratedTo, userId, false) : undefined;
      }
      const cause = describeError(error);
      if (isRefusedAs(cause, "no_member")) return false;
      if (!failing.has(chatId)) {
        log.warn(
          failure?.kind === "refused" || failure?.kind === "forbidden" ? REFUSED : UNREACHED,
          { chat: chatId, cause },
        );
      }
      failing.add(chatId);
      return undefined;
    }
  }

  return {
    async isManager(userId) {
      const before = known.get(userId);
      if (before !== undefined && now() < before.untilMs) return before.isManager;
      known.delete(userId);
      let isKnown = true;
      let isManager = false;
      for (const chatId of chats()) {
        const answer = await isIn(chatId, userId);
        isManager = answer === true;
        isKnown &&= answer !== undefined;
        if (isManager) break;
      }
      if (!isKnown && !isManager) return false; // Not remembered: the next try may be answered.
      const untilMs = now() + (isManager ? MEMBER_MS : OTHER_MS);
      known.set(userId, { isManager, untilMs });
      const [oldest] = known.keys();
      if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
      return isManager;
    },
  };
}

const UNREACHED = "⚠️ Не узнать, кто состоит в чате менеджеров {chat}: {cause}. " +
  "Ссылка черновика пока показывает меню и менеджерам";
const REFUSED = `${UNREACHED}. Сделайте бота администратором этого чата`;

function isPresent(member: ChatMember): boolean {
  switch (member.status) {
    case "creator":
    case "administrator":
    case "member":
      return true;
    case "restricted":
      return member.is_member;
    case "left":
    case "kicked":
      return false;
    default:
      return member satisfies never;
  }
}
