// What is said at start when PostgreSQL cannot be worked with.

import assert from "node:assert/strict";
import { POSTGRES } from "../../../lib/journal/dialect.ts";
import { type OpeningOptions, openPostgres } from "../../../lib/journal/postgres/open.ts";
import { MIGRATIONS } from "../../../lib/journal/postgres/schema.ts";
import { migrate } from "../../../lib/journal/postgres/steps.ts";
import {
  CERTIFICATE,
  LOCAL_CERTIFICATE,
  LOCAL_PRIVATE_KEY,
  PRIVATE_KEY,
} from "../../helpers/a_certificate.ts";
import { freePort } from "../../helpers/free_port.ts";
import { startOldPostgres } from "../../helpers/old_postgres.ts";
import { openNotes } from "../../helpers/postgres_database.ts";
import { type PostgresServer, postgresTest, schemaTest } from "../../helpers/postgres.ts";

/** The sentence of a failed opening, and the word for it. */
async function refusal(
  url: string,
  options: Partial<OpeningOptions> = {},
): Promise<{ readonly fault: string; readonly sentence: string }> {
  const opening = openNotes(url, "triborg", { patienceMs: 100, ...options });
  const error = await opening.then(() => assert.fail("It opened"), (error) => error);
  assert.equal(error.name, "OpeningError", String(error.stack));
  assert.doesNotMatch(error.message, /sesame|wrong_one/);
  return { fault: error.fault, sentence: error.message };
}

schemaTest("a wrong password is said", async (_, server) => {
  const url = `postgres://postgres:wrong_one@127.0.0.1:${server.port}/postgres`;
  assert.deepEqual(await refusal(url), {
    fault: "password",
    sentence:
      `PostgreSQL postgres://postgres@127.0.0.1:${server.port}/postgres не принял пароль пользователя "postgres" из DATABASE_URL`,
  });
  const without = await refusal(`postgres://postgres@127.0.0.1:${server.port}/postgres`);
  assert.equal(without.fault, "password");
});

postgresTest("a user whom the server does not let in is said", async (server) => {
  assert.deepEqual(await refusal(server.url), {
    fault: "password",
    sentence:
      `PostgreSQL postgres://postgres@127.0.0.1:${server.port}/postgres не пускает пользователя "postgres": pg_hba.conf rejects connection for host "127.0.0.1", user "postgres", database "postgres", no encryption. Нужна роль и строка для неё в pg_hba.conf`,
  });
}, { access: ["host all all 127.0.0.1/32 reject"] });

schemaTest("a database that does not exist is said", async (_, server) => {
  const place = `postgres://postgres@127.0.0.1:${server.port}/leads`;
  assert.deepEqual(await refusal(server.url.replace(/postgres$/, "leads")), {
    fault: "database",
    sentence:
      `На сервере ${place} нет базы "leads": её создаст CREATE DATABASE "leads" OWNER "postgres"`,
  });
});

schemaTest("missing rights are said", async (schema, server) => {
  await server.sql(`CREATE ROLE ${schema} LOGIN PASSWORD 'wrong_one'`);
  const url = `postgres://${schema}:wrong_one@127.0.0.1:${server.port}/postgres`;
  assert.deepEqual(await refusal(url), {
    fault: "rights",
    sentence:
      `Пользователю "${schema}" не хватает прав в postgres://${schema}@127.0.0.1:${server.port}/postgres: permission denied for database postgres. Нужно CREATE SCHEMA "triborg" AUTHORIZATION "${schema}", или GRANT CREATE ON DATABASE "postgres" TO "${schema}"`,
  });
});

schemaTest("the journal's schema is made, and a newer one is said", async (schema, server) => {
  const steps = (count: number) => ({
    schema,
    migrate: (client: Parameters<OpeningOptions["migrate"]>[0], name: string) =>
      migrate(
        client,
        name,
        [...MIGRATIONS, { sql: "SELECT 1", breaks: true as const }].slice(0, count),
      ),
  });
  await using notes = await openNotes(server.url, schema, steps(MIGRATIONS.length + 1));
  const leads = notes.db.reading.reader("SELECT count(*) AS leads FROM leads");
  assert.equal((await leads.get())?.["leads"], 0);
  const { fault, sentence } = await refusal(server.url, steps(MIGRATIONS.length));
  assert.equal(fault, "newer schema");
  assert.match(sentence, /has version \d+, this bot knows versions up to \d+/);
});

schemaTest("a newer schema is said", async (_, server) => {
  const migrate = () => Promise.reject(new RangeError("Schema has version 9, this bot knows 8"));
  assert.deepEqual(await refusal(server.url, { migrate }), {
    fault: "newer schema",
    sentence:
      `Схема "triborg" в postgres://postgres@127.0.0.1:${server.port}/postgres новее этого бота: Schema has version 9, this bot knows 8. Нужен бот не старее того, что её обновил`,
  });
});

schemaTest("an encoding other than UTF8 is said", async (schema, server) => {
  await server.sql(`CREATE DATABASE ${schema} ENCODING 'LATIN1' TEMPLATE template0`);
  const { fault, sentence } = await refusal(server.url.replace(/postgres$/, schema));
  assert.equal(fault, "encoding");
  assert.match(sentence, /в кодировке LATIN1, нужна UTF8/);
});

Deno.test("a server that does not answer is waited for, which is said once, then given up", async () => {
  const said: string[] = [];
  const port = freePort();
  const place = `postgres://bot@127.0.0.1:${port}/leads`;
  const found = await refusal(`postgres://bot:wrong_one@127.0.0.1:${port}/leads`, {
    patienceMs: 300,
    onWaiting: (sentence) => said.push(sentence),
  });
  const cause = `connect ECONNREFUSED 127.0.0.1:${port}`;
  assert.deepEqual(said, [`PostgreSQL ${place} пока не отвечает: ${cause}. Ждём до 1 с`]);
  assert.deepEqual(found, {
    fault: "unreachable",
    sentence: `PostgreSQL ${place} не отвечает: ${cause}`,
  });
});

postgresTest("a server that comes up late is worked with", async (server) => {
  await server.stop();
  const waiting = Promise.withResolvers<string>();
  const opening = openNotes(server.url, "triborg", { onWaiting: waiting.resolve });
  await waiting.promise;
  await server.start();
  await using notes = await opening;
  await notes.add(1);
});

Deno.test("an older server is said", async () => {
  await using server = startOldPostgres();
  const place = `postgres://bot@127.0.0.1:${server.port}/leads`;
  assert.deepEqual(
    await refusal(`postgres://bot@127.0.0.1:${server.port}/leads?sslmode=disable`),
    {
      fault: "version",
      sentence: `PostgreSQL ${place} слишком старый: найдена версия 13, нужна 14 или новее`,
    },
  );
});

schemaTest("what the schema's making throws otherwise is thrown as it was", async (_, server) => {
  const defect = new TypeError("a defect");
  const options = { migrate: () => Promise.reject(defect) };
  await assert.rejects(openNotes(server.url, "triborg", options), defect);
});

postgresTest("of several hosts the one that writes is taken", async (server) => {
  const schema = server.freshSchema();
  const url = server.url.replace("127.0.0.1", `127.0.0.1:${freePort()},127.0.0.1`);
  await using notes = await openNotes(url, schema);
  await notes.add(1);
  await notes.db.committed();
  assert.deepEqual(await notes.ids(), [1]);
});

function withTls(certificate: string, key: string) {
  return {
    settings: { ssl: "on", ssl_cert_file: "own.crt", ssl_key_file: "own.key" },
    files: { "own.crt": certificate, "own.key": key },
  };
}

postgresTest(
  "sslmode means what it means to libpq, the certificate being another name's",
  async (server) => {
    await using own = await aFile(CERTIFICATE);
    await using foreign = await aFile(LOCAL_CERTIFICATE);
    const taken = ["prefer", "require", `require&${own.root}`, `verify-ca&${own.root}`];
    for (const mode of taken) assert.equal(await isEncrypted(server, mode), true, mode);
    assert.equal(await isEncrypted(server, "disable"), false);
    const refused = [
      `require&${foreign.root}`,
      `verify-ca&${foreign.root}`,
      "verify-full",
      `verify-full&${own.root}`,
    ];
    for (const mode of refused) {
      const { fault, sentence } = await refusal(`${server.url}?sslmode=${mode}`);
      assert.equal(fault, "tls", `${mode}: ${sentence}`);
      assert.match(sentence, /Сертификат PostgreSQL .* не прошёл проверку sslmode=/);
    }
  },
  withTls(CERTIFICATE, PRIVATE_KEY),
);

postgresTest(
  "sslmode=verify-full takes the certificate of the server's own name",
  async (server) => {
    await using own = await aFile(LOCAL_CERTIFICATE);
    assert.equal(await isEncrypted(server, `verify-full&${own.root}`), true);
    assert.equal((await refusal(`${server.url}?sslmode=verify-full`)).fault, "tls");
  },
  withTls(LOCAL_CERTIFICATE, LOCAL_PRIVATE_KEY),
);

schemaTest("sslmode against a server without TLS", async (_, server) => {
  assert.equal(await isEncrypted(server, "prefer"), false);
  for (const mode of ["require", "verify-full"]) {
    const place = `postgres://postgres@127.0.0.1:${server.port}/postgres`;
    assert.deepEqual(await refusal(`${server.url}?sslmode=${mode}`), {
      fault: "tls",
      sentence: `PostgreSQL ${place}: у сервера нет TLS, а sslmode=${mode} его требует`,
    });
  }
});

schemaTest("a certificate that cannot be read is said", async (_, server) => {
  const { fault, sentence } = await refusal(`${server.url}?sslmode=verify-full&sslrootcert=/none`);
  assert.equal(fault, "tls");
  assert.match(sentence, /файл \/none из DATABASE_URL не прочитать/);
});

async function isEncrypted(server: PostgresServer, mode: string): Promise<boolean> {
  const { db, connect } = await openPostgres({
    url: `${server.url}?sslmode=${mode}`,
    schema: "triborg",
    dialect: POSTGRES,
    random: () => 0,
    onWaiting: () => {},
    migrate: async () => {},
  });
  const client = await connect();
  const { rows } = await client.query(
    "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
  );
  await client.end();
  await db.close();
  return rows[0]?.["ssl"] === 1;
}

/** A certificate in a file, as a parameter of DATABASE_URL. */
async function aFile(certificate: string): Promise<AsyncDisposable & { readonly root: string }> {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, certificate);
  return {
    root: `sslrootcert=${path}`,
    [Symbol.asyncDispose]: () => Deno.remove(path),
  };
}
