// The methods that copy messages from one chat to another.
// Source: https://core.telegram.org/bots/api#copymessage

import type { MessageId } from "grammy/types";
import type { MessageContent, SimMessage } from "./chat.ts";
import type { Params } from "./params.ts";
import { badRequest } from "./refusal.ts";
import { deliver, readCaption, readTarget } from "./send.ts";
import type { World } from "./world.ts";

/** The most messages of one copyMessages call. */
const MAX_COPIES = 100;

const WORDS = ["caption", "caption_entities"] as const;
const MEDIA = ["photo", "document", "video", "animation", "audio", "voice"] as const;
const REST = [
  "text",
  "entities",
  "link_preview_options",
  "video_note",
  "sticker",
  "location",
  "venue",
  "contact",
  "poll",
  "dice",
] as const;

/** Copies one message; a caption that is given, even an empty one, replaces the old one. */
export function copyMessage(world: World, params: Params): MessageId {
  const target = readTarget(world, params);
  const source = readSource(world, params);
  const content = copyable(source);
  if (!content) throw badRequest("message can't be copied");
  const isRecaptioned = params.has("caption") && hasMedia(source);
  const words = isRecaptioned ? readCaption(world, params) : picked(source, WORDS);
  const { message_id } = deliver(world, target, { ...content, ...words });
  return { message_id };
}

/** Copies messages, albums as albums; leaves out what cannot be copied. */
export function copyMessages(world: World, params: Params): MessageId[] {
  const target = readTarget(world, params);
  const ids = readIds(params.json("message_ids"));
  const from = world.readableChat(params.integer("from_chat_id"));
  const albums = new Map<string, string>();
  const contents: MessageContent[] = [];
  for (const id of ids) {
    const source = from.message(id);
    const content = source && copyable(source);
    if (!source || !content) continue;
    contents.push({
      ...content,
      ...picked(source, WORDS),
      ...newAlbum(world, albums, source),
    });
  }
  if (contents.length === 0) throw badRequest("there are no messages to copy");
  world.total.admit(contents.length, world.now());
  target.chat.limit.admit(contents.length, world.now());
  return contents.map((content) => {
    const { message_id } = target.chat.add(world.bot, { ...target.common, ...content });
    return { message_id };
  });
}

function readSource(world: World, params: Params): SimMessage {
  const from = world.readableChat(params.integer("from_chat_id"));
  const messageId = params.integer("message_id");
  if (!messageId) throw badRequest("message identifier is not specified");
  const source = from.message(messageId);
  if (!source) throw badRequest("message to copy not found");
  return source;
}

function readIds(value: unknown): number[] {
  if (!Array.isArray(value)) throw badRequest("can't parse message identifiers JSON object");
  const ids = value.map(Number);
  if (ids.length === 0) throw badRequest("message identifiers are not specified");
  if (ids.length > MAX_COPIES) throw badRequest("too many message identifiers specified");
  if (ids.some((id, at) => at > 0 && id <= (ids[at - 1] ?? 0))) {
    throw badRequest("message identifiers must be in a strictly increasing order");
  }
  return ids;
}

/** What is copied besides the caption; undefined for service and protected messages. */
function copyable(source: SimMessage): MessageContent | undefined {
  if (source.has_protected_content) return undefined;
  const content = { ...picked(source, REST), ...picked(source, MEDIA) };
  return Object.keys(content).length > 0 ? content : undefined;
}

function hasMedia(source: SimMessage): boolean {
  return MEDIA.some((field) => source[field] !== undefined);
}

function newAlbum(world: World, albums: Map<string, string>, source: SimMessage): MessageContent {
  const old = source.media_group_id;
  if (old === undefined) return {};
  const media_group_id = albums.get(old) ?? world.nextAlbumId();
  albums.set(old, media_group_id);
  return { media_group_id };
}

function picked<K extends keyof MessageContent>(
  source: MessageContent,
  fields: readonly K[],
): Partial<Pick<MessageContent, K>> {
  const found: Partial<Pick<MessageContent, K>> = {};
  for (const field of fields) {
    if (source[field] !== undefined) found[field] = source[field];
  }
  return found;
}
