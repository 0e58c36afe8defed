// A press on a profile's button: the lead. One menu message gives one lead, whatever is pressed and how often.

import { Composer, type Context, type NextFunction } from "grammy";
import type { CallbackQuery, Message } from "grammy/types";
import { inLanguage, type Profile, profileOfWord } from "../profile.ts";
import { describeError } from "../telegram.ts";
import { chosenText, confirmation } from "../texts.ts";
import { visitorOf } from "./visitor.ts";
import type { BotDeps } from "./deps.ts";
import { sendMenu } from "./menu.ts";

/** Answers every press, whatever becomes of it: an unanswered one goes on spinning. */
export function answerPresses({ journal, afterVisitors, log }: BotDeps): Composer<Context> {
  const composer = new Composer<Context>();
  composer.on("callback_query", async (ctx, next: NextFunction) => {
    const handled = next();
    handled.catch(() => {}); // It is awaited below; until then it must not count as unhandled.
    // The confirmation leaves first: it waits for the same commit and was asked for earlier.
    await journal.committed().catch(() => {});
    await afterVisitors();
    try {
      await ctx.answerCallbackQuery();
    } catch (error) {
      log.debug("Нажатие не отметить: {cause}", { cause: describeError(error) });
    }
    await handled;
  });
  return composer;
}

export function choiceComposer(deps: BotDeps): Composer<Context> {
  const composer = new Composer<Context>();
  composer.on("callback_query:data", async (ctx) => {
    const query = ctx.callbackQuery;
    const menu = query.message;
    if (menu === undefined) return; // A press on an inline message: none of ours.
    const profile = profileOf(query, deps);
    const choice = profile && chosenText(profile, query.data, borneText(query));
    if (profile === undefined || choice === undefined) return await sendMenu(ctx, deps);

    const lead = {
      id: deps.newId(),
      profile: profile.key,
      profileName: profile.name,
      choice,
      visitor: visitorOf(query.from),
      chatId: menu.chat.id,
      menuMessageId: menu.message_id,
      receivedAtMs: deps.now(),
    };
    // The visitor reads their own language; the CRM and the managers get the base's choice.
    const shown = inLanguage(profile, query.from.language_code ?? null);
    const text = confirmation(shown, chosenText(shown, query.data, borneText(query)) ?? choice);
    const photo = isPhoto(menu) ?? (profile.photoUrl !== null);
    await deps.delivery.receive(
      lead,
      { chatId: menu.chat.id, messageId: menu.message_id, text, photo },
      profile,
    );
  });
  return composer;
}

type DataQuery = CallbackQuery & { readonly data: string };

/** The profile that the message greeted for; else the one that has such a button now. */
function profileOf(query: DataQuery, { journal, profiles }: BotDeps): Profile | undefined {
  const current = profiles();
  const menu = query.message;
  const greeted = menu && journal.findMenu({ chatId: menu.chat.id, messageId: menu.message_id });
  return (greeted === undefined ? undefined : profileOfWord(current, greeted)) ??
    current.byCallbackData.get(query.data);
}

/** What the pressed button said, where Telegram still shows the message to bots. */
function borneText(query: DataQuery): string | undefined {
  const rows = asMessage(query.message)?.reply_markup?.inline_keyboard ?? [];
  return rows.flat().find((button) =>
    "callback_data" in button && button.callback_data === query.data
  )
    ?.text;
}

/** Undefined for a message too old to be shown. */
function isPhoto(menu: CallbackQuery["message"]): boolean | undefined {
  const message = asMessage(menu);
  return message && message.photo !== undefined;
}

/** Telegram sends an InaccessibleMessage, dated 0, for what is older than 48 hours (Bot API: MaybeInaccessibleMessage). */
function asMessage(message: CallbackQuery["message"]): Message | undefined {
  return message === undefined || message.date === 0 ? undefined : message as Message;
}
