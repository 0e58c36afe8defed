// `/leads` and `/find` in the managers' chat: which leads they show. Returns texts, sends nothing.

import type { Cursor, Journal, LeadFilter, LeadPage, ListedLead } from "../journal/journal.ts";
import { mostLookedAt } from "../journal/lead_list.ts";
import {
  type FoundLeads,
  LEADS_PER_PAGE,
  type LeadsPage,
  type LeadsView,
  NEWEST,
} from "../managers/lead_list_texts.ts";
import { readPhone } from "../phone.ts";

/** What the lists need of the journal. */
export type ListJournal = Pick<Journal, "listLeads" | "countListed" | "findLife">;

const ALL: LeadFilter = { place: null, profile: null, fromMs: null, toMs: null, words: "" };

/** A page of `/leads`; a position beyond an end of the list shows the page at that end. */
export async function leadsPage(
  journal: ListJournal,
  view: LeadsView,
  cursor: Cursor,
): Promise<LeadsPage> {
  const filter: LeadFilter = { ...ALL, place: view === "open" ? "in_admin_chat" : null };
  const asked = await lookOn(journal, filter, cursor);
  const isUp = cursor.after !== undefined;
  const isBeyond = asked.leads.length === 0 && !asked.cutShort;
  // Nothing stands above it: the first page may hold more by now.
  if (isUp && cursor.after !== 0 && asked.next === undefined) {
    return await leadsPage(journal, view, NEWEST);
  }
  if (isBeyond && !isUp && cursor !== NEWEST) return await leadsPage(journal, view, OLDEST);
  const counts = await journal.countListed(ALL) ?? {};
  const [newest, oldest] = [asked.leads.at(0)?.number, asked.leads.at(-1)?.number];
  const isLast = isUp ? cursor.after === 0 : asked.next === undefined;
  const isFirst = isUp ? asked.next === undefined : cursor === NEWEST;
  return {
    view,
    cursor,
    leads: asked.leads,
    total: Object.values(counts).reduce((sum, leads) => sum + leads, 0),
    open: counts.in_admin_chat ?? 0,
    newer: isFirst || newest === undefined ? null : { after: newest },
    older: isLast ? null : olderThan(isUp ? oldest : asked.next),
  };
}

/** Portions of the list that a page without a lead looks through: many may be held back. */
const MOST_PORTIONS = 10;

async function lookOn(journal: ListJournal, filter: LeadFilter, cursor: Cursor): Promise<LeadPage> {
  let page = await journal.listLeads(filter, cursor, LEADS_PER_PAGE);
  for (let portion = 1; portion < MOST_PORTIONS; portion++) {
    const { leads, next, cutShort } = page;
    if (!cutShort || leads.length > 0 || next === undefined) break;
    const from = cursor.after === undefined ? { before: next } : { after: next };
    page = await journal.listLeads(filter, from, LEADS_PER_PAGE);
  }
  return page;
}

const OLDEST: Cursor = { after: 0 };

function olderThan(number: number | undefined): Cursor | null {
  return number === undefined ? null : { before: number };
}

/** How many leads one search looks at. */
const MOST_SEARCHED = 40_000;

/** Longer searches are cut off, as on the page. */
const MOST_WORDS = 100;

/** The words of a search as they are looked for: a typed phone in the spelling of the journal, a link to a person as `@name`. */
export function searchWords(typed: string): string {
  const words = typed.slice(0, MOST_WORDS).toWellFormed().replace(MARKS, "").trim();
  const [, username] = PERSONS_LINK.exec(words) ?? [];
  if (username !== undefined) return `@${username}`;
  return readPhone(words) ?? (words.replace(QUOTES, "").trim() || words);
}

/** Of direction; they come along when a name is copied. */
const MARKS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const QUOTES = /^[«"'“„]|[»"'”“]$/g;

/** https://core.telegram.org/api/links#public-username-links */
const PERSONS_LINK = /^(?:https?:\/\/)?(?:t|telegram)\.me\/(\w{1,64})$/i;

/**
 * The newest leads that a search finds, the one of that number first. Looks at so many leads at a time, and only at the
 * newest in all.
 *
 * @param pause Resolves when others had their turn.
 */
export async function findLeads(
  journal: ListJournal,
  words: string,
  pause: () => Promise<void>,
): Promise<FoundLeads> {
  const filter: LeadFilter = { ...ALL, words };
  const portion = mostLookedAt(filter);
  const named = await leadOfNumber(journal, words);
  const leads: ListedLead[] = named === undefined ? [] : [named];
  let found = leads.length;
  let looked = 0;
  let at: number | undefined = Number.MAX_SAFE_INTEGER;
  while (at !== undefined && looked < MOST_SEARCHED) {
    const page = await journal.listLeads(filter, { before: at }, portion);
    const others = page.leads.filter(({ number }) => number !== named?.number);
    leads.push(...others.slice(0, Math.max(0, LEADS_PER_PAGE - leads.length)));
    found += others.length;
    looked += portion;
    at = page.next;
    await pause();
  }
  return { leads, more: found - leads.length, lookedAt: at === undefined ? null : looked };
}

async function leadOfNumber(journal: ListJournal, words: string): Promise<ListedLead | undefined> {
  const [, number] = /^[№#]? ?(\d{1,15})$/.exec(words) ?? [];
  return number === undefined ? undefined : (await journal.findLife(Number(number)))?.lead;
}
