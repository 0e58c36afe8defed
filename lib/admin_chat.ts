// The managers' chat: shows cards and follow-ups, follows a migrated group, keeps to Telegram's pace. Does not decide when.

import type { Api } from "grammy";
import type { InlineKeyboardMarkup } from "grammy/types";
import { LONGEST_SHORT_WAIT_MS } from "./call_failure.ts";
import type { FollowUpPart } from "./cards.ts";
import type { MessageAddress } from "./lead.ts";
import type { Log } from "./log.ts";
import { describeError, failureOf } from "./telegram.ts";
import type { Formatted } from "./texts.ts";

/** Most messages a bot may send into a group within a minute (https://core.telegram.org/bots/faq#broadcasting-to-users). */
export const MESSAGES_PER_MINUTE = 20;

const MINUTE_MS = 60_000;

export type ShowOutcome =
  /** `missing` messages of an album could not be copied. */
  | { readonly kind: "shown"; readonly message: MessageAddress; readonly missing?: number }
  /** Telegram will not copy what the visitor sent. */
  | { readonly kind: "uncopyable"; readonly reason: string }
  /** `retryAfterMs`: not before so many ms, where Telegram said so. */
  | { readonly kind: "failed"; readonly reason: string; readonly retryAfterMs?: number }
  /** The process stops before Telegram's pace allowed the message: it stays owed. */
  | { readonly kind: "stopped" };

export interface AdminChat {
  /** Where the managers are, also after their group has moved. */
  chatId(): number;
  /** Resolves when Telegram's pace allows a message, or the process stops. */
  ready(): Promise<void>;
  /** Shows a text, with buttons where given. */
  show(message: Formatted, keyboard?: InlineKeyboardMarkup): Promise<ShowOutcome>;
  /** Makes a message say something else; one that is gone or says it already is no failure. */
  edit(
    address: MessageAddress,
    message: Formatted,
    keyboard: InlineKeyboardMarkup,
  ): Promise<ShowOutcome>;
  /** Shows a text in the second chat, where there is one. Never throws: it is tried once. */
  alert(message: Formatted): Promise<boolean>;
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
  /** The topic of a forum group that messages go to. */
  readonly topicId: number | null;
  /** The second way out when the managers' chat fails. */
  readonly alertChatId: number | null;
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
  const topic = options.topicId === null ? {} : { message_thread_id: options.topicId };
  let chatId = options.chatId;
  const sentAtMs: number[] = [];

  function room(): number {
    while (sentAtMs[0] !== undefined && sentAtMs[0] <= now() - MINUTE_MS) sentAtMs.shift();
    return MESSAGES_PER_MINUTE - sentAtMs.length;
  }

  /** Waits until Telegram's pace allows so many more messages; an album of more than a minute's goes when nothing else did. */
  async function pace(messages: number): Promise<void> {
    while (!stopping.aborted && room() < Math.min(messages, MESSAGES_PER_MINUTE)) {
      await sleep((sentAtMs[0] ?? now()) + MINUTE_MS - now());
    }
  }

  function follow(movedTo: number): void {
    if (movedTo === chatId) return; // A message beside this one has heard of it.
    log.warn("🔀 Чат менеджеров переехал: {from} → {to}. Запомнено", { from: chatId, to: movedTo });
    chatId = movedTo;
    onMigrate(chatId);
  }

  async function show(
    messages: number,
    send: (chatId: number) => Promise<readonly { readonly message_id: number }[]>,
  ): Promise<ShowOutcome> {
    let movedTo: number | undefined;
    let waitedMs = 0;
    for (;;) {
      await pace(messages);
      if (stopping.aborted) return { kind: "stopped" };
      const to = movedTo ?? chatId;
      try {
        const sent = await send(to);
        if (movedTo !== undefined) follow(movedTo); // Not before: what is no chat must not be remembered.
        sentAtMs.push(...sent.map(() => now()));
        const message = { chatId: to, messageId: sent[0]?.message_id ?? 0 };
        const missing = messages - sent.length;
        return missing > 0 ? { kind: "shown", message, missing } : { kind: "shown", message };
      } catch (error) {
        const failure = failureOf(error);
        if (failure === undefined) throw error;
        const reason = describeError(error);
        if (failure.kind === "too_many") {
          const { retryAfterMs } = failure;
          waitedMs += retryAfterMs;
          if (waitedMs > LONGEST_SHORT_WAIT_MS) return { kind: "failed", reason, retryAfterMs };
          await sleep(retryAfterMs);
          continue;
        }
        // Once: where each answer names another chat there is none. An edit stays where its message is.
        if (failure.kind === "refused" && movedTo === undefined && messages > 0) {
          movedTo = failure.migratedTo;
          if (movedTo !== undefined && movedTo !== to) continue;
        }
        return { kind: UNCOPYABLE.test(reason) ? "uncopyable" : "failed", reason };
      }
    }
  }

  return {
    chatId: () => chatId,
    ready: () => pace(1),
    show: ({ text, entities }, keyboard) =>
      show(1, async (chat) => {
        const buttons = keyboard === undefined ? {} : { reply_markup: keyboard };
        return [await api.sendMessage(chat, text, { entities, ...topic, ...buttons })];
      }),
    async edit(address, { text, entities }, keyboard) {
      const { chatId: chat, messageId } = address;
      const outcome = await show(0, async () => {
        await api.editMessageText(chat, messageId, text, { entities, reply_markup: keyboard });
        return [];
      });
      if (outcome.kind === "shown") return { kind: "shown", message: address };
      const done = outcome.kind === "failed" && UNEDITABLE.test(outcome.reason);
      return done ? { kind: "shown", message: address } : outcome;
    },
    async alert({ text, entities }) {
      if (options.alertChatId === null) return false;
      try {
        await api.sendMessage(options.alertChatId, text, { entities });
        return true;
      } catch (error) {
        log.error("❌ Запасной чат тоже не отвечает: {reason}", { reason: describeError(error) });
        return false;
      }
    },
    showPart(part, from, card) {
      const reply = (chat: number) =>
        card === null || card.chatId !== chat ? {} : {
          reply_parameters: { message_id: card.messageId, allow_sending_without_reply: true },
        };
      if (part.kind === "text") {
        const { text, entities } = part.message;
        return show(
          1,
          async (chat) => [
            await api.sendMessage(chat, text, { entities, ...topic, ...reply(chat) }),
          ],
        );
      }
      const [first] = from.messageIds;
      if (from.messageIds.length > 1 || first === undefined) {
        return show(
          from.messageIds.length,
          (chat) => api.copyMessages(chat, from.chatId, [...from.messageIds], topic),
        );
      }
      const caption = part.caption === null
        ? {}
        : { caption: part.caption.text, caption_entities: part.caption.entities };
      return show(
        1,
        async (chat) => [
          await api.copyMessage(chat, from.chatId, first, { ...topic, ...caption, ...reply(chat) }),
        ],
      );
    },
  };
}

/** Telegram's answers when it is the visitor's message that cannot be copied, not the chat that fails. */
const UNCOPYABLE =
  /message to copy not found|message can't be copied|no messages to (copy|forward)|caption is too long|MESSAGE_ID_INVALID|wrong file/i;

/** Telegram's answers to an edit that is done already or can never be, as in a group that has moved. */
const UNEDITABLE =
  /message is not modified|message to edit not found|message can't be edited|group chat was upgraded/i;
