// The doctor's look at locales.json.

import { repeatsOfFile } from "../../profiles/button_texts.ts";
import type { Fault } from "../../profiles/faults.ts";
import { hasDestination, type Profiles } from "../../profiles/profile.ts";
import { readProfiles } from "../../profiles/store.ts";
import { type Finding, findingsOf, shortened } from "./findings.ts";

/** The profiles where the file is good, else null. */
export interface ProfilesLook {
  readonly profiles: Profiles | null;
  readonly findings: readonly Finding[];
}

/** Reads the file as the bot does, and changes nothing. */
export async function lookAtProfiles(path: string): Promise<ProfilesLook> {
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
  return {
    profiles,
    findings: [
      good(`${path} без ошибок: профилей ${all.length}, из них с CRM ${ready}`),
      ...shortened(findings),
    ],
  };
}

function line({ path, message }: Fault): string {
  return path === "" ? message : `${path}: ${message}`;
}
