// The journal's leads as the page lists them: filtered, page by page, counted.
// A page costs the same in any journal: a filter that no index answers looks at so many leads and says how far it came.

import type { Database, Reader, Row } from "./database.ts";
import type { Deal, Deed, Lead, LeadState, Place, PlaceCounts } from "../lead.ts";
import type { BotKeys } from "./bots.ts";
import { DEAL_COLUMNS, dealIn } from "./deals.ts";
import { closedIn, HELD, leadState, toLead } from "./leads.ts";
import { byPlace, heldReader, sumHeld } from "./profile_counts.ts";
import { patternsOf, wordsOf } from "./search_words.ts";
import type { SourceMoves } from "./sources.ts";
import { ownerIn, RETURN_COLUMN, returnableIn } from "./turn_columns.ts";
import type { Totals } from "./totals.ts";

/** Most leads that one question looks at; words take the longest to be looked for. */
const MOST_LOOKED_AT = 5_000;
const MOST_SEARCHED = 2_000;

/** How many leads a page looks at before it is cut short. */
export function mostLookedAt({ words }: Pick<LeadFilter, "words">): number {
  return words.trim() === "" ? MOST_LOOKED_AT : MOST_SEARCHED;
}

/** Most leads of a span of days that are counted. */
export const MOST_COUNTED = 20_000;

/** How far a lead's number may be out of step with its time, in leads: the clock may be set. */
export const OUT_OF_STEP = 1_000;

export interface LeadFilter {
  readonly place: Place | null;
  readonly profile: string | null;
  /** Absent or null for every lead. */
  readonly source?: string | null;
  /** Received from this moment, and before that one. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** Parts of name, username, choice, user id, phone or number; each has to be there, in any case. */
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
  /** Whether it was held back from the CRM, and whether because its visitor was blocked; else it is one of too many. */
  readonly held: boolean;
  readonly blocked: boolean;
  /** The visitor's id to the last digit, also where it is beyond what a number holds (2^53). */
  readonly userIdText: string;
  readonly closed: { readonly by: string; readonly atMs: number } | null;
  /** What it became, where its CRM says so. */
  readonly deal: Deal | null;
  /** The manager who has taken it. */
  readonly owner: Deed | null;
  /** Until when it may be returned after it was closed; null when it may not. */
  readonly returnableUntilMs: number | null;
}

export interface LeadPages {
  listLeads(filter: LeadFilter, cursor: Cursor, most: number): Promise<LeadPage>;
  /**
   * Number of leads by place, of one profile or all, of one source or all, ignoring the filter's place and words; undefined for
   * too many days, and for days of one source.
   */
  countListed(filter: LeadFilter): Promise<PlaceCounts | undefined>;
  /** The profiles that have ever had a lead. */
  profilesWithLeads(): Promise<string[]>;
}

const COLUMNS =
  "number, id, state, profile, profile_name, choice, user_id, username, first_name, " +
  "last_name, language, chat_id, menu_message_id, received_at_ms, card_chat_id, card_message_id, " +
  "closed_by, closed_at_ms, owner, owned_at_ms, card_reason, held_by_block, source, phone, " +
  "CAST(user_id AS TEXT) AS user_id_text";

const HAYSTACK =
  ", first_name || ' ' || coalesce(last_name, '') || ' @' || coalesce(username, '') || " +
  "' ' || choice || ' ' || user_id || ' ' || coalesce(phone, '') || ' №' || number AS words";

/** Which leads a place holds. */
const CONDITIONS: Readonly<Record<Place, string>> = {
  on_its_way: "state IN ('received', 'undelivered')",
  in_admin_chat: `state = 'in_admin_chat' AND card_reason IS DISTINCT FROM '${HELD}'`,
  held: `state = 'in_admin_chat' AND card_reason = '${HELD}' AND held_by_block IS NULL`,
  blocked: `state = 'in_admin_chat' AND card_reason = '${HELD}' AND held_by_block IS NOT NULL`,
  in_crm: "state = 'in_crm'",
  by_hand: "state = 'by_hand'",
};

const MOST_NUMBER = Number.MAX_SAFE_INTEGER;

export function leadPages(
  db: Database,
  keys: BotKeys,
  { leadTotals, countBySource }: Pick<Totals, "leadTotals"> & Pick<SourceMoves, "countBySource">,
): LeadPages {
  const pages = new Map<string, Statements>();
  const heldByProfile = heldReader(db);
  const firstSince = db.reader(
    "SELECT number FROM leads WHERE received_at_ms >= ? ORDER BY received_at_ms LIMIT 1",
  );
  const countSpan = db.reader(
    `SELECT state, count(*) AS leads FROM (
       SELECT state FROM leads ${db.dialect.indexedBy("leads_by_time")}
       WHERE received_at_ms >= ?1 AND received_at_ms < ?2 AND (profile = ?3 OR ?3 IS NULL)
       LIMIT ${MOST_COUNTED + 1}) AS counted GROUP BY state`,
  );
  /** Statements differ by what an index answers, by direction and by how many patterns each word has. */
  function pagesOf(
    filter: LeadFilter,
    back: boolean,
    words: readonly number[],
  ): Statements {
    const { place, profile, source = null } = filter;
    const name = [place, profile !== null, source !== null, back, ...words].join();
    const known = pages.get(name);
    if (known !== undefined) return known;
    const most = words.length === 0 ? MOST_LOOKED_AT : MOST_SEARCHED;
    const order = back ? "DESC" : "ASC";
    const column = keyColumn(filter);
    const look = (columns: string, key: string) => {
      const which = column === undefined
        ? `${indexedPlace(place, order, most)} number > ?1 AND number < ?2 ORDER BY`
        : `${db.dialect.numbersOf(column, key, "?1", "?2")} ORDER BY ${column} ${order},`;
      return `SELECT ${columns} FROM leads WHERE ${which} number ${order} LIMIT ${most}`;
    };
    let parameter = 8;
    const sought = words.map((patterns) => {
      const like = () => `words ${db.dialect.like} ?${parameter++} ESCAPE '\\'`;
      const any = Array.from({ length: patterns }, like);
      return `AND (${any.join(" OR ")})`;
    });
    const made = {
      page: db.reader(
        `SELECT *, ${DEAL_COLUMNS}, ${RETURN_COLUMN} FROM (${
          look(
            COLUMNS + (words.length === 0 ? "" : HAYSTACK),
            column === "profile" ? "?3" : "?4",
          )
        }) AS looked
         WHERE ${place === null ? "true" : CONDITIONS[place]} AND (profile = ?3 OR ?3 IS NULL)
           AND (source = ?4 OR ?4 IS NULL) AND received_at_ms >= ?5 AND received_at_ms < ?6
           ${sought.join(" ")} LIMIT ?7`,
      ),
      looked: db.reader(
        `SELECT count(*) AS looked, min(number) AS lowest, max(number) AS highest
         FROM (${look("number", "?3")}) AS looked`,
      ),
    };
    pages.set(name, made);
    return made;
  }

  /** Where the leads of a span of days stand, by number. */
  async function boundsOf({ fromMs, toMs }: LeadFilter): Promise<{ above: number; below: number }> {
    const first = async (atMs: number) =>
      Number((await firstSince.get(atMs))?.["number"] ?? MOST_NUMBER);
    return {
      above: fromMs === null ? 0 : await first(fromMs) - OUT_OF_STEP,
      below: toMs === null ? MOST_NUMBER : await first(toMs) + OUT_OF_STEP,
    };
  }

  return {
    async listLeads(filter, cursor, most) {
      const { source = null } = filter;
      const back = cursor.after === undefined;
      const patterns = wordsOf(filter.words).map(patternsOf);
      const { page, looked } = pagesOf(filter, back, patterns.map(({ length }) => length));
      const { above, below } = await boundsOf(filter);
      const span = [
        back ? above : Math.max(above, cursor.after),
        back ? Math.min(below, cursor.before) : below,
      ];
      const rows = await page.all(
        ...span,
        filter.profile,
        source,
        filter.fromMs ?? 0,
        filter.toMs ?? MOST_NUMBER,
        most + 1,
        ...patterns.flat(),
      );
      const leads = rows.slice(0, most).map((row) => toListed(row, keys));
      if (rows.length > most) {
        return { leads: inOrder(leads, back), next: leads.at(-1)?.number, cutShort: false };
      }
      const column = keyColumn(filter);
      const scope = await looked.get(
        ...span,
        ...column === undefined ? [] : [filter[column] ?? null],
      );
      const cutShort = Number(scope?.["looked"]) === mostLookedAt(filter);
      const next = cutShort ? Number(scope?.[back ? "lowest" : "highest"]) : undefined;
      return { leads: inOrder(leads, back), next, cutShort };
    },
    async countListed({ profile, source = null, fromMs, toMs }) {
      if (source !== null) {
        return fromMs === null && toMs === null ? await countBySource(profile, source) : undefined;
      }
      const counts: Partial<Record<LeadState, number>> = {};
      const add = (state: LeadState, leads: number) => counts[state] = (counts[state] ?? 0) + leads;
      const span = [fromMs ?? 0, toMs ?? MOST_NUMBER] as const;
      if (fromMs === null && toMs === null) {
        for (const each of await leadTotals()) {
          if (profile === null || each.profile === profile) add(each.state, each.leads);
        }
      } else {
        for (const row of await countSpan.all(...span, profile)) {
          add(leadState(row["state"]), Number(row["leads"]));
        }
        const counted = Object.values(counts).reduce((sum, leads) => sum + leads, 0);
        if (counted > MOST_COUNTED) return undefined;
      }
      return byPlace(counts, sumHeld(await heldByProfile(profile, ...span)));
    },
    profilesWithLeads: async () => [...new Set((await leadTotals()).map(({ profile }) => profile))],
  };
}

/** The column by whose index a page is looked for, rather than by its place. */
function keyColumn(
  { place, profile, source = null }: LeadFilter,
): "source" | "profile" | undefined {
  if (source !== null) return "source";
  return (place === null || place === "in_crm") && profile !== null ? "profile" : undefined;
}

/** Conditions that an index serves (schema.ts). Pending work exists for each lead on its way. */
function indexedPlace(place: Place | null, order: string, most: number): string {
  switch (place) {
    case "in_admin_chat":
    case "held":
    case "blocked":
      return "state = 'in_admin_chat' AND";
    case "by_hand":
      return "state = 'by_hand' AND";
    case "on_its_way":
      return `number IN (SELECT subject FROM outbox WHERE kind IN ('post', 'card')
        AND subject > ?1 AND subject < ?2 ORDER BY subject ${order} LIMIT ${most}) AND`;
    case "in_crm":
    case null:
      return "";
  }
}

interface Statements {
  readonly page: Reader;
  /** How far the page looked. */
  readonly looked: Reader;
}

function inOrder(leads: ListedLead[], back: boolean): ListedLead[] {
  return back ? leads : leads.toReversed();
}

/** A lead as the page lists it. */
export function toListed(row: Row, keys: BotKeys): ListedLead {
  return {
    ...toLead(row, keys),
    held: row["card_reason"] === HELD,
    blocked: row["card_reason"] === HELD && row["held_by_block"] !== null,
    userIdText: String(row["user_id_text"]),
    closed: closedIn(row),
    deal: dealIn(row),
    owner: ownerIn(row),
    returnableUntilMs: returnableIn(row),
  };
}
