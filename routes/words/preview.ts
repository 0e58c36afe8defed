// The words around the preview.

import { bilingual } from "./bilingual.ts";

export const PREVIEW = bilingual({
  title: "Как это увидят",
  visitor: "Так увидит посетитель",
  pressed: (button: string) => `нажал «${button}»`,
  wrote: (words: string) => `написал «${words}»`,
  afterHours: "вне рабочего времени",
  wasAway: "бот вернулся после перерыва",
  manager: "Так увидит менеджер",
  onlyWhenCrmFails: "Карточка приходит в чат, только если CRM не взяла лид.",
  noWebhook: "Лиды никуда больше не уходят, поэтому в чат придёт карточка каждого.",
}, {
  title: "How it will look",
  visitor: "What the visitor will see",
  pressed: (button: string) => `pressed “${button}”`,
  wrote: (words: string) => `wrote “${words}”`,
  afterHours: "outside working hours",
  wasAway: "the bot is back after it was away",
  manager: "What the manager will see",
  onlyWhenCrmFails: "The card comes to the chat only when the CRM did not take the lead.",
  noWebhook: "Leads go nowhere else, so every lead's card comes to the chat.",
});
