// The journal's inbox: updates between Telegram's hands and ours. Does not look inside them.

import type { Database } from "./engine.ts";
import { rowsJson } from "./stored_json.ts";

export interface StoredUpdate {
  readonly id: number;
  readonly body: string;
  readonly failures: number;
  readonly receivedAtMs: number;
}

export interface InboxRecords {
  /** Records updates and returns the new ids. `dueAtMs` is null when the caller handles them itself. */
  recordUpdates(
    updates: readonly { readonly id: number; readonly body: string }[],
    nowMs: number,
    dueAtMs: number | null,
  ): Promise<Set<number>>;
  /** Hands out due updates, oldest first. They stay the caller's until finished or postponed. */
  takeUpdates(nowMs: number, most: number): Promise<StoredUpdate[]>;
  /** Does nothing to an update that is finished: the disk may have kept a postponement waiting for long. */
  postponeUpdate(id: number, dueAtMs: number): Promise<void>;
  /** Telegram will not hand over updates below `offset` again: what is finished of them is forgotten, many at a time. */
  forgetUpdates(offset: number): Promise<void>;
  nextUpdateDueAtMs(): Promise<number | undefined>;
  /** The highest id of an update that is not forgotten. */
  newestUpdate(): Promise<number | undefined>;
}

export interface InboxMoves extends InboxRecords {
  finishUpdates(ids: readonly number[]): Promise<void>;
}

/** So many finished updates are left before they are forgotten: they hold nothing but their number. */
export const MOST_FINISHED = 256;

export async function inboxRecords(db: Database): Promise<InboxMoves> {
  const insert = db.writer(
    `INSERT INTO inbox (update_id, body, received_at_ms, due_at_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (update_id) DO NOTHING`,
  );
  const insertAll = db.writer(
    `INSERT INTO inbox (update_id, body, received_at_ms, due_at_ms)
     SELECT CAST(value ->> 0 AS BIGINT), value ->> 1, CAST(?2 AS BIGINT), CAST(?3 AS BIGINT)
     FROM ${db.dialect.rows("?1")} AS given WHERE true
     ON CONFLICT (update_id) DO NOTHING RETURNING update_id`,
  );
  const take = db.writer(
    `UPDATE inbox SET due_at_ms = NULL WHERE update_id IN (
       SELECT update_id FROM inbox WHERE due_at_ms <= ? ORDER BY due_at_ms, update_id LIMIT ?)
     RETURNING update_id, body, failures, received_at_ms`,
  );
  const listed = `${db.dialect.isAmong("update_id", "?")} AND ${db.dialect.isMine}`;
  const empty = db.writer(`UPDATE inbox SET body = NULL, due_at_ms = NULL WHERE ${listed}`);
  const remove = db.writer(`DELETE FROM inbox WHERE ${listed}`);
  const postpone = db.writer(
    `UPDATE inbox SET due_at_ms = ?, failures = failures + 1
     WHERE update_id = ? AND body IS NOT NULL AND ${db.dialect.isMine}`,
  );
  const forget = db.writer("DELETE FROM inbox WHERE update_id < ? AND body IS NULL");
  const nextDue = db.reader(
    "SELECT due_at_ms FROM inbox WHERE due_at_ms IS NOT NULL ORDER BY due_at_ms LIMIT 1",
  );

  const newest = db.reader("SELECT max(update_id) AS id FROM inbox");

  // Where other processes finish updates too, and may be the next to tell Telegram, what is finished stays until it is forgotten.
  const { isShared } = db.dialect;
  /** Below it Telegram has been told: what is finished there needs no trace. */
  let toldBelow = -Infinity;
  /** Below it finished updates were forgotten last. */
  let forgottenBelow = -Infinity;
  /** How many finished updates the table may still hold; those of an earlier process are not counted. */
  let finished = await newestUpdate() === undefined ? 0 : Infinity;

  async function newestUpdate(): Promise<number | undefined> {
    const id = (await newest.get())?.["id"];
    return id == null ? undefined : Number(id);
  }

  return {
    recordUpdates(updates, nowMs, dueAtMs) {
      // After a quiet week Telegram counts anew (Bot API: Update.update_id).
      for (const { id } of updates) if (id < toldBelow) toldBelow = id;
      // A batch that stood in part would be known when Telegram hands it over again, and never handled.
      return db.atomically(async () => {
        if (isShared && updates.length > 1) {
          const given = rowsJson(updates.map(({ id, body }) => [id, body]));
          const rows = await insertAll.all(given, nowMs, dueAtMs);
          return new Set(rows.map((row) => Number(row["update_id"])));
        }
        const fresh = new Set<number>();
        for (const { id, body } of updates) {
          const { changes } = await insert.run(id, body, nowMs, dueAtMs);
          if (changes) fresh.add(id);
        }
        return fresh;
      });
    },
    takeUpdates: async (nowMs, most) =>
      // An earlier version could make a finished update due again; taking it is its end.
      (await take.all(nowMs, most)).filter((row) => row["body"] !== null).map((row) => ({
        id: Number(row["update_id"]),
        body: String(row["body"]),
        failures: Number(row["failures"]),
        receivedAtMs: Number(row["received_at_ms"]),
      })).sort((a, b) => a.id - b.id),
    async finishUpdates(ids) {
      const told = ids.filter((id) => id < toldBelow);
      const untold = ids.filter((id) => id >= toldBelow);
      if (told.length > 0) await remove.run(JSON.stringify(told));
      if (untold.length > 0) await empty.run(JSON.stringify(untold));
      finished += untold.length;
    },
    postponeUpdate: async (id, dueAtMs) => void await postpone.run(dueAtMs, id),
    async forgetUpdates(offset) {
      if (!isShared) toldBelow = offset;
      const isSoon = isShared
        ? Math.abs(offset - forgottenBelow) < MOST_FINISHED
        : finished < MOST_FINISHED;
      if (isSoon) return;
      await forget.run(offset);
      finished = 0;
      forgottenBelow = offset;
    },
    newestUpdate,
    nextUpdateDueAtMs: async () => {
      const row = await nextDue.get();
      return row === undefined ? undefined : Number(row["due_at_ms"]);
    },
  };
}
