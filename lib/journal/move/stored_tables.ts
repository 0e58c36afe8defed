// The tables of a journal as they are read to be moved. Types alone.

/** Whole numbers as bigint; a text that holds the character 0 as its bytes, since SQLite's text ends there. */
export type StoredValue = bigint | number | string | Uint8Array | null;

/** A table and its columns. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Tables that are not written to meanwhile. */
export interface StoredTables {
  /** Those that hold what is the journal's, not what the engine keeps beside it. */
  readonly tables: readonly TableShape[];
  count(table: string): number;
  /** The rows of a table as values of the columns, in the order of its key. */
  rows(table: string, columns: readonly string[]): Iterable<readonly StoredValue[]>;
  /** The highest number that a table has had in its column of numbers, also in rows that are gone; 0 for none. */
  highest(table: string, column: string): bigint;
}
