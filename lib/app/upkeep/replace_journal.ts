// Puts a copy in the journal's place: everything is checked on a copy of the copy, and the journal that was there is kept. The caller holds the folder's lock.

import { changeDatabase, isThere, removeDatabase } from "../../journal/sqlite/database_copy.ts";
import { timeInName } from "../../calendar.ts";
import { inspectJournal, type JournalContents, markCopy, NoJournal } from "../../journal/copies.ts";
import { createPrivateFile } from "../../journal/sqlite/private_files.ts";
import { askForRoom } from "./room.ts";

/** Which file takes whose place. */
export interface ReplaceOptions {
  readonly dataDir: string;
  /** The file that becomes the journal; it is left as it is. */
  readonly copy: string;
  readonly timeZone: string;
  readonly nowMs: number;
  readonly freeBytes: (folder: string) => Promise<number | undefined>;
}

/** What became of both journals. */
export interface Replaced {
  /** What the new journal holds. */
  readonly contents: JournalContents;
  /** Where the journal that was there is now; undefined where there was none. */
  readonly putAside: string | undefined;
}

/** Replaces the journal. @throws {Error} If the copy is no journal of this bot, or the disk fails; then nothing changed. */
export async function replaceJournal(options: ReplaceOptions): Promise<Replaced> {
  const { dataDir, copy, nowMs, timeZone, freeBytes } = options;
  const journal = `${dataDir}/triborg.db`;
  const incoming = `${dataDir}/triborg-incoming.db`;
  await refuseWhatIsNoCopy(copy, journal);
  removeDatabase(incoming); // Of a restore that was killed.
  await askForRoom(copy, await freeBytes(dataDir));
  try {
    await copyFile(copy, incoming);
    const hasWal = await copyFile(`${copy}-wal`, `${incoming}-wal`).then(() => true, ignoreMissing);
    if (hasWal) changeDatabase(incoming, "");
    const contents = inspectJournal(incoming);
    markCopy(incoming, nowMs);
    const putAside = putJournalAside(journal, dataDir, timeInName(nowMs, timeZone));
    Deno.renameSync(incoming, journal);
    return { contents, putAside };
  } catch (error) {
    removeDatabase(incoming);
    throw error;
  }
}

async function refuseWhatIsNoCopy(copy: string, journal: string): Promise<void> {
  const { isFile, ino, dev } = await Deno.stat(copy);
  if (!isFile) throw new NoJournal("это не файл");
  const current = await Deno.stat(journal).catch(ignoreMissing);
  if (current !== undefined && ino !== null && current.ino === ino && current.dev === dev) {
    throw new NoJournal("это и есть нынешний журнал");
  }
  using file = await Deno.open(copy);
  const head = new Uint8Array(MAGIC.length);
  await file.read(head);
  if (new TextDecoder().decode(head) !== MAGIC) throw new NoJournal("это не журнал бота");
}

/** How every SQLite file begins (https://sqlite.org/fileformat.html#magic_header_string). */
const MAGIC = "SQLite format 3\0";

async function copyFile(from: string, to: string): Promise<void> {
  using source = await Deno.open(from);
  createPrivateFile(to);
  const target = await Deno.open(to, { write: true });
  await source.readable.pipeTo(target.writable);
}

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/**
 * Under either name there is a journal at any moment, so that a kill in between costs nothing. Its WAL goes with it:
 * SQLite would remove that of a damaged one.
 */
function putJournalAside(journal: string, dataDir: string, time: string): string | undefined {
  if (!isThere(journal)) {
    if (isThere(`${journal}-wal`)) {
      Deno.renameSync(`${journal}-wal`, unusedName(dataDir, time, "-wal"));
    }
    removeDatabase(journal);
    return undefined;
  }
  const aside = unusedName(dataDir, time, "");
  linkOrMove(journal, aside);
  if (isThere(`${journal}-wal`)) Deno.renameSync(`${journal}-wal`, `${aside}-wal`);
  for (const ending of ["-shm", "-journal"]) {
    if (isThere(journal + ending)) Deno.removeSync(journal + ending);
  }
  return aside;
}

/** Not every file system has links (exFAT, network shares): there the journal has no name for a moment. */
function linkOrMove(journal: string, aside: string): void {
  try {
    Deno.linkSync(journal, aside);
  } catch {
    Deno.renameSync(journal, aside);
  }
}

function unusedName(dataDir: string, time: string, ending: string): string {
  for (let number = 1;; number++) {
    const path = `${dataDir}/triborg-before-${time}${number === 1 ? "" : `-${number}`}.db`;
    if (!isThere(path) && !isThere(`${path}-wal`)) return path + ending;
  }
}
