// Statements of a database, and their rows. A number past 2^53, which node:sqlite throws at, comes out rounded.

import type { StatementSync } from "node:sqlite";
import { toStorageError } from "../storage_error.ts";

/** Reads on where a row holds a number past 2^53, which node:sqlite throws at: it comes out rounded. */
export function readingAny<T>(statement: StatementSync, read: (statement: StatementSync) => T): T {
  try {
    return read(statement);
  } catch (error) {
    if (!(error instanceof RangeError)) throw toStorageError(error);
    statement.setReadBigInts(true);
    try {
      return rounded(read(statement));
    } finally {
      statement.setReadBigInts(false);
    }
  }
}

export function rounded<T>(rows: T): T {
  for (const row of Array.isArray(rows) ? rows : [rows]) {
    for (const [column, value] of Object.entries(row ?? {})) {
      if (typeof value === "bigint") row[column] = Number(value);
    }
  }
  return rows;
}
