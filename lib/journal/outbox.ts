// The journal's outbox: work that is owed, by lane and time. Does not do it.

import type { Database, Row } from "./database.ts";

export type WorkKind =
  /** To a visitor. */
  | "confirmation"
  | "thanks"
  | "reminder"
  /** To a CRM. */
  | "post"
  /** To the managers. */
  | "card"
  | "card_update"
  | "follow_up"
  | "offer"
  | "offer_update"
  | "note";

/** One piece of owed work. It is deleted when done, and due again when it failed. */
export interface Work {
  readonly id: number;
  /** Which queue it waits in: one of the lanes below. */
  readonly lane: string;
  readonly kind: WorkKind;
  /** Number of the lead, the follow-up or the managers' message that it is about; 0 for what is about none, below 0 a chat's. */
  readonly subject: number;
  /** What the kind needs beside its subject. */
  readonly body: string;
  readonly failures: number;
}

export type NewWork = Omit<Work, "id" | "failures">;

export const VISITORS_LANE = "visitors";
export const ADMIN_CHAT_LANE = "admin_chat";

/** Follow-ups wait by themselves, so that they and cards take turns: neither is behind all of the others. */
export const FOLLOW_UPS_LANE = "admin_chat:follow_ups";

/** What messages in the managers' chat have to say by now: that is no new message, and waits for none. */
export const EDITS_LANE = "admin_chat:edits";

/** POSTs wait by host, so that one dead CRM does not delay the others. */
export function crmLane(host: string): string {
  return `${CRM_LANES}host:${host}`;
}

/** The open cards of a profile that a manager sends one after another. */
export function sendAllLane(profile: string): string {
  return `${SEND_ALL_LANES}${profile}`;
}

export const CRM_LANES = "crm:";
export const SEND_ALL_LANES = "crm:all:";

export interface OutboxRecords {
  /** @param dueAtMs Null when the caller does the work itself, at once. */
  addWork(work: NewWork, dueAtMs: number | null): Work;
  /** Hands out due work of a lane, longest due first. It stays the caller's until finished or postponed. */
  takeWork(lane: string, nowMs: number, most: number): Work[];
  finishWork(work: Work): void;
  /** Such work is owed no more, also where it is in hand. */
  forgetWork(kind: WorkKind, subject: number): void;
  /** Gives work back that was taken and not tried. */
  releaseWork(work: Work, dueAtMs: number): void;
  /** Counts one more failure; `failures` of the next `takeWork` tells. */
  postponeWork(work: Work, dueAtMs: number): void;
  /** When the next waiting work of a lane is due; undefined if none waits. */
  nextWorkDueAtMs(lane: string): number | undefined;
  /** The lanes that begin with `prefix` and have work, waiting or in hand. */
  lanes(prefix: string): string[];
  /** Such work that is owed, waiting or in hand. */
  findWork(kind: WorkKind, subject: number): Work | undefined;
  /** Whether work in hand is still owed: it may have been forgotten meanwhile. */
  isOwed(work: Work): boolean;
  /** How much due work of a kind waits in a lane; counts no further than `most`. */
  countDueWork(lane: string, kind: WorkKind, nowMs: number, most: number): number;
  /** Hands out one more due piece of work of one kind. */
  takeWorkOfKind(lane: string, kind: WorkKind, nowMs: number): Work | undefined;
}

export function outboxRecords(db: Database): OutboxRecords {
  const insert = db.writer(
    "INSERT INTO outbox (id, lane, kind, subject, body, due_at_ms) VALUES (?, ?, ?, ?, ?, ?)",
  );
  // An id that is in hand must not be given to new work.
  let lastId = Number(db.reader("SELECT max(id) AS id FROM outbox").get()?.["id"] ?? 0);
  const take = db.writer(
    `UPDATE outbox SET due_at_ms = NULL WHERE id IN (
       SELECT id FROM outbox WHERE lane = ? AND due_at_ms <= ? ORDER BY due_at_ms, id LIMIT ?)
     RETURNING id, lane, kind, subject, body, failures`,
  );
  const finish = db.writer("DELETE FROM outbox WHERE id = ?");
  const forget = db.writer("DELETE FROM outbox WHERE subject = ? AND kind = ?");
  const postpone = db.writer(
    "UPDATE outbox SET due_at_ms = ?, failures = failures + 1 WHERE id = ?",
  );
  const release = db.writer("UPDATE outbox SET due_at_ms = ? WHERE id = ?");
  const nextDue = db.reader(
    `SELECT due_at_ms FROM outbox WHERE lane = ? AND due_at_ms IS NOT NULL
     ORDER BY due_at_ms LIMIT 1`,
  );
  const takeOfKind = db.writer(
    `UPDATE outbox SET due_at_ms = NULL WHERE id = (
       SELECT id FROM outbox WHERE lane = ? AND kind = ? AND due_at_ms <= ?
       ORDER BY due_at_ms, id LIMIT 1)
     RETURNING id, lane, kind, subject, body, failures`,
  );
  const find = db.reader("SELECT * FROM outbox WHERE subject = ? AND kind = ? LIMIT 1");
  const owed = db.reader("SELECT 1 FROM outbox WHERE id = ?");
  const countDue = db.reader(
    `SELECT count(*) AS works FROM (
       SELECT 1 FROM outbox WHERE lane = ? AND kind = ? AND due_at_ms <= ? LIMIT ?)`,
  );
  const lanes = db.reader("SELECT DISTINCT lane FROM outbox WHERE lane >= ? AND lane < ?");

  return {
    addWork(work, dueAtMs) {
      const { lane, kind, subject, body } = work;
      const id = ++lastId;
      insert.run(id, lane, kind, subject, body, dueAtMs);
      return { ...work, id, failures: 0 };
    },
    takeWork: (lane, nowMs, most) =>
      take.all(lane, nowMs, most).map(toWork).sort((a, b) => a.id - b.id),
    finishWork: ({ id }) => void finish.run(id),
    forgetWork: (kind, subject) => void forget.run(subject, kind),
    releaseWork: ({ id }, dueAtMs) => void release.run(dueAtMs, id),
    postponeWork: ({ id }, dueAtMs) => void postpone.run(dueAtMs, id),
    nextWorkDueAtMs: (lane) => {
      const row = nextDue.get(lane);
      return row === undefined ? undefined : Number(row["due_at_ms"]);
    },
    lanes: (prefix) => lanes.all(prefix, prefix + "\u{10FFFF}").map((row) => String(row["lane"])),
    findWork(kind, subject) {
      const row = find.get(subject, kind);
      return row === undefined ? undefined : toWork(row);
    },
    isOwed: ({ id }) => owed.get(id) !== undefined,
    countDueWork: (lane, kind, nowMs, most) =>
      Number(countDue.get(lane, kind, nowMs, most)?.["works"]),
    takeWorkOfKind(lane, kind, nowMs) {
      const row = takeOfKind.get(lane, kind, nowMs);
      return row === undefined ? undefined : toWork(row);
    },
  };
}

/** Work as its row has it. */
export function toWork(row: Row): Work {
  return {
    id: Number(row["id"]),
    lane: String(row["lane"]),
    kind: String(row["kind"]) as WorkKind, // The table's CHECK holds it to these words.
    subject: Number(row["subject"]),
    body: String(row["body"]),
    failures: Number(row["failures"]),
  };
}

/** Whether a manager asked for a POST: their name is its body. */
export function isResend({ body }: Work): boolean {
  return body !== "";
}
