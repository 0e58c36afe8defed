// Reads a PNG: its size, and the chunks that show (https://www.w3.org/TR/png-3/). Texts, times and Exif go, as does what
// follows the end.

import { crc32 } from "node:zlib";
import { BROKEN, imageOf, type ImageReading, lettersAt, MOST_PARTS, viewOf } from "./image.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Length, type and checksum around a chunk's data, in bytes. */
const AROUND = 12;

/** Palette, transparency and colour space; the header and the pixels are told apart below. */
const KEPT: ReadonlySet<string> = new Set(["PLTE", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "cICP"]);

/** Chunks of an animation. */
const ANIMATION: ReadonlySet<string> = new Set(["acTL", "fcTL", "fdAT"]);

/** Whether a file begins as a PNG does. */
export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, index) => bytes[index] === byte);
}

/** Reads a file for which `isPng` holds; in time proportional to its length. */
export function readPng(bytes: Uint8Array): ImageReading {
  const view = viewOf(bytes);
  const parts: Uint8Array[] = [SIGNATURE];
  let size: { readonly width: number; readonly height: number } | undefined;
  let hasPixels = false;
  let at = SIGNATURE.length;
  for (let count = 0; count < MOST_PARTS; count++) {
    if (at + AROUND > bytes.length) return BROKEN;
    const length = view.getUint32(at);
    const end = at + AROUND + length;
    if (end > bytes.length) return BROKEN;
    const chunk = bytes.subarray(at, end);
    const type = lettersAt(bytes, at + 4);
    if ((type === "IHDR") !== (count === 0)) return BROKEN; // It comes first, and once.
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) return BROKEN;
    if (ANIMATION.has(type)) return { kind: "animated" };
    if (type === "IHDR") {
      if (length !== 13) return BROKEN;
      size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    }
    if (type === "IDAT") hasPixels = true;
    if (type === "IHDR" || type === "IDAT" || KEPT.has(type)) parts.push(chunk);
    if (type === "IEND") return hasPixels ? imageOf(size, [...parts, chunk]) : BROKEN;
    at = end;
  }
  return BROKEN;
}
