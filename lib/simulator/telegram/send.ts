// The methods that put a new message of the bot into a chat: text, photo, document, album.
// Source: https://core.telegram.org/bots/api#available-methods

import type { InlineKeyboardMarkup, LinkPreviewOptions } from "grammy/types";
import { type ChatRoom, type MessageContent, quoted, type SimMessage } from "./chat.ts";
import { linkFault } from "./links.ts";
import { readReplyMarkup } from "./markup.ts";
import {
  isObject,
  type JsonObject,
  optionalFlag,
  type Params,
  reading,
  requiredInteger,
  requiredText,
  type UploadedFile,
} from "./params.ts";
import { badRequest } from "./refusal.ts";
import { formatCaption, formatText, type RawText } from "./text.ts";
import type { World } from "./world.ts";

/** The most members of one album. */
export const MAX_ALBUM = 10;

/** Where a new message goes, and what every kind of message has in common. */
export interface Target {
  room: ChatRoom;
  common: MessageContent;
  replyMarkup: InlineKeyboardMarkup | undefined;
}

export function sendMessage(world: World, params: Params): SimMessage {
  const text = params.text("text");
  if (text === undefined) throw badRequest("message text is empty");
  const target = readTarget(world, params);
  const entities = params.json("entities");
  const raw = { text, parseMode: params.text("parse_mode"), entities };
  const formatted = formatText(raw, world.findUser);
  const preview = readLinkPreview(params.json("link_preview_options"));
  return deliver(world, target, {
    ...textContent(formatted.text, formatted.entities),
    ...(preview ? { link_preview_options: preview } : {}),
  });
}

export function sendPhoto(world: World, params: Params): SimMessage {
  const target = readTarget(world, params);
  const source = readFile(params, "photo");
  if (source === undefined) throw badRequest("there is no photo in the request");
  const caption = readCaption(world, params);
  return deliver(world, target, { photo: world.files.photo(source), ...caption });
}

export function sendDocument(world: World, params: Params): SimMessage {
  const target = readTarget(world, params);
  const source = readFile(params, "document");
  if (source === undefined) throw badRequest("there is no document in the request");
  const caption = readCaption(world, params);
  return deliver(world, target, { document: world.files.document(source), ...caption });
}

export function sendMediaGroup(world: World, params: Params): SimMessage[] {
  const target = readTarget(world, params);
  const media = params.json("media");
  if (!Array.isArray(media)) throw badRequest("expected an Array of InputMedia");
  if (media.length === 0) throw badRequest("there are no messages to send");
  if (media.length > MAX_ALBUM) throw badRequest("too many messages to send as an album");
  const items = media.map((item: unknown) =>
    reading("can't parse InputMedia", () => readInputMedia(world, params, item))
  );
  const documents = items.filter((item) => item.document).length;
  if (documents > 0 && documents < items.length) {
    throw badRequest("document can't be mixed with other media types");
  }
  const media_group_id = world.nextAlbumId();
  world.total.admit(items.length, world.now());
  target.room.limit.admit(items.length, world.now());
  return items.map((item) =>
    target.room.add(world.bot, {
      ...target.common,
      ...item,
      ...(items.length > 1 ? { media_group_id } : {}),
    })
  );
}

/** Reads chat, topic, reply and buttons, each refused in Telegram's words. */
export function readTarget(world: World, params: Params): Target {
  const replyMarkup = readReplyMarkup(params.json("reply_markup"));
  const room = world.writableRoom(params.text("chat_id"));
  const reply = readReply(room, params);
  const threadId = params.integer("message_thread_id") || reply?.message_thread_id;
  if (threadId !== undefined) checkTopic(room, threadId);
  return {
    room,
    replyMarkup,
    common: {
      ...(threadId === undefined ? {} : { message_thread_id: threadId, is_topic_message: true }),
      ...(reply ? { reply_to_message: quoted(reply) } : {}),
      ...(params.flag("protect_content") ? { has_protected_content: true as const } : {}),
    },
  };
}

/** Adds one message of the bot, if the chat's limit admits it. */
export function deliver(world: World, target: Target, content: MessageContent): SimMessage {
  world.total.admit(1, world.now());
  target.room.limit.admit(1, world.now());
  return target.room.add(world.bot, {
    ...target.common,
    ...content,
    ...(target.replyMarkup ? { reply_markup: target.replyMarkup } : {}),
  });
}

export function textContent(
  text: string,
  entities: NonNullable<MessageContent["entities"]>,
): MessageContent {
  return { text, ...(entities.length > 0 ? { entities } : {}) };
}

/** The caption of a call; an empty one leaves no field. */
export function readCaption(world: World, params: Params): MessageContent {
  return captionContent(world, {
    text: params.text("caption") ?? "",
    parseMode: params.text("parse_mode"),
    entities: params.json("caption_entities"),
  });
}

/** Reads link_preview_options; absent or empty is undefined. */
export function readLinkPreview(value: unknown): LinkPreviewOptions | undefined {
  if (!isObject(value)) return undefined;
  const options: LinkPreviewOptions = {};
  const flags = [
    "is_disabled",
    "prefer_small_media",
    "prefer_large_media",
    "show_above_text",
  ] as const;
  for (const flag of flags) {
    const given = reading(null, () => optionalFlag(value, flag));
    if (given) options[flag] = given;
  }
  const url = value["url"];
  if (typeof url === "string" && url !== "") {
    if (linkFault(url)) throw badRequest("WEBPAGE_URL_INVALID");
    options.url = url;
  }
  return Object.keys(options).length > 0 ? options : undefined;
}

function captionContent(world: World, raw: RawText): MessageContent {
  const { text, entities } = formatCaption(raw, world.findUser);
  if (text === "") return {};
  return { caption: text, ...(entities.length > 0 ? { caption_entities: entities } : {}) };
}

function readReply(room: ChatRoom, params: Params): SimMessage | undefined {
  const given = params.json("reply_parameters");
  const legacyId = params.integer("reply_to_message_id");
  if (!isObject(given) && legacyId === undefined) return undefined;
  const messageId = isObject(given)
    ? reading(null, () => requiredInteger(given, "message_id"))
    : legacyId ?? 0;
  const mayStandAlone = isObject(given)
    ? reading(null, () => optionalFlag(given, "allow_sending_without_reply"))
    : params.flag("allow_sending_without_reply");
  const message = room.message(messageId);
  if (!message && !mayStandAlone) throw badRequest("message to be replied not found");
  return message;
}

/** Throws what Telegram says of a topic that takes no message of the bot. */
export function checkTopic(room: ChatRoom, threadId: number): void {
  const topic = room.topics.get(threadId);
  if (!topic) throw badRequest("message thread not found");
  if (topic.isClosed) throw badRequest("TOPIC_CLOSED");
}

function readFile(params: Params, field: string): string | UploadedFile | undefined {
  const upload = params.files.get(field);
  if (upload) return upload;
  const source = params.text(field);
  if (source === undefined || !source.startsWith("attach://")) return source;
  return params.files.get(source.slice("attach://".length));
}

function readInputMedia(world: World, params: Params, item: unknown): MessageContent {
  if (!isObject(item)) throw new RangeError("expected an Object");
  const type = requiredText(item, "type");
  const source = requiredText(item, "media");
  const isAttached = source.startsWith("attach://");
  const file = isAttached ? params.files.get(source.slice("attach://".length)) : source;
  if (file === undefined) throw new RangeError("media not found");
  const caption = captionContent(world, captionOf(item));
  switch (type) {
    case "photo":
      return { photo: world.files.photo(file), ...caption };
    case "document":
      return { document: world.files.document(file), ...caption };
    default:
      throw new RangeError(`this simulator sends no albums with type "${type}"`);
  }
}

function captionOf(item: JsonObject): RawText {
  const parseMode = item["parse_mode"];
  return {
    text: item["caption"] === undefined ? "" : requiredText(item, "caption"),
    parseMode: typeof parseMode === "string" && parseMode !== "" ? parseMode : undefined,
    entities: item["caption_entities"],
  };
}
