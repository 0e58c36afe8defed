// Copies of uploaded photos beside the copies of a journal, and back. A photo never changes under its name, so that only
// missing ones are copied.

import { makePrivateFolder } from "../../journal/sqlite/private_files.ts";
import { isPhotoName } from "../../profiles/photos/name.ts";
import { namesIn, sizeOf, writeWhole } from "../../profiles/photos/store.ts";

/** Where the photos of the copies in a folder are. */
export function photosBeside(copies: string): string {
  return `${copies}/media`;
}

/**
 * Copies the photos that are missing in another folder; none is removed there.
 *
 * @returns How many are there now of those that were wanted.
 * @throws The disk's error; what was copied stays.
 */
export async function copyPhotos(
  from: string,
  to: string,
  isWanted: (name: string) => Promise<boolean> = () => Promise.resolve(true),
): Promise<number> {
  let count = 0;
  for (const name of await namesIn(from)) {
    if (!isPhotoName(name) || !await isWanted(name)) continue;
    const [source, target] = [`${from}/${name}`, `${to}/${name}`];
    if (await sizeOf(source) !== await sizeOf(target)) {
      makePrivateFolder(to);
      await linkOrCopy(source, target);
    }
    count++;
  }
  return count;
}

/** A link takes no room; another disk, or one without links, gets a copy. */
async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await Deno.link(source, target);
  } catch {
    await writeWhole(target, await Deno.readFile(source));
  }
}
