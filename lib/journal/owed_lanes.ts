// How much work is owed in each kind of lane, for the metrics. Names no CRM's host and no account.

import type { Database } from "./engine.ts";
import { beginsWith } from "./dialect.ts";
import { CRM_LANES, PACED_LANES, SEND_ALL_LANES } from "./work.ts";

/** Kinds of lanes: a label's values. */
export const LANE_KINDS = [
  "visitors",
  "phones",
  "crm",
  "crm_paced",
  "crm_send_all",
  "crm_notes",
  "admin_chat",
  "follow_ups",
  "edits",
  "answers",
  "answer_marks",
  "answer_notes",
  "other",
] as const;
export type LaneKind = typeof LANE_KINDS[number];

export interface OwedLanes {
  /** Pieces of owed work by kind of lane, waiting or in hand, of questions for a phone only those that wait; every kind is there. */
  owedByLane(): Promise<ReadonlyMap<LaneKind, number>>;
}

/** Counts in an open database. */
export function owedLanes(db: Database): OwedLanes {
  const count = db.reader(
    `SELECT CASE
       WHEN ${beginsWith("lane", PACED_LANES)} THEN 'crm_paced'
       WHEN ${beginsWith("lane", SEND_ALL_LANES)} THEN 'crm_send_all'
       WHEN ${beginsWith("lane", CRM_LANES)} THEN 'crm'
       WHEN lane = 'admin_chat:follow_ups' THEN 'follow_ups'
       WHEN lane = 'admin_chat:edits' THEN 'edits'
       WHEN lane = 'answers:marks' THEN 'answer_marks'
       WHEN lane = 'answers:notes' THEN 'answer_notes'
       ELSE lane END AS kind, count(*) AS works
     FROM (SELECT lane FROM outbox UNION ALL SELECT lane FROM answer_work
       UNION ALL SELECT 'crm_notes' FROM crm_notes
       UNION ALL SELECT 'phones' FROM phone_asks WHERE due_at_ms IS NOT NULL) AS owed
     GROUP BY kind`,
  );

  return {
    async owedByLane() {
      const owed = new Map<LaneKind, number>(LANE_KINDS.map((kind) => [kind, 0]));
      for (const row of await count.all()) {
        const kind = laneKind(row["kind"]);
        owed.set(kind, (owed.get(kind) ?? 0) + Number(row["works"]));
      }
      return owed;
    },
  };
}

/** A lane that this version does not know is another one. */
function laneKind(stored: unknown): LaneKind {
  return LANE_KINDS.find((kind) => kind === stored) ?? "other";
}
