// The words of «Сегодня».

import { bilingual, plural } from "./bilingual.ts";

/** By day of the week, Monday first. */
type Weekdays = readonly [string, string, string, string, string, string, string];

const ru = {
  title: "Сегодня",
  leads: (count: number) => plural("ru", count, { one: "лид", few: "лида", many: "лидов" }),
  /** Up to the same minute of that day, so that a morning is compared with a morning. */
  lastWeek: (weekday: number, clock: string, leads: number) =>
    `${RU_WEEKDAYS[weekday - 1]} к ${clock} — ${leads === 0 ? "ни одного" : leads}`,
  waiting: "Ждут менеджера",
  openWaiting: "Показать",
  noneWaiting: "Открытых карточек нет",
  held: (count: number) => `Ждут решения: ${count}`,
  taken: "До «Беру»",
  takenHint: "в половине случаев быстрее",
  seconds: (count: number) => `${count} с`,
  minutes: (count: number) => `${count} мин`,
  hours: (hours: number, minutes: number) =>
    minutes === 0 ? `${hours} ч` : `${hours} ч ${minutes} мин`,
  fine: "Неполадок нет",
  failing: {
    answered: (status: number | null) => `CRM отказывает (ответ ${status ?? "?"})`,
    unreachable: "CRM недоступна",
    interrupted: "связь с CRM обрывается",
    timeout: "CRM не отвечает вовремя",
    client: "адрес вебхука не работает",
    unsent: "лиды не отправляются в CRM",
    unexpected: "лиды не отправляются в CRM",
  },
  failingSince: (profile: string, what: string, since: string, last: string | null) =>
    `${profile}: ${what} с ${since}${last === null ? "" : `, последний раз — ${last}`}. ` +
    "Лиды идут в чат менеджеров. Проверьте CRM в профиле",
  orEarlier: (since: string) => `${since} или раньше`,
  openProfile: "Открыть профиль",
};

const RU_WEEKDAYS: Weekdays = [
  "в прошлый понедельник",
  "в прошлый вторник",
  "в прошлую среду",
  "в прошлый четверг",
  "в прошлую пятницу",
  "в прошлую субботу",
  "в прошлое воскресенье",
];

const EN_WEEKDAYS: Weekdays = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
];

export const TODAY = bilingual<typeof ru>(ru, {
  title: "Today",
  leads: (count: number) => plural("en", count, { one: "lead", many: "leads" }),
  lastWeek: (weekday: number, clock: string, leads: number) =>
    `last ${EN_WEEKDAYS[weekday - 1]} by ${clock}: ${leads === 0 ? "none" : leads}`,
  waiting: "Waiting for a manager",
  openWaiting: "Show",
  noneWaiting: "No open cards",
  held: (count: number) => `To be decided: ${count}`,
  taken: "Until “Беру”",
  takenHint: "half are taken sooner",
  seconds: (count: number) => `${count} s`,
  minutes: (count: number) => `${count} min`,
  hours: (hours: number, minutes: number) =>
    minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`,
  fine: "No troubles",
  failing: {
    answered: (status: number | null) => `the CRM declines (answer ${status ?? "?"})`,
    unreachable: "the CRM cannot be reached",
    interrupted: "the connection to the CRM breaks",
    timeout: "the CRM does not answer in time",
    client: "the webhook address does not work",
    unsent: "leads are not sent to the CRM",
    unexpected: "leads are not sent to the CRM",
  },
  failingSince: (profile: string, what: string, since: string, last: string | null) =>
    `${profile}: ${what}, since ${since}${last === null ? "" : `, last ${last}`}. ` +
    "Leads go to the managers' chat. Test the CRM in the profile",
  orEarlier: (since: string) => `${since} or earlier`,
  openProfile: "Open the profile",
});

export type TodayWords = typeof TODAY["ru"];
