// The Bot API methods by name: what each answers, or the refusal it throws. Knows no HTTP.
// Source: https://core.telegram.org/bots/api#available-methods

import type { BotCommand } from "grammy/types";
import { copyMessage, copyMessages } from "./copy.ts";
import {
  editMessageCaption,
  editMessageMedia,
  editMessageReplyMarkup,
  editMessageText,
  setMessageReaction,
} from "./edit.ts";
import { memberOf } from "./members.ts";
import { isObject, type JsonObject, type Params, reading, requiredText } from "./params.ts";
import { badRequest, TelegramRefusal } from "./refusal.ts";
import { checkTopic, sendMessage, sendPhoto } from "./send.ts";
import { parseAllowedUpdates } from "./updates.ts";
import { readWebhookSettings } from "./webhook.ts";
import type { World } from "./world.ts";

type Method = (world: World, params: Params, gone: AbortSignal) => unknown;

const METHODS: ReadonlyMap<string, Method> = new Map(Object.entries<Method>({
  answerCallbackQuery,
  copyMessage,
  copyMessages,
  deleteMyCommands,
  deleteWebhook,
  editMessageCaption,
  editMessageMedia,
  editMessageReplyMarkup,
  editMessageText,
  getChat,
  getChatMember,
  getMe: (world) => world.me,
  getUpdates,
  getWebhookInfo: (world) => world.updates.webhookInfo,
  sendChatAction,
  sendMessage,
  sendPhoto,
  setMessageReaction,
  setMyCommands,
  setWebhook,
}));

const MAX_COMMANDS = 100;

/**
 * Runs one method; only getUpdates answers with a promise. Throws TelegramRefusal: 404 for a method
 * that the bot never calls.
 */
export function callMethod(
  world: World,
  method: string,
  params: Params,
  gone: AbortSignal,
): unknown {
  const run = METHODS.get(method);
  if (!run) throw new TelegramRefusal(404, "Not Found");
  return run(world, params, gone);
}

/** The key under which the commands of a scope are stored. */
export function commandsKey(scope: JsonObject = { type: "default" }): string {
  return [scope["type"], scope["chat_id"]].join(":");
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

function deleteWebhook(world: World): true {
  world.updates.setWebhook(undefined);
  return true;
}

/** An empty address removes it (https://core.telegram.org/bots/api#setwebhook). */
function setWebhook(world: World, params: Params): true {
  const url = params.text("url");
  const settings = url === undefined ? undefined : readWebhookSettings(
    url,
    params.text("secret_token"),
    params.integer("max_connections"),
  );
  world.updates.setWebhook(settings, parseAllowedUpdates(params.json("allowed_updates")));
  return true;
}

function answerCallbackQuery(world: World, params: Params): true {
  const isAlert = params.json("show_alert") === true;
  world.presses.answer(params.text("callback_query_id") ?? "", params.text("text"), isAlert);
  return true;
}

function sendChatAction(world: World, params: Params): true {
  const chat = world.writableChat(params.integer("chat_id"));
  const threadId = params.integer("message_thread_id");
  if (threadId) checkTopic(chat, threadId);
  if (params.text("action") !== "typing") throw badRequest("wrong parameter action in request");
  return true;
}

function getChat(world: World, params: Params) {
  const { chat, membersMayWrite } = world.readableChat(params.integer("chat_id"));
  const isGroup = chat.type === "group" || chat.type === "supergroup";
  return {
    ...chat,
    ...(isGroup ? { permissions: { can_send_messages: membersMayWrite } } : {}),
  };
}

function getChatMember(world: World, params: Params) {
  const found = world.readableChat(params.integer("chat_id"));
  const { chat, showsAllToBot } = found;
  const userId = params.integer("user_id");
  if (!userId) throw badRequest("invalid user_id specified");
  if (userId !== world.bot.id) return memberOf(found, world.findUser(userId));
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
    const { chat } = world.readableChat(Number(scope["chat_id"]));
    if (chat.type === "channel") throw badRequest("can't change commands in channel chats");
  }
  return commandsKey(scope);
}
