// Start of a conversation: a profile's greeting, or the menu of profiles.

import { Composer, type Context } from "grammy";
import type { CallbackQuery, Message } from "grammy/types";
import { isId } from "../foreign.ts";
import { inLanguage } from "../profiles/language.ts";
import { type LinkTarget, readLink } from "../profiles/link_word.ts";
import { type Profile, profileOfWord, SELECT } from "../profiles/profile.ts";
import { describeError, failureOf } from "../telegram/failures.ts";
import type { PhotoMessage } from "../visitors/greeting_photo.ts";
import { menuMessage } from "../visitors/menu_message.ts";
import { DRAFT_MARK, withDraftMark } from "../visitors/state_texts.ts";
import { greeting } from "../visitors/texts.ts";
import { onCommand } from "./command.ts";
import type { BotDeps } from "./deps.ts";
import { isMessageId, languageOf, userIdOf } from "./visitor.ts";

/**
 * `/start` with a deep link's payload. A profile's plain link after an unknown profile's has the source of that one: it stays with
 * the visitor's next lead.
 */
export function startCommand(deps: BotDeps): Composer<Context> {
  const composer = new Composer<Context>();
  onCommand(composer, "start", async (ctx, payload) => {
    const { profile, source } = readLink(deps.profiles(), payload);
    const { chat } = ctx;
    const waiting = chat === undefined ? null : await deps.journal.menuSource(chat.id);
    await sendGreetingOrMenu(ctx, deps, { profile, source: source ?? waiting });
  });
  return composer;
}

/** The buttons of the menu of profiles. */
export function menuPresses(deps: BotDeps): Composer<Context> {
  const composer = new Composer<Context>();
  composer.callbackQuery(new RegExp(`^${SELECT}`), async (ctx) => {
    const profile = profileOfWord(deps.profiles(), ctx.callbackQuery.data.slice(SELECT.length));
    await sendGreetingOrMenu(ctx, deps, {
      profile,
      source: await sourceOf(ctx.callbackQuery, deps),
    });
  });
  return composer;
}

/** The source that the pressed menu was sent with. */
async function sourceOf({ message }: CallbackQuery, { journal }: BotDeps): Promise<string | null> {
  const chatId: unknown = message?.chat?.id;
  const messageId: unknown = message?.message_id;
  if (!isId(chatId) || !isMessageId(messageId)) return null;
  return (await journal.findMenu({ chatId, messageId })).source;
}

/**
 * Sends the menu of profiles: the answer to everything that no other composer handles. Without a source of its own it has
 * that of the chat's newest menu, so that what brought a visitor is known until they are a lead.
 *
 * @param paused The profile whose text stands above the menu in place of the menu's own.
 */
export async function sendMenu(
  ctx: Context,
  deps: BotDeps,
  source: string | null = null,
  paused?: Profile,
): Promise<void> {
  await deps.journal.committed(); // An update that is not on disk comes again, and would be answered twice.
  const language = languageOf(ctx.from);
  const { text, keyboard, hasButtons } = menuMessage(deps.profiles(), language, paused);
  const message = await ctx.reply(text, hasButtons ? { reply_markup: keyboard } : {});
  const kept = source ?? await deps.journal.latestSource(message.chat.id);
  await rememberMenu(deps, message, { profile: NO_PROFILE, language, source: kept });
}

/** Recorded in place of a profile for the menu of profiles. */
const NO_PROFILE = "";

async function sendGreetingOrMenu(
  ctx: Context,
  deps: BotDeps,
  { profile, source }: LinkTarget,
): Promise<void> {
  if (profile === undefined) return await sendMenu(ctx, deps, source);
  const { state } = profile;
  switch (state) {
    case "paused":
      return await sendMenu(ctx, deps, source, profile);
    case "draft": {
      // To others its word is unknown.
      const userId = userIdOf(ctx.from, ctx.chat?.id);
      const isShown = userId !== undefined && await deps.isManager(userId);
      return isShown
        ? await sendGreeting(ctx, deps, profile, source)
        : await sendMenu(ctx, deps, source);
    }
    case "live":
      return await sendGreeting(ctx, deps, profile, source);
    default:
      return state satisfies never;
  }
}

async function sendGreeting(
  ctx: Context,
  deps: BotDeps,
  profile: Profile,
  source: string | null,
): Promise<void> {
  await deps.journal.committed();
  const language = languageOf(ctx.from);
  const translated = inLanguage(profile, language);
  const marked = profile.state === "draft" ? withDraftMark(translated) : translated;
  if (marked === undefined) await ctx.reply(DRAFT_MARK);
  const { text, photoUrl, photoFile, keyboard } = greeting(marked ?? translated);
  const photo = { caption: text, reply_markup: keyboard };
  const uploaded = photoFile === null
    ? undefined
    : await sendUploaded(ctx, deps, profile, photoFile, photo);
  const sent = uploaded !== undefined || photoUrl === null
    ? uploaded
    : await sendPhoto(ctx, deps, profile, photoUrl, photo);
  const message = sent ?? await ctx.reply(text, { reply_markup: keyboard });
  await rememberMenu(deps, message, { profile: profile.key, language, source });
}

/** A failure must not repeat the greeting: a press also finds its profile by the button. */
async function rememberMenu(
  { journal, now, log }: BotDeps,
  message: Message,
  { profile, language, source }: {
    readonly profile: string;
    readonly language: string | null;
    readonly source: string | null;
  },
): Promise<void> {
  try {
    const address = { chatId: message.chat.id, messageId: message.message_id };
    await journal.rememberMenu(address, profile, now(), language, source);
  } catch (error) {
    log.warn("⚠️ Меню не запомнить: {cause}", { cause: describeError(error) });
  }
}

/** Undefined when the photo cannot be sent. */
async function sendUploaded(
  ctx: Context,
  { greetingPhotos, log }: BotDeps,
  profile: Profile,
  name: string,
  message: PhotoMessage,
): Promise<Message | undefined> {
  const { chat } = ctx;
  if (chat === undefined) return undefined;
  const sendById = (fileId: string) => ctx.replyWithPhoto(fileId, message);
  const outcome = await greetingPhotos.send(name, chat.id, message, sendById);
  if (outcome.kind === "sent") return outcome.message;
  log.warn("⚠️ Фото профиля {profile} не отправить: {cause}. Отправляем без него", {
    profile: profile.key,
    cause: outcome.reason,
  });
  return undefined;
}

/** Undefined when Telegram cannot fetch or send the photo. */
async function sendPhoto(
  ctx: Context,
  { log }: BotDeps,
  profile: Profile,
  url: string,
  options: NonNullable<Parameters<Context["replyWithPhoto"]>[1]>,
) {
  try {
    return await ctx.replyWithPhoto(url, options);
  } catch (error) {
    const failure = failureOf(error)?.kind;
    if (failure !== "refused" && failure !== "unreached") throw error;
    log.warn("⚠️ Фото профиля {profile} не отправить: {cause}. Отправляем текст", {
      profile: profile.key,
      cause: describeError(error),
    });
    return undefined;
  }
}
