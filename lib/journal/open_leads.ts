// How many leads wait for a manager: counted without reading them, as every page says it.

import type { Database } from "./engine.ts";
import { HELD } from "./leads.ts";

export interface OpenLeads {
  /** Leads in the managers' chat that are open: with a card, and held back until a manager decides. */
  countOpen(): Promise<{ readonly cards: number; readonly held: number }>;
}

/** Counts in an open database. Only what is held back is counted row by row, in an index that holds nothing else. */
export function openLeads(db: Database): OpenLeads {
  const heldBack = (more: string) =>
    `(SELECT count(*) FROM leads ${db.dialect.indexedBy("leads_held_back")}
      WHERE state = 'in_admin_chat' AND card_reason = '${HELD}'${more})`;
  const count = db.reader(
    `SELECT sum(leads) - ${heldBack("")} AS cards, ${heldBack(" AND held_by_block IS NULL")} AS held
     FROM lead_counts WHERE state = 'in_admin_chat'`,
  );

  return {
    async countOpen() {
      const row = await count.get();
      return { cards: Number(row?.["cards"] ?? 0), held: Number(row?.["held"] ?? 0) };
    },
  };
}
