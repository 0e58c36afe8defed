// The words around every page.

import { bilingual, plural } from "./bilingual.ts";

const leads = {
  ru: (count: number) =>
    `${count} ${plural("ru", count, { one: "лид", few: "лида", many: "лидов" })}`,
  en: (count: number) => `${count} ${plural("en", count, { one: "lead", many: "leads" })}`,
};

export const FRAME = bilingual({
  brand: "Triborg",
  skip: "К содержанию",
  places: "Разделы",
  profiles: "Профили",
  leads: "Лиды",
  menu: "Меню",
  sessions: "Кто вошёл",
  logOut: "Выйти",
  unknownTime: "—",
  undelivered: (count: number, since: string) =>
    `Не доставлено: ${leads.ru(count)}, с ${since}. Ни CRM, ни чат менеджеров их не взяли. ` +
    "Проверьте, что бот состоит в чате и может писать",
  showLeads: "Показать",
  polling: (since: string) =>
    `Telegram не отвечает с ${since}. Новые нажатия придут, когда связь вернётся`,
  database: "Журнал не записать: возможно, на диске кончилось место. Новые лиды ждут у Telegram " +
    "и не пропадут сутки. Освободите место",
  adminChat: (since: string) =>
    `Чат менеджеров не принимает сообщения с ${since}. Карточки ждут и придут, когда бот снова ` +
    "сможет писать туда. Проверьте, что он состоит в чате",
  brokenFile: (version: string, where: string) =>
    `locales.json на диске с ошибкой, работает версия от ${version}. ${where} ` +
    "Исправьте файл — сохранить отсюда пока нельзя",
}, {
  brand: "Triborg",
  skip: "Skip to content",
  places: "Places",
  profiles: "Profiles",
  leads: "Leads",
  menu: "Menu",
  sessions: "Who is logged in",
  logOut: "Log out",
  unknownTime: "—",
  undelivered: (count: number, since: string) =>
    `Not delivered: ${
      leads.en(count)
    }, since ${since}. Neither the CRM nor the managers' chat took ` +
    "them. Check that the bot is in the chat and may write there",
  showLeads: "Show",
  polling: (since: string) =>
    `Telegram has not answered since ${since}. New presses will arrive when it does`,
  database:
    "The journal cannot be written: perhaps the disk is full. New leads wait with Telegram " +
    "and are safe for a day. Free some space",
  adminChat: (since: string) =>
    `The managers' chat has taken no message since ${since}. Cards wait and will come once the bot ` +
    "can write there again. Check that it is in the chat",
  brokenFile: (version: string, where: string) =>
    `locales.json on disk has a fault, the version of ${version} is at work. ${where} ` +
    "Fix the file: nothing can be saved from here until then",
});

export type FrameWords = typeof FRAME["ru"];
