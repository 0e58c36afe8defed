// Uploaded photos on disk: DATA_DIR/media, each under the hash of what it holds. Knows no profile.

import { makePrivateFolder } from "../../journal/sqlite/private_files.ts";
import { messageOf } from "../../log/error_words.ts";
import { diskFault } from "../file.ts";
import { isPhotoName } from "./name.ts";
import { nameOfPhoto, type PhotoFault, readPhoto } from "./photo.ts";

/** Most that all photos take together, in bytes: some hundred photos of the largest size. */
export const MOST_BYTES_IN_ALL = 1024 * 1024 * 1024;

/** Only the owner reads it. */
const FILE_MODE = 0o600;

/** What became of an uploaded file. */
export type Kept =
  /** It is stored, also after a power cut. */
  | { readonly kind: "kept"; readonly name: string }
  | { readonly kind: "refused"; readonly fault: PhotoFault }
  /** All photos together would take more than `MOST_BYTES_IN_ALL`. */
  | { readonly kind: "no_room" }
  /** The disk or the database refused it, and nothing is left of it; `reason` is in Russian, `cause` is for the log. */
  | { readonly kind: "failed"; readonly reason: string; readonly cause: string };

/** Uploaded photos, wherever they are kept. */
export interface PhotoStore {
  /** Checks a file and stores it, once however often it is uploaded. */
  keep(file: Uint8Array): Promise<Kept>;
  /** Whether there is such a photo; false for what can be no name. */
  has(name: string): Promise<boolean>;
  /** The photo; undefined if there is none. @throws The error of the disk or the database. */
  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** The photo as a stream, which has to be read or cancelled; undefined if there is none. @throws The error of the disk or the database. */
  open(
    name: string,
  ): Promise<{ readonly stream: ReadableStream<Uint8Array>; readonly bytes: number } | undefined>;
  /** Counts the photo as uploaded now, so that `removeUnused` leaves it alone; false if there is none. */
  touch(name: string): Promise<boolean>;
  /**
   * Removes photos that were uploaded before a moment (in ms since 1970) and that `isUsed` does not know, and what
   * interrupted uploads left. Returns how many photos.
   */
  removeUnused(isUsed: (name: string) => Promise<boolean>, beforeMs: number): Promise<number>;
}

/** Where a data folder keeps its photos. */
export function photoFolder(dataDir: string): string {
  return `${dataDir}/media`;
}

/** Opens the photos of a data folder; the folder for them is made with the first photo. */
export function createPhotoStore(dataDir: string, now: () => number): PhotoStore {
  const folder = photoFolder(dataDir);
  const pathOf = (name: string) => `${folder}/${name}`;

  async function touch(name: string): Promise<boolean> {
    if (!isPhotoName(name)) return false;
    const at = new Date(now());
    return await Deno.utime(pathOf(name), at, at).then(() => true, ignoreMissing);
  }

  return {
    async keep(file) {
      const reading = readPhoto(file);
      if (!reading.ok) return { kind: "refused", fault: reading.fault };
      const { bytes } = reading.photo;
      const name = nameOfPhoto(reading.photo);
      try {
        makePrivateFolder(folder);
        const isThere = await sizeOf(pathOf(name)) === bytes.length && await touch(name);
        if (!isThere) {
          if (await sizeOfAll(folder) + bytes.length > MOST_BYTES_IN_ALL) {
            return { kind: "no_room" };
          }
          await writeWhole(pathOf(name), bytes);
          await syncFolder(folder);
          await touch(name); // By the bot's clock, as `removeUnused` compares.
        }
        return { kind: "kept", name };
      } catch (error) {
        return { kind: "failed", reason: diskFault(error), cause: messageOf(error) };
      }
    },
    async has(name) {
      return isPhotoName(name) &&
        await Deno.stat(pathOf(name)).then(({ isFile }) => isFile, () => false);
    },
    async read(name) {
      if (!isPhotoName(name)) return undefined;
      return await Deno.readFile(pathOf(name)).catch((error) => void ignoreMissing(error));
    },
    async open(name) {
      if (!isPhotoName(name)) return undefined;
      const file = await Deno.open(pathOf(name)).catch(ignoreMissing);
      if (file === false) return undefined;
      const { size, isFile } = await file.stat();
      if (!isFile) {
        file.close();
        return undefined;
      }
      return { stream: file.readable, bytes: size };
    },
    touch,
    async removeUnused(isUsed, beforeMs) {
      let removed = 0;
      for (const name of await namesIn(folder)) {
        const isPhoto = isPhotoName(name);
        if (!isPhoto && !isUnfinished(name)) continue; // Not ours.
        if (isPhoto && await isUsed(name)) continue;
        if (removeOld(pathOf(name), beforeMs) && isPhoto) removed++;
      }
      return removed;
    },
  };
}

/** Whether a file was old and is gone. Nothing is awaited in between: it may be uploaded again in this moment. */
function removeOld(path: string, beforeMs: number): boolean {
  try {
    const { mtime } = Deno.statSync(path);
    if (mtime === null || mtime.getTime() >= beforeMs) return false;
    Deno.removeSync(path);
    return true;
  } catch (error) {
    return ignoreMissing(error); // An upload has ended.
  }
}

/** The names of a folder's files; none where there is no folder. */
export async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) if (isFile) names.push(name);
  } catch (error) {
    ignoreMissing(error);
  }
  return names;
}

/** Writes a private file, under a temporary name until it is whole and on the disk. @throws The disk's error, leaving nothing. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}.${crypto.randomUUID()}${UNFINISHED}`;
  try {
    {
      using file = await Deno.open(unfinished, { write: true, createNew: true, mode: FILE_MODE });
      // A nearly full disk may write a part only.
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      await file.sync();
    }
    await Deno.rename(unfinished, path);
  } catch (error) {
    await Deno.remove(unfinished).catch(() => {});
    throw error;
  }
}

const UNFINISHED = ".tmp";

function isUnfinished(name: string): boolean {
  return name.endsWith(UNFINISHED) && isPhotoName(name.split(".").slice(0, 2).join("."));
}

/** So that the rename outlives a power cut; not every system can (Windows). */
async function syncFolder(folder: string): Promise<void> {
  try {
    using opened = await Deno.open(folder);
    await opened.sync();
  } catch {
    // The photo is there; only a power cut in this moment could undo that.
  }
}

async function sizeOfAll(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await namesIn(folder)) bytes += await sizeOf(`${folder}/${name}`) ?? 0;
  return bytes;
}

/** In bytes; undefined if there is no such file. */
export async function sizeOf(path: string): Promise<number | undefined> {
  const info = await Deno.stat(path).catch(ignoreMissing);
  return info === false ? undefined : info.size;
}

function ignoreMissing(error: unknown): false {
  if (error instanceof Deno.errors.NotFound) return false;
  throw error;
}
