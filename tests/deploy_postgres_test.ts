// What deploy/ and docs/operations.md say of PostgreSQL and of several bots: the files fit each other and the code, the SQL runs.

import assert from "node:assert/strict";
import { DEFAULT_SCHEMA } from "../lib/app/database_config.ts";
import { VARIABLES } from "../lib/app/config.ts";
import { openPostgresJournal } from "../lib/journal/postgres/journal.ts";
import { fillSchema } from "../lib/journal/postgres/filling.ts";
import { withConnection } from "../lib/journal/postgres/open.ts";
import { MIGRATIONS } from "../lib/journal/postgres/schema.ts";
import { openTables } from "../lib/journal/sqlite/table_rows.ts";
import { makeFullJournal } from "./helpers/full_journal.ts";
import { postgresTest } from "./helpers/postgres.ts";

const [COMPOSE, ALONE, CADDYFILE, CADDYFILE_ALONE, PRIMARY, STANDBY, OPERATIONS] = await Promise
  .all(
    [
      "deploy/compose.ha.yaml",
      "deploy/compose.yaml",
      "deploy/Caddyfile.ha",
      "deploy/Caddyfile",
      "deploy/postgres/primary.sh",
      "deploy/postgres/standby.sh",
      "docs/operations.md",
    ].map((path) => Deno.readTextFile(path)),
  ) as [string, string, string, string, string, string, string];

/** The lines below one of these, which are indented further. */
function blockOf(text: string, head: string): string {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.trimStart().startsWith(head));
  assert.notEqual(at, -1, head);
  const indent = (line: string) => line.length - line.trimStart().length;
  const end = lines.findIndex((line, index) =>
    index > at && line.trim() !== "" && indent(line) <= indent(lines[at] ?? "")
  );
  return lines.slice(at + 1, end === -1 ? undefined : end).join("\n");
}

const withoutComments = (text: string) =>
  text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && line[0] !== "#");

Deno.test("both bots run as the one of compose.yaml does, on a database and without a volume", () => {
  const bot = blockOf(COMPOSE, "x-bot:");
  for (const name of ["bot1:", "bot2:"]) assert.match(blockOf(COMPOSE, name), /<<: \*bot/);
  const own =
    /^(volumes|- data:|DATA_DIR|LOCALES_PATH|DATABASE_URL|tmpfs|- \/tmp|logging|driver|options|PUBLIC_URL)/;
  const wanted = withoutComments(blockOf(ALONE, "bot:")).filter((line) => !own.test(line));
  assert.ok(wanted.length > 10);
  const lines = withoutComments(bot);
  assert.deepEqual(wanted.filter((line) => !lines.includes(line)), []);
  assert.match(bot, /DATABASE_URL: \$\{DATABASE_URL:\?/);
  assert.ok(!bot.includes("volumes:"));
});

Deno.test("every variable that compose.ha.yaml sets for a bot is one that it reads", () => {
  const set = [...blockOf(blockOf(COMPOSE, "x-bot:"), "environment:").matchAll(/^ +([A-Z_]+):/gm)]
    .map(([, name = ""]) => name);
  assert.ok(set.includes("DATABASE_URL"));
  assert.deepEqual(set.filter((name) => !VARIABLES.some((each) => each === name)), []);
});

Deno.test("compose.ha.yaml holds no password, and both files of secrets are kept out of git", async () => {
  assert.deepEqual(
    [...COMPOSE.matchAll(/^ +([A-Z_]*(?:PASSWORD|TOKEN|SECRET)[A-Z_]*):/gm)].map(([, name]) =>
      name
    ),
    [],
  );
  assert.match(COMPOSE, /env_file: \.\.\/\.env\n/);
  assert.match(COMPOSE, /env_file: \.\.\/\.env\.postgres\n/);
  const ignored = (await Deno.readTextFile(".gitignore")).split("\n");
  for (const file of [".env", ".env.postgres"]) assert.ok(ignored.includes(file));
});

Deno.test("what compose.ha.yaml mounts from the repository is there", async () => {
  const mounted = [...COMPOSE.matchAll(/^ +- (\.\/[\w./]+):/gm)].map(([, path = ""]) => path);
  assert.equal(mounted.length, 3);
  for (const path of mounted) assert.ok((await Deno.stat(`deploy/${path}`)).isFile, path);
});

Deno.test("the primary waits for the standby that the compose file starts", () => {
  const [, name] = /synchronous_standby_names = '(\w+)'/.exec(PRIMARY) ?? [];
  assert.ok(name);
  assert.match(STANDBY, new RegExp(`application_name=${name}"`));
  assert.match(STANDBY, new RegExp(`--slot ${name} `));
  assert.match(PRIMARY, new RegExp(`pg_create_physical_replication_slot\\('${name}'\\)`));
  assert.match(blockOf(COMPOSE, "db2:"), /PRIMARY: db1\n/);
  assert.match(PRIMARY, new RegExp(`CREATE ROLE ${DEFAULT_SCHEMA} LOGIN`));
  for (const variable of ["TRIBORG_PASSWORD", "REPLICATION_PASSWORD", "POSTGRES_PASSWORD"]) {
    for (const text of [COMPOSE, OPERATIONS]) assert.ok(text.includes(variable));
  }
});

Deno.test("the proxy of several bots has the limits of the one before a bot, and asks them whether they are ready", async () => {
  const lines = withoutComments(CADDYFILE);
  const missing = withoutComments(CADDYFILE_ALONE).filter((line) => !lines.includes(line));
  assert.deepEqual(missing, ["reverse_proxy {$UPSTREAM:127.0.0.1:8000} {", "dial_timeout 3s"]);
  const [, path = ""] = /health_uri (\S+)/.exec(CADDYFILE) ?? [];
  const [, port] = /PORT: "(\d+)"/.exec(COMPOSE) ?? [];
  assert.match(COMPOSE, new RegExp(`UPSTREAM: bot1:${port} bot2:${port}\\n`));
  const answering = await Promise.all(
    ["lib/page/page.ts", "lib/page/app.ts", "lib/app/page.ts", "routes/ready.ts"].map((each) =>
      Deno.readTextFile(each)
    ),
  );
  assert.ok(answering.some((text) => text.includes(`"${path}"`)), path);
});

/** The blocks of SQL of the document, in order. */
const SQL = [...OPERATIONS.matchAll(/```sql\n([^`]*)```/g)].map(([, sql = ""]) => sql);

postgresTest(
  "the SQL of docs/operations.md runs, and its role sees leads and no secrets",
  async (server) => {
    const folder = await Deno.makeTempDir({ prefix: "triborg-" });
    await makeFullJournal(`${folder}/triborg.db`, 20);
    const schema = DEFAULT_SCHEMA;
    const to = { url: server.url, schema, random: () => 0, onWaiting() {} };
    {
      using from = openTables(`${folder}/triborg.db`);
      const options = { schema, migrations: MIGRATIONS, from, onProgress() {} };
      await withConnection(to, (client) => fillSchema(client, options));
    }
    await Deno.remove(folder, { recursive: true });
    await server.sql(
      `UPDATE ${schema}.leads SET received_at_ms = 1000 * extract(epoch FROM now());
     UPDATE ${schema}.follow_ups SET received_at_ms = 1000 * extract(epoch FROM now())`,
    );
    const [mark = "", role = "", ...queries] = SQL;
    assert.equal(queries.length, 3);
    await server.sql(mark);
    await server.sql(role);
    const asReports = (sql: string) => server.sql(`SET ROLE reports; ${sql}`);
    for (const query of queries) {
      assert.ok(query.includes(`${schema}.`));
      assert.notEqual(await asReports(query), "", query);
    }
    await assert.rejects(asReports(`SELECT * FROM ${schema}.secrets`), /permission denied/);

    const { journal } = await openPostgresJournal(to);
    assert.ok(Number(await journal.fact("copied_at_ms")) > 1.7e12);
    await journal.recover({ kind: "interrupted", reason: "" }, Date.now());
    const posts = `SELECT count(*) FROM ${schema}.outbox WHERE kind = 'post'`;
    await journal.committed();
    assert.equal(await server.sql(posts), "0");
    await journal.close();
  },
);
