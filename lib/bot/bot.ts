// The bot: which conversation an update belongs to, in what order. Knows no SQL, no CRM, no texts.

import { Bot, type Context, type Transformer } from "grammy";
import { adminCommands, type AdminDeps, adminPresses } from "./admin.ts";
import { answerPresses, choiceComposer } from "./choice.ts";
import type { BotDeps } from "./deps.ts";
import { isContent } from "./content.ts";
import { editComposer, followUpComposer } from "./follow_up.ts";
import { idCommand } from "./id.ts";
import { menuPresses, sendMenu, startCommand } from "./menu.ts";
import { isId } from "../foreign.ts";
import { onlyAnswers } from "../telegram/answers.ts";
import { clientOptions, type TelegramOptions } from "../telegram/client.ts";

export interface BotOptions extends TelegramOptions {
  /** What every call passes. */
  readonly pace: Transformer;
  /** What the calls of one update pass before that. */
  readonly retries: (update: number) => Transformer;
}

/** Builds the bot. Errors of its handlers reach whoever calls `handleUpdate`. */
export function createBot(
  { token, apiRoot, pace, retries }: BotOptions,
  deps: BotDeps & AdminDeps,
): Bot {
  const bot = new Bot(token, { client: clientOptions(apiRoot) });
  bot.api.config.use(onlyAnswers, pace);
  bot.use((ctx, next) => {
    ctx.api.config.use(retries(ctx.update.update_id));
    return next();
  });

  // By the kind of update first: each walks past few that are not for it.
  const presses = bot.on("callback_query");
  presses.use(adminPresses(deps), answerPresses(deps));
  presses.filter(isPrivate).use(menuPresses(deps), choiceComposer(deps));
  const messages = bot.on("message");
  messages.use(adminCommands(deps), idCommand(deps));
  bot.on("channel_post").use(idCommand(deps)); // Who sets a channel up as managers' chat needs its id, too.
  const visitors = messages.filter(isPrivate);
  visitors.use(startCommand(deps));
  const content = visitors.filter((ctx) => isContent(ctx.message));
  content.use(followUpComposer(deps), (ctx) => sendMenu(ctx, deps));
  bot.on("edited_message").filter(isPrivate).use(editComposer(deps));
  return bot;
}

/** By the chat's type; where that is missing by its id, which is below zero for every chat of several (Bot API: Chat.id). */
function isPrivate({ chat }: Context): boolean {
  const type: unknown = chat?.type;
  return typeof type === "string" ? type === "private" : isId(chat?.id) && chat.id > 0;
}
