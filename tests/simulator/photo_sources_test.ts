import assert from "node:assert/strict";
import { type PhotoSource, PhotoSources } from "../../lib/simulator/telegram/photo_sources.ts";

function sizes(...ids: string[]) {
  return ids.map((id) => ({ file_id: id, file_unique_id: id, width: 1, height: 1 }));
}

function bytes(length: number): PhotoSource {
  return { kind: "bytes", bytes: new Uint8Array(length) };
}

Deno.test("a photo's source is found by the id of each of its sizes", () => {
  const sources = new PhotoSources();
  const source: PhotoSource = { kind: "address", url: "https://example.com/1.jpg" };
  sources.remember(sizes("small", "large"), source);
  assert.equal(sources.find("small"), source);
  assert.equal(sources.find("large"), source);
  assert.equal(sources.find("other"), undefined);
});

Deno.test("the oldest sources are forgotten, by their number and by their bytes", () => {
  const sources = new PhotoSources();
  const source: PhotoSource = { kind: "address", url: "https://example.com/1.jpg" };
  for (let each = 0; each <= 1_000; each += 1) sources.remember(sizes(`a${each}`), source);
  assert.equal(sources.find("a0"), undefined);
  assert.equal(sources.find("a1"), source);

  const large = new PhotoSources();
  for (const id of ["1", "2", "3"]) large.remember(sizes(id), bytes(8 * 1024 * 1024));
  assert.equal(large.find("1"), undefined);
  assert.ok(large.find("2") && large.find("3"));
});
