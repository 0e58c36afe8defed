// Sends confirmations, thanks and reminders to visitors. Does not decide when.

import type { Api } from "grammy";
import type { InlineKeyboardMarkup } from "grammy/types";
import type { Confirmation } from "../journal/work.ts";
import type { MessageAddress } from "../lead.ts";
import type { PhoneMessages } from "./texts.ts";
import { LIMITS } from "../profiles/limits.ts";
import { type CallFailure, describeError, failureOf, isRefusedAs } from "../telegram/failures.ts";

/** How a message to a visitor ended. */
export type SendOutcome =
  | { readonly kind: "sent" }
  /** Another try would fail in the same way. */
  | { readonly kind: "given_up"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string; readonly retryAfterMs: number | null };

/** Sends messages to visitors. */
export interface VisitorChat {
  /** Edits the menu into the confirmation, or sends a new message if Telegram refuses that. Repeated, it changes nothing. */
  confirm(confirmation: Confirmation): Promise<SendOutcome>;
  /** @param removesKeyboard Whether the buttons of a question go from the screen. */
  thank(chatId: number, text: string, removesKeyboard?: boolean): Promise<SendOutcome>;
  /** Asks for the phone, with buttons in place of the keyboard. */
  askPhone(chatId: number, messages: PhoneMessages): Promise<SendOutcome>;
  /** Sends a menu's buttons again. */
  remind(chatId: number, text: string, keyboard: InlineKeyboardMarkup): Promise<RemindOutcome>;
}

/** How a reminder ended; a sent one is a new menu. */
export type RemindOutcome =
  | { readonly kind: "sent"; readonly menu: MessageAddress }
  | Exclude<SendOutcome, { readonly kind: "sent" }>;

/** Creates the chat; `urgent` is the client for confirmations. */
export function createVisitorChat(others: Api, urgent = others): VisitorChat {
  return {
    async confirm({ chatId, messageId, text, photo }) {
      if (photo && text.length > LIMITS.caption) {
        const sent = await attempt(() => urgent.sendMessage(chatId, text));
        // Buttons that stay give no second lead.
        if (sent.kind === "sent") {
          await attempt(() => urgent.editMessageReplyMarkup(chatId, messageId));
        }
        return sent;
      }
      const edited = await attempt(() =>
        photo
          ? urgent.editMessageCaption(chatId, messageId, { caption: text })
          : urgent.editMessageText(chatId, messageId, text)
      );
      if (edited.kind !== "given_up" || edited.forbidden) return edited;
      if (isRefusedAs(edited.reason, "unchanged")) return { kind: "sent" };
      return attempt(() => urgent.sendMessage(chatId, text));
    },
    thank: (chatId, text, removesKeyboard = false) =>
      attempt(() =>
        removesKeyboard
          ? others.sendMessage(chatId, text, { reply_markup: { remove_keyboard: true } })
          : others.sendMessage(chatId, text)
      ),
    askPhone: (chatId, { ask, share, skip }) =>
      attempt(() =>
        others.sendMessage(chatId, ask, {
          reply_markup: {
            keyboard: [[{ text: share, request_contact: true }], [{ text: skip }]],
            resize_keyboard: true,
            one_time_keyboard: true,
          },
        })
      ),
    async remind(chatId, text, keyboard) {
      let messageId = 0;
      const outcome = await attempt(async () => {
        messageId = (await others.sendMessage(chatId, text, { reply_markup: keyboard })).message_id;
      });
      return outcome.kind === "sent" ? { kind: "sent", menu: { chatId, messageId } } : outcome;
    },
  };
}

type Attempted = SendOutcome & { readonly forbidden?: boolean };

async function attempt(call: () => Promise<unknown>): Promise<Attempted> {
  try {
    await call();
    return { kind: "sent" };
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return toOutcome(failure, describeError(error));
  }
}

function toOutcome(failure: CallFailure, reason: string): Attempted {
  if (failure.kind === "refused") return { kind: "given_up", reason };
  if (failure.kind === "forbidden") return { kind: "given_up", reason, forbidden: true };
  const retryAfterMs = failure.kind === "too_many" ? failure.retryAfterMs : null;
  return { kind: "failed", reason, retryAfterMs };
}
