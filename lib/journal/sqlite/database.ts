// Opens the database and migrates it. Does not know what a lead is.

import { DatabaseSync } from "node:sqlite";
import { BUSY_TIMEOUT_MS } from "./database_copy.ts";
import { messageOf } from "../../log/error_words.ts";
import { rememberOverwritten } from "./free_pages.ts";
import { type FileDatabase, withGroupCommit } from "./group_commit.ts";
import { WAL_PAGES } from "./file_care.ts";
import { createPrivateFile } from "./private_files.ts";
import { add, type Additions, migrate, type Migration, versionOf } from "./steps.ts";

export { MOST_CHECKED_PAGES } from "./file_care.ts";
export type { Database, Reader, Row, Writer } from "../engine.ts";
export type { Additions, Migration } from "./steps.ts";

/**
 * Opens and migrates a database file, or `:memory:`. WAL with synchronous=FULL: what is committed survives a power cut
 * (https://sqlite.org/pragma.html#pragma_synchronous).
 *
 * @param elapsedMs A monotonic clock, in ms; with it the files are checked every 100 ms before a commit, else each time.
 * @throws {Error} If the file is no database, cannot be written, or comes from a newer version of the bot.
 */
export function openDatabase(
  path: string,
  migrations: readonly Migration[],
  additions: Additions = {},
  elapsedMs?: () => number,
): FileDatabase {
  makeFile(path);
  const sqlite = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    sqlite.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
       PRAGMA wal_autocheckpoint = ${WAL_PAGES}; PRAGMA secure_delete = ON;
       PRAGMA temp_store = MEMORY;`, // A savepoint of some 64 KB must need neither a further file nor /tmp.
    );
    sqlite.exec("BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK;"); // Says now where it cannot be written.
    const isNew = versionOf(sqlite) === 0;
    migrate(sqlite, migrations);
    add(sqlite, additions);
    if (isNew) rememberOverwritten(sqlite);
  } catch (cause) {
    sqlite.close();
    throw new Error(`Cannot open database "${path}": ${messageOf(cause)}`, { cause });
  }
  return withGroupCommit(sqlite, path, elapsedMs);
}

/** SQLite says it better where that cannot be done. */
function makeFile(path: string): void {
  try {
    if (path !== ":memory:") createPrivateFile(path);
  } catch {
    // There is one, or there can be none.
  }
}
