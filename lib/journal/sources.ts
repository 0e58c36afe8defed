// Where visitors came from, counted by profile: how many opened a link with a source, became leads, were taken.

import type { Database } from "./engine.ts";
import type { PlaceCounts } from "../lead.ts";
import { HELD, leadState } from "./leads.ts";
import { byPlace, HELD_COUNTS, heldIn } from "./profile_counts.ts";

/** What one source has brought. */
export interface SourceCount {
  readonly source: string;
  /** Greetings that its links opened. */
  readonly opened: number;
  /** Leads. */
  readonly pressed: number;
  /** Leads that the CRM took, or a manager entered. */
  readonly accepted: number;
}

export interface SourceCounts {
  /** The sources of a profile, or of all where it is null; those with the most leads first, at most `most`. */
  countSources(profile: string | null, most: number): Promise<SourceCount[]>;
}

export interface SourceMoves extends SourceCounts {
  /** Counts a greeting that a link with a source opened. */
  countOpening(profile: string, source: string): Promise<void>;
  /** Leads of a source by place, of one profile or of all where it is null. */
  countBySource(profile: string | null, source: string): Promise<PlaceCounts>;
}

/** Most sources of a profile whose openings are counted: links can be made up. Leads are always counted. */
const MOST_OPENED = 1_000;

/** The records in an open database. */
export function sourceRecords(db: Database): SourceMoves {
  const count = db.writer(
    `INSERT INTO source_opens SELECT ?1, ?2, 1
     WHERE EXISTS (SELECT 1 FROM source_opens WHERE profile = ?1 AND source = ?2)
       OR (SELECT count(*) FROM source_opens WHERE profile = ?1) < ${MOST_OPENED}
     ON CONFLICT (profile, source) DO UPDATE SET opens = source_opens.opens + 1`,
  );
  const countStates = db.reader(
    `SELECT state, sum(leads) AS leads FROM source_counts
     WHERE source = ?2 AND (profile = ?1 OR ?1 IS NULL) AND leads > 0 GROUP BY state`,
  );
  const countHeld = db.reader(
    `SELECT ${HELD_COUNTS} FROM leads ${db.dialect.indexedBy("leads_held")}
     WHERE state = 'in_admin_chat' AND card_reason = '${HELD}' AND (profile = ?1 OR ?1 IS NULL)
       AND source = ?2`,
  );
  const select = (where: string) =>
    db.reader(
      `SELECT source, sum(opens) AS opened, sum(leads) AS pressed, sum(taken) AS accepted FROM (
         SELECT source, opens, 0 AS leads, 0 AS taken FROM source_opens ${where} UNION ALL
         SELECT source, 0, leads, CASE WHEN state IN ('in_crm', 'by_hand') THEN leads ELSE 0 END
           FROM source_counts ${where}) AS counts
       GROUP BY source ORDER BY pressed DESC, opened DESC, source LIMIT ?1`,
    );
  const selectOf = select("WHERE profile = ?2");
  const selectAll = select("");

  return {
    countOpening: async (profile, source) => void await count.run(profile, source),
    async countBySource(profile, source) {
      const rows = await countStates.all(profile, source);
      const counts = rows.map((row) => [leadState(row["state"]), Number(row["leads"])]);
      return byPlace(Object.fromEntries(counts), heldIn(await countHeld.get(profile, source)));
    },
    countSources: async (profile, most) => {
      const rows = profile === null ? await selectAll.all(most) : await selectOf.all(most, profile);
      return rows.map((row) => ({
        source: String(row["source"]),
        opened: Number(row["opened"]),
        pressed: Number(row["pressed"]),
        accepted: Number(row["accepted"]),
      }));
    },
  };
}
