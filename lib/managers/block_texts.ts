// Texts about blocked visitors in the managers' chat. Sends nothing, stores nothing.

import type { InlineKeyboardMarkup } from "grammy/types";
import type { Lead } from "../lead.ts";
import { contact } from "../visitor_name.ts";
import { clip } from "../visitors/texts.ts";
import { MOST_LABEL } from "./answer_texts.ts";
import { pressedLead } from "./cards.ts";

/** Answers `/block`. `isNew` is false where the visitor was blocked before. */
export function blockedText({ visitor }: Lead, isNew: boolean): string {
  const who = contact(visitor);
  if (!isNew) return `${who} уже в заблокированных.`;
  return `🚫 ${who} в заблокированных. Бот отвечает как прежде, но лиды и сообщения не уходят ни в CRM, ни сюда: они на ` +
    "странице «Лиды», в «Заблокированных». Вернуть: /unblock ответом на это же сообщение.";
}

/** Answers `/unblock`. `wasBlocked` is false where there was no block. */
export function unblockedText({ visitor }: Lead, wasBlocked: boolean): string {
  const who = contact(visitor);
  if (!wasBlocked) return `${who} не в заблокированных.`;
  return `✅ ${who} больше не в заблокированных: новые лиды и сообщения придут как обычно. Прежние остались на странице ` +
    "«Лиды», в «Заблокированных»: их можно отправить в CRM оттуда.";
}

/** Answers `/block` and `/unblock` that reply to nothing about a visitor. */
export const BLOCK_HOW =
  "Ответьте этой командой на карточку, дополнение или свой ответ клиенту — на сообщение о нём одном.";

/** What a button of the question does; with the lead that it names it is the button's data. */
export const BLOCK_PRESS = {
  block: "block:",
  unblock: "unblock:",
  none: "block_nobody",
} as const;
export type BlockDeed = "block" | "unblock";

/** Asks which visitor is meant, where a message is about several. */
export function blockQuestion(
  deed: BlockDeed,
  leads: readonly Lead[],
): { readonly text: string; readonly keyboard: InlineKeyboardMarkup } {
  const rows = leads.map((lead) => [{
    text: clip(`${contact(lead.visitor)} · ${lead.choice}`, MOST_LABEL),
    callback_data: `${BLOCK_PRESS[deed]}${pressedLead(lead)}`,
  }]);
  const none = { text: "✖️ Никого", callback_data: BLOCK_PRESS.none };
  return {
    text: deed === "block"
      ? "🚫 Кого заблокировать? В сообщении несколько клиентов."
      : "✅ Кого разблокировать? В сообщении несколько клиентов.",
    keyboard: { inline_keyboard: [...rows, [none]] },
  };
}

/** Replaces the question where none of them was meant. */
export const BLOCKED_NONE = "✖️ Никого";

/** Toasts on presses of the question's buttons. */
export const BLOCK_TOASTS = {
  done: "Принято",
  settled: "Уже выбрано",
  unknown: "Такого лида нет в журнале",
} as const;
