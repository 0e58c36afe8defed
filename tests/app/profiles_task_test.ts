// `deno task profiles`, as a process of its own, on a real PostgreSQL.

import assert from "node:assert/strict";
import { CONFIG_PATH, DENO, taskArguments } from "../helpers/deno.ts";
import { anotherProfile, type Locales, someLocales } from "../helpers/a_profile.ts";
import { type PostgresServer, schemaTest } from "../helpers/postgres.ts";

const TASK = (await taskArguments("profiles")).map((arg) =>
  arg.startsWith("lib/") ? new URL(`../../${arg}`, import.meta.url).pathname : arg
);

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Place {
  readonly folder: string;
  run(...args: string[]): Promise<Run>;
  write(name: string, content: Locales | string): Promise<string>;
}

async function withPlace(
  variables: Readonly<Record<string, string>>,
  test: (place: Place) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  try {
    await test({
      folder,
      async run(...args) {
        const [command = "", ...flags] = TASK;
        const { code, stdout, stderr } = await new Deno.Command(DENO, {
          args: [command, "--config", CONFIG_PATH, "--quiet", ...flags, ...args],
          cwd: folder,
          env: { DATA_DIR: `${folder}/data`, INIT_CWD: folder, NO_COLOR: "1", ...variables },
        }).output();
        const text = (bytes: Uint8Array) =>
          new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
        return { code, stdout: text(stdout), stderr: text(stderr) };
      },
      async write(name, content) {
        const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
        await Deno.writeTextFile(`${folder}/${name}`, text);
        return text;
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function shared(
  name: string,
  test: (place: Place, server: PostgresServer, schema: string) => Promise<void>,
): void {
  schemaTest(name, (schema, server) =>
    withPlace(
      { DATABASE_URL: server.url, PG_SCHEMA: schema },
      (place) => test(place, server, schema),
    ));
}

/** With a byte order mark, Windows' line ends, unknown keys, and what JSON writes in several ways. */
const ODD = "\uFEFF" + JSON.stringify(someLocales((all) => all._note = "🦊 é"), null, "\t")
  .replaceAll("\n", "\r\n").replace('"_note": "🦊', '"_note":   "\\u0041🦊') +
  "\r\n\r\n";

shared(
  "profiles that are imported are exported byte for byte, for their owner alone",
  async ({ run, write, folder }) => {
    await write("odd.json", ODD);
    const imported = await run("import", "odd.json");
    assert.equal(imported.stderr, "");
    assert.match(imported.stdout, /✅ Профили в базе, версия 1: первый текст, профилей 1/);
    const exported = await run("export", "out.json");
    assert.match(exported.stdout, /✅ Профили из базы, версия 1: .*out\.json/);
    assert.deepEqual(
      await Deno.readFile(`${folder}/out.json`),
      await Deno.readFile(`${folder}/odd.json`),
    );
    if (Deno.build.os !== "windows") {
      assert.equal((await Deno.stat(`${folder}/out.json`)).mode! & 0o777, 0o600);
    }
    assert.equal((await run("export")).stdout, ODD);
    const again = await run("import", "out.json");
    assert.match(again.stdout, /✅ В базе уже этот текст, версия 1/);
  },
);

shared("an export overwrites a file only when it is told to", async ({ run, write, folder }) => {
  const text = await write("locales.json", someLocales());
  await run("import", "locales.json");
  await write("out.json", "mine");
  const refused = await run("export", "out.json");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /❌ .*out\.json уже есть.*--force/);
  assert.equal(await Deno.readTextFile(`${folder}/out.json`), "mine");
  assert.equal((await run("export", "--force", "out.json")).code, 0);
  assert.equal(await Deno.readTextFile(`${folder}/out.json`), text);
  assert.equal((await Deno.stat(`${folder}/out.json`)).mode! & 0o777, 0o600);
  assert.equal((await run("export", "none/out.json")).code, 1);
});

shared(
  "an import says what it changes, and who it was stands in the history",
  async ({ run, write }, server, schema) => {
    await write("one.json", someLocales((all) => all.cg = anotherProfile("cg")));
    await run("import", "one.json");
    await write(
      "two.json",
      someLocales((all) => {
        all.agency.name = "MONSTER";
        all.studio = anotherProfile("studio");
      }),
    );
    const imported = await run("import", "two.json");
    assert.match(
      imported.stdout,
      /✅ Профили в базе, версия 2: добавлено — studio; изменено — agency; убрано — cg/,
    );
    const by = `SELECT DISTINCT saved_by FROM ${schema}.revisions`;
    assert.equal(await server.sql(by), "deno task profiles import");
    await write("three.json", JSON.stringify(JSON.parse((await run("export")).stdout)));
    assert.match((await run("import", "three.json")).stdout, /версия 3: изменён только порядок/);
  },
);

shared(
  "an import refuses a broken file with its faults, and the database stays as it was",
  async ({ run, write }) => {
    await write("good.json", someLocales());
    await run("import", "good.json");
    const before = (await run("export")).stdout;
    await write(
      "broken.json",
      someLocales((all) => {
        delete all.agency.name;
        all.fallback.welcome_text = "";
      }),
    );
    const broken = await run("import", "broken.json");
    assert.equal(broken.code, 2);
    assert.equal(broken.stdout, "");
    assert.match(broken.stderr, /❌ .*broken\.json: agency\.name: нет, нужно значение/);
    assert.match(broken.stderr, /❌ .*broken\.json: fallback\.welcome_text: пусто/);
    assert.match(broken.stderr, /❌ В базе всё осталось, как было/);
    await write("cut.json", before.slice(0, 100));
    assert.match((await run("import", "cut.json")).stderr, /строка \d+, столбец \d+/);
    assert.match((await run("import", "none.json")).stderr, /none\.json: файла нет/);
    assert.equal((await run("export")).stdout, before);
  },
);

shared("an import warns of what will not work as it stands", async ({ run, write }) => {
  await write(
    "locales.json",
    someLocales((all) => {
      all.agency.webhook_url = "";
      all.agency.step1.photo_file = `${"0".repeat(64)}.jpg`;
      delete all.agency.step1.photo_url;
    }),
  );
  const { stdout } = await run("import", "locales.json");
  assert.match(stdout, /⚠️ agency\.webhook_url: .* Лиды профиля пойдут в чат менеджеров/);
  assert.match(stdout, /⚠️ agency\.step1\.photo_file: такого фото нет/);
});

shared("before the first start there is nothing to export", async ({ run }) => {
  const { code, stderr } = await run("export");
  assert.equal(code, 1);
  assert.match(stderr, /❌ В базе ещё нет профилей/);
});

Deno.test("without a database the task says that the file is the place, and other words how it is used", () =>
  withPlace({ DATABASE_URL: "", LOCALES_PATH: "/srv/locales.json" }, async ({ run }) => {
    for (const args of [["export"], ["import", "locales.json"]]) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 2);
      assert.match(stderr, /❌ DATABASE_URL не задана: профили живут в файле \/srv\/locales\.json/);
    }
    for (const args of [[], ["import"], ["export", "a", "b"], ["export", "--all"], ["sync"]]) {
      assert.match((await run(...args)).stderr, /❌ Как пользоваться: deno task profiles export/);
    }
  }));

Deno.test("an unreachable server is one sentence without the password", () =>
  withPlace({ DATABASE_URL: "mysql://bot:sesame@127.0.0.1/db" }, async ({ run }) => {
    const { code, stderr } = await run("export");
    assert.equal(code, 1);
    assert.match(stderr, /^❌ DATABASE_URL не понять/);
    assert.doesNotMatch(stderr, /sesame/);
  }));
