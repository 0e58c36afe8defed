// What the journal tells of a profile's leads: how many went where, and what its CRM last answered.

import type { Database, Row } from "./engine.ts";
import {
  type CrmOutcome,
  LEAD_STATES,
  type LeadState,
  type Place,
  type PlaceCounts,
  placeOf,
} from "../lead.ts";
import { outcomeKind } from "./attempts.ts";
import { HELD, leadState } from "./leads.ts";
import { numberOrNull, textOrNull } from "./rows.ts";

/** An ended attempt, as far as the journal kept it. */
export interface LastAnswer {
  readonly outcome: CrmOutcome["kind"];
  readonly status: number | null;
  readonly reason: string | null;
  readonly begunAtMs: number;
  readonly endedAtMs: number;
}

export interface ProfileCounts {
  /** Leads received from `fromMs` and before `toMs`, by profile and place. */
  countByProfile(fromMs: number, toMs: number): Promise<Map<string, PlaceCounts>>;
  /** How many leads a profile has had. */
  countLeadsOf(profile: string): Promise<number>;
  /** The newest ended attempt among a profile's newest leads. */
  lastAnswer(profile: string): Promise<LastAnswer | undefined>;
}

export function profileCounts(db: Database): ProfileCounts {
  const count = db.reader(
    `SELECT profile, state, count(*) AS leads FROM leads
     WHERE received_at_ms >= ? AND received_at_ms < ? GROUP BY profile, state`,
  );
  const heldByProfile = heldReader(db);
  const countOf = db.reader("SELECT sum(leads) AS leads FROM lead_counts WHERE profile = ?");
  const last = db.reader(
    `SELECT outcome, status, reason, begun_at_ms, ended_at_ms FROM attempts
     WHERE lead IN (SELECT number FROM leads WHERE profile = ? ORDER BY number DESC LIMIT 8)
       AND ended_at_ms IS NOT NULL
     ORDER BY ended_at_ms DESC LIMIT 1`,
  );

  return {
    async countByProfile(fromMs, toMs) {
      const held = new Map(
        (await heldByProfile(null, fromMs, toMs)).map((each) => [each.profile, each]),
      );
      const states = new Map<string, Partial<Record<LeadState, number>>>();
      for (const row of await count.all(fromMs, toMs)) {
        const profile = String(row["profile"]);
        const ofProfile = states.get(profile) ?? {};
        ofProfile[leadState(row["state"])] = Number(row["leads"]);
        states.set(profile, ofProfile);
      }
      return new Map(
        [...states].map(([profile, counts]) => [profile, byPlace(counts, held.get(profile))]),
      );
    },
    countLeadsOf: async (profile) => Number((await countOf.get(profile))?.["leads"] ?? 0),
    async lastAnswer(profile) {
      const row = await last.get(profile);
      if (row === undefined) return undefined;
      return {
        outcome: outcomeKind(row["outcome"]),
        status: numberOrNull(row["status"]),
        reason: textOrNull(row["reason"]),
        begunAtMs: Number(row["begun_at_ms"]),
        endedAtMs: Number(row["ended_at_ms"]),
      };
    },
  };
}

/** How many leads are held back, by why. */
export interface HeldCounts {
  readonly tooMany: number;
  readonly blocked: number;
}

/** Counts by state as counts by place. @param heldBack How many of those in the chat are held back. */
export function byPlace(
  states: Readonly<Partial<Record<LeadState, number>>>,
  heldBack: HeldCounts = { tooMany: 0, blocked: 0 },
): PlaceCounts {
  const { tooMany: held, blocked } = heldBack;
  const counts = { ...states, in_admin_chat: (states.in_admin_chat ?? 0) - held - blocked };
  const places: Partial<Record<Place, number>> = {
    ...held === 0 ? {} : { held },
    ...blocked === 0 ? {} : { blocked },
  };
  for (const state of LEAD_STATES) {
    const leads = counts[state] ?? 0;
    const place = placeOf(state, false);
    if (leads !== 0) places[place] = (places[place] ?? 0) + leads;
  }
  return places;
}

/** Reads how many leads are held back, by profile: of one where given, received from a moment and before another. */
export function heldReader(
  db: Database,
): (
  profile: string | null,
  fromMs: number,
  toMs: number,
) => Promise<({ readonly profile: string } & HeldCounts)[]> {
  const read = db.reader(
    `SELECT profile, ${HELD_COUNTS} FROM leads ${db.dialect.indexedBy("leads_held_back")}
     WHERE state = 'in_admin_chat' AND card_reason = '${HELD}' AND (profile = ?1 OR ?1 IS NULL)
       AND received_at_ms >= ?2 AND received_at_ms < ?3 GROUP BY profile`,
  );
  return async (profile, fromMs, toMs) =>
    (await read.all(profile, fromMs, toMs)).map((row) => ({
      profile: String(row["profile"]),
      ...heldIn(row),
    }));
}

/** Columns that `heldIn` reads. */
export const HELD_COUNTS = "count(*) AS held, count(held_by_block) AS blocked";

export function heldIn(row: Row | undefined): HeldCounts {
  const blocked = Number(row?.["blocked"] ?? 0);
  return { tooMany: Number(row?.["held"] ?? 0) - blocked, blocked };
}

export function sumHeld(counts: readonly HeldCounts[]): HeldCounts {
  return counts.reduce(
    (sum, each) => ({
      tooMany: sum.tooMany + each.tooMany,
      blocked: sum.blocked + each.blocked,
    }),
    { tooMany: 0, blocked: 0 },
  );
}
