// The journal's history of the profiles: every version, who saved it and when. Does not know what a version says.

import type { Database, Row } from "./engine.ts";
import { textOrNull } from "./rows.ts";
import { type JsonText, withoutLayout } from "../json/text.ts";

export interface Revision {
  readonly number: number;
  /** The profile's key in `locales.json`; `fallback` for the menu. */
  readonly profile: string;
  readonly savedAtMs: number;
  /** Null for an edit found on disk. */
  readonly savedBy: string | null;
  /** The profile parsed; null when it was deleted. */
  readonly content: unknown;
  /** The profile as the file had it, to the byte; null when it was deleted. Bots before spelled it in one line. */
  readonly text: string | null;
}

export interface RevisionRecords {
  /** Records each profile that differs from its newest version, except in layout; `savedBy` is null for an edit on disk. */
  recordRevisions(content: JsonText, savedBy: string | null, nowMs: number): Promise<void>;
  findRevision(number: number): Promise<Revision | undefined>;
  /** Newest first. */
  listRevisions(profile: string, most: number): Promise<Revision[]>;
  latestRevision(profile: string): Promise<number | undefined>;
  /** The newest version of each profile, deleted ones too, in the order in which they were first recorded. */
  newestRevisions(): Promise<Revision[]>;
  /** The last version of each profile that is deleted, the newest deleted first. */
  deletedProfiles(most: number): Promise<Revision[]>;
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
  const newestInOrder = db.reader(
    `SELECT revisions.* FROM revisions
     JOIN (SELECT max(number) AS newest, min(number) AS first FROM revisions GROUP BY profile)
       AS of_profile ON number = newest ORDER BY first`,
  );
  const deleted = db.reader(
    `SELECT profile FROM revisions
     WHERE number IN (SELECT max(number) FROM revisions GROUP BY profile) AND content IS NULL
     ORDER BY number DESC LIMIT ?`,
  );
  const lastContent = db.reader(
    `SELECT * FROM revisions WHERE profile = ? AND content IS NOT NULL
     ORDER BY number DESC LIMIT 1`,
  );

  return {
    async recordRevisions(content, savedBy, nowMs) {
      const known = new Map(
        (await newest.all()).map((row) => [String(row["profile"]), textOrNull(row["content"])]),
      );
      for (const [profile, { text }] of content.members) {
        const before = known.get(profile);
        if (before != null && isSame(before, text)) continue;
        await insert.run(profile, nowMs, savedBy, text);
      }
      for (const [profile, text] of known) {
        if (text === null || content.members.has(profile)) continue;
        await insert.run(profile, nowMs, savedBy, null);
      }
    },
    async findRevision(number) {
      const row = await select.get(number);
      return row === undefined ? undefined : toRevision(row);
    },
    listRevisions: async (profile, most) => (await list.all(profile, most)).map(toRevision),
    async latestRevision(profile) {
      const row = await list.get(profile, 1);
      return row === undefined ? undefined : Number(row["number"]);
    },
    newestRevisions: async () => (await newestInOrder.all()).map(toRevision),
    async deletedProfiles(most) {
      const rows = await Promise.all(
        (await deleted.all(most)).map(({ profile }) => lastContent.get(String(profile))),
      );
      return rows.flatMap((row) => row === undefined ? [] : [toRevision(row)]);
    },
  };
}

function isSame(before: string, after: string): boolean {
  return before === after || withoutLayout(before) === withoutLayout(after);
}

function toRevision(row: Row): Revision {
  return {
    number: Number(row["number"]),
    profile: String(row["profile"]),
    savedAtMs: Number(row["saved_at_ms"]),
    savedBy: textOrNull(row["saved_by"]),
    content: row["content"] === null ? null : JSON.parse(String(row["content"])),
    text: textOrNull(row["content"]),
  };
}
