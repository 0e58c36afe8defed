// What a database file needs beside statements: a look for damage, a WAL that is written back in time.

import type { DatabaseSync } from "node:sqlite";
import { messageOf } from "../../log/error_words.ts";

/**
 * Size at which the WAL is written back, in pages of 4 KiB. Writing back is mostly waiting for the disk, so it is done
 * rarely and in bulk (SQLite's default: 1,000).
 */
export const WAL_PAGES = 4_000;

/** On a small disk it takes this part of what is free at most, and is written back no more often than that. */
const WAL_PART = 1 / 8;
const LEAST_WAL_PAGES = 100;
const PAGE_BYTES = 4096;

/** The WAL's size at which it is written back where so many bytes are free, in pages. */
export function walPagesFor(freeBytes: number): number {
  const pages = Math.floor(freeBytes * WAL_PART / PAGE_BYTES);
  return Math.min(Math.max(pages, LEAST_WAL_PAGES), WAL_PAGES);
}

/** How long a statement waits for another process, in ms; it blocks the event loop, and the caller retries. */
export const RUNNING_BUSY_TIMEOUT_MS = 100;

/** Largest file that a start checks and rewrites, in pages: about a tenth of a second's work. */
export const MOST_CHECKED_PAGES = 16_384;

export function pagesOf(sqlite: DatabaseSync): number {
  return Number(sqlite.prepare("PRAGMA page_count").get()?.["page_count"]);
}

/** What is wrong with a file; a large one is not looked at. */
export function damageOf(sqlite: DatabaseSync): string | undefined {
  try {
    if (pagesOf(sqlite) > MOST_CHECKED_PAGES) return undefined;
    const verdict = sqlite.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
    return verdict === "ok" ? undefined : String(verdict);
  } catch (error) {
    return messageOf(error);
  }
}

/** Not while a backup reads the old pages: SQLite would wait for it, and the process with it. */
export function truncateWal(sqlite: DatabaseSync): boolean {
  sqlite.exec("PRAGMA busy_timeout = 0");
  try {
    return sqlite.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()?.["busy"] === 0;
  } finally {
    sqlite.exec(`PRAGMA busy_timeout = ${RUNNING_BUSY_TIMEOUT_MS}`);
  }
}
