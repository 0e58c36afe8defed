// Reads a JPEG: its size, and the segments that show (ITU T.81, annex B). Of Exif only the rotation is kept, so that no
// photo says where it was taken.

import { BROKEN, imageOf, type ImageReading, MOST_PARTS, viewOf } from "./image.ts";
import { orientationOf, orientationSegment } from "./orientation.ts";

/** A marker after 0xFF. */
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;

/** Baseline, extended and progressive: what every reader knows. */
const FRAMES: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2]);

/** Huffman and quantization tables, restart interval, Adobe's colour transform. */
const KEPT: ReadonlySet<number> = new Set([0xc4, 0xdb, 0xdd, APP14]);

const START = Uint8Array.of(0xff, 0xd8);
const END = Uint8Array.of(0xff, EOI);

/** Whether a file begins as a JPEG does. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** Reads a file for which `isJpeg` holds; in time proportional to its length. */
export function readJpeg(bytes: Uint8Array): ImageReading {
  const view = viewOf(bytes);
  const parts: Uint8Array[] = [START];
  let size: { readonly width: number; readonly height: number } | undefined;
  let hasScan = false;
  let at = 2;
  for (let count = 0; count < MOST_PARTS; count++) {
    if (bytes[at] !== 0xff) return BROKEN;
    while (bytes[at + 1] === 0xff) at++; // Fill bytes.
    const marker = bytes[at + 1];
    if (marker === EOI) return hasScan ? imageOf(size, [...parts, END]) : BROKEN;
    if (marker === undefined || at + 4 > bytes.length) return BROKEN;
    const end = at + 2 + view.getUint16(at + 2);
    if (end < at + 4 || end > bytes.length) return BROKEN;
    const segment = bytes.subarray(at, end);
    if (marker === SOS) {
      const scanEnd = endOfScan(bytes, end);
      if (size === undefined || scanEnd === undefined) return BROKEN;
      parts.push(bytes.subarray(at, scanEnd));
      hasScan = true;
      at = scanEnd;
      continue;
    }
    if (FRAMES.has(marker)) {
      if (size !== undefined || segment.length < 10) return BROKEN;
      size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
      parts.push(segment);
    } else if (KEPT.has(marker)) parts.push(segment);
    else if (isApplication(marker)) parts.push(...ofApplication(marker, segment));
    else if (marker !== 0xfe) return BROKEN; // A comment goes; others stand in no photo.
    at = end;
  }
  return BROKEN;
}

/** The next marker after coded data; undefined where the file breaks off. */
function endOfScan(bytes: Uint8Array, from: number): number | undefined {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at)) {
    const next = bytes[at + 1];
    if (next === undefined) return undefined;
    const isData = next === 0 || (next >= 0xd0 && next <= 0xd7); // Stuffing, or a restart.
    if (isData) at += 2;
    else if (next === 0xff) at += 1;
    else return at;
  }
  return undefined;
}

function isApplication(marker: number): boolean {
  return marker >= APP0 && marker <= 0xef;
}

/** What of an application segment is kept: the pixels' shape without a thumbnail, the rotation, the colour profile. */
function ofApplication(marker: number, segment: Uint8Array): Uint8Array[] {
  if (marker === APP0 && says(segment, "JFIF\0") && segment.length >= 18) {
    const head = segment.slice(0, 18);
    head.set([0, 16], 2);
    head.set([0, 0], 16);
    return [head];
  }
  if (marker === APP1 && says(segment, "Exif\0\0")) {
    const orientation = orientationOf(segment.subarray(10));
    return orientation === undefined ? [] : [orientationSegment(orientation)];
  }
  return marker === APP2 && says(segment, "ICC_PROFILE\0") ? [segment] : [];
}

function says(segment: Uint8Array, text: string): boolean {
  return [...text].every((sign, index) => segment[4 + index] === sign.charCodeAt(0));
}
