// The bot: which conversation an update belongs to, in what order. Knows no SQL, no CRM, no texts.

import { Bot, type Transformer } from "grammy";
import { adminCommands, type AdminDeps, adminPresses } from "./bot/admin.ts";
import { answerPresses, choiceComposer } from "./bot/choice.ts";
import type { BotDeps } from "./bot/deps.ts";
import { followUpComposer, isContent } from "./bot/follow_up.ts";
import { menuPresses, sendMenu, startCommand } from "./bot/menu.ts";
import { onlyAnswers } from "./bot_answers.ts";
import { clientOptions, type TelegramOptions } from "./telegram.ts";

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
  presses.chatType("private").use(menuPresses(deps), choiceComposer(deps));
  const messages = bot.on("message");
  messages.use(adminCommands(deps));
  const visitors = messages.chatType("private");
  visitors.use(startCommand(deps));
  const content = visitors.filter((ctx) => isContent(ctx.message));
  content.use(followUpComposer(deps), (ctx) => sendMenu(ctx, deps));
  return bot;
}
