// The methods that put a new message of the bot into a chat.
// Source: https://core.telegram.org/bots/api#available-methods

import { type MessageContent, quoted, type SimChat, type SimMessage } from "./chat.ts";
import { readReplyMarkup, type ReplyMarkup } from "./markup.ts";
import { isObject, optionalFlag, type Params, reading, requiredInteger } from "./params.ts";
import { badRequest } from "./refusal.ts";
import { formatCaption, formatText, type RawText } from "./text.ts";
import type { World } from "./world.ts";

/** Where a new message goes, and the fields that every kind of message has. */
interface Target {
  chat: SimChat;
  common: MessageContent;
  replyMarkup: ReplyMarkup;
}

/** Sends a text. */
export function sendMessage(world: World, params: Params): SimMessage {
  const target = readTarget(world, params);
  return deliver(world, target, readText(world, params));
}

/** Sends a photo by its web address, by an id of its own, or as a file that the call brought along. */
export function sendPhoto(world: World, params: Params): SimMessage {
  const target = readTarget(world, params);
  const file = params.file("photo");
  const named = params.text("photo");
  if (file === undefined && named === undefined) {
    throw badRequest("there is no photo in the request");
  }
  const caption = readCaption(world, params);
  const photo = file === undefined
    ? world.files.photoNamed(named ?? "")
    : world.files.receivePhoto(file);
  return deliver(world, target, { photo, ...caption });
}

/** Reads chat, topic, reply and buttons, each refused in Telegram's words. */
export function readTarget(world: World, params: Params): Target {
  const replyMarkup = readReplyMarkup(params.json("reply_markup"));
  const chat = world.writableChat(params.integer("chat_id"));
  checkContactIsAskedInPrivate(chat, replyMarkup);
  const reply = readReply(chat, params);
  const threadId = params.integer("message_thread_id") || reply?.message_thread_id;
  if (threadId !== undefined) checkTopic(chat, threadId);
  return {
    chat,
    replyMarkup,
    common: {
      ...(threadId === undefined ? {} : { message_thread_id: threadId, is_topic_message: true }),
      ...(reply ? { reply_to_message: quoted(reply) } : {}),
    },
  };
}

/** Adds one message of the bot, if the limits admit it. */
export function deliver(world: World, target: Target, content: MessageContent): SimMessage {
  world.total.admit(1, world.now());
  target.chat.limit.admit(1, world.now());
  const { inline, keyboard } = target.replyMarkup;
  if (keyboard !== undefined) target.chat.setKeyboard(keyboard === "removed" ? null : keyboard);
  return target.chat.add(world.bot, {
    ...target.common,
    ...content,
    ...(inline ? { reply_markup: inline } : {}),
  });
}

function checkContactIsAskedInPrivate({ isPrivate }: SimChat, { keyboard }: ReplyMarkup): void {
  if (isPrivate || keyboard === undefined || keyboard === "removed") return;
  if (keyboard.rows.flat().some(({ asksContact }) => asksContact)) {
    throw badRequest("phone number can be requested in private chats only");
  }
}

/** The text of a call with its formatting and its link preview. */
export function readText(world: World, params: Params): MessageContent {
  const text = params.text("text");
  if (text === undefined) throw badRequest("message text is empty");
  const formatted = formatText(rawText(params, text, "entities"), world.findUser);
  const isPreviewOff = readIsPreviewOff(params.json("link_preview_options"));
  return {
    text: formatted.text,
    ...(formatted.entities.length > 0 ? { entities: formatted.entities } : {}),
    ...(isPreviewOff ? { link_preview_options: { is_disabled: true } } : {}),
  };
}

/** The caption of a call; an empty one leaves no field. */
export function readCaption(world: World, params: Params): MessageContent {
  const raw = rawText(params, params.text("caption") ?? "", "caption_entities");
  const { text, entities } = formatCaption(raw, world.findUser);
  if (text === "") return {};
  return { caption: text, ...(entities.length > 0 ? { caption_entities: entities } : {}) };
}

function rawText(params: Params, text: string, field: string): RawText {
  if (params.has("parse_mode")) {
    throw badRequest("can't parse entities: this simulator reads no parse_mode");
  }
  return { text, entities: params.json(field) };
}

function readIsPreviewOff(value: unknown): boolean {
  return isObject(value) && reading(null, () => optionalFlag(value, "is_disabled")) === true;
}

function readReply(chat: SimChat, params: Params): SimMessage | undefined {
  const given = params.json("reply_parameters");
  if (!isObject(given)) return undefined;
  const messageId = reading(null, () => requiredInteger(given, "message_id"));
  const mayStandAlone = reading(null, () => optionalFlag(given, "allow_sending_without_reply"));
  const message = chat.message(messageId);
  if (!message && !mayStandAlone) throw badRequest("message to be replied not found");
  return message;
}

/** Throws Telegram's refusal for a topic that takes no message of the bot. */
export function checkTopic(chat: SimChat, threadId: number): void {
  const topic = chat.topics.get(threadId);
  if (!topic) throw badRequest("message thread not found");
  if (topic.isClosed) throw badRequest("TOPIC_CLOSED");
}
