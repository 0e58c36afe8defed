// Texts of variables → their values. Each throws a SyntaxError that says what was found and what is wanted, without a secret.

import { CRM_TIMEOUT_SECONDS } from "../profiles/limits.ts";
import { parseWorkHours, type WorkHours } from "../work_hours.ts";

/** What ADMIN_CHAT_ID has to be. */
export const CHAT_ID_WANTED = "нужен id чата менеджеров, целое число, например -1001234567890";

/** A bot token. What was found is not shown. */
export function parseToken(text: string): string {
  if (/^\d+:[\w-]+$/.test(text)) return text;
  throw new SyntaxError(
    `найдено значение не того вида (символов: ${text.length}), ` +
      "нужен токен от @BotFather вида 123456789:AA…",
  );
}

/** A chat id, as a safe whole number. */
export function parseChatId(text: string): number {
  const id = Number(text);
  if (/^-?\d+$/.test(text) && Number.isSafeInteger(id) && id !== 0) return id;
  throw new SyntaxError(`найдено ${quote(text)}, ${CHAT_ID_WANTED}`);
}

/** The address of an API, without a trailing slash. */
export function parseApiRoot(text: string): string {
  const wanted = "нужен адрес http:// или https:// без логина, параметров и токена";
  const url = URL.parse(text);
  if (url === null) throw new SyntaxError(`найдено не адрес, ${wanted}`);
  // The address itself is not shown: people paste it together with the token.
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new SyntaxError(`найдена схема ${quote(url.protocol)}, ${wanted}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new SyntaxError(`найден адрес с логином, ${wanted}`);
  }
  if (url.search !== "" || url.hash !== "" || /\/bot\d+:/.test(url.pathname)) {
    throw new SyntaxError(`найден адрес с лишней частью, ${wanted}`);
  }
  return withoutTrailingSlashes(text);
}

function withoutTrailingSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === "/") end -= 1;
  return text.slice(0, end);
}

/** A name or address to listen on. */
export function parseHost(text: string): string {
  if (/^[\w.:-]+$/.test(text)) return text;
  throw new SyntaxError(`найдено ${quote(text)}, нужно имя или адрес, например 127.0.0.1`);
}

/** A whole number within bounds, which belong to it. */
export function parseWhole(text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new SyntaxError(`найдено ${quote(text)}, нужно целое число от ${least} до ${most}`);
}

/** A CRM timeout in seconds, within `CRM_TIMEOUT_SECONDS`. */
export function parseSeconds(text: string): number {
  const { least, most } = CRM_TIMEOUT_SECONDS;
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds >= least && seconds <= most) return seconds;
  throw new SyntaxError(`найдено ${quote(text)}, нужно число секунд от ${least} до ${most}`);
}

/** A secret of at least so many characters; it is not shown. */
export function parseSecret(text: string, least: number): string {
  if (text.length >= least) return text;
  throw new SyntaxError(`найдено символов: ${text.length}, нужно не меньше ${least}`);
}

/** An http or https address without a path. */
export function parseOrigin(text: string): string {
  const wanted = "нужен адрес вида https://bot.example.ru без пути";
  const url = URL.parse(text);
  // Not shown: it may hold a password.
  if (text.includes("@")) throw new SyntaxError(`найден адрес с логином, ${wanted}`);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new SyntaxError(`найдено ${quote(text)}, ${wanted}`);
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw new SyntaxError(`найдено ${quote(text)}, ${wanted}`);
  }
  return url.origin;
}

/** true or false, in the words that people use. */
export function parseFlag(text: string): boolean {
  const yes = ["1", "true", "yes"].includes(text.toLowerCase());
  if (yes || ["0", "false", "no"].includes(text.toLowerCase())) return yes;
  throw new SyntaxError(`найдено ${quote(text)}, нужно true или false`);
}

/** Days and hours, as `parseWorkHours` reads them. */
export function parseHours(text: string): WorkHours {
  const result = parseWorkHours(text);
  if (result.ok) return result.hours;
  throw new SyntaxError(
    `найдено ${quote(result.found)}, нужны дни и часы, например пн-пт 9-19, сб 10:30-16`,
  );
}

/** An IANA time zone. */
export function parseTimeZone(text: string): string {
  if (isTimeZone(text)) return text;
  throw new SyntaxError(`найдено ${quote(text)}, нужно имя зоны, например Europe/Moscow`);
}

/** Without Intl, whose tables take 5 MB of an idle bot's memory. */
function isTimeZone(text: string): boolean {
  if (/^\d/.test(text)) return false; // Temporal also accepts a timestamp as a zone.
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text);
    return true;
  } catch {
    return false;
  }
}

/** One of some words, in any case. */
export function parseWord<T extends string>(text: string, words: readonly T[]): T {
  const word = words.find((each) => each === text.toLowerCase());
  if (word !== undefined) return word;
  throw new SyntaxError(`найдено ${quote(text)}, нужно одно из: ${words.join(", ")}`);
}

/** What was found, for a sentence: shortened, and without what looks like a token. */
export function quote(text: string): string {
  // A token pasted into the wrong line is still a token.
  if (/\d:[\w-]{8,}/.test(text)) return "что-то похожее на токен";
  return `«${text.length > 60 ? `${text.slice(0, 60)}…` : text}»`;
}
