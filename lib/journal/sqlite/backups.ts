// The copies of a journal in its folder: how they are named, which there are, how long they are kept. Makes none.

import { dayStartMs } from "../../calendar.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

export const BACKUPS_KEPT = 7;

/** The hour, in the managers' zone, from which the nightly backup and the erasure are due. */
export const NIGHT_HOUR = 3;

const NIGHTLY = /^triborg-(\d{4})-(\d\d)-(\d\d)\.db$/;
const BY_HAND = /^triborg-(\d{8}-\d{6})\.db$/;

/** Where a data folder keeps its copies. */
export function backupFolder(dataDir: string): string {
  return `${dataDir}/backups`;
}

/** The nightly copy of a day such as `2026-11-28`. */
export function nightlyName(day: string): string {
  return `triborg-${day}.db`;
}

/** The day of a nightly copy, such as `2026-11-28`. */
export function dayOf(nightly: string): string {
  return nightly.slice(-"2026-11-28.db".length, -".db".length);
}

/** A copy made by hand, by the time in its name; the nightly rotation leaves these alone. */
export function byHandName(time: string): string {
  return `triborg-${time}.db`;
}

export async function listBackups(dataDir: string): Promise<string[]> {
  return (await namesIn(dataDir)).filter((name) => NIGHTLY.test(name)).sort().reverse()
    .map((name) => `${backupFolder(dataDir)}/${name}`);
}

/** Every copy in a data folder's `backups`, also those asked for by hand, newest first by their names. */
export async function listCopies(dataDir: string): Promise<string[]> {
  const timed = (await namesIn(dataDir)).flatMap((name) => {
    const time = timeOf(name);
    return time === undefined ? [] : [{ name, time }];
  });
  return timed.sort((a, b) => (a.time < b.time ? 1 : -1))
    .map(({ name }) => `${backupFolder(dataDir)}/${name}`);
}

/** A nightly copy is of the night, and older than what was copied on the same day. */
function timeOf(name: string): string | undefined {
  const [, year, month, day] = NIGHTLY.exec(name) ?? [];
  if (year !== undefined) return `${year}${month}${day}-000000`;
  return BY_HAND.exec(name)?.[1];
}

async function namesIn(dataDir: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(backupFolder(dataDir))) {
      if (isFile) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names;
}

/** How long nightly backups keep what the journal held at a moment, in ms since 1970; that night's copy is the first. */
export function backupsHoldUntilMs(atMs: number, timeZone: string): number {
  return dayStartMs(atMs + BACKUPS_KEPT * DAY_MS, timeZone) + NIGHT_HOUR * 60 * 60 * 1000;
}
