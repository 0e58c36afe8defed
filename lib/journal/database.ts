// Opens the database, migrates it, and commits what one turn of the event loop wrote in one go. Does not know what a lead is.

import {
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from "node:sqlite";
import { BUSY_TIMEOUT_MS, copyDatabase } from "./database_copy.ts";
import { messageOf } from "../log/error_words.ts";
import { type DatabaseFiles, rememberFiles } from "./database_files.ts";
import { fillFreePages, isOverwritten, rememberOverwritten } from "./free_pages.ts";
import { add, type Additions, migrate, type Migration, versionOf } from "./steps.ts";
import { createPrivateFile } from "./private_files.ts";
import { isDiskFault, StorageError, toStorageError } from "./storage_error.ts";

export type { Additions, Migration } from "./steps.ts";

/** How long a write may be left for company before it is committed by itself, in ms. */
const LAZY_COMMIT_MS = 20;

/**
 * How far the WAL grows before it is written back, in pages of 4 KiB. With a million leads each new one dirties a
 * page somewhere, and writing back is mostly waiting for the disk: seldom and much takes less (SQLite: 1,000).
 */
const WAL_PAGES = 4_000;

/** On a small disk it takes this part of what is free at most, and is written back no more often than that. */
const WAL_PART = 1 / 8;
const LEAST_WAL_PAGES = 100;
const PAGE_BYTES = 4096;

/** Statements throw a `StorageError` where the disk, the file or another process keeps them from running. */
export interface Database {
  /** A statement that only reads; prepared when it first runs, and once. */
  reader(sql: string): Reader;
  /** A statement that writes, prepared likewise; running it opens the transaction that `committed` ends. */
  writer(sql: string): Writer;
  /**
   * Runs several writes that stand together or not at all, also when something between them throws. What the
   * same turn wrote before them stays. A call inside another is part of it.
   *
   * @param write Synchronous: what it writes after a wait would not belong to it.
   * @throws What `write` throws.
   */
  atomically<T>(write: () => T): T;
  /**
   * Resolves when everything written so far is on disk, and rejects with a `StorageError` when it could not be put
   * there: then all of it is undone. Writes of one turn of the event loop share one transaction and one
   * fsync.
   */
  committed(): Promise<void>;
  /** The same without hurry: writes are left up to 20 ms for others to share their fsync with. */
  committedSoon(): Promise<void>;
  /**
   * Looks whether the file is damaged; a large one is not looked at.
   *
   * @throws {Error} If it is.
   */
  check(): void;
  /** Copies the database as it stands to a new file, while it is written on; throws as `copyDatabase` does. */
  backUp(path: string, mark: string): Promise<void>;
  /** Runs writes and undoes them. @throws {Error} What they throw, and what SQLite says against a transaction. */
  rehearse(write: () => void): void;
  /**
   * What is deleted now is out of the WAL too, soon after it is committed: as soon as no backup reads the old
   * pages any more.
   */
  forgetDeleted(): void;
  /**
   * Overwrites the free pages that were left before deleting overwrote them, once. Nothing else runs meanwhile: about
   * a second for 100 MB of them.
   *
   * @param mostPages A larger file is left for another time.
   */
  overwriteFreePages(mostPages: number): void;
  /**
   * Keeps the WAL small where the disk is: once that is full, the WAL cannot be written back into a file that
   * would have to grow, and nothing can be written any more.
   *
   * @param freeBytes What is free on the disk now.
   */
  limitWal(freeBytes: number): void;
  /** The first of the database's files that is not at its path any more, or was cut: what is written is not found again. */
  lostFile: DatabaseFiles["lost"];
  /** Commits what is open and closes the file. */
  close(): void;
}

export type Row = Record<string, SQLOutputValue>;

export interface Reader {
  get(...values: SQLInputValue[]): Row | undefined;
  all(...values: SQLInputValue[]): Row[];
}

export interface Writer extends Reader {
  run(...values: SQLInputValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
}

/**
 * Opens a database file, or `:memory:`, durable and migrated: WAL with synchronous=FULL, so that what
 * is committed survives a power cut (https://sqlite.org/pragma.html#pragma_synchronous).
 *
 * @param path In a folder that is there.
 * @param elapsedMs A monotonic clock for spans, in ms: before a commit the files are looked for every 100 ms then, else each time.
 * @throws {Error} If the file is no database, cannot be written, or comes from a newer version of the bot.
 */
export function openDatabase(
  path: string,
  migrations: readonly Migration[],
  additions: Additions = {},
  elapsedMs?: () => number,
): Database {
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

/** Largest file that a start checks and rewrites, in pages: about a tenth of a second's work. */
export const MOST_CHECKED_PAGES = 16_384;

function pagesOf(sqlite: DatabaseSync): number {
  return Number(sqlite.prepare("PRAGMA page_count").get()?.["page_count"]);
}

function damageOf(sqlite: DatabaseSync): string | undefined {
  try {
    if (pagesOf(sqlite) > MOST_CHECKED_PAGES) return undefined;
    const verdict = sqlite.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
    return verdict === "ok" ? undefined : String(verdict);
  } catch (error) {
    return messageOf(error);
  }
}

/** Not while a backup reads the old pages: SQLite would wait for it, and the process with it. */
function truncateWal(sqlite: DatabaseSync): boolean {
  sqlite.exec("PRAGMA busy_timeout = 0");
  try {
    return sqlite.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()?.["busy"] === 0;
  } finally {
    sqlite.exec(`PRAGMA busy_timeout = ${RUNNING_BUSY_TIMEOUT_MS}`);
  }
}

/**
 * How long a statement of the running bot waits for another process, in ms: nothing else runs meanwhile. The
 * caller tries again with waits.
 */
const RUNNING_BUSY_TIMEOUT_MS = 100;

/** How often the files are looked for before a commit, in ms: that takes 20 µs, a tenth of a lead's. */
const LOOK_MS = 100;

function withGroupCommit(
  sqlite: DatabaseSync,
  file: string,
  elapsedMs: (() => number) | undefined,
): Database {
  let open = false;
  let waiting = Promise.withResolvers<void>();
  let lazy: ReturnType<typeof setTimeout> | undefined;
  let urgent: ReturnType<typeof setImmediate> | undefined;
  let walHoldsDeleted = false;
  let lookedMs = -Infinity;
  const files: DatabaseFiles = rememberFiles(file);
  sqlite.exec(`PRAGMA busy_timeout = ${RUNNING_BUSY_TIMEOUT_MS}`);

  /** Most statements never run in an hour of the bot's life, and every start would wait for all of them. */
  function preparing(sql: string): () => StatementSync {
    let statement: StatementSync | undefined;
    return () => statement ??= sqlite.prepare(sql);
  }

  const beginning = preparing("BEGIN IMMEDIATE");
  const ending = preparing("COMMIT");

  function begin(): void {
    if (open && sqlite.isTransaction) return;
    // A full disk made SQLite undo the transaction: what comes now must not stand without what came before.
    if (open) throw new StorageError("the transaction was undone");
    beginning().run(); // An error of `exec` has no code on Deno.
    open = true;
    lazy = setTimeout(commit, LAZY_COMMIT_MS);
    waiting = Promise.withResolvers();
    waiting.promise.catch(() => {}); // Prevents an unhandled rejection; callers await this promise too.
  }

  /** A full disk may undo one statement alone, and a move in several would stand in part. */
  function writing<T>(write: () => T): T {
    try {
      begin();
      return write();
    } catch (error) {
      if (isDiskFault(error) && sqlite.isTransaction) sqlite.exec("ROLLBACK");
      throw toStorageError(error);
    }
  }

  const save = preparing("SAVEPOINT verb");
  const release = preparing("RELEASE verb");
  const undo = preparing("ROLLBACK TO verb");
  let within = false;

  function atomically<T>(write: () => T): T {
    if (within) return write();
    writing(() => save().run());
    within = true;
    try {
      const result = write();
      writing(() => release().run());
      return result;
    } catch (error) {
      if (sqlite.isTransaction) { // Else the whole transaction is undone already.
        undo().run();
        release().run();
      }
      throw error;
    } finally {
      within = false;
    }
  }

  function commit(): void {
    clearTimeout(lazy);
    clearImmediate(urgent);
    lazy = urgent = undefined;
    if (!open) return;
    open = false;
    try {
      refuseLost();
      ending().run();
      waiting.resolve();
    } catch (error) {
      waiting.reject(new StorageError(messageOf(error), error));
      if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
    }
    if (walHoldsDeleted) emptyWal();
  }

  function refuseLost(): void {
    const nowMs = elapsedMs?.() ?? Infinity;
    if (nowMs - lookedMs < LOOK_MS) return;
    const lost = files.lost();
    if (lost !== undefined) throw new Error(`Database file "${lost.path}" was ${lost.kind}`);
    lookedMs = elapsedMs === undefined ? -Infinity : nowMs;
  }

  /** Where that cannot be done now, the next commit tries again. */
  function emptyWal(): void {
    try {
      walHoldsDeleted = !truncateWal(sqlite);
    } catch {
      // A disk that is full or broken: the next commit meets it too, and says so.
    }
  }

  return {
    reader(sql) {
      const prepared = preparing(sql);
      return {
        get: (...values) => readingAny(prepared(), (statement) => statement.get(...values)),
        all: (...values) => readingAny(prepared(), (statement) => statement.all(...values)),
      };
    },
    writer(sql) {
      const prepared = preparing(sql);
      // A statement that has written cannot be run again to read its rows differently.
      let reading: StatementSync | undefined;
      const returning = () => {
        if (reading === undefined) {
          reading = prepared();
          reading.setReadBigInts(true);
        }
        return reading;
      };
      return {
        run: (...values) => writing(() => prepared().run(...values)),
        get: (...values) => writing(() => rounded(returning().get(...values))),
        all: (...values) => writing(() => rounded(returning().all(...values))),
      };
    },
    atomically,
    committed() {
      if (!open) return Promise.resolve();
      urgent ??= setImmediate(commit);
      return waiting.promise;
    },
    check() {
      const damage = damageOf(sqlite);
      if (damage !== undefined) throw new Error(`Database "${file}" is damaged: ${damage}`);
    },
    backUp(path, mark) {
      commit();
      return copyDatabase(file, path, mark);
    },
    rehearse(write) {
      begin();
      sqlite.exec("SAVEPOINT rehearsal");
      try {
        write();
      } finally {
        if (sqlite.isTransaction) sqlite.exec("ROLLBACK TO rehearsal; RELEASE rehearsal");
      }
    },
    forgetDeleted: () => void (walHoldsDeleted = true),
    overwriteFreePages(mostPages) {
      if (isOverwritten(sqlite) || pagesOf(sqlite) > mostPages) return;
      commit();
      try {
        fillFreePages(sqlite);
      } finally {
        if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
      }
      emptyWal();
    },
    limitWal(freeBytes) {
      const pages = Math.floor(freeBytes * WAL_PART / PAGE_BYTES);
      const most = Math.min(Math.max(pages, LEAST_WAL_PAGES), WAL_PAGES);
      sqlite.exec(`PRAGMA wal_autocheckpoint = ${most}`);
    },
    lostFile: files.lost,
    committedSoon: () => open ? waiting.promise : Promise.resolve(),
    close() {
      commit();
      sqlite.close();
    },
  };
}

/** Reads on where a row holds a number past 2^53, which node:sqlite throws at: it comes out rounded. */
function readingAny<T>(statement: StatementSync, read: (statement: StatementSync) => T): T {
  try {
    return read(statement);
  } catch (error) {
    if (!(error instanceof RangeError)) throw toStorageError(error);
    statement.setReadBigInts(true);
    try {
      return rounded(read(statement));
    } finally {
      statement.setReadBigInts(false);
    }
  }
}

function rounded<T>(rows: T): T {
  for (const row of Array.isArray(rows) ? rows : [rows]) {
    for (const [column, value] of Object.entries(row ?? {})) {
      if (typeof value === "bigint") row[column] = Number(value);
    }
  }
  return rows;
}
