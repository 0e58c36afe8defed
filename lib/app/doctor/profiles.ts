// The doctor's look at locales.json.

import { repeatsOfFile } from "../../profiles/button_texts.ts";
import type { Fault } from "../../profiles/faults.ts";
import { hasDestination, type Profiles } from "../../profiles/profile.ts";
import { diskFault } from "../../profiles/file.ts";
import { readProfiles } from "../../profiles/file_store.ts";
import type { ReadResult } from "../../profiles/version.ts";
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
  const look = await lookAtText(await readProfiles(path), path, hasPhoto, GONE);
  if (look.profiles === null) return look;
  const refused = await writeFault(path);
  if (refused === undefined) return look;
  const { warning } = findingsOf("Профили");
  const finding = warning(`страница их не сохранит: ${path}, ${refused}`);
  return { ...look, findings: [...look.findings, finding] };
}

const GONE = "такого фото нет в папке media";

/** Looks at profiles that were read. @param name What their place is called. @param gone What is said of a photo that is not there. */
export async function lookAtText(
  read: ReadResult,
  name: string,
  hasPhoto: (name: string) => Promise<boolean>,
  gone: string,
): Promise<ProfilesLook> {
  const { good, warning, fault } = findingsOf("Профили");
  if (!read.ok) {
    const findings = read.faults.map((each) => fault(`${name}: ${line(each)}`));
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
    const missing = `${key}.step1.photo_file: ${gone}, приветствие уйдёт без него`;
    findings.push(warning(`${missing}: загрузите его на странице или верните из копии`));
  }
  return {
    profiles,
    findings: [
      good(`${name} без ошибок: профилей ${all.length}, из них с CRM ${ready}`),
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
