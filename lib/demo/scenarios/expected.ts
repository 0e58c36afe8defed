// What the scenarios expect to the letter: the visitor's confirmation, the managers' card, the log's lines.

import type { Language } from "../../page/language.ts";

/** The button that the scenarios press, and its confirmation, in the visitor's language. */
export const VISITOR_TEXTS: Readonly<
  Record<Language, { readonly choice: string; readonly confirmation: string }>
> = {
  ru: {
    choice: "Привлечь клиентов",
    confirmation: `✅ Принято: Привлечь клиентов.

👤 Наш стратег свяжется с вами в Telegram в ближайшее время.

💡 Чтобы ускорить процесс, отправьте ссылку на ваш текущий сайт или соцсеть.`,
  },
  en: {
    choice: "Attract clients",
    confirmation: `✅ Got it: Attract clients.

👤 Our strategist will write to you on Telegram shortly.

💡 To speed things up, send a link to your website or social page.`,
  },
};

/** The choice as the CRM and the managers get it: in the profile's own language. */
export const CHOICE = VISITOR_TEXTS.ru.choice;

/** The managers' card. */
export const CARD = `⚠️ [FALLBACK - CRM НЕДОСТУПНА] ⚠️

🔥 НОВЫЙ ЛИД: MONSTER AGENCY 🔥

❗️ Важно: Этот лид НЕ был создан в AmoCRM автоматически.
Требуется ручное внесение.

--- ДАННЫЕ ДЛЯ CRM ---
Запрос: ${CHOICE}
Контакт (авто): @betterrman
Имя: Galliard
--------------------------

Задача:
1. Внести лид в AmoCRM вручную.
2. Связаться с клиентом в Telegram.`;

/** How the log's lines begin. */
export const LOG_LINES = {
  accepted: "✅ Лид успешно отправлен в AmoCRM. Статус: 200",
  unreachable: "❌ CRM-сервер недоступен (ошибка соединения): Cannot connect to host",
  refused: "❌ Ошибка отправки в AmoCRM. Статус: 500, Ответ: Internal Server Error",
  timeout: "❌ Таймаут при отправке в AmoCRM (>1s)",
  fallback:
    "⚠️ Fallback: Лид отправлен в Telegram для ручного внесения. Профиль: agency, Username: @betterrman",
  critical: "❌ КРИТИЧЕСКАЯ ОШИБКА: Не удалось отправить fallback в Telegram:",
  answered: "💬 Ответ менеджера доставлен посетителю. Профиль: agency",
} as const;

/** One of the lines. */
export type LogLine = keyof typeof LOG_LINES;
