// The profiles' file: loading, watching, atomic saves, and keeping the last good version.

import assert from "node:assert/strict";
import { basename, dirname } from "node:path";
import { FakeTime } from "@std/testing/time";
import { textOf as joined, valuesOf } from "../../lib/json/text.ts";
import { keepProfiles, readProfiles } from "../../lib/profiles/file_store.ts";
import type { ProfileStore } from "../../lib/profiles/store.ts";
import { aLog, type LogOfTest } from "../helpers/a_log.ts";
import { openStore } from "../helpers/a_store.ts";
import { anotherProfile, type Locales, someLocales } from "../helpers/a_profile.ts";

interface Setup extends LogOfTest {
  readonly store: ProfileStore;
  readonly folder: string;
  readonly path: string;
  /** The file's content, parsed. */
  read(): Promise<Locales>;
  /** Writes the file in place. */
  write(content: Locales | string): Promise<void>;
  /** Replaces the file, as editors do. */
  replace(content: Locales): Promise<void>;
  /** How many versions became current. */
  readonly loads: number;
}

const ACCEPTED = "✅ locales.json: изменения приняты, профилей: ";

/** Lends the path of a good file in its own folder. */
async function withFile(run: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const path = `${folder}/locales.json`;
  await Deno.writeTextFile(path, textOf(someLocales()));
  try {
    await run(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Lends a store on a file in its own folder. */
async function withStore(
  run: (setup: Setup) => Promise<void>,
  locales: Locales = someLocales(),
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const path = `${folder}/locales.json`;
  await Deno.writeTextFile(path, textOf(locales));
  const lines = aLog();
  let loads = 0;
  const store = await openStore({
    path,
    log: lines.log,
    onLoad: () => Promise.resolve(void loads++),
  });
  try {
    await run({
      ...lines,
      store,
      folder,
      path,
      read: async () => JSON.parse(await Deno.readTextFile(path)),
      write: (content) => Deno.writeTextFile(path, textOf(content)),
      async replace(content) {
        await Deno.writeTextFile(`${path}.new`, textOf(content));
        await Deno.rename(`${path}.new`, path);
      },
      get loads() {
        return loads;
      },
    });
  } finally {
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function textOf(content: Locales | string): string {
  return typeof content === "string" ? content : JSON.stringify(content);
}

function valuesIn(store: ProfileStore): Locales {
  return Object.fromEntries(valuesOf(store.content()));
}

function named(name: string): Locales {
  return someLocales(({ agency }) => agency.name = name);
}

function nameOf(store: ProfileStore): string | undefined {
  return store.current().byKey.get("agency")?.name;
}

/** Resolves when the store has read a file. */
function nextRead(): Promise<void> & Disposable {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { readFile } = Deno;
  const restore = () => void (Deno.readFile = readFile);
  Deno.readFile = async (...args) => {
    try {
      return await readFile(...args);
    } finally {
      setTimeout(resolve); // After the store has processed what it read.
    }
  };
  return Object.assign(promise, { [Symbol.dispose]: restore });
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).toSorted();
}

// — Opening —

Deno.test("a store loads the file and calls onLoad", () =>
  withStore(async ({ store, loads, lines, read }) => {
    assert.equal(nameOf(store), "MONSTER AGENCY");
    assert.deepEqual(valuesIn(store), await read());
    assert.equal(loads, 1);
    assert.deepEqual(lines, []);
  }));

Deno.test("a store says which profile's leads go to the managers' chat, and why", () =>
  withStore(
    ({ lines }) => {
      assert.deepEqual(lines, [
        "⚠️ locales.json: agency.webhook_url: нет адреса вебхука. Лиды профиля пойдут в чат менеджеров",
        "⚠️ locales.json: cg.webhook_url: найдена схема «ftp:», нужен адрес http:// или https:// " +
        "без логина и пароля. Лиды профиля пойдут в чат менеджеров",
      ]);
      return Promise.resolve();
    },
    someLocales((locales) => {
      locales.agency.webhook_url = "";
      locales.cg = { ...anotherProfile("cg"), webhook_url: "ftp://crm.example.ru/f3b1" };
    }),
  ));

Deno.test("readProfiles refuses a faulty file and returns all faults", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const path = `${folder}/locales.json`;
  const faultsOf = async (text: string) => {
    await Deno.writeTextFile(path, text);
    const read = await readProfiles(path);
    assert.ok(!read.ok);
    return read.faults.map(({ path, message }) => `${path}: ${message}`);
  };
  assert.deepEqual(await faultsOf("{"), [
    ": строка 1, столбец 2: файл обрывается, нужна закрывающая скобка «}»",
  ]);
  assert.deepEqual(await faultsOf(""), [": файл пуст, нужны профили"]);
  assert.deepEqual(await faultsOf(" \n"), [": файл пуст, нужны профили"]);
  assert.deepEqual(
    await faultsOf(textOf(someLocales(({ agency }) => {
      delete agency.name;
      agency.step1.buttons = [];
    }))),
    [
      "agency.name: нет, нужно значение",
      "agency.step1.buttons: нет ни одной кнопки, нужно от 1 до 50",
    ],
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readProfiles refuses a missing file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  assert.deepEqual(await readProfiles(`${folder}/locales.json`), {
    ok: false,
    text: null,
    faults: [{
      path: "",
      message: "файла нет или его нельзя прочесть: проверьте LOCALES_PATH и права",
    }],
  });
  await Deno.remove(folder);
});

// — Edits on disk —

Deno.test("an edit in place takes effect without a restart", () =>
  withStore(async ({ store, write, line, read }) => {
    const before = store.text();
    await write(named("НОВОЕ ИМЯ"));
    assert.equal(await line(ACCEPTED), `${ACCEPTED}1`);
    assert.equal(nameOf(store), "НОВОЕ ИМЯ");
    assert.deepEqual(valuesIn(store), await read());
    assert.notEqual(store.text(), before);
  }));

Deno.test("a file replaced by a rename takes effect, every time", () =>
  withStore(async ({ store, replace, line }) => {
    for (const name of ["ПЕРВОЕ", "ВТОРОЕ", "ТРЕТЬЕ"]) {
      await replace(named(name));
      await line(ACCEPTED);
      assert.equal(nameOf(store), name);
    }
  }));

Deno.test("an edit written in several steps is read once it is complete", () =>
  withStore(async ({ store, path, line, lines }) => {
    const text = textOf(named("ЦЕЛОЕ"));
    Deno.writeTextFileSync(path, text.slice(0, 100));
    Deno.writeTextFileSync(path, text);
    await line(ACCEPTED);
    assert.equal(nameOf(store), "ЦЕЛОЕ");
    assert.equal(lines.length, 1);
  }));

Deno.test("a broken edit is refused with one log line, and the last good profiles stay", () =>
  withStore(async (setup) => {
    const before = setup.store.text();
    await setup.write('{"agency": ');
    assert.match(await setup.line("❌"), /^❌ locales\.json: строка 1, столбец 12: .+$/);
    assert.equal(nameOf(setup.store), "MONSTER AGENCY");
    assert.equal(setup.store.text(), before);
    assert.equal(setup.loads, 1);
  }));

Deno.test("each fault of an edit is one line with its path", () =>
  withStore(async ({ store, write, line }) => {
    await write(someLocales(({ agency, fallback }) => {
      agency.step1.buttons[1].callback_data = "";
      fallback.welcome_text = "";
    }));
    assert.equal(
      await line("❌"),
      "❌ locales.json: fallback.welcome_text: пусто, нужен текст от 1 до 4096 символов",
    );
    assert.equal(
      await line("❌"),
      "❌ locales.json: agency.step1.buttons[1].callback_data: байт 0, нужно от 1 до 64",
    );
    assert.equal(nameOf(store), "MONSTER AGENCY");
  }));

Deno.test("an emptied file is refused, and the last good profiles stay", () =>
  withStore(async ({ store, write, line }) => {
    await write("");
    assert.equal(await line("❌"), "❌ locales.json: файл пуст, нужны профили");
    assert.equal(nameOf(store), "MONSTER AGENCY");
  }));

Deno.test("a file that is not UTF-8 is refused, and the last good profiles stay", () =>
  withStore(async ({ store, path, line }) => {
    const windows1251 = new Uint8Array([0x7b, 0x22, 0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2, 0x22]);
    await Deno.writeFile(path, windows1251);
    assert.equal(
      await line("❌"),
      "❌ locales.json: кодировка не UTF-8, сохраните файл в UTF-8",
    );
    assert.equal(nameOf(store), "MONSTER AGENCY");
  }));

Deno.test("a removed file is reported, and read again when it is back", () =>
  withStore(async ({ store, path, write, line }) => {
    await Deno.remove(path);
    assert.equal(
      await line("❌"),
      "❌ locales.json: файла нет или его нельзя прочесть: проверьте LOCALES_PATH и права",
    );
    assert.equal(nameOf(store), "MONSTER AGENCY");
    await write(named("СНОВА ТУТ"));
    await line(ACCEPTED);
    assert.equal(nameOf(store), "СНОВА ТУТ");
  }));

Deno.test("a broken file takes effect once repaired", () =>
  withStore(async ({ store, write, line }) => {
    await write("{");
    await line("❌");
    await write(named("ПОЧИНЕНО"));
    await line(ACCEPTED);
    assert.equal(nameOf(store), "ПОЧИНЕНО");
  }));

Deno.test("a broken file rewritten unchanged is reported once", () =>
  withStore(async ({ write, line, lines }) => {
    await write("{");
    await line("❌");
    using read = nextRead();
    await write("{");
    await read;
    assert.equal(lines.length, 1);
  }));

Deno.test("the same fault is reported again after a repair", () =>
  withStore(async ({ write, line, lines }) => {
    await write("{");
    await line("❌");
    {
      using read = nextRead();
      await write(someLocales());
      await read;
    }
    await write("{");
    await line("❌");
    assert.equal(lines.length, 2);
  }));

// A watcher may deliver its last events after it was closed.
Deno.test("a closed store reads nothing, even if an edit was just noticed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const path = `${folder}/locales.json`;
  await Deno.writeTextFile(path, textOf(someLocales()));
  using time = new FakeTime();
  using folderWatcher = watcherInHand();
  const lines = aLog();
  const store = await openStore({ path, log: lines.log });
  await Deno.remove(folder, { recursive: true });
  folderWatcher.see(path);
  await store.close();
  time.tick(1_000);
  await time.runMicrotasks();
  assert.deepEqual(lines.lines, []);
});

/** Lets the test send a folder's events. */
function watcherInHand(): Disposable & { see(path: string): void } {
  const { watchFs } = Deno;
  const events = new TransformStream<Deno.FsEvent, Deno.FsEvent>(undefined, undefined, {
    highWaterMark: 9,
  });
  const writer = events.writable.getWriter();
  Deno.watchFs = () =>
    Object.assign(events.readable, {
      close: () => void writer.close(),
    }) as unknown as Deno.FsWatcher;
  return {
    see: (path) => void writer.write({ kind: "modify", paths: [path] }),
    [Symbol.dispose]: () => void (Deno.watchFs = watchFs),
  };
}

Deno.test("breakage says since when the file is broken and since when the version in use is current", () =>
  withFile(async (path) => {
    const { log, line } = aLog();
    let nowMs = 1_000;
    const store = await openStore({ path, log, now: () => nowMs, since: 500 });
    assert.equal(store.breakage(), undefined);
    nowMs = 2_000;
    await Deno.writeTextFile(path, "{");
    await line("❌");
    nowMs = 3_000;
    await Deno.writeTextFile(path, "{{");
    await line("❌");
    const { sinceMs, versionAtMs, faults } = store.breakage() ?? assert.fail();
    assert.deepEqual([sinceMs, versionAtMs, faults.length], [2_000, 500, 1]);
    await Deno.writeTextFile(path, textOf(named("ПОЧИНЕНО")));
    await line(ACCEPTED);
    assert.equal(store.breakage(), undefined);
    nowMs = 4_000;
    await Deno.remove(path);
    await line("❌");
    assert.deepEqual(
      [store.breakage()?.sinceMs, store.breakage()?.versionAtMs],
      [4_000, 3_000],
    );
    await store.close();
  }));

Deno.test("a store started with a kept version reports the broken file once, and loads the repaired one", async () => {
  for (const isMissing of [false, true]) {
    await withFile(async (path) => {
      const first = await readProfiles(path);
      assert.ok(first.ok);
      if (isMissing) await Deno.remove(path);
      else await Deno.writeTextFile(path, "{");
      const broken = await readProfiles(path);
      assert.ok(!broken.ok);
      const { log, line, lines } = aLog();
      const store = await keepProfiles(first.version, {
        path,
        spareFolder: dirname(path),
        now: () => 0,
        broken,
        log,
      });
      assert.deepEqual(store.breakage()?.faults, broken.faults);
      {
        using read = nextRead();
        await read;
      }
      assert.deepEqual(lines, []);
      assert.equal((await store.save("{}", store.text())).kind, "stale");
      await Deno.writeTextFile(path, textOf(named("ПОЧИНЕНО")));
      await line(ACCEPTED);
      assert.equal(store.breakage(), undefined);
      await store.close();
    });
  }
});

// — Saving —

Deno.test("save writes a new version and makes it current at once", () =>
  withStore(async (setup) => {
    const { store } = setup;
    const before = store.text();
    const saved = await store.save(textOf(named("СОХРАНЕНО")), before);
    assert.deepEqual(saved, { kind: "saved" });
    assert.notEqual(store.text(), before);
    assert.equal(nameOf(store), "СОХРАНЕНО");
    assert.deepEqual(await setup.read(), named("СОХРАНЕНО"));
    assert.deepEqual(valuesIn(store), named("СОХРАНЕНО"));
    assert.equal(setup.loads, 2);
    assert.deepEqual(await namesIn(setup.folder), ["locales.json"]);
  }));

Deno.test("save keeps unknown keys in their order", async () => {
  const text = JSON.stringify(
    someLocales(({ agency }) => {
      agency.step2.choices_help = { agency_clients: ["подсказка"] };
      agency.step1.buttons[0].emoji = "🔥";
    }),
  ).replace(/^\{/, '{"$schema":"x","_note":[1,null,{"a":"б"}],"__proto__":{"kept":true},');
  await withStore(async ({ store, path }) => {
    await store.save(joined(store.content()), store.text());
    assert.equal(await Deno.readTextFile(path), text);
  }, text);
});

Deno.test("a saved version is not loaded a second time as an edit on disk", () =>
  withStore(async (setup) => {
    await setup.store.save(textOf(named("ОДИН РАЗ")), setup.store.text());
    using readByWatcher = nextRead();
    await readByWatcher;
    assert.equal(setup.loads, 2);
    assert.deepEqual(setup.lines, []);
  }));

Deno.test("save refuses an edit of a stale version and writes nothing", () =>
  withStore(async ({ store, read }) => {
    const before = store.text();
    await store.save(textOf(named("ПЕРВОЕ")), before);
    const late = await store.save(textOf(named("ВТОРОЕ")), before);
    assert.deepEqual(late, { kind: "stale" });
    assert.deepEqual(await read(), named("ПЕРВОЕ"));
  }));

Deno.test("save notices an edit on disk that has not been loaded yet", () =>
  withStore(async ({ store, path, read }) => {
    const before = store.text();
    Deno.writeTextFileSync(path, textOf(named("НА ДИСКЕ")));
    const late = await store.save(textOf(named("ИЗ ФОРМЫ")), before);
    assert.equal(late.kind, "stale");
    assert.deepEqual(await read(), named("НА ДИСКЕ"));
  }));

Deno.test("save overwrites no broken file and does not recreate a removed one", () =>
  withStore(async ({ store, path, write, folder }) => {
    await write("{");
    assert.equal((await store.save(textOf(named("ФОРМА")), store.text())).kind, "stale");
    assert.equal(await Deno.readTextFile(path), "{");
    await Deno.remove(path);
    assert.equal((await store.save(textOf(named("ФОРМА")), store.text())).kind, "stale");
    assert.deepEqual(await namesIn(folder), []);
  }));

Deno.test("of two concurrent saves the first is saved and the second is stale", () =>
  withStore(async ({ store, read }) => {
    const before = store.text();
    const [first, second] = await Promise.all([
      store.save(textOf(named("ПЕРВОЕ")), before),
      store.save(textOf(named("ВТОРОЕ")), before),
    ]);
    assert.deepEqual([first.kind, second.kind], ["saved", "stale"]);
    assert.deepEqual(await read(), named("ПЕРВОЕ"));
  }));

Deno.test("a hanging read delays neither saves nor edits, and its late result is ignored", () =>
  withStore(async ({ store, write, line, lines }) => {
    const { readFile } = Deno;
    const slow = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    Deno.readFile = async (...args) => {
      Deno.readFile = readFile;
      const bytes = await readFile(...args);
      begun.resolve();
      await slow.promise;
      return bytes;
    };
    try {
      await write(named("МЕДЛЕННО"));
      await begun.promise;
      await write(named("НА ДИСКЕ"));
      await line(ACCEPTED);
      assert.equal((await store.save(textOf(named("СОХРАНЕНО")), store.text())).kind, "saved");
      slow.resolve();
      await new Promise((resolve) => setTimeout(resolve));
      assert.equal(nameOf(store), "СОХРАНЕНО");
      assert.equal(lines.length, 1);
    } finally {
      Deno.readFile = readFile;
    }
  }));

Deno.test("save refuses faulty profiles, returns the fault and writes nothing", () =>
  withStore(async ({ store, read, folder, lines }) => {
    const faulty = someLocales(({ agency }) => agency.name = "");
    assert.deepEqual(await store.save(textOf(faulty), store.text()), {
      kind: "refused",
      faults: [{ path: "agency.name", message: "пусто, нужен текст от 1 до 256 символов" }],
    });
    assert.deepEqual(await read(), someLocales());
    assert.equal(nameOf(store), "MONSTER AGENCY");
    assert.deepEqual(await namesIn(folder), ["locales.json"]);
    assert.deepEqual(lines, []);
  }));

Deno.test("save keeps the file's mode", () =>
  withStore(async ({ store, path }) => {
    await Deno.chmod(path, 0o600);
    await store.save(textOf(named("СОХРАНЕНО")), store.text());
    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
  }));

Deno.test("save through a symbolic link writes its target", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const target = `${folder}/target.json`;
  const path = `${folder}/locales.json`;
  await Deno.writeTextFile(target, textOf(someLocales()));
  await Deno.symlink(basename(target), path);
  const store = await openStore({ path, log: aLog().log });
  await store.save(textOf(named("ПО ССЫЛКЕ")), store.text());
  await store.close();
  assert.ok((await Deno.lstat(path)).isSymlink);
  assert.deepEqual(JSON.parse(await Deno.readTextFile(target)), named("ПО ССЫЛКЕ"));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("an edit of a symbolic link's target takes effect, and so does a changed link", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const [path, first, second] = ["locales.json", "v1/locales.json", "v2/locales.json"]
    .map((name) => `${folder}/${name}`) as [string, string, string];
  await Deno.mkdir(`${folder}/v1`);
  await Deno.mkdir(`${folder}/v2`);
  await Deno.writeTextFile(first, textOf(someLocales()));
  await Deno.writeTextFile(second, textOf(named("ДРУГОЙ")));
  await Deno.symlink(first, path);
  const { log, line } = aLog();
  const store = await openStore({ path, log });
  await Deno.writeTextFile(first, textOf(named("ПРАВКА")));
  await line(ACCEPTED);
  assert.equal(nameOf(store), "ПРАВКА");
  await Deno.symlink(second, `${path}.new`);
  await Deno.rename(`${path}.new`, path);
  await line(ACCEPTED);
  assert.equal(nameOf(store), "ДРУГОЙ");
  await store.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("an edit between reading the first version and watching the file takes effect", () =>
  withFile(async (path) => {
    const first = await readProfiles(path);
    assert.ok(first.ok);
    await Deno.writeTextFile(path, textOf(named("ПРАВКА")));
    const { log, line } = aLog();
    const store = await keepProfiles(first.version, {
      path,
      spareFolder: dirname(path),
      now: () => 0,
      log,
    });
    assert.equal(nameOf(store), "MONSTER AGENCY");
    await line(ACCEPTED);
    assert.equal(nameOf(store), "ПРАВКА");
    await store.close();
  }));

Deno.test("a version that cannot be recorded becomes current anyway", () =>
  withFile(async (path) => {
    const { log, lines } = aLog();
    const onLoad = () => Promise.reject(new Error("disk is full"));
    const store = await openStore({ path, log, onLoad });
    assert.equal(nameOf(store), "MONSTER AGENCY");
    assert.deepEqual(lines, [
      "❌ locales.json: версию не записать в историю: Error: disk is full",
    ]);
    await store.close();
  }));

Deno.test("save leaves the old version and no temporary file when the disk fails, and works again afterwards", () =>
  withStore(async ({ store, read, folder, lines }) => {
    const before = store.text();
    {
      const full = Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
      using _disk = brokenDisk("sync", () => Promise.reject(full));
      const reason = "на диске нет места";
      assert.deepEqual(await store.save(textOf(named("НЕ ВЛЕЗЛО")), before), {
        kind: "failed",
        reason,
      });
      assert.deepEqual(lines, [
        `❌ locales.json: не записать: ${reason}. Error: No space left on device`,
      ]);
    }
    assert.deepEqual(await namesIn(folder), ["locales.json"]);
    assert.deepEqual(await read(), someLocales());
    assert.equal(nameOf(store), "MONSTER AGENCY");
    assert.equal((await store.save(textOf(named("ВЛЕЗЛО")), before)).kind, "saved");
  }));

Deno.test("save does not overwrite an edit made during the write", () =>
  withStore(async ({ store, read, folder, path }) => {
    const { sync } = Deno.FsFile.prototype;
    using _disk = brokenDisk("sync", async function (this: Deno.FsFile) {
      await sync.call(this);
      Deno.writeTextFileSync(path, textOf(named("НА ДИСКЕ")));
    });
    assert.equal((await store.save(textOf(named("ИЗ ФОРМЫ")), store.text())).kind, "stale");
    assert.deepEqual(await read(), named("НА ДИСКЕ"));
    assert.equal(nameOf(store), "НА ДИСКЕ");
    assert.deepEqual(await namesIn(folder), ["locales.json"]);
  }));

// A write may take only a part of the bytes, as on a nearly full disk (write(2)).
Deno.test("save writes the whole file when writes are partial", () =>
  withStore(async ({ store, read }) => {
    const { write } = Deno.FsFile.prototype;
    using _disk = brokenDisk("write", function (this: Deno.FsFile, bytes: Uint8Array) {
      return write.call(this, bytes.subarray(0, 100));
    });
    assert.equal((await store.save(textOf(named("ПО ЧАСТЯМ")), store.text())).kind, "saved");
    assert.deepEqual(await read(), named("ПО ЧАСТЯМ"));
  }));

/** Replaces a method of files until the end of the block. */
function brokenDisk<M extends "sync" | "write">(
  method: M,
  instead: Deno.FsFile[M],
): Disposable {
  const original = Deno.FsFile.prototype[method];
  Deno.FsFile.prototype[method] = instead;
  return { [Symbol.dispose]: () => void (Deno.FsFile.prototype[method] = original) };
}
