// Where the SQL of the two engines differs: fragments for statements that both must understand. Runs no SQL.
//
// Everything else is written so that both know it: CASE, coalesce, ON CONFLICT, IS DISTINCT FROM, NULLS FIRST, DOUBLE PRECISION,
// CAST(… AS BIGINT) for numbers of a JSON array, CAST(? AS BIGINT) where nothing else tells a parameter's type.

/** Fragments of SQL in one engine's words. Arguments are SQL: a parameter (`?`, `?2`), a column, an expression. */
export interface Dialect {
  /** Whether other processes may write meanwhile: then what is known of the rows holds for one verb. */
  readonly isShared: boolean;
  /**
   * A source of rows: the elements of a JSON array of arrays or records, as its column `value`. Members are read as
   * `CAST(value ->> 0 AS BIGINT)` or `value ->> 'name'`: without a cast they are text in PostgreSQL.
   */
  rows(json: string): string;
  /** The same for a JSON array of numbers or texts, whose `value` is text in PostgreSQL. */
  values(json: string): string;
  /** `expression IN` the numbers of a JSON array. */
  isAmong(expression: string, json: string): string;
  /** A text in the JSON of a column; null where there is none, or the column holds no JSON. */
  jsonText(column: string, ...path: string[]): string;
  /** A whole number there, likewise. */
  jsonNumber(column: string, ...path: string[]): string;
  /** The JSON of a column with another value of one member; `value` must have a type, by a cast or by its column. */
  withMember(column: string, name: string, value: string): string;
  /** The greater of two whole numbers; null when one is null. */
  greater(one: string, other: string): string;
  /** The lesser of two, likewise. */
  lesser(one: string, other: string): string;
  /** Behind a table's name: the index that SQLite must use. PostgreSQL finds it by itself. */
  indexedBy(index: string): string;
  /**
   * The rows of one key whose `number` is between two; an ORDER BY of both columns follows. PostgreSQL would else walk through
   * all numbers for a key that it takes for a frequent one.
   */
  numbersOf(column: string, key: string, above: string, below: string): string;
  /** Joins two tables, the left one read first. An ON or USING follows. */
  readonly joinInOrder: string;
  /** A number for new work, higher than all before; null where the only process counts by itself, which costs less. */
  readonly nextWorkId: string | null;
  /** The later of a moment of this process's clock and now by the server's, in ms since 1970. SQLite has no clock of its own. */
  laterOfClocks(nowMs: string): string;
  /**
   * Whether a row of work is in this process's hand: another may have taken it over, or finished it and owe the like anew.
   * Always so on SQLite, which has one process.
   */
  readonly isMine: string;
  /** Whether this process has begun an attempt, likewise. */
  readonly isMyAttempt: string;
  /**
   * Whether a row of work was left in the hand of a dead process; where `dead` is null, of any that is not in the crew. On
   * SQLite, where there is no crew, all of it was, and what waits besides.
   */
  isWorkLeft(dead: string): string;
  /** The same of an attempt that has not ended. */
  isAttemptLeft(dead: string): string;
  /** LIKE that folds the case of Latin letters, and of no others. */
  readonly like: string;
}

export const SQLITE: Dialect = {
  isShared: false,
  rows: (json) => `json_each(${json})`,
  values: (json) => `json_each(${json})`,
  isAmong: (expression, json) => `${expression} IN (SELECT value FROM json_each(${json}))`,
  jsonText: extract,
  jsonNumber: extract,
  withMember: (column, name, value) => `json_set(${column}, '$.${name}', ${value})`,
  greater: (one, other) => `max(${one}, ${other})`,
  lesser: (one, other) => `min(${one}, ${other})`,
  indexedBy: (index) => `INDEXED BY ${index}`,
  numbersOf: (column, key, above, below) =>
    `${column} = ${key} AND number > ${above} AND number < ${below}`,
  joinInOrder: "CROSS JOIN",
  nextWorkId: null,
  laterOfClocks: (nowMs) => nowMs,
  isMine: "true",
  isMyAttempt: "true",
  isWorkLeft: (dead) => `${dead} IS NULL`,
  isAttemptLeft: (dead) => `${dead} IS NULL`,
  like: "LIKE",
};

/** The fence of a batch names the process (postgres/crew/statements.ts), and triggers write it down as the holder. */
const HELD_BY_ME =
  "holder IS NOT DISTINCT FROM nullif(current_setting('triborg.process', true), '')";

/** Its functions are made with the schema (postgres/schema.ts). */
export const POSTGRES: Dialect = {
  isShared: true,
  rows: (json) => `jsonb_array_elements(CAST(${json} AS jsonb))`,
  values: (json) => `jsonb_array_elements_text(CAST(${json} AS jsonb))`,
  isAmong: (expression, json) =>
    `${expression} IN (SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text(CAST(${json} AS jsonb)))`,
  jsonText: (column, ...path) => `json_or_null(${column}) #>> '{${path.join(",")}}'`,
  jsonNumber: (column, ...path) =>
    `number_or_null(json_or_null(${column}) #>> '{${path.join(",")}}')`,
  withMember: (column, name, value) =>
    `CAST(jsonb_set(CAST(${column} AS jsonb), '{${name}}', to_jsonb(${value})) AS TEXT)`,
  greater: (one, other) => `greater_of(${one}, ${other})`,
  lesser: (one, other) => `lesser_of(${one}, ${other})`,
  indexedBy: () => "",
  numbersOf: (column, key, above, below) =>
    `${column} IS NOT NULL AND (${column}, number) > (${key}, ${above}) AND (${column}, number) < (${key}, ${below})`,
  joinInOrder: "JOIN",
  nextWorkId: "nextval('outbox_ids')",
  laterOfClocks: (nowMs) =>
    `greater_of(${nowMs}, CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT))`,
  isMine: `due_at_ms IS NULL AND ${HELD_BY_ME}`,
  isMyAttempt: HELD_BY_ME,
  isWorkLeft: (dead) => `due_at_ms IS NULL AND ${isLeft(dead)}`,
  isAttemptLeft: isLeft,
  like: "ILIKE", // Its columns have the collation "C", which folds Latin letters alone.
};

function isLeft(dead: string): string {
  return `(holder = ${dead} OR CAST(${dead} AS TEXT) IS NULL
    AND NOT EXISTS (SELECT 1 FROM crew WHERE crew.id = holder COLLATE "C"))`;
}

function extract(column: string, ...path: string[]): string {
  return `CASE WHEN json_valid(${column}) THEN json_extract(${column}, '$.${path.join(".")}') END`;
}

/** Whether a text column begins with a prefix, as a range that both engines look up in an index. */
export function beginsWith(column: string, prefix: string): string {
  return `(${column} >= '${prefix}' AND ${column} < '${prefix}\u{10FFFF}')`;
}
