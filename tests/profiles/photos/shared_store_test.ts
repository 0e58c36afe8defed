// Photos in a database that processes share.

import assert from "node:assert/strict";
import { createSharedPhotoStore } from "../../../lib/profiles/photos/shared_store.ts";
import { MOST_PHOTO_BYTES } from "../../../lib/profiles/photos/photo.ts";
import type { PhotoStore } from "../../../lib/profiles/photos/store.ts";
import { NOON_MS } from "../../helpers/a_lead.ts";
import { PHOTOS } from "../../helpers/photos.ts";
import { type PostgresServer, schemaTest } from "../../helpers/postgres.ts";
import { openShared } from "../../helpers/shared_journal.ts";

interface Photos extends AsyncDisposable {
  readonly photos: PhotoStore;
  readonly close: () => Promise<void>;
  nowMs: number;
}

async function openPhotos(server: PostgresServer, schema: string): Promise<Photos> {
  const { journal, shared } = await openShared(server, schema);
  const opened: Photos = {
    nowMs: NOON_MS,
    photos: createSharedPhotoStore({
      records: shared,
      committed: journal.committed,
      now: () => opened.nowMs,
    }),
    close: journal.close,
    [Symbol.asyncDispose]: journal.close,
  };
  return opened;
}

async function keep(photos: PhotoStore, file: Uint8Array): Promise<string> {
  const kept = await photos.keep(file);
  assert.ok(kept.kind === "kept", JSON.stringify(kept));
  return kept.name;
}

schemaTest(
  "a photo is kept once however often it comes, and another process sends it",
  async (schema, server) => {
    await using one = await openPhotos(server, schema);
    await using other = await openPhotos(server, schema);
    const name = await keep(one.photos, PHOTOS.jpeg);
    assert.match(name, /^[0-9a-f]{64}\.jpg$/);
    assert.equal(await keep(other.photos, PHOTOS.jpeg), name);
    assert.equal(await server.sql(`SELECT count(*) FROM ${schema}.media`), "1");
    assert.equal(await other.photos.has(name), true);
    assert.deepEqual(await other.photos.read(name), PHOTOS.jpeg);
    const opened = await other.photos.open(name);
    assert.equal(opened?.bytes, PHOTOS.jpeg.length);
    const bytes = new Uint8Array(await new Response(opened?.stream).arrayBuffer());
    assert.deepEqual(bytes, PHOTOS.jpeg);
  },
);

schemaTest("a photo of the largest size comes back whole", async (schema, server) => {
  await using one = await openPhotos(server, schema);
  const large = largeJpeg();
  const name = await keep(one.photos, large);
  assert.deepEqual(await one.photos.read(name), large);
});

schemaTest("what is no photo, and what can be no name, is not there", async (schema, server) => {
  await using one = await openPhotos(server, schema);
  const refused = await one.photos.keep(new TextEncoder().encode("hello"));
  assert.deepEqual(refused, { kind: "refused", fault: { kind: "foreign" } });
  for (const name of ["", "../triborg.db", `${"0".repeat(64)}.jpg`]) {
    assert.equal(await one.photos.has(name), false);
    assert.equal(await one.photos.read(name), undefined);
    assert.equal(await one.photos.open(name), undefined);
    assert.equal(await one.photos.touch(name), false);
  }
});

schemaTest(
  "photos that nobody names go, but not one that was uploaded again",
  async (schema, server) => {
    await using one = await openPhotos(server, schema);
    const used = await keep(one.photos, PHOTOS.jpeg);
    const unused = await keep(one.photos, PHOTOS.progressive);
    const remove = () =>
      one.photos.removeUnused((name) => Promise.resolve(name === used), NOON_MS + 1_000);
    one.nowMs = NOON_MS + 1_000;
    assert.equal(await one.photos.touch(unused), true);
    assert.equal(await remove(), 0);
    one.nowMs = NOON_MS;
    await one.photos.touch(unused);
    assert.equal(await remove(), 1);
    assert.equal(await one.photos.has(unused), false);
    assert.equal(await one.photos.has(used), true);
  },
);

schemaTest(
  "without a database a photo is not kept, and the reason says so",
  async (schema, server) => {
    const one = await openPhotos(server, schema);
    await one.close();
    const kept = await one.photos.keep(PHOTOS.jpeg);
    assert.equal(kept.kind, "failed");
    assert.equal(kept.kind === "failed" && kept.reason, "база данных не отвечает");
  },
);

/** A small photo, and after its first table as many bytes in others as are taken. */
function largeJpeg(): Uint8Array {
  const parts: Uint8Array[] = [PHOTOS.jpeg.subarray(0, 20)];
  let left = MOST_PHOTO_BYTES - PHOTOS.jpeg.length;
  while (left > 69) {
    const tables = Math.min(Math.floor((left - 4) / 65), 1_000);
    const part = new Uint8Array(4 + tables * 65);
    part.set([0xff, 0xdb, (part.length - 2) >> 8, (part.length - 2) & 0xff]);
    for (let at = 5; at < part.length; at++) part[at] = (at - 4) % 65 === 0 ? 0 : at % 251;
    parts.push(part);
    left -= part.length;
  }
  parts.push(PHOTOS.jpeg.subarray(20));
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
