// What the journal's verbs need of an engine. SQLite and PostgreSQL both give it; here are types alone.

import type { Dialect } from "./dialect.ts";

/** A parameter. NaN is stored as null, and a number beyond an 8-byte integer throws a RangeError on PostgreSQL. */
export type Value = string | number | bigint | null;

/** A row: 8-byte integers as numbers, rounded past 2^53, and booleans as 1 and 0. */
export type Row = Record<string, string | number | bigint | Uint8Array | null>;

/** A statement that only reads. Rejects with a `StorageError` where the disk, the server or the way to it fails. */
export interface Reader {
  get(...values: Value[]): Promise<Row | undefined>;
  all(...values: Value[]): Promise<Row[]>;
}

/** A statement that writes; rejects likewise. */
export interface Writer extends Reader {
  run(...values: Value[]): Promise<{ readonly changes: number | bigint }>;
}

export interface Database {
  readonly dialect: Dialect;
  /** A statement with placeholders `?` and `?1`, prepared when it first runs, and once. */
  reader(sql: string): Reader;
  /** Likewise; running it opens the transaction that `committed` ends. */
  writer(sql: string): Writer;
  /**
   * Runs a verb alone: no other verb of this process runs between its statements, and from its first write on none of
   * another process. Statements belong to the verb that runs, so all of them are run, and awaited, within one. Not nested.
   *
   * A verb may run twice: when a verb has read before its first write, PostgreSQL begins it anew once it has the lock, as
   * what it read may be outdated. What it does besides before its first write must bear that. That is done once for each
   * name, which is the verb's own and not one of a call: later it begins under the lock.
   */
  inTurn<T>(verb: () => Promise<T>, name?: string): Promise<T>;
  /**
   * Runs several writes as one, all or nothing, also when something between them throws; called within a verb. Within
   * another it is part of that one. On PostgreSQL a failed statement fails all of it, caught or not.
   */
  atomically<T>(write: () => Promise<T>): Promise<T>;
  /**
   * Resolves when everything is on disk that was written by verbs that have returned; called between verbs. When it
   * rejects, with a `StorageError`, all that was written since the last commit is undone, or its fate is unknown.
   */
  committed(): Promise<void>;
  /** The same without hurry. */
  committedSoon(): Promise<void>;
  /** Runs writes and undoes them; called within a verb. @throws {Error} What they throw. */
  rehearse(write: () => Promise<void>): Promise<void>;
  /** What is deleted now is overwritten wherever the engine can: in the file and its WAL. */
  forgetDeleted(): void;
  /** The same database for long reads: they neither wait for what writes nor hold it up. */
  readonly reading: Pick<Database, "reader" | "dialect">;
  /**
   * Removes a dead process of the crew, called within a verb; false if it was removed before. SQLite has no crew.
   */
  bury(dead: string): Promise<boolean>;
  /** Commits what was written and closes. */
  close(): Promise<void>;
}
