// The journal's outbox: work that is owed, by lane and time. Does not do it.

import type { Database, Row, Writer } from "./engine.ts";
import { rowsJson } from "./stored_json.ts";
import {
  type NewWork,
  readLane,
  readWork,
  type UnreadableWork,
  type Work,
  type WorkIn,
  type WorkKind,
  writeBody,
} from "./work.ts";

/**
 * The outbox. Work that was taken, or recorded as in hand, stays the caller's until finished or postponed. On PostgreSQL it
 * also ends to be when this process counts as dead: what it finishes, postpones or releases then is left as it is.
 */
export interface OutboxRecords {
  /** @param dueAtMs Null when the caller does the work itself, at once. */
  addWork<New extends NewWork>(work: New, dueAtMs: number | null): Promise<New & Numbered>;
  /** Hands out due work of a lane, longest due first. */
  takeWork(lane: string, nowMs: number, most: number): Promise<(Work | UnreadableWork)[]>;
  /** Hands out one more due piece of work of one kind. */
  takeWorkOfKind<Kind extends WorkKind>(
    lane: string,
    kind: Kind,
    nowMs: number,
  ): Promise<WorkIn<Kind> | undefined>;
  finishWork(work: Numbered): Promise<void>;
  /** Gives work back that was taken and not tried. */
  releaseWork(work: Numbered, dueAtMs: number): Promise<void>;
  /** Counts one more failure; `failures` of the next `takeWork` tells. */
  postponeWork(work: Numbered, dueAtMs: number): Promise<void>;
  /** The same for work that was tried together. */
  postponeAll(
    works: readonly { readonly work: Numbered; readonly dueAtMs: number }[],
  ): Promise<void>;
  /** When the next waiting work of a lane is due; undefined if none waits. */
  nextWorkDueAtMs(lane: string): Promise<number | undefined>;
  /** The lanes that begin with `prefix` and have work, waiting or in hand. */
  lanes(prefix: string): Promise<string[]>;
  /** Such work that is owed, waiting or in hand. */
  findWork<Kind extends WorkKind>(kind: Kind, subject: number): Promise<WorkIn<Kind> | undefined>;
  /** Whether work in hand is still owed, and by this process: it may have been forgotten meanwhile. */
  isOwed(work: Numbered): Promise<boolean>;
  /** How much due work of a kind waits in a managers' lane; counts no further than `most`. */
  countDueWork(lane: string, kind: WorkKind, nowMs: number, most: number): Promise<number>;
}

export interface Numbered {
  readonly id: number;
  readonly failures: number;
}

export interface OutboxMoves extends OutboxRecords {
  /** Adds two pieces of work by one statement. */
  addBoth<First extends NewWork, Second extends NewWork>(
    first: First,
    second: Second,
    dueAtMs: number | null,
  ): Promise<readonly [First & Numbered, Second & Numbered]>;
  /** Adds several by one statement; their ids, in the same order. No two are of one kind and subject. */
  addAll(
    works: readonly { readonly work: NewWork; readonly dueAtMs: number | null }[],
  ): Promise<number[]>;
  /** As `finishWork`; whether it was in hand. */
  endWork(work: Numbered): Promise<boolean>;
  finishAll(works: readonly Numbered[]): Promise<void>;
  /** As `postponeWork`; whether it was in hand. */
  putOffWork(work: Numbered, dueAtMs: number): Promise<boolean>;
  /** Takes work in hand that waits. */
  takeInHand(work: Numbered): Promise<void>;
  /** Work that waits is owed no more. */
  dropWork(work: Numbered): Promise<void>;
  /** Such work is owed no more, also where it is in hand. */
  forgetWork(kind: WorkKind, subject: number): Promise<void>;
}

export const OUTBOX_COLUMNS = "id, lane, chat, kind, subject, body, failures";

export async function outboxRecords(db: Database): Promise<OutboxMoves> {
  const { isMine, nextWorkId } = db.dialect;
  const values = `(${nextWorkId ?? "?"}, ?, ?, ?, ?, ?, ?)`;
  const into = "INSERT INTO outbox (id, lane, chat, kind, subject, body, due_at_ms) VALUES";
  const returning = nextWorkId === null ? "" : " RETURNING id";
  const insert = db.writer(`${into} ${values}${returning}`);
  const insertBoth = db.writer(`${into} ${values}, ${values}${returning}`);
  const texts = [1, 2, 3].map((nth) => `value ->> ${nth}`).join(", ");
  const insertAll = db.writer(
    `INSERT INTO outbox (id, lane, chat, kind, subject, body, due_at_ms)
     SELECT ${nextWorkId ?? "CAST(value ->> 0 AS BIGINT)"}, ${texts},
       CAST(value ->> 4 AS BIGINT), value ->> 5, CAST(value ->> 6 AS BIGINT)
     FROM ${db.dialect.rows("?")} AS given RETURNING id, kind, subject`,
  );
  const newest = db.reader("SELECT max(id) AS id FROM outbox");
  // Before anything is taken: an id that is in hand must not be given to new work.
  let lastId = nextWorkId === null ? Number((await newest.get())?.["id"] ?? 0) : 0;
  const takeFrom = (lane: string) =>
    db.writer(
      `UPDATE outbox SET due_at_ms = NULL WHERE id IN (
         SELECT id FROM outbox WHERE ${lane} AND due_at_ms <= ? ORDER BY due_at_ms, id LIMIT ?)
       RETURNING ${OUTBOX_COLUMNS}`,
    );
  const take = takeFrom("lane = ?");
  const takeInChat = takeFrom("lane = ? AND chat = ?");
  const takeOfKindFrom = (lane: string) =>
    db.writer(
      `UPDATE outbox SET due_at_ms = NULL WHERE id = (
         SELECT id FROM outbox WHERE ${lane} AND kind = ? AND due_at_ms <= ?
         ORDER BY due_at_ms, id LIMIT 1)
       RETURNING ${OUTBOX_COLUMNS}`,
    );
  const takeOfKind = takeOfKindFrom("lane = ?");
  const takeOfKindInChat = takeOfKindFrom("lane = ? AND chat = ?");
  const finish = db.writer(`DELETE FROM outbox WHERE id = ? AND ${isMine}`);
  const finishAll = db.writer(
    `DELETE FROM outbox WHERE ${db.dialect.isAmong("id", "?")} AND ${isMine}`,
  );
  const drop = db.writer("DELETE FROM outbox WHERE id = ?");
  const takeInHand = db.writer("UPDATE outbox SET due_at_ms = NULL WHERE id = ?");
  const forget = db.writer("DELETE FROM outbox WHERE subject = ? AND kind = ?");
  const postpone = db.writer(
    `UPDATE outbox SET due_at_ms = ?, failures = failures + 1 WHERE id = ? AND ${isMine}`,
  );
  const release = db.writer(`UPDATE outbox SET due_at_ms = ? WHERE id = ? AND ${isMine}`);
  const nextDueIn = (lane: string) =>
    db.reader(
      `SELECT due_at_ms FROM outbox WHERE ${lane} AND due_at_ms IS NOT NULL
       ORDER BY due_at_ms LIMIT 1`,
    );
  const nextDue = nextDueIn("lane = ?");
  const nextDueInChat = nextDueIn("lane = ? AND chat = ?");
  const find = db.reader(
    "SELECT * FROM outbox WHERE subject = ? AND kind = ? ORDER BY id LIMIT 1",
  );
  // Only a batch knows on PostgreSQL whose hand is meant.
  const owed = (db.dialect.isShared ? db.writer : db.reader)(
    `SELECT 1 FROM outbox WHERE id = ? AND ${isMine}`,
  );
  const countDue = db.reader(
    `SELECT count(*) AS works FROM (
       SELECT 1 FROM outbox WHERE lane = ? AND chat = ? AND kind = ? AND due_at_ms <= ? LIMIT ?)
     AS due`,
  );
  const lanes = db.reader("SELECT DISTINCT lane FROM outbox WHERE lane >= ? AND lane < ?");

  /** Inserts rows and returns their ids. */
  async function insertRows(
    into: Writer,
    ...rows: readonly (readonly (string | number | null)[])[]
  ): Promise<number[]> {
    if (nextWorkId !== null) {
      return (await into.all(...rows.flat())).map((row) => Number(row["id"]));
    }
    const ids = rows.map(() => ++lastId);
    await into.run(...rows.flatMap((row, nth) => [ids[nth] ?? null, ...row]));
    return ids;
  }

  function rowOf(work: NewWork, dueAtMs: number | null) {
    const { kind, subject } = work;
    const { lane, chat } = readLane(work.lane);
    return [lane, chat, kind, subject, writeBody(work), dueAtMs] as const;
  }

  const endWork = async ({ id }: Numbered) => (await finish.run(id)).changes === 1;
  const putOffWork = async ({ id }: Numbered, dueAtMs: number) =>
    (await postpone.run(dueAtMs, id)).changes === 1;

  return {
    async addWork(work, dueAtMs) {
      const [id = 0] = await insertRows(insert, rowOf(work, dueAtMs));
      return { ...work, id, failures: 0 };
    },
    async addBoth(first, second, dueAtMs) {
      const rows = [rowOf(first, null), rowOf(second, dueAtMs)] as const;
      const [one = 0, other = 0] = await insertRows(insertBoth, ...rows);
      return [{ ...first, id: one, failures: 0 }, { ...second, id: other, failures: 0 }];
    },
    async addAll(works) {
      const given = works.map(({ work, dueAtMs }) => [
        nextWorkId === null ? ++lastId : null,
        ...rowOf(work, dueAtMs),
      ]);
      const rows = await insertAll.all(rowsJson(given));
      const ids = new Map(
        rows.map((row) => [`${row["kind"]} ${row["subject"]}`, Number(row["id"])]),
      );
      return works.map(({ work }) => ids.get(`${work.kind} ${work.subject}`) ?? 0);
    },
    async takeWork(named, nowMs, most) {
      const { lane, chat } = readLane(named);
      const rows = chat === null
        ? await take.all(lane, nowMs, most)
        : await takeInChat.all(lane, chat, nowMs, most);
      return rows.map(readWork).sort((a, b) => a.id - b.id);
    },
    async takeWorkOfKind(named, kind, nowMs) {
      const { lane, chat } = readLane(named);
      const row = chat === null
        ? await takeOfKind.get(lane, kind, nowMs)
        : await takeOfKindInChat.get(lane, chat, kind, nowMs);
      return workOfKind(kind, row);
    },
    endWork,
    finishWork: async (work) => void await endWork(work),
    finishAll: async (works) => void await finishAll.run(JSON.stringify(works.map(({ id }) => id))),
    forgetWork: async (kind, subject) => void await forget.run(subject, kind),
    releaseWork: async ({ id }, dueAtMs) => void await release.run(dueAtMs, id),
    putOffWork,
    postponeWork: async (work, dueAtMs) => void await putOffWork(work, dueAtMs),
    takeInHand: async ({ id }) => void await takeInHand.run(id),
    dropWork: async ({ id }) => void await drop.run(id),
    postponeAll: (works) =>
      db.atomically(async () => {
        for (const { work, dueAtMs } of works) await putOffWork(work, dueAtMs);
      }),
    async nextWorkDueAtMs(named) {
      const { lane, chat } = readLane(named);
      const row = chat === null ? await nextDue.get(lane) : await nextDueInChat.get(lane, chat);
      return row === undefined ? undefined : Number(row["due_at_ms"]);
    },
    lanes: async (prefix) =>
      (await lanes.all(prefix, prefix + "\u{10FFFF}")).map((row) => String(row["lane"])),
    findWork: async (kind, subject) => workOfKind(kind, await find.get(subject, kind)),
    isOwed: async ({ id }) => await owed.get(id) !== undefined,
    async countDueWork(named, kind, nowMs, most) {
      const { lane, chat } = readLane(named);
      return Number((await countDue.get(lane, chat, kind, nowMs, most))?.["works"]);
    },
  };
}

/** The work of a kind in a row; undefined where there is none, or none that can be read. */
export function workOfKind<Kind extends WorkKind>(
  kind: Kind,
  row: Row | undefined,
): WorkIn<Kind> | undefined {
  const work = row && readWork(row);
  return work !== undefined && isOfKind(work, kind) ? work : undefined;
}

function isOfKind<Kind extends WorkKind>(
  work: Work | UnreadableWork,
  kind: Kind,
): work is WorkIn<Kind> {
  return work.kind === kind;
}
