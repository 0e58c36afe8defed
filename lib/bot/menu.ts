// Start of a conversation: a profile's greeting, or the menu of profiles.

import { Composer, type Context } from "grammy";
import type { Message } from "grammy/types";
import { inLanguage, menuInLanguage } from "../profiles/language.ts";
import { type Profile, profileOfWord, SELECT } from "../profiles/profile.ts";
import { describeError, failureOf } from "../telegram/failures.ts";
import { greeting, menu } from "../visitors/texts.ts";
import { onCommand } from "./command.ts";
import type { BotDeps } from "./deps.ts";
import { languageOf } from "./visitor.ts";

/** `/start` with a deep link's payload. */
export function startCommand(deps: BotDeps): Composer<Context> {
  const composer = new Composer<Context>();
  onCommand(composer, "start", async (ctx, payload) => {
    await sendGreetingOrMenu(ctx, deps, typedKey(deps, payload));
  });
  return composer;
}

/** The profile key that a payload means; typed by hand it may differ in case. */
function typedKey({ profiles }: BotDeps, payload: string): string {
  const { byKey } = profiles();
  if (byKey.has(payload)) return payload;
  const low = payload.toLowerCase();
  return byKey.keys().find((key) => key.toLowerCase() === low) ?? payload;
}

/** The buttons of the menu of profiles. */
export function menuPresses(deps: BotDeps): Composer<Context> {
  const composer = new Composer<Context>();
  composer.callbackQuery(new RegExp(`^${SELECT}`), async (ctx) => {
    await sendGreetingOrMenu(ctx, deps, ctx.callbackQuery.data.slice(SELECT.length));
  });
  return composer;
}

/** Sends the menu of profiles: the answer to everything that no other composer handles. */
export async function sendMenu(ctx: Context, deps: BotDeps): Promise<void> {
  await deps.journal.committed(); // An update that is not on disk comes again, and would be answered twice.
  const language = languageOf(ctx.from);
  const { text, keyboard } = menu(menuInLanguage(deps.profiles(), language));
  const message = await ctx.reply(text, { reply_markup: keyboard });
  rememberMenu(deps, message, NO_PROFILE, language);
}

/** Recorded in place of a profile for the menu of profiles. */
const NO_PROFILE = "";

async function sendGreetingOrMenu(ctx: Context, deps: BotDeps, key: string): Promise<void> {
  const profile = profileOfWord(deps.profiles(), key);
  if (profile === undefined) await sendMenu(ctx, deps);
  else await sendGreeting(ctx, deps, profile);
}

async function sendGreeting(ctx: Context, deps: BotDeps, profile: Profile): Promise<void> {
  await deps.journal.committed();
  const language = languageOf(ctx.from);
  const shown = inLanguage(profile, language);
  const { text, photoUrl, keyboard } = greeting(shown);
  const sent = photoUrl === null
    ? undefined
    : await sendPhoto(ctx, deps, profile, photoUrl, { caption: text, reply_markup: keyboard });
  const message = sent ?? await ctx.reply(text, { reply_markup: keyboard });
  rememberMenu(deps, message, profile.key, language);
}

/** A failure must not repeat the greeting: a press also finds its profile by the button. */
function rememberMenu(
  { journal, now, log }: BotDeps,
  message: Message,
  profile: string,
  language: string | null,
): void {
  try {
    const address = { chatId: message.chat.id, messageId: message.message_id };
    journal.rememberMenu(address, profile, now(), language);
  } catch (error) {
    log.warn("⚠️ Меню не запомнить: {cause}", { cause: describeError(error) });
  }
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
