// Every text of the managers' chat beside the card itself: cards as they stand, offers, answers to commands.
// Sends nothing, stores nothing.

import { a, fmt, FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton, InlineKeyboardMarkup } from "grammy/types";
import {
  type AttemptRecord,
  type Card,
  type Lead,
  type LeadState,
  mayHaveArrived,
  type MessageAddress,
} from "./lead.ts";
import { LIMITS } from "./profile.ts";
import { card, contact, type Formatted } from "./texts.ts";

/** What the managers' buttons say back to the bot. */
export const PRESS = { byHand: "by_hand:", resend: "resend:", sendAll: "all:" } as const;

/** Tells a moment the way the managers' clocks do. */
export type TellTime = (atMs: number) => string;

/** Cards in one message, with the buttons of those that are open. */
export interface CardMessage {
  /** How many cards it holds. */
  readonly cards: number;
  readonly message: Formatted;
  readonly keyboard: InlineKeyboardMarkup;
}

/** Cards in as few messages as Telegram's limit allows; each whole, with its own buttons. */
export function packCards(cards: readonly Card[], tellTime: TellTime): CardMessage[] {
  const packs: Card[][] = [];
  let length = Infinity;
  for (const each of cards) {
    const size = oneCard(each, tellTime).text.length + STATUS_ROOM;
    if (length + size > LIMITS.text) {
      packs.push([]);
      length = 0;
    }
    packs.at(-1)?.push(each);
    length += size;
  }
  return packs.map((pack) => cardMessage(pack, tellTime));
}

/** Room that a card keeps for what will stand under it later: who closed it, how another try ended. */
const STATUS_ROOM = 180;

/** A message of cards as they stand now. */
export function cardMessage(cards: readonly Card[], tellTime: TellTime): CardMessage {
  const several = cards.length > 1;
  const texts = cards.map((each, index) => {
    const text = oneCard(each, tellTime);
    return several ? fmt`${String(index + 1)}.\n${text}` : text;
  });
  const joined = FormattedString.join(texts, "\n\n\n");
  const rows = cards.flatMap((each, index) => buttonsOf(each, several ? ` · ${index + 1}` : ""));
  return {
    cards: cards.length,
    message: { text: joined.text, entities: joined.entities },
    keyboard: { inline_keyboard: rows },
  };
}

function oneCard(each: Card, tellTime: TellTime): FormattedString {
  const { text, entities } = card(each.lead, each.reason);
  const words = new FormattedString(text, entities);
  const status = statusOf(each, tellTime);
  return status === "" ? words : fmt`${words}\n\n${status}`;
}

function statusOf({ lead, lastAttempt, sending, closed }: Card, tellTime: TellTime): string {
  if (closed !== null) return `✅ Внёс в CRM: ${closed.by}, ${tellTime(closed.atMs)}`;
  if (sending) return "⏳ Отправляем в CRM…";
  if (lastAttempt === null || lastAttempt.askedBy === null) return "";
  const when = `${lastAttempt.askedBy}, ${
    tellTime(lastAttempt.endedAtMs ?? lastAttempt.begunAtMs)
  }`;
  if (lead.state === "in_crm") return `✅ Отправлено в CRM: ${when}`;
  return `❌ Не отправлено в CRM (${outcomeWords(lastAttempt)}): ${when}`;
}

function buttonsOf({ lead, lastAttempt, sending }: Card, suffix: string): InlineKeyboardButton[][] {
  if (sending || lead.state === "in_crm" || lead.state === "by_hand") return [];
  const doubtful = mayHaveArrived(lastAttempt?.outcome ?? null) ? " (возможен дубль)" : "";
  return [
    [{ text: `✅ Внёс в CRM${suffix}`, callback_data: PRESS.byHand + pressedLead(lead) }],
    [{
      text: `🔁 Отправить в CRM${doubtful}${suffix}`,
      callback_data: PRESS.resend + pressedLead(lead),
    }],
  ];
}

/** A restored journal counts anew, so a number alone could name somebody else's lead. */
function pressedLead({ number, id }: Lead): string {
  return `${number}:${id.slice(0, 8)}`;
}

/** The lead that a card's button names; undefined when no such button was ever made. */
export function readPressedLead(data: string): { number: number; idStart: string } | undefined {
  const [, number, idStart] = /^(\d+):([\da-f]{8})$/.exec(data) ?? [];
  return idStart === undefined ? undefined : { number: Number(number), idStart };
}

/** How a POST ended, in a few words for a manager. */
export function outcomeWords(
  { outcome, status }: Pick<AttemptRecord, "outcome" | "status">,
): string {
  switch (outcome) {
    case "accepted":
      return "сделка создана";
    case "answered":
      return `CRM ответила ${status}`;
    case "unreachable":
      return "нет связи с CRM";
    case "interrupted":
      return "связь оборвалась";
    case "timeout":
      return "CRM не ответила вовремя";
    case "client":
      return "адрес вебхука не годится";
    case "unexpected":
      return "неожиданная ошибка";
    case null:
      return "отправляется";
    default:
      return outcome satisfies never;
  }
}

/** Told once when a CRM answers again while cards are open. */
export function offer(
  profileKey: string,
  profileName: string,
  openCards: number,
): { text: string; keyboard: InlineKeyboardMarkup } {
  return {
    text: `✅ CRM снова принимает лиды: ${profileName}.\n\nОткрытых карточек: ${openCards}.`,
    keyboard: {
      inline_keyboard: [[{
        text: `Отправить все в CRM (${openCards})`,
        callback_data: `${PRESS.sendAll}${profileKey}`,
      }]],
    },
  };
}

/** How sending all open cards of a profile goes, or went. */
export interface SendAllReport {
  readonly profileName: string;
  readonly total: number;
  readonly sent: number;
  readonly failed: number;
  /** Closed by somebody meanwhile. */
  readonly skipped: number;
  /** Ended early, because the CRM failed several times running. */
  readonly stopped: boolean;
}

export function sendAllReport(report: SendAllReport): string {
  const { profileName, total, sent, failed, skipped, stopped } = report;
  const done = sent + failed + skipped;
  if (!stopped && done < total) return `⏳ Отправляем в CRM: ${profileName}, ${done} из ${total}…`;
  const lines = [`📤 Отправлено в CRM: ${profileName}, ${sent} из ${total}.`];
  if (skipped > 0) lines.push(`Уже закрыты: ${skipped}.`);
  if (failed > 0) lines.push(`Не приняты: ${failed}. Они ждут в своих карточках.`);
  if (stopped) lines.push(`CRM снова не принимает лиды, остановились. Осталось: ${total - done}.`);
  return lines.join("\n");
}

/** What `/status` tells of one profile. */
export interface ProfileStatus {
  readonly name: string;
  readonly hasWebhook: boolean;
  readonly lastAnswer: (Pick<AttemptRecord, "outcome" | "status"> & { endedAtMs: number }) | null;
  readonly openCards: number;
}

/** Leads by where they are; a state without leads may be missing. */
export type Counts = Readonly<Partial<Record<LeadState, number>>>;

export function statusText(
  status: {
    readonly profiles: readonly ProfileStatus[];
    /** Leads on their way to the CRM or to this chat. */
    readonly waiting: number;
    readonly today: Counts;
  },
  tellTime: TellTime,
): string {
  const lines = status.profiles.map(({ name: fullName, hasWebhook, lastAnswer, openCards }) => {
    const name = fullName.slice(0, 60).toWellFormed();
    const open = openCards > 0 ? `, открытых карточек: ${openCards}` : "";
    if (!hasWebhook) return `⚠️ ${name}: вебхук не настроен${open}`;
    if (lastAnswer === null) return `▫️ ${name}: лидов ещё не было${open}`;
    const mark = lastAnswer.outcome === "accepted" ? "✅" : "❌";
    return `${mark} ${name}: ${outcomeWords(lastAnswer)}, ${tellTime(lastAnswer.endedAtMs)}${open}`;
  });
  const end = [`Ждут отправки: ${status.waiting}`, `Сегодня: ${countsWords(status.today)}`];
  const head = ["CRM по профилям:", ...lines].join("\n");
  return `${head.slice(0, LIMITS.text - 500).toWellFormed()}\n\n${end.join("\n")}`;
}

/** Most leads that `/leads` lists. */
export const MOST_LISTED = 30;

/** What `/leads` lists: open cards with links to their messages, as many as one message holds. */
export function openCardsText(leads: readonly Lead[], tellTime: TellTime): Formatted {
  if (leads.length === 0) {
    return { text: "Открытых карточек нет: все лиды в CRM или внесены.", entities: [] };
  }
  let list = fmt`Открытые карточки:`;
  let listed = 0;
  for (const lead of leads.slice(0, MOST_LISTED)) {
    const longer = fmt`${list}\n${openCardLine(lead, tellTime)}`;
    if (longer.text.length > LIMITS.text - MORE.length) break;
    list = longer;
    listed++;
  }
  const { text, entities } = listed < leads.length ? fmt`${list}${MORE}` : list;
  return { text, entities };
}

const MORE = "\n… и другие";

function openCardLine(lead: Lead, tellTime: TellTime): FormattedString {
  const words = `${contact(lead.visitor)} — ${lead.choice}`.slice(0, 100).toWellFormed();
  const href = lead.card === null ? undefined : messageLink(lead.card);
  const named = href === undefined ? fmt`${words}` : fmt`${a(href)}${words}${a}`;
  const profile = lead.profileName.slice(0, 40).toWellFormed();
  return fmt`${tellTime(lead.receivedAtMs)} · ${named} · ${profile}`;
}

/** Messages of supergroups have addresses, those of small groups have none (https://core.telegram.org/api/links#message-links). */
function messageLink({ chatId, messageId }: MessageAddress): string | undefined {
  const supergroup = /^-100(\d+)$/.exec(String(chatId))?.[1];
  return supergroup === undefined ? undefined : `https://t.me/c/${supergroup}/${messageId}`;
}

/** The commands of the managers' chat, as Telegram's menu and `/help` list them. */
export const COMMANDS = [
  { command: "status", description: "CRM по профилям и лиды за сегодня" },
  { command: "leads", description: "Открытые карточки" },
  { command: "admin", description: "Ссылка на страницу настроек" },
  { command: "help", description: "Что умеет бот" },
] as const;

export const HELP = [
  "Сюда приходят лиды, которые не приняла CRM, и дополнения клиентов.",
  "",
  "✅ Внёс в CRM — вы внесли лид вручную, карточка закроется.",
  "🔁 Отправить в CRM — ещё одна попытка. «Возможен дубль» — прошлая могла дойти, проверьте CRM.",
  "",
  ...COMMANDS.map(({ command, description }) => `/${command} — ${description}`),
].join("\n");

/** Answers `/admin` with a one-time link. */
export function loginText(link: string): string {
  return `🔑 Страница настроек. Ссылка работает 10 минут и один раз:\n${link}`;
}

export const NO_PAGE = "Страница настроек сейчас не открыта. Почему — сказано в логе бота.";

/** What a manager reads on a press that changed nothing. */
export const TOASTS = {
  closed: "Записано: лид внесён",
  asked: "Отправляем в CRM…",
  running: "Уже отправляем",
  settled: "Этот лид уже закрыт",
  unknown: "Такого лида нет в журнале",
  nothing: "Открытых карточек нет",
} as const;

/** The daily line of yesterday's leads. */
export function dailyText(counts: Counts): string {
  return `Вчера: ${countsWords(counts)}`;
}

/** «42 лида — 40 в CRM, 2 внесены вручную, 0 ждут»: whoever is in the chat waits for a manager. */
function countsWords(counts: Counts): string {
  const { received = 0, undelivered = 0, in_admin_chat = 0, in_crm = 0, by_hand = 0 } = counts;
  const waiting = received + undelivered + in_admin_chat;
  return `${leadsWord(in_crm + by_hand + waiting)} — ${in_crm} в CRM, ` +
    `${by_hand} внесены вручную, ${waiting} ждут`;
}

const PLURAL = new Intl.PluralRules("ru");
const LEADS: Readonly<Record<string, string>> = { one: "лид", few: "лида", many: "лидов" };

/** «1 лид», «42 лида», «5 лидов». */
export function leadsWord(count: number): string {
  return `${count} ${LEADS[PLURAL.select(count)] ?? "лида"}`;
}

/** A manager as the cards name them. */
export function managerName(
  user: { readonly username?: string | undefined; readonly first_name: string },
): string {
  const name = user.username === undefined ? user.first_name : `@${user.username}`;
  return name.slice(0, 64).toWellFormed();
}
