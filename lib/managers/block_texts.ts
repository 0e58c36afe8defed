// Texts about blocked visitors in the managers' chat. Sends nothing, stores nothing.

import type { Lead } from "../lead.ts";
import { contact } from "../visitor_name.ts";

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

/** Answers them where a message is about several visitors. */
export const BLOCK_WHICH =
  "В этом сообщении несколько клиентов. Ответьте командой на дополнение одного из них или откройте его лид на странице.";
