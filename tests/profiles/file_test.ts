// A file that cannot be replaced by a rename: written in place, and never left incomplete.

import assert from "node:assert/strict";
import { mendTornFile } from "../../lib/profiles/file_store.ts";
import { aLog } from "../helpers/a_log.ts";
import { openStore } from "../helpers/a_store.ts";
import { someLocales } from "../helpers/a_profile.ts";

const OLD = JSON.stringify(someLocales(), null, 2);
const NEW = OLD.replace("MONSTER AGENCY", "НОВОЕ ИМЯ, ДЛИННЕЕ ПРЕЖНЕГО");

interface Place {
  readonly path: string;
  readonly spareFolder: string;
  read(): Promise<string>;
  /** The file names in the file's folder and in the spare one. */
  names(): Promise<string[]>;
  save(text: string): Promise<{ readonly kind: string }>;
}

async function withFile(run: (place: Place) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "triborg-file-" });
  const [folder, spareFolder] = [`${root}/locales`, `${root}/data`];
  await Deno.mkdir(folder);
  await Deno.mkdir(spareFolder);
  const path = `${folder}/locales.json`;
  await Deno.writeTextFile(path, OLD);
  const store = await openStore({ path, spareFolder, log: aLog().log });
  const namesIn = async (each: string) =>
    (await Array.fromAsync(Deno.readDir(each))).map(({ name }) => name);
  try {
    await run({
      path,
      spareFolder,
      read: () => Deno.readTextFile(path),
      names: async () => [...await namesIn(folder), ...await namesIn(spareFolder)].toSorted(),
      save: (text) => store.save(text, store.text()),
    });
  } finally {
    await store.close();
    await Deno.remove(root, { recursive: true });
  }
}

function refusal(code: string): Error {
  return Object.assign(new Error(`refused with ${code}`), { code });
}

/** Refuses renames until the end of the block, as for a file mounted on its own. */
function refusedRename(code = "EBUSY"): Disposable {
  const { renameSync } = Deno;
  Deno.renameSync = () => {
    throw refusal(code);
  };
  return { [Symbol.dispose]: () => void (Deno.renameSync = renameSync) };
}

/** Refuses new files in a folder until the end of the block. */
function readOnlyFolder(path: string): Disposable {
  const { open } = Deno;
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  Deno.open = (at, options) =>
    String(at).startsWith(folder) && String(at) !== path
      ? Promise.reject(refusal("EROFS"))
      : open(at, options);
  return { [Symbol.dispose]: () => void (Deno.open = open) };
}

/** Lets the file be written only up to a byte, a number of times; other files are not affected. */
function tearing(path: string, { after, times }: { after: number; times: number }): Disposable {
  const { open } = Deno;
  let left = times;
  Deno.open = async (at, options) => {
    const file = await open(at, options);
    if (String(at) !== path || !options?.write || left === 0) return file;
    left -= 1;
    const write = file.write.bind(file);
    let written = 0;
    file.write = async (bytes) => {
      if (written >= after) throw refusal("EIO");
      const taken = await write(bytes.subarray(0, after - written));
      written += taken;
      return taken;
    };
    return file;
  };
  return { [Symbol.dispose]: () => void (Deno.open = open) };
}

Deno.test("a file that cannot be renamed onto is written in place, longer or shorter, and no copy stays", () =>
  withFile(async ({ path, read, names, save }) => {
    const { ino } = await Deno.stat(path);
    for (const code of ["EBUSY", "EXDEV", "EPERM", "EACCES", "ETXTBSY"]) {
      using _rename = refusedRename(code);
      for (const text of [NEW, OLD]) {
        assert.equal((await save(text)).kind, "saved", code);
        assert.equal(await read(), text);
      }
    }
    assert.equal((await Deno.stat(path)).ino, ino);
    assert.deepEqual(await names(), ["locales.json"]);
  }));

Deno.test("if the folder is not writable, the copy of the old text is in the data folder", () =>
  withFile(async ({ path, spareFolder, read, names, save }) => {
    using _folder = readOnlyFolder(path);
    const { open } = Deno;
    const copies: string[] = [];
    Deno.open = async (at, options) => {
      if (String(at) === path && options?.write) {
        copies.push(await Deno.readTextFile(`${spareFolder}/.locales.json.before`));
      }
      return await open(at, options);
    };
    assert.equal((await save(NEW)).kind, "saved");
    assert.equal(await read(), NEW);
    assert.deepEqual(copies, [OLD]);
    assert.deepEqual(await names(), ["locales.json"]);
  }));

Deno.test("if the disk fails in the middle of the file, the old text stays", () =>
  withFile(async ({ path, read, names, save }) => {
    using _rename = refusedRename();
    using _disk = tearing(path, { after: 100, times: 1 });
    assert.deepEqual(await save(NEW), { kind: "failed", reason: "диск отвечает ошибкой" });
    assert.equal(await read(), OLD);
    assert.deepEqual(await names(), ["locales.json"]);
  }));

Deno.test("if the old text cannot be written back either, its copy stays, and the next save repairs the file", () =>
  withFile(async ({ path, read, names, save }) => {
    using _rename = refusedRename();
    const shorter = OLD.replace("MONSTER AGENCY", "M");
    {
      using _disk = tearing(path, { after: 300, times: 2 });
      assert.equal((await save(shorter)).kind, "failed");
    }
    await Deno.writeTextFile(path, shorter.slice(0, 300)); // As if the disk had lost the rest.
    assert.deepEqual(await names(), [".locales.json.before", "locales.json"]);
    assert.equal((await save(NEW)).kind, "saved");
    assert.equal(await read(), NEW);
    assert.deepEqual(await names(), ["locales.json"]);
  }));

Deno.test("a full disk refuses the save before the file itself is touched", () =>
  withFile(async ({ path, read, names, save }) => {
    const { open } = Deno;
    using _restore = { [Symbol.dispose]: () => void (Deno.open = open) };
    Deno.open = (at, options) =>
      options?.write ? Promise.reject(refusal(String(at) === path ? "EIO" : "ENOSPC")) : open(at);
    assert.deepEqual(await save(NEW), { kind: "failed", reason: "на диске нет места" });
    assert.equal(await read(), OLD);
    assert.deepEqual(await names(), ["locales.json"]);
  }));

Deno.test("a write in place does not overwrite a concurrent edit", () =>
  withFile(async ({ path, read, names, save }) => {
    using _rename = refusedRename();
    const { open } = Deno;
    using _restore = { [Symbol.dispose]: () => void (Deno.open = open) };
    Deno.open = async (at, options) => {
      if (String(at).endsWith(".before")) await Deno.writeTextFile(path, NEW);
      return await open(at, options);
    };
    assert.equal((await save(OLD.replace("AGENCY", "X"))).kind, "stale");
    assert.equal(await read(), NEW);
    assert.deepEqual(await names(), ["locales.json"]);
  }));

Deno.test("a start after a crash in the middle of a write restores the old text, from either copy", () =>
  withFile(async ({ path, spareFolder, read, names }) => {
    for (const folder of [path.slice(0, path.lastIndexOf("/")), spareFolder]) {
      await Deno.writeTextFile(`${folder}/.locales.json.before`, OLD);
      await Deno.writeTextFile(path, NEW.slice(0, 200));
      assert.equal(await mendTornFile(path, spareFolder), true);
      assert.equal(await read(), OLD);
      assert.deepEqual(await names(), ["locales.json"]);
    }
  }));

Deno.test("an unneeded copy is removed; a good file and one that a person broke are left alone", () =>
  withFile(async ({ path, spareFolder, read, names }) => {
    await Deno.writeTextFile(`${spareFolder}/.locales.json.before`, OLD);
    await Deno.writeTextFile(path, NEW);
    assert.equal(await mendTornFile(path, spareFolder), false);
    assert.equal(await read(), NEW);
    assert.deepEqual(await names(), ["locales.json"]);
    await Deno.writeTextFile(path, "{ by hand");
    assert.equal(await mendTornFile(path, spareFolder), false);
    assert.equal(await read(), "{ by hand");
  }));
