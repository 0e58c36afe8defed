// An uploaded file → a photo that Telegram takes, or why it is none. Judged by what it holds, never by its name. Touches no file.

import { createHash } from "node:crypto";
import { joined } from "../../joined.ts";
import type { ImageReading } from "./image.ts";
import { isJpeg, readJpeg } from "./jpeg.ts";
import type { PhotoKind } from "./name.ts";
import { isPng, readPng } from "./png.ts";
import { isWebp, readWebp } from "./webp.ts";

/** Largest photo that is taken, in bytes; Telegram takes twice that (https://core.telegram.org/bots/api#sendphoto). */
export const MOST_PHOTO_BYTES = 5 * 1024 * 1024;

/** Width and height together, in pixels (https://core.telegram.org/bots/api#sendphoto). */
export const MOST_SIDES = 10_000;

/** The longer side by the shorter one (https://core.telegram.org/bots/api#sendphoto). */
export const MOST_RATIO = 20;

/** A photo as it is stored: without what does not show. */
export interface Photo {
  readonly kind: PhotoKind;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The name of a photo: the same for the same bytes. */
export function nameOfPhoto({ kind, bytes }: Photo): string {
  return `${createHash("sha256").update(bytes).digest("hex")}.${kind}`;
}

/** Why a file cannot be a profile's photo. */
export type PhotoFault =
  | { readonly kind: "empty" }
  | { readonly kind: "too_heavy"; readonly bytes: number }
  /** Neither JPEG nor PNG nor WebP. */
  | { readonly kind: "foreign" }
  | { readonly kind: "broken" }
  | { readonly kind: "animated" }
  | { readonly kind: "too_large" | "too_narrow"; readonly width: number; readonly height: number };

export type PhotoReading =
  | { readonly ok: true; readonly photo: Photo }
  | { readonly ok: false; readonly fault: PhotoFault };

/** Reads an uploaded file, in time proportional to its length. */
export function readPhoto(file: Uint8Array): PhotoReading {
  if (file.length === 0) return refused({ kind: "empty" });
  if (file.length > MOST_PHOTO_BYTES) return refused({ kind: "too_heavy", bytes: file.length });
  const [kind, image] = readImage(file) ?? [];
  if (kind === undefined || image === undefined) return refused({ kind: "foreign" });
  if (image.kind !== "image") return refused(image);
  const { width, height, parts } = image;
  if (width + height > MOST_SIDES) return refused({ kind: "too_large", width, height });
  const ratio = Math.max(width, height) / Math.min(width, height);
  if (ratio > MOST_RATIO) return refused({ kind: "too_narrow", width, height });
  return { ok: true, photo: { kind, bytes: joined(parts) } };
}

function readImage(file: Uint8Array): readonly [PhotoKind, ImageReading] | undefined {
  if (isJpeg(file)) return ["jpg", readJpeg(file)];
  if (isPng(file)) return ["png", readPng(file)];
  return isWebp(file) ? ["webp", readWebp(file)] : undefined;
}

function refused(fault: PhotoFault): PhotoReading {
  return { ok: false, fault };
}
