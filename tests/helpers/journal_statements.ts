// Every statement that the journal may ever run, in the words of one engine. Runs none of them.

import { type Database, openDatabase } from "../../lib/journal/sqlite/database.ts";
import type { Dialect } from "../../lib/journal/dialect.ts";
import { journalIn } from "../../lib/journal/journal.ts";
import { PLACES } from "../../lib/lead.ts";

/** The statements, each with the file that makes it. */
export async function journalStatements(dialect: Dialect): Promise<Map<string, string>> {
  const statements = new Map<string, string>();
  const db = recording(dialect, statements);
  // A bot that follows another one names anew what that one left.
  const journal = await journalIn(db, "2");
  for (const cursor of [{ before: 9 }, { after: 1 }]) {
    for (const place of [null, ...PLACES]) {
      for (const profile of [null, "agency"]) {
        for (const source of [null, "spring"]) {
          for (const words of ["", "anna 7 Иван"]) {
            const filter = { place, profile, source, words, fromMs: 1, toMs: 2 };
            await journal.listLeads(filter, cursor, 5);
            await journal.countListed(filter);
          }
        }
      }
    }
  }
  await db.close();
  return statements;
}

function recording(dialect: Dialect, statements: Map<string, string>): Database {
  const statement = (sql: string) => {
    statements.set(sql, makerIn(new Error().stack ?? ""));
    return {
      get: () => Promise.resolve(sql.includes("AS bots") ? { bots: 1 } : undefined),
      all: () => Promise.resolve([]),
      run: () => Promise.resolve({ changes: 0 }),
    };
  };
  return {
    ...openDatabase(":memory:", []),
    dialect,
    reader: statement,
    reading: { dialect, reader: statement },
    writer: statement,
    atomically: (write) => write(),
  };
}

function makerIn(stack: string): string {
  return /lib\/journal\/\w+\.ts:\d+/.exec(stack)?.[0] ?? "";
}
