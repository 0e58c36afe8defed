// The journal's copies of locales.json: the newest good texts of the whole file, to start from and to take a change back to.

import type { Database, Row } from "./engine.ts";

/** A good text of the whole file. */
export interface ProfileFile {
  readonly number: number;
  readonly savedAtMs: number;
  /** Null for an edit found on disk. */
  readonly savedBy: string | null;
  /** The change of a link that made this version. */
  readonly renamed: Renaming | null;
  readonly text: string;
}

/** A profile's key before and after its link was changed. */
export interface Renaming {
  readonly from: string;
  readonly to: string;
}

export interface ProfileFileRecords {
  /** Keeps a text that became current, and some before it. Nothing when it is the newest already. */
  recordFile(
    file: Pick<ProfileFile, "text" | "savedBy" | "renamed">,
    nowMs: number,
  ): Promise<void>;
  /** The newest text; undefined where an older bot kept none. */
  latestFile(): Promise<ProfileFile | undefined>;
  findFile(number: number): Promise<ProfileFile | undefined>;
  /** The newest text that this person saved. */
  latestFileBy(savedBy: string): Promise<ProfileFile | undefined>;
}

/** How many texts are kept, and how many of one that is longer than `LONG`, in characters. */
const KEPT = 20;
const KEPT_LONG = 2;
const LONG = 500_000;

export function profileFileRecords(db: Database): ProfileFileRecords {
  const insert = db.writer(
    `INSERT INTO profile_files (saved_at_ms, saved_by, renamed_from, renamed_to, text)
     VALUES (?, ?, ?, ?, ?)`,
  );
  const forget = db.writer(
    `DELETE FROM profile_files WHERE number <= (
       SELECT number FROM profile_files ORDER BY number DESC LIMIT 1 OFFSET ?)`,
  );
  const latest = db.reader("SELECT * FROM profile_files ORDER BY number DESC LIMIT 1");
  const find = db.reader("SELECT * FROM profile_files WHERE number = ?");
  const latestBy = db.reader(
    "SELECT * FROM profile_files WHERE saved_by = ? ORDER BY number DESC LIMIT 1",
  );

  return {
    async recordFile({ text, savedBy, renamed }, nowMs) {
      if ((await latest.get())?.["text"] === text) return;
      await insert.run(nowMs, savedBy, renamed?.from ?? null, renamed?.to ?? null, text);
      await forget.run(text.length > LONG ? KEPT_LONG : KEPT);
    },
    latestFile: async () => toFile(await latest.get()),
    findFile: async (number) => toFile(await find.get(number)),
    latestFileBy: async (savedBy) => toFile(await latestBy.get(savedBy)),
  };
}

function toFile(row: Row | undefined): ProfileFile | undefined {
  if (row === undefined) return undefined;
  const [from, to] = [row["renamed_from"], row["renamed_to"]];
  return {
    number: Number(row["number"]),
    savedAtMs: Number(row["saved_at_ms"]),
    savedBy: row["saved_by"] === null ? null : String(row["saved_by"]),
    renamed: from === null || to === null ? null : { from: String(from), to: String(to) },
    text: String(row["text"]),
  };
}
