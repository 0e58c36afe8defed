// PostgreSQL understands every statement of the journal: each is prepared on a server that has the schema.

import assert from "node:assert/strict";
import { type Dialect, POSTGRES, SQLITE } from "../../../lib/journal/dialect.ts";
import { MIGRATIONS } from "../../../lib/journal/postgres/schema.ts";
import { journalStatements } from "../../helpers/journal_statements.ts";
import { type PostgresServer, schemaTest } from "../../helpers/postgres.ts";

/** What a process alone has in files, so that SQLite has no statements for it. */
const SHARED = ["journal/media.ts", "journal/shared_profiles.ts", "journal/due_lanes.ts"];

schemaTest("PostgreSQL understands every statement of the journal", async (schema, server) => {
  const enter = `SET search_path TO ${schema};`;
  const tables = MIGRATIONS.map(({ sql }) => sql).join(";");
  await server.sql(`CREATE SCHEMA ${schema}; ${enter} ${tables}`);
  const statements = await journalStatements(POSTGRES);
  assert.ok(statements.size > 300, `${statements.size} statements`);
  const refused = await prepareAll(server, enter, [...statements]);
  assert.equal(refused.length, 0, `${refused.length} refused:\n${refused.join("\n\n")}`);
});

Deno.test("the journal has as many statements in the words of either engine", async () => {
  const count = async (dialect: Dialect) =>
    [...(await journalStatements(dialect)).values()]
      .filter((place) => !SHARED.some((file) => place.includes(file))).length;
  assert.equal(await count(POSTGRES), await count(SQLITE));
});

/** So many fit into one command line. */
const AT_ONCE = 40;

/** What the server says against statements, with their texts and where they are made. */
async function prepareAll(
  server: PostgresServer,
  enter: string,
  statements: readonly (readonly [sql: string, file: string])[],
): Promise<string[]> {
  const refused: string[] = [];
  for (let from = 0; from < statements.length; from += AT_ONCE) {
    const some = statements.slice(from, from + AT_ONCE);
    const rows = some.map(([sql], index) => `(${index}, ${quoted(toDollars(sql))})`).join(",\n");
    const said = await server.sql(
      `${enter} CREATE FUNCTION pg_temp.refusal(nth int, sql text) RETURNS text LANGUAGE plpgsql AS $$
       DECLARE odd text;
       BEGIN
         EXECUTE 'PREPARE s' || nth || ' AS ' || sql;
         SELECT 'parameters are ' || parameter_types::text INTO odd FROM pg_prepared_statements
           WHERE name = 's' || nth AND NOT parameter_types <@ '{bigint,text,jsonb}'::regtype[];
         RETURN odd;
       EXCEPTION WHEN OTHERS THEN RETURN replace(SQLERRM, E'\\n', ' ');
       END $$;
       SELECT * FROM (SELECT nth, pg_temp.refusal(nth, sql) AS said FROM (VALUES ${rows}) AS each (nth, sql))
         AS answers WHERE said IS NOT NULL`,
    );
    for (const line of said.split("\n").filter((line) => line !== "")) {
      const [nth = "", ...words] = line.split("|");
      const [sql, file] = some[Number(nth)] ?? [];
      refused.push(`${file}: ${words.join("|")}\n${sql}`);
    }
  }
  return refused;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A statement with PostgreSQL's parameters, numbered as SQLite does: it must see a type for each. */
function toDollars(sql: string): string {
  let largest = 0;
  return sql.replace(/'[^']*'|--[^\n]*|\?(\d*)/g, (found, digits: string | undefined) => {
    if (!found.startsWith("?")) return found;
    const number = digits ? Number(digits) : largest + 1;
    largest = Math.max(largest, number);
    return `$${number}`;
  });
}
