// Tells a fault of the disk, the file or another process from a defect in the code that writes. Does not open the database.

import { messageOf } from "../log/error_words.ts";

/** The disk, the file or another process kept a write or a read from happening; the same one may succeed later. */
export class StorageError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "StorageError";
  }
}

/** SQLITE_NOMEM, SQLITE_IOERR, SQLITE_FULL (https://sqlite.org/rescode.html). */
const NO_SPACE: readonly number[] = [7, 10, 13];

/** Besides: SQLITE_PERM, BUSY, LOCKED, READONLY, CORRUPT, CANTOPEN, PROTOCOL and NOTADB. */
const UNWRITABLE: readonly number[] = [...NO_SPACE, 3, 5, 6, 8, 11, 14, 15, 26];

/** A `StorageError` for a fault of the storage; a defect in the statement as it was thrown. */
export function toStorageError(error: unknown): unknown {
  return UNWRITABLE.includes(primaryCodeOf(error))
    ? new StorageError(messageOf(error), error)
    : error;
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
