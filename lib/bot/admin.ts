// The managers' chat: buttons of cards and offers, commands. Ignores other chats.

import { Composer, type Context } from "grammy";
import { ADMIN_ELSEWHERE, ADMIN_IN_CHANNEL, NO_MANAGERS_CHAT } from "../managers/chat_texts.ts";
import { ownScope, type Scope } from "../managers/chats.ts";
import {
  HELP,
  LINK_COMES,
  loginText,
  managerName,
  NO_PAGE,
  OWN_CHAT_HELP,
  PRESS,
} from "../managers/texts.ts";
import type { PressAnswer } from "../managers/taking_texts.ts";
import type { MessageAddress } from "../lead.ts";
import type { Managers } from "./managers.ts";
import { describeError } from "../telegram/failures.ts";
import { onCommand } from "./command.ts";
import type { BotDeps } from "./deps.ts";
import { visitorOf } from "./visitor.ts";
import type { LoginLink } from "../page/auth.ts";

export interface AdminDeps extends Pick<BotDeps, "log"> {
  readonly managers: Managers;
  /** What may be done in a chat; undefined for one that is no managers' chat. */
  readonly scopeOf: (chatId: number) => Scope | undefined;
  /** Makes a one-time link into the page; null when the page is not open. */
  readonly loginLink: (by: string) => Promise<LoginLink | null>;
  /** Records which message is about to show a link; resolves when that is on disk. */
  readonly loginLinkShown: (link: LoginLink, message: MessageAddress) => Promise<void>;
}

/** The buttons of cards and offers. */
export function adminPresses(deps: AdminDeps): Composer<Context> {
  const { managers } = deps;
  const { composer, chat, scope } = inManagersChat(deps);
  const press = (prefix: string) => new RegExp(`^${prefix}(.+)$`);
  chat.callbackQuery(
    press(PRESS.byHand),
    (ctx) =>
      answerPress(
        ctx,
        deps,
        () => managers.closeByHand(String(ctx.match[1]), managerOf(ctx), scope(ctx)),
      ),
  );
  chat.callbackQuery(
    press(PRESS.resend),
    (ctx) =>
      answerPress(
        ctx,
        deps,
        () => managers.resend(String(ctx.match[1]), managerOf(ctx), scope(ctx)),
      ),
  );
  chat.callbackQuery(
    press(PRESS.take),
    (ctx) =>
      answerPress(ctx, deps, () => {
        const manager = {
          id: ctx.from.id,
          name: managerOf(ctx),
          press: ctx.callbackQuery.id,
        };
        return managers.take(String(ctx.match[1]), manager, scope(ctx));
      }),
  );
  chat.callbackQuery(
    press(PRESS.giveBack),
    (ctx) =>
      answerPress(
        ctx,
        deps,
        () => managers.giveBack(String(ctx.match[1]), managerOf(ctx), scope(ctx)),
      ),
  );
  chat.callbackQuery(
    press(PRESS.about),
    (ctx) =>
      answerPress(
        ctx,
        deps,
        () => managers.about(String(ctx.match[1]), managerOf(ctx), scope(ctx)),
      ),
  );
  chat.callbackQuery(press(PRESS.sendAll), (ctx) => {
    const message = ctx.callbackQuery.message;
    if (message === undefined) return;
    const offer = { chatId: message.chat.id, messageId: message.message_id };
    const profile = String(ctx.match[1]);
    const by = managerOf(ctx);
    return answerPress(ctx, deps, () => managers.sendAll(profile, by, offer, scope(ctx)));
  });

  return composer;
}

export function adminCommands(deps: AdminDeps): Composer<Context> {
  const { managers } = deps;
  const { composer, chat, scope } = inManagersChat(deps);
  onCommand(chat, "status", async (ctx) => reply(ctx, await managers.status(scope(ctx))));
  onCommand(chat, "admin", async (ctx) => {
    if (!scope(ctx).isMain) return await reply(ctx, ADMIN_ELSEWHERE);
    if (isChannel(ctx)) return await reply(ctx, ADMIN_IN_CHANNEL);
    const by = ctx.from === undefined ? "чат менеджеров" : managerOf(ctx);
    const link = await deps.loginLink(by);
    if (link === null) return await reply(ctx, NO_PAGE);
    // Recorded before the message shows the link, so that a crash in between leaves no live link in the chat.
    const { chat, message_id } = await reply(ctx, LINK_COMES);
    await deps.loginLinkShown(link, { chatId: chat.id, messageId: message_id });
    return await ctx.api.editMessageText(chat.id, message_id, loginText(link.url, link.isLocal), {
      link_preview_options: { is_disabled: true },
    });
  });
  onCommand(
    chat,
    "help",
    (ctx) => reply(ctx, scope(ctx).isMain && !isChannel(ctx) ? HELP : OWN_CHAT_HELP),
  );
  return composer;
}

function isChannel({ chat }: Context): boolean {
  return chat?.type === "channel";
}

/** Says why a card's button does nothing in a chat that was a managers' chat. */
export function pressesElsewhere(deps: Pick<AdminDeps, "scopeOf" | "log">): Composer<Context> {
  const composer = new Composer<Context>();
  composer.on("callback_query", async (ctx, next) => {
    if (ctx.chat === undefined || deps.scopeOf(ctx.chat.id) !== undefined) return await next();
    const answer = { text: NO_MANAGERS_CHAT, alert: true } as const;
    await answerPress(ctx, deps, () => Promise.resolve(answer));
  });
  return composer;
}

/** A composer, its part for the managers' chats, and what may be done in the chat of an update there. */
export function inManagersChat({ scopeOf }: Pick<AdminDeps, "scopeOf">) {
  const composer = new Composer<Context>();
  const scopeAt = ({ chat }: Context) => chat === undefined ? undefined : scopeOf(chat.id);
  return {
    composer,
    chat: composer.filter((ctx) => scopeAt(ctx) !== undefined),
    // The chat may have been left since the filter looked.
    scope: (ctx: Context): Scope => scopeAt(ctx) ?? NOTHING,
  };
}

const NOTHING = ownScope(new Set(), () => false);

export function managerOf(ctx: Context): string {
  return managerName(visitorOf(ctx.from, 0));
}

/** Answers the press with its result, or with a failure. */
export async function answerPress(
  ctx: Context,
  { log }: Pick<AdminDeps, "log">,
  act: () => Promise<string | PressAnswer>,
) {
  let answer: string | PressAnswer = "Не получилось, попробуйте ещё раз";
  try {
    answer = await act();
  } finally {
    const { text, alert = false } = typeof answer === "string" ? { text: answer } : answer;
    await ctx.answerCallbackQuery({ text, show_alert: alert }).catch((error) => {
      log.debug("Нажатие не отметить: {cause}", { cause: describeError(error) });
    });
  }
}

/** Replies in the topic of the message. */
export async function reply(
  ctx: Context,
  text: string,
  options: NonNullable<Parameters<Context["reply"]>[1]> = {},
): Promise<Awaited<ReturnType<Context["reply"]>>> {
  const topic = ctx.msg?.message_thread_id;
  const place = topic === undefined || !ctx.msg?.is_topic_message
    ? {}
    : { message_thread_id: topic };
  return await ctx.reply(text, { ...place, ...options });
}
