// Lists of leads in the managers' chat: the pages of `/leads`, and what `/find` found. Sends nothing, stores nothing.

import { a, b, fmt, FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton, InlineKeyboardMarkup } from "grammy/types";
import type { Cursor, ListedLead } from "../journal/journal.ts";
import { placeOf } from "../lead.ts";
import { messageLink } from "../message_link.ts";
import { LIMITS } from "../profiles/limits.ts";
import { contact } from "../visitor_name.ts";
import type { Formatted } from "../visitors/texts.ts";
import { leadsWord, PLACE_WORDS, type TellTime } from "./texts.ts";

/** Most leads on a page of `/leads`, and in the answer to `/find`. */
export const LEADS_PER_PAGE = 10;

/** Prefix of the callback data of the pages' buttons. */
export const LEADS_PAGE = "leads:";

/** Which leads a page shows: all, or those whose card is open. */
export type LeadsView = "all" | "open";

/** Which page a button opens. */
export interface LeadsPosition {
  readonly view: LeadsView;
  readonly cursor: Cursor;
}

/** A page of `/leads`, and what its buttons need to know. */
export interface LeadsPage extends LeadsPosition {
  /** Newest first. */
  readonly leads: readonly ListedLead[];
  /** How many leads there are, and how many cards are open. */
  readonly total: number;
  readonly open: number;
  /** Where the pages before and after it begin; null at an end of the list. */
  readonly newer: Cursor | null;
  readonly older: Cursor | null;
}

/** The page that `/leads` opens. */
export const NEWEST: Cursor = { before: Number.MAX_SAFE_INTEGER };

/** Reads which page a button opens; undefined if the bot never made such a button. */
export function readLeadsPage(data: string): LeadsPosition | undefined {
  const [, view, side, number] = /^(all|open):([<>]?)(\d{0,15})$/.exec(data) ?? [];
  if (view !== "all" && view !== "open") return undefined;
  if (side === "") return number === "" ? { view, cursor: NEWEST } : undefined;
  if (number === "") return undefined;
  const at = Number(number);
  return { view, cursor: side === "<" ? { before: at } : { after: at } };
}

function pressOf({ view, cursor }: LeadsPosition): string {
  if (cursor.after !== undefined) return `${LEADS_PAGE}${view}:>${cursor.after}`;
  const isNewest = cursor.before === NEWEST.before;
  return `${LEADS_PAGE}${view}:${isNewest ? "" : `<${cursor.before}`}`;
}

/** A page of `/leads`, with its buttons. */
export function leadsText(
  page: LeadsPage,
  tellTime: TellTime,
): { readonly message: Formatted; readonly keyboard: InlineKeyboardMarkup } {
  const { view, leads, total, open } = page;
  const head = fmt`${b}Лиды: ${total}${b}\nОткрытые: ${open}`;
  const lines = leads.map((lead) => leadLine(lead, tellTime, null));
  const none = view === "open"
    ? "Открытых карточек нет: все лиды в CRM или внесены."
    : "Лидов нет.";
  return {
    message: leads.length === 0 ? plain(fmt`${head}\n\n${none}`) : joined(head, lines),
    keyboard: { inline_keyboard: buttonsOf(page).filter((row) => row.length > 0) },
  };
}

function buttonsOf({ view, cursor, open, newer, older }: LeadsPage): InlineKeyboardButton[][] {
  const button = (text: string, at: Cursor, of: LeadsView = view) => ({
    text,
    callback_data: pressOf({ view: of, cursor: at }),
  });
  const isFirst = cursor === NEWEST;
  const turns = [
    ...isFirst && newer === null ? [] : [button("« Новые", NEWEST)],
    ...newer === null ? [] : [button("← Новее", newer)],
    ...older === null ? [] : [button("Раньше →", older)],
  ];
  const other = view === "open"
    ? [button("Все лиды", NEWEST, "all")]
    : open > 0
    ? [button(`Открытые (${open})`, NEWEST, "open")]
    : [];
  return [turns, other];
}

/** What a search found. */
export interface FoundLeads {
  /** Newest first, at most `LEADS_PER_PAGE`. */
  readonly leads: readonly ListedLead[];
  /** How many more were found. */
  readonly more: number;
  /** How many of the newest leads were looked at, where there are older ones that were not. */
  readonly lookedAt: number | null;
}

/** Answers `/find`. `page` is the page's address, where it is known, without a slash at its end. */
export function foundText(
  words: string,
  { leads, more, lookedAt }: FoundLeads,
  page: string | null,
  tellTime: TellTime,
): Formatted {
  const rest = page === null
    ? fmt`остальные на странице «Лиды»`
    : fmt`${a(`${page}/leads?q=${encodeURIComponent(words)}`)}остальные на странице${a}`;
  const bounds = lookedAt === null ? [] : [fmt`Просмотрены последние ${lookedAt}, ${rest}.`];
  if (leads.length === 0) {
    return plain(FormattedString.join([fmt`Таких лидов нет: ${words}`, ...bounds], "\n\n"));
  }
  const lines = leads.map((lead) => leadLine(lead, tellTime, page));
  const end = more === 0 || lookedAt !== null
    ? bounds
    : [fmt`… и ещё ${leadsWord(more)}, ${rest}.`];
  const counted = more > 0 && lookedAt !== null ? [fmt`… и ещё ${leadsWord(more)}.`] : [];
  return joined(fmt`${b}Найдено: ${words}${b}`, lines, [...counted, ...end]);
}

/** Answers `/find` without words. */
export const FIND_HOW =
  "Напишите, кого искать: /find Анна, /find @anna или /find 42 — номер лида или телефон.";

/** As much of the list as a message holds. */
function joined(
  head: FormattedString,
  lines: readonly FormattedString[],
  end: readonly FormattedString[] = [],
): Formatted {
  const tail = end.reduce((sum, { text }) => sum + text.length + 2, 0);
  let list = head;
  for (const line of lines) {
    const longer = fmt`${list}\n\n${line}`;
    if (longer.text.length + tail > LIMITS.text) break;
    list = longer;
  }
  return plain(FormattedString.join([list, ...end], "\n\n"));
}

function leadLine(lead: ListedLead, tellTime: TellTime, page: string | null): FormattedString {
  const isErased = lead.visitor.userId === 0;
  const who = isErased ? "данные стёрты" : contact(lead.visitor);
  const words = `${who} — ${lead.choice}`.slice(0, 100).toWellFormed();
  const href = lead.card === null ? undefined : messageLink(lead.card);
  const named = href === undefined ? fmt`${words}` : fmt`${a(href)}${words}${a}`;
  const profile = lead.profileName.slice(0, 40).toWellFormed();
  const place = PLACE_WORDS[placeOf(lead.state, lead.held, lead.blocked)];
  const number = `№ ${lead.number}`;
  const numbered = page === null
    ? fmt`${number}`
    : fmt`${a(`${page}/leads/${lead.number}`)}${number}${a}`;
  return fmt`${numbered} · ${tellTime(lead.receivedAtMs)} · ${place}\n${named} · ${profile}`;
}

function plain(formatted: FormattedString): Formatted {
  return { text: formatted.text, entities: formatted.entities };
}
