// The words of error pages.

import { bilingual } from "./bilingual.ts";

export interface Sentence {
  readonly title: string;
  readonly text: string;
}

const ru = {
  home: "К профилям",
  event: (id: string) => `Номер события для поиска в журнале: ${id}`,
  badAddress: { title: "Адрес набран с ошибкой", text: "Откройте нужную страницу из меню." },
  noSession: {
    title: "Нужно войти",
    text: "Вход закончился, ничего не изменено. Войдите в другой вкладке, вернитесь назад и " +
      "повторите: набранное осталось в форме.",
  },
  foreign: {
    title: "Запрос пришёл не с этой страницы",
    text:
      "Ничего не изменено. Если вы открыли страницу через прокси, укажите её адрес в PUBLIC_URL.",
  },
  staleForm: {
    title: "Форма открыта до входа",
    text: "Ничего не изменено. Вернитесь назад, обновите страницу и повторите.",
  },
  forbidden: { title: "Сюда нельзя", text: "Ничего не изменено." },
  notFound: {
    title: "Такой страницы нет",
    text: "Возможно, профиль удалили или переименовали.",
  },
  wrongMethod: { title: "Так эта страница не работает", text: "Откройте её из меню." },
  stale: {
    title: "Пока вы решали, профили изменили",
    text: "Ничего не изменено. Откройте страницу заново и повторите.",
  },
  tooLarge: {
    title: "Слишком много текста",
    text: "Форма больше 1 МБ не принимается. Сократите её.",
  },
  wrongKind: { title: "Форма в незнакомом виде", text: "Откройте страницу в обычном браузере." },
  tooMany: { title: "Слишком часто", text: "Подождите минуту и попробуйте снова." },
  busy: {
    title: "Слишком много запросов сразу",
    text: "Ничего не изменено. Повторите через несколько секунд.",
  },
  storage: {
    title: "Журнал бота не записать",
    text: "На диске сервера нет места, или он неисправен. Скажите тому, кто следит за ботом, и " +
      "повторите, когда диск снова пишет.",
  },
  defect: {
    title: "Что-то сломалось",
    text: "Бот продолжает принимать лиды. Попробуйте ещё раз, а если не поможет — скажите тому, " +
      "кто следит за ботом.",
  },
};

export const ERRORS = bilingual<
  & Record<Exclude<keyof typeof ru, "home" | "event">, Sentence>
  & { home: string; event: (id: string) => string }
>(ru, {
  home: "To the profiles",
  event: (id: string) => `Event id to look up in the log: ${id}`,
  badAddress: { title: "The address is misspelt", text: "Open the page you need from the menu." },
  noSession: {
    title: "Please log in",
    text: "Your session has ended, nothing was changed. Log in in another tab, come back and try " +
      "again: what you typed is still in the form.",
  },
  foreign: {
    title: "The request did not come from this page",
    text:
      "Nothing was changed. If you reach the page through a proxy, put its address in PUBLIC_URL.",
  },
  staleForm: {
    title: "The form is from an earlier session",
    text: "Nothing was changed. Go back, reload the page and try again.",
  },
  forbidden: { title: "Not allowed", text: "Nothing was changed." },
  notFound: {
    title: "There is no such page",
    text: "The profile may have been deleted or renamed.",
  },
  wrongMethod: { title: "This page does not work like that", text: "Open it from the menu." },
  stale: {
    title: "The profiles were changed meanwhile",
    text: "Nothing was changed. Open the page again and repeat.",
  },
  tooLarge: { title: "Too much text", text: "A form over 1 MB is not taken. Shorten it." },
  wrongKind: { title: "An unknown kind of form", text: "Open the page in an ordinary browser." },
  tooMany: { title: "Too often", text: "Wait a minute and try again." },
  busy: {
    title: "Too many requests at once",
    text: "Nothing was changed. Try again in a few seconds.",
  },
  storage: {
    title: "The bot's journal cannot be written",
    text: "The server's disk is full or failing. Tell whoever looks after the bot, and try again " +
      "once it can be written.",
  },
  defect: {
    title: "Something broke",
    text:
      "The bot goes on taking leads. Try again, and if that does not help, tell the person who looks " +
      "after the bot.",
  },
});
