// Builds the bot: which composer handles which update, and in what order.

import { Bot, type Context, type Transformer } from "grammy";
import { adminCommands, adminPresses, pressesElsewhere } from "./admin.ts";
import { blockCommands, type BlockDeps, blockPresses } from "./block_commands.ts";
import { answerEdits, answerMessages, choicePresses } from "./answers.ts";
import { answerPresses, choiceComposer } from "./choice.ts";
import type { BotDeps } from "./deps.ts";
import { isContent } from "./content.ts";
import { editComposer, followUpComposer } from "./follow_up.ts";
import { idCommand } from "./id.ts";
import { type LeadCommandDeps, leadCommands, leadsPresses } from "./lead_commands.ts";
import { phoneComposer } from "./phone.ts";
import { menuPresses, sendMenu, startCommand } from "./menu.ts";
import { isId } from "../foreign.ts";
import { onlyAnswers } from "../telegram/answers.ts";
import { noteSends } from "../telegram/noted_sends.ts";
import { clientOptions, type TelegramOptions } from "../telegram/client.ts";

export interface BotOptions extends TelegramOptions {
  /** Applied to every API call. */
  readonly pace: Transformer;
  /** Called with a chat's id for each message that was sent there. */
  readonly sent: (chatId: number) => void;
  /** Applied to the API calls of one update, before `pace`. */
  readonly retries: (update: number) => Transformer;
}

/** Builds the bot. Errors of its handlers reach the caller of `handleUpdate`. */
export function createBot(
  { token, apiRoot, pace, sent, retries }: BotOptions,
  deps: BotDeps & BlockDeps & LeadCommandDeps,
): Bot {
  const bot = new Bot(token, { client: clientOptions(apiRoot) });
  bot.api.config.use(onlyAnswers, pace, noteSends(sent));
  bot.use((ctx, next) => {
    ctx.api.config.use(retries(ctx.update.update_id));
    return next();
  });

  // Split by kind of update first, so that each update passes few composers.
  const presses = bot.on("callback_query");
  presses.use(adminPresses(deps), leadsPresses(deps), choicePresses(deps), blockPresses(deps));
  presses.drop(isPrivate).use(pressesElsewhere(deps));
  presses.use(answerPresses(deps));
  presses.filter(isPrivate).use(menuPresses(deps), choiceComposer(deps));
  const messages = bot.on("message");
  for (const written of [messages, bot.on("channel_post")]) { // A channel may be a managers' chat.
    written.use(adminCommands(deps), leadCommands(deps), blockCommands(deps), idCommand(deps));
    written.use(answerMessages(deps));
  }
  bot.on("edited_channel_post").use(answerEdits(deps));
  const visitors = messages.filter(isPrivate);
  visitors.use(startCommand(deps));
  const content = visitors.filter((ctx) => isContent(ctx.message));
  content.use(phoneComposer(deps), followUpComposer(deps), (ctx) => sendMenu(ctx, deps));
  const edits = bot.on("edited_message");
  edits.use(answerEdits(deps));
  edits.filter(isPrivate).use(editComposer(deps));
  return bot;
}

/** By the chat's type, or by its id where the type is missing: groups have negative ids (Bot API: Chat.id). */
function isPrivate({ chat }: Context): boolean {
  const type: unknown = chat?.type;
  return typeof type === "string" ? type === "private" : isId(chat?.id) && chat.id > 0;
}
