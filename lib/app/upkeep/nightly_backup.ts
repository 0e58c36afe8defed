// The nightly copy of the journal: asks for room, copies, puts the copy in its place, removes the oldest. Leaves no part of a copy.

import { daysAfter } from "../../calendar.ts";
import type { Journal } from "../../journal/journal.ts";
import type { JournalFile } from "../../journal/sqlite/open.ts";
import { removeDatabase } from "../../journal/sqlite/database_copy.ts";
import { makePrivateFolder } from "../../journal/sqlite/private_files.ts";
import {
  backupFolder,
  BACKUPS_KEPT,
  dayOf,
  listBackups,
  nightlyName,
} from "../../journal/sqlite/backups.ts";
import { photoFolder } from "../../profiles/photos/store.ts";
import { copyPhotos, photosBeside } from "./photo_copies.ts";
import { askForRoom } from "./room.ts";

/** The journal, and where its copies are. */
export interface NightlyBackupOptions {
  readonly journal: Pick<Journal, "historyNames">;
  readonly file: Pick<JournalFile, "backUp">;
  readonly dataDir: string;
  readonly freeBytes: (folder: string) => Promise<number | undefined>;
  readonly now: () => number;
  /** False while the clock may be wrong: names are days, and the oldest of them goes. */
  readonly mayRemoveOld: boolean;
}

/** Copies the running journal to the file of a day such as `2026-11-28`, and the photos that its history names. @throws {Error} Leaving nothing, on failure. */
export async function backUpNightly(options: NightlyBackupOptions, day: string): Promise<void> {
  const { journal, file, dataDir, freeBytes, now, mayRemoveOld } = options;
  const folder = backupFolder(dataDir);
  makePrivateFolder(folder);
  const unfinished = `${folder}/unfinished.tmp`;
  removeDatabase(unfinished); // Of a process that was killed.
  await askForRoom(`${dataDir}/triborg.db`, await freeBytes(folder));
  await file.backUp(unfinished, now());
  try {
    await Deno.rename(unfinished, `${folder}/${nightlyName(day)}`);
  } catch (error) {
    removeDatabase(unfinished);
    throw error;
  }
  await copyPhotos(photoFolder(dataDir), photosBeside(folder), journal.historyNames);
  if (!mayRemoveOld) return;
  const all = await listBackups(dataDir);
  // A day that is still to come was named by a clock that was wrong: such a copy is older than it says.
  const toCome = all.filter((path) => daysAfter(dayOf(path), day) > 1);
  const past = all.filter((path) => !toCome.includes(path));
  for (const old of [...past.slice(BACKUPS_KEPT), ...toCome]) await Deno.remove(old);
}
