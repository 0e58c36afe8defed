// The words of the demo's page.

import { bilingual } from "../../routes/words/bilingual.ts";

/** Every text of the page, in both languages. */
export const CHAT = bilingual({
  title: "Triborg: ни один лид не теряется",
  hint:
    "Слева посетитель, справа менеджеры, между ними CRM. Бот настоящий; Telegram и CRM — на этом компьютере. " +
    "Сломайте CRM и нажмите кнопку: посетитель ничего не заметит, а менеджеры получат лид.",
  play: "Сыграть",
  scenarios: [
    "CRM отвечает",
    "CRM остановлена",
    "CRM: ошибка 500",
    "CRM молчит",
    "AmoCRM напрямую",
    "Менеджер отвечает клиенту",
  ],
  visitor: "Посетитель",
  managers: "Чат менеджеров",
  crm: "CRM",
  modes: {
    answers: "отвечает",
    error: "ошибка 500",
    silent: "молчит",
    down: "недоступна",
    amocrm: "AmoCRM напрямую",
  },
  received: "Получено",
  note: "Примечание",
  nothing: "Пока ничего",
  noVisitor: "Откройте ссылку профиля — бот поздоровается.",
  noCards: "Тишина: всё в CRM. Карточка придёт, если CRM не возьмёт лид.",
  open: "Открыть ссылку",
  message: "Сообщение боту",
  answer: "Ответить на последнее сообщение",
  send: "Отправить",
  photo: "фото",
}, {
  title: "Triborg: no lead is ever lost",
  hint:
    "The visitor on the left, the managers on the right, the CRM between them. The bot is real; " +
    "Telegram and the CRM run on this machine. Break the CRM and press a button: the visitor notices " +
    "nothing, and the managers get the lead.",
  play: "Play",
  scenarios: [
    "The CRM answers",
    "The CRM is stopped",
    "The CRM: error 500",
    "The CRM is silent",
    "amoCRM directly",
    "A manager answers the client",
  ],
  visitor: "Visitor",
  managers: "Managers' chat",
  crm: "CRM",
  modes: {
    answers: "answers",
    error: "error 500",
    silent: "silent",
    down: "down",
    amocrm: "amoCRM directly",
  },
  received: "Received",
  note: "Note",
  nothing: "Nothing yet",
  noVisitor: "Open a profile's link: the bot will say hello.",
  noCards: "Silence: everything is in the CRM. A card comes when the CRM does not take a lead.",
  open: "Open the link",
  message: "A message to the bot",
  answer: "Reply to the last message",
  send: "Send",
  photo: "photo",
});

/** The texts in one language. */
export type ChatWords = typeof CHAT["ru"];
