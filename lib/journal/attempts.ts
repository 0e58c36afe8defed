// The journal's attempts: each POST of a lead, begun before it leaves and ended when its outcome is known.

import type { Database, Row } from "./engine.ts";
import type { AttemptRecord, CrmOutcome } from "../lead.ts";
import { numberOrNull, textOrNull } from "./rows.ts";
import { StorageError } from "./storage_error.ts";
import { rowsJson } from "./stored_json.ts";

export interface Attempt {
  readonly lead: number;
  /** 1 for a lead's first POST. */
  readonly nth: number;
}

export interface AttemptRecords {
  /** A lead's POSTs, first to last. */
  attemptsOf(lead: number): Promise<AttemptRecord[]>;
  /**
   * Records that a POST is about to leave. `askedBy` is the manager who asked for it; null for a lead's first.
   *
   * @throws {StorageError} If the POST is not owed, or not in this process's hand any more: it must not leave.
   */
  beginAttempt(lead: number, askedBy: string | null, nowMs: number): Promise<Attempt>;
  /** Attempts that were begun and never ended: the process died in their middle. */
  openAttempts(): Promise<Attempt[]>;
  openAttemptOf(lead: number): Promise<Attempt | undefined>;
}

export interface AttemptMoves extends AttemptRecords {
  /** Open attempts of a dead process, or of none that lives; see `Dialect.isAttemptLeft`. */
  attemptsLeft(dead: string | null): Promise<Attempt[]>;
  /** `beginAttempt` for several, in their order, by one statement; undefined where that throws. See gathered.ts. */
  beginAttempts(
    begun: readonly Parameters<AttemptRecords["beginAttempt"]>[],
  ): Promise<(Attempt | undefined)[]>;
  /** `openAttemptOf` likewise. */
  openAttemptsOf(leads: readonly number[]): Promise<(Attempt | undefined)[]>;
  /** Begins the first attempt of a lead that was recorded just now. */
  beginFirst(lead: number, nowMs: number): Promise<Attempt>;
  /** The same for several leads by one statement, each at its moment. */
  beginFirsts(
    leads: readonly { readonly number: number; readonly receivedAtMs: number }[],
  ): Promise<void>;
  /** Begins an attempt for which no POST is in hand. */
  addAttempt(lead: number, askedBy: string | null, nowMs: number): Promise<Attempt>;
  /** Records how an attempt ended, and nothing of what follows; false if it has ended already, or is another process's. */
  closeAttempt(attempt: Attempt, outcome: CrmOutcome, nowMs: number): Promise<boolean>;
  /** The same of an attempt of any process. */
  closeAttemptLeft(attempt: Attempt, outcome: CrmOutcome, nowMs: number): Promise<void>;
  /** An attempt that was begun was not made; false as `closeAttempt`. */
  forgetOpenAttempt(attempt: Attempt): Promise<boolean>;
}

export function attemptRecords(db: Database): AttemptMoves {
  const select = db.reader("SELECT * FROM attempts WHERE lead = ? ORDER BY nth");
  const beginFirst = db.writer("INSERT INTO attempts (lead, nth, begun_at_ms) VALUES (?, 1, ?)");
  const { isMine, isMyAttempt, rows } = db.dialect;
  const beginFirsts = db.writer(
    `INSERT INTO attempts (lead, nth, begun_at_ms)
     SELECT CAST(value ->> 0 AS BIGINT), 1, CAST(value ->> 1 AS BIGINT) FROM ${rows("?")} AS given`,
  );
  const beginWhere = (condition: string) =>
    db.writer(
      `INSERT INTO attempts (lead, nth, begun_at_ms, asked_by)
       SELECT CAST(?1 AS BIGINT), 1 + (SELECT count(*) FROM attempts WHERE lead = ?1),
         CAST(?2 AS BIGINT), CAST(?3 AS TEXT) WHERE ${condition} RETURNING nth`,
    );
  const given = `(SELECT CAST(value ->> 0 AS BIGINT) AS lead, CAST(value ->> 1 AS BIGINT) AS now_ms,
    value ->> 2 AS asked_by FROM ${rows("?")}) AS given`;
  const beginAll = db.writer(
    `INSERT INTO attempts (lead, nth, begun_at_ms, asked_by)
     SELECT lead, 1 + (SELECT count(*) FROM attempts WHERE attempts.lead = given.lead), now_ms, asked_by
     FROM ${given} WHERE EXISTS (SELECT 1 FROM outbox WHERE subject = given.lead AND kind = 'post' AND ${isMine}) RETURNING lead, nth`,
  );
  const add = beginWhere("true");
  const begin = beginWhere(
    `EXISTS (SELECT 1 FROM outbox WHERE subject = ?1 AND kind = 'post' AND ${isMine})`,
  );
  const endWhere = (condition: string) =>
    db.writer(
      `UPDATE attempts SET ended_at_ms = ?, outcome = ?, status = ?, reason = ?
       WHERE lead = ? AND nth = ? AND ended_at_ms IS NULL AND ${condition}`,
    );
  const end = endWhere(isMyAttempt);
  const endLeft = endWhere("1 = 1");
  const forget = db.writer(
    `DELETE FROM attempts WHERE lead = ? AND nth = ? AND ended_at_ms IS NULL AND ${isMyAttempt}`,
  );
  const open = db.reader("SELECT lead, nth FROM attempts WHERE ended_at_ms IS NULL ORDER BY lead");
  const left = db.reader(
    `SELECT lead, nth FROM attempts WHERE ended_at_ms IS NULL AND ${db.dialect.isAttemptLeft("?1")}
     ORDER BY lead`,
  );
  const openOf = db.reader("SELECT nth FROM attempts WHERE lead = ? AND ended_at_ms IS NULL");
  const openOfAll = db.reader(
    `SELECT lead, nth FROM attempts WHERE ${
      db.dialect.isAmong("lead", "?")
    } AND ended_at_ms IS NULL`,
  );

  return {
    attemptsOf: async (lead) => (await select.all(lead)).map(toAttempt),
    async beginFirsts(leads) {
      const given = leads.map(({ number, receivedAtMs }) => [number, receivedAtMs]);
      if (given.length > 0) await beginFirsts.run(JSON.stringify(given));
    },
    async beginFirst(lead, nowMs) {
      await beginFirst.run(lead, nowMs);
      return { lead, nth: 1 };
    },
    async beginAttempt(lead, askedBy, nowMs) {
      const row = await begin.get(lead, nowMs, askedBy);
      if (row === undefined) throw takenOver(lead);
      return { lead, nth: Number(row["nth"]) };
    },
    async beginAttempts(begun) {
      const given = begun.map(([lead, askedBy, nowMs]) => [lead, nowMs, askedBy]);
      const rows = await beginAll.all(rowsJson(given));
      const byLead = new Map(rows.map((row) => [Number(row["lead"]), attemptIn(row)]));
      return begun.map(([lead]) => byLead.get(lead));
    },
    async openAttemptsOf(leads) {
      const rows = await openOfAll.all(JSON.stringify(leads));
      const byLead = new Map(rows.map((row) => [Number(row["lead"]), attemptIn(row)]));
      return leads.map((lead) => byLead.get(lead));
    },
    addAttempt: async (lead, askedBy, nowMs) => ({
      lead,
      nth: Number((await add.get(lead, nowMs, askedBy))?.["nth"]),
    }),
    closeAttempt: async (attempt, outcome, nowMs) =>
      (await end.run(...endOf(attempt, outcome, nowMs))).changes === 1,
    closeAttemptLeft: async (attempt, outcome, nowMs) =>
      void await endLeft.run(...endOf(attempt, outcome, nowMs)),
    forgetOpenAttempt: async ({ lead, nth }) => (await forget.run(lead, nth)).changes === 1,
    openAttempts: async () => (await open.all()).map(attemptIn),
    attemptsLeft: async (dead) => (await left.all(dead)).map(attemptIn),
    async openAttemptOf(lead) {
      const row = await openOf.get(lead);
      return row === undefined ? undefined : { lead, nth: Number(row["nth"]) };
    },
  };
}

/** Why an attempt is not begun. */
export function takenOver(lead: number): StorageError {
  return new StorageError(`the POST of lead ${lead} was taken over`);
}

function endOf({ lead, nth }: Attempt, outcome: CrmOutcome, nowMs: number) {
  return [nowMs, outcome.kind, statusOf(outcome), reasonOf(outcome), lead, nth] as const;
}

function attemptIn(row: Row): Attempt {
  return { lead: Number(row["lead"]), nth: Number(row["nth"]) };
}

function statusOf(outcome: CrmOutcome): number | null {
  return "status" in outcome ? outcome.status ?? null : null;
}

function reasonOf(outcome: CrmOutcome): string | null {
  if ("reason" in outcome) return outcome.reason;
  return "body" in outcome ? outcome.body : null;
}

function toAttempt(row: Row): AttemptRecord {
  return {
    nth: Number(row["nth"]),
    begunAtMs: Number(row["begun_at_ms"]),
    endedAtMs: numberOrNull(row["ended_at_ms"]),
    outcome: row["outcome"] === null ? null : outcomeKind(row["outcome"]),
    status: numberOrNull(row["status"]),
    reason: textOrNull(row["reason"]),
    askedBy: textOrNull(row["asked_by"]),
  };
}

const OUTCOMES: ReadonlySet<string> = new Set<CrmOutcome["kind"]>([
  "accepted",
  "answered",
  "unreachable",
  "interrupted",
  "timeout",
  "client",
  "unsent",
  "unexpected",
]);

function isOutcome(kind: string): kind is CrmOutcome["kind"] {
  return OUTCOMES.has(kind);
}

/** How an attempt ended, as it is stored; a word that this version does not know is an unexpected one. */
export function outcomeKind(stored: unknown): CrmOutcome["kind"] {
  const kind = String(stored);
  return isOutcome(kind) ? kind : "unexpected";
}
