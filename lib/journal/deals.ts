// The journal's deals: what leads became in the CRMs that say so. Knows no CRM.

import type { Database, Row } from "./engine.ts";
import type { Deal } from "../lead.ts";

/** A deal as it is recorded. */
export interface RecordedDeal extends Deal {
  /** Host of the account that takes notes of it; empty where none does. */
  readonly account: string;
}

/** Reads deals. */
export interface DealRecords {
  /** What a lead became; undefined where its CRM did not say. */
  dealOf(lead: number): Promise<RecordedDeal | undefined>;
}

/** Reads deals and records them. */
export interface DealMoves extends DealRecords {
  /** Records what a lead became; false when it has a deal already, which stays. */
  insertDeal(lead: number, deal: Deal, nowMs: number): Promise<boolean>;
}

/** Columns of a lead's deal, for a statement in which `number` is the lead's. */
export const DEAL_COLUMNS = `(SELECT deal_id FROM deals WHERE lead = number) AS deal_id,
  (SELECT url FROM deals WHERE lead = number) AS deal_url`;

/** The deal in a row with those columns. */
export function dealIn(row: Row): Deal | null {
  return row["deal_id"] == null
    ? null
    : { id: Number(row["deal_id"]), url: String(row["deal_url"]) };
}

/** The deals in an open database. */
export function dealRecords(db: Database): DealMoves {
  const insert = db.writer(
    `INSERT INTO deals (lead, deal_id, url, account, made_at_ms, contact_id) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (lead) DO NOTHING`,
  );
  const select = db.reader("SELECT deal_id, url, account, contact_id FROM deals WHERE lead = ?");

  return {
    async dealOf(lead) {
      const row = await select.get(lead);
      return row && {
        id: Number(row["deal_id"]),
        url: String(row["url"]),
        account: String(row["account"]),
        ...row["contact_id"] === null ? {} : { contact: Number(row["contact_id"]) },
      };
    },
    async insertDeal(lead, { id, url, contact, takesNotes }, nowMs) {
      const account = takesNotes === false ? "" : URL.parse(url)?.host ?? "";
      return (await insert.run(lead, id, url, account, nowMs, contact ?? null)).changes === 1;
    },
  };
}
