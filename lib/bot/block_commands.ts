// `/block` and `/unblock` in the managers' chat, as replies to messages about visitors; of several one is chosen by a button.

import type { Composer, Context } from "grammy";
import type { Blocking } from "../delivery/blocking.ts";
import type { Lead } from "../lead.ts";
import {
  BLOCK_HOW,
  BLOCK_PRESS,
  BLOCK_TOASTS,
  type BlockDeed,
  BLOCKED_NONE,
  blockedText,
  blockQuestion,
  unblockedText,
} from "../managers/block_texts.ts";
import type { Scope } from "../managers/chats.ts";
import { describeError } from "../telegram/failures.ts";
import { answerPress, inManagersChat, managerOf, reply } from "./admin.ts";
import { type AnswerDeps, leadOf, leadsOfReply, writerOf } from "./answers.ts";
import { onCommand } from "./command.ts";

export interface BlockDeps extends AnswerDeps {
  readonly blocking: Blocking;
}

const DEEDS = ["block", "unblock"] as const satisfies readonly BlockDeed[];

export function blockCommands(deps: BlockDeps): Composer<Context> {
  const { composer, chat } = inManagersChat(deps);
  for (const deed of DEEDS) onCommand(chat, deed, (ctx) => act(ctx, deed, deps));
  return composer;
}

/** The buttons that choose the visitor. */
export function blockPresses(deps: BlockDeps): Composer<Context> {
  const { composer, chat, scope } = inManagersChat(deps);
  chat.callbackQuery(PRESSED, (ctx) => answerPress(ctx, deps, () => choose(ctx, deps, scope(ctx))));
  return composer;
}

/** Answers with what came of it, asks whom it is about, or says how to tell. */
async function act(ctx: Context, deed: BlockDeed, deps: BlockDeps): Promise<void> {
  const message = ctx.msg;
  if (message === undefined) return;
  const leads = await leadsOfReply(ctx, message, deps);
  const [lead, ...others] = leads;
  const asked = others.length > 0 ? blockQuestion(deed, leads) : undefined;
  const text = asked?.text ??
    (lead === undefined ? BLOCK_HOW : await done(deed, lead, writerOf(ctx, message), deps));
  await reply(ctx, text, {
    reply_parameters: { message_id: message.message_id, allow_sending_without_reply: true },
    ...asked === undefined ? {} : { reply_markup: asked.keyboard },
  });
}

async function done(
  deed: BlockDeed,
  lead: Lead,
  by: string,
  { blocking }: BlockDeps,
): Promise<string> {
  return deed === "block"
    ? blockedText(lead, await blocking.block(lead, by))
    : unblockedText(lead, await blocking.unblock(lead, by));
}

/** `BLOCK_PRESS` at the beginning. */
const PRESSED = /^(?:un)?block[:_]/;

async function choose(ctx: Context, deps: BlockDeps, scope: Scope): Promise<string> {
  const data = ctx.callbackQuery?.data ?? "";
  if (!isOnMessage(ctx, data)) return BLOCK_TOASTS.settled;
  const deed = DEEDS.find((each) => data.startsWith(BLOCK_PRESS[each]));
  const number = deed && await leadOf(data.slice(BLOCK_PRESS[deed].length), deps.journal);
  const lead = number === undefined ? undefined : await deps.journal.findLead(number);
  const isKnown = lead !== undefined && lead.chatId !== 0 && scope.has(lead);
  if (data !== BLOCK_PRESS.none && !isKnown) {
    return BLOCK_TOASTS.unknown;
  }
  const text = deed === undefined || lead === undefined
    ? BLOCKED_NONE
    : await done(deed, lead, managerOf(ctx), deps);
  await ctx.editMessageText(text).catch((error) => {
    deps.log.debug("Вопрос не закрыть: {cause}", { cause: describeError(error) });
  });
  return BLOCK_TOASTS.done;
}

/** Whether the bot's own message has this button: a client can send any data, and an answered question has none. */
function isOnMessage({ callbackQuery }: Context, data: string): boolean {
  const message = callbackQuery?.message;
  if (message === undefined || !("reply_markup" in message)) return false;
  const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
  return buttons.some((each) => "callback_data" in each && each.callback_data === data);
}
