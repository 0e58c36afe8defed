// An empty schema is filled with a file's tables, and holds what the file holds.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { fillSchema } from "../../../lib/journal/postgres/filling.ts";
import { withConnection } from "../../../lib/journal/postgres/open.ts";
import { MIGRATIONS } from "../../../lib/journal/postgres/schema.ts";
import { openTables } from "../../../lib/journal/sqlite/table_rows.ts";
import { makeFullJournal } from "../../helpers/full_journal.ts";
import { type PostgresServer, schemaTest } from "../../helpers/postgres.ts";

async function withFile(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  try {
    await makeFullJournal(`${folder}/triborg.db`);
    await test(`${folder}/triborg.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function fill(
  path: string,
  schema: string,
  { url }: PostgresServer,
  more?: () => Promise<void>,
) {
  using from = openTables(path);
  const to = { url, schema, random: () => 0, onWaiting() {} };
  const options = { schema, migrations: MIGRATIONS, from, more, onProgress() {} };
  return await withConnection(to, (client) => fillSchema(client, options));
}

const array = (columns: readonly string[], textOf: (column: string) => string) =>
  columns.map((column) => textOf(`"${column}"`)).join(", ");

schemaTest(
  "every row of every table is there, to the last digit and byte",
  (schema, server) =>
    withFile(async (path) => {
      const filled = await fill(path, schema, server);
      using tables = openTables(path);
      using db = new DatabaseSync(path, { readOnly: true });
      for (const { name, columns } of tables.tables) {
        const values = array(columns, (column) => `CAST(${column} AS TEXT)`);
        const before = db.prepare(`SELECT json_array(${values}) AS row FROM "${name}"`).all()
          .map(({ row }) => String(row));
        const after = await server.sql(
          `SELECT json_build_array(${
            array(columns, (column) => `CAST(${column} AS TEXT)`)
          }) FROM ${schema}."${name}"`,
        );
        const parsed = (rows: readonly string[]) =>
          rows.map((row) => JSON.stringify(JSON.parse(row))).toSorted();
        assert.ok(before.length > 0, name);
        assert.deepEqual(parsed(after.split("\n")), parsed(before), name);
        const counts = filled.find((each) => each.name === name);
        assert.deepEqual([counts?.before, counts?.after], [before.length, before.length]);
      }
    }),
);

schemaTest(
  "new work gets numbers above all that the file has ever given",
  (schema, server) =>
    withFile(async (path) => {
      await fill(path, schema, server);
      const next = await server.sql(`SET search_path TO ${schema};
      INSERT INTO outbox (id, lane, kind, subject, body) SELECT nextval('outbox_ids'), '', 'card', 1, '' RETURNING id;
      INSERT INTO answer_work (lane, kind, subject, body) VALUES ('', '', 1, '') RETURNING id;
      INSERT INTO crm_notes (lead, account, kind, created_at_ms, ready_at_ms) VALUES (2, '', '', 0, 0) RETURNING number;
      INSERT INTO lead_turns (lead, kind, by, at_ms) VALUES (2, '', '', 0) RETURNING number;
      INSERT INTO leads (id, state, profile, profile_name, choice, user_id, first_name, chat_id,
        menu_message_id, received_at_ms) VALUES ('', 'received', 'agency', '', '', 1, '', 1, 1, 1) RETURNING number;
      SELECT leads FROM lead_counts WHERE profile = 'agency' AND state = 'received'`);
      assert.deepEqual(next.split("\n"), ["42", "14", "10", "4", "5", "2"]);
    }),
);

schemaTest(
  "characters 0, which PostgreSQL does not hold, are replaced and told",
  (schema, server) =>
    withFile(async (path) => {
      {
        using db = new DatabaseSync(path);
        db.prepare("UPDATE leads SET first_name = ? WHERE number < 3").run("a\0b\0");
      }
      const filled = await fill(path, schema, server);
      const names = await server.sql(
        `SELECT quote_literal(first_name) FROM ${schema}.leads ORDER BY number`,
      );
      assert.deepEqual(names.split("\n"), ["'a�b�'", "'a�b�'", "''"]);
      const altered = filled.filter((table) => table.altered.size > 0)
        .map((table) => [table.name, [...table.altered]]);
      assert.deepEqual(altered, [["leads", [["first_name", 2]]]]);
    }),
);

for (
  const [what, sql, words] of [
    ["a view", "CREATE VIEW one AS SELECT 1", /представление one/],
    ["a function", "CREATE FUNCTION f() RETURNS int RETURN 1", /функция f/],
    ["a type", "CREATE TYPE mood AS ENUM ('fine')", /тип mood/],
    ["a sequence", "CREATE SEQUENCE s", /последовательность s/],
    [
      "leads",
      "CREATE TABLE leads (number int); INSERT INTO leads VALUES (1), (2); CREATE TABLE a (b int)",
      /таблица leads, таблица a, лидов: 2\. .*DROP SCHEMA/,
    ],
  ] as const
) {
  schemaTest(
    `a schema with ${what} is refused and left as it is`,
    (schema, server) =>
      withFile(async (path) => {
        await server.sql(`CREATE SCHEMA ${schema}; SET search_path TO ${schema}; ${sql}`);
        await assert.rejects(fill(path, schema, server), words);
        const versions = `SELECT to_regclass('${schema}.schema_versions') IS NULL`;
        assert.equal(await server.sql(versions), "t");
      }),
  );
}

schemaTest(
  "what fails on the way leaves nothing, and the next try fills",
  (schema, server) =>
    withFile(async (path) => {
      await assert.rejects(
        fill(path, schema, server, () => Promise.reject(new Error("no room"))),
        /no room/,
      );
      const schemas = `SELECT count(*) FROM pg_namespace WHERE nspname = '${schema}'`;
      assert.equal(await server.sql(schemas), "0");
      await fill(path, schema, server);
      assert.equal(await server.sql(schemas), "1");
    }),
);

schemaTest(
  "a row that PostgreSQL does not take is named by its table",
  (schema, server) =>
    withFile(async (path) => {
      {
        using db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
        db.exec("INSERT INTO repeats VALUES (1, 1, 77, 1)");
      }
      await assert.rejects(fill(path, schema, server), /таблица repeats: .*foreign key/);
    }),
);

schemaTest(
  "tables and columns of a later bot are refused by name",
  (schema, server) =>
    withFile(async (path) => {
      {
        using db = new DatabaseSync(path);
        db.exec("ALTER TABLE leads ADD COLUMN mood TEXT; CREATE TABLE moods (a TEXT)");
      }
      await assert.rejects(fill(path, schema, server), /leads\.mood, moods\.a/);
    }),
);

schemaTest(
  "a schema that was made for the role is filled",
  (schema, server) =>
    withFile(async (path) => {
      await server.sql(`CREATE SCHEMA ${schema}`);
      await fill(path, schema, server);
      assert.equal(await server.sql(`SELECT count(*) FROM ${schema}.leads`), "3");
    }),
);
