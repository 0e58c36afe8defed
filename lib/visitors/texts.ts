// Visitors' texts, within Telegram's limits. Sends nothing, stores nothing.

import type { InlineKeyboardMarkup, MessageEntity } from "grammy/types";
import {
  type Button,
  choiceText,
  type MenuTexts,
  type PhoneQuestion,
  type Profile,
  withAfterHours,
} from "../profiles/profile.ts";
import { LIMITS } from "../profiles/limits.ts";

/** A text with its formatting as entities, which nothing that a person types can break. */
export interface Formatted {
  readonly text: string;
  readonly entities: MessageEntity[];
}

/** A profile's first message. */
export interface Greeting {
  readonly text: string;
  /** Null also if the text is too long for a caption, as is `photoFile`. */
  readonly photoUrl: string | null;
  /** The name of an uploaded photo, which goes before the address. */
  readonly photoFile: string | null;
  readonly keyboard: InlineKeyboardMarkup;
}

/** The profile's photo, caption and buttons. */
export function greeting(profile: Profile): Greeting {
  const isTooLong = profile.caption.length > LIMITS.caption;
  return {
    text: profile.caption,
    photoUrl: isTooLong ? null : profile.photoUrl,
    photoFile: isTooLong ? null : profile.photoFile,
    keyboard: keyboard(profile.buttons),
  };
}

/** The menu of profiles, for visitors who came without one. */
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

/** The choice behind a press: the profile's text for the button, else the label that was pressed, if known. */
export function chosenText(
  profile: Profile,
  callbackData: string,
  pressed: string | undefined,
): string | undefined {
  const button = profile.buttons.find((each) => each.callbackData === callbackData);
  if (button !== undefined) return choiceText(profile, button);
  return pressed ?? profile.choices.get(callbackData);
}

/** The visitor's confirmation, which does not depend on the CRM; outside working hours with what the profile says then. */
export function confirmation(profile: Profile, choice: string, isWorkTime = true): string {
  const { confirmationTemplate, afterHoursText } = profile;
  const template = isWorkTime || afterHoursText === null
    ? confirmationTemplate
    : withAfterHours(confirmationTemplate, afterHoursText);
  return clip(template.replaceAll("{choice}", () => choice), LIMITS.text);
}

/** The default reminder after an absence of the bot. */
export const AWAY = "👋 Мы снова на связи. Если вы нажимали кнопку, а ответа не было, — " +
  "нажмите ещё раз:";

/** The default thanks for a follow-up. */
export const THANKS = "🙏 Спасибо, получили! Уже передали.";

/** The thanks for a follow-up; `profile` is undefined if it is gone. */
export function thanks(profile: Pick<Profile, "thanksText"> | undefined): string {
  return profile?.thanksText ?? THANKS;
}

/** The default texts around the question for a phone. */
export const PHONE_TEXTS = {
  share: "Поделиться номером",
  skip: "Пропустить",
  thanks: "🙏 Спасибо! Уже передали.",
} as const;

/** The question for a phone, with its buttons and the answer to either. */
export interface PhoneMessages {
  readonly ask: string;
  readonly share: string;
  readonly skip: string;
  readonly thanks: string;
}

/** The question of a profile in its words, else in the bot's. */
export function phoneMessages({ ask, share, skip, thanks }: PhoneQuestion): PhoneMessages {
  return {
    ask,
    share: share ?? PHONE_TEXTS.share,
    skip: skip ?? PHONE_TEXTS.skip,
    thanks: thanks ?? PHONE_TEXTS.thanks,
  };
}

/** The reminder after an absence of the bot: of the profile whose buttons it has, else the menu's, else the bot's. */
export function away(
  menu: Pick<MenuTexts, "awayText">,
  profile?: Pick<Profile, "awayText">,
): string {
  return profile?.awayText ?? menu.awayText ?? AWAY;
}

/** Kinds of media, as managers read them. */
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

/** Cuts a text to `most` UTF-16 units without splitting a character. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  return text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "") + "…";
}
