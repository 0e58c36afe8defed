// Writes a file in place, with a copy of the old text until that is done. Does not know what it says.

/** Where the copy may be: beside the file, or else in a folder that the bot can write to. */
export interface CopyPlaces {
  readonly beside: string;
  readonly spare: string;
}

/** The possible paths of the copy. @param target The file itself, not a link to it. */
export function copyPlaces(target: string, spareFolder: string): CopyPlaces {
  const at = target.search(/[\\/][^\\/]*$/) + 1;
  const name = `.${target.slice(at)}.before`;
  return { beside: (target.slice(0, at) || "../") + name, spare: `${spareFolder}/${name}` };
}

/**
 * Overwrites a file in place: copies the old text, writes the new bytes, removes the copy. If the process dies in between,
 * the copy remains for `restoreCopy`; if the disk fails in between, the old bytes are written back.
 *
 * @param isStill Whether the file is unchanged; called right before it is overwritten.
 * @returns False, with nothing changed, if it is not.
 * @throws The error of the disk.
 */
export async function overwrite(
  target: string,
  bytes: Uint8Array,
  places: CopyPlaces,
  isStill: (bytes: Uint8Array<ArrayBuffer>) => boolean,
): Promise<boolean> {
  const before = Deno.readFileSync(target);
  if (!isStill(before)) return false;
  const copy = await writeCopy(before, places);
  let isDone = false;
  try {
    isDone = isStill(Deno.readFileSync(target));
    if (isDone) await writeInPlace(target, bytes);
  } catch (error) {
    if (await isPutBack(target, before)) await Deno.remove(copy);
    throw error; // Otherwise the copy is the only whole text.
  }
  await Deno.remove(copy).catch(() => {});
  return isDone;
}

async function isPutBack(target: string, before: Uint8Array): Promise<boolean> {
  try {
    if (!isSame(Deno.readFileSync(target), before)) await writeInPlace(target, before);
    return true;
  } catch {
    return false;
  }
}

/**
 * Restores the file from a copy that an interrupted write in place left, and removes copies that are no longer needed.
 *
 * @param isWhole Whether a text is good; a good file is left as it is.
 * @returns Whether the file was restored.
 */
export async function restoreCopy(
  target: string,
  places: CopyPlaces,
  isWhole: (bytes: Uint8Array<ArrayBuffer>) => boolean,
): Promise<boolean> {
  for (const path of [places.beside, places.spare]) {
    const copy = await Deno.readFile(path).catch(() => undefined);
    if (copy === undefined) continue;
    const isTorn = isWhole(copy) && !isWhole(await Deno.readFile(target));
    if (isTorn) await writeInPlace(target, copy);
    await Deno.remove(path);
    if (isTorn) return true;
  }
  return false;
}

async function writeCopy(bytes: Uint8Array, { beside, spare }: CopyPlaces): Promise<string> {
  try {
    await writeWhole(beside, bytes, { create: true, truncate: true, mode: 0o600 });
    return beside;
  } catch {
    await Deno.remove(beside).catch(() => {}); // A full disk may have written a part.
    await writeWhole(spare, bytes, { create: true, truncate: true, mode: 0o600 });
    return spare;
  }
}

/** Truncates last, so that the file is never empty. */
async function writeInPlace(path: string, bytes: Uint8Array): Promise<void> {
  await writeWhole(path, bytes, {});
}

async function writeWhole(
  path: string,
  bytes: Uint8Array,
  options: Deno.OpenOptions,
): Promise<void> {
  using file = await Deno.open(path, { ...options, write: true });
  // A nearly full disk may write a part only.
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
  await file.truncate(bytes.length);
  await file.sync();
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
