// The engine on PostgreSQL with a table of its own, for tests of the engine alone.

import { POSTGRES } from "../../lib/journal/dialect.ts";
import type { OpeningOptions } from "../../lib/journal/postgres/open.ts";
import { openPostgres } from "../../lib/journal/postgres/open.ts";
import type { Database } from "../../lib/journal/engine.ts";

/** What a test writes and reads in its table `notes`. */
export interface NotesDatabase extends AsyncDisposable {
  readonly db: Database;
  /** A verb of one statement: it also keeps the number of its transaction. */
  add(id: number, body?: string): Promise<void>;
  /** The same statement, for use within a verb. */
  insert(id: number, body?: string): Promise<unknown>;
  /** The ids of all notes, read by another connection. */
  ids(): Promise<number[]>;
}

const TABLE = `CREATE TABLE IF NOT EXISTS notes (
  id BIGINT PRIMARY KEY, body TEXT, batch TEXT DEFAULT pg_current_xact_id()::text)`;

export async function openNotes(
  url: string,
  schema: string,
  options: Partial<OpeningOptions> = {},
): Promise<NotesDatabase> {
  const { db } = await openPostgres({
    url,
    schema,
    dialect: POSTGRES,
    random: () => 0,
    onWaiting: () => {},
    migrate: async (client) => {
      await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
      await client.query(TABLE);
    },
    ...options,
  });
  const insert = db.writer("INSERT INTO notes (id, body) VALUES (?, ?)");
  const list = db.reading.reader("SELECT id FROM notes ORDER BY id");
  return {
    db,
    insert: (id, body = "") => insert.run(id, body),
    add: (id, body = "") => db.inTurn(async () => void await insert.run(id, body)),
    ids: async () => (await list.all()).map((row) => Number(row["id"])),
    [Symbol.asyncDispose]: () => db.close(),
  };
}
