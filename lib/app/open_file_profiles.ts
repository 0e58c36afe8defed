// Reads locales.json at start-up: repairs a torn write, falls back to the journal's last good version.

import {
  hideSecretsOf,
  type OpeningProfiles,
  openPhotos,
  type ProfilesConfig,
  warnOfMissingPhotos,
} from "./opening_profiles.ts";
import { clockTime } from "../calendar.ts";
import type { Journal } from "../journal/journal.ts";
import { keptVersion } from "../profiles/fallback.ts";
import { faultLine } from "../profiles/fault_lines.ts";
import { keepProfiles, mendTornFile, readProfiles } from "../profiles/file_store.ts";
import { hasDestination } from "../profiles/profile.ts";
import type { ProfileStore } from "../profiles/store.ts";
import type { Version } from "../profiles/version.ts";

/** Undefined when neither the file nor the journal has valid profiles; the log says what is wrong. */
export async function openFileProfiles(
  config: ProfilesConfig,
  options: OpeningProfiles,
): Promise<ProfileStore | undefined> {
  const { localesPath, dataDir, timeZone } = config;
  const { journal, log, now, cardsChanged } = options;
  const photos = openPhotos(config, journal, now);
  let read = await readProfiles(localesPath);
  if (!read.ok && await mendTornFile(localesPath, dataDir)) {
    log.warn("⚠️ locales.json: прошлая запись оборвалась, возвращён текст до неё");
    read = await readProfiles(localesPath);
  }
  const first = read.ok ? await currentVersion(read.version, journal) : await keptVersion(journal);
  if (!read.ok) {
    for (const fault of read.faults) log.error("❌ {line}", { line: faultLine(fault) });
    if (first?.savedAtMs === undefined) return undefined;
    log.error("❌ locales.json на диске с ошибкой: работает версия от {when} из журнала", {
      when: clockTime(first.savedAtMs, now(), timeZone),
    });
  }
  if (first === undefined) return undefined;
  if (read.ok) await mendTornFile(localesPath, dataDir); // Removes leftover copies.
  return keepProfiles(first.version, {
    path: localesPath,
    spareFolder: dataDir,
    log,
    now,
    since: first.savedAtMs ?? now(),
    broken: read.ok ? undefined : read,
    async onLoad(version) {
      const { byKey } = version.profiles;
      hideSecretsOf(version.profiles, options);
      await warnOfMissingPhotos(version.profiles, photos, "file", log);
      await journal.recordVersion(version, now());
      const hasCrm = new Map([...byKey].map(([key, each]) => [key, hasDestination(each)]));
      if (!await journal.recordDestinations(hasCrm, now())) return;
      // A card that is edited before this is on disk would be forgotten by a crash.
      journal.committed().then(cardsChanged, () => {}); // A failure ends the process (journal_watch.ts).
    },
  });
}

/** The version that was read, with the time since when it is current, if the journal knows it. */
async function currentVersion(
  version: Version,
  journal: Pick<Journal, "latestFile">,
): Promise<{ readonly version: Version; readonly savedAtMs?: number }> {
  const newest = await journal.latestFile();
  return newest?.text === version.text ? { version, savedAtMs: newest.savedAtMs } : { version };
}
