// What `deno task move` says of the tables. Reads and writes nothing.

import type { FilledTable } from "../../journal/postgres/filling.ts";

/** «leads: 340 000 из 1 000 000». */
export function progressLine(table: string, rows: number, ofRows: number): string {
  return `${table}: ${grouped(rows)} из ${grouped(ofRows)}`;
}

/** A line for each table that has rows, with its counts in the file and in PostgreSQL; one for all others; one for each altered column. */
export function tableLines(tables: readonly FilledTable[]): string[] {
  const full = tables.filter(({ before }) => before > 0)
    .map(({ name, before, after }) => [name, grouped(before), grouped(after)] as const);
  const empty = tables.filter(({ before }) => before === 0).map(({ name }) => name);
  const rows = [["Таблица", "SQLite", "PostgreSQL"] as const, ...full];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(([name, before, after]) =>
    `${name.padEnd(widths[0]!)}  ${before.padStart(widths[1]!)}  ${after.padStart(widths[2]!)}`
  );
  if (empty.length > 0) lines.push(`Пустые в обоих: ${empty.join(", ")}`);
  const altered = tables.flatMap(({ name, altered }) =>
    [...altered].map(([column, values]) =>
      `⚠️ ${name}.${column}, значений: ${values}. В них был символ с кодом 0, которого PostgreSQL не хранит: вместо него �`
    )
  );
  return [...lines, ...altered];
}

function grouped(count: number): string {
  return count.toLocaleString("ru").replaceAll("\u00a0", " ");
}
