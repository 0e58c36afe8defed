// Messages of cards with their buttons: the card of one lead whole, of several leads a list. Sends nothing, stores nothing.

import type { InlineKeyboardButton, InlineKeyboardMarkup } from "grammy/types";
import { type Card, mayHaveArrived } from "../lead.ts";
import type { Formatted } from "../visitors/texts.ts";
import { plain, pressedLead, wholeCard } from "./cards.ts";
import { countFitting, stormText } from "./storm.ts";
import { BUTTONS } from "./taking_texts.ts";
import { PRESS, type TellTime } from "./texts.ts";

/** One message of cards, with the buttons of those that are open, and links to the deals of those that were sent again. */
export interface CardMessage {
  readonly cards: number;
  readonly message: Formatted;
  readonly keyboard: InlineKeyboardMarkup;
}

/** Whether the leads of a profile, named by its key, can be sent to a CRM. */
export type HasCrm = (profile: string) => boolean;

/** Most leads of one message: each has four buttons, and Telegram takes 100. */
export const MOST_PACKED = 25;

/** A message of the first cards, as many as Telegram's limits allow and at least one. */
export function packCards(
  cards: readonly Card[],
  tellTime: TellTime,
  hasCrm?: HasCrm,
): CardMessage {
  const fitting = countFitting(cards.slice(0, MOST_PACKED), tellTime);
  return cardMessage(cards.slice(0, Math.max(1, fitting)), tellTime, hasCrm);
}

/** A message of cards in their current state, in the order of their leads, so that an edit keeps the numbering. */
export function cardMessage(
  unordered: readonly Card[],
  tellTime: TellTime,
  hasCrm: HasCrm = () => true,
): CardMessage {
  const cards = unordered.toSorted((a, b) => a.lead.number - b.lead.number);
  const [first] = cards;
  const isOne = cards.length === 1 && first !== undefined;
  const rows = isOne
    ? buttonsOf(first, hasCrm)
    : cards.map((each, index) => rowOf(each, index + 1, hasCrm)).filter(({ length }) => length > 0);
  return {
    cards: cards.length,
    message: plain(isOne ? wholeCard(first, tellTime) : stormText(cards, tellTime)),
    keyboard: { inline_keyboard: rows },
  };
}

/** The buttons of a card alone, in rows. */
function buttonsOf(each: Card, hasCrm: HasCrm): InlineKeyboardButton[][] {
  const { lead, deal } = each;
  const button = buttonFor(each);
  if (lead.state === "in_crm" && deal !== null) {
    return [[{ text: `Открыть сделку ${deal.id} ↗`, url: deal.url }]];
  }
  const about = button(BUTTONS.about, PRESS.about);
  if (isReturnable(each)) return [[button(BUTTONS.giveBack, PRESS.giveBack), about]];
  if (!isOpen(each)) return [];
  const resend = button(`🔁 Отправить в CRM${doubt(each, " (возможен дубль)")}`, PRESS.resend);
  return [
    [button("✅ Внёс в CRM", PRESS.byHand)],
    ...(hasCrm(lead.profile) ? [[resend]] : []),
    [button(BUTTONS.take, PRESS.take), about],
  ];
}

/** The same for one of several leads: a row of short labels with its number. */
function rowOf(each: Card, nth: number, hasCrm: HasCrm): InlineKeyboardButton[] {
  const { lead, deal } = each;
  const button = buttonFor(each);
  if (lead.state === "in_crm" && deal !== null) {
    return [{ text: `Открыть сделку ${deal.id} ↗ · ${nth}`, url: deal.url }];
  }
  const about = button(`ℹ️ ${nth}`, PRESS.about);
  if (isReturnable(each)) return [button(`↩️ ${nth}`, PRESS.giveBack), about];
  if (!isOpen(each)) return [];
  return [
    button(`✅ ${nth}`, PRESS.byHand),
    ...(hasCrm(lead.profile) ? [button(`🔁${doubt(each, "⚠️")} ${nth}`, PRESS.resend)] : []),
    button(`🙋 ${nth}`, PRESS.take),
    about,
  ];
}

function buttonFor({ lead }: Card) {
  return (text: string, press: string) => ({ text, callback_data: press + pressedLead(lead) });
}

function isReturnable({ lead, returnableUntilMs }: Card): boolean {
  return lead.state === "by_hand" && returnableUntilMs !== null;
}

function isOpen({ lead, sending }: Card): boolean {
  return !sending && lead.state !== "in_crm" && lead.state !== "by_hand";
}

function doubt({ lastAttempt }: Card, mark: string): string {
  return mayHaveArrived(lastAttempt?.outcome ?? null) ? mark : "";
}
