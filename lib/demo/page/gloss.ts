// What the Russian texts of the managers' chat mean, for readers of English. The bot itself writes Russian there.

/** By how a message begins. */
const MESSAGES: readonly (readonly [beginning: string, meaning: string])[] = [
  [
    "⚠️ [FALLBACK - CRM НЕДОСТУПНА]",
    "A new lead that the CRM did not take, with all that is needed to enter it by hand and to contact the client. " +
    "Reply to this card and the client gets your answer.",
  ],
  [
    "⚠️ [WEBHOOK НЕ НАСТРОЕН]",
    "A new lead of a profile that has no CRM yet: enter it by hand.",
  ],
  ["📎 Дополнение", "A follow-up: the client has sent more after their request."],
  ["✏️ Исправлено", "The client has corrected their message."],
  ["🔑 Страница настроек", "The config page: this link works once, for 10 minutes."],
  ["🔑 Вход выполнен", "The login link was used."],
  ["🔑 Ссылка устарела", "The login link has expired. /admin sends a new one."],
  ["❌ Не доставлено", "Your answer did not reach the client, and why."],
  ["Сюда приходят лиды", "What the bot does here, its buttons and its commands."],
  ["🟢", "The CRM takes leads again."],
];

const BUTTONS: readonly (readonly [beginning: string, meaning: string])[] = [
  ["✅ Внёс", "Entered by hand"],
  ["🔁 Отправить в CRM", "Send to the CRM"],
  ["🔁 Отправить все", "Send all to the CRM"],
  ["🙋 Беру", "I take it"],
  ["↩️ Вернуть", "Reopen"],
];

/** A sentence in English about a message of the managers' chat; undefined for one that is not known. */
export function messageGloss(text: string): string | undefined {
  return MESSAGES.find(([beginning]) => text.startsWith(beginning))?.[1];
}

/** A button's words in English; undefined for one that is not known. */
export function buttonGloss(text: string): string | undefined {
  return BUTTONS.find(([beginning]) => text.startsWith(beginning))?.[1];
}
