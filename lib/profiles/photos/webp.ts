// Reads a still WebP: its size, and the chunks that show (RFC 9649). Exif and XMP go, as does what follows the end.

import { BROKEN, imageOf, type ImageReading, lettersAt, MOST_PARTS, viewOf } from "./image.ts";

/** "RIFF", the size, "WEBP". */
const HEADER_BYTES = 12;

/** In the first byte of VP8X: has Exif, has XMP, moves. */
const EXIF = 0x08;
const XMP = 0x04;
const ANIMATION = 0x02;

/** Whether a file begins as a WebP does. */
export function isWebp(bytes: Uint8Array): boolean {
  return lettersAt(bytes, 0) === "RIFF" && lettersAt(bytes, 8) === "WEBP";
}

/** Reads a file for which `isWebp` holds; in time proportional to its length. */
export function readWebp(bytes: Uint8Array): ImageReading {
  const view = viewOf(bytes);
  const end = 8 + view.getUint32(4, true);
  if (end > bytes.length) return BROKEN;
  const kept: Uint8Array[] = [];
  let canvas: Size | undefined;
  let picture: Size | undefined;
  let at = HEADER_BYTES;
  for (let count = 0; at < end; count++) {
    if (count === MOST_PARTS || at + 8 > end) return BROKEN;
    const length = view.getUint32(at + 4, true);
    const next = at + 8 + length + (length & 1);
    if (next > end) return BROKEN;
    const chunk = bytes.subarray(at, next);
    const type = lettersAt(bytes, at);
    switch (type) {
      case "VP8X":
        if (count > 0 || length < 10) return BROKEN;
        if (((chunk[8] ?? 0) & ANIMATION) !== 0) return { kind: "animated" };
        canvas = sizeOfCanvas(chunk);
        kept.push(withoutNotes(chunk));
        break;
      case "ANIM":
      case "ANMF":
        return { kind: "animated" };
      case "VP8 ":
      case "VP8L":
        if (picture !== undefined) return BROKEN;
        picture = type === "VP8 " ? sizeOfLossy(chunk) : sizeOfLossless(chunk);
        if (picture === undefined) return BROKEN;
        kept.push(chunk);
        break;
      case "ICCP":
      case "ALPH":
        kept.push(chunk);
    }
    at = next;
  }
  if (picture === undefined) return BROKEN;
  const isSame = canvas === undefined ||
    (canvas.width === picture.width && canvas.height === picture.height);
  return isSame ? imageOf(picture, [headerOf(kept), ...kept]) : BROKEN;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function headerOf(chunks: readonly Uint8Array[]): Uint8Array {
  const header = new TextEncoder().encode("RIFF0000WEBP");
  const bytes = chunks.reduce((sum, { length }) => sum + length, 4);
  viewOf(header).setUint32(4, bytes, true);
  return header;
}

function sizeOfCanvas(chunk: Uint8Array): Size {
  const of = (at: number) =>
    1 + (chunk[at] ?? 0) + ((chunk[at + 1] ?? 0) << 8) +
    ((chunk[at + 2] ?? 0) << 16);
  return { width: of(12), height: of(15) };
}

function withoutNotes(chunk: Uint8Array): Uint8Array {
  const copy = chunk.slice();
  copy[8] = (chunk[8] ?? 0) & ~(EXIF | XMP);
  return copy;
}

/** A key frame's size (RFC 6386, 9.1). */
function sizeOfLossy(chunk: Uint8Array): Size | undefined {
  const isKeyFrame = chunk.length >= 18 && ((chunk[8] ?? 1) & 1) === 0 &&
    chunk[11] === 0x9d && chunk[12] === 0x01 && chunk[13] === 0x2a;
  if (!isKeyFrame) return undefined;
  const view = viewOf(chunk);
  return { width: view.getUint16(14, true) & 0x3fff, height: view.getUint16(16, true) & 0x3fff };
}

/** The size at the head of a lossless picture (RFC 9649, 3.4). */
function sizeOfLossless(chunk: Uint8Array): Size | undefined {
  if (chunk.length < 13 || chunk[8] !== 0x2f) return undefined;
  const bits = viewOf(chunk).getUint32(9, true);
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
}
