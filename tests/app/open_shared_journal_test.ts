// A start whose journal is in PostgreSQL: what is said and with which code it ends when that cannot be.

import assert from "node:assert/strict";
import { EXIT } from "../../lib/app/exit.ts";
import { openSharedJournal } from "../../lib/app/open_shared_journal.ts";
import { aLog } from "../helpers/a_log.ts";
import { freePort } from "../helpers/free_port.ts";
import { startOldPostgres } from "../helpers/old_postgres.ts";
import { schemaTest } from "../helpers/postgres.ts";
import { TOKEN } from "../helpers/world.ts";

/** Starts, and returns the opened journal or the code, with what was logged. */
async function open(url: string, schema = "triborg", dataDir = "nowhere") {
  const { log, lines } = aLog();
  const opened = await openSharedJournal({ botToken: TOKEN, dataDir }, { url, schema }, {
    machine: { elapsedMs: () => performance.now(), random: () => 0.5, host: () => "here" },
    stopping: new AbortController().signal,
    log,
    patienceMs: 300,
  });
  assert.doesNotMatch(lines.join("\n"), /sesame|wrong_one/);
  return { opened, lines };
}

Deno.test("a server that does not answer is waited for, then the start ends for the supervisor to try again", async () => {
  const url = `postgres://bot:wrong_one@127.0.0.1:${freePort()}/leads`;
  const { opened, lines } = await open(url);
  assert.equal(opened, EXIT.defect);
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? "", /^⏳ PostgreSQL postgres:\/\/bot@127\S+ пока не отвечает: .*Ждём/);
  assert.match(lines[1] ?? "", /^❌ PostgreSQL postgres:\/\/bot@127\S+ не отвечает: /);
});

schemaTest(
  "what only a person can change ends the start for good, with one sentence",
  async (schema, server) => {
    await server.sql(`CREATE ROLE ${schema} LOGIN PASSWORD 'wrong_one'; CREATE SCHEMA ${schema};
    CREATE TABLE ${schema}.schema_versions AS SELECT 999 AS version, true AS breaks_earlier`);
    await using old = startOldPostgres();
    const rightless = `postgres://${schema}:wrong_one@127.0.0.1:${server.port}/postgres`;
    for (
      const [url, sentence] of [
        [
          server.url.replace("sesame%20open", "wrong_one"),
          /не принял пароль пользователя "postgres"/,
        ],
        [server.url.replace(/postgres$/, "nowhere"), /нет базы "nowhere"/],
        [rightless, /Пользователю ".*" не хватает прав/],
        [server.url, /новее этого бота/],
        [`${server.url}?sslmode=require`, /у сервера нет TLS, а sslmode=require его требует/],
        [
          `postgres://bot@127.0.0.1:${old.port}/x?sslmode=disable`,
          /слишком старый: найдена версия 13/,
        ],
      ] as const
    ) {
      const { opened, lines } = await open(url, schema);
      assert.equal(opened, EXIT.faults, lines.join("\n"));
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.match(lines[0] ?? "", sentence);
    }
  },
);

schemaTest(
  "a first start beside a journal in a file says how its leads come along",
  async (schema, server) => {
    const dataDir = await Deno.makeTempDir({ prefix: "triborg-" });
    try {
      await Deno.writeTextFile(`${dataDir}/triborg.db`, "SQLite");
      const { opened, lines } = await open(server.url, schema, dataDir);
      assert.ok(typeof opened !== "number");
      await opened.close();
      assert.match(lines.join("\n"), /рядом есть журнал .*triborg\.db.*deno task move/);
    } finally {
      await Deno.remove(dataDir, { recursive: true });
    }
  },
);

schemaTest(
  "a process that has left is taken over by the next, which says so",
  async (schema, server) => {
    const first = await open(server.url, schema);
    assert.ok(typeof first.opened !== "number");
    const { opened } = first;
    assert.deepEqual(opened.standing?.().living, 1);
    await opened.close();
    const second = await open(server.url, schema);
    assert.ok(typeof second.opened !== "number");
    const { promise, resolve } = Promise.withResolvers<string>();
    const { journal } = second.opened;
    second.opened.onTakeOver?.(async (dead) => {
      const cutOff = await journal.takeOver(dead, { kind: "interrupted", reason: "" }, 0);
      await journal.committed();
      resolve(dead);
      return cutOff?.length;
    });
    const dead = await promise;
    await second.opened.close();
    assert.ok(first.lines.some((line) => line.includes(dead)));
    assert.ok(second.lines.some((line) => line.includes(`${dead} больше не работает`)));
    assert.equal(
      await server.sql(`SELECT count(*) FROM ${schema}.crew WHERE dead_at IS NULL`),
      "0",
    );
  },
);
