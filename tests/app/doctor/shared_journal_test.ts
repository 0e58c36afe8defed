// What the doctor says about a journal in PostgreSQL.

import assert from "node:assert/strict";
import { openPostgresJournal } from "../../../lib/journal/postgres/journal.ts";
import { withPatient } from "../../helpers/a_diagnosis.ts";
import { freePort } from "../../helpers/free_port.ts";
import { startOldPostgres } from "../../helpers/old_postgres.ts";
import { type PostgresServer, postgresTest, schemaTest } from "../../helpers/postgres.ts";

const placeOf = ({ port }: PostgresServer, user = "postgres") =>
  `postgres://${user}@127.0.0.1:${port}/postgres`;

const WITHOUT_STANDBY =
  "▲ База данных нет синхронной реплики (synchronous_standby_names): с диском " +
  "сервера пропадут последние лиды, если за копию не отвечает сама площадка";

/** The doctor's lines about the journal. */
async function look(DATABASE_URL: string, PG_SCHEMA = "triborg"): Promise<string[]> {
  let lines: string[] = [];
  await withPatient(async ({ look }) => {
    lines = await look("База данных", { env: { DATABASE_URL, PG_SCHEMA } });
  });
  assert.doesNotMatch(lines.join("\n"), /sesame|wrong_one/);
  return lines;
}

schemaTest(
  "a database without the schema, and with it, is good, and nothing is made in it",
  async (schema, server) => {
    const place = `${placeOf(server)}, схема ${schema}`;
    const before = `▲ База данных ${place}: пуста, первый запуск бота создаст в ней таблицы`;
    assert.deepEqual(await look(server.url, schema), [before, WITHOUT_STANDBY]);
    assert.deepEqual(await look(server.url, schema), [before, WITHOUT_STANDBY]);
    const { journal } = await openPostgresJournal({
      url: server.url,
      schema,
      botId: "1",
      random: () => 0,
      onWaiting: () => {},
    });
    await journal.close();
    const [after] = await look(server.url, schema);
    assert.match(
      after ?? "",
      /^✓ .*: отвечает, PostgreSQL \d+, версия \d+, процессов в работе: 0$/,
    );
  },
);

postgresTest("a synchronous standby leaves nothing to say", async (server) => {
  assert.equal((await look(server.url)).length, 1);
}, { settings: { synchronous_standby_names: "other" } });

schemaTest("missing rights are said as a start would say them", async (schema, server) => {
  await server.sql(`CREATE ROLE ${schema} LOGIN PASSWORD 'wrong_one'`);
  const url = `postgres://${schema}:wrong_one@127.0.0.1:${server.port}/postgres`;
  const [line = ""] = await look(url, schema);
  assert.ok(line.startsWith(`✗ База данных Пользователю "${schema}" не хватает прав в`), line);
  await server.sql(`CREATE SCHEMA ${schema}`);
  const [made = ""] = await look(url, schema);
  assert.match(made, /^✗ База данных Пользователю .* не хватает прав/);
});

schemaTest(
  "a wrong password, a missing database and a newer schema are one sentence each",
  async (schema, server) => {
    const wrong = await look(server.url.replace("sesame%20open", "wrong_one"));
    assert.deepEqual(wrong, [
      `✗ База данных PostgreSQL ${
        placeOf(server)
      } не принял пароль пользователя "postgres" из DATABASE_URL`,
    ]);
    const [missing = ""] = await look(server.url.replace(/postgres$/, "nowhere"));
    assert.match(missing, /^✗ База данных На сервере .* нет базы "nowhere"/);
    await server.sql(
      `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.schema_versions AS SELECT 999 AS version, true AS breaks_earlier`,
    );
    const [newer = ""] = await look(server.url, schema);
    assert.match(newer, /^✗ База данных Схема ".*" в .* новее этого бота/);
  },
);

Deno.test("an unreachable server and one that is too old are one sentence each", async () => {
  const [away = ""] = await look(`postgres://bot:wrong_one@127.0.0.1:${freePort()}/leads`);
  assert.match(away, /^✗ База данных PostgreSQL postgres:\/\/bot@127.0.0.1:\d+\/leads не отвечает/);
  await using server = startOldPostgres();
  const [old = ""] = await look(
    `postgres://bot:wrong_one@127.0.0.1:${server.port}/leads?sslmode=disable`,
  );
  assert.match(old, /слишком старый: найдена версия 13, нужна 14 или новее/);
});

Deno.test("a wrong DATABASE_URL is said once, without it", () =>
  withPatient(async ({ look }) => {
    const lines = await look(undefined, {
      env: { DATABASE_URL: "mysql://bot:wrong_one@db/leads" },
    });
    assert.doesNotMatch(lines.join("\n"), /wrong_one/);
    assert.equal(lines.filter((line) => line.includes("DATABASE_URL")).length, 1);
    assert.ok(lines.includes("– База данных не проверить, пока настройки с ошибкой"));
  }));
