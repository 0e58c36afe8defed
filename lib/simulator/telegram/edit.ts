// The methods that change a message that is there: edit, delete, react.
// Source: https://core.telegram.org/bots/api#updating-messages

import type { ReactionType } from "grammy/types";
import type { ChatRoom, MessageContent, SimMessage } from "./chat.ts";
import { readReplyMarkup } from "./markup.ts";
import { isObject, type Params } from "./params.ts";
import { badRequest } from "./refusal.ts";
import { readCaption, readLinkPreview, textContent } from "./send.ts";
import { formatText } from "./text.ts";
import type { World } from "./world.ts";

const DELETABLE_MS = 48 * 60 * 60 * 1000;

export function editMessageText(world: World, params: Params): SimMessage {
  const text = params.text("text");
  if (text === undefined) throw badRequest("message text is empty");
  const { room, message } = readMessage(world, params, "edit");
  checkEditable(world, message);
  if (message.text === undefined) throw badRequest("there is no text in the message to edit");
  const entities = params.json("entities");
  const raw = { text, parseMode: params.text("parse_mode"), entities };
  const formatted = formatText(raw, world.findUser);
  const preview = readLinkPreview(params.json("link_preview_options"));
  return change(world, room, message, params, {
    ...textContent(formatted.text, formatted.entities),
    ...(preview ? { link_preview_options: preview } : {}),
  }, ["text", "entities", "link_preview_options"]);
}

export function editMessageCaption(world: World, params: Params): SimMessage {
  const { room, message } = readMessage(world, params, "edit");
  checkEditable(world, message);
  const { photo, document, video, audio, animation, voice } = message;
  if (!(photo ?? document ?? video ?? audio ?? animation ?? voice)) {
    throw badRequest("there is no caption in the message to edit");
  }
  const caption = readCaption(world, params);
  return change(world, room, message, params, caption, ["caption", "caption_entities"]);
}

export function editMessageReplyMarkup(world: World, params: Params): SimMessage {
  const { room, message } = readMessage(world, params, "edit");
  checkEditable(world, message);
  return change(world, room, message, params, {}, []);
}

export function deleteMessage(world: World, params: Params): true {
  const { room, message } = readMessage(world, params, "delete");
  const isOwn = message.from.id === world.bot.id;
  const isOld = message.date * 1000 < world.now() - DELETABLE_MS;
  if (isOld || (!isOwn && !room.isPrivate && !room.showsAllToBot)) {
    throw badRequest("message can't be deleted");
  }
  room.remove(message);
  return true;
}

export function setMessageReaction(world: World, params: Params): true {
  const { room, message } = readMessage(world, params, "react");
  const given = params.json("reaction") ?? [];
  if (!Array.isArray(given)) throw badRequest("can't parse reaction JSON object");
  if (given.length > 1) throw badRequest("REACTIONS_TOO_MANY");
  room.react(message, given.map(readReaction));
  return true;
}

function readReaction(item: unknown): ReactionType {
  const emoji = isObject(item) && item["type"] === "emoji" ? item["emoji"] : undefined;
  const known = REACTIONS.find((reaction) => reaction === emoji);
  if (!known) throw badRequest("REACTION_INVALID");
  return { type: "emoji", emoji: known };
}

// Some of the reactions of https://core.telegram.org/bots/api#reactiontypeemoji
const REACTIONS = ["👍", "👎", "❤", "🔥", "🎉", "🤔", "🙏", "👌", "💯", "👀", "🤝", "✍"] as const;

interface Found {
  room: ChatRoom;
  message: SimMessage;
}

function readMessage(world: World, params: Params, verb: string): Found {
  const room = world.readableRoom(params.text("chat_id"));
  const messageId = params.integer("message_id");
  if (!messageId) throw badRequest("message identifier is not specified");
  const message = room.message(messageId);
  if (!message) throw badRequest(`message to ${verb} not found`);
  return { room, message };
}

function checkEditable(world: World, message: SimMessage): void {
  if (message.from.id !== world.bot.id || message.forward_origin) {
    throw badRequest("message can't be edited");
  }
}

/** Puts new content in place of the named fields; buttons that the call does not repeat vanish. */
function change(
  world: World,
  room: ChatRoom,
  message: SimMessage,
  params: Params,
  content: MessageContent,
  replaced: readonly (keyof MessageContent)[],
): SimMessage {
  const replyMarkup = readReplyMarkup(params.json("reply_markup"));
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
  room.replace(edited);
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
  ]);
}
