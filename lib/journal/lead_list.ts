// The journal's leads as the page lists them: filtered, page by page, counted; and one lead's whole life.
// The cost of a page does not grow with the journal: a filter that no index answers looks at so many leads and
// says how far it came.

import type { Database, Reader, Row } from "./database.ts";
import type { CrmOutcome, FollowUpContent, Lead, LeadState, Place, PlaceCounts } from "../lead.ts";
import type { BotKeys } from "./bots.ts";
import { HELD, toLead } from "./leads.ts";
import { byPlace, heldReader } from "./profile_counts.ts";
import type { WorkKind } from "./outbox.ts";

/** Most leads that one question looks at; words take the longest to be looked for. */
const MOST_LOOKED_AT = 5_000;
const MOST_SEARCHED = 2_000;

/** How many leads a page looks at before it is cut short. */
export function mostLookedAt({ words }: Pick<LeadFilter, "words">): number {
  return words.trim() === "" ? MOST_LOOKED_AT : MOST_SEARCHED;
}

/** Most leads of a span of days that are counted. */
export const MOST_COUNTED = 20_000;

/** Most words of a search that are looked at. */
const MOST_WORDS = 3;

/** How far a lead's number may be out of step with its time, in leads: somebody may set the clock. */
export const OUT_OF_STEP = 1_000;

export interface LeadFilter {
  readonly place: Place | null;
  readonly profile: string | null;
  /** Received from this moment, and before that one. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** Parts of name, username, choice, user id or number; each has to be there, whatever its case. */
  readonly words: string;
}

/** Where a page of the list begins: below a number, going back in time, or above one. */
export type Cursor =
  | { readonly before: number; readonly after?: never }
  | { readonly after: number; readonly before?: never };

export interface LeadPage {
  /** Newest first. */
  readonly leads: readonly ListedLead[];
  /** Where the next page in the same direction begins; undefined when there is nothing more. */
  readonly next: number | undefined;
  /** Whether the page ends because enough leads were looked at, not because enough were found. */
  readonly cutShort: boolean;
}

export interface ListedLead extends Lead {
  /** Whether it was held back from the CRM as one of too many. */
  readonly held: boolean;
  /** The visitor's id to the last digit, also where it is beyond what a number holds (2^53). */
  readonly userIdText: string;
  readonly closed: { readonly by: string; readonly atMs: number } | null;
}

/** What became of a lead beside its attempts. */
export interface LeadLife {
  readonly lead: ListedLead;
  readonly confirmedAtMs: number | null;
  readonly cardShownAtMs: number | null;
  readonly alertedAtMs: number | null;
  /** How often its visitor asked for the same again; undefined for never. */
  readonly repeats: Repeats | undefined;
  readonly followUps: readonly LifeFollowUp[];
  /** What is still owed about it. */
  readonly owed: readonly WorkKind[];
}

/** How often a lead was asked for again. */
export interface Repeats {
  readonly times: number;
  readonly lastAtMs: number;
}

export interface LifeFollowUp {
  readonly number: number;
  readonly content: FollowUpContent;
  readonly receivedAtMs: number;
  readonly shownAtMs: number | null;
}

export interface LeadList {
  listLeads(filter: LeadFilter, cursor: Cursor, most: number): LeadPage;
  /**
   * How many leads there are in each place, of one profile or all; the filter's own place and words do not
   * count. Undefined when a span of days holds too many to be counted.
   */
  countListed(filter: LeadFilter): PlaceCounts | undefined;
  /** The profiles that have ever had a lead. */
  profilesWithLeads(): string[];
  findLife(number: number): LeadLife | undefined;
  /** Whether a POST of a lead is owed or under way. */
  isPostOwed(lead: number): boolean;
  markCardShown(lead: number, nowMs: number): void;
  /** The leads that came from a chat, newest first. */
  leadsOfChat(chatId: number): Lead[];
  /** Leads by profile and state, kept as they change. */
  leadTotals(): { readonly profile: string; readonly state: LeadState; readonly leads: number }[];
  /** Ended attempts by outcome, kept as they end. */
  attemptTotals(): { readonly outcome: CrmOutcome["kind"]; readonly attempts: number }[];
  /** Repeated presses by profile, counted as they come. */
  repeatTotals(): { readonly profile: string; readonly presses: number }[];
  /** Owed work by kind. */
  owedTotals(): { readonly kind: WorkKind; readonly works: number }[];
  /** When the oldest lead came that neither the CRM nor the managers have yet, and how many the managers' chat refused. */
  undelivered(): { readonly oldestAtMs: number | undefined; readonly leads: number };
}

const COLUMNS =
  "number, id, state, profile, profile_name, choice, user_id, username, first_name, " +
  "last_name, language, chat_id, menu_message_id, received_at_ms, card_chat_id, card_message_id, " +
  "closed_by, closed_at_ms, card_reason, CAST(user_id AS TEXT) AS user_id_text";

const HAYSTACK = "first_name || ' ' || ifnull(last_name, '') || ' @' || ifnull(username, '') || " +
  "' ' || choice || ' ' || user_id || ' №' || number";

/** Which leads a place holds. */
const CONDITIONS: Readonly<Record<Place, string>> = {
  on_its_way: "state IN ('received', 'undelivered')",
  in_admin_chat: `state = 'in_admin_chat' AND card_reason IS NOT '${HELD}'`,
  held: `state = 'in_admin_chat' AND card_reason = '${HELD}'`,
  in_crm: "state = 'in_crm'",
  by_hand: "state = 'by_hand'",
};

const MOST_NUMBER = Number.MAX_SAFE_INTEGER;

export function leadList(db: Database, keys: BotKeys): LeadList {
  const pages = new Map<string, Pages>();
  const heldByProfile = heldReader(db);
  const firstSince = db.reader(
    "SELECT number FROM leads WHERE received_at_ms >= ? ORDER BY received_at_ms LIMIT 1",
  );
  const totals = db.reader("SELECT profile, state, leads FROM lead_counts WHERE leads > 0");
  const countSpan = db.reader(
    `SELECT state, count(*) AS leads FROM (
       SELECT state FROM leads INDEXED BY leads_by_time
       WHERE received_at_ms >= ?1 AND received_at_ms < ?2 AND (?3 IS NULL OR profile = ?3)
       LIMIT ${MOST_COUNTED + 1}) GROUP BY state`,
  );
  const select = db.reader(
    "SELECT *, CAST(user_id AS TEXT) AS user_id_text FROM leads WHERE number = ?",
  );
  const selectFollowUps = db.reader(
    `SELECT number, content, received_at_ms, shown_at_ms FROM follow_ups WHERE lead = ?
     ORDER BY number`,
  );
  const selectOwed = db.reader(
    `SELECT kind FROM outbox WHERE subject = ?
       AND kind IN ('confirmation', 'post', 'card', 'card_update')`,
  );
  const selectPost = db.reader("SELECT 1 FROM outbox WHERE subject = ? AND kind = 'post' LIMIT 1");
  const setCardShown = db.writer("UPDATE leads SET card_shown_at_ms = ? WHERE number = ?");
  const selectOfChat = db.reader("SELECT * FROM leads WHERE chat_id = ? ORDER BY number DESC");
  const attempts = db.reader("SELECT outcome, attempts FROM attempt_counts");
  const selectRepeats = db.reader(
    "SELECT count(*) AS times, max(pressed_at_ms) AS last FROM repeats WHERE lead = ?",
  );
  const repeats = db.reader("SELECT profile, presses FROM repeat_counts");
  const owed = db.reader("SELECT kind, count(*) AS works FROM outbox GROUP BY kind");
  const oldestRefused = db.reader(
    "SELECT received_at_ms FROM leads WHERE state = 'undelivered' ORDER BY number LIMIT 1",
  );
  // Owed work keeps its place in line: the first of it is about the oldest leads.
  const oldestOnItsWay = db.reader(
    `SELECT min(received_at_ms) AS received_at_ms FROM leads WHERE state = 'received' AND number IN (
       SELECT subject FROM outbox WHERE kind IN ('post', 'card') ORDER BY id LIMIT 100)`,
  );

  /** Statements differ by what an index answers, by direction and by how many patterns each word has. */
  function pagesOf(
    { place, profile }: LeadFilter,
    back: boolean,
    words: readonly number[],
  ): Pages {
    const name = [place, profile !== null, back, ...words].join();
    const known = pages.get(name);
    if (known !== undefined) return known;
    const most = words.length === 0 ? MOST_LOOKED_AT : MOST_SEARCHED;
    const order = back ? "DESC" : "ASC";
    const base = indexedPlace(place, order, most) ?? (profile === null ? "" : "profile = ?1 AND");
    const look = (columns: string) =>
      `SELECT ${columns} FROM leads WHERE ${base} number > ?4 AND number < ?5
       ORDER BY number ${order} LIMIT ${most}`;
    let parameter = 7;
    const sought = words.map((patterns) => {
      const any = Array.from({ length: patterns }, () => `words LIKE ?${parameter++} ESCAPE '\\'`);
      return `AND (${any.join(" OR ")})`;
    });
    const made = {
      page: db.reader(
        `SELECT * FROM (${look(words.length === 0 ? COLUMNS : `${COLUMNS}, ${HAYSTACK} AS words`)})
         WHERE ${place === null ? "true" : CONDITIONS[place]} AND (?1 IS NULL OR profile = ?1)
           AND received_at_ms >= ?2 AND received_at_ms < ?3 ${sought.join(" ")} LIMIT ?6`,
      ),
      looked: db.reader(
        `SELECT count(*) AS looked, min(number) AS lowest, max(number) AS highest
         FROM (${look("number")})`,
      ),
    };
    pages.set(name, made);
    return made;
  }

  /** Where the leads of a span of days stand, by number. */
  function boundsOf({ fromMs, toMs }: LeadFilter): { above: number; below: number } {
    const first = (atMs: number) => Number(firstSince.get(atMs)?.["number"] ?? MOST_NUMBER);
    return {
      above: fromMs === null ? 0 : first(fromMs) - OUT_OF_STEP,
      below: toMs === null ? MOST_NUMBER : first(toMs) + OUT_OF_STEP,
    };
  }

  function leadTotals() {
    return totals.all().map((row) => ({
      profile: String(row["profile"]),
      state: String(row["state"]) as LeadState, // The table's source holds it to these words.
      leads: Number(row["leads"]),
    }));
  }

  function repeatsOf(lead: number): Repeats | undefined {
    const row = selectRepeats.get(lead);
    const times = Number(row?.["times"]);
    return times === 0 ? undefined : { times, lastAtMs: Number(row?.["last"]) };
  }

  return {
    listLeads(filter, cursor, most) {
      const back = cursor.after === undefined;
      const patterns = wordsOf(filter.words).map(patternsOf);
      const { page, looked } = pagesOf(filter, back, patterns.map(({ length }) => length));
      const { above, below } = boundsOf(filter);
      const span = [
        back ? above : Math.max(above, cursor.after),
        back ? Math.min(below, cursor.before) : below,
      ];
      const plain = [
        filter.profile,
        filter.fromMs ?? 0,
        filter.toMs ?? MOST_NUMBER,
        ...span,
      ];
      const rows = page.all(...plain, most + 1, ...patterns.flat());
      const leads = rows.slice(0, most).map((row) => toListed(row, keys));
      if (rows.length > most) {
        return { leads: inOrder(leads, back), next: leads.at(-1)?.number, cutShort: false };
      }
      const scope = looked.get(...plain);
      const cutShort = Number(scope?.["looked"]) === mostLookedAt(filter);
      const next = cutShort ? Number(scope?.[back ? "lowest" : "highest"]) : undefined;
      return { leads: inOrder(leads, back), next, cutShort };
    },
    countListed({ profile, fromMs, toMs }) {
      const counts: Partial<Record<LeadState, number>> = {};
      const add = (state: LeadState, leads: number) => counts[state] = (counts[state] ?? 0) + leads;
      const span = [fromMs ?? 0, toMs ?? MOST_NUMBER] as const;
      if (fromMs === null && toMs === null) {
        for (const each of leadTotals()) {
          if (profile === null || each.profile === profile) add(each.state, each.leads);
        }
      } else {
        for (const row of countSpan.all(...span, profile)) {
          add(String(row["state"]) as LeadState, Number(row["leads"]));
        }
        const counted = Object.values(counts).reduce((sum, leads) => sum + leads, 0);
        if (counted > MOST_COUNTED) return undefined;
      }
      const held = heldByProfile(profile, ...span).reduce((sum, { leads }) => sum + leads, 0);
      return byPlace(counts, held);
    },
    profilesWithLeads: () => [...new Set(leadTotals().map(({ profile }) => profile))],
    findLife(number) {
      const row = select.get(number);
      if (row === undefined) return undefined;
      return {
        lead: toListed(row, keys),
        confirmedAtMs: numberOrNull(row["confirmed_at_ms"]),
        cardShownAtMs: numberOrNull(row["card_shown_at_ms"]),
        alertedAtMs: numberOrNull(row["alerted_at_ms"]),
        repeats: repeatsOf(number),
        followUps: selectFollowUps.all(number).map((each) => ({
          number: Number(each["number"]),
          content: JSON.parse(String(each["content"])),
          receivedAtMs: Number(each["received_at_ms"]),
          shownAtMs: numberOrNull(each["shown_at_ms"]),
        })),
        owed: selectOwed.all(number).map((each) => String(each["kind"]) as WorkKind),
      };
    },
    isPostOwed: (lead) => selectPost.get(lead) !== undefined,
    markCardShown: (lead, nowMs) => void setCardShown.run(nowMs, lead),
    leadsOfChat: (chatId) => selectOfChat.all(chatId).map((row) => toLead(row, keys)),
    leadTotals,
    attemptTotals: () =>
      attempts.all().map((row) => ({
        outcome: String(row["outcome"]) as CrmOutcome["kind"], // Written by `endAttempt` alone.
        attempts: Number(row["attempts"]),
      })),
    repeatTotals: () =>
      repeats.all().map((row) => ({
        profile: String(row["profile"]),
        presses: Number(row["presses"]),
      })),
    owedTotals: () =>
      owed.all().map((row) => ({
        kind: String(row["kind"]) as WorkKind, // The table's CHECK holds it to these words.
        works: Number(row["works"]),
      })),
    undelivered() {
      const moments = [oldestRefused.get(), oldestOnItsWay.get()]
        .flatMap((row) =>
          typeof row?.["received_at_ms"] === "number" ? [row["received_at_ms"]] : []
        );
      const refused = leadTotals().filter(({ state }) => state === "undelivered");
      return {
        oldestAtMs: moments.length === 0 ? undefined : Math.min(...moments),
        leads: refused.reduce((sum, { leads }) => sum + leads, 0),
      };
    },
  };
}

/**
 * How the leads of a place are found where an index has them (schema.ts); most leads are in none of these places.
 * Something is owed about each lead on its way.
 */
function indexedPlace(place: Place | null, order: string, most: number): string | undefined {
  switch (place) {
    case "in_admin_chat":
    case "held":
      return "state = 'in_admin_chat' AND";
    case "by_hand":
      return "state = 'by_hand' AND";
    case "on_its_way":
      return `number IN (SELECT subject FROM outbox WHERE kind IN ('post', 'card')
        AND subject > ?4 AND subject < ?5 ORDER BY subject ${order} LIMIT ${most}) AND`;
    case "in_crm":
    case null:
      return undefined;
  }
}

interface Pages {
  readonly page: Reader;
  /** How far the page looked. */
  readonly looked: Reader;
}

function inOrder(leads: ListedLead[], back: boolean): ListedLead[] {
  return back ? leads : leads.toReversed();
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "").slice(0, MOST_WORDS);
}

/** A word anywhere, as patterns of LIKE, which folds the case of Latin letters alone. */
function patternsOf(word: string): string[] {
  const low = word.toLowerCase();
  const [first = "", ...rest] = low;
  const cases = [word, low, first.toUpperCase() + rest.join(""), word.toUpperCase()];
  const distinct = /^[\x20-\x7e]*$/.test(word) ? [word] : [...new Set(cases)];
  return distinct.map((each) => `%${each.replace(/[%_\\]/g, "\\$&")}%`);
}

function toListed(row: Row, keys: BotKeys): ListedLead {
  return {
    ...toLead(row, keys),
    held: row["card_reason"] === HELD,
    userIdText: String(row["user_id_text"]),
    closed: row["closed_by"] === null
      ? null
      : { by: String(row["closed_by"]), atMs: Number(row["closed_at_ms"]) },
  };
}

function numberOrNull(value: unknown): number | null {
  return value === null ? null : Number(value);
}
