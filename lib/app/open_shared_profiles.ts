// Reads the profiles of the database at start-up; where it has none yet, takes them over from locales.json.

import { bringPhotos } from "./bring_photos.ts";
import {
  hideSecretsOf,
  type OpeningProfiles,
  openPhotos,
  type ProfilesConfig,
  warnOfMissingPhotos,
} from "./opening_profiles.ts";
import { clockTime } from "../calendar.ts";
import type { SharedRecords, SharedText } from "../journal/journal.ts";
import { keptVersion } from "../profiles/fallback.ts";
import { faultLine } from "../profiles/fault_lines.ts";
import { readText } from "../profiles/file.ts";
import { mendTornFile, readProfiles } from "../profiles/file_store.ts";
import { keepSharedProfiles, newVersion } from "../profiles/shared_store.ts";
import type { ProfileStore } from "../profiles/store.ts";
import { parseText } from "../profiles/version.ts";

/** Undefined when there are no valid profiles; the log says what is wrong. @throws {StorageError} Without a database. */
export async function openSharedProfiles(
  config: ProfilesConfig,
  options: OpeningProfiles,
  records: SharedRecords,
): Promise<ProfileStore | undefined> {
  const { journal, log, now } = options;
  const { text: kept, isNew } = await keptText(config, options, records) ?? {};
  if (kept === undefined) return undefined;
  const read = parseText(kept.text);
  const first = read.ok
    ? { version: read.version, savedAtMs: kept.savedAtMs }
    : await keptVersion(journal);
  if (!read.ok) {
    for (const fault of read.faults) log.error("❌ {line}", { line: faultLine(fault, "database") });
    if (first === undefined) return undefined;
    log.error("❌ Профили в базе с ошибкой: работает версия от {when} из истории", {
      when: clockTime(first.savedAtMs, now(), config.timeZone),
    });
  }
  if (first === undefined) return undefined;
  const photos = openPhotos(config, journal, now);
  const brought = await bringPhotos(config.dataDir, photos, {
    profiles: first.version.profiles,
    journal: isNew ? journal : undefined,
    now,
    failed: (name, cause) =>
      log.error("❌ Фото {name} из папки media в базу не взять: {cause}", { name, cause }),
  });
  if (brought > 0) log.info("🖼 Фото из папки media взяты в базу: {photos}", { photos: brought });
  return keepSharedProfiles(first.version, {
    ...options,
    records,
    committed: journal.committed,
    revision: kept.revision,
    since: first.savedAtMs,
    broken: read.ok ? undefined : read,
    async onLoad({ profiles }) {
      hideSecretsOf(profiles, options);
      await warnOfMissingPhotos(profiles, photos, "database", log);
    },
  });
}

/** What the database has; taken over from the file where that is nothing. */
async function keptText(
  config: ProfilesConfig,
  options: OpeningProfiles,
  records: SharedRecords,
): Promise<{ readonly text: SharedText; readonly isNew: boolean } | undefined> {
  const { localesPath: path } = config;
  const { log } = options;
  const kept = await records.sharedProfiles();
  if (kept !== undefined) {
    log.info("🗃 Профили — из базы данных, версия {revision}", { revision: kept.revision });
    const onDisk = await readText(path);
    if (onDisk !== null && onDisk !== kept.text) {
      log.warn(
        "⚠️ {path} отличается от профилей в базе и не действует. Взять его: deno task profiles import",
        { path },
      );
    }
    return { text: kept, isNew: false };
  }
  if (!await importFile(config, options, records)) return undefined;
  const text = await records.sharedProfiles();
  return text && { text, isNew: true };
}

/** False where the file is faulty; the log says what is wrong. Another process may be first. */
async function importFile(
  { localesPath, dataDir }: ProfilesConfig,
  { journal, log, now, cardsChanged }: OpeningProfiles,
  { saveSharedProfiles }: SharedRecords,
): Promise<boolean> {
  await mendTornFile(localesPath, dataDir);
  const read = await readProfiles(localesPath);
  if (!read.ok) {
    for (const fault of read.faults) log.error("❌ {line}", { line: faultLine(fault) });
    log.error("❌ В базе ещё нет профилей, взять их из {path} не удалось", { path: localesPath });
    return false;
  }
  const saved = await saveSharedProfiles(newVersion(read.version, null, null), null, now());
  await journal.committed();
  if (saved?.owesEdits) cardsChanged();
  log.info(
    "🗃 Профили взяты в базу данных из {path}. Файл больше не действует: правки — на странице или deno task profiles import",
    { path: localesPath },
  );
  return true;
}
