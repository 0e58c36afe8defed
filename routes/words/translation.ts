// The words of a translation's form.

import { bilingual } from "./bilingual.ts";

export const TRANSLATION = bilingual({
  languages: "Языки",
  add: "+ язык",
  hint: (name: string) =>
    `Эти тексты увидят посетители, у которых Telegram на языке «${name}». Пустое поле — как в основном. ` +
    "CRM и чат менеджеров получают основной текст.",
  confirmationHint: "Вместо {choice} встанет выбор посетителя.",
  afterHoursHint: "Добавится к подтверждению вне рабочего времени.",
  thanksHint: "Что прочтёт посетитель, когда напишет ещё.",
  button: (base: string) => `Кнопка «${base}»`,
  choice: (base: string) => `Другими словами в подтверждении, кнопка «${base}»`,
  choiceLabel: "Другими словами в подтверждении",
  buttonsHint: "Добавить, убрать или переставить кнопки можно на основной вкладке.",
  remove: "Убрать язык",
  asBase: "как в основном",
}, {
  languages: "Languages",
  add: "+ language",
  hint: (name: string) =>
    `Visitors whose Telegram is in “${name}” will see these texts. An empty field is as in the base. ` +
    "The CRM and the managers' chat get the base text.",
  confirmationHint: "{choice} becomes what the visitor chose.",
  afterHoursHint: "Added to the confirmation outside working hours.",
  thanksHint: "What the visitor reads after writing more.",
  button: (base: string) => `Button “${base}”`,
  choice: (base: string) => `In other words in the confirmation, button “${base}”`,
  choiceLabel: "In other words in the confirmation",
  buttonsHint: "Add, remove or move buttons on the base's tab.",
  remove: "Remove the language",
  asBase: "as in the base",
});
