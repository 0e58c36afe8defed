// Journals in PostgreSQL for tests that are not about PostgreSQL: empty, without a crew, reopened as by the next process.

import { POSTGRES } from "../../lib/journal/dialect.ts";
import { type Journal, journalIn } from "../../lib/journal/journal.ts";
import { type OpenedPostgres, openPostgres } from "../../lib/journal/postgres/open.ts";
import { MIGRATIONS } from "../../lib/journal/postgres/schema.ts";
import { migrate } from "../../lib/journal/postgres/steps.ts";
import { sharedPostgres } from "./postgres.ts";

/** Opens the journal of a test; another time as the next process does. */
export type OpenJournal = (botId?: string) => Promise<OpenedPostgres & { journal: Journal }>;

/** The schema of a test file, made by its first test and emptied for each. */
const SCHEMA = `test_${crypto.randomUUID().replaceAll("-", "")}`;

/** Deletes all rows: far quicker than TRUNCATE where there are few, or than a new schema. */
const EMPTY = `
  DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables
      WHERE schemaname = current_schema AND tablename <> 'schema_versions' LOOP
      EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema LOOP
      PERFORM setval(name::regclass, 1, false);
    END LOOP;
  END $$`;

/** Lends a way to open an empty journal, and closes what was opened. One at a time in a test file. */
export async function withPostgresJournal(
  run: (open: OpenJournal) => Promise<void>,
): Promise<void> {
  const { url } = await sharedPostgres();
  const opened: OpenedPostgres[] = [];
  try {
    await run(async (botId) => {
      const one = await openPostgres({
        url,
        schema: SCHEMA,
        dialect: POSTGRES,
        random: () => 0,
        onWaiting: () => {},
        async migrate(client, schema) {
          await migrate(client, schema, MIGRATIONS);
          if (opened.length === 0) await client.query(EMPTY);
        },
      });
      opened.push(one);
      return { ...one, journal: await journalIn(one.db, botId) };
    });
  } finally {
    for (const { db } of opened) await db.close();
  }
}
