// What the journal tells of a profile's leads: how many went where, and what its CRM last answered.

import type { Database } from "../db.ts";
import type { CrmOutcome, LeadState } from "../lead.ts";

export type LeadCounts = Readonly<Partial<Record<LeadState, number>>>;

/** An ended attempt, as far as the journal kept it. */
export interface LastAnswer {
  readonly outcome: CrmOutcome["kind"];
  readonly status: number | null;
  readonly begunAtMs: number;
  readonly endedAtMs: number;
}

export interface ProfileCounts {
  /** Leads received from `fromMs` and before `toMs`, by profile and state. */
  countByProfile(fromMs: number, toMs: number): Map<string, LeadCounts>;
  /** How many leads a profile has had. */
  countLeadsOf(profile: string): number;
  /** The newest ended attempt among a profile's newest leads. */
  lastAnswer(profile: string): LastAnswer | undefined;
}

export function profileCounts(db: Database): ProfileCounts {
  const count = db.reader(
    `SELECT profile, state, count(*) AS leads FROM leads
     WHERE received_at_ms >= ? AND received_at_ms < ? GROUP BY profile, state`,
  );
  const countOf = db.reader("SELECT sum(leads) AS leads FROM lead_counts WHERE profile = ?");
  const last = db.reader(
    `SELECT outcome, status, begun_at_ms, ended_at_ms FROM attempts
     WHERE lead IN (SELECT number FROM leads WHERE profile = ? ORDER BY number DESC LIMIT 8)
       AND ended_at_ms IS NOT NULL
     ORDER BY ended_at_ms DESC LIMIT 1`,
  );

  return {
    countByProfile(fromMs, toMs) {
      const counts = new Map<string, Record<string, number>>();
      for (const row of count.all(fromMs, toMs)) {
        const profile = String(row["profile"]);
        const states = counts.get(profile) ?? {};
        states[String(row["state"])] = Number(row["leads"]);
        counts.set(profile, states);
      }
      return counts;
    },
    countLeadsOf: (profile) => Number(countOf.get(profile)?.["leads"] ?? 0),
    lastAnswer(profile) {
      const row = last.get(profile);
      if (row === undefined) return undefined;
      return {
        outcome: String(row["outcome"]) as CrmOutcome["kind"],
        status: row["status"] === null ? null : Number(row["status"]),
        begunAtMs: Number(row["begun_at_ms"]),
        endedAtMs: Number(row["ended_at_ms"]),
      };
    },
  };
}
