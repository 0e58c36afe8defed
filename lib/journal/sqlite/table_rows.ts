// Reads the tables of a database whole, row after row, without loss. Does not know what they are for.

import { DatabaseSync } from "node:sqlite";
import type { StoredTables } from "../move/stored_tables.ts";
import { BUSY_TIMEOUT_MS } from "./database_copy.ts";

/** What is SQLite's own (steps.ts, https://sqlite.org/fileformat2.html#internal_schema_objects). */
const OWN = "name <> 'additions' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

/** Opens a database file, which is not open elsewhere, to read its tables. @throws {Error} If it is no database, or cannot be read. */
export function openTables(path: string): StoredTables & Disposable {
  const sqlite = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    const names = sqlite.prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND ${OWN} ORDER BY name`,
    ).all().map(({ name }) => String(name));
    const columnsOf = sqlite.prepare("SELECT name FROM pragma_table_info(?)");
    const tables = names.map((name) => ({
      name,
      columns: columnsOf.all(name).map((column) => String(column["name"])),
    }));
    return {
      tables,
      count: (table) =>
        Number(sqlite.prepare(`SELECT count(*) AS count FROM "${table}"`).get()?.["count"]),
      *rows(table, columns) {
        const values = columns.map((column, index) =>
          `CASE WHEN typeof("${column}") = 'text' AND instr(CAST("${column}" AS BLOB), x'00') > 0
             THEN CAST("${column}" AS BLOB) ELSE "${column}" END AS c${index}`
        );
        const statement = sqlite.prepare(`SELECT ${values.join(", ")} FROM "${table}"`);
        statement.setReadBigInts(true);
        for (const row of statement.iterate()) yield Object.values(row);
      },
      highest(table, column) {
        const statement = sqlite.prepare(
          `SELECT max(coalesce((SELECT max("${column}") FROM "${table}"), 0),
             coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?), 0)) AS highest`,
        );
        statement.setReadBigInts(true);
        return BigInt(statement.get(table)?.["highest"] as bigint);
      },
      [Symbol.dispose]: () => sqlite.close(),
    };
  } catch (error) {
    sqlite.close();
    throw error;
  }
}
