// The methods that change a message that is there: edit, react.
// Source: https://core.telegram.org/bots/api#updating-messages

import type { ReactionType } from "grammy/types";
import type { MessageContent, SimChat, SimMessage } from "./chat.ts";
import { readInlineMarkup } from "./markup.ts";
import { isObject, Params } from "./params.ts";
import { badRequest } from "./refusal.ts";
import { readCaption, readText } from "./send.ts";
import type { World } from "./world.ts";

/** Replaces the text of a message of the bot. */
export function editMessageText(world: World, params: Params): SimMessage {
  const found = readEditable(world, params);
  if (found.message.text === undefined) {
    throw badRequest("there is no text in the message to edit");
  }
  const text = readText(world, params);
  return change(world, found, params, text, ["text", "entities", "link_preview_options"]);
}

/** Replaces the caption of a message of the bot. */
export function editMessageCaption(world: World, params: Params): SimMessage {
  const found = readEditable(world, params);
  const { photo, document, video, audio, animation, voice } = found.message;
  if (!(photo ?? document ?? video ?? audio ?? animation ?? voice)) {
    throw badRequest("there is no caption in the message to edit");
  }
  const caption = readCaption(world, params);
  return change(world, found, params, caption, ["caption", "caption_entities"]);
}

/** Puts a file into a message of the bot, by an id that the bot has seen, with its caption. */
export function editMessageMedia(world: World, params: Params): SimMessage {
  const found = readEditable(world, params);
  const media = params.json("media");
  if (!isObject(media)) throw badRequest("can't parse input media JSON object");
  const kind = MEDIA.find((each) => each === media["type"]);
  if (kind === undefined) throw badRequest("can't parse InputMedia: invalid type specified");
  const file = world.findFile(kind, String(media["media"]));
  if (file === undefined) throw badRequest("wrong file identifier/HTTP URL specified");
  const caption = readCaption(world, new Params(media));
  const content = { [kind]: file, ...caption };
  return change(world, found, params, content, [
    ...MEDIA,
    "text",
    "entities",
    "caption",
    "caption_entities",
  ]);
}

const MEDIA = ["animation", "photo", "document", "video", "audio"] as const;

/** Replaces the buttons of a message of the bot. */
export function editMessageReplyMarkup(world: World, params: Params): SimMessage {
  return change(world, readEditable(world, params), params, {}, []);
}

/** Replaces the bot's reaction to a message. */
export function setMessageReaction(world: World, params: Params): true {
  const { chat, message } = readMessage(world, params, "react");
  const given = params.json("reaction") ?? [];
  if (!Array.isArray(given)) throw badRequest("can't parse reaction JSON object");
  if (given.length > 1) throw badRequest("REACTIONS_TOO_MANY");
  chat.react(message, given.map(readReaction));
  return true;
}

function readReaction(item: unknown): ReactionType {
  const emoji = isObject(item) && item["type"] === "emoji" ? item["emoji"] : undefined;
  const known = REACTIONS.find((reaction) => reaction === emoji);
  if (!known) throw badRequest("REACTION_INVALID");
  return { type: "emoji", emoji: known };
}

// Some of the reactions of https://core.telegram.org/bots/api#reactiontypeemoji
const REACTIONS = [
  "👍",
  "👎",
  "❤",
  "🔥",
  "🎉",
  "🤔",
  "🙏",
  "👌",
  "💯",
  "👀",
  "🤝",
  "✍",
  "🤷",
] as const;

interface Found {
  chat: SimChat;
  message: SimMessage;
}

function readMessage(world: World, params: Params, verb: string): Found {
  const chat = world.readableChat(params.integer("chat_id"));
  const messageId = params.integer("message_id");
  if (!messageId) throw badRequest("message identifier is not specified");
  const message = chat.message(messageId);
  if (!message) throw badRequest(`message to ${verb} not found`);
  return { chat, message };
}

function readEditable(world: World, params: Params): Found {
  const found = readMessage(world, params, "edit");
  if (found.message.from.id !== world.bot.id) throw badRequest("message can't be edited");
  return found;
}

/** Puts new content in place of the named fields; buttons that the call does not repeat vanish. */
function change(
  world: World,
  { chat, message }: Found,
  params: Params,
  content: MessageContent,
  replaced: readonly (keyof MessageContent)[],
): SimMessage {
  const replyMarkup = readInlineMarkup(params.json("reply_markup"));
  world.total.admit(1, world.now());
  const edited: SimMessage = { ...message };
  for (const field of [...replaced, "reply_markup"] as const) delete edited[field];
  Object.assign(edited, content, replyMarkup ? { reply_markup: replyMarkup } : {});
  if (looks(edited) === looks(message)) {
    throw badRequest(
      "message is not modified: specified new message content and reply markup " +
        "are exactly the same as a current content and reply markup of the message",
    );
  }
  edited.edit_date = Math.floor(world.now() / 1000);
  chat.replace(edited);
  return edited;
}

function looks(message: SimMessage): string {
  const { text, entities, caption, caption_entities, link_preview_options } = message;
  return JSON.stringify([
    text,
    entities,
    caption,
    caption_entities,
    link_preview_options,
    message.reply_markup,
    ...MEDIA.map((kind) => message[kind]),
  ]);
}
