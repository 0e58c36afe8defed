// Moments in words, in the installation's time zone.

import type { Language } from "../../lib/web/language.ts";

const WORDS = {
  ru: { yesterday: "вчера", second: "с", millisecond: "мс" },
  en: { yesterday: "yesterday", second: "s", millisecond: "ms" },
} as const;

/** `12:04` today, `вчера 12:04`, `3 нояб. 12:04`, with the year when it is another one. */
export function moment(
  atMs: number,
  { language, timeZone, nowMs }: {
    readonly language: Language;
    readonly timeZone: string;
    readonly nowMs: number;
  },
): string {
  const at = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
  const now = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timeZone);
  const clock = `${pad(at.hour)}:${pad(at.minute)}`;
  const days = now.toPlainDate().since(at.toPlainDate()).days;
  if (days === 0) return clock;
  if (days === 1) return `${WORDS[language].yesterday} ${clock}`;
  const date = day(at.toPlainDate(), language);
  return at.year === now.year ? `${date} ${clock}` : `${date} ${at.year} ${clock}`;
}

/** `3 нояб.` */
export function day({ month, day }: Temporal.PlainDate, language: Language): string {
  return `${day} ${MONTHS[language][month - 1]}`;
}

const MONTHS: Readonly<Record<Language, readonly string[]>> = {
  ru: "янв. февр. марта апр. мая июня июля авг. сент. окт. нояб. дек.".split(" "),
  en: "Jan Feb Mar Apr May June July Aug Sept Oct Nov Dec".split(" "),
};

/** `0,3 с` */
export function duration(ms: number, language: Language): string {
  const seconds = (ms / 1000).toFixed(1);
  const number = language === "ru" ? seconds.replace(".", ",") : seconds;
  return `${number} ${WORDS[language].second}`;
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
