// Journals' databases in PostgreSQL for tests that are not about PostgreSQL: empty, and without a crew.

import { POSTGRES } from "../../lib/journal/dialect.ts";
import type { Database } from "../../lib/journal/engine.ts";
import { openPostgres } from "../../lib/journal/postgres/open.ts";
import { MIGRATIONS } from "../../lib/journal/postgres/schema.ts";
import { migrate } from "../../lib/journal/postgres/steps.ts";
import { sharedPostgres } from "./postgres.ts";

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

/** Lends an empty one, and closes it. One at a time in a test file. */
export async function withPostgresDatabase(
  run: (db: Database) => Promise<void>,
): Promise<void> {
  const { url } = await sharedPostgres();
  const { db } = await openPostgres({
    url,
    schema: SCHEMA,
    dialect: POSTGRES,
    random: () => 0,
    onWaiting: () => {},
    async migrate(client, schema) {
      await migrate(client, schema, MIGRATIONS);
      await client.query(EMPTY);
    },
  });
  try {
    await run(db);
  } finally {
    await db.close();
  }
}
