// The journal in a file: the default, for one process.

import { copyMark } from "../copies.ts";
import { type Journal, journalIn } from "../journal.ts";
import { ADDITIONS } from "./additions.ts";
import { openDatabase } from "./database.ts";
import type { FileDatabase } from "./group_commit.ts";
import { MIGRATIONS } from "./schema.ts";

/** What a journal needs because it is a file. */
export interface JournalFile
  extends Pick<FileDatabase, "overwriteFreePages" | "limitWal" | "lostFile"> {
  /** Checks a small file whole, a large one by a trial lead. @throws {Error} If it is damaged. */
  check(): Promise<void>;
  /** Copies the journal to a new file, and marks that as a copy; throws as `copyDatabase` does. */
  backUp(path: string, nowMs: number): Promise<void>;
}

export type FileJournal = Journal & JournalFile;

/**
 * Opens the journal in a file, or in `:memory:`.
 *
 * @param botId As of `journalIn`.
 * @throws {Error} As `openDatabase` does.
 */
export async function openJournal(
  path: string,
  botId?: string,
  elapsedMs?: () => number,
): Promise<FileJournal> {
  const db = openDatabase(path, MIGRATIONS, ADDITIONS, elapsedMs);
  try {
    const journal = await journalIn(db, botId);
    return {
      ...journal,
      async check() {
        db.check();
        await journal.tryToRecord();
      },
      backUp: (path, nowMs) => db.backUp(path, copyMark(nowMs)),
      overwriteFreePages: db.overwriteFreePages,
      limitWal: db.limitWal,
      lostFile: db.lostFile,
    };
  } catch (error) {
    await db.close();
    throw error;
  }
}
