// `deno task move` as a process of its own, and what backup and restore say where the journal is in PostgreSQL.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { EXIT } from "../../lib/app/exit.ts";
import { lockFolder } from "../../lib/app/lock.ts";
import { openCheckedJournal } from "../../lib/app/open_journal.ts";
import { createPhotoStore } from "../../lib/profiles/photos/store.ts";
import { aLog } from "../helpers/a_log.ts";
import { DENO, taskArguments } from "../helpers/deno.ts";
import { PHOTOS } from "../helpers/photos.ts";
import { makeFullJournal } from "../helpers/full_journal.ts";
import { type PostgresServer, postgresTest, schemaTest } from "../helpers/postgres.ts";
import { TOKEN } from "../helpers/world.ts";

interface Place {
  readonly folder: string;
  readonly data: string;
  run(task: string, env?: Readonly<Record<string, string>>, args?: string[]): Promise<Ended>;
  start(task: string, env?: Readonly<Record<string, string>>): Promise<Deno.ChildProcess>;
}

interface Ended {
  readonly code: number;
  readonly said: string;
}

async function withPlace(
  to: Readonly<Record<string, string>>,
  test: (place: Place) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const data = `${folder}/data`;
  await Deno.mkdir(data);
  const command = async (
    task: string,
    env: Readonly<Record<string, string>>,
    options: Deno.CommandOptions,
  ) =>
    new Deno.Command(DENO, {
      stdin: "null",
      ...options,
      args: [...await taskArguments(task), ...options.args ?? []],
      env: {
        DATA_DIR: data,
        LOCALES_PATH: `${folder}/locales.json`,
        TZ: "Europe/Moscow",
        NO_COLOR: "1",
        ...to,
        ...env,
      },
    });
  const start: Place["start"] = async (task, env = {}) =>
    (await command(task, env, { stdout: "piped", stderr: "piped" })).spawn();
  const run: Place["run"] = async (task, env = {}, args = []) => {
    const { code, stdout, stderr } = await (await command(task, env, { args: [...args] })).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, said: text(stdout) + text(stderr) };
  };
  try {
    await test({ folder, data, run, start });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const at = ({ url }: PostgresServer, schema: string) => ({ DATABASE_URL: url, PG_SCHEMA: schema });

const schemasOf = (server: PostgresServer, schema: string) =>
  server.sql(`SELECT count(*) FROM pg_namespace WHERE nspname = '${schema}'`);

schemaTest(
  "a moved journal is counted table by table, and its file starts no bot",
  (schema, server) =>
    withPlace(at(server, schema), async ({ data, run }) => {
      await makeFullJournal(`${data}/triborg.db`);
      const { code, said } = await run("move");
      assert.equal(code, 0, said);
      assert.match(said, /^leads +3 +3$/m);
      assert.match(
        said,
        /✅ Журнал перенесён: 3 лида, последний 01\.01\.1970 03:00, за \d+ с\. Без профилей, фото: 0\n/,
      );
      assert.match(said, /Отправок в CRM, которые могли уйти: 1\./);
      assert.ok(!said.includes(decodeURIComponent(new URL(server.url).password)));
      assert.deepEqual(
        [...Deno.readDirSync(data)].map(({ name }) => name).toSorted(),
        ["triborg-moved.txt", "triborg.db", "triborg.lock"],
      );
      const { log, lines } = aLog();
      const opened = await openCheckedJournal(
        { dataDir: data, botToken: TOKEN },
        () => 0,
        log,
      );
      assert.equal(opened, EXIT.faults);
      assert.match(lines[0] ?? "", new RegExp(`перенесён: postgres://.*схема "${schema}"`));

      const again = await run("move");
      assert.equal(again.code, EXIT.defect);
      assert.match(again.said, /уже переносили/);
      assert.match(again.said, /схема "\w+" не пуста: в ней таблица leads.*лидов: 3/);
    }),
);

schemaTest(
  "profiles and photos go with the journal",
  (schema, server) =>
    withPlace(at(server, schema), async ({ folder, data, run }) => {
      await makeFullJournal(`${data}/triborg.db`);
      await Deno.copyFile("locales/locales.json", `${folder}/locales.json`);
      const kept = await createPhotoStore(data, Date.now).keep(PHOTOS.jpeg);
      assert.ok(kept.kind === "kept");
      await Deno.writeTextFile(`${data}/media/notes.txt`, "");
      const { code, said } = await run("move");
      assert.equal(code, 0, said);
      assert.match(said, /С профилями из \S+\/locales\.json, фото: 1\n/);
      const text = await server.sql(`SELECT md5(text), revision FROM ${schema}.profiles`);
      const wanted = createHash("md5").update(await Deno.readFile("locales/locales.json"));
      assert.equal(text, `${wanted.digest("hex")}|1`);
      const photo = await server.sql(
        `SELECT name, encode(sha256(bytes), 'hex') = split_part(name, '.', 1) FROM ${schema}.media`,
      );
      assert.equal(photo, `${kept.name}|t`);
    }),
);

schemaTest(
  "the way back to the file is a restore, which sends no lead again",
  (schema, server) =>
    withPlace(at(server, schema), async ({ data, run }) => {
      await makeFullJournal(`${data}/triborg.db`);
      assert.equal((await run("move")).code, 0);
      await Deno.rename(`${data}/triborg.db`, `${data}/old.db`);
      const { code, said } = await run("restore", { DATABASE_URL: "" }, [`${data}/old.db`]);
      assert.equal(code, 0, said);
      const opened = await openCheckedJournal(
        { dataDir: data, botToken: TOKEN },
        () => 0,
        aLog().log,
      );
      assert.ok(typeof opened !== "number");
      assert.notEqual(await opened.journal.fact("copied_at_ms"), undefined);
      await opened.close();
    }),
);

schemaTest(
  "a move while the bot runs is refused",
  (schema, server) =>
    withPlace(at(server, schema), async ({ data, run }) => {
      await makeFullJournal(`${data}/triborg.db`);
      const lock = lockFolder(data);
      const { code, said } = await run("move");
      lock?.release();
      assert.equal(code, EXIT.locked);
      assert.match(said, /работает бот или другой перенос\. Остановите его сначала/);
      assert.equal(await schemasOf(server, schema), "0");
    }),
);

for (
  const [what, env, wanted, words] of [
    ["no DATABASE_URL", { DATABASE_URL: "" }, EXIT.faults, /DATABASE_URL не задана/],
    ["no address", { DATABASE_URL: "mysql://a@b/c" }, EXIT.faults, /не с postgres:\/\//],
    ["no name of a schema", { PG_SCHEMA: "A b" }, EXIT.faults, /PG_SCHEMA не подходит/],
    ["no journal", {}, EXIT.defect, /файла нет/],
  ] as const
) {
  schemaTest(
    `a move with ${what} says so`,
    (schema, server) =>
      withPlace(at(server, schema), async ({ data, run }) => {
        const { code, said } = await run("move", env);
        assert.equal(code, wanted, said);
        assert.match(said, words);
        assert.deepEqual([...Deno.readDirSync(data)], []);
      }),
  );
}

postgresTest(
  "a move with a wrong password, or without rights, says what is wanted and leaves all as it was",
  async (server) => {
    await server.sql("CREATE ROLE guest LOGIN PASSWORD 'guest'");
    const guest = server.url.replace(/\/\/.*@/, "//guest:guest@");
    for (
      const [url, words] of [
        [server.url.replace(/:[^:]*@/, ":wrong@"), /не принял пароль/],
        [guest, /не хватает прав.*GRANT CREATE ON DATABASE/],
      ] as const
    ) {
      await withPlace({ DATABASE_URL: url }, async ({ data, run }) => {
        await makeFullJournal(`${data}/triborg.db`);
        const { code, said } = await run("move");
        assert.equal(code, EXIT.defect);
        assert.match(said, words);
        assert.match(said, /Он остался, каким был, и схема тоже/);
        assert.deepEqual(
          [...Deno.readDirSync(data)].map(({ name }) => name).toSorted(),
          ["triborg.db", "triborg.lock"],
        );
      });
    }
  },
);

schemaTest(
  "a move that is killed leaves the schema empty, and the next one moves all",
  (schema, server) =>
    withPlace(at(server, schema), async ({ data, start }) => {
      await makeFullJournal(`${data}/triborg.db`, 100_000);
      const child = await start("move");
      await untilCopying(server, schema);
      child.kill("SIGKILL");
      await child.output();
      while (await server.sql(BUSY(schema)) !== "0") await pause();
      assert.equal(await schemasOf(server, schema), "0");

      const begunAtMs = performance.now();
      const second = await start("move");
      const peak = peakOf(second.pid);
      const { code, stdout } = await second.output();
      const tookS = (performance.now() - begunAtMs) / 1000;
      const said = new TextDecoder().decode(stdout);
      assert.equal(code, 0, said);
      assert.match(said, /^leads +100 003 +100 003$/m);
      assert.match(said, /^attempts +100 002 +100 002$/m);
      const peakMb = await peak;
      console.log(`100,003 leads were moved in ${tookS.toFixed(1)} s, with ${peakMb} MB at most`);
      assert.ok(peakMb < 350, `${peakMb} MB`);
    }),
);

schemaTest(
  "SIGTERM ends a move in a sentence, and nothing is left of it",
  (schema, server) =>
    withPlace(at(server, schema), async ({ data, start }) => {
      await makeFullJournal(`${data}/triborg.db`, 100_000);
      const child = await start("move");
      await untilCopying(server, schema);
      child.kill("SIGTERM");
      const { code, stderr } = await child.output();
      assert.equal(code, EXIT.defect);
      assert.match(new TextDecoder().decode(stderr), /Перенос прерван/);
      assert.deepEqual(
        [...Deno.readDirSync(data)].map(({ name }) => name).toSorted(),
        ["triborg.db", "triborg.lock"],
      );
    }),
);

/** The most memory that a process has had until it ended, in MB. */
async function peakOf(pid: number): Promise<number> {
  let peakKb = 0;
  for (;;) {
    // Deno itself may not read it without all permissions.
    const cat = new Deno.Command("cat", { args: [`/proc/${pid}/status`], stderr: "null" });
    const status = new TextDecoder().decode((await cat.output()).stdout);
    const [, kb] = /^VmHWM:\s*(\d+) kB$/m.exec(status) ?? [];
    if (kb === undefined) return Math.round(peakKb / 1024);
    peakKb = Number(kb);
    await pause(100);
  }
}

/** Transactions that have the lock of a schema's migrations. */
const BUSY = (schema: string) =>
  `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
     AND (classid::bigint << 32 | objid::bigint) = hashtextextended('triborg migrations of ${schema}', 0)`;

async function untilCopying(server: PostgresServer, schema: string): Promise<void> {
  while (await server.sql(BUSY(schema)) === "0") await pause();
  const copying = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY \"leads\"%'";
  while (await server.sql(copying) === "0") await pause();
}

function pause(ms = 10): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const URL_WITH_PASSWORD = "postgres://bot:secret@db:6432/leads";

for (
  const [task, command] of [
    ["backup", `pg_dump -h db -p 6432 -U bot -d leads -n '"mine"' -Fc -f mine.dump`],
    ["restore", "pg_restore -h db -p 6432 -U bot -d leads --exit-on-error --single-transaction"],
  ] as const
) {
  Deno.test(`${task} with DATABASE_URL names the command that does it`, () =>
    withPlace({ DATABASE_URL: URL_WITH_PASSWORD, PG_SCHEMA: "mine" }, async ({ data, run }) => {
      const { code, said } = await run(task);
      assert.equal(code, 1);
      assert.ok(said.includes(command), said);
      assert.ok(!said.includes("secret"));
      assert.deepEqual([...Deno.readDirSync(data)], []);
    }));
}
