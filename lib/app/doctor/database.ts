// The doctor's look at the database: whether it answers, and the profiles that it has. Changes nothing.

import type { DatabaseConfig } from "../database_config.ts";
import { type Finding, findingsOf } from "./findings.ts";
import { lookAtProfiles, lookAtText, type ProfilesLook } from "./profiles.ts";
import type { KeptInSchema, SchemaLook } from "../../journal/postgres/schema_look.ts";
import { messageOf } from "../../log/error_words.ts";
import { readText } from "../../profiles/file.ts";
import { parseText } from "../../profiles/version.ts";

/** What it has; undefined where it does not answer. */
export interface DatabaseLook {
  readonly look: SchemaLook | undefined;
  readonly findings: readonly Finding[];
}

/** Loads PostgreSQL's driver, which a bot on SQLite does without. */
export async function lookAtDatabase(database: DatabaseConfig): Promise<DatabaseLook> {
  const { good, warning, fault } = findingsOf("База данных");
  try {
    const { lookIntoSchema } = await import("../../journal/postgres/schema_look.ts");
    const look = await lookIntoSchema(database);
    const where = `${look.address}, схема ${database.schema}`;
    const finding = look.kept === undefined
      ? warning(`${where}: пуста, первый запуск бота создаст в ней таблицы`)
      : good(`${where}: отвечает, PostgreSQL ${look.server}, ${keptWords(look.kept)}`);
    return {
      look,
      findings: [finding, ...look.hasSynchronousStandby ? [] : [warning(NO_STANDBY)]],
    };
  } catch (error) {
    return { look: undefined, findings: [fault(messageOf(error))] };
  }
}

function keptWords({ version, known, living }: KeptInSchema): string {
  const update = version < known ? `, старт обновит до ${known}` : "";
  return `версия ${version}${update}, процессов в работе: ${living}`;
}

const NO_STANDBY =
  "нет синхронной реплики (synchronous_standby_names): с диском сервера пропадут " +
  "последние лиды, если за копию не отвечает сама площадка";

/** The profiles of the database; those of the file where the first start would take them over. */
export async function lookAtSharedProfiles(
  { look }: DatabaseLook,
  path: string,
  hasOnDisk: (name: string) => Promise<boolean>,
): Promise<ProfilesLook> {
  const { warning, unknown } = findingsOf("Профили");
  if (look === undefined) {
    return { profiles: null, findings: [unknown("не прочесть, пока база не отвечает")] };
  }
  const profiles = look.kept?.profiles;
  if (profiles === undefined) {
    const file = await lookAtProfiles(path, hasOnDisk);
    const taken = warning(`в базе их ещё нет, первый запуск бота возьмёт их из ${path}`);
    return { ...file, findings: [...file.findings, taken] };
  }
  const name = `база, версия ${profiles.revision}`;
  const hasPhoto = (photo: string) => Promise.resolve(look.kept?.photos.has(photo) === true);
  const found = await lookAtText(parseText(profiles.text), name, hasPhoto, "такого фото нет");
  const onDisk = await readText(path);
  if (onDisk === null || onDisk === profiles.text) return found;
  const other = warning(`${path} отличается от них и не действует: deno task profiles import`);
  return { ...found, findings: [...found.findings, other] };
}
