// Draws black and white squares as a PNG (https://www.w3.org/TR/png-3/). Does not know what they show.

import { crc32, deflateSync } from "node:zlib";
import { joined } from "../joined.ts";

/** Draws rows of squares with a side of `scale` pixels, black where true. */
export function bitmapPng(
  rows: readonly (readonly boolean[])[],
  scale: number,
): Uint8Array<ArrayBuffer> {
  const width = (rows[0]?.length ?? 0) * scale;
  const lineBytes = 1 + Math.ceil(width / 8);
  const image = new Uint8Array(lineBytes * rows.length * scale);
  rows.forEach((row, y) => {
    const line = new Uint8Array(lineBytes); // First byte 0: no filter.
    for (let x = 0; x < width; x += 1) {
      if (row[Math.floor(x / scale)]) continue;
      const at = 1 + (x >> 3);
      line[at] = (line[at] ?? 0) | (0x80 >> (x & 7));
    }
    for (let copy = 0; copy < scale; copy += 1) image.set(line, lineBytes * (y * scale + copy));
  });
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, rows.length * scale);
  header.setUint8(8, 1); // One bit per pixel, greyscale; the other fields are 0.
  return joined([
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", new Uint8Array(deflateSync(image))),
    chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const named = joined([new TextEncoder().encode(name), data]);
  return joined([bigEndian(data.length), named, bigEndian(crc32(named))]);
}

function bigEndian(number: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, number);
  return new Uint8Array(view.buffer);
}
