// Checks the updates of a getUpdates answer: those that the bot can handle, and why others are put aside. Reports nothing.

import type { Update } from "grammy/types";
import { isId, isRecord, isWhole } from "../foreign.ts";
import { MESSAGE_IDS } from "../journal/journal.ts";

/**
 * Highest id that is believed: Telegram counts in 32 bits, and an offset beyond its count would confirm updates that
 * are yet to come (Bot API: Update.update_id).
 */
const MOST_UPDATE_ID = 2 ** 40;

/** An update that the bot cannot handle. */
export interface Aside {
  /** Undefined where the id itself is unusable. */
  readonly id: number | undefined;
  /** Which field is wrong; holds nothing that a person typed. */
  readonly fault: string;
}

/** A batch that was read. */
export interface Batch {
  readonly updates: readonly Update[];
  readonly aside: readonly Aside[];
  /** What to ask for next; undefined when no id is usable. */
  readonly nextOffset: number | undefined;
}

/** Reads a batch; a fault in one update does not affect the others. */
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

/** One update that was read. */
export type ReadUpdate =
  | { readonly kind: "good"; readonly update: Update }
  | { readonly kind: "aside" } & Aside;

/**
 * Reads one update. It is put aside when a field that the bot needs is wrong; other known fields of a wrong type are
 * removed from `value`, and unknown ones stay.
 */
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

/**
 * Reads an update from the journal, whose ids may be negative (journal/bots.ts); undefined for one that an earlier
 * version accepted and that the bot cannot handle.
 */
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

/** Checks where a message is: enough for a menu whose button was pressed. */
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
  // In a private chat the chat's id names the sender, too.
  if (faultOfUser(message["from"], "") !== undefined) delete message["from"];
  // Without a text there is no command.
  const hasWords = [message["text"], message["caption"]].some((each) => typeof each === "string");
  if (!hasWords) delete message["entities"];
  for (const [field, isGood] of Object.entries(INESSENTIAL)) {
    if (field in message && !isGood(message[field])) delete message[field];
  }
  // Telegram nests one reply at most (Bot API: Message.reply_to_message).
  const reply = message["reply_to_message"];
  if (isReply || (reply !== undefined && faultOfMessage(reply, "", true) !== undefined)) {
    delete message["reply_to_message"];
  }
  return undefined;
}

/** Fields that a message may lack. */
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
  if (who !== undefined && fault === undefined) delete press["from"]; // As for a message.
  return fault;
}

/** Fields that a user may lack. */
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
