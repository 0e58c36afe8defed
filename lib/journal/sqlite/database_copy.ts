// Copies a database while it is written, and looks into one that is not open elsewhere. Does not know what a lead is.

import { backup, DatabaseSync } from "node:sqlite";
import { createPrivateFile } from "./private_files.ts";
import { ENDINGS } from "./database_files.ts";

/** How long SQLite waits for another connection's lock, in ms. */
export const BUSY_TIMEOUT_MS = 5_000;

/**
 * Copies a database at one moment to a new file without a WAL, and runs `mark` in the copy.
 *
 * @throws {Error} On failure, also when `to` exists; then nothing is created.
 */
export async function copyDatabase(from: string, to: string, mark: string): Promise<void> {
  createPrivateFile(to);
  try {
    // A connection of its own sees one moment, also while others write.
    const source = new DatabaseSync(from, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    try {
      source.exec("BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1;");
      await backup(source, to);
    } finally {
      source.close();
    }
    changeDatabase(to, mark);
  } catch (error) {
    removeDatabase(to);
    throw error;
  }
}

/**
 * Copies a database that nobody has open, with its WAL, to a new file without one. Reads the files and opens neither.
 *
 * @throws {Error} On failure, also when `to` exists; then nothing is created.
 */
export function copyAtRest(from: string, to: string): void {
  createPrivateFile(to);
  try {
    Deno.copyFileSync(from, to);
    if (isThere(`${from}-wal`)) Deno.copyFileSync(`${from}-wal`, `${to}-wal`);
    changeDatabase(to, "");
  } catch (error) {
    removeDatabase(to);
    throw error;
  }
}

/** Runs SQL in a database that is not open elsewhere, and leaves it of one piece, without a WAL. */
export function changeDatabase(path: string, sql: string): void {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec(`PRAGMA journal_mode = DELETE; PRAGMA secure_delete = ON; ${sql}`);
  } finally {
    database.close();
  }
}

/** Removes a database and what SQLite keeps beside it, as far as it is there. */
export function removeDatabase(path: string): void {
  for (const ending of [...ENDINGS, "-journal"]) {
    try {
      Deno.removeSync(path + ending);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Reads one row of an SQL query; undefined where there is none. */
export type ReadRow = (sql: string) => Readonly<Record<string, unknown>> | undefined;

/**
 * Reads a database file without changing its folder.
 *
 * @throws {Error} If it is no database, or cannot be read.
 */
export function readDatabase<T>(path: string, read: (row: ReadRow) => T): T {
  if (!Deno.statSync(path).isFile) throw new TypeError(`"${path}" is not a file`);
  const made = ENDINGS.slice(1).map((ending) => path + ending).filter((each) => !isThere(each));
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    return read((sql) => database.prepare(sql).get());
  } finally {
    database.close();
    // A reader of a database in WAL mode makes these and leaves them.
    for (const each of made) if (isThere(each)) Deno.removeSync(each);
  }
}

/** Whether anything is at a path, including a dangling link. */
export function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
