// Looks into the journal of a running or stopped bot, as an operator with SQL would.

import { DatabaseSync } from "node:sqlite";

export type JournalRow = Readonly<Record<string, unknown>>;

/** The rows of one statement on the journal of a story's bot. */
export function journalRows({ folder }: { readonly folder: string }, sql: string): JournalRow[] {
  const db = new DatabaseSync(`${folder}/data/triborg.db`, { timeout: 5000 });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}
