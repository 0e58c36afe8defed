// Separates the updates that the bot can handle from malformed ones. Reports nothing.

import type { Update } from "grammy/types";
import { isId, isRecord, isWhole } from "../foreign.ts";
import { MESSAGE_IDS } from "../journal/journal.ts";

/** Highest plausible id: Telegram counts in 32 bits, and a higher offset would confirm updates that are yet to come. */
const MOST_UPDATE_ID = 2 ** 40;

/** The kinds of updates that the bot handles (https://core.telegram.org/bots/api#getupdates). */
export const WANTED_UPDATES = [
  "message",
  "edited_message",
  "channel_post",
  "edited_channel_post",
  "callback_query",
] as const;

/** A malformed update. */
export interface Aside {
  /** Undefined if the id itself is malformed. */
  readonly id: number | undefined;
  /** The wrong field, without its value. */
  readonly fault: string;
}

/** The updates of one getUpdates answer. */
export interface Batch {
  readonly updates: readonly Update[];
  readonly aside: readonly Aside[];
  /** The next offset; undefined if no id is usable. */
  readonly nextOffset: number | undefined;
}

/** Reads a batch, each update independently. */
export function readBatch(result: readonly unknown[]): Batch {
  const updates: Update[] = [];
  const aside: Aside[] = [];
  const seen = new Set<number>();
  let nextOffset: number | undefined;
  for (const value of result) {
    const read = readUpdate(value);
    const id = read.kind === "good" ? read.update.update_id : read.id;
    // The last, not the highest: after a quiet week Telegram counts anew (Bot API: Update.update_id).
    if (id !== undefined) nextOffset = id + 1;
    if (read.kind === "aside") aside.push(read);
    else if (seen.has(read.update.update_id)) aside.push({ id, fault: "update_id повторяется" });
    else updates.push(read.update);
    if (read.kind === "good") seen.add(read.update.update_id);
  }
  return { updates, aside, nextOffset };
}

/** An update, or what is wrong with it. */
export type ReadUpdate =
  | { readonly kind: "good"; readonly update: Update }
  | { readonly kind: "aside" } & Aside;

/** Reads one update: a wrong required field puts it aside, other known fields of a wrong type are removed from `value`. */
export function readUpdate(value: unknown): ReadUpdate {
  if (!isRecord(value)) return { kind: "aside", id: undefined, fault: "не объект" };
  const { update_id: given } = value;
  const id = isWhole(given, 1) && given <= MOST_UPDATE_ID ? given : undefined;
  if (id === undefined) return { kind: "aside", id, fault: "update_id не номер" };
  const fault = faultOf(value);
  return isUpdate(value, fault)
    ? { kind: "good", update: value }
    : { kind: "aside", id, fault: fault ?? "" };
}

/** Reads an update from the journal, whose id may be negative (journal/bots.ts); undefined if it is malformed. */
export function readStoredUpdate(value: unknown): Update | undefined {
  if (!isRecord(value) || !isId(value["update_id"])) return undefined;
  return isUpdate(value, faultOf(value)) ? value : undefined;
}

type Fields = Record<string, unknown>;

function isUpdate(value: object, fault: string | undefined): value is Update {
  return fault === undefined && "update_id" in value;
}

function faultOf(update: Fields): string | undefined {
  for (const kind of ["message", "edited_message", "channel_post", "edited_channel_post"]) {
    if (kind in update) {
      const fault = faultOfMessage(update[kind], kind);
      if (fault !== undefined) return fault;
    }
  }
  return "callback_query" in update ? faultOfPress(update["callback_query"]) : undefined;
}

/** Checks a message's id and chat, which is enough for a pressed menu. */
function faultOfPlace(message: unknown, path: string): string | undefined {
  if (!isRecord(message)) return `${path} не объект`;
  const { message_id: id, chat } = message;
  if (!isId(id) || id >= MESSAGE_IDS) return `${path}.message_id не номер`;
  if (!isRecord(chat)) return `${path}.chat не объект`;
  return isId(chat["id"]) ? undefined : `${path}.chat.id не номер`;
}

function faultOfMessage(message: unknown, path: string, isReply = false): string | undefined {
  const fault = faultOfPlace(message, path);
  if (fault !== undefined || !isRecord(message)) return fault;
  // A private chat's id is its sender's.
  if (faultOfUser(message["from"], "") !== undefined) delete message["from"];
  const hasWords = [message["text"], message["caption"]].some((each) => typeof each === "string");
  if (!hasWords) delete message["entities"];
  for (const [field, isGood] of Object.entries(INESSENTIAL)) {
    if (field in message && !isGood(message[field])) delete message[field];
  }
  // A reply holds no further reply (Bot API: Message.reply_to_message).
  const reply = message["reply_to_message"];
  if (isReply || (reply !== undefined && faultOfMessage(reply, "", true) !== undefined)) {
    delete message["reply_to_message"];
  }
  return undefined;
}

const INESSENTIAL: Readonly<Record<string, (value: unknown) => boolean>> = {
  entities: areEntities,
  caption_entities: areEntities,
  media_group_id: (value) => typeof value === "string",
  message_thread_id: (value) => isWhole(value, 1),
  reply_markup: (value) => isRecord(value) && isListOf(value["inline_keyboard"], areButtons),
};

function areButtons(value: unknown): boolean {
  return isListOf(value, isRecord);
}

function areEntities(value: unknown): boolean {
  return isListOf(
    value,
    (each) =>
      isRecord(each) && typeof each["type"] === "string" && isWhole(each["offset"], 0) &&
      isWhole(each["length"], 0),
  );
}

function faultOfPress(press: unknown): string | undefined {
  if (!isRecord(press)) return "callback_query не объект";
  const { from, message, data } = press;
  if (data !== undefined && typeof data !== "string") return "callback_query.data не строка";
  const who = faultOfUser(from, "callback_query.from");
  if (message === undefined) return who;
  const fault = faultOfPlace(message, "callback_query.message");
  if (who !== undefined && fault === undefined) delete press["from"]; // A private chat's id is its sender's.
  return fault;
}

const USER_WORDS = ["first_name", "last_name", "username", "language_code"];

function faultOfUser(user: unknown, path: string): string | undefined {
  if (!isRecord(user)) return `${path} не объект`;
  if (!isId(user["id"])) return `${path}.id не номер`;
  for (const field of USER_WORDS) {
    if (field in user && typeof user[field] !== "string") delete user[field];
  }
  return undefined;
}

function isListOf(value: unknown, isGood: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isGood);
}
