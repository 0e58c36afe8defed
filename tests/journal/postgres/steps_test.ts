// The schema in PostgreSQL is brought up to date by one process, and understood by the versions before and after it.

import assert from "node:assert/strict";
import { Client } from "pg";
import { MIGRATIONS } from "../../../lib/journal/postgres/schema.ts";
import { migrate, type Migration, type Session } from "../../../lib/journal/postgres/steps.ts";
import { type PostgresServer, schemaTest } from "../../helpers/postgres.ts";

const NOTES: Migration = { sql: "CREATE TABLE notes (text TEXT)" };
const COLOURS: Migration = { sql: "ALTER TABLE notes ADD COLUMN colour TEXT" };

/** Lends a connection. */
async function withSession(
  { url }: PostgresServer,
  use: (session: Session) => Promise<void>,
): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}

function versionsOf(server: PostgresServer, schema: string): Promise<string> {
  return server.sql(`SELECT string_agg(version::text, ',') FROM ${schema}.schema_versions`);
}

schemaTest("processes that start together make the schema once", async (schema, server) => {
  await Promise.all(
    Array.from(
      { length: 4 },
      () => withSession(server, (session) => migrate(session, schema, MIGRATIONS)),
    ),
  );
  assert.equal(await versionsOf(server, schema), "1");
  assert.equal(await server.sql(`SELECT count(*) FROM ${schema}.leads_view`), "0");
});

schemaTest(
  "later steps are added to a schema, and the bot before works on",
  async (schema, server) => {
    await withSession(server, async (session) => {
      await migrate(session, schema, [NOTES]);
      await migrate(session, schema, [NOTES, COLOURS]);
      assert.equal(await versionsOf(server, schema), "1,2");
      await migrate(session, schema, [NOTES]);
    });
    await server.sql(`INSERT INTO ${schema}.notes VALUES ('a', 'red')`);
  },
);

schemaTest("a step that breaks the bot before keeps it off", async (schema, server) => {
  await withSession(server, async (session) => {
    await migrate(session, schema, [NOTES, { ...COLOURS, breaks: true }, { sql: "SELECT 1" }]);
    await assert.rejects(migrate(session, schema, [NOTES]), {
      name: "RangeError",
      message: `Schema "${schema}" has version 3, this bot knows versions up to 1`,
    });
    await migrate(session, schema, [NOTES, COLOURS]);
  });
});

schemaTest("a step that fails leaves the schema as it was", async (schema, server) => {
  await withSession(server, async (session) => {
    await assert.rejects(migrate(session, schema, [NOTES, { sql: "CREATE TABLE notes (a INT)" }]));
    await migrate(session, schema, [NOTES]);
  });
  assert.equal(await versionsOf(server, schema), "1");
});

schemaTest(
  "a role that may make nothing works on a schema that is made",
  async (schema, server) => {
    await withSession(server, (session) => migrate(session, schema, [NOTES]));
    const role = `role_${schema}`;
    await server.sql(
      `CREATE ROLE ${role}; GRANT USAGE ON SCHEMA ${schema} TO ${role};
     GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${role}`,
    );
    await withSession(server, async (session) => {
      await session.query(`SET ROLE ${role}`);
      await migrate(session, schema, [NOTES]);
    });
  },
);
