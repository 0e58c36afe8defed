// Writes a file in place where it cannot be replaced by a rename, with a copy of the old text until that is done. Knows nothing of what it says.

/** Where the copy may be put: beside the file, or else in a folder that the bot can write. */
export interface CopyPlaces {
  readonly beside: string;
  readonly spare: string;
}

/** The copy's paths for a file. @param target The file itself, not a link to it. */
export function copyPlaces(target: string, spareFolder: string): CopyPlaces {
  const at = target.search(/[\\/][^\\/]*$/) + 1;
  const name = `.${target.slice(at)}.before`;
  return { beside: (target.slice(0, at) || "../") + name, spare: `${spareFolder}/${name}` };
}

/**
 * Writes over a file in place: first a copy of what it said, then the new bytes, then the copy goes. Of a
 * process that dies in between the copy is left, for `restoreCopy`. When the disk refuses in the middle, the
 * old bytes are put back.
 *
 * @param isStill Whether the file says what it should before it is written over; looked at right before.
 * @returns False, with nothing changed, when it does not.
 * @throws What the disk says.
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
    throw error; // Where it is not, the copy is the only whole text.
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
 * Puts back what a process left that died, or met a broken disk, while it was writing in place.
 *
 * @param isWhole Whether a text is good: a good file is left as it is.
 * @returns Whether the file was put back. Copies that are of no more use are gone afterwards.
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
    await Deno.remove(beside).catch(() => {}); // A full disk takes a part.
    await writeWhole(spare, bytes, { create: true, truncate: true, mode: 0o600 });
    return spare;
  }
}

/** The length is cut last, so that at no moment the file is empty. */
async function writeInPlace(path: string, bytes: Uint8Array): Promise<void> {
  await writeWhole(path, bytes, {});
}

async function writeWhole(
  path: string,
  bytes: Uint8Array,
  options: Deno.OpenOptions,
): Promise<void> {
  using file = await Deno.open(path, { ...options, write: true });
  // A nearly full disk takes a part and says so.
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
  await file.truncate(bytes.length);
  await file.sync();
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
