// The rotation that a camera notes in Exif (Exif 2.32, tag 274): reading it, and a segment with nothing else. Touches no file.

import { viewOf } from "./image.ts";

const ORIENTATION_TAG = 0x0112;

/** The type of a 16-bit value. */
const SHORT = 3;

/** Most entries that are looked at; cameras write some dozens. */
const MOST_ENTRIES = 512;

/** The rotation in Exif data, from 2 to 8; undefined for none, for upright, and for what cannot be read. */
export function orientationOf(tiff: Uint8Array): number | undefined {
  const view = viewOf(tiff);
  if (tiff.length < 14) return undefined;
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return undefined;
  const little = order === 0x4949;
  if (view.getUint16(2, little) !== 42) return undefined;
  const directoryAt = view.getUint32(4, little);
  if (directoryAt + 2 > tiff.length) return undefined;
  const entries = Math.min(view.getUint16(directoryAt, little), MOST_ENTRIES);
  for (let nth = 0; nth < entries; nth++) {
    const at = directoryAt + 2 + nth * 12;
    if (at + 12 > tiff.length) return undefined;
    if (view.getUint16(at, little) !== ORIENTATION_TAG) continue;
    const value = view.getUint16(at + 8, little);
    const isRotation = view.getUint16(at + 2, little) === SHORT && value >= 2 && value <= 8;
    return isRotation ? value : undefined;
  }
  return undefined;
}

/** A JPEG segment that says only the rotation. */
export function orientationSegment(orientation: number): Uint8Array {
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0]; // "Exif", and two zeros.
  const header = [0x49, 0x49, 42, 0, 8, 0, 0, 0];
  const entry = [0x12, 0x01, SHORT, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
  const body = [...exif, ...header, 1, 0, ...entry, 0, 0, 0, 0];
  return Uint8Array.from([0xff, 0xe1, 0, body.length + 2, ...body]);
}
