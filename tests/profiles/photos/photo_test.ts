// Which files are photos, and what of them is kept.

import assert from "node:assert/strict";
import { bitmapPng } from "../../../lib/page/png.ts";
import { orientationOf } from "../../../lib/profiles/photos/orientation.ts";
import { MOST_PHOTO_BYTES, readPhoto } from "../../../lib/profiles/photos/photo.ts";
import { PHOTOS, placeOf, withBytes } from "../../helpers/photos.ts";

const text = (words: string) => new TextEncoder().encode(words);

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function kept(file: Uint8Array): Uint8Array {
  const reading = readPhoto(file);
  assert.ok(reading.ok, `refused: ${JSON.stringify(reading)}`);
  return reading.photo.bytes;
}

function faultOf(file: Uint8Array): unknown {
  const reading = readPhoto(file);
  return reading.ok ? undefined : reading.fault;
}

/** A PNG of this size, one bit per pixel. */
function pngOf(width: number, height: number): Uint8Array {
  return bitmapPng(Array.from({ length: height }, () => Array(width).fill(false)), 1);
}

for (
  const [name, kind] of [
    ["jpeg", "jpg"],
    ["progressive", "jpg"],
    ["png", "png"],
    ["lossy", "webp"],
    ["lossless", "webp"],
    ["withAlpha", "webp"],
  ] as const
) {
  Deno.test(`a photo without notes is kept to the byte: ${name}`, () => {
    const file = PHOTOS[name];
    assert.deepEqual(readPhoto(file), { ok: true, photo: { kind, bytes: file } });
  });

  Deno.test(`what follows a photo's end is cut off: ${name}`, () => {
    const polyglot = joined(PHOTOS[name], text("<script>alert(1)</script>PK\x03\x04"));
    assert.deepEqual(kept(polyglot), PHOTOS[name]);
  });

  Deno.test(`a photo that breaks off anywhere is refused: ${name}`, () => {
    const file = PHOTOS[name];
    for (let length = 12; length < file.length; length++) {
      assert.deepEqual(faultOf(file.subarray(0, length)), { kind: "broken" }, `at ${length}`);
    }
  });
}

Deno.test("a camera's photo loses place, camera and comment, and keeps its rotation", () => {
  const photo = kept(PHOTOS.fromCamera);
  const words = new TextDecoder("latin1").decode(photo);
  for (const secret of ["SecretCam", "secret comment"]) {
    assert.ok(placeOf(PHOTOS.fromCamera, secret) > 0);
    assert.equal(words.includes(secret), false, secret);
  }
  assert.equal(orientationOf(photo.subarray(placeOf(photo, "Exif") + 6)), 6);
  assert.ok(photo.length < PHOTOS.fromCamera.length - 100);
});

Deno.test("a PNG loses its texts and a WebP its Exif", () => {
  assert.deepEqual(kept(PHOTOS.pngWithTexts), PHOTOS.png);
  const webp = kept(PHOTOS.webpWithExif);
  assert.equal(new TextDecoder("latin1").decode(webp).includes("EXIF"), false);
  assert.equal((webp[20] ?? 0) & 0x0c, 0, "VP8X still tells of notes");
  assert.equal(webp.length, 8 + new DataView(webp.buffer).getUint32(4, true));
});

Deno.test("a photo that went through once goes through again, to the byte", () => {
  for (const file of [PHOTOS.fromCamera, PHOTOS.pngWithTexts, PHOTOS.webpWithExif]) {
    assert.deepEqual(kept(kept(file)), kept(file));
  }
});

for (
  const [what, file] of [
    ["HTML", text("<!doctype html><img src=x onerror=alert(1)>")],
    ["SVG", text('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')],
    ["a GIF", text("GIF89a\x01\x00\x01\x00;")],
    ["a PDF", text("%PDF-1.7\n")],
    ["a RIFF file of sound", text("RIFF\x24\x00\x00\x00WAVEfmt ")],
    ["one byte", text("\xff")],
    ["a PNG's name before something else", text("PNG\r\n\x1a\n")],
  ] as const
) {
  Deno.test(`${what} is no photo`, () => assert.deepEqual(faultOf(file), { kind: "foreign" }));
}

Deno.test("an animation is no photo, in whichever format", () => {
  assert.deepEqual(faultOf(PHOTOS.animatedWebp), { kind: "animated" });
  assert.deepEqual(faultOf(PHOTOS.animatedPng), { kind: "animated" });
  const hidden = PHOTOS.animatedWebp.slice();
  hidden[20] = (hidden[20] ?? 0) & ~0x02; // The flag denies the frames that follow.
  assert.deepEqual(faultOf(hidden), { kind: "animated" });
  hidden.set(text("XXXX"), placeOf(hidden, "ANIM"));
  assert.deepEqual(faultOf(hidden), { kind: "animated" }, "frames without their header");
});

Deno.test("a photo of 5 MB is taken, one byte more is not", () => {
  const photo = new Uint8Array(MOST_PHOTO_BYTES);
  photo.set(PHOTOS.jpeg); // What follows the end is cut off.
  assert.deepEqual(kept(photo), PHOTOS.jpeg);
  const bytes = MOST_PHOTO_BYTES + 1;
  assert.deepEqual(faultOf(new Uint8Array(bytes)), { kind: "too_heavy", bytes });
  assert.deepEqual(faultOf(new Uint8Array()), { kind: "empty" });
});

Deno.test("width and height may be 10,000 together, and 20 to 1", () => {
  assert.equal(faultOf(pngOf(9_500, 500)), undefined);
  assert.deepEqual(faultOf(pngOf(9_500, 501)), { kind: "too_large", width: 9_500, height: 501 });
  assert.equal(faultOf(pngOf(200, 10)), undefined);
  assert.deepEqual(faultOf(pngOf(201, 10)), { kind: "too_narrow", width: 201, height: 10 });
  assert.deepEqual(faultOf(pngOf(10, 201)), { kind: "too_narrow", width: 10, height: 201 });
});

Deno.test("a size of zero or of more than a photo can have is refused in each format", () => {
  const jpegSize = placeOf(PHOTOS.jpeg, "\xff\xc0") + 5;
  assert.deepEqual(faultOf(withBytes(PHOTOS.jpeg, jpegSize, 0, 0)), { kind: "broken" });
  assert.deepEqual(
    faultOf(withBytes(PHOTOS.jpeg, jpegSize, 0xff, 0xff, 0xff, 0xff)),
    { kind: "too_large", width: 65_535, height: 65_535 },
  );
  const lossySize = placeOf(PHOTOS.lossy, "\x9d\x01\x2a") + 3;
  assert.deepEqual(faultOf(withBytes(PHOTOS.lossy, lossySize, 0, 0)), { kind: "broken" });
  assert.deepEqual(
    faultOf(withBytes(PHOTOS.lossy, lossySize, 0xff, 0x3f, 0xff, 0x3f)),
    { kind: "too_large", width: 16_383, height: 16_383 },
  );
  assert.deepEqual(
    faultOf(withBytes(PHOTOS.lossless, 21, 0xff, 0xff, 0xff, 0x0f)),
    { kind: "too_large", width: 16_384, height: 16_384 },
  );
  const canvas = withBytes(PHOTOS.withAlpha, 24, 0xff, 0xff, 0xff);
  assert.deepEqual(faultOf(canvas), { kind: "broken" }, "another canvas than its picture");
});

Deno.test("a PNG whose bytes were changed on the way is refused", () => {
  const { png } = PHOTOS;
  const at = placeOf(png, "IDAT") + 6;
  assert.deepEqual(faultOf(withBytes(png, at, (png[at] ?? 0) ^ 1)), { kind: "broken" });
  assert.deepEqual(faultOf(withBytes(png, 8 + 4, ...text("IDAT"))), { kind: "broken" });
});

Deno.test("a file of nothing but segments, fill bytes or lengths is refused", () => {
  const fill = (head: readonly number[], unit: readonly number[]) => {
    const file = new Uint8Array(MOST_PHOTO_BYTES);
    file.set(head);
    for (let at = head.length; at < file.length; at++) {
      file[at] = unit[(at - head.length) % unit.length] ?? 0;
    }
    return file;
  };
  assert.deepEqual(faultOf(fill([0xff, 0xd8], [0xff, 0xfe, 0, 2])), { kind: "broken" });
  assert.deepEqual(faultOf(fill([0xff, 0xd8, 0xff], [0xff])), { kind: "broken" });
  const webp = [...text("RIFF"), 0xf8, 0xff, 0x4f, 0, ...text("WEBP")];
  assert.deepEqual(faultOf(fill(webp, [...text("ICCP"), 0, 0, 0, 0])), { kind: "broken" });
});

Deno.test("no file of random bytes after a photo's head makes the reader throw", () => {
  let state = 42;
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  for (const file of Object.values(PHOTOS)) {
    for (let round = 0; round < 300; round++) {
      const copy = file.slice(0, Math.ceil(random() * file.length));
      for (let change = 0; change < 4; change++) {
        copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
      }
      readPhoto(copy);
    }
  }
});
