// Opens the database, migrates it, and commits what one turn of the event loop wrote in one go. Does not know what a lead is.

import {
  backup,
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from "node:sqlite";

/** How long a write may be left for company before it is committed by itself, in ms. */
const LAZY_COMMIT_MS = 20;

/**
 * How far the WAL grows before it is written back, in pages of 4 KiB. With a million leads each new one dirties a
 * page somewhere, and writing back is mostly waiting for the disk: seldom and much takes less (SQLite: 1,000).
 */
const WAL_PAGES = 4_000;

/** How long SQLite waits for another connection's lock, in ms. */
const BUSY_TIMEOUT_MS = 5_000;

export interface Database {
  /** A statement that only reads; prepared when it first runs, and once. */
  reader(sql: string): Reader;
  /** A statement that writes, prepared likewise; running it opens the transaction that `committed` ends. */
  writer(sql: string): Writer;
  /**
   * Resolves when everything written so far is on disk, and rejects when it could not be put there:
   * then all of it is undone. Writes of one turn of the event loop share one transaction and one
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
  /** Copies the database as it stands to another file, while it is written on. */
  backUp(path: string): Promise<void>;
  /** Commits what is open and closes the file. */
  close(): void;
}

/** Integers are numbers; those beyond 2^53 are bigints. */
export type Row = Record<string, SQLOutputValue>;

export interface Reader {
  get(...values: SQLInputValue[]): Row | undefined;
  all(...values: SQLInputValue[]): Row[];
}

export interface Writer extends Reader {
  run(...values: SQLInputValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
}

/** A step of the schema; its position in the list is the version it leads to. */
export type Migration = string;

/**
 * Steps that only add to the schema (tables, indexes, columns that may be left out), by name. They do not
 * count as a version, so that the bot before this one can still open the file.
 */
export type Additions = Readonly<Record<string, string>>;

/**
 * Opens a database file, or `:memory:`, durable and migrated: WAL with synchronous=FULL, so that what
 * is committed survives a power cut (https://sqlite.org/pragma.html#pragma_synchronous).
 *
 * @param path In a folder that is there.
 * @throws {Error} If the file is no database, cannot be written, or comes from a newer version of the bot.
 */
export function openDatabase(
  path: string,
  migrations: readonly Migration[],
  additions: Additions = {},
): Database {
  const sqlite = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    sqlite.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
       PRAGMA wal_autocheckpoint = ${WAL_PAGES};`,
    );
    sqlite.exec("BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK;"); // Says now where it cannot be written.
    migrate(sqlite, migrations);
    add(sqlite, additions);
  } catch (cause) {
    sqlite.close();
    throw new Error(`Cannot open database "${path}": ${messageOf(cause)}`, { cause });
  }
  return withGroupCommit(sqlite, path);
}

/** Largest file that is checked, in pages: about a tenth of a second's work. */
const MOST_CHECKED_PAGES = 16_384;

function damageOf(sqlite: DatabaseSync): string | undefined {
  try {
    const pages = Number(sqlite.prepare("PRAGMA page_count").get()?.["page_count"]);
    if (pages > MOST_CHECKED_PAGES) return undefined;
    const verdict = sqlite.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
    return verdict === "ok" ? undefined : String(verdict);
  } catch (error) {
    return messageOf(error);
  }
}

function migrate(sqlite: DatabaseSync, migrations: readonly Migration[]): void {
  const version = Number(sqlite.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version > migrations.length) {
    throw new RangeError(
      `its version is ${version}, this bot knows versions up to ${migrations.length}`,
    );
  }
  migrations.slice(version).forEach((migration, index) => {
    sqlite.exec(
      `BEGIN IMMEDIATE; ${migration}; PRAGMA user_version = ${version + index + 1}; COMMIT;`,
    );
  });
}

function add(sqlite: DatabaseSync, additions: Additions): void {
  sqlite.exec("CREATE TABLE IF NOT EXISTS additions (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID");
  const made = new Set(sqlite.prepare("SELECT name FROM additions").all().map(({ name }) => name));
  for (const [name, sql] of Object.entries(additions)) {
    if (made.has(name)) continue;
    sqlite.exec(`BEGIN IMMEDIATE; ${sql}; INSERT INTO additions VALUES ('${name}'); COMMIT;`);
  }
}

function withGroupCommit(sqlite: DatabaseSync, file: string): Database {
  let open = false;
  let waiting = Promise.withResolvers<void>();
  let lazy: ReturnType<typeof setTimeout> | undefined;
  let urgent: ReturnType<typeof setImmediate> | undefined;

  /** Most statements never run in an hour of the bot's life, and every start would wait for all of them. */
  function preparing(sql: string): () => StatementSync {
    let statement: StatementSync | undefined;
    return () => statement ??= sqlite.prepare(sql);
  }

  function begin(): void {
    if (open && sqlite.isTransaction) return;
    // A full disk made SQLite undo the transaction: what comes now must not stand without what came before.
    if (open) throw new Error("the transaction was undone");
    sqlite.exec("BEGIN IMMEDIATE");
    open = true;
    lazy = setTimeout(commit, LAZY_COMMIT_MS);
    waiting = Promise.withResolvers();
    waiting.promise.catch(() => {}); // Whoever waits has a promise of their own chain.
  }

  /** A full disk may undo one statement alone, and a move in several would stand in part. */
  function writing<T>(write: () => T): T {
    begin();
    try {
      return write();
    } catch (error) {
      if (isDiskFault(error) && sqlite.isTransaction) sqlite.exec("ROLLBACK");
      throw error;
    }
  }

  function commit(): void {
    clearTimeout(lazy);
    clearImmediate(urgent);
    lazy = urgent = undefined;
    if (!open) return;
    open = false;
    try {
      sqlite.exec("COMMIT");
      waiting.resolve();
    } catch (error) {
      waiting.reject(error);
      if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
    }
  }

  return {
    reader(sql) {
      const prepared = preparing(sql);
      return {
        get: (...values) => readSafely(prepared(), (statement) => statement.get(...values)),
        all: (...values) => readSafely(prepared(), (statement) => statement.all(...values)),
      };
    },
    writer(sql) {
      const prepared = preparing(sql);
      // A statement that has written cannot be run again to read its rows differently.
      const returning = () => {
        const statement = prepared();
        statement.setReadBigInts(true);
        return statement;
      };
      return {
        run: (...values) => writing(() => prepared().run(...values)),
        get: (...values) => writing(() => inRange(returning().get(...values))),
        all: (...values) => writing(() => returning().all(...values)).map(inRange),
      };
    },
    committed() {
      if (!open) return Promise.resolve();
      urgent ??= setImmediate(commit);
      return waiting.promise;
    },
    check() {
      const damage = damageOf(sqlite);
      if (damage !== undefined) throw new Error(`Database "${file}" is damaged: ${damage}`);
    },
    async backUp(path) {
      commit();
      // A connection of its own sees one moment, whatever is written meanwhile.
      const source = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
      try {
        source.exec("BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1;");
        await backup(source, path);
      } finally {
        source.close();
      }
    },
    committedSoon: () => open ? waiting.promise : Promise.resolve(),
    close() {
      commit();
      sqlite.close();
    },
  };
}

/** node:sqlite refuses a whole row for one integer of 2^53 or more: such rows are read again as bigints. */
function readSafely<T extends Row | undefined | Row[]>(
  statement: StatementSync,
  read: (statement: StatementSync) => T,
): T {
  try {
    return read(statement);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_OUT_OF_RANGE") throw error;
    statement.setReadBigInts(true);
    try {
      const rows = read(statement);
      [rows].flat().forEach(inRange);
      return rows;
    } finally {
      statement.setReadBigInts(false);
    }
  }
}

/** Turns a row's bigints into numbers wherever a number holds the value exactly. */
function inRange<T extends Row | undefined>(row: T): T {
  if (row === undefined) return row;
  for (const [name, value] of Object.entries(row)) {
    if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) row[name] = Number(value);
  }
  return row;
}

/** SQLITE_NOMEM, SQLITE_IOERR, SQLITE_FULL and their kin (https://sqlite.org/rescode.html). */
function isDiskFault(error: unknown): boolean {
  const code = (error as { errcode?: unknown }).errcode;
  return typeof code === "number" && [7, 10, 13].includes(code & 0xff);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
