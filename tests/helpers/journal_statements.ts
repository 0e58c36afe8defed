// Every statement that the journal may ever run, in the words of one engine. Runs none of them.

import { type Database, openDatabase } from "../../lib/journal/database.ts";
import type { Dialect } from "../../lib/journal/dialect.ts";
import { journalIn } from "../../lib/journal/journal.ts";
import { PLACES } from "../../lib/lead.ts";

/** The statements, each with the file that makes it. */
export function journalStatements(dialect: Dialect): Map<string, string> {
  const statements = new Map<string, string>();
  const db = recording(dialect, statements);
  // A bot that follows another one names anew what that one left.
  const journal = journalIn(db, "2");
  for (const cursor of [{ before: 9 }, { after: 1 }]) {
    for (const place of [null, ...PLACES]) {
      for (const profile of [null, "agency"]) {
        for (const source of [null, "spring"]) {
          for (const words of ["", "anna 7 Иван"]) {
            const filter = { place, profile, source, words, fromMs: 1, toMs: 2 };
            journal.listLeads(filter, cursor, 5);
            journal.countListed(filter);
          }
        }
      }
    }
  }
  db.close();
  return statements;
}

function recording(dialect: Dialect, statements: Map<string, string>): Database {
  const statement = (sql: string) => {
    statements.set(sql, makerIn(new Error().stack ?? ""));
    return {
      get: () => sql.includes("AS bots") ? { bots: 1 } : undefined,
      all: () => [],
      run: () => ({ changes: 0, lastInsertRowid: 0 }),
    };
  };
  return {
    ...openDatabase(":memory:", []),
    dialect,
    reader: statement,
    writer: statement,
    atomically: (write) => write(),
  };
}

function makerIn(stack: string): string {
  return /lib\/journal\/\w+\.ts:\d+/.exec(stack)?.[0] ?? "";
}
