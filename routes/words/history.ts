// The words of the history.

import { bilingual, plural } from "./bilingual.ts";

export const HISTORY = bilingual({
  title: (name: string) => `История: ${name}`,
  hint: (most: number) => `Последние ${most} версий, новые сверху. Вернуть можно любую.`,
  onDisk: "файл на диске",
  first: "первая версия",
  deleted: "удалён",
  returned: "создан заново",
  otherFields: "служебные поля",
  buttons: (count: number) =>
    `${count} ${plural("ru", count, { one: "кнопка", few: "кнопки", many: "кнопок" })}`,
  languages: "переводы",
  current: "сейчас",
  show: "Что изменилось",
  hide: "Свернуть",
  restore: "Вернуть эту версию",
  restoreOf: (when: string) => `Вернуть эту версию: ${when}`,
  nothing: "Версий ещё нет.",
  refused: "Эту версию не вернуть, она больше не подходит к остальному:",
  back: "К профилю",
  backToMenu: "К меню",
  menu: "меню",
}, {
  title: (name: string) => `History: ${name}`,
  hint: (most: number) => `The last ${most} versions, newest first. Any of them can be restored.`,
  onDisk: "the file on disk",
  first: "first version",
  deleted: "deleted",
  returned: "made again",
  otherFields: "other fields",
  buttons: (count: number) => `${count} ${plural("en", count, { one: "button", many: "buttons" })}`,
  languages: "translations",
  current: "now",
  show: "What changed",
  hide: "Close",
  restore: "Restore this version",
  restoreOf: (when: string) => `Restore this version: ${when}`,
  nothing: "There are no versions yet.",
  refused: "This version cannot be restored, it no longer fits the rest:",
  back: "To the profile",
  backToMenu: "To the menu",
  menu: "menu",
});

export type HistoryWords = typeof HISTORY["ru"];
