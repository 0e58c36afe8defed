// Overwrites what was deleted before deleting overwrote it, once.

import type { DatabaseSync } from "node:sqlite";

/** Stands among the additions: no free page holds what was deleted before `secure_delete` was on. */
const OVERWRITTEN = "free_pages_overwritten";

/** From now on every free page is overwritten when it becomes one. */
export function rememberOverwritten(sqlite: DatabaseSync): void {
  sqlite.exec(`INSERT OR IGNORE INTO additions VALUES ('${OVERWRITTEN}')`);
}

/** Whether no free page holds anything that was deleted. */
export function isOverwritten(sqlite: DatabaseSync): boolean {
  return sqlite.prepare("SELECT 1 FROM additions WHERE name = ?").get(OVERWRITTEN) !== undefined;
}

/** Fills free pages with a row's zeros. Each holds a page's bytes without the 4 bytes that lead to the next (https://sqlite.org/fileformat.html#ovflpgs). */
export function fillFreePages(sqlite: DatabaseSync): void {
  const pragma = (name: string) => Number(sqlite.prepare(`PRAGMA ${name}`).get()?.[name]);
  const bytes = pragma("freelist_count") * (pragma("page_size") - 4);
  sqlite.exec("BEGIN IMMEDIATE; CREATE TABLE filling (zeros BLOB)");
  const fill = sqlite.prepare("INSERT INTO filling VALUES (zeroblob(?))");
  for (let left = bytes; left > 0; left -= MOST_FILLED) fill.run(Math.min(left, MOST_FILLED));
  sqlite.exec("DROP TABLE filling");
  rememberOverwritten(sqlite);
  sqlite.exec("COMMIT");
}

/** In one row, in bytes; SQLite takes a thousand million at most. */
const MOST_FILLED = 2 ** 28;
