// The words of the menu's form.

import { bilingual } from "./bilingual.ts";

export const MENU = bilingual({
  title: "Меню",
  hint: "Его видят посетители, которые пришли без ссылки профиля или написали боту сами.",
  history: "История",
  welcome: "Приветствие",
  buttons: "Кнопки",
  away: "После перерыва в работе бота",
  awayHint:
    "Придёт с теми же кнопками тому, у кого меню было открыто, пока бот не работал. Пусто — обычный текст.",
  translationHint: (name: string) =>
    `Эти тексты увидят посетители, у которых Telegram на языке «${name}». Пустое поле — как в основном.`,
  text: (nth: number) => `Кнопка ${nth}`,
  target: (nth: number) => `Куда ведёт кнопка ${nth}`,
  up: (nth: number) => `Выше: кнопка ${nth}`,
  down: (nth: number) => `Ниже: кнопка ${nth}`,
  remove: (nth: number) => `Убрать: кнопка ${nth}`,
  add: "+ кнопка",
  hidden: {
    draft: "Черновик: посетители эту кнопку не видят, пока он не опубликован.",
    paused: "На паузе: посетители эту кнопку не видят, пока он не возобновлён.",
  },
  missing: "Нет в меню",
  missingHint: "Эти профили открываются только по ссылке:",
}, {
  title: "Menu",
  hint: "Visitors who come without a profile's link, or just write to the bot, see it.",
  history: "History",
  welcome: "Greeting",
  buttons: "Buttons",
  away: "After the bot was away",
  awayHint:
    "Comes with the same buttons to those whose menu was open while the bot was not running. Empty: the usual text.",
  translationHint: (name: string) =>
    `Visitors whose Telegram is in “${name}” will see these texts. An empty field is as in the base.`,
  text: (nth: number) => `Button ${nth}`,
  target: (nth: number) => `Where button ${nth} leads`,
  up: (nth: number) => `Up: button ${nth}`,
  down: (nth: number) => `Down: button ${nth}`,
  remove: (nth: number) => `Remove: button ${nth}`,
  add: "+ button",
  hidden: {
    draft: "A draft: visitors do not see this button until it is published.",
    paused: "Paused: visitors do not see this button until it is resumed.",
  },
  missing: "Not in the menu",
  missingHint: "These profiles open by their link only:",
});
