// Reads locales.json at start-up: repairs a torn write, falls back to the journal's last good version.

import type { Config } from "./config.ts";
import { clockTime } from "../calendar.ts";
import { type FindSecret, hideSecret, secretNamesOf } from "../crm/secrets.ts";
import type { Journal } from "../journal/journal.ts";
import type { Log } from "../log/log.ts";
import type { Mask } from "../log/mask.ts";
import { createPhotoStore, type PhotoStore } from "../profiles/photos/store.ts";
import { hasDestination, type Profiles } from "../profiles/profile.ts";
import { keptVersion } from "../profiles/fallback.ts";
import {
  faultLine,
  keepProfiles,
  mendTornFile,
  type ProfileStore,
  readProfiles,
  type Version,
} from "../profiles/store.ts";

/** Undefined when neither the file nor the journal has valid profiles; the log says what is wrong. */
export async function openProfiles(
  { localesPath, dataDir, timeZone }: Pick<Config, "localesPath" | "dataDir" | "timeZone">,
  { journal, secret, log, mask, now, cardsChanged }: {
    readonly journal: Journal;
    /** The value of a secret in the environment; those that profiles refer to are masked before they are used. */
    readonly secret: FindSecret;
    readonly log: Log;
    readonly mask: Mask;
    readonly now: () => number;
    /** Called when cards in the chat are due an edit. */
    readonly cardsChanged: () => void;
  },
): Promise<ProfileStore | undefined> {
  const photos = createPhotoStore(dataDir, now);
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
    async onLoad(loaded, version) {
      for (const { webhook, crm } of loaded.byKey.values()) {
        if (webhook !== null) mask.hideWebhook(webhook.url);
        for (const name of secretNamesOf(crm)) hideSecret(secret(name) ?? "", mask);
      }
      warnOfMissingPhotos(loaded, photos, log);
      await journal.recordVersion(version, now());
      const hasCrm = new Map([...loaded.byKey].map(([key, each]) => [key, hasDestination(each)]));
      if (!await journal.recordDestinations(hasCrm, now())) return;
      // A card that is edited before this is on disk would be forgotten by a crash.
      journal.committed().then(cardsChanged, () => {}); // A failure ends the process (journal_watch.ts).
    },
  });
}

/** Their greetings go without a photo. */
function warnOfMissingPhotos(
  { byKey }: Profiles,
  photos: Pick<PhotoStore, "has">,
  log: Log,
): void {
  for (const { key, photoFile } of byKey.values()) {
    if (photoFile === null || photos.has(photoFile)) continue;
    const path = `${key}.step1.photo_file`;
    log.warn("⚠️ {line}. Приветствие уйдёт без него", {
      line: faultLine({ path, message: "такого фото нет в папке media" }),
    });
  }
}

/** The version that was read, with the time since when it is current, if the journal knows it. */
async function currentVersion(
  version: Version,
  journal: Pick<Journal, "latestFile">,
): Promise<{ readonly version: Version; readonly savedAtMs?: number }> {
  const newest = await journal.latestFile();
  return newest?.text === version.text ? { version, savedAtMs: newest.savedAtMs } : { version };
}
