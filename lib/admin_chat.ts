// The managers' chat: shows cards and follow-ups, follows a migrated group, keeps to Telegram's pace. Does not decide when.

import type { Api } from "grammy";
import type { MessageAddress } from "./lead.ts";
import type { Log } from "./log.ts";
import { describeError, failureOf } from "./telegram.ts";
import type { FollowUpPart, Formatted } from "./texts.ts";

/** Most messages a bot may send into a group within a minute (https://core.telegram.org/bots/faq#broadcasting-to-users). */
export const MESSAGES_PER_MINUTE = 20;

const MINUTE_MS = 60_000;

export type ShowOutcome =
  | { readonly kind: "shown"; readonly message: MessageAddress }
  /** Telegram will not copy what the visitor sent. */
  | { readonly kind: "uncopyable"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string }
  /** The process stops before Telegram's pace allowed the message: it stays owed. */
  | { readonly kind: "stopped" };

export interface AdminChat {
  showCard(card: Formatted): Promise<ShowOutcome>;
  /**
   * Shows one part of a follow-up.
   *
   * @param from The visitor's messages, for a part that copies them.
   * @param card The card to reply to; ignored when it is gone or in another chat.
   */
  showPart(
    part: FollowUpPart,
    from: { readonly chatId: number; readonly messageIds: readonly number[] },
    card: MessageAddress | null,
  ): Promise<ShowOutcome>;
}

export interface AdminChatOptions {
  readonly api: Api;
  readonly chatId: number;
  /** Told the new id when the group became a supergroup. */
  readonly onMigrate: (chatId: number) => void;
  readonly now: () => number;
  /** Ends early when the process stops. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly stopping: AbortSignal;
  readonly log: Log;
}

export function createAdminChat(options: AdminChatOptions): AdminChat {
  const { api, onMigrate, now, sleep, stopping, log } = options;
  let chatId = options.chatId;
  const sentAtMs: number[] = [];

  /** Waits until Telegram's pace allows so many more messages. A chat with one person has a pace of its own. */
  async function pace(messages: number): Promise<void> {
    for (;;) {
      while (sentAtMs[0] !== undefined && sentAtMs[0] <= now() - MINUTE_MS) sentAtMs.shift();
      const [oldest] = sentAtMs;
      if (oldest === undefined || sentAtMs.length + messages <= MESSAGES_PER_MINUTE) return;
      if (stopping.aborted) return;
      await sleep(oldest + MINUTE_MS - now());
    }
  }

  async function show(
    messages: number,
    send: (chatId: number) => Promise<readonly { readonly message_id: number }[]>,
  ): Promise<ShowOutcome> {
    for (;;) {
      await pace(messages);
      if (stopping.aborted) return { kind: "stopped" };
      try {
        const sent = await send(chatId);
        sentAtMs.push(...sent.map(() => now()));
        return { kind: "shown", message: { chatId, messageId: sent[0]?.message_id ?? 0 } };
      } catch (error) {
        const failure = failureOf(error);
        if (failure === undefined) throw error;
        if (failure.kind === "too_many") {
          await sleep(failure.retryAfterMs);
        } else if (failure.kind === "refused" && failure.migratedTo !== undefined) {
          log.warn("🔀 Чат менеджеров переехал: {from} → {to}. Запомнено", {
            from: chatId,
            to: failure.migratedTo,
          });
          chatId = failure.migratedTo;
          onMigrate(chatId);
        } else {
          const reason = describeError(error);
          const kind = UNCOPYABLE.test(reason) ? "uncopyable" : "failed";
          return { kind, reason };
        }
      }
    }
  }

  return {
    showCard: ({ text, entities }) =>
      show(1, async (chat) => [await api.sendMessage(chat, text, { entities })]),
    showPart(part, from, card) {
      const reply = (chat: number) =>
        card === null || card.chatId !== chat ? {} : {
          reply_parameters: { message_id: card.messageId, allow_sending_without_reply: true },
        };
      if (part.kind === "text") {
        const { text, entities } = part.message;
        return show(
          1,
          async (chat) => [await api.sendMessage(chat, text, { entities, ...reply(chat) })],
        );
      }
      const [first] = from.messageIds;
      if (from.messageIds.length > 1 || first === undefined) {
        return show(
          from.messageIds.length,
          (chat) => api.copyMessages(chat, from.chatId, [...from.messageIds]),
        );
      }
      const caption = part.caption === null
        ? {}
        : { caption: part.caption.text, caption_entities: part.caption.entities };
      return show(
        1,
        async (chat) => [
          await api.copyMessage(chat, from.chatId, first, { ...caption, ...reply(chat) }),
        ],
      );
    },
  };
}

/** Telegram's answers when it is the visitor's message that cannot be copied, not the chat that fails. */
const UNCOPYABLE =
  /message to copy not found|message can't be copied|no messages to (copy|forward)|caption is too long|MESSAGE_ID_INVALID|wrong file/i;
