// Which headers a profile may give its webhook. Knows no request.

import { LITERAL_KEY, secretNamesIn, withoutReferences, WRONG_NAME } from "./secret_reference.ts";
import { PLACEHOLDER } from "./placeholders.ts";

/** A token by RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]{1,64}$/;

/** Line breaks and other characters that would end a header or hide in it. */
const CONTROL = /\p{Cc}/u;

/** Headers that describe the message or the connection, and those that the bot itself gives. */
const OWN = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "expect",
  "host",
  "idempotency-key",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "webhook-id",
  "webhook-signature",
  "webhook-timestamp",
]);

/** Headers whose value is a key. */
const KEYS = new Set(["authorization", "cookie", "x-api-key", "x-auth-token"]);

/** Why a name cannot be a header's; null if it can. */
export function headerNameFault(name: string): string | null {
  if (!TOKEN.test(name)) return "имя заголовка не годится, нужны латинские буквы, цифры и дефис";
  return OWN.has(name.toLowerCase()) ? "этот заголовок ставит сам бот, нужен другой" : null;
}

/** Why a header cannot have this value; null if it can. Never quotes it: it may be a key. */
export function headerFault(name: string, value: string): string | null {
  if (value.trim() === "") return "пусто, нужен текст от 1 до 4096 символов";
  if (CONTROL.test(value)) {
    return "найден перенос строки или управляющий знак, нужна одна строка";
  }
  if (!isByteString(value)) return "найдены знаки не из Latin-1, нужна латиница";
  const [other] = withoutReferences(value).matchAll(PLACEHOLDER);
  if (other?.[1]?.startsWith("secret:")) return WRONG_NAME;
  if (other !== undefined) {
    return "в заголовках бывают только секреты, нужна ссылка {secret:имя}";
  }
  return isLiteralKey(name, value) ? LITERAL_KEY : null;
}

/** Whether a header's value is a key itself, instead of a reference to one. */
export function isLiteralKey(name: string, value: string): boolean {
  return KEYS.has(name.toLowerCase()) && value.trim() !== "" && secretNamesIn(value).length === 0;
}

/** Whether a text can be sent in a header: it has only characters up to U+00FF, and no line break or control character. */
export function isHeaderText(text: string): boolean {
  return isByteString(text) && !CONTROL.test(text);
}

function isByteString(text: string): boolean {
  return !/[^\0-\xff]/.test(text);
}
