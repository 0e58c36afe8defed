// The words of the menu's form.

import { bilingual } from "./bilingual.ts";

export const MENU = bilingual({
  title: "Меню",
  hint: "Его видят посетители, которые пришли без ссылки профиля или написали боту сами.",
  history: "История",
  welcome: "Приветствие",
  buttons: "Кнопки",
  text: (nth: number) => `Кнопка ${nth}`,
  target: (nth: number) => `Куда ведёт кнопка ${nth}`,
  up: (nth: number) => `Выше: кнопка ${nth}`,
  down: (nth: number) => `Ниже: кнопка ${nth}`,
  remove: (nth: number) => `Убрать: кнопка ${nth}`,
  add: "+ кнопка",
  missing: "Нет в меню",
  missingHint: "Эти профили открываются только по ссылке:",
}, {
  title: "Menu",
  hint: "Visitors who come without a profile's link, or just write to the bot, see it.",
  history: "History",
  welcome: "Greeting",
  buttons: "Buttons",
  text: (nth: number) => `Button ${nth}`,
  target: (nth: number) => `Where button ${nth} leads`,
  up: (nth: number) => `Up: button ${nth}`,
  down: (nth: number) => `Down: button ${nth}`,
  remove: (nth: number) => `Remove: button ${nth}`,
  add: "+ button",
  missing: "Not in the menu",
  missingHint: "These profiles open by their link only:",
});
