// The journal's inbox: updates between Telegram's hands and ours. Does not look inside them.

import type { Database } from "./database.ts";

export interface StoredUpdate {
  readonly id: number;
  readonly body: string;
  readonly failures: number;
  readonly receivedAtMs: number;
}

export interface InboxRecords {
  /**
   * Records updates once.
   *
   * @param dueAtMs Null when the caller handles them itself; else when they are to be taken.
   * @returns The ids that were not known yet.
   */
  recordUpdates(
    updates: readonly { readonly id: number; readonly body: string }[],
    nowMs: number,
    dueAtMs: number | null,
  ): Set<number>;
  /** Hands out due updates, oldest first. They stay the caller's until finished or postponed. */
  takeUpdates(nowMs: number, most: number): StoredUpdate[];
  finishUpdate(id: number): void;
  /** Does nothing to an update that is finished: the disk may have kept a postponement waiting for long. */
  postponeUpdate(id: number, dueAtMs: number): void;
  /** Forgets finished updates below `offset`, which Telegram will not hand over again. */
  forgetUpdates(offset: number): void;
  /** When the next waiting update is due; undefined if none waits. */
  nextUpdateDueAtMs(): number | undefined;
}

export function inboxRecords(db: Database): InboxRecords {
  const insert = db.writer(
    `INSERT INTO inbox (update_id, body, received_at_ms, due_at_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (update_id) DO NOTHING`,
  );
  const take = db.writer(
    `UPDATE inbox SET due_at_ms = NULL WHERE update_id IN (
       SELECT update_id FROM inbox WHERE due_at_ms <= ? ORDER BY due_at_ms, update_id LIMIT ?)
     RETURNING CAST(update_id AS REAL) AS update_id, body, failures, received_at_ms`, // One past 2^53 would throw.
  );
  const empty = db.writer("UPDATE inbox SET body = NULL, due_at_ms = NULL WHERE update_id = ?");
  const remove = db.writer("DELETE FROM inbox WHERE update_id = ?");
  const postpone = db.writer(
    `UPDATE inbox SET due_at_ms = ?, failures = failures + 1
     WHERE update_id = ? AND body IS NOT NULL`,
  );
  const forget = db.writer("DELETE FROM inbox WHERE update_id < ? AND body IS NULL");
  const nextDue = db.reader(
    "SELECT due_at_ms FROM inbox WHERE due_at_ms IS NOT NULL ORDER BY due_at_ms LIMIT 1",
  );

  /** Below it Telegram has been told: what is finished there needs no trace. */
  let toldBelow = -Infinity;
  /** No finished update above it is left in the table. */
  let lastTrace = Number(
    db.reader("SELECT max(update_id) AS id FROM inbox").get()?.["id"] ?? -Infinity,
  );

  return {
    recordUpdates(updates, nowMs, dueAtMs) {
      // After a quiet week Telegram counts anew (Bot API: Update.update_id).
      for (const { id } of updates) if (id < toldBelow) toldBelow = id;
      const isFresh = ({ id, body }: { readonly id: number; readonly body: string }) =>
        insert.run(id, body, nowMs, dueAtMs).changes;
      // A batch that stood in part would be known when Telegram hands it over again, and handled by no one.
      return db.atomically(() => new Set(updates.filter(isFresh).map(({ id }) => id)));
    },
    takeUpdates: (nowMs, most) =>
      // An earlier version could make a finished update due again; taking it is its end.
      take.all(nowMs, most).filter((row) => row["body"] !== null).map((row) => ({
        id: Number(row["update_id"]),
        body: String(row["body"]),
        failures: Number(row["failures"]),
        receivedAtMs: Number(row["received_at_ms"]),
      })).sort((a, b) => a.id - b.id),
    finishUpdate(id) {
      if (id < toldBelow) remove.run(id);
      else {
        empty.run(id);
        lastTrace = Math.max(lastTrace, id);
      }
    },
    postponeUpdate: (id, dueAtMs) => void postpone.run(dueAtMs, id),
    forgetUpdates(offset) {
      toldBelow = offset;
      if (lastTrace === -Infinity) return;
      forget.run(offset);
      if (lastTrace < offset) lastTrace = -Infinity;
    },
    nextUpdateDueAtMs: () => {
      const row = nextDue.get();
      return row === undefined ? undefined : Number(row["due_at_ms"]);
    },
  };
}
