// Every text that a visitor or a manager reads, within Telegram's limits. Sends nothing, stores nothing.

import { b, fmt, FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardMarkup, MessageEntity } from "grammy/types";
import type { CardReason, FollowUp, FollowUpContent, Lead, Visitor } from "./lead.ts";
import { type Button, choiceText, LIMITS, type Profile, type Profiles } from "./profile.ts";

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
export function menu(profiles: Profiles): { text: string; keyboard: InlineKeyboardMarkup } {
  return { text: profiles.welcomeText, keyboard: keyboard(profiles.menu) };
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
  borne: string | undefined,
): string | undefined {
  const button = profile.buttons.find((each) => each.callbackData === callbackData);
  if (button !== undefined) return choiceText(profile, button);
  return borne ?? profile.choices.get(callbackData);
}

/** The visitor's confirmation: the same whatever the CRM does. */
export function confirmation(profile: Profile, choice: string): string {
  return clip(profile.confirmationTemplate.replaceAll("{choice}", () => choice), LIMITS.text);
}

/** What a visitor reads whose menu was open while the bot was away; the buttons come under it. */
export const REMINDER = "👋 Мы снова на связи. Если вы нажимали кнопку, а ответа не было, — " +
  "нажмите ещё раз:";

/** What the visitor reads after a follow-up. */
export const THANKS = "🙏 Спасибо, получили! Передали вашему стратегу.";

const HEADLINES: Readonly<Record<CardReason, string>> = {
  crm_failed: "⚠️ [FALLBACK - CRM НЕДОСТУПНА] ⚠️",
  no_webhook: "⚠️ [WEBHOOK НЕ НАСТРОЕН] ⚠️",
};

/** The managers' card of a lead that the CRM did not take (seed: «Новый формат fallback сообщения»). */
export function card(lead: Lead, reason: CardReason): Formatted {
  return plain(fmt`${b}${HEADLINES[reason]}${b}

${b}🔥 НОВЫЙ ЛИД: ${clip(lead.profileName, LIMITS.name)} 🔥${b}

❗️ Важно: Этот лид НЕ был создан в AmoCRM автоматически.
Требуется ручное внесение.

--- ДАННЫЕ ДЛЯ CRM ---
Запрос: ${clip(lead.choice, LIMITS.choice)}
Контакт (авто): ${mention(lead.visitor)}
Имя: ${clip(fullName(lead.visitor), LIMITS.name)}
--------------------------

Задача:
1. Внести лид в AmoCRM вручную.
2. Связаться с клиентом в Telegram.`);
}

/** One message of a follow-up to the managers. */
export type FollowUpPart =
  | { readonly kind: "text"; readonly message: Formatted }
  /** The visitor's own message, copied; with a caption in place of its own, where given. */
  | { readonly kind: "copy"; readonly caption: Formatted | null };

/**
 * A follow-up as the managers get it, complete: in one message where Telegram's limits allow,
 * else the template first and then what the visitor sent.
 *
 * @param template Of the lead's profile; undefined when the profile is gone.
 */
export function followUpParts(
  followUp: FollowUp,
  visitor: Visitor,
  template: string = FOLLOW_UP_TEMPLATE,
): FollowUpPart[] {
  const { content, messageIds } = followUp;
  const words = new FormattedString(content.text, content.entities as MessageEntity[]);
  const whole = plain(fillIn(template, visitor, words));
  if (content.media === null) {
    if (whole.text.length <= LIMITS.text) return [{ kind: "text", message: whole }];
    return [
      { kind: "text", message: announce(template, visitor, "длинное сообщение 👇") },
      { kind: "text", message: plain(words) },
    ];
  }
  if (messageIds.length === 1 && content.captionable) {
    const named = content.text === ""
      ? plain(fillIn(template, visitor, fmt`${content.media}`))
      : whole;
    if (named.text.length <= LIMITS.caption) return [{ kind: "copy", caption: named }];
  }
  const what = messageIds.length > 1 ? `альбом, файлов: ${messageIds.length}` : content.media;
  return [
    { kind: "text", message: announce(template, visitor, `${what} 👇`) },
    { kind: "copy", caption: null },
  ];
}

/** Stands in for what Telegram would not copy, one message or several of an album, so that the managers know of it. */
export function uncopiedPart(content: FollowUpContent, messages = 1): Formatted {
  const words = new FormattedString(content.text, content.entities as MessageEntity[]);
  const what = content.media ?? "сообщение";
  const note = fmt`⚠️ Не удалось переслать: ${
    messages > 1 ? `файлов альбома: ${messages}` : what
  }.`;
  const both = fmt`${note}\n\n${words}`;
  return plain(content.text === "" ? note : both.text.length <= LIMITS.text ? both : words);
}

/** The words for a profile that is gone: in the tone of the shipped ones. */
const FOLLOW_UP_TEMPLATE = "📎 Дополнение от @{username}:\n\n{message}";

function announce(template: string, visitor: Visitor, what: string): Formatted {
  const filled = fillIn(template, visitor, fmt`${what}`);
  const whole = clip(filled.text, LIMITS.text);
  return plain(filled.text.length <= LIMITS.text ? filled : filled.slice(0, whole.length - 1));
}

/** `@{username}` and `{username}` become the name, or for who has none a mention in place of both. */
function fillIn(template: string, visitor: Visitor, message: FormattedString): FormattedString {
  const pieces = template.split(/(@?\{username\}|\{message\})/).map((piece) => {
    if (piece === "{message}") return message;
    if (!piece.endsWith("{username}")) return piece;
    if (visitor.username === null) return mention(visitor);
    return piece.startsWith("@") ? `@${visitor.username}` : visitor.username;
  });
  return FormattedString.join(pieces);
}

/** The visitor as a manager can reach them: `@name`, or `id…` that opens the profile when tapped. */
function mention(visitor: Visitor): FormattedString {
  const label = contact(visitor);
  if (visitor.username !== null) return new FormattedString(label, []);
  const { userId: id, firstName: first_name } = visitor;
  return new FormattedString(label, [{
    type: "text_mention",
    offset: 0,
    length: label.length,
    user: { id, first_name, is_bot: false },
  }]);
}

/** `@name`, or `id<number>` for who has none (user requirement). */
export function contact(visitor: Visitor): string {
  return visitor.username === null ? `id${visitor.userId}` : `@${visitor.username}`;
}

/** First and last name joined by a space, literally. */
export function fullName(visitor: Visitor): string {
  return visitor.lastName === null ? visitor.firstName : `${visitor.firstName} ${visitor.lastName}`;
}

/** The body of a lead's POST, with exactly the keys that the CRM's integration reads (user requirement). */
export function crmPayload(lead: Lead): Readonly<Record<string, unknown>> {
  return {
    lead_name: `Новый лид с Telegram: ${lead.profileName}`,
    contact: { name: fullName(lead.visitor), username: contact(lead.visitor) },
    source: "Telegram Bot",
    request_details: lead.choice,
  };
}

/** The body of a test POST: a lead in every key, and plainly none in its words. */
export function testPayload(profileName: string): Readonly<Record<string, unknown>> {
  return {
    lead_name: `ТЕСТ. Новый лид с Telegram: ${profileName}`,
    contact: { name: "Проверка вебхука", username: "@test" },
    source: "Telegram Bot",
    request_details: "Это проверка адреса, не клиент. Сделку можно удалить",
  };
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

function plain(formatted: FormattedString): Formatted {
  return { text: formatted.text, entities: formatted.entities };
}

/** Cuts at Telegram's limit without leaving half a character. */
function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  return text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "") + "…";
}
