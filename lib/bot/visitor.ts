// Telegram's user → visitor. Only the id is required; nothing else may cost a lead.

import { MESSAGE_IDS } from "../journal/bots.ts";
import { isId, isRecord } from "../foreign.ts";
import type { Visitor } from "../lead.ts";

/** Longest stored name, in UTF-16 units; Telegram's limit is 64 characters. */
const MOST_NAME = 256;

/** Wider than https://core.telegram.org/method/account.checkUsername, as old usernames are shorter. */
const USERNAME = /^\w{1,64}$/;

/** IETF tags are letters, digits and hyphens; the longest registered ones stay below 36 characters (RFC 5646, 4.4.1). */
const LANGUAGE = /^[A-Za-z0-9-]{1,35}$/;

/**
 * The visitor that an update's `from` describes, without what is missing, malformed or too long.
 *
 * @param privateChatId Used when the id is missing: a private chat has its user's id (Bot API: Chat.id).
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

/** The id of an update's `from`; a private chat's id where it is missing (Bot API: Chat.id). */
export function userIdOf(from: unknown, privateChatId: unknown): number | undefined {
  const id = isRecord(from) ? from["id"] : undefined;
  return [id, privateChatId].find(isId);
}

/** The visitor's IETF language tag; null without a valid one. */
export function languageOf(from: unknown): string | null {
  const tag = isRecord(from) ? from["language_code"] : undefined;
  return typeof tag === "string" && LANGUAGE.test(tag) ? tag : null;
}

/** Whether the journal can store it as a message id (`MESSAGE_IDS`). */
export function isMessageId(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) < MESSAGE_IDS;
}

/** Without lone surrogates and NUL, which SQLite, JSON or Telegram refuse. */
function nameOf(value: unknown): string {
  if (typeof value !== "string") return "";
  return value.slice(0, MOST_NAME).replaceAll("\0", "").toWellFormed();
}
