// A visitor's message → what the managers see of it. Never throws: each Bot API version adds new kinds of content.

import type { Message, MessageEntity } from "grammy/types";
import { isRecord, isWhole } from "../foreign.ts";
import type { FollowUpContent } from "../lead.ts";
import { LIMITS } from "../profiles/limits.ts";
import { clip, MEDIA_WORDS } from "../visitors/texts.ts";
import { COMMON, MEDIA, SERVICE } from "./message_fields.ts";

/**
 * Whether a person sent the message, in contrast to a service message such as a pinned one. An unknown kind counts as
 * content, so that nothing a visitor sends is lost.
 */
export function isContent(message: Message): boolean {
  if (message.forward_origin !== undefined) return true; // Service messages cannot be forwarded.
  return mediaOf(message) !== "other" || !SERVICE.some((each) => message[each] !== undefined);
}

/** What the managers see of a message; unknown kinds are copied like media. */
export function contentOf(message: Message): FollowUpContent {
  const media = mediaOf(message);
  const file = fileOf(message, media);
  return {
    ...wordsOf(message, media),
    media: media === undefined ? null : MEDIA_WORDS[media],
    captionable: media !== undefined && CAPTIONABLE.has(media),
    ...(file === undefined ? {} : { file }),
  };
}

type Media = keyof typeof MEDIA_WORDS;

/** Undefined for plain text. */
function mediaOf(message: Message): Media | undefined {
  const kind = MEDIA.find((each) => message[each] !== undefined);
  return kind ?? (isWords(message.text) ? undefined : "other");
}

/** Media whose copy may carry another caption (Bot API: copyMessage). */
const CAPTIONABLE: ReadonlySet<Media> = new Set(
  ["animation", "photo", "document", "voice", "video", "audio"],
);

function wordsOf(
  message: Message,
  media: Media | undefined,
): Pick<FollowUpContent, "text" | "entities"> {
  const { text, entities, caption, caption_entities } = message;
  if (isWords(text)) return { text, entities: readEntities(entities, text) };
  if (isWords(caption)) return { text: caption, entities: readEntities(caption_entities, caption) };
  const words = media === "contact"
    ? contactWords(message.contact)
    : media === "other"
    ? typedWords(unknownFields(message))
    : "";
  return { text: clip(words, LIMITS.text), entities: [] };
}

/** The number and the name: what a CRM can show of a contact. */
function contactWords(contact: unknown): string {
  if (!isRecord(contact)) return "";
  const { phone_number, first_name, last_name } = contact;
  return [phone_number, first_name, last_name].filter(isWords).join(" ");
}

function isWords(text: unknown): text is string {
  return typeof text === "string" && text !== "";
}

/** Tells one file from another, so that an edit which replaces it is noticed. Live locations change by themselves. */
function fileOf(message: Message, media: Media | undefined): string | undefined {
  if (media === undefined) return undefined;
  if (media === "other") return digest(JSON.stringify(unknownFields(message)));
  const found: unknown = media === "photo" && Array.isArray(message.photo)
    ? message.photo.at(-1)
    : Object.entries(message).find(([name]) => name === media)?.[1];
  const id = isRecord(found) ? found["file_unique_id"] : undefined;
  return typeof id === "string" ? id : undefined;
}

/** Everything of a message beside what every message has. */
function unknownFields(message: Message): Readonly<Record<string, unknown>> {
  const common: readonly string[] = COMMON;
  return Object.fromEntries(Object.entries(message).filter(([name]) => !common.includes(name)));
}

/** Fields that commonly hold what a person typed. */
const TYPED: ReadonlySet<string> = new Set(["text", "title", "caption"]);

/** How deep they are looked for; Telegram's rich messages nest up to 16 levels. */
const MOST_LEVELS = 64;

/** What a person typed into content of an unknown kind, line by line. */
function typedWords(value: unknown, level = 0): string {
  if (typeof value !== "object" || value === null || level > MOST_LEVELS) return "";
  return Object.entries(value).map(([name, each]) =>
    TYPED.has(name) ? run(each, level + 1) : typedWords(each, level + 1)
  ).filter((line) => line !== "").join("\n");
}

/** A text that may come in pieces, each formatted in its own way. */
function run(value: unknown, level: number): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value) || level > MOST_LEVELS) return typedWords(value, level);
  return value.map((each) => run(each, level + 1)).join("");
}

/** FNV-1a: enough to tell a changed message from the same one. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash.toString(16);
}

/** Formatting that has to be said again; links, mentions and the like Telegram finds by itself. What is malformed is left out. */
function readEntities(entities: unknown, text: string): MessageEntity[] {
  return Array.isArray(entities) ? entities.filter((each) => isFormatting(each, text.length)) : [];
}

function isFormatting(entity: unknown, end: number): entity is MessageEntity {
  if (!isRecord(entity) || !FORMATTING.has(entity["type"])) return false;
  const { type, offset, length, url, user } = entity;
  if (!isWhole(offset, 0) || !isWhole(length, 0) || offset + length > end) return false;
  if (type === "text_link") return typeof url === "string";
  return type !== "text_mention" || (isRecord(user) && isWhole(user["id"], 0));
}

const FORMATTING: ReadonlySet<unknown> = new Set<MessageEntity["type"]>([
  "bold",
  "italic",
  "underline",
  "strikethrough",
  "spoiler",
  "blockquote",
  "expandable_blockquote",
  "code",
  "pre",
  "text_link",
  "text_mention",
]);
