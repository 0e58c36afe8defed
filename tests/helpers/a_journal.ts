// An empty journal for a test: on each engine that is there, so that both keep one contract.

import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { HAS_POSTGRES } from "./postgres.ts";
import { withPostgresJournal } from "./postgres_journal.ts";

/** Where a journal is. */
export type Engine = "SQLite" | "PostgreSQL";

/** Runs a test on an empty journal in memory, and where there is PostgreSQL on one there. */
export async function withJournal(
  run: (journal: Journal, engine: Engine) => Promise<void>,
  botId?: string,
): Promise<void> {
  await withSqlite((journal) => run(journal, "SQLite"), botId);
  await withPostgres((journal) => run(journal, "PostgreSQL"), botId);
}

/** Runs it on one in memory alone: for what only one process can do. */
export async function withSqlite(
  run: (journal: Journal) => Promise<void>,
  botId?: string,
): Promise<void> {
  const journal = await openJournal(":memory:", botId);
  try {
    await run(journal);
  } finally {
    await journal.close();
  }
}

/** Runs it on one in PostgreSQL alone, where there is that: for what only several processes need. */
export async function withPostgres(
  run: (journal: Journal) => Promise<void>,
  botId?: string,
): Promise<void> {
  if (!HAS_POSTGRES) return;
  await withPostgresJournal(async (open) => {
    const { journal } = await open(botId);
    await saying("PostgreSQL", () => run(journal));
  });
}

/** The failure says on which engine it was. */
async function saying(engine: Engine, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error) error.message = `On ${engine}: ${error.message}`;
    throw error;
  }
}
