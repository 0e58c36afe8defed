// Uploaded photos in the database that several processes share. Knows no profile.

import type { SharedRecords } from "../../journal/journal.ts";
import { StorageError } from "../../journal/storage_error.ts";
import { messageOf } from "../../log/error_words.ts";
import { NO_DATABASE } from "../shared_store.ts";
import { isPhotoName } from "./name.ts";
import { nameOfPhoto, readPhoto } from "./photo.ts";
import { MOST_BYTES_IN_ALL, type PhotoStore } from "./store.ts";

/** What the photos are kept by. */
export interface SharedPhotoOptions {
  readonly records: Pick<
    SharedRecords,
    "keepPhoto" | "touchPhoto" | "hasPhoto" | "photosBefore" | "removePhoto" | "photoBase64"
  >;
  /** Resolves when what was written is on disk. */
  readonly committed: () => Promise<void>;
  readonly now: () => number;
}

/** Every process of the database has the same photos. */
export function createSharedPhotoStore(
  { records, committed, now }: SharedPhotoOptions,
): PhotoStore {
  async function read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!isPhotoName(name)) return undefined;
    const base64 = await records.photoBase64(name);
    return base64 === undefined ? undefined : Uint8Array.fromBase64(base64);
  }

  return {
    async keep(file) {
      const reading = readPhoto(file);
      if (!reading.ok) return { kind: "refused", fault: reading.fault };
      const { bytes } = reading.photo;
      const name = nameOfPhoto(reading.photo);
      try {
        const photo = { name, base64: bytes.toBase64(), bytes: bytes.length };
        const kept = await records.keepPhoto(photo, MOST_BYTES_IN_ALL, now());
        await committed();
        return kept === "kept" ? { kind: kept, name } : { kind: kept };
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        return { kind: "failed", reason: NO_DATABASE, cause: messageOf(error) };
      }
    },
    has: async (name) => isPhotoName(name) && await records.hasPhoto(name),
    read,
    async open(name) {
      const bytes = await read(name);
      if (bytes === undefined) return undefined;
      return { stream: ReadableStream.from([bytes]), bytes: bytes.length };
    },
    touch: async (name) => isPhotoName(name) && await records.touchPhoto(name, now()),
    async removeUnused(isUsed, beforeMs) {
      let removed = 0;
      for (const name of await records.photosBefore(beforeMs)) {
        if (await isUsed(name)) continue;
        if (await records.removePhoto(name, beforeMs)) removed++;
      }
      return removed;
    },
  };
}
