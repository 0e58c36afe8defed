// Tells a fault of the server, or of the way to it, from a defect in a statement. Runs none.

import { messageOf } from "../../log/error_words.ts";
import { StorageError } from "../storage_error.ts";

/** Classes of SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html) that are no defect. */
const CLASSES: readonly string[] = [
  "08", // Connection exception.
  "25", // Read-only after a failover, idle for too long, or the transaction is undone.
  "28", // Not let in: the password was changed meanwhile.
  "3D", // The database is gone.
  "40", // Serialization failure, deadlock.
  "53", // Disk full, out of memory, too many connections.
  "55", // Lock timeout, object in use.
  "57", // Statement timeout, shutdown, crash, not yet up.
  "58", // Error of its system: a file cannot be read or written.
  "XX", // Its data is damaged.
];

/** Classes after which a statement is not all that is in doubt: the disk is full or failing. */
const FAILING: readonly string[] = ["53", "58", "XX"];

/** A statement prepared before its tables changed, or that a pooler has forgotten: a new connection prepares it anew. */
const OUTDATED: readonly string[] = ["0A000 RevalidateCachedQuery", "26000 FetchPreparedStatement"];

/** What the server says beside the words: undefined for an error that is not the server's. */
interface ServerError extends Error {
  readonly severity: string;
  readonly code: string;
  readonly routine?: string;
}

export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && "severity" in error && "code" in error &&
    typeof error.severity === "string" && typeof error.code === "string";
}

/** The SQLSTATE of a caught value or of its cause, if the server gave one. */
export function sqlStateOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isServerError(cause)) return cause.code;
  }
  return undefined;
}

/** A `StorageError` for a fault of the server, and for all that is not the server's word; a defect as it was thrown. */
export function toStorageError(error: unknown): unknown {
  if (error instanceof StorageError) return error;
  const isDefect = isServerError(error) && !CLASSES.includes(error.code.slice(0, 2)) &&
    !endsSession(error);
  return isDefect ? error : storageErrorOf(error);
}

/** A `StorageError` in any case. */
export function storageErrorOf(error: unknown): StorageError {
  return error instanceof StorageError ? error : new StorageError(messageOf(error), error);
}

/** Whether the connection is of no use after it. */
export function endsSession(error: unknown): boolean {
  if (!isServerError(error)) return true;
  return ["FATAL", "PANIC"].includes(error.severity) ||
    error.code === "25006" || // The server became a standby: another one is written to.
    OUTDATED.includes(`${error.code} ${error.routine}`);
}

/** Whether the disk is full or failing. */
export function isDiskFault(error: unknown): boolean {
  return FAILING.includes(sqlStateOf(error)?.slice(0, 2) ?? "");
}
