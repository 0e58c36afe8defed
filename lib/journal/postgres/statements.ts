// Names statements for the server, once each. Runs none.

import { numbered } from "./placeholders.ts";
import type { Statement } from "./turn.ts";

/** The statement for a text with placeholders as SQLite has them. */
export type Prepare = (sql: string, writes: boolean) => Statement;

/** A text that is asked for again is the same statement. */
export function createPreparing(): Prepare {
  const known = new Map<string, Statement>();
  return (sql, writes) => {
    const key = `${writes} ${sql}`;
    const statement = known.get(key) ??
      { name: `s${known.size}`, text: numbered(sql), writes };
    known.set(key, statement);
    return statement;
  };
}
