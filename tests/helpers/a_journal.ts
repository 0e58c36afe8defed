// An empty journal for a test: on each engine that is there, so that both keep one contract.

import type { Database } from "../../lib/journal/engine.ts";
import { type Journal, journalIn } from "../../lib/journal/journal.ts";
import { ADDITIONS } from "../../lib/journal/sqlite/additions.ts";
import { openDatabase } from "../../lib/journal/sqlite/database.ts";
import { MIGRATIONS } from "../../lib/journal/sqlite/schema.ts";
import { HAS_POSTGRES } from "./postgres.ts";
import { withPostgresDatabase } from "./postgres_journal.ts";

/** Where a journal is. */
export type Engine = "SQLite" | "PostgreSQL";

/** A journal, and what a test does behind its back. */
export interface Opened {
  readonly journal: Journal;
  readonly db: Database;
  readonly engine: Engine;
  /** The same database, opened as by the next process. */
  as(botId?: string): Promise<Journal>;
  /** Runs SQL that both engines know. */
  change(sql: string): Promise<void>;
  /** All that is in any table. */
  dump(): Promise<string>;
}

/** Runs a test on an empty journal in memory, and where there is PostgreSQL on one there. */
export async function withJournal(
  run: (journal: Journal, engine: Engine) => Promise<void>,
  botId?: string,
): Promise<void> {
  await withOpened(({ journal, engine }) => run(journal, engine), botId);
}

/** The same, for a test that looks into its database. */
export async function withOpened(
  run: (opened: Opened) => Promise<void>,
  botId?: string,
): Promise<void> {
  await onSqlite(run, botId);
  await onPostgres(run, botId);
}

/** Runs it on one in memory alone: for what only one process can do. */
export async function withSqlite(run: (journal: Journal) => Promise<void>): Promise<void> {
  await onSqlite(({ journal }) => run(journal));
}

/** Runs it on one in PostgreSQL alone, where there is that: for what only several processes need. */
export async function withPostgres(run: (journal: Journal) => Promise<void>): Promise<void> {
  await onPostgres(({ journal }) => run(journal));
}

async function onSqlite(run: (opened: Opened) => Promise<void>, botId?: string): Promise<void> {
  const db = openDatabase(":memory:", MIGRATIONS, ADDITIONS);
  try {
    await run(await opened(db, "SQLite", botId));
  } finally {
    await db.close();
  }
}

/** A failure says that it was here. */
async function onPostgres(run: (opened: Opened) => Promise<void>, botId?: string): Promise<void> {
  if (!HAS_POSTGRES) return;
  await withPostgresDatabase(async (db) => {
    try {
      await run(await opened(db, "PostgreSQL", botId));
    } catch (error) {
      if (error instanceof Error) error.message = `On PostgreSQL: ${error.message}`;
      throw error;
    }
  });
}

const TABLES: Readonly<Record<Engine, string>> = {
  "SQLite": "SELECT name FROM sqlite_schema WHERE type = 'table'",
  "PostgreSQL": "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema",
};

async function opened(db: Database, engine: Engine, botId?: string): Promise<Opened> {
  return {
    journal: await journalIn(db, botId),
    db,
    engine,
    as: (botId) => journalIn(db, botId),
    change: (sql) => db.inTurn(async () => void await db.writer(sql).run()),
    dump: () =>
      db.inTurn(async () => {
        const found: string[] = [];
        for (const { name } of await db.reader(TABLES[engine]).all()) {
          found.push(JSON.stringify(await db.reader(`SELECT * FROM ${name}`).all()));
        }
        return found.join();
      }),
  };
}
