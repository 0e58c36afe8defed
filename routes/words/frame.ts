// The words around every page.

import { bilingual, plural } from "./bilingual.ts";

const leads = {
  ru: (count: number) =>
    `${count} ${plural("ru", count, { one: "лид", few: "лида", many: "лидов" })}`,
  en: (count: number) => `${count} ${plural("en", count, { one: "lead", many: "leads" })}`,
};

/** A moment in words; null where it is not known. */
type Since = string | null;

const ofChat = {
  ru: (since: Since) => since === null ? "ADMIN_CHAT_ID:" : `ADMIN_CHAT_ID, с ${since}:`,
  en: (since: Since) => since === null ? "ADMIN_CHAT_ID:" : `ADMIN_CHAT_ID, since ${since}:`,
};

export const FRAME = bilingual({
  brand: "Triborg",
  skip: "К содержанию",
  places: "Разделы",
  profiles: "Профили",
  leads: "Лиды",
  menu: "Меню",
  sessions: "Входы",
  logOut: "Выйти",
  unknownTime: "—",
  undelivered: (count: number, since: string) =>
    `Доставляется: ${leads.ru(count)}, с ${since}. Ни CRM, ни чат менеджеров их пока не взяли. ` +
    "Проверьте, что бот состоит в чате и может писать",
  showLeads: "Показать",
  polling: (since: string) =>
    `Telegram не отвечает с ${since}. Новые нажатия придут, когда связь вернётся`,
  webhook: (pending: number, since: string) =>
    `Telegram не может передать боту обновления с ${since}, ждут: ${pending}. Проверьте, что адрес ` +
    "WEBHOOK_URL открыт снаружи и ведёт на порт бота. Причина — в логе и в /health",
  database: (since: Since) =>
    `Журнал не записать${
      since === null ? "" : ` с ${since}`
    }: возможно, на диске кончилось место. Новые лиды ждут у Telegram ` +
    "и не пропадут сутки. Освободите место",
  answers: (count: number, since: string) =>
    `Не доходят ответы менеджеров: ${count}, с ${since}. Бот пробует снова. Проверьте, что Telegram доступен`,
  noKey: (profile: string) =>
    `${profile}: ключ CRM не задан. Лиды идут в чат менеджеров, пока его не впишут`,
  adminChat: (since: string) =>
    `Чат менеджеров не принимает сообщения с ${since}. Карточки ждут и придут, когда бот снова ` +
    "сможет писать туда. Проверьте, что он состоит в чате",
  adminChatUnusable: {
    not_found: (since: Since) =>
      `${ofChat.ru(since)} такого чата нет, или бот в нём не состоит. Карточки туда не придут. ` +
      "Добавьте бота в чат и отправьте там /id — он ответит, что написать в .env",
    no_access: (since: Since) =>
      `${ofChat.ru(since)} бота нет в чате менеджеров. Карточки ждут. Верните его в чат`,
    may_not_write: (since: Since) =>
      `${ofChat.ru(since)} боту нельзя писать в чат менеджеров. Карточки ждут. Разрешите ему ` +
      "отправлять сообщения или сделайте администратором",
    not_admin: (since: Since) =>
      `${ofChat.ru(since)} бот не может публиковать в канале менеджеров. Карточки ждут. Сделайте ` +
      "его администратором с правом публиковать сообщения",
  },
  profileChat: (profiles: string, since: string) =>
    `${profiles}: свой чат менеджеров не принимает сообщения с ${since}. Карточки ждут и придут, ` +
    "когда бот снова сможет туда писать",
  profileChatUnusable: (profiles: string, problem: string, since: Since) =>
    `${profiles}: свой чат менеджеров${
      since === null ? "" : `, с ${since}`
    } — ${problem}. Карточки ждут`,
  profileChatProblem: {
    not_found: "такого чата нет, или бот в нём не состоит. Добавьте бота в чат и отправьте там /id",
    no_access: "бота в нём нет. Верните его в чат",
    may_not_write:
      "боту нельзя в нём писать. Разрешите ему отправлять сообщения или сделайте администратором",
    not_admin:
      "бот не может публиковать в этом канале. Сделайте его администратором с правом публиковать",
  },
  crm: (profile: string, trouble: string, since: string) =>
    `${profile}: ${trouble}, с ${since}. Лиды идут в чат менеджеров`,
  crmTrouble: {
    token_refused: "AmoCRM не принимает токен",
    unpaid: "аккаунт AmoCRM не оплачен",
    forbidden: "AmoCRM закрыла доступ",
  },
  tokenEnds: (profile: string, end: string) =>
    `${profile}: токен AmoCRM действует до ${end}. Выпустите новый заранее`,
  tokenEnded: (profile: string, end: string) =>
    `${profile}: токен AmoCRM закончился ${end}. Лиды идут в чат менеджеров`,
  openProfile: "Открыть профиль",
  openCards: (count: number) =>
    `${count} ${
      plural("ru", count, {
        one: "карточка ждёт",
        few: "карточки ждут",
        many: "карточек ждут",
      })
    } менеджера`,
  brokenFile: {
    file: (since: string, version: string, where: string) =>
      `locales.json на диске с ошибкой с ${since}, работает версия от ${version}. ${where} ` +
      "Исправьте файл — сохранить отсюда пока нельзя",
    database: (since: string, version: string, where: string) =>
      `Профили в базе с ошибкой с ${since}, работает версия от ${version}. ${where} ` +
      "Замените их — deno task profiles import — сохранить отсюда пока нельзя",
  },
}, {
  brand: "Triborg",
  skip: "Skip to content",
  places: "Places",
  profiles: "Profiles",
  leads: "Leads",
  menu: "Menu",
  sessions: "Logins",
  logOut: "Log out",
  unknownTime: "—",
  undelivered: (count: number, since: string) =>
    `On its way: ${
      leads.en(count)
    }, since ${since}. Neither the CRM nor the managers' chat has taken ` +
    "them yet. Check that the bot is in the chat and may write there",
  showLeads: "Show",
  polling: (since: string) =>
    `Telegram has not answered since ${since}. New presses will arrive when it does`,
  webhook: (pending: number, since: string) =>
    `Telegram has not been able to hand over updates since ${since}, waiting: ${pending}. Check that ` +
    "WEBHOOK_URL can be reached from outside and leads to the bot's port. The log and /health say why",
  database: (since: Since) =>
    `The journal cannot be written${
      since === null ? "" : `, since ${since}`
    }: perhaps the disk is full. New leads wait with Telegram ` +
    "and are safe for a day. Free some space",
  answers: (count: number, since: string) =>
    `Managers' answers that do not arrive: ${count}, since ${since}. The bot tries again. Check that Telegram can be reached`,
  noKey: (profile: string) =>
    `${profile}: the CRM's key is not set. Leads go to the managers' chat until it is entered`,
  adminChat: (since: string) =>
    `The managers' chat has taken no message since ${since}. Cards wait and will come once the bot ` +
    "can write there again. Check that it is in the chat",
  adminChatUnusable: {
    not_found: (since: Since) =>
      `${ofChat.en(since)} there is no such chat, or the bot is not in it. No card will arrive. ` +
      "Add the bot to the chat and send /id there: it answers what to write into .env",
    no_access: (since: Since) =>
      `${ofChat.en(since)} the bot is not in the managers' chat. Cards wait. Add it again`,
    may_not_write: (since: Since) =>
      `${ofChat.en(since)} the bot may not write into the managers' chat. Cards wait. Permit it ` +
      "to send messages, or make it an administrator",
    not_admin: (since: Since) =>
      `${ofChat.en(since)} the bot cannot post in the managers' channel. Cards wait. Make it an ` +
      "administrator who may post messages",
  },
  profileChat: (profiles: string, since: string) =>
    `${profiles}: its own managers' chat has taken no message since ${since}. Cards wait and will come ` +
    "once the bot can write there again",
  profileChatUnusable: (profiles: string, problem: string, since: Since) =>
    `${profiles}: its own managers' chat${
      since === null ? "" : `, since ${since}`
    }: ${problem}. Cards wait`,
  profileChatProblem: {
    not_found:
      "there is no such chat, or the bot is not in it. Add the bot to the chat and send /id there",
    no_access: "the bot is not in it. Add it again",
    may_not_write:
      "the bot may not write there. Permit it to send messages, or make it an administrator",
    not_admin:
      "the bot cannot post in this channel. Make it an administrator who may post messages",
  },
  crm: (profile: string, trouble: string, since: string) =>
    `${profile}: ${trouble}, since ${since}. Leads go to the managers' chat`,
  crmTrouble: {
    token_refused: "amoCRM does not accept the token",
    unpaid: "the amoCRM account is not paid",
    forbidden: "amoCRM denies access",
  },
  tokenEnds: (profile: string, end: string) =>
    `${profile}: the amoCRM token is valid until ${end}. Issue a new one in time`,
  tokenEnded: (profile: string, end: string) =>
    `${profile}: the amoCRM token ended ${end}. Leads go to the managers' chat`,
  openProfile: "Open the profile",
  openCards: (count: number) =>
    `${count} ${plural("en", count, { one: "card waits", many: "cards wait" })} for a manager`,
  brokenFile: {
    file: (since: string, version: string, where: string) =>
      `locales.json on disk has had a fault since ${since}, the version of ${version} is at work. ${where} ` +
      "Fix the file: nothing can be saved from here until then",
    database: (since: string, version: string, where: string) =>
      `The profiles in the database have had a fault since ${since}, the version of ${version} is at work. ${where} ` +
      "Replace them by deno task profiles import: nothing can be saved from here until then",
  },
});

export type FrameWords = typeof FRAME["ru"];
