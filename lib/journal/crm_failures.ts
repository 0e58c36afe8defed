// Since when a profile's CRM has accepted nothing. Reads attempts; judges none.

import type { Database } from "./engine.ts";
import { numberOrNull } from "./rows.ts";

/** How many of a profile's newest leads are looked at. */
const MOST_LOOKED_AT = 200;

/** Attempts that failed since the CRM last accepted a lead. */
export interface CrmFailures {
  /** When the first of them ended. */
  readonly sinceMs: number;
  readonly lastAtMs: number;
  /** False where the CRM may have failed before: none of the leads that were looked at was accepted, and there are older ones. */
  readonly isFirst: boolean;
}

export interface CrmFailureRecords {
  /** Undefined where the newest answer was good, or there was none. */
  crmFailures(profile: string): Promise<CrmFailures | undefined>;
}

/** Reads from an open database. */
export function crmFailureRecords(db: Database): CrmFailureRecords {
  const newest = `SELECT number FROM leads WHERE profile = ?1 ORDER BY number DESC
    LIMIT ${MOST_LOOKED_AT}`;
  const select = db.reader(
    `SELECT min(ended_at_ms) AS since_ms, max(ended_at_ms) AS last_at_ms,
       max(accepted_at_ms) AS accepted_at_ms,
       EXISTS (SELECT 1 FROM leads WHERE profile = ?1 ORDER BY number DESC
         LIMIT 1 OFFSET ${MOST_LOOKED_AT}) AS has_older
     FROM attempts, (SELECT max(ended_at_ms) AS accepted_at_ms FROM attempts
       WHERE lead IN (${newest}) AND outcome = 'accepted') AS good
     WHERE lead IN (${newest}) AND ended_at_ms IS NOT NULL AND outcome <> 'accepted'
       AND ended_at_ms > coalesce(accepted_at_ms, -1)`,
  );

  return {
    async crmFailures(profile) {
      const row = await select.get(profile);
      const sinceMs = numberOrNull(row?.["since_ms"] ?? null);
      if (row === undefined || sinceMs === null) return undefined;
      const isFirst = row["accepted_at_ms"] !== null || !row["has_older"];
      return { sinceMs, lastAtMs: Number(row["last_at_ms"]), isFirst };
    },
  };
}
