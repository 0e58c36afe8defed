// The Bot API methods by name: what each answers, or the refusal it throws. Knows no HTTP.
// Source: https://core.telegram.org/bots/api#available-methods

import type { BotCommand } from "grammy/types";
import { copyMessage, copyMessages, forwardMessage } from "./copy.ts";
import {
  deleteMessage,
  editMessageCaption,
  editMessageReplyMarkup,
  editMessageText,
  setMessageReaction,
} from "./edit.ts";
import { isObject, type JsonObject, type Params, reading, requiredText } from "./params.ts";
import { badRequest, TelegramRefusal } from "./refusal.ts";
import { checkTopic, sendDocument, sendMediaGroup, sendMessage, sendPhoto } from "./send.ts";
import { parseAllowedUpdates } from "./updates.ts";
import type { World } from "./world.ts";

type Method = (world: World, params: Params, gone: AbortSignal) => unknown;

const METHODS: Readonly<Record<string, Method>> = {
  answerCallbackQuery,
  copyMessage,
  copyMessages,
  deleteMessage,
  deleteMyCommands,
  deleteWebhook,
  editMessageCaption,
  editMessageReplyMarkup,
  editMessageText,
  forwardMessage,
  getChat,
  getChatMember,
  getMe: (world) => world.me,
  getMyCommands,
  getUpdates,
  getWebhookInfo,
  sendChatAction,
  sendDocument,
  sendMediaGroup,
  sendMessage,
  sendPhoto,
  setMessageReaction,
  setMyCommands,
  setWebhook,
};
// Telegram takes method names in any case.
const METHODS_BY_LOWER_NAME = new Map(
  Object.entries(METHODS).map(([name, method]) => [name.toLowerCase(), method]),
);

const MAX_COMMANDS = 100;
const CHAT_ACTIONS = new Set([
  "typing",
  "upload_photo",
  "record_video",
  "upload_video",
  "record_voice",
  "upload_voice",
  "upload_document",
  "choose_sticker",
  "find_location",
  "record_video_note",
  "upload_video_note",
]);

/**
 * Runs one method; only getUpdates answers with a promise. Throws TelegramRefusal, which is 404 for
 * a method that does not exist.
 */
export function callMethod(
  world: World,
  method: string,
  params: Params,
  gone: AbortSignal,
): unknown {
  const run = METHODS_BY_LOWER_NAME.get(method.toLowerCase());
  if (!run) throw new TelegramRefusal(404, "Not Found");
  return run(world, params, gone);
}

/** The key under which the commands of a scope and language are stored. */
export function commandsKey(scope: JsonObject = { type: "default" }, languageCode = ""): string {
  return [scope["type"], scope["chat_id"], scope["user_id"], languageCode].join(":");
}

function getUpdates(world: World, params: Params, gone: AbortSignal): unknown {
  return world.updates.fetch({
    offset: params.integer("offset") ?? 0,
    limit: params.integer("limit") ?? 100,
    timeoutS: params.integer("timeout") ?? 0,
    allowedUpdates: parseAllowedUpdates(params.json("allowed_updates")),
    gone,
  });
}

function setWebhook(world: World, params: Params): true {
  const url = params.text("url") ?? "";
  if (url !== "" && !url.startsWith("https://")) {
    throw badRequest("bad webhook: An HTTPS URL must be provided for webhook");
  }
  const allowed = parseAllowedUpdates(params.json("allowed_updates"));
  if (allowed) world.updates.allow(allowed);
  if (params.flag("drop_pending_updates")) world.updates.clear();
  world.updates.webhookUrl = url;
  if (url !== "") world.updates.interrupt("terminated by setWebhook request");
  return true;
}

function deleteWebhook(world: World, params: Params): true {
  world.updates.webhookUrl = "";
  if (params.flag("drop_pending_updates")) world.updates.clear();
  return true;
}

function getWebhookInfo(world: World) {
  const { webhookUrl, pending, allowedUpdates } = world.updates;
  return {
    url: webhookUrl,
    has_custom_certificate: false,
    pending_update_count: pending,
    ...(webhookUrl ? { max_connections: 40, ip_address: "203.0.113.7" } : {}),
    ...(allowedUpdates ? { allowed_updates: allowedUpdates } : {}),
  };
}

function answerCallbackQuery(world: World, params: Params): true {
  const text = params.text("text");
  const url = params.text("url");
  world.presses.answer(params.text("callback_query_id") ?? "", {
    showAlert: params.flag("show_alert"),
    ...(text === undefined ? {} : { text }),
    ...(url === undefined ? {} : { url }),
  });
  return true;
}

function sendChatAction(world: World, params: Params): true {
  const room = world.writableRoom(params.text("chat_id"));
  const threadId = params.integer("message_thread_id");
  if (threadId) checkTopic(room, threadId);
  const action = params.text("action") ?? "";
  if (!CHAT_ACTIONS.has(action)) throw badRequest("wrong parameter action in request");
  room.act(action);
  return true;
}

function getChat(world: World, params: Params) {
  const { chat, membersMayWrite } = world.readableRoom(params.text("chat_id"));
  const isGroup = chat.type === "group" || chat.type === "supergroup";
  return {
    ...chat,
    ...(isGroup ? { permissions: { can_send_messages: membersMayWrite } } : {}),
    ...(chat.username === undefined ? {} : { active_usernames: [chat.username] }),
    accent_color_id: 0,
    max_reaction_count: 11,
    accepted_gift_types: {},
  };
}

/** Of the bot itself; the simulator keeps no list of members. */
function getChatMember(world: World, params: Params) {
  const { chat, showsAllToBot } = world.readableRoom(params.text("chat_id"));
  if (params.integer("user_id") !== world.bot.id) throw badRequest("member not found");
  if (showsAllToBot) {
    const rights = chat.type === "channel" ? { can_post_messages: true } : {};
    return { user: world.bot, status: "administrator", ...rights };
  }
  if (chat.type === "channel") throw badRequest("member list is inaccessible");
  return { user: world.bot, status: "member" };
}

function setMyCommands(world: World, params: Params): true {
  const given = params.json("commands");
  if (!Array.isArray(given)) throw badRequest("can't parse commands: expected an Array");
  if (given.length > MAX_COMMANDS) throw badRequest("BOT_COMMANDS_TOO_MUCH");
  const commands = given.map((item: unknown) =>
    reading("can't parse BotCommand", () => readCommand(item))
  );
  world.commands.set(readCommandsKey(world, params), commands);
  return true;
}

function getMyCommands(world: World, params: Params): readonly BotCommand[] {
  return world.commands.get(readCommandsKey(world, params)) ?? [];
}

function deleteMyCommands(world: World, params: Params): true {
  world.commands.delete(readCommandsKey(world, params));
  return true;
}

function readCommand(item: unknown): BotCommand {
  if (!isObject(item)) throw new RangeError("expected an Object");
  const command = requiredText(item, "command").replace(/^\//, "");
  const description = requiredText(item, "description").trim();
  if (!/^[a-z0-9_]{1,32}$/.test(command)) throw badRequest("BOT_COMMAND_INVALID");
  if (description.length < 1 || description.length > 256) {
    throw badRequest("BOT_COMMAND_DESCRIPTION_INVALID");
  }
  return { command, description };
}

function readCommandsKey(world: World, params: Params): string {
  const scope = params.json("scope");
  if (scope !== undefined && !isObject(scope)) {
    throw badRequest("can't parse BotCommandScope: expected an Object");
  }
  if (scope?.["chat_id"] !== undefined) {
    const { chat } = world.readableRoom(String(scope["chat_id"]));
    if (chat.type === "channel") throw badRequest("can't change commands in channel chats");
  }
  return commandsKey(scope, params.text("language_code"));
}
