// What the bot's photos look like: the address or the bytes that each was sent by, for a page that draws them. Keeps the
// last ones alone.

import type { PhotoSize } from "grammy/types";

/** Where a photo's picture is. */
export type PhotoSource =
  | { readonly kind: "address"; readonly url: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array };

/** At most so many photos are remembered, and of those sent as bytes at most so many bytes in all. */
const MOST_PHOTOS = 1_000;
const MOST_BYTES = 20 * 1024 * 1024;

/** The sources by the id of each size. */
export class PhotoSources {
  /** The oldest first. */
  readonly #photos = new Map<string, { source: PhotoSource; ids: readonly string[] }>();
  readonly #byId = new Map<string, PhotoSource>();
  #bytes = 0;

  remember(sizes: readonly PhotoSize[], source: PhotoSource): void {
    const ids = sizes.map(({ file_id }) => file_id);
    this.#photos.set(ids[0] ?? "", { source, ids });
    for (const id of ids) this.#byId.set(id, source);
    this.#bytes += lengthOf(source);
    for (const [first, oldest] of this.#photos) {
      if (this.#photos.size <= MOST_PHOTOS && this.#bytes <= MOST_BYTES) break;
      this.#photos.delete(first);
      for (const id of oldest.ids) this.#byId.delete(id);
      this.#bytes -= lengthOf(oldest.source);
    }
  }

  /** Undefined for what people send, and for photos of long ago. */
  find(fileId: string): PhotoSource | undefined {
    return this.#byId.get(fileId);
  }
}

function lengthOf(source: PhotoSource): number {
  return source.kind === "bytes" ? source.bytes.length : 0;
}
