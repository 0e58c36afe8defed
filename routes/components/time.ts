// Moments and durations as text, in the configured time zone.

import type { Language } from "../../lib/page/language.ts";

const WORDS = {
  ru: { yesterday: "вчера", second: "с", millisecond: "мс" },
  en: { yesterday: "yesterday", second: "s", millisecond: "ms" },
} as const;

/**
 * Formats moments: `12:04` today, `вчера 12:04`, `3 нояб. 12:04`, with the year if it is not this one.
 *
 * @param namesYesterday False where a word such as «с» stands before it: then yesterday has its date.
 */
export function moments(
  { language, timeZone, nowMs, namesYesterday = true }: {
    readonly language: Language;
    readonly timeZone: string;
    readonly nowMs: number;
    readonly namesYesterday?: boolean;
  },
): (atMs: number) => string {
  const now = zoned(nowMs, timeZone).toPlainDate();
  return (atMs) => {
    const at = zoned(atMs, timeZone);
    const clock = `${pad(at.hour)}:${pad(at.minute)}`;
    const days = now.since(at).days;
    if (days === 0) return clock;
    if (days === 1 && namesYesterday) return `${WORDS[language].yesterday} ${clock}`;
    const date = day(at, language);
    return at.year === now.year ? `${date} ${clock}` : `${date} ${at.year} ${clock}`;
  };
}

function zoned(atMs: number, timeZone: string): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone)
    .toPlainDateTime();
}

/** `3 нояб.` */
export function day(
  { month, day }: Pick<Temporal.PlainDate, "month" | "day">,
  language: Language,
): string {
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
