// The transcript's words in both languages. The bot's own texts and log lines are Russian; English explains them.

import { bilingual } from "../../../routes/words/bilingual.ts";
import type { LogLine } from "./expected.ts";

/** Where something was seen. */
export type Side = "visitor" | "crm" | "amocrm" | "managers" | "log";

const RUSSIAN_LOG: Readonly<Record<LogLine, string>> = {
  accepted: "",
  unreachable: "",
  refused: "",
  timeout: "",
  fallback: "",
  critical: "",
  answered: "",
};

/** Every text of the transcript. */
export const TRANSCRIPT = bilingual({
  headline: "TRIBORG · бот, который не теряет лиды",
  about: (bot: string) => `Настоящий бот @${bot}; Telegram и CRM — симуляторы на этом компьютере.`,
  source: "Сценарии — из документа заказчика. CRM на ответ даётся 1 секунда.",
  kept: "✓ Все обещания сдержаны: ни один лид не потерян, посетитель ничего не заметил.",
  broken: "✗ Сдержано не всё: смотрите строки с ✗ выше.",
  goesOn: "Бот работает дальше. Попробуйте:",
  openPage: (page: string) =>
    `  · откройте ${page} — посетитель, CRM и чат менеджеров рядом, вживую;`,
  configPage: "    оттуда же — страница настроек: поправьте текст, и посетитель его увидит;",
  editFile: (path: string) =>
    `  · или поменяйте тексты в ${path}, сохраните — следующий /start уже с ними;`,
  byNumber: "  · введите номер сценария и Enter, чтобы сыграть его ещё раз:",
  stop: "  · Ctrl+C — закончить.",
  stopping: "Останавливаемся…",
  portTaken: (port: number, cause: string) =>
    `❌ Порт ${port} не занять: ${cause}. Выберите другой: --port 0 возьмёт свободный`,
  unknownNumber: (typed: string, most: number) =>
    `Сценария «${typed}» нет: введите число от 1 до ${most}. Ctrl+C — закончить.`,

  sides: {
    visitor: "Посетитель",
    crm: "CRM",
    amocrm: "AmoCRM",
    managers: "Чат менеджеров",
    log: "Лог бота",
  } satisfies Record<Side, string>,
  titles: {
    fine: "Всё хорошо: CRM доступна",
    down: "CRM недоступна: сервер остановлен",
    error: "CRM вернула ошибку: HTTP 500",
    silent: "Таймаут: CRM молчит",
    critical: "Критическая ситуация: не отвечает и чат менеджеров",
    answered: "Менеджер отвечает клиенту из чата",
    amocrm: "AmoCRM напрямую: сделка с контактом и примечанием",
  },

  opens: (link: string) => `открывает ${link}`,
  sees: (what: string, buttons: string) => `видит ${what} и кнопки ${buttons}`,
  presses: (button: string) => `нажимает «${button}»`,
  reads: (what: string) => `читает ${what}`,
  sends: (text: string) => `присылает ${text}`,
  quoted: (text: string) => `«${text}»`,
  photoAnd: (text: string) => `фото и «${text}»`,
  gets: (body: string) => `получает POST ${body}`,
  deal: (name: string, contact: string) => `сделка «${name}», контакт ${contact}`,
  note: (text: string) => `примечание: ${text}`,
  kicked: "бота удалили из чата",
  returned: "бота вернули",
  silence: "тишина",
  answers: (text: string) => `@maria отвечает на карточку: ${text}`,
  arrived: "👍 под ответом: дошло",
  answerText: "Здравствуйте! Пришлите ваш сайт",
  card: "",
  followUp: "",
  logMeans: RUSSIAN_LOG,

  promises: {
    greeted: "посетитель видит приветствие",
    confirmed: "посетитель сразу видит обычное подтверждение, слово в слово",
    pressed: "нажатие отмечено",
    onePost: "CRM получила ровно один запрос",
    oneDeal: "в AmoCRM появилась одна сделка с контактом",
    noted: "запрос стоит примечанием к сделке",
    logged: (line: string) => `в логе: ${line}`,
    silent: "в чат менеджеров ничего не пришло",
    card: "в чате менеджеров карточка лида, слово в слово",
    answered: "ответ менеджера пришёл посетителю от имени бота",
    marked: "менеджер видит, что ответ дошёл",
    replied: "слова посетителя пришли ответом на сообщение менеджера",
    followedUp: "дополнение пришло в чат менеджеров, с именем",
    thanked: "посетителя поблагодарили",
  },
}, {
  headline: "TRIBORG · the bot that loses no lead",
  about: (bot: string) =>
    `The real bot @${bot}; Telegram and the CRMs are simulated on this machine.`,
  source: "The CRM has 1 second to answer. What managers read, and the log, are in Russian.",
  kept: "✓ Every promise was kept: no lead was lost, and the visitor noticed nothing.",
  broken: "✗ Not every promise was kept: see the lines with ✗ above.",
  goesOn: "The bot goes on. Try this:",
  openPage: (page: string) =>
    `  · open ${page} – visitor, CRM and managers' chat side by side, live;`,
  configPage: "    the config page is one click from there: edit a text, and the visitor sees it;",
  editFile: (path: string) =>
    `  · or edit the texts in ${path} and save: the next /start has them;`,
  byNumber: "  · type a scenario's number and Enter to play it again:",
  stop: "  · Ctrl+C ends it.",
  stopping: "Stopping…",
  portTaken: (port: number, cause: string) =>
    `❌ Cannot listen on port ${port}: ${cause}. Choose another one: --port 0 takes a free one`,
  unknownNumber: (typed: string, most: number) =>
    `There is no scenario "${typed}": type a number from 1 to ${most}. Ctrl+C ends it.`,

  sides: {
    visitor: "Visitor",
    crm: "CRM",
    amocrm: "amoCRM",
    managers: "Managers' chat",
    log: "The bot's log",
  },
  titles: {
    fine: "All is well: the CRM answers",
    down: "The CRM is down: its server is stopped",
    error: "The CRM answers with an error: HTTP 500",
    silent: "Timeout: the CRM is silent",
    critical: "Worst case: the managers' chat fails too",
    answered: "A manager answers the client from the chat",
    amocrm: "amoCRM directly: a deal with a contact and a note",
  },

  opens: (link: string) => `opens ${link}`,
  sees: (what: string, buttons: string) => `sees ${what} and the buttons ${buttons}`,
  presses: (button: string) => `presses "${button}"`,
  reads: (what: string) => `reads ${what}`,
  sends: (text: string) => `sends ${text}`,
  quoted: (text: string) => `"${text}"`,
  photoAnd: (text: string) => `a photo and "${text}"`,
  gets: (body: string) => `gets POST ${body}`,
  deal: (name: string, contact: string) => `a deal "${name}", contact ${contact}`,
  note: (text: string) => `a note: ${text}`,
  kicked: "the bot is removed from the chat",
  returned: "the bot is back",
  silence: "silence",
  answers: (text: string) => `@maria replies to the card: ${text}`,
  arrived: "👍 on the reply: it arrived",
  answerText: "Hello! Please send us your website",
  card: "(A card: the CRM is unavailable; new lead for MONSTER AGENCY, with request, contact and " +
    "name; enter it by hand and contact the client)",
  followUp: "(A follow-up to the lead, with the client's name)",
  logMeans: {
    accepted: "the lead was sent to the CRM, status 200",
    unreachable: "the CRM's server is unreachable",
    refused: "the CRM refused the lead with status 500",
    timeout: "no answer from the CRM within 1 s",
    fallback: "fallback: the lead was shown in the managers' chat, to be entered by hand",
    critical: "CRITICAL: the managers' chat failed too; the whole lead is in this line",
    answered: "the manager's answer was delivered to the visitor",
  },

  promises: {
    greeted: "the visitor sees the greeting",
    confirmed: "the visitor sees the usual confirmation at once, word for word",
    pressed: "the press is acknowledged",
    onePost: "the CRM got exactly one request",
    oneDeal: "amoCRM has one deal with a contact",
    noted: "the request is a note of the deal",
    logged: (line: string) => `in the log: ${line}`,
    silent: "nothing came into the managers' chat",
    card: "the managers' chat shows the lead's card, word for word",
    answered: "the manager's answer reached the visitor in the bot's name",
    marked: "the manager sees that the answer arrived",
    replied: "the visitor's words came as a reply to the manager's message",
    followedUp: "the follow-up came into the managers' chat, with the name",
    thanked: "the visitor was thanked",
  },
});

/** The transcript's words in one language. */
export type TranscriptWords = typeof TRANSCRIPT["ru"];
