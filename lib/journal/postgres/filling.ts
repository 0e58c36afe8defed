// Fills an empty schema with the tables of another journal: in one transaction, in portions, with their numbers. Does not know
// what the tables are for, but which of them refer to others.

import type { StoredTables, StoredValue } from "../move/stored_tables.ts";
import { copyIn, lineOf } from "./copy_in.ts";
import type { DriverClient } from "./driver.ts";
import { refuseUnlessEmpty } from "./empty_schema.ts";
import { bringUpToDate, lockMigrations, type Migration } from "./steps.ts";

/** These come first, as others refer to them. */
const REFERRED_TO = ["leads", "deals", "follow_ups", "answers"];

/** A portion is sent when it has so many characters, or rows. */
const PORTION_CHARACTERS = 512 * 1024;
const PORTION_ROWS = 5_000;

/** How many rows a table had and has. */
export interface FilledTable {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  /** Values whose characters 0, which PostgreSQL does not hold, became U+FFFD, by column. */
  readonly altered: ReadonlyMap<string, number>;
}

export interface FillingOptions {
  readonly schema: string;
  readonly migrations: readonly Migration[];
  readonly from: StoredTables;
  /** What else goes into the schema in the same transaction. */
  readonly more?: ((client: DriverClient) => Promise<void>) | undefined;
  /** Told after each portion. */
  readonly onProgress: (table: string, rows: number, ofRows: number) => void;
}

/**
 * Makes the schema and fills it. When it throws, or the process ends, the schema is as it was.
 *
 * @throws {SchemaInUse} If the schema holds anything.
 * @throws {UnknownTables} If this bot's schema lacks a table or a column.
 * @throws {Error} What the server says, with the table's name.
 */
export async function fillSchema(
  client: DriverClient,
  options: FillingOptions,
): Promise<FilledTable[]> {
  const { schema, migrations } = options;
  await client.query("BEGIN");
  try {
    await lockMigrations(client, schema);
    await refuseUnlessEmpty(client, schema);
    await bringUpToDate(client, schema, migrations);
    const filled = await fill(client, options);
    await options.more?.(client);
    await client.query("COMMIT");
    return filled;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {}); // The error says more than a lost connection.
    throw error;
  }
}

async function fill(
  client: DriverClient,
  { from, onProgress }: FillingOptions,
): Promise<FilledTable[]> {
  const tables = inOrder(from.tables.map(({ name }) => name));
  await refuseUnknown(client, from);
  // What triggers count and number is there already.
  await setTriggers(client, tables, "DISABLE");
  const filled: FilledTable[] = [];
  for (const name of tables) {
    const columns = from.tables.find((table) => table.name === name)?.columns ?? [];
    try {
      const altered = await copyTable(client, name, columns, from, onProgress);
      const counted = await client.query(`SELECT count(*) AS rows FROM ${quoted(name)}`);
      const after = Number(counted.rows[0]?.["rows"]);
      const before = from.count(name);
      if (after !== before) throw new Error(`строк было ${before}, а стало ${after}`);
      filled.push({ name, before, after, altered });
    } catch (error) {
      throw withTable(name, error);
    }
  }
  await setTriggers(client, tables, "ENABLE");
  await raiseNumbers(client, from, tables);
  await client.query(`ANALYZE ${tables.map(quoted).join(", ")}`);
  return filled;
}

function inOrder(tables: readonly string[]): string[] {
  const first = REFERRED_TO.filter((name) => tables.includes(name));
  return [...first, ...tables.filter((name) => !first.includes(name))];
}

/** A journal has tables or columns that this bot does not know: a later one made them. Its message is a sentence. */
export class UnknownTables extends Error {}

async function refuseUnknown(client: DriverClient, { tables }: StoredTables): Promise<void> {
  const { rows } = await client.query(
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()",
  );
  const known = new Set(rows.map((row) => `${row["table_name"]}.${row["column_name"]}`));
  const unknown = tables.flatMap(({ name, columns }) =>
    columns.map((column) => `${name}.${column}`).filter((each) => !known.has(each))
  );
  if (unknown.length === 0) return;
  throw new UnknownTables(
    `в журнале есть то, чего этот бот не знает: ${
      unknown.join(", ")
    }. Нужен бот, который на нём работал, или новее`,
  );
}

async function setTriggers(
  client: DriverClient,
  tables: readonly string[],
  what: "DISABLE" | "ENABLE",
): Promise<void> {
  for (const name of tables) {
    await client.query(`ALTER TABLE ${quoted(name)} ${what} TRIGGER USER`);
  }
}

/** Returns how many values were altered, by column. */
async function copyTable(
  client: DriverClient,
  name: string,
  columns: readonly string[],
  from: StoredTables,
  onProgress: FillingOptions["onProgress"],
): Promise<Map<string, number>> {
  // The table is of this transaction, so its rows can be frozen at once, and are not written anew later.
  const sql = `COPY ${quoted(name)} (${columns.map(quoted).join(", ")}) FROM STDIN WITH (FREEZE)`;
  const ofRows = from.count(name);
  const altered = new Map<string, number>();
  let lines = "";
  let inPortion = 0;
  let rows = 0;
  const send = async () => {
    await copyIn(client, sql, lines);
    rows += inPortion;
    [lines, inPortion] = ["", 0];
    onProgress(name, rows, ofRows);
  };
  for (const row of from.rows(name, columns)) {
    lines += lineOf(row.map((value, index) => {
      if (value instanceof Uint8Array) {
        const column = columns[index] ?? "";
        altered.set(column, (altered.get(column) ?? 0) + 1);
      }
      return textOf(value);
    }));
    if (++inPortion >= PORTION_ROWS || lines.length >= PORTION_CHARACTERS) await send();
  }
  if (inPortion > 0) await send();
  return altered;
}

function textOf(value: StoredValue): string | null {
  if (value === null) return null;
  if (value instanceof Uint8Array) {
    return new TextDecoder().decode(value).replaceAll("\0", "\ufffd");
  }
  return typeof value === "string" ? value.toWellFormed() : String(value);
}

/** New rows get numbers above all that there have ever been. */
async function raiseNumbers(
  client: DriverClient,
  from: StoredTables,
  tables: readonly string[],
): Promise<void> {
  const { rows } = await client.query(
    `SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name) AS sequence
     FROM information_schema.columns
     WHERE table_schema = current_schema() AND is_identity = 'YES'`,
  );
  const counted = rows.map((row) => ({
    table: String(row["table_name"]),
    column: String(row["column_name"]),
    sequence: String(row["sequence"]),
  }));
  const ofWork = { table: "outbox", column: "id", sequence: "outbox_ids" };
  for (const { table, column, sequence } of [...counted, ofWork]) {
    const highest = tables.includes(table) ? from.highest(table, column) : 0n;
    if (highest > 0n) await client.query("SELECT setval($1, $2)", [sequence, String(highest)]);
  }
}

function withTable(name: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  return new Error(`таблица ${name}: ${message}`, { cause: error });
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
