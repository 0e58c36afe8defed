// The tables in PostgreSQL are SQLite's, and their triggers do what SQLite's do; beside that they name who has a row in hand.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { ADDITIONS } from "../../../lib/journal/sqlite/additions.ts";
import { MIGRATIONS as SQLITE_MIGRATIONS } from "../../../lib/journal/sqlite/schema.ts";
import { MIGRATIONS } from "../../../lib/journal/postgres/schema.ts";
import { add, migrate } from "../../../lib/journal/sqlite/steps.ts";
import { type PostgresServer, schemaTest } from "../../helpers/postgres.ts";

/** What is PostgreSQL's alone: who works on the journal, and what they share that a process alone has in files and memory. */
const SHARED = ["crew.", "seats.", "profiles.", "media.", "secrets_revision."];

/** What SQLite's engine keeps beside the journal. */
const OWN = ["additions", "sqlite_sequence"];

async function makeSchema(schema: string, server: PostgresServer): Promise<string> {
  const enter = `SET search_path TO ${schema};`;
  await server.sql(
    `CREATE SCHEMA ${schema}; ${enter} ${MIGRATIONS.map(({ sql }) => sql).join(";")}`,
  );
  return enter;
}

function sqlite(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  migrate(db, SQLITE_MIGRATIONS);
  add(db, ADDITIONS);
  return db;
}

/** The columns of each table, with a question mark where they may be null, and those of each index that has a name. */
function shapeOfSqlite(): { columns: string[]; indexes: string[] } {
  using db = sqlite();
  const columns = db.prepare(
    `SELECT tables.name || '.' || columns.name || iif("notnull" OR pk, '', '?') AS name,
       tables.name AS "table"
     FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns
     WHERE tables.type = 'table'`,
  ).all().filter((row) => !OWN.includes(String(row["table"])));
  const indexes = db.prepare(
    `SELECT indexes.name || ' ' || group_concat(columns.name) AS name
     FROM sqlite_schema AS indexes JOIN pragma_index_info(indexes.name) AS columns
     WHERE indexes.type = 'index' AND indexes.sql IS NOT NULL GROUP BY indexes.name`,
  ).all();
  const namesOf = (rows: typeof columns) => rows.map(({ name }) => String(name)).toSorted();
  return { columns: namesOf(columns), indexes: namesOf(indexes) };
}

schemaTest(
  "PostgreSQL has SQLite's tables, columns and indexes, and who holds a row",
  async (schema, server) => {
    await makeSchema(schema, server);
    const { columns, indexes } = shapeOfSqlite();
    const list = async (sql: string) => (await server.sql(sql)).split("\n").toSorted();
    const all = await list(
      `SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'YES' THEN '?' ELSE '' END
     FROM information_schema.columns
     JOIN information_schema.tables USING (table_schema, table_name)
     WHERE table_schema = '${schema}' AND table_type = 'BASE TABLE'`,
    );
    const found = all.filter((name) => !SHARED.some((table) => name.startsWith(table)));
    assert.deepEqual(found.filter((name) => !name.endsWith(".holder?")), columns);
    assert.deepEqual(
      found.filter((name) => name.endsWith(".holder?")),
      ["answer_work", "attempts", "crm_notes", "inbox", "outbox", "phone_asks"]
        .map((table) => `${table}.holder?`),
    );
    const foundIndexes = await list(
      `SELECT indexes.relname || ' ' || string_agg(columns.attname, ',' ORDER BY columns.attnum)
     FROM pg_index JOIN pg_class AS indexes ON indexes.oid = indexrelid
     JOIN pg_attribute AS columns ON columns.attrelid = indexrelid
     WHERE indexes.relnamespace = '${schema}'::regnamespace AND NOT indisunique
     GROUP BY indexes.relname`,
    );
    assert.deepEqual(foundIndexes, indexes);
  },
);

const LEAD = `INSERT INTO leads (id, state, profile, profile_name, choice, user_id, first_name,
  chat_id, menu_message_id, received_at_ms, source)
  SELECT 'a', 'received', 'p', '', '', 7, '', 7, nth, 0, CASE WHEN nth = 2 THEN 's' END
  FROM generate_series(1, 2) AS nth`;

schemaTest(
  "leads are numbered without gaps, also where an insertion was undone",
  async (schema, server) => {
    const enter = await makeSchema(schema, server);
    await server.sql(`${enter} BEGIN; ${LEAD}; ROLLBACK`);
    assert.equal(await server.sql(`${enter} ${LEAD} RETURNING number`), "1\n2");
  },
);

schemaTest("leads and the ends of attempts are counted as they change", async (schema, server) => {
  const enter = await makeSchema(schema, server);
  await server.sql(
    `${enter} ${LEAD}; UPDATE leads SET state = 'in_crm' WHERE number = 2;
     UPDATE leads SET state = 'in_crm' WHERE number = 2;
     INSERT INTO attempts (lead, nth, begun_at_ms) VALUES (2, 1, 0);
     UPDATE attempts SET ended_at_ms = 1, outcome = 'accepted'`,
  );
  const counts = (table: string) => server.sql(`${enter} SELECT * FROM ${table} ORDER BY 1, 2, 3`);
  assert.equal(await counts("lead_counts"), "p|in_crm|1\np|received|1");
  assert.equal(await counts("source_counts"), "p|s|in_crm|1\np|s|received|0");
  assert.equal(await server.sql(`${enter} TABLE attempt_counts`), "accepted|1");
});

schemaTest(
  "erasing a person erases their phone and the question for it",
  async (schema, server) => {
    const enter = await makeSchema(schema, server);
    const left = await server.sql(
      `${enter} ${LEAD}; UPDATE leads SET phone = '+1';
     INSERT INTO phone_asks (lead, chat_id, until_ms, step) VALUES (1, 7, 0, 'ask'), (2, 7, 0, 'ask');
     UPDATE leads SET user_id = 0 WHERE number = 1;
     SELECT number, phone, lead FROM leads LEFT JOIN phone_asks ON lead = number ORDER BY number`,
    );
    assert.equal(left, "1||\n2|+1|2");
  },
);

const WORK = "INSERT INTO outbox (id, lane, kind, subject, body, due_at_ms)";

schemaTest("a row in hand names its process until it is due again", async (schema, server) => {
  const enter = `${await makeSchema(schema, server)} SET triborg.process = 'first';`;
  await server.sql(
    `${enter} ${LEAD}; ${WORK} VALUES (1, '', 'post', 1, '', NULL), (2, '', 'post', 2, '', 5);
     INSERT INTO inbox (update_id, body, received_at_ms) VALUES (1, '{}', 0), (2, '{}', 0);
     INSERT INTO attempts (lead, nth, begun_at_ms) VALUES (1, 1, 0)`,
  );
  const holders = (table: string) =>
    server.sql(`${enter} SELECT coalesce(holder, '-') FROM ${table} ORDER BY 1`);
  assert.equal(await holders("outbox"), "-\nfirst");
  assert.equal(await holders("inbox"), "first\nfirst");
  assert.equal(await holders("attempts"), "first");
  await server.sql(
    `${enter} SET triborg.process = 'second'; UPDATE outbox SET due_at_ms = NULL WHERE id = 2;
     UPDATE outbox SET due_at_ms = 9 WHERE id = 1;
     UPDATE inbox SET body = NULL, due_at_ms = NULL WHERE update_id = 1`,
  );
  assert.equal(await holders("outbox"), "-\nsecond");
  assert.equal(await holders("inbox"), "-\nfirst");
});

schemaTest("a note that waits behind another has no holder", async (schema, server) => {
  const enter = `${await makeSchema(schema, server)} SET triborg.process = 'first';`;
  const holders = await server.sql(
    `${enter} ${LEAD}; INSERT INTO deals VALUES (1, 1, '', 'a', 0);
     INSERT INTO crm_notes (lead, account, kind, created_at_ms, ready_at_ms, due_at_ms)
       VALUES (1, 'a', 'request', 0, 0, 0), (1, 'a', 'decision', 0, 0, NULL);
     UPDATE crm_notes SET due_at_ms = NULL;
     SELECT kind, holder FROM crm_notes ORDER BY number`,
  );
  assert.equal(holders, "request|first\ndecision|");
});
