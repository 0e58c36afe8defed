// The journal's leads that wait for a manager, and what managers did within a span. Sends nothing.

import type { Database } from "./engine.ts";
import type { Lead } from "../lead.ts";
import type { BotKeys } from "./bots.ts";
import { HELD, toLead } from "./leads.ts";

/** What managers did within a span. */
export interface TurnCounts {
  /** Leads that were taken for the first time, and those that were returned. */
  readonly taken: number;
  readonly returned: number;
  readonly closed: number;
  /** From the card to «Беру», in ms; null where nothing was taken. */
  readonly medianToTakeMs: number | null;
}

export interface WaitingLeads {
  /**
   * Leads whose card was shown before a moment and that no manager has taken or closed, of all profiles, of these or of all but
   * these: the oldest, and how many in all.
   */
  waitingLeads(
    shownBeforeMs: number,
    most: number,
    of?: { readonly profiles: Iterable<string>; readonly isAllBut: boolean },
  ): Promise<{ readonly leads: readonly Lead[]; readonly all: number }>;
  /** What managers did from a moment on, and before another. */
  countTurns(fromMs: number, toMs: number): Promise<TurnCounts>;
}

const ALL = { profiles: [], isAllBut: true };

/** Most turns of a span that the median is taken of. */
const MOST_TURNS = 20_000;

export function waitingLeadRecords(db: Database, keys: BotKeys): WaitingLeads {
  const waiting =
    `FROM leads WHERE state = 'in_admin_chat' AND card_reason IS DISTINCT FROM '${HELD}'
    AND owner IS NULL AND card_shown_at_ms <= ?1
    AND CASE WHEN profile IN (SELECT value FROM ${
      db.dialect.values("?2")
    }) THEN 1 ELSE 0 END <> CAST(?3 AS BIGINT)
    AND NOT EXISTS (SELECT 1 FROM blocked_visitors WHERE chat_id = leads.chat_id)`;
  const select = db.reader(`SELECT * ${waiting} ORDER BY number LIMIT ?4`);
  const count = db.reader(`SELECT count(*) AS leads ${waiting}`);
  const countKinds = db.reader(
    `SELECT kind, count(*) AS turns FROM lead_turns WHERE at_ms >= ? AND at_ms < ? GROUP BY kind`,
  );
  const waits = db.reader(
    `SELECT lead_turns.at_ms - card_shown_at_ms AS waited FROM lead_turns
     JOIN leads ON leads.number = lead_turns.lead
     WHERE at_ms >= ? AND at_ms < ? AND kind = 'taken' AND card_shown_at_ms IS NOT NULL
     ORDER BY waited LIMIT ${MOST_TURNS}`,
  );

  return {
    async waitingLeads(shownBeforeMs, most, { profiles, isAllBut } = ALL) {
      const which = [shownBeforeMs, JSON.stringify([...profiles]), Number(isAllBut)] as const;
      return {
        leads: (await select.all(...which, most)).map((row) => toLead(row, keys)),
        all: Number((await count.get(...which))?.["leads"]),
      };
    },
    async countTurns(fromMs, toMs) {
      const kinds = new Map(
        (await countKinds.all(fromMs, toMs)).map((row) => [row["kind"], Number(row["turns"])]),
      );
      const waited = (await waits.all(fromMs, toMs)).map((row) =>
        Math.max(0, Number(row["waited"]))
      );
      return {
        taken: kinds.get("taken") ?? 0,
        returned: kinds.get("returned") ?? 0,
        closed: kinds.get("closed") ?? 0,
        medianToTakeMs: waited[Math.floor((waited.length - 1) / 2)] ?? null,
      };
    },
  };
}
