// Telegram's user → the visitor that a lead is about. Reads it as foreign data: only the id is essential, nothing else costs a lead.

import { MESSAGE_IDS } from "../journal/bots.ts";
import { isId, isRecord } from "../foreign.ts";
import type { Visitor } from "../lead.ts";

/** Longest kept part of a name, in UTF-16 units; Telegram's own limit is 64 characters. */
const MOST_NAME = 256;

/** Names that Telegram gives out (https://core.telegram.org/method/account.checkUsername); `\w` leaves room for older ones. */
const USERNAME = /^\w{1,64}$/;

/** IETF tags are letters, digits and hyphens; the longest registered ones stay below 36 characters (RFC 5646, 4.4.1). */
const LANGUAGE = /^[A-Za-z0-9-]{1,35}$/;

/**
 * The visitor that an update's `from` describes. Whatever is missing, odd or too long in it is left out.
 *
 * @param privateChatId Stands in for an id that is missing: a private chat has its user's (Bot API: Chat.id).
 */
export function visitorOf(from: unknown, privateChatId: number): Visitor {
  const user: Readonly<Record<string, unknown>> = isRecord(from) ? from : {};
  const { id, username, first_name, last_name } = user;
  return {
    userId: isId(id) ? id : privateChatId,
    username: typeof username === "string" && USERNAME.test(username) ? username : null,
    firstName: nameOf(first_name),
    lastName: nameOf(last_name) || null,
    language: languageOf(from),
  };
}

/** The tag of the visitor's language; null where Telegram gave none that could be one. */
export function languageOf(from: unknown): string | null {
  const tag = isRecord(from) ? from["language_code"] : undefined;
  return typeof tag === "string" && LANGUAGE.test(tag) ? tag : null;
}

/** Whether the journal can keep it as a message's id (`MESSAGE_IDS`); negative ones name another bot's messages. */
export function isMessageId(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) < MESSAGE_IDS;
}

/** Without what SQLite, JSON or Telegram would not take: half characters and NUL. */
function nameOf(value: unknown): string {
  if (typeof value !== "string") return "";
  return value.slice(0, MOST_NAME).replaceAll("\0", "").toWellFormed();
}
