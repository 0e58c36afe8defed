// Writes the profiles of the database to a file that only its owner reads, byte for byte.

import { EXIT } from "./exit.ts";
import { reasonOf } from "./upkeep/words.ts";
import type { SharedRecords } from "../journal/journal.ts";
import { writeWhole } from "../profiles/photos/store.ts";

export interface Exporting {
  readonly records: Pick<SharedRecords, "sharedProfiles">;
  /** Takes the text where no file is named. */
  readonly write: (bytes: Uint8Array) => void;
  readonly tell: (line: string) => void;
  readonly tellFault: (line: string) => void;
}

/** Resolves with the exit code. */
export async function exportProfiles(
  { path, overwrites }: { readonly path: string | undefined; readonly overwrites: boolean },
  { records, write, tell, tellFault }: Exporting,
): Promise<number> {
  const kept = await records.sharedProfiles();
  if (kept === undefined) {
    tellFault(
      "❌ В базе ещё нет профилей: их возьмёт из LOCALES_PATH первый запуск бота, или deno task profiles import файл",
    );
    return EXIT.defect;
  }
  const bytes = new TextEncoder().encode(kept.text);
  if (path === undefined) {
    write(bytes);
    return 0;
  }
  try {
    await (overwrites ? writeWhole(path, bytes) : writeNew(path, bytes));
  } catch (error) {
    const isThere = error instanceof Deno.errors.AlreadyExists;
    tellFault(
      isThere
        ? `❌ ${path} уже есть. Заменить его: deno task profiles export --force файл`
        : `❌ ${path} не записать: ${reasonOf(error)}`,
    );
    return EXIT.defect;
  }
  tell(`✅ Профили из базы, версия ${kept.revision}: ${path}`);
  return 0;
}

/** @throws {Deno.errors.AlreadyExists} If there is such a file; the disk's error, leaving nothing. */
async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  try {
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
  } catch (error) {
    await Deno.remove(path);
    throw error;
  }
}
