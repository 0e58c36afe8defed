// Sends rows into a table by COPY, one portion a statement (https://www.postgresql.org/docs/current/sql-copy.html). Knows no table.

import { Buffer } from "node:buffer";
import type { DriverClient, DriverConnection } from "./driver.ts";

/** Rows as COPY's text format has them: columns by tabs, a row a line, `\N` for null. */
export function lineOf(values: readonly (string | null)[]): string {
  return `${values.map((value) => value === null ? "\\N" : escaped(value)).join("\t")}\n`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r");
}

/**
 * Runs one `COPY … FROM STDIN` with these lines. All of them are in memory and on their way at once, so a portion is to be small.
 *
 * @throws What the server says, or that the connection is lost.
 */
export function copyIn(client: DriverClient, sql: string, lines: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  client.query({
    submit: (connection: DriverConnection) => connection.query(sql),
    handleCopyInResponse(connection: DriverConnection) {
      connection.sendCopyFromChunk(Buffer.from(lines));
      connection.endCopyFrom();
    },
    handleCommandComplete() {},
    handleReadyForQuery: () => resolve(),
    handleError: (error: unknown) => reject(error),
  });
  return promise;
}
