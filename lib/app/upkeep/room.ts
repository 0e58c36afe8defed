// Whether a disk has room for a copy of the journal and for what the bot writes meanwhile.

import { ENDINGS } from "../../journal/sqlite/database_files.ts";
import { sizeWords } from "./words.ts";

/** A copy of the journal, and as much again for the leads that come meanwhile. */
const TIMES = 2;

/** Checks for twice the size of the journal at `path` with its WAL; unknown `free` bytes pass. @throws {RangeError} If not. */
export async function askForRoom(path: string, free: number | undefined): Promise<void> {
  if (free === undefined) return;
  const sizes = await Promise.all(ENDINGS.map((ending) => sizeOf(path + ending)));
  const wanted = TIMES * sizes.reduce((sum, size) => sum + size, 0);
  if (free >= wanted) return;
  throw new RangeError(
    `на диске мало места: свободно ${sizeWords(free)}, нужно ${sizeWords(wanted)}`,
  );
}

async function sizeOf(path: string): Promise<number> {
  try {
    return path.endsWith("-shm") ? 0 : (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
