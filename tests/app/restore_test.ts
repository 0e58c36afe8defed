// `deno task backup` and `deno task restore`, as processes of their own.

import assert from "node:assert/strict";
import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { inspectJournal } from "../../lib/journal/copies.ts";
import { MIGRATIONS } from "../../lib/journal/sqlite/schema.ts";
import { createPhotoStore } from "../../lib/profiles/photos/store.ts";
import { copyPhotos } from "../../lib/app/upkeep/photo_copies.ts";
import { PHOTOS } from "../helpers/photos.ts";
import { lockFolder } from "../../lib/app/lock.ts";
import { replaceJournal } from "../../lib/app/upkeep/replace_journal.ts";
import { DatabaseSync } from "node:sqlite";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { CONFIG_PATH, DENO, taskArguments } from "../helpers/deno.ts";

interface Place {
  readonly folder: string;
  readonly data: string;
  /** The journal in it, with so many leads, open. */
  journal(leads: number): Promise<Journal>;
  run(task: "backup" | "restore", ...args: string[]): Promise<Ended>;
  names(folder?: string): string[];
}

interface Ended {
  readonly code: number;
  readonly said: string;
}

async function withPlace(test: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const data = `${folder}/data`;
  await Deno.mkdir(data);
  const localesPath = `${folder}/locales.json`;
  await Deno.writeTextFile(localesPath, '{"agency":{}}');
  let open: Journal | undefined;
  try {
    await test({
      folder,
      data,
      async journal(leads) {
        await open?.close();
        open = await openJournal(`${data}/triborg.db`);
        await record(open, leads);
        return open;
      },
      async run(task, ...args) {
        await open?.close();
        open = undefined;
        return await run(task, args, data, localesPath);
      },
      names: (path = data) => [...Deno.readDirSync(path)].map(({ name }) => name).sort(),
    });
  } finally {
    await open?.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(task: string, args: readonly string[], data: string, localesPath: string) {
  return await runDeno([...await taskArguments(task), ...args], ".", {
    DATA_DIR: data,
    LOCALES_PATH: localesPath,
  });
}

async function runDeno(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(DENO, {
    args: [...args],
    cwd,
    env: { TZ: "Europe/Moscow", NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, said: text(stdout) + text(stderr) };
}

async function record(journal: Journal, leads: number): Promise<void> {
  const { chatId } = aNewLead();
  for (let lead = 1; lead <= leads; lead++) {
    const details = { menuMessageId: Number(lead), receivedAtMs: NOON_MS, chatId: chatId + leads };
    await journal.recordChoice(
      aNewLead({ ...details, id: crypto.randomUUID() }),
      aConfirmation(),
      "crm:host:x",
      false,
    );
  }
}

Deno.test("restore puts the newest copy in the journal's place, says what it holds, and keeps the one before each time", () =>
  withPlace(async ({ data, journal, run, names }) => {
    await (await journal(1_234)).committed();
    await run("backup");
    await (await journal(1)).committed();
    for (const times of [1, 2]) {
      const { code, said } = await run("restore");
      assert.equal(code, 0, said);
      assert.match(said, /1 234 лида, последний 15\.01 15:00/);
      const aside = names().filter((name) => /^triborg-before-\d{8}-\d{6}(-\d)?\.db$/.test(name));
      assert.equal(aside.length, times);
    }
    const kept = names().filter((name) => name.startsWith("triborg-before-"));
    assert.deepEqual(kept.map((name) => inspectJournal(`${data}/${name}`).leads).sort(), [
      1_234,
      1_235,
    ]);
    assert.ok(names().every((name) => name === "backups" || isPrivate(`${data}/${name}`)));
    assert.ok(!names().some((name) => name.includes("incoming")));
  }));

function isPrivate(path: string): boolean {
  return (Deno.statSync(path).mode! & 0o077) === 0;
}

for (
  const [what, make, why] of [
    [
      "random bytes",
      (path: string) => Deno.writeFile(path, crypto.getRandomValues(new Uint8Array(9_999))),
      /не журнал/,
    ],
    ["an empty file", (path: string) => Deno.writeTextFile(path, ""), /не журнал/],
    ["no file", () => Promise.resolve(), /файла нет/],
    ["a folder", (path: string) => Deno.mkdir(path), /не файл/],
    [
      "another database",
      (path: string) => database(path, "CREATE TABLE t (a); PRAGMA user_version = 1"),
      /не журнал/,
    ],
    [
      "a newer version",
      (path: string) => database(path, `PRAGMA user_version = ${MIGRATIONS.length + 1}`),
      /версия 6/,
    ],
    ["a damaged journal", damaged, /повреждён|malformed/],
    ["half a journal", halved, /повреждён|malformed/],
  ] as const
) {
  Deno.test(`restore refuses ${what}, says why, and moves nothing`, () =>
    withPlace(async ({ folder, data, journal, run, names }) => {
      await (await journal(2)).committed();
      await make(`${folder}/copy.db`);
      const { code, said } = await run("restore", `${folder}/copy.db`);
      assert.equal(code, 1);
      assert.match(said, why);
      assert.deepEqual(names().filter((name) => !/^triborg\.(db-?\w*|lock)$/.test(name)), []);
      assert.equal(inspectJournal(`${data}/triborg.db`).leads, 2);
    }));
}

function database(path: string, sql: string): Promise<void> {
  using made = new DatabaseSync(path);
  made.exec(sql);
  return Promise.resolve();
}

async function damaged(path: string): Promise<void> {
  const bytes = await journalBytes(path);
  bytes.fill(7, 8_192, 60_000);
  await Deno.writeFile(path, bytes);
}

async function halved(path: string): Promise<void> {
  const bytes = await journalBytes(path);
  await Deno.writeFile(path, bytes.subarray(0, bytes.length / 2));
}

async function journalBytes(path: string): Promise<Uint8Array> {
  const journal = await openJournal(path);
  await record(journal, 500);
  await journal.close();
  return await Deno.readFile(path);
}

Deno.test("restore refuses the journal itself, unknown options, and a folder in use", () =>
  withPlace(async ({ data, journal, run }) => {
    await (await journal(2)).committed();
    const itself = await run("restore", `${data}/triborg.db`);
    assert.equal(itself.code, 1);
    assert.match(itself.said, /нынешний журнал/);
    assert.equal((await run("restore", "--force")).code, 1);
    assert.equal((await run("restore")).code, 1, "there is no copy");
    await run("backup");
    const lock = lockFolder(data);
    assert.equal((await run("restore")).code, 5);
    lock?.release();
  }));

Deno.test("restore takes a copy together with the WAL beside it", () =>
  withPlace(async ({ folder, data, journal, run }) => {
    const open = await journal(3);
    await open.committed();
    for (const ending of ["", "-wal"]) {
      await Deno.copyFile(`${data}/triborg.db${ending}`, `${folder}/copy.db${ending}`);
    }
    const { code, said } = await run("restore", `${folder}/copy.db`);
    assert.equal(code, 0, said);
    assert.match(said, /3 лида/);
  }));

Deno.test("a damaged journal is put aside as it stands, with its WAL", () =>
  withPlace(async ({ data, journal, run, names }) => {
    await (await journal(2)).committed();
    await run("backup");
    await Deno.writeTextFile(`${data}/triborg.db`, "no database");
    await Deno.writeTextFile(`${data}/triborg.db-wal`, "no WAL");
    assert.equal((await run("restore")).code, 0);
    const [aside = ""] = names().filter((name) => /^triborg-before-.*db$/.test(name));
    assert.equal(await Deno.readTextFile(`${data}/${aside}`), "no database");
    assert.equal(await Deno.readTextFile(`${data}/${aside}-wal`), "no WAL");
    assert.equal(inspectJournal(`${data}/triborg.db`).leads, 2);
  }));

Deno.test("where files cannot have two names the journal is put aside all the same", () =>
  withPlace(async ({ folder, data, journal, run }) => {
    await (await journal(2)).committed();
    await run("backup", `${folder}/copy.db`);
    const { linkSync } = Deno;
    Deno.linkSync = () => {
      throw new Deno.errors.NotSupported("no links");
    };
    const { putAside = "" } = await replaceJournal({
      dataDir: data,
      copy: `${folder}/copy.db`,
      timeZone: "Europe/Moscow",
      nowMs: NOON_MS,
      freeBytes: () => Promise.resolve(undefined),
    }).finally(() => Deno.linkSync = linkSync);
    assert.equal(inspectJournal(putAside).leads, 2);
    assert.equal(inspectJournal(`${data}/triborg.db`).leads, 2);
  }));

Deno.test("restore --list tells each copy's size and leads, newest first, and what is no journal", () =>
  withPlace(async ({ data, journal, run, names }) => {
    assert.equal((await run("restore", "--list")).code, 0);
    await (await journal(21)).committed();
    await run("backup");
    await Deno.writeTextFile(`${data}/backups/triborg-2026-01-02.db`, "no journal");
    const before = names(`${data}/backups`);
    const { code, said } = await run("restore", "--list");
    assert.equal(code, 0);
    const [first = "", second = ""] = said.trim().split("\n");
    assert.match(first, /triborg-\d{8}-\d{6}\.db {2}\d+,\d МБ {2}21 лид, последний 15\.01 15:00$/);
    assert.match(second, /triborg-2026-01-02\.db .*❌/);
    assert.deepEqual(names(`${data}/backups`), before);
  }));

Deno.test("backup copies the journal of a running bot and the profiles, and never overwrites", () =>
  withPlace(async ({ folder, data, journal, names }) => {
    const lock = lockFolder(data);
    const open = await journal(2);
    await open.committed();
    const copy = `${folder}/copy.db`;
    const backUp = () => run("backup", [copy], data, `${folder}/locales.json`);
    const { code, said } = await backUp();
    assert.equal(code, 0, said);
    assert.match(said, /copy\.db, 2 лида.*copy\.locales\.json/);
    assert.equal(inspectJournal(copy).leads, 2);
    assert.equal(await Deno.readTextFile(`${folder}/copy.locales.json`), '{"agency":{}}');
    assert.ok(isPrivate(copy) && isPrivate(`${folder}/copy.locales.json`));
    const again = await backUp();
    assert.equal(again.code, 1);
    assert.match(again.said, /уже есть/);
    assert.deepEqual(names(folder), ["copy.db", "copy.locales.json", "data", "locales.json"]);
    lock?.release();
  }));

Deno.test("photos are copied beside a copy, and those that are gone come back with it", () =>
  withPlace(async ({ folder, data, journal, run, names }) => {
    await (await journal(1)).committed();
    const photos = createPhotoStore(data, Date.now);
    const [jpeg, png] = [await photos.keep(PHOTOS.jpeg), await photos.keep(PHOTOS.png)];
    assert.ok(jpeg.kind === "kept" && png.kind === "kept");
    await Deno.mkdir(`${folder}/safe`);
    const made = await run("backup", `${folder}/safe/copy.db`);
    assert.equal(made.code, 0, made.said);
    assert.match(made.said, /Фото: .*safe\/media$/m);
    assert.deepEqual(names(`${folder}/safe/media`), [jpeg.name, png.name].sort());
    assert.ok(isPrivate(`${folder}/safe/media`) && isPrivate(`${folder}/safe/media/${png.name}`));

    await Deno.remove(data, { recursive: true });
    await Deno.mkdir(data);
    const restored = await run("restore", `${folder}/safe/copy.db`);
    assert.equal(restored.code, 0, restored.said);
    assert.deepEqual(await photos.read(jpeg.name), PHOTOS.jpeg);
    assert.deepEqual(await photos.read(png.name), PHOTOS.png);
  }));

Deno.test("photos are copied where files cannot have two names, and a damaged copy is replaced", () =>
  withPlace(async ({ folder }) => {
    const photos = createPhotoStore(`${folder}/data`, Date.now);
    const kept = await photos.keep(PHOTOS.jpeg);
    assert.ok(kept.kind === "kept");
    const [from, to] = [`${folder}/data/media`, `${folder}/media`];
    const { link } = Deno;
    Deno.link = () => Promise.reject(new Deno.errors.NotSupported("no links"));
    try {
      assert.equal(await copyPhotos(from, to), 1);
    } finally {
      Deno.link = link;
    }
    assert.deepEqual(await Deno.readFile(`${to}/${kept.name}`), PHOTOS.jpeg);
    await Deno.writeTextFile(`${to}/${kept.name}`, "half");
    assert.equal(await copyPhotos(from, to), 1);
    assert.deepEqual(await Deno.readFile(`${to}/${kept.name}`), PHOTOS.jpeg);
    assert.equal(await copyPhotos(`${folder}/nowhere`, to), 0);
  }));

Deno.test("backup without a journal, without profiles or to nowhere leaves nothing and says why", () =>
  withPlace(async ({ folder, journal, run, names }) => {
    const none = await run("backup");
    assert.equal(none.code, 1);
    assert.match(none.said, /triborg\.db/);
    await (await journal(1)).committed();
    assert.equal((await run("backup", `${folder}/nowhere/copy.db`)).code, 1);
    assert.equal((await run("backup", "--now")).code, 1);
    await Deno.remove(`${folder}/locales.json`);
    const unnamed = await run("backup", `${folder}/copy.db`);
    assert.equal(unnamed.code, 1);
    assert.match(unnamed.said, /locales\.json/);
    assert.deepEqual(names(folder), ["data"]);
  }));

Deno.test("a path on the command line is meant from where it was typed, and a folder takes a copy under its own name", () =>
  withPlace(async ({ folder, data, journal, names }) => {
    await (await journal(2)).committed();
    const here = `${folder}/here`;
    await Deno.mkdir(here);
    const env = { DATA_DIR: data, LOCALES_PATH: `${folder}/locales.json` };
    const task = (...args: string[]) =>
      runDeno(["task", "--config", CONFIG_PATH, ...args], here, { ...env, INIT_CWD: here });
    const made = await task("backup", "copy.db");
    assert.equal(made.code, 0, made.said);
    assert.deepEqual(names(here), ["copy.db", "copy.locales.json"]);
    assert.match(made.said, new RegExp(`${here}/copy\\.db`));
    const inFolder = await task("backup", ".");
    assert.equal(inFolder.code, 0, inFolder.said);
    assert.match(names(here).join(" "), /triborg-\d{8}-\d{6}\.db/);
    for (const empty of ["backup", "restore"]) assert.equal((await task(empty, "")).code, 1);
  }));

Deno.test("a variable that is empty counts as not set, and a .env with a fault stops the scripts", () =>
  withPlace(async ({ folder, journal }) => {
    await (await journal(2)).committed();
    const at = (script: string) => [
      ...["run", "-A", "--config", CONFIG_PATH],
      new URL(`../../lib/app/${script}.ts`, import.meta.url).pathname,
    ];
    const env = { DATA_DIR: " ", LOCALES_PATH: `${folder}/locales.json` };
    const made = await runDeno(at("backup"), folder, env);
    assert.equal(made.code, 0, made.said); // Of `data`, the default.
    await Deno.writeTextFile(`${folder}/.env`, "DATA_DIR=$NOWHERE/data");
    for (const script of ["backup", "restore"]) {
      const { code, said } = await runDeno(at(script), folder, env);
      assert.equal(code, 1);
      assert.match(said, /^❌ \.env: DATA_DIR: /);
    }
  }));
