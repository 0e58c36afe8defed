// A press on a profile's button becomes a lead. One menu message gives one lead, however often it is pressed.

import { Composer, type Context, type NextFunction } from "grammy";
import { isId, isRecord } from "../foreign.ts";
import type { KnownMenu } from "../journal/journal.ts";
import type { MessageAddress } from "../lead.ts";
import { inLanguage } from "../profiles/language.ts";
import { LIMITS } from "../profiles/limits.ts";
import { type Profile, profileOfWord } from "../profiles/profile.ts";
import { describeError } from "../telegram/failures.ts";
import { chosenText, clip, confirmation } from "../visitors/texts.ts";
import { isBlank } from "../visitor_name.ts";
import type { BotDeps } from "./deps.ts";
import { sendMenu } from "./menu.ts";
import { isMessageId, visitorOf } from "./visitor.ts";

/** Answers every press, even when handling fails: otherwise its button keeps spinning. */
export function answerPresses({ journal, afterVisitors, log }: BotDeps): Composer<Context> {
  const composer = new Composer<Context>();
  composer.on("callback_query", async (ctx, next: NextFunction) => {
    const handled = next();
    handled.catch(() => {}); // Awaited below; prevents an unhandled rejection until then.
    // The confirmation waits for the same commit and leaves first.
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
    const { from, data } = ctx.callbackQuery;
    const menu = menuOf(ctx.callbackQuery.message);
    if (menu === undefined) return; // An inline message, which the bot never sends.
    const { chatId, messageId } = menu;
    const pressed = pressedText(menu, data);
    const known = await deps.journal.findMenu(menu);
    const profile = profileOf(known, data, deps);
    const choice = profile && chosenText(profile, data, pressed);
    if (profile === undefined || choice === undefined) return await sendMenu(ctx, deps);

    const visitor = visitorOf(from, chatId);
    const receivedAtMs = deps.now();
    const lead = {
      id: deps.newId(),
      profile: profile.key,
      profileName: profile.name,
      choice,
      visitor,
      chatId,
      menuMessageId: messageId,
      receivedAtMs,
      source: known.source,
    };
    // The visitor reads their language; CRM and managers get the base language's choice.
    const shown = inLanguage(profile, visitor.language);
    const read = chosenText(shown, data, pressed) ?? choice;
    // Recorded with the lead: a confirmation that is sent again later says the same.
    const text = confirmation(shown, read, deps.isWorkTime(receivedAtMs));
    const photo = isPhoto(menu) ??
      (profile.photoUrl !== null || profile.photoFile !== null);
    const confirmed = { chatId, messageId, text, photo };
    const pressedAtMs = deps.cameAtMs?.(ctx.update);
    await deps.delivery.receive(lead, confirmed, profile, known.chatHasLeads, pressedAtMs);
  });
  return composer;
}

/** The message whose button was pressed. */
interface PressedMenu extends MessageAddress {
  /** Undefined when Telegram no longer shows the message to bots. */
  readonly message: Readonly<Record<string, unknown>> | undefined;
}

/** Only the chat and message id are required; everything else may be missing. */
function menuOf(message: unknown): PressedMenu | undefined {
  if (!isRecord(message)) return undefined;
  const { chat, message_id: messageId } = message;
  const chatId = isRecord(chat) ? chat["id"] : undefined;
  if (!isId(chatId) || !isMessageId(messageId)) return undefined;
  // Telegram sends an InaccessibleMessage, dated 0, for what is older than 48 hours (Bot API: MaybeInaccessibleMessage).
  const isShown = message["date"] !== 0;
  return { chatId, messageId, message: isShown ? message : undefined };
}

/** The profile that the message was sent for, or the one that has such a button now. */
function profileOf(
  known: KnownMenu,
  data: string,
  { profiles }: BotDeps,
): Profile | undefined {
  const current = profiles();
  return profileOfWord(current, known.profile ?? "") ?? current.byCallbackData.get(data);
}

/** Text of the pressed button. */
function pressedText({ message }: PressedMenu, data: string): string | undefined {
  const markup = message?.["reply_markup"];
  const rows = isRecord(markup) ? markup["inline_keyboard"] : undefined;
  const buttons: unknown[] = Array.isArray(rows) ? rows.flat() : [];
  const pressed = buttons.filter(isRecord).find((button) => button["callback_data"] === data);
  const text = pressed?.["text"];
  return typeof text === "string" && !isBlank(text)
    ? clip(text.replaceAll("\0", "").toWellFormed(), LIMITS.choice)
    : undefined;
}

/** Undefined for an inaccessible message. */
function isPhoto({ message }: PressedMenu): boolean | undefined {
  return message && Array.isArray(message["photo"]);
}
