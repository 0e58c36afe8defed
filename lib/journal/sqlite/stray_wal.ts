// A WAL that is another file's: beside a copy that was put in a database's place by hand, SQLite would play it over the copy. Opens no database.

import { isThere } from "./database_copy.ts";

/** Where a database file tells its modes of writing and reading: 1 for a rollback journal, 2 for WAL (https://sqlite.org/fileformat.html#file_format_version_numbers). */
const MODES_AT = 18;
const ROLLBACK = 1;

/** Renames a WAL beside a database that is not in WAL mode; returns the new path, or undefined if there is none. */
export function putStrayWalAside(path: string): string | undefined {
  if (!isThere(`${path}-wal`) || !isInRollbackMode(path)) return undefined;
  const aside = unusedName(`${path}-wal-of-another`);
  Deno.renameSync(`${path}-wal`, aside);
  return aside;
}

/** False for what is no database, or too short for one: SQLite says it better. */
function isInRollbackMode(path: string): boolean {
  if (!isThere(path)) return false;
  using file = Deno.openSync(path);
  const head = new Uint8Array(MODES_AT + 2);
  if (file.readSync(head) !== head.length) return false;
  return head.subarray(MODES_AT).every((mode) => mode === ROLLBACK);
}

function unusedName(wanted: string): string {
  for (let number = 1;; number++) {
    const path = number === 1 ? wanted : `${wanted}-${number}`;
    if (!isThere(path)) return path;
  }
}
