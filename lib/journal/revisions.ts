// The journal's history of the profiles: every version, who saved it and when. Does not know what a version says.

import type { Database, Row } from "../db.ts";

export interface Revision {
  readonly number: number;
  /** The profile's key in `locales.json`; `fallback` for the menu. */
  readonly profile: string;
  readonly savedAtMs: number;
  /** Null for an edit found on disk. */
  readonly savedBy: string | null;
  /** The profile as the file had it; null when it was deleted. */
  readonly content: unknown;
}

export interface RevisionRecords {
  /**
   * Records whatever differs from the newest version of each profile, and what is gone.
   *
   * @param content The parsed file.
   * @param savedBy Null for an edit found on disk.
   */
  recordRevisions(content: unknown, savedBy: string | null, nowMs: number): void;
  findRevision(number: number): Revision | undefined;
  /** Newest first. */
  listRevisions(profile: string, most: number): Revision[];
  latestRevision(profile: string): number | undefined;
}

export function revisionRecords(db: Database): RevisionRecords {
  const insert = db.writer(
    "INSERT INTO revisions (profile, saved_at_ms, saved_by, content) VALUES (?, ?, ?, ?)",
  );
  const select = db.reader("SELECT * FROM revisions WHERE number = ?");
  const list = db.reader(
    "SELECT * FROM revisions WHERE profile = ? ORDER BY number DESC LIMIT ?",
  );
  const newest = db.reader(
    `SELECT profile, content FROM revisions
     WHERE number IN (SELECT max(number) FROM revisions GROUP BY profile)`,
  );

  return {
    recordRevisions(content, savedBy, nowMs) {
      const known = new Map(
        newest.all().map((row) => [String(row["profile"]), row["content"] as string | null]),
      );
      const entries = new Map(
        Object.entries(content as Record<string, unknown>)
          .map(([profile, value]) => [profile, JSON.stringify(value)]),
      );
      for (const [profile, text] of entries) {
        if (known.get(profile) !== text) insert.run(profile, nowMs, savedBy, text);
      }
      for (const [profile, text] of known) {
        if (text !== null && !entries.has(profile)) insert.run(profile, nowMs, savedBy, null);
      }
    },
    findRevision(number) {
      const row = select.get(number);
      return row === undefined ? undefined : toRevision(row);
    },
    listRevisions: (profile, most) => list.all(profile, most).map(toRevision),
    latestRevision(profile) {
      const row = list.get(profile, 1);
      return row === undefined ? undefined : Number(row["number"]);
    },
  };
}

function toRevision(row: Row): Revision {
  return {
    number: Number(row["number"]),
    profile: String(row["profile"]),
    savedAtMs: Number(row["saved_at_ms"]),
    savedBy: row["saved_by"] === null ? null : String(row["saved_by"]),
    content: row["content"] === null ? null : JSON.parse(String(row["content"])),
  };
}
