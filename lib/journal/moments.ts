// The moments in the journal that something waits for: moved when the clock was set, so that no wait grows or shrinks.

import type { Database } from "./engine.ts";
import { beginsWith } from "./dialect.ts";
import { RETURN_WINDOW_MS } from "../lead.ts";

/** Moments as the clock says them. */
export interface Moments {
  /**
   * Moves due times by a correction of the clock, so that waits keep their length; timestamps stay. On PostgreSQL nothing: most
   * of these moments were written by other processes, whose clocks may have been right.
   */
  shiftWaits(byMs: number): Promise<void>;
  /** Corrects what an earlier process wrote with a clock that was ahead; on PostgreSQL also of the server's. */
  clampWaits(nowMs: number): Promise<void>;
  /** When the newest thing happened that the journal knows of, in ms since 1970; undefined in an empty one. */
  newestMomentMs(): Promise<number | undefined>;
}

/** When polling last worked; the facts of other bots than the first have their number behind it (bots.ts). */
const HEARTBEATS = `name = 'polled_at_ms' OR ${beginsWith("name", "polled_at_ms:")}`;

/** Longer than any login link works, in ms. */
const LONGEST_LINK_MS = 24 * 60 * 60 * 1000;

/** No wait is longer, in ms: the managers are told of a held lead an hour later at most. */
const LONGEST_WAIT_MS = 2 * 60 * 60 * 1000;

/** Facts that hold a moment from which a span is measured. */
const SPANS = `(${HEARTBEATS} OR ${beginsWith("name", "offered_at_ms:")} OR
  name = 'reminded_at_ms' OR ${beginsWith("name", "reminded_at_ms:")})`;

/** The moments in an open database. */
export function moments(db: Database): Moments {
  const { isShared, jsonNumber, laterOfClocks, lesser, withMember } = db.dialect;
  const heldFromMs = jsonNumber("value", "fromMs");
  const shifts = [
    "UPDATE outbox SET due_at_ms = due_at_ms + ? WHERE due_at_ms IS NOT NULL",
    "UPDATE inbox SET due_at_ms = due_at_ms + ? WHERE due_at_ms IS NOT NULL",
    "UPDATE answer_work SET due_at_ms = due_at_ms + ? WHERE due_at_ms IS NOT NULL",
    // The moment of creation too: a note's span of tries begins there.
    `UPDATE crm_notes SET created_at_ms = created_at_ms + ?1, ready_at_ms = ready_at_ms + ?1,
       due_at_ms = due_at_ms + ?1`,
    "UPDATE returns SET until_ms = until_ms + ?",
    "UPDATE take_questions SET asked_at_ms = asked_at_ms + ?",
    "UPDATE links SET expires_at_ms = expires_at_ms + ?",
    "UPDATE login_messages SET expires_at_ms = expires_at_ms + ?",
    "UPDATE sessions SET opened_at_ms = opened_at_ms + ?1, seen_at_ms = seen_at_ms + ?1",
    `UPDATE facts SET value = CAST(CAST(value AS BIGINT) + CAST(? AS BIGINT) AS TEXT) WHERE ${SPANS}`,
    `UPDATE facts SET value = ${withMember("value", "fromMs", `${heldFromMs} + CAST(? AS BIGINT)`)}
     WHERE ${beginsWith("name", "held_of:")} AND ${heldFromMs} IS NOT NULL`,
  ].map((sql) => db.writer(sql));
  const clock = db.reader(`SELECT ${laterOfClocks("CAST(? AS BIGINT)")} AS now_ms`);
  const clamps = [
    ...["outbox", "inbox", "answer_work"].map((table) =>
      `UPDATE ${table} SET due_at_ms = ?1
       WHERE due_at_ms > CAST(?1 AS BIGINT) + ${LONGEST_WAIT_MS}`
    ),
    `UPDATE crm_notes SET ready_at_ms = ?1, due_at_ms = CASE WHEN due_at_ms IS NOT NULL THEN CAST(?1 AS BIGINT) END
     WHERE ready_at_ms > CAST(?1 AS BIGINT) + ${LONGEST_WAIT_MS} OR due_at_ms > CAST(?1 AS BIGINT) + ${LONGEST_WAIT_MS}`,
    `UPDATE crm_notes SET created_at_ms = ${lesser("created_at_ms", "?1")}`,
    `UPDATE returns SET until_ms = ${
      lesser("until_ms", `CAST(?1 AS BIGINT) + ${RETURN_WINDOW_MS}`)
    }`,
    "DELETE FROM take_questions WHERE asked_at_ms > ?1",
    // Other facts hold no numbers, and must not be read as such.
    `DELETE FROM facts WHERE ${SPANS} AND CASE WHEN ${SPANS} THEN CAST(value AS BIGINT) > ?1 END`,
    `UPDATE sessions SET opened_at_ms = ${lesser("opened_at_ms", "?1")},
       seen_at_ms = ${lesser("seen_at_ms", "?1")}`,
    `DELETE FROM links WHERE expires_at_ms > CAST(?1 AS BIGINT) + ${LONGEST_LINK_MS}`,
  ].map((sql) => db.writer(sql));
  const newest = db.reader(
    `SELECT max(at_ms) AS newest FROM (
       SELECT received_at_ms AS at_ms FROM leads WHERE number = (SELECT max(number) FROM leads)
       UNION ALL SELECT received_at_ms FROM inbox
       UNION ALL SELECT max(saved_at_ms) FROM revisions
       UNION ALL SELECT CAST(value AS BIGINT) FROM facts
         WHERE ${HEARTBEATS} OR name = 'health_checked_at_ms') AS moments`,
  );

  return {
    shiftWaits: (byMs) =>
      db.atomically(async () => {
        if (isShared) return;
        for (const each of shifts) await each.run(byMs);
      }),
    clampWaits: (nowMs) =>
      db.atomically(async () => {
        const laterMs = Number((await clock.get(nowMs))?.["now_ms"]);
        for (const each of clamps) await each.run(laterMs);
      }),
    async newestMomentMs() {
      const atMs = (await newest.get())?.["newest"];
      return typeof atMs === "number" ? atMs : undefined;
    },
  };
}
