// Commits what one turn of the event loop wrote in one go, and tells when it is on disk. Does not know what a lead is.

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { copyDatabase } from "./database_copy.ts";
import { messageOf } from "../../log/error_words.ts";
import { type DatabaseFiles, rememberFiles } from "./database_files.ts";
import { SQLITE } from "../dialect.ts";
import type { Database, Reader } from "../engine.ts";
import {
  damageOf,
  pagesOf,
  RUNNING_BUSY_TIMEOUT_MS,
  truncateWal,
  walPagesFor,
} from "./file_care.ts";
import { fillFreePages, isOverwritten } from "./free_pages.ts";
import { readingAny, rounded } from "./statements.ts";
import { isDiskFault, StorageError, toStorageError } from "../storage_error.ts";

/** How long a write may be left for company before it is committed by itself, in ms. */
const LAZY_COMMIT_MS = 20;

/** What a file needs beside the statements, which throw a `StorageError` where the disk, the file or another process stops them. */
export interface FileDatabase extends Database {
  /** Checks a file that is not too large. @throws {Error} If it is damaged. */
  check(): void;
  /** Copies the database as it stands to a new file, while it is written on; throws as `copyDatabase` does. */
  backUp(path: string, mark: string): Promise<void>;
  /**
   * Overwrites, once, free pages from before deleting overwrote them; blocks for about 1 s per 100 MB. Larger files than
   * `mostPages` are skipped.
   */
  overwriteFreePages(mostPages: number): Promise<void>;
  /** Keeps the WAL small on a nearly full disk, where it could not be written back into a growing file. */
  limitWal(freeBytes: number): void;
  /** The first of the database's files that is not at its path any more, or was cut: what is written is not found again. */
  lostFile: DatabaseFiles["lost"];
}

/** How often the files are looked for before a commit, in ms: that takes 20 µs, a tenth of a lead's. */
const LOOK_MS = 100;

export function withGroupCommit(
  sqlite: DatabaseSync,
  file: string,
  elapsedMs: (() => number) | undefined,
): FileDatabase {
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

  async function atomically<T>(write: () => Promise<T>): Promise<T> {
    if (within) return await write();
    writing(() => save().run());
    within = true;
    try {
      const result = await write();
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

  let isVerbRunning = false;
  const line: (() => void)[] = [];

  async function inTurn<T>(verb: () => Promise<T>): Promise<T> {
    if (isVerbRunning) await new Promise<void>((resolve) => void line.push(resolve));
    isVerbRunning = true;
    try {
      return await verb();
    } finally {
      const next = line.shift();
      if (next === undefined) isVerbRunning = false;
      else next(); // Its turn has begun: no other gets between.
    }
  }

  /** Not in the middle of a verb. */
  function commit(): Promise<void> {
    if (isVerbRunning) return inTurn(() => Promise.resolve(commitNow()));
    commitNow();
    return Promise.resolve();
  }

  function commitNow(): void {
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

  function reader(sql: string): Reader {
    const prepared = preparing(sql);
    return {
      // deno-lint-ignore require-await -- What SQLite throws is to reject.
      get: async (...values) => readingAny(prepared(), (statement) => statement.get(...values)),
      // deno-lint-ignore require-await
      all: async (...values) => readingAny(prepared(), (statement) => statement.all(...values)),
    };
  }

  return {
    dialect: SQLITE,
    reader,
    reading: { dialect: SQLITE, reader },
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
        // deno-lint-ignore require-await
        run: async (...values) => writing(() => prepared().run(...values)),
        // deno-lint-ignore require-await
        get: async (...values) => writing(() => rounded(returning().get(...values))),
        // deno-lint-ignore require-await
        all: async (...values) => writing(() => rounded(returning().all(...values))),
      };
    },
    inTurn,
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
    async backUp(path, mark) {
      await commit();
      return await copyDatabase(file, path, mark);
    },
    async rehearse(write) {
      begin();
      sqlite.exec("SAVEPOINT rehearsal");
      try {
        await write();
      } finally {
        if (sqlite.isTransaction) sqlite.exec("ROLLBACK TO rehearsal; RELEASE rehearsal");
      }
    },
    bury: () => Promise.resolve(false),
    forgetDeleted: () => void (walHoldsDeleted = true),
    async overwriteFreePages(mostPages) {
      if (isOverwritten(sqlite) || pagesOf(sqlite) > mostPages) return;
      await commit();
      try {
        fillFreePages(sqlite);
      } finally {
        if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
      }
      emptyWal();
    },
    limitWal(freeBytes) {
      sqlite.exec(`PRAGMA wal_autocheckpoint = ${walPagesFor(freeBytes)}`);
    },
    lostFile: files.lost,
    committedSoon: () => open ? waiting.promise : Promise.resolve(),
    async close() {
      await commit();
      sqlite.close();
    },
  };
}
