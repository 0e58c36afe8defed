// What the readers of single image formats have in common. Touches no file.

/** A still image without what does not show: places, cameras, comments, and bytes after its end. */
export interface Image {
  readonly kind: "image";
  /** In pixels, at least 1; as stored, before any rotation. */
  readonly width: number;
  readonly height: number;
  /** What is kept, in order. */
  readonly parts: readonly Uint8Array[];
}

/** An image, or why it is none that can be sent. */
export type ImageReading =
  | Image
  /** It breaks off, has no size, or breaks a rule of its format. */
  | { readonly kind: "broken" }
  | { readonly kind: "animated" };

export const BROKEN: ImageReading = { kind: "broken" };

/** Most segments, chunks or scans of a file; photos have some hundreds. */
export const MOST_PARTS = 20_000;

/** The image, if it has a size and something to show. */
export function imageOf(
  size: { readonly width: number; readonly height: number } | undefined,
  parts: readonly Uint8Array[],
): ImageReading {
  if (size === undefined || size.width === 0 || size.height === 0) return BROKEN;
  return { kind: "image", width: size.width, height: size.height, parts };
}

/** Four letters of a file as text. */
export function lettersAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** A view of the same bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
