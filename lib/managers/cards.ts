// Formatted texts of the managers' chat: cards, follow-ups. Sends nothing, stores nothing.

import { b, fmt, FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardMarkup, MessageEntity } from "grammy/types";
import {
  type Card,
  type CardReason,
  type FollowUp,
  type FollowUpContent,
  type Lead,
  type Visitor,
} from "../lead.ts";
import { happenedTo, LINE } from "./taking_texts.ts";
import type { TellTime } from "./texts.ts";
import { LIMITS } from "../profiles/limits.ts";
import { clip, type Formatted } from "../visitors/texts.ts";
import { contact, fullName, isBlank } from "../visitor_name.ts";

const HEADLINES: Readonly<Record<CardReason, string>> = {
  crm_failed: "⚠️ [FALLBACK - CRM НЕДОСТУПНА] ⚠️",
  no_webhook: "⚠️ [WEBHOOK НЕ НАСТРОЕН] ⚠️",
};

/** The managers' card of a lead that the CRM did not take. */
export function card(lead: Lead, reason: CardReason): FormattedString {
  return fmt`${b}${HEADLINES[reason]}${b}

${b}🔥 НОВЫЙ ЛИД: ${clip(lead.profileName, LIMITS.name)} 🔥${b}

❗️ Важно: Этот лид НЕ был создан в AmoCRM автоматически.
Требуется ручное внесение.

--- ДАННЫЕ ДЛЯ CRM ---
Запрос: ${clip(lead.choice, LIMITS.choice)}
Контакт (авто): ${mention(lead.visitor)}
Имя: ${clip(fullName(lead.visitor), LIMITS.name)}${phoneLine(lead)}
--------------------------

Задача:
1. Внести лид в AmoCRM вручную.
2. Связаться с клиентом в Telegram.`;
}

function phoneLine({ phone }: Lead): string {
  return phone === null ? "" : `\nТелефон: ${phone}`;
}

/** One message of a follow-up to the managers. */
export type FollowUpPart =
  /** `alone` names the visitor, for where the message cannot be a reply. */
  | {
    readonly kind: "text";
    readonly message: Formatted;
    readonly alone?: Formatted;
    readonly keyboard?: InlineKeyboardMarkup;
  }
  /** A copy of the visitor's message; a caption replaces its own. */
  | { readonly kind: "copy"; readonly caption: Formatted | null; readonly alone?: Formatted };

/** A complete follow-up: one message where Telegram's limits allow, else the template and then what the visitor sent. */
export function followUpParts(
  followUp: FollowUp,
  visitor: Visitor,
  template: string = FOLLOW_UP_TEMPLATE,
): FollowUpPart[] {
  const { content, messageIds } = followUp;
  const words = wordsIn(content);
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

/** The template for a lead whose profile is gone. */
export const FOLLOW_UP_TEMPLATE = "📎 Дополнение от @{username}:\n\n{message}";

/** The template filled with what the next message holds. */
export function announce(template: string, visitor: Visitor, what: string): Formatted {
  const filled = fillIn(template, visitor, fmt`${what}`);
  const whole = clip(filled.text, LIMITS.text);
  return plain(filled.text.length <= LIMITS.text ? filled : filled.slice(0, whole.length - 1));
}

/** Fills a template; a visitor without a username becomes a mention, in place of the `@` too. */
export function fillIn(
  template: string,
  visitor: Visitor,
  message: FormattedString,
): FormattedString {
  const pieces = template.split(/(@?\{username\}|\{message\})/).map((piece) => {
    if (piece === "{message}") return message;
    if (!piece.endsWith("{username}")) return piece;
    if (visitor.username === null) return mention(visitor);
    return piece.startsWith("@") ? `@${visitor.username}` : visitor.username;
  });
  return FormattedString.join(pieces);
}

/** `@name`, or for a visitor without one `id…` that opens their Telegram profile when tapped. */
export function mention(visitor: Visitor): FormattedString {
  const label = contact(visitor);
  if (visitor.username !== null) return new FormattedString(label, []);
  const { userId: id, firstName } = visitor;
  const first_name = isBlank(firstName) ? label : firstName;
  return new FormattedString(label, [{
    type: "text_mention",
    offset: 0,
    length: label.length,
    user: { id, first_name, is_bot: false },
  }]);
}

/** A follow-up's text or caption with its formatting. */
export function wordsIn(content: FollowUpContent): FormattedString {
  return new FormattedString(content.text, content.entities as MessageEntity[]);
}

/** Drops the methods of the builder. */
export function plain(formatted: FormattedString): Formatted {
  return { text: formatted.text, entities: formatted.entities };
}

/** The card's own words, and under a line what happened to its lead. */
export function wholeCard(each: Card, tellTime: TellTime): FormattedString {
  const words = card(each.lead, each.reason);
  const happened = happenedTo(each, tellTime);
  return happened.length === 0 ? words : fmt`${words}\n\n${[LINE, ...happened].join("\n")}`;
}

/** Names a lead in callback data. The start of the id guards against restored journals, which give the same numbers to other leads. */
export function pressedLead({ number, id }: Lead): string {
  return `${number}:${id.slice(0, 8)}`;
}
