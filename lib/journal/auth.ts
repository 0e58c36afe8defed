// The journal's one-time links and sessions, known by their hashes alone. Does not hash, reads no clock.

import type { Database, Row } from "./engine.ts";

/** A login on one device. */
export interface Session {
  /** Short, for the list of sessions; says nothing about the cookie. */
  readonly number: number;
  /** Who asked for the link, or how else they came in. */
  readonly openedBy: string;
  /** What the browser said it is. */
  readonly device: string;
  readonly openedAtMs: number;
  readonly seenAtMs: number;
}

/** A session counts while it was seen and opened after these moments. */
export interface SessionLimits {
  readonly seenAfterMs: number;
  readonly openedAfterMs: number;
}

export interface NewSession {
  readonly hash: string;
  readonly device: string;
}

/** What works no more is forgotten whenever a link is made or a session opened. */
export interface AuthRecords {
  addLink(
    link: { readonly hash: string; readonly askedBy: string; readonly expiresAtMs: number },
    limits: SessionLimits,
    nowMs: number,
  ): Promise<void>;
  hasLink(hash: string, nowMs: number): Promise<boolean>;
  /** Uses up a link, opens a session for its owner and marks its message as over; undefined for an invalid link. */
  openByLink(
    linkHash: string,
    session: NewSession,
    limits: SessionLimits,
    nowMs: number,
  ): Promise<Session | undefined>;
  openSession(
    session: NewSession,
    openedBy: string,
    limits: SessionLimits,
    nowMs: number,
  ): Promise<Session>;
  findSession(hash: string, limits: SessionLimits): Promise<Session | undefined>;
  touchSession(number: number, nowMs: number): Promise<void>;
  /** Last seen first. */
  listSessions(limits: SessionLimits): Promise<Session[]>;
  endSession(number: number): Promise<void>;
}

export function authRecords(db: Database): AuthRecords {
  const insertLink = db.writer(
    "INSERT INTO links (hash, asked_by, expires_at_ms) VALUES (?, ?, ?)",
  );
  const selectLink = db.reader("SELECT 1 FROM links WHERE hash = ? AND expires_at_ms > ?");
  const consumeLink = db.writer(
    "DELETE FROM links WHERE hash = ? AND expires_at_ms > ? RETURNING asked_by",
  );
  const noteUse = db.writer(
    "UPDATE login_messages SET used_by = ?, used_at_ms = ? WHERE hash = ?",
  );
  const insert = db.writer(
    `INSERT INTO sessions (hash, opened_by, device, opened_at_ms, seen_at_ms)
     VALUES (?1, ?2, ?3, ?4, ?4) RETURNING number`,
  );
  const select = db.reader(
    "SELECT * FROM sessions WHERE hash = ? AND seen_at_ms > ? AND opened_at_ms > ?",
  );
  const touch = db.writer("UPDATE sessions SET seen_at_ms = ? WHERE number = ?");
  const list = db.reader(
    `SELECT * FROM sessions WHERE seen_at_ms > ? AND opened_at_ms > ?
     ORDER BY seen_at_ms DESC, number DESC`,
  );
  const end = db.writer("DELETE FROM sessions WHERE number = ?");
  const forgetLinks = db.writer("DELETE FROM links WHERE expires_at_ms <= ?");
  const forgetSessions = db.writer(
    "DELETE FROM sessions WHERE seen_at_ms <= ? OR opened_at_ms <= ?",
  );

  async function forgetExpired(
    { seenAfterMs, openedAfterMs }: SessionLimits,
    nowMs: number,
  ): Promise<void> {
    await forgetLinks.run(nowMs);
    await forgetSessions.run(seenAfterMs, openedAfterMs);
  }

  async function openSession(
    { hash, device }: NewSession,
    openedBy: string,
    limits: SessionLimits,
    nowMs: number,
  ): Promise<Session> {
    await forgetExpired(limits, nowMs);
    const number = Number((await insert.get(hash, openedBy, device, nowMs))?.["number"]);
    return { number, openedBy, device, openedAtMs: nowMs, seenAtMs: nowMs };
  }

  return {
    addLink: ({ hash, askedBy, expiresAtMs }, limits, nowMs) =>
      db.atomically(async () => {
        await forgetExpired(limits, nowMs);
        await insertLink.run(hash, askedBy, expiresAtMs);
      }),
    hasLink: async (hash, nowMs) => await selectLink.get(hash, nowMs) !== undefined,
    openByLink: (linkHash, session, limits, nowMs) =>
      db.atomically(async () => {
        const row = await consumeLink.get(linkHash, nowMs);
        if (row === undefined) return undefined;
        const askedBy = String(row["asked_by"]);
        await noteUse.run(askedBy, nowMs, linkHash);
        return await openSession(session, askedBy, limits, nowMs);
      }),
    openSession: (...opened) => db.atomically(() => openSession(...opened)),
    async findSession(hash, { seenAfterMs, openedAfterMs }) {
      const row = await select.get(hash, seenAfterMs, openedAfterMs);
      return row === undefined ? undefined : toSession(row);
    },
    touchSession: async (number, nowMs) => void await touch.run(nowMs, number),
    listSessions: async ({ seenAfterMs, openedAfterMs }) =>
      (await list.all(seenAfterMs, openedAfterMs)).map(toSession),
    endSession: async (number) => void await end.run(number),
  };
}

function toSession(row: Row): Session {
  return {
    number: Number(row["number"]),
    openedBy: String(row["opened_by"]),
    device: String(row["device"]),
    openedAtMs: Number(row["opened_at_ms"]),
    seenAtMs: Number(row["seen_at_ms"]),
  };
}
