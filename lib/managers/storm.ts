// The text of several leads in one message: a headline, and each lead in three lines with what happened to it. Sends nothing.

import { b, fmt, FormattedString } from "@grammyjs/parse-mode";
import { type Card, mayHaveArrived } from "../lead.ts";
import { LIMITS } from "../profiles/limits.ts";
import { contact, fullName, isBlank } from "../visitor_name.ts";
import { clip } from "../visitors/texts.ts";
import { mention } from "./cards.ts";
import { happenedTo } from "./taking_texts.ts";
import { leadsWord, type TellTime } from "./texts.ts";

/** Most characters of a name, a request and a profile in the list; the whole card has them in full. */
const MOST_NAME = 80;
const MOST_CHOICE = 200;
const MOST_PROFILE = 40;

/** Profiles that the headline names. */
const MOST_NAMED = 2;

/** Characters reserved under each lead for what may happen to it. */
const STATUS_ROOM = 120;

/** How many of the cards, from the first on, fit into one message, in any state they may reach. */
export function countFitting(cards: readonly Card[], tellTime: TellTime): number {
  let length = headline(cards, tellTime).text.length + MOST_NAMED * MOST_PROFILE;
  const tooMuch = cards.findIndex((each, index) => {
    length += BETWEEN.length + linesOf(each, index + 1, true, tellTime).text.length + STATUS_ROOM;
    return length > LIMITS.text;
  });
  return tooMuch === -1 ? cards.length : tooMuch;
}

/** Several leads, in this order. What happened to them is shortened where Telegram's limit asks for it. */
export function stormText(cards: readonly Card[], tellTime: TellTime): FormattedString {
  const several = new Set(cards.map(({ lead }) => lead.profileName)).size > 1;
  const head = headline(cards, tellTime);
  const leads = cards.map((each, index) => linesOf(each, index + 1, several, tellTime));
  const bare = leads.reduce(
    (sum, { text }) => sum + BETWEEN.length + text.length,
    head.text.length,
  );
  const room = Math.floor((LIMITS.text - bare) / Math.max(1, cards.length)) - 1;
  const told = leads.map((lines, index) => {
    const happened = cards[index] === undefined ? "" : statusOf(cards[index], tellTime);
    return happened === "" || room < 1 ? lines : fmt`${lines}\n${clip(happened, room)}`;
  });
  return FormattedString.join([head, ...told], BETWEEN);
}

const BETWEEN = "\n\n";

/** «🔥 12 лидов: MONSTER AGENCY, CRM недоступна с 12:01»; the same however often the message is edited. */
function headline(cards: readonly Card[], tellTime: TellTime): FormattedString {
  const names = [...new Set(cards.map(({ lead }) => clip(lead.profileName, MOST_PROFILE)))];
  const more = names.length > MOST_NAMED ? ` и ещё ${names.length - MOST_NAMED}` : "";
  const profiles = names.slice(0, MOST_NAMED).join(", ") + more;
  const since = tellTime(Math.min(...cards.map(({ lead }) => lead.receivedAtMs)));
  const isUnset = cards.every(({ reason }) => reason === "no_webhook");
  const why = isUnset ? "CRM не настроена" : `CRM недоступна с ${since}`;
  return fmt`${b}🔥 ${leadsWord(cards.length)}: ${profiles}, ${why}${b}`;
}

/** Number and time, name with contact, request. */
function linesOf(
  { lead }: Card,
  nth: number,
  namesProfile: boolean,
  tellTime: TellTime,
): FormattedString {
  const profile = namesProfile ? ` · ${clip(lead.profileName, MOST_PROFILE)}` : "";
  const name = fullName(lead.visitor);
  const isNamed = !isBlank(name) && name !== contact(lead.visitor);
  const who = isNamed
    ? fmt`${clip(name, MOST_NAME)} · ${mention(lead.visitor)}`
    : mention(lead.visitor);
  const first = `${nth}. № ${lead.number} · ${tellTime(lead.receivedAtMs)}${profile}`;
  return fmt`${first}\n${who}\n${clip(lead.choice, MOST_CHOICE)}`;
}

function statusOf(card: Card, tellTime: TellTime): string {
  const { lead, lastAttempt, sending } = card;
  const isOpen = !sending && lead.state !== "in_crm" && lead.state !== "by_hand";
  const isDoubtful = isOpen && mayHaveArrived(lastAttempt?.outcome ?? null);
  const lines = happenedTo(card, tellTime);
  return [...lines, ...(isDoubtful ? ["⚠️ Возможен дубль: сначала проверьте CRM"] : [])].join("\n");
}
