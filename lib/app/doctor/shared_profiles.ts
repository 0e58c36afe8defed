// The doctor's look at the profiles of a database that processes share.

import { findingsOf } from "./findings.ts";
import { lookAtProfiles, lookAtText, type ProfilesLook } from "./profiles.ts";
import type { DatabaseLook } from "../../journal/postgres/database_look.ts";
import { readText } from "../../profiles/file.ts";
import { parseText } from "../../profiles/version.ts";

/**
 * The profiles of the database; those of the file where the first start would take them over.
 *
 * @param look Undefined where the database cannot be read.
 */
export async function lookAtSharedProfiles(
  look: Pick<DatabaseLook, "profiles" | "photos"> | undefined,
  path: string,
  hasOnDisk: (name: string) => Promise<boolean>,
): Promise<ProfilesLook> {
  const { warning, unknown } = findingsOf("Профили");
  if (look === undefined) {
    return { profiles: null, findings: [unknown("не прочесть, пока база не отвечает")] };
  }
  const { profiles: kept, photos } = look;
  if (kept === undefined) {
    const file = await lookAtProfiles(path, hasOnDisk);
    const taken = warning(`в базе их ещё нет, первый старт возьмёт их из ${path}`);
    return { ...file, findings: [...file.findings, taken] };
  }
  const name = `база, версия ${kept.revision}`;
  const hasPhoto = (photo: string) => Promise.resolve(photos.has(photo));
  const found = await lookAtText(parseText(kept.text), name, hasPhoto, "такого фото нет");
  const onDisk = await readText(path);
  if (onDisk === null || onDisk === kept.text) return found;
  const other = warning(`${path} отличается от них и не действует: deno task profiles import`);
  return { ...found, findings: [...found.findings, other] };
}
