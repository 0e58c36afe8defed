// Finds what goes with a journal into PostgreSQL: locales.json, if it is good, and the uploaded photos of the data folder.

import type { SharedFiles } from "../journal/move/shared_files.ts";
import { faultLine } from "../profiles/fault_lines.ts";
import { mendTornFile, readProfiles } from "../profiles/file_store.ts";
import { isPhotoName } from "../profiles/photos/name.ts";
import { namesIn, photoFolder } from "../profiles/photos/store.ts";
import { newVersion } from "../profiles/shared_store.ts";

/** @param tell Told what is wrong with the profiles, which then stay. */
export async function findSharedFiles(
  localesPath: string,
  dataDir: string,
  tell: (line: string) => void,
): Promise<SharedFiles> {
  await mendTornFile(localesPath, dataDir);
  const read = await readProfiles(localesPath);
  if (!read.ok) {
    for (const fault of read.faults) tell(`⚠️ ${faultLine(fault)}`);
    tell(
      `⚠️ Профили из ${localesPath} в базу не взяты: их возьмёт первый запуск, когда файл исправят`,
    );
  }
  const folder = photoFolder(dataDir);
  const names = (await namesIn(folder)).filter(isPhotoName).toSorted();
  return {
    profiles: read.ok ? newVersion(read.version, null, null) : undefined,
    photos: names.map((name) => ({ name, read: () => Deno.readFile(`${folder}/${name}`) })),
  };
}
