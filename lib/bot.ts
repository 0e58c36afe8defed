// The bot: which conversation an update belongs to, in what order. Knows no SQL, no CRM, no texts.

import { Bot, type Transformer } from "grammy";
import { adminComposer, type AdminDeps } from "./bot/admin.ts";
import { answerPresses, choiceComposer } from "./bot/choice.ts";
import type { BotDeps } from "./bot/deps.ts";
import { followUpComposer, isContent } from "./bot/follow_up.ts";
import { sendMenu, startComposer } from "./bot/menu.ts";
import type { TelegramOptions } from "./telegram.ts";

/** Builds the bot. Errors of its handlers reach whoever calls `handleUpdate`. */
export function createBot(
  { token, apiRoot, retries }: TelegramOptions & { readonly retries: Transformer },
  deps: BotDeps & AdminDeps,
): Bot {
  const bot = new Bot(token, { client: { apiRoot, timeoutSeconds: 15 } });
  bot.api.config.use(retries);

  bot.use(adminComposer(deps));
  bot.use(answerPresses(deps));
  const visitors = bot.chatType("private");
  visitors.use(startComposer(deps));
  visitors.use(choiceComposer(deps));
  const content = visitors.on("message").filter((ctx) => isContent(ctx.message));
  content.use(followUpComposer(deps));
  content.use((ctx) => sendMenu(ctx, deps));
  return bot;
}
