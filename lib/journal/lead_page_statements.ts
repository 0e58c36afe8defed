// The statements of a page of leads: by what an index answers, by direction, and by the words looked for. Runs none of them.

import type { Database, Reader } from "./engine.ts";
import { DEAL_COLUMNS } from "./deals.ts";
import type { Place } from "../lead.ts";
import { HELD } from "./leads.ts";
import { RETURN_COLUMN } from "./turn_columns.ts";

/** Most leads that one question looks at; words take the longest to be looked for. */
const MOST_LOOKED_AT = 5_000;
const MOST_SEARCHED = 2_000;

/** How many leads a page looks at before it is cut short. */
export function mostLookedAt({ words }: Pick<LeadFilter, "words">): number {
  return words.trim() === "" ? MOST_LOOKED_AT : MOST_SEARCHED;
}

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

/** Both take two numbers first: above which leads are, and below which. */
export interface PageStatements {
  /** Then profile, source, from when, until when, most rows, and the words' patterns. */
  readonly page: Reader;
  /** How far the page looked; then takes the value of the key column, where there is one. */
  readonly looked: Reader;
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

/** Statements differ by what an index answers, by direction and by how many patterns each word has; each is made once. */
export function pageStatements(
  db: Database,
): (filter: LeadFilter, back: boolean, words: readonly number[]) => PageStatements {
  const pages = new Map<string, PageStatements>();

  return (filter, back, words) => {
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
  };
}

/** The column by whose index a page is looked for, rather than by its place. */
export function keyColumn(
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
