// The doctor's look at locales.json.

import { repeatsOfFile } from "../../profiles/button_texts.ts";
import type { Fault } from "../../profiles/faults.ts";
import { hasDestination, type Profiles } from "../../profiles/profile.ts";
import { diskFault } from "../../profiles/file.ts";
import { readProfiles } from "../../profiles/file_store.ts";
import { type Finding, findingsOf, shortened } from "./findings.ts";

/** The profiles where the file is good, else null. */
export interface ProfilesLook {
  readonly profiles: Profiles | null;
  readonly findings: readonly Finding[];
}

/** Reads the file as the bot does, and changes nothing; `hasPhoto` knows the uploaded photos. */
export async function lookAtProfiles(
  path: string,
  hasPhoto: (name: string) => Promise<boolean>,
): Promise<ProfilesLook> {
  const { good, warning, fault } = findingsOf("Профили");
  const read = await readProfiles(path);
  if (!read.ok) {
    const findings = read.faults.map((each) => fault(`${path}: ${line(each)}`));
    return { profiles: null, findings: shortened(findings) };
  }
  const { profiles, warnings } = read.version;
  const all = [...profiles.byKey.values()];
  const ready = all.filter(hasDestination).length;
  const findings = [
    ...warnings.map((each) => warning(`${line(each)}, лиды профиля идут в чат менеджеров`)),
    ...repeatsOfFile(profiles).map((each) => warning(line(each))),
  ];
  for (const { key, photoFile } of all) {
    if (photoFile === null || await hasPhoto(photoFile)) continue;
    const gone =
      `${key}.step1.photo_file: такого фото нет в папке media, приветствие уйдёт без него`;
    findings.push(warning(`${gone}: загрузите его на странице или верните из копии`));
  }
  const refused = await writeFault(path);
  if (refused !== undefined) findings.push(warning(`страница их не сохранит: ${path}, ${refused}`));
  return {
    profiles,
    findings: [
      good(`${path} без ошибок: профилей ${all.length}, из них с CRM ${ready}`),
      ...shortened(findings),
    ],
  };
}

/** Why the file cannot be written in place, as the page does where it cannot be replaced; it is not touched. */
async function writeFault(path: string): Promise<string | undefined> {
  try {
    (await Deno.open(path, { write: true })).close();
    return undefined;
  } catch (error) {
    return diskFault(error);
  }
}

function line({ path, message }: Fault): string {
  return path === "" ? message : `${path}: ${message}`;
}
