// Every text that a visitor reads, within Telegram's limits. Sends nothing, stores nothing.

import type { InlineKeyboardMarkup, MessageEntity } from "grammy/types";
import { type Button, choiceText, type MenuTexts, type Profile } from "../profiles/profile.ts";
import { LIMITS } from "../profiles/limits.ts";

/** A message's words with their formatting; entities carry it, so nothing typed can break it. */
export interface Formatted {
  readonly text: string;
  readonly entities: MessageEntity[];
}

export interface Greeting {
  readonly text: string;
  /** Null also where the text is longer than Telegram's caption (1024): then it goes alone. */
  readonly photoUrl: string | null;
  readonly keyboard: InlineKeyboardMarkup;
}

/** What a visitor sees first: the profile's photo, caption and buttons. */
export function greeting(profile: Profile): Greeting {
  return {
    text: profile.caption,
    photoUrl: profile.caption.length > LIMITS.caption ? null : profile.photoUrl,
    keyboard: keyboard(profile.buttons),
  };
}

/** What a visitor sees who came without a profile: all of them to choose from. */
export function menu(
  { welcomeText, menu }: Pick<MenuTexts, "welcomeText" | "menu">,
): { text: string; keyboard: InlineKeyboardMarkup } {
  return { text: welcomeText, keyboard: keyboard(menu) };
}

function keyboard(buttons: readonly Button[]): InlineKeyboardMarkup {
  return {
    inline_keyboard: buttons.map(({ text, callbackData }) => [
      { text, callback_data: callbackData },
    ]),
  };
}

/**
 * What a press asks for, in words: the profile's text for this button, else the text that the
 * pressed button bore. Undefined when neither is known.
 */
export function chosenText(
  profile: Profile,
  callbackData: string,
  pressed: string | undefined,
): string | undefined {
  const button = profile.buttons.find((each) => each.callbackData === callbackData);
  if (button !== undefined) return choiceText(profile, button);
  return pressed ?? profile.choices.get(callbackData);
}

/** The visitor's confirmation: the same whatever the CRM does. */
export function confirmation(profile: Profile, choice: string): string {
  return clip(profile.confirmationTemplate.replaceAll("{choice}", () => choice), LIMITS.text);
}

/** What a visitor reads whose menu was open while the bot was away, where locales.json says nothing. */
export const AWAY = "👋 Мы снова на связи. Если вы нажимали кнопку, а ответа не было, — " +
  "нажмите ещё раз:";

/** What the visitor reads after a follow-up, where locales.json says nothing. */
export const THANKS = "🙏 Спасибо, получили! Уже передали.";

/** The same as the profile says it; undefined stands for a profile that is gone. */
export function thanks(profile: Pick<Profile, "thanksText"> | undefined): string {
  return profile?.thanksText ?? THANKS;
}

/** What stands over the buttons that are sent anew after the bot was away. */
export function away({ awayText }: Pick<MenuTexts, "awayText">): string {
  return awayText ?? AWAY;
}

/** What kind of media a follow-up is, in words for a manager. */
export const MEDIA_WORDS = {
  photo: "🖼 фото",
  document: "📄 документ",
  voice: "🎤 голосовое сообщение",
  video: "🎬 видео",
  video_note: "🎬 видеосообщение",
  audio: "🎵 аудио",
  animation: "🎞 анимация",
  sticker: "🙂 стикер",
  contact: "👤 контакт",
  location: "📍 место на карте",
  venue: "📍 место на карте",
  poll: "📊 опрос",
  dice: "🎲 кубик",
  story: "📖 история",
  other: "📦 вложение",
} as const;

/** Cuts at Telegram's limit without leaving half a character. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  return text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "") + "…";
}
