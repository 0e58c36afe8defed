// Tells a fault of the disk, the file or another process from a defect in the code that writes. Does not open the database.

/** A full disk made SQLite undo the open transaction; what comes next in it has to be written again. */
export class TransactionUndone extends Error {
  constructor() {
    super("the transaction was undone");
  }
}

/** SQLITE_NOMEM, SQLITE_IOERR, SQLITE_FULL (https://sqlite.org/rescode.html). */
const NO_SPACE: readonly number[] = [7, 10, 13];

/** Besides: SQLITE_PERM, BUSY, LOCKED, READONLY, CORRUPT, CANTOPEN, PROTOCOL and NOTADB. */
const UNWRITABLE: readonly number[] = [...NO_SPACE, 3, 5, 6, 8, 11, 14, 15, 26];

/**
 * Whether the disk, the file or another process kept a write from happening, so that the same write may succeed
 * later. What the language throws itself and what SQLite says of a statement or its values is a defect; a plain
 * `Error` without a code is none, as a send that is not recorded would be repeated for it.
 */
export function isStorageFault(error: unknown): boolean {
  if (error instanceof TransactionUndone) return true;
  const code = primaryCodeOf(error);
  if (!Number.isNaN(code)) return UNWRITABLE.includes(code);
  return error instanceof Error && Object.getPrototypeOf(error) === Error.prototype;
}

/** Whether the disk is full or failing: SQLite may have undone one statement alone, or the whole transaction. */
export function isDiskFault(error: unknown): boolean {
  return NO_SPACE.includes(primaryCodeOf(error));
}

/** SQLite's primary result code; NaN for what is no error of SQLite. */
function primaryCodeOf(error: unknown): number {
  const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  return typeof code === "number" ? code & 0xff : NaN;
}
