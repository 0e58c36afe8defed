// Databases whose transaction ends only when the test says so, as when a process is killed between any two commits.

import { DatabaseSync } from "node:sqlite";
import { spy } from "@std/testing/mock";
import type { Database } from "../../lib/journal/engine.ts";
import { ADDITIONS } from "../../lib/journal/sqlite/additions.ts";
import { openDatabase } from "../../lib/journal/sqlite/database.ts";
import { MIGRATIONS } from "../../lib/journal/sqlite/schema.ts";
import { withPostgresDatabase } from "./postgres_journal.ts";

export interface MortalStore {
  readonly db: Database;
  /** Undoes what is not committed. */
  undo(): Promise<void>;
}

export async function withSqliteStore(run: (store: MortalStore) => Promise<void>): Promise<void> {
  const { db, connection } = openSqlite();
  try {
    await run({
      db,
      async undo() {
        if (connection.isTransaction) connection.exec("ROLLBACK");
        await db.committed().catch(() => {}); // Tells the database that its transaction is gone.
      },
    });
  } finally {
    await db.close();
  }
}

function openSqlite() {
  using prepare = spy(DatabaseSync.prototype, "prepare");
  const db = openDatabase(":memory:", MIGRATIONS, ADDITIONS);
  const connection: DatabaseSync | undefined = prepare.calls[0]?.self;
  if (connection === undefined) throw new TypeError("The database prepared nothing");
  return { db, connection };
}

class Undone extends Error {}

export async function withPostgresStore(run: (store: MortalStore) => Promise<void>): Promise<void> {
  await withPostgresDatabase(async (db) => {
    const store = postgresStore(db);
    try {
      await run(store);
    } finally {
      await store.undo();
    }
  });
}

/** There all verbs until the next commit run within one, which that commit ends: else they would be committed at once. */
function postgresStore(db: Database): MortalStore {
  let open: { readonly end: (stands: boolean) => void; readonly ended: Promise<void> } | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function queue<T>(run: () => Promise<T>): Promise<T> {
    const result = last.then(run);
    last = result.catch(() => {});
    return result;
  }

  async function begin(): Promise<void> {
    if (open !== undefined) return;
    const begun = Promise.withResolvers<void>();
    const end = Promise.withResolvers<boolean>();
    const ended = db.inTurn(() =>
      db.atomically(async () => {
        begun.resolve();
        if (!await end.promise) throw new Undone();
      })
    );
    ended.catch(() => {});
    open = { end: end.resolve, ended };
    await Promise.race([begun.promise, ended]);
  }

  const endWith = (stands: boolean) =>
    queue(async () => {
      open?.end(stands);
      const ended = open?.ended;
      open = undefined;
      await ended;
      await db.committed();
    });

  return {
    db: {
      ...db,
      inTurn: (verb) =>
        queue(async () => {
          await begin();
          return await verb();
        }),
      committed: () => endWith(true),
    },
    undo: () =>
      endWith(false).catch((error) => {
        if (!(error instanceof Undone)) throw error;
      }),
  };
}
