// The formatting of a text: reads MessageEntity objects, adds those that Telegram finds by itself, and
// refuses those that leave the text or cross each other.

import type { MessageEntity, User } from "grammy/types";
import { linkFault, mentionedUserId } from "./links.ts";
import { badRequest } from "./refusal.ts";
import { isObject, reading, requiredInteger, requiredText } from "./params.ts";

/** Finds a user that the bot has met; Telegram mentions no other by id. */
export type FindUser = (id: number) => User | undefined;

const PLAIN_TYPES = [
  "bold",
  "italic",
  "underline",
  "strikethrough",
  "spoiler",
  "blockquote",
  "expandable_blockquote",
  "code",
] as const;
// Telegram finds these itself and ignores what a bot claims.
const FOUND_BY_TELEGRAM = new Set([
  "mention",
  "hashtag",
  "cashtag",
  "bot_command",
  "url",
  "email",
  "phone_number",
  "media_timestamp",
]);
const FIND = new RegExp(
  [
    /(?<url>\bhttps?:\/\/[^\s<>"]+[^\s<>".,!?)])/u.source,
    /(?<email>\b[\w.+\-]+@[\w\-]+\.[\w.\-]*\w)/u.source,
    /(?<mention>(?<![\w@\/])@[A-Za-z]\w{3,31}\b)/u.source,
    /(?<bot_command>(?<![\w/])\/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?\b)/u.source,
    /(?<hashtag>(?<![\p{L}\w&])#[\p{L}\w]*\p{L}[\p{L}\w]*)/u.source,
    /(?<phone_number>(?<![\w+])\+\d[\d ()\-]{7,16}\d\b)/u.source,
  ].join("|"),
  "gu",
);
const MAY_HOLD_ANY = /[@/#+]|https?:/;

/** Reads the `entities` parameter; throws the 400 that Telegram gives for a malformed one. */
export function readEntities(value: unknown, findUser: FindUser): MessageEntity[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw badRequest("can't parse entities: expected an Array");
  const entities: MessageEntity[] = [];
  for (const item of value) {
    const entity = reading("can't parse MessageEntity", () => readEntity(item, findUser));
    if (entity) entities.push(entity);
  }
  return entities;
}

function readEntity(item: unknown, findUser: FindUser): MessageEntity | undefined {
  if (!isObject(item)) throw new RangeError("expected an Object");
  const offset = requiredInteger(item, "offset");
  const length = requiredInteger(item, "length");
  const type = requiredText(item, "type");
  if (offset < 0) throw badRequest(`receive an entity with incorrect offset ${offset}`);
  if (length < 0) throw badRequest(`receive an entity with incorrect length ${length}`);
  const place = { offset, length };
  const plain = PLAIN_TYPES.find((known) => known === type);
  if (plain) return { type: plain, ...place };
  if (FOUND_BY_TELEGRAM.has(type)) return undefined;
  switch (type) {
    case "pre": {
      const language = item["language"];
      return { type, ...place, ...(typeof language === "string" && language ? { language } : {}) };
    }
    case "text_link":
      return linkEntity(requiredText(item, "url"), place, findUser);
    case "text_mention": {
      const user = item["user"];
      if (user === undefined) throw new RangeError(`Can't find field "user"`);
      if (!isObject(user)) throw new RangeError(`Field "user" must be of type Object`);
      return { type, ...place, user: metUser(requiredInteger(user, "id"), findUser) };
    }
    case "custom_emoji": {
      const id = requiredText(item, "custom_emoji_id");
      if (!/^\d{1,19}$/.test(id)) {
        throw new RangeError(`Field "custom_emoji_id" must be a valid Number`);
      }
      return { type, ...place, custom_emoji_id: id };
    }
    default:
      throw new RangeError("Unsupported type specified");
  }
}

/** A link, or the mention of a user when the address is `tg://user?id=…`. */
function linkEntity(
  url: string,
  place: { offset: number; length: number },
  findUser: FindUser,
): MessageEntity {
  const userId = mentionedUserId(url);
  if (userId !== undefined) {
    return { type: "text_mention", ...place, user: metUser(userId, findUser) };
  }
  const fault = linkFault(url);
  if (fault) throw badRequest(`entity URL '${url}' is invalid: ${fault}`);
  return { type: "text_link", ...place, url };
}

function metUser(id: number, findUser: FindUser): User {
  const user = findUser(id);
  if (!user) throw badRequest("user not found");
  return user;
}

/** Throws unless every entity lies inside the text, splits no character and crosses no other. */
export function checkPlaces(text: string, entities: readonly MessageEntity[]): void {
  const openEnds: number[] = [];
  for (const { offset, length } of entities) {
    if (offset > text.length) {
      throw badRequest(`entity begins after the end of the text at UTF-16 offset ${offset}`);
    }
    const end = offset + length;
    while (openEnds.length > 0 && (openEnds.at(-1) ?? 0) <= offset) openEnds.pop();
    if (end > Math.min(text.length, openEnds.at(-1) ?? Infinity)) {
      throw badRequest(
        `entity beginning at UTF-16 offset ${offset} ` +
          `ends after the end of the text at UTF-16 offset ${end}`,
      );
    }
    if (splitsCharacter(text, offset)) {
      throw badRequest(
        `entity begins in a middle of a UTF-16 symbol at byte offset ${byteOffset(text, offset)}`,
      );
    }
    if (splitsCharacter(text, end)) {
      throw badRequest(
        `entity beginning at UTF-16 offset ${offset} ` +
          `ends in a middle of a UTF-16 symbol at byte offset ${byteOffset(text, end)}`,
      );
    }
    openEnds.push(end);
  }
}

function splitsCharacter(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}

/** A UTF-16 offset in bytes, as Telegram's error texts count. */
function byteOffset(text: string, at: number): number {
  return new TextEncoder().encode(text.slice(0, at)).length;
}

/** Outer entities before inner ones, in reading order. */
export function inOrder(entities: readonly MessageEntity[]): MessageEntity[] {
  return entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length);
}

/** Adds the commands, mentions, addresses and tags that Telegram finds in a text by itself. */
export function withFoundEntities(text: string, given: readonly MessageEntity[]): MessageEntity[] {
  if (!MAY_HOLD_ANY.test(text)) return [...given];
  const opaque = given.filter(({ type }) =>
    type === "code" || type === "pre" || type === "text_link" || type === "text_mention"
  );
  const found: MessageEntity[] = [];
  for (const match of text.matchAll(FIND)) {
    const place = { offset: match.index, length: match[0].length };
    const type = foundType(match.groups ?? {});
    if (type && !opaque.some((entity) => overlap(entity, place))) found.push({ type, ...place });
  }
  return found.length > 0 ? inOrder([...given, ...found]) : [...given];
}

function foundType(groups: Record<string, string | undefined>) {
  const types = ["url", "email", "mention", "bot_command", "hashtag", "phone_number"] as const;
  return types.find((type) => groups[type] !== undefined);
}

interface Place {
  offset: number;
  length: number;
}

function overlap(one: Place, other: Place): boolean {
  return one.offset < other.offset + other.length && other.offset < one.offset + one.length;
}
