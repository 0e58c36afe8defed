// The words of the profiles' page.

import { CRM_WORDS } from "../../lib/managers/status_text.ts";
import { bilingual, plural } from "./bilingual.ts";

const ruLeads = (count: number) =>
  `${count} ${plural("ru", count, { one: "лид", few: "лида", many: "лидов" })}`;
const enLeads = (count: number) =>
  `${count} ${plural("en", count, { one: "lead", many: "leads" })}`;

export const PROFILES = bilingual({
  title: "Профили",
  add: "Новый профиль",
  change: "Изменить",
  more: "Ещё",
  duplicate: "Дублировать",
  rename: "Сменить ссылку",
  history: "История",
  sources: "Источники",
  remove: "Удалить…",
  moveUp: "Выше",
  moveDown: "Ниже",
  ...CRM_WORDS,
  days: (days: number, leads: number) => `${days} дней: ${ruLeads(leads)}`,
  noLeads: "лидов нет",
  empty: "Лидов пока нет. Откройте ссылку профиля в Telegram и нажмите кнопку.",
  deleted: "Профиль удалён. Его версии остались в истории.",
  restoreDeleted: "Открыть историю",
  deletedList: (count: number) => `Удалённые (${count})`,
  restore: "Вернуть",
  link: "Ссылка для посетителей",
  noLink: "Ссылка появится, когда бот выйдет на связь с Telegram.",
  copy: "Копировать",
  copied: "Скопировано",
  qr: "QR-код",
  qrAs: (kind: string) => `Скачать ${kind}`,
  menu: "Меню",
  menuHint: "Его видят посетители, которые пришли без ссылки профиля.",
  changeMenu: "Изменить меню",
  inDatabase:
    "Профили хранятся в базе данных, общей для всех процессов бота. Файл locales.json прочитан при первом запуске и больше " +
    "не действует: правьте здесь, или возьмите его в базу через deno task profiles import.",
}, {
  title: "Profiles",
  add: "New profile",
  change: "Edit",
  more: "More",
  duplicate: "Duplicate",
  rename: "Change link",
  history: "History",
  sources: "Sources",
  remove: "Delete…",
  moveUp: "Up",
  moveDown: "Down",
  noWebhook: "No webhook address. Leads go to the managers' chat",
  badWebhook: "The webhook address is no good. Leads go to the managers' chat until it is fixed",
  badCrm: "The CRM's settings have a fault. Leads go to the managers' chat until it is corrected",
  noKey: "The CRM's key is not set. Leads go to the managers' chat until it is entered",
  notAsked: "The CRM has not had a lead yet",
  accepted: (when: string, took: string) => `The CRM answers · ${when}, ${took}`,
  answered: (status: number, when: string) =>
    `The CRM declined (answer ${status}) · ${when}. The lead is in the managers' chat`,
  unreachable: (when: string) =>
    `The CRM cannot be reached · ${when}. The lead is in the managers' chat`,
  interrupted: (when: string) =>
    `The connection to the CRM broke · ${when}. The lead is in the managers' chat`,
  doubtfulAnswer: (status: number, when: string) =>
    `The CRM answered ${status} · ${when}. The lead may have arrived, it is in the managers' chat`,
  timeout: (when: string, took: string) =>
    `The CRM did not answer within ${took} · ${when}. The lead is in the managers' chat`,
  client: (when: string) =>
    `The webhook address did not work · ${when}. The lead is in the managers' chat`,
  unsent: (when: string) =>
    `A lead was not sent · ${when}. It is in the managers' chat, with the reason`,
  days: (days: number, leads: number) => `${days} days: ${enLeads(leads)}`,
  noLeads: "no leads",
  empty: "No leads yet. Open a profile's link in Telegram and press a button.",
  deleted: "The profile is deleted. Its versions are still in the history.",
  restoreDeleted: "Open the history",
  deletedList: (count: number) => `Deleted (${count})`,
  restore: "Bring back",
  link: "Link for visitors",
  noLink: "The link will show once the bot has reached Telegram.",
  copy: "Copy",
  copied: "Copied",
  qr: "QR code",
  qrAs: (kind: string) => `Download ${kind}`,
  menu: "Menu",
  menuHint: "Visitors who come without a profile's link see it.",
  changeMenu: "Edit the menu",
  inDatabase:
    "The profiles are kept in the database that all processes of the bot share. The file locales.json was read at the first " +
    "start and has no effect any more: edit here, or take it into the database by deno task profiles import.",
});

export type ProfilesWords = typeof PROFILES["ru"];
