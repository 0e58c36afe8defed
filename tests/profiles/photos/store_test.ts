// Photos on disk.

import assert from "node:assert/strict";
import { createPhotoStore, type PhotoStore } from "../../../lib/profiles/photos/store.ts";
import { PHOTOS } from "../../helpers/photos.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const NOON_MS = Date.parse("2026-11-28T12:00:00Z");

interface Place {
  readonly folder: string;
  readonly photos: PhotoStore;
  nowMs: number;
  names(): string[];
}

async function withPhotos(test: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  const place: Place = {
    folder,
    photos: createPhotoStore(folder, () => place.nowMs),
    nowMs: NOON_MS,
    names: () => [...Deno.readDirSync(`${folder}/media`)].map(({ name }) => name).sort(),
  };
  try {
    await test(place);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function keep(photos: PhotoStore, file: Uint8Array): Promise<string> {
  const kept = await photos.keep(file);
  assert.ok(kept.kind === "kept", JSON.stringify(kept));
  return kept.name;
}

Deno.test("a photo is stored once however often it comes, readable by its owner alone", () =>
  withPhotos(async ({ folder, photos, names }) => {
    const name = await keep(photos, PHOTOS.jpeg);
    assert.match(name, /^[0-9a-f]{64}\.jpg$/);
    assert.equal(await keep(photos, PHOTOS.jpeg), name);
    const trailed = new Uint8Array([...PHOTOS.jpeg, 1, 2, 3]);
    assert.equal(await keep(photos, trailed), name);
    assert.deepEqual(names(), [name]);
    assert.deepEqual(await photos.read(name), PHOTOS.jpeg);
    if (Deno.build.os === "windows") return;
    assert.equal((await Deno.stat(`${folder}/media`)).mode! & 0o777, 0o700);
    assert.equal((await Deno.stat(`${folder}/media/${name}`)).mode! & 0o777, 0o600);
  }));

Deno.test("a photo that was cut short on the disk is written again", () =>
  withPhotos(async ({ folder, photos }) => {
    const name = await keep(photos, PHOTOS.jpeg);
    await Deno.writeFile(`${folder}/media/${name}`, PHOTOS.jpeg.subarray(0, 100));
    assert.equal(await keep(photos, PHOTOS.jpeg), name);
    assert.deepEqual(await photos.read(name), PHOTOS.jpeg);
  }));

Deno.test("a refused file leaves nothing, not even a folder", () =>
  withPhotos(async ({ folder, photos }) => {
    const fault = { kind: "animated" };
    assert.deepEqual(await photos.keep(PHOTOS.animatedWebp), { kind: "refused", fault });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("a disk that is full leaves nothing half done, and says so", () =>
  withPhotos(async ({ photos, names }) => {
    const { open } = Deno;
    const full = Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
    Deno.open = async (path, options) => {
      const file = await open(path, options);
      if (options?.write) file.sync = () => Promise.reject(full);
      return file;
    };
    try {
      const kept = await photos.keep(PHOTOS.jpeg);
      assert.deepEqual(kept, {
        kind: "failed",
        reason: "на диске нет места",
        cause: "No space left on device",
      });
    } finally {
      Deno.open = open;
    }
    assert.deepEqual(names(), []);
  }));

Deno.test("all photos together take 1 GiB at most", () =>
  withPhotos(async ({ folder, photos }) => {
    await keep(photos, PHOTOS.png);
    const large = `${folder}/media/${"0".repeat(64)}.jpg`;
    await Deno.writeFile(large, new Uint8Array());
    await Deno.truncate(large, 1024 ** 3 - PHOTOS.png.length - PHOTOS.jpeg.length + 1); // Takes no room.
    assert.deepEqual(await photos.keep(PHOTOS.jpeg), { kind: "no_room" });
    assert.equal((await photos.keep(PHOTOS.png)).kind, "kept", "it is there already");
    await Deno.truncate(large, 1024 ** 3 - PHOTOS.png.length - PHOTOS.jpeg.length);
    assert.equal((await photos.keep(PHOTOS.jpeg)).kind, "kept");
  }));

Deno.test("nothing but a photo's name is looked for on the disk", () =>
  withPhotos(async ({ folder, photos }) => {
    await keep(photos, PHOTOS.jpeg);
    await Deno.writeTextFile(`${folder}/media/notes.jpg`, "private");
    await Deno.writeTextFile(`${folder}/triborg.db`, "private");
    const hash = "a".repeat(64);
    for (
      const name of ["", "..", "../triborg.db", "notes.jpg", `../media/${hash}.jpg`, `${hash}.svg`]
    ) {
      assert.equal(await photos.has(name), false, name);
      assert.equal(await photos.read(name), undefined, name);
      assert.equal(await photos.open(name), undefined, name);
      assert.equal(await photos.touch(name), false, name);
    }
  }));

Deno.test("a folder under a photo's name is no photo", () =>
  withPhotos(async ({ photos, folder }) => {
    const name = `${"a".repeat(64)}.jpg`;
    await Deno.mkdir(`${folder}/media/${name}`, { recursive: true });
    assert.equal(await photos.has(name), false);
    assert.equal(await photos.open(name), undefined);
  }));

Deno.test("only old photos go that nothing uses, and what uploads left half done", () =>
  withPhotos(async (place) => {
    const { folder, photos, names } = place;
    const used = await keep(photos, PHOTOS.jpeg);
    const unused = await keep(photos, PHOTOS.png);
    const again = await keep(photos, PHOTOS.lossy);
    const unfinished = `${used}.6f1f1d1e.tmp`;
    for (const name of [unfinished, "notes.txt"]) {
      await Deno.writeTextFile(`${folder}/media/${name}`, "");
      await Deno.utime(`${folder}/media/${name}`, NOON_MS / 1000, NOON_MS / 1000);
    }
    place.nowMs = NOON_MS + DAY_MS;
    const recent = await keep(photos, PHOTOS.lossless);
    assert.ok(await photos.touch(again));

    const removed = await photos.removeUnused(
      (name) => Promise.resolve(name === used),
      NOON_MS + 1,
    );
    assert.equal(removed, 1);
    assert.deepEqual(names(), [used, again, recent, "notes.txt"].sort());
    assert.equal(await photos.has(unused), false);
  }));

Deno.test("removeUnused finds nothing where no photo was ever uploaded", () =>
  withPhotos(async ({ photos }) => {
    assert.equal(await photos.removeUnused(() => Promise.resolve(false), NOON_MS), 0);
  }));
