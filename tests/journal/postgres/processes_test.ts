// Several processes on one schema of PostgreSQL: whose batch waits for whose, and who may not write.

import assert from "node:assert/strict";
import { StorageError } from "../../../lib/journal/storage_error.ts";
import { openNotes } from "../../helpers/postgres_database.ts";
import { schemaTest } from "../../helpers/postgres.ts";

schemaTest(
  "another process's batch waits, and sees what the first wrote",
  async (schema, server) => {
    await using one = await openNotes(server.url, schema);
    await using other = await openNotes(server.url, schema);
    const written = Promise.withResolvers<void>();
    const may = Promise.withResolvers<void>();
    const first = one.db.inTurn(async () => {
      await one.insert(1);
      written.resolve();
      await may.promise;
    });
    await written.promise;
    const count = other.db.reader("SELECT count(*) AS notes FROM notes");
    let seen: unknown;
    const second = other.db.inTurn(() =>
      other.db.atomically(async () => {
        seen = (await count.get())?.["notes"];
        await other.insert(2);
      })
    );
    try {
      await untilSomeoneWaits(server);
      assert.equal(seen, undefined);
    } finally {
      may.resolve();
    }
    await Promise.all([first, second]);
    assert.equal(seen, 1);
  },
);

schemaTest(
  "a verb that reads before it writes decides by what is true under the lock",
  async (schema, server) => {
    await using one = await openNotes(server.url, schema);
    await using other = await openNotes(server.url, schema);
    // Each adds the number after the largest: without the lock both would choose the same.
    const addNext = ({ db, insert }: typeof one) => {
      const largest = db.reader("SELECT coalesce(max(id), 0) AS id FROM notes");
      return () =>
        db.inTurn(async () => {
          const row = await largest.get();
          await insert(Number(row?.["id"]) + 1);
        });
    };
    const adding = [one, other].flatMap((each) => Array.from({ length: 40 }, addNext(each)));
    await Promise.all(adding);
    await Promise.all([one.db.committed(), other.db.committed()]);
    assert.deepEqual(await one.ids(), Array.from({ length: 80 }, (_, index) => index + 1));
  },
);

schemaTest(
  "a verb that reads before it writes is run again once, and by its name never after",
  async (schema, server) => {
    await using notes = await openNotes(server.url, schema);
    const { db } = notes;
    const count = db.reader("SELECT count(*) AS notes FROM notes");
    let runs = 0;
    const addCounted = () =>
      db.inTurn(async () => {
        runs++;
        const row = await count.get();
        await notes.insert(Number(row?.["notes"]));
      }, "addCounted");
    await addCounted();
    assert.equal(runs, 2);
    await addCounted();
    assert.equal(runs, 3);
    await db.committed();
    // Another verb that begins with the same statement takes no lock.
    await using other = await openNotes(server.url, schema);
    await other.db.inTurn(async () => {
      await other.insert(7);
      assert.equal((await db.inTurn(() => count.get(), "countNotes"))?.["notes"], 2);
    });
  },
);

schemaTest("two processes write at once without a failure", async (schema, server) => {
  await using one = await openNotes(server.url, schema);
  await using other = await openNotes(server.url, schema);
  await Promise.all(
    Array.from({ length: 300 }, async (_, id) => {
      const notes = id % 2 === 0 ? one : other;
      await notes.add(id);
      await notes.db.committed();
    }),
  );
  assert.equal((await one.ids()).length, 300);
});

schemaTest(
  "without its lease a process writes nothing, and with it again",
  async (schema, server) => {
    await server.sql(`CREATE TABLE leases_${schema} (holder TEXT)`);
    const fence = {
      sql: `SELECT 1 FROM public.leases_${schema} WHERE holder = ?`,
      values: ["one"],
    };
    await using notes = await openNotes(server.url, schema, { fence: () => fence });

    await assert.rejects(notes.add(1), isLeaseLost);
    await server.sql(`INSERT INTO leases_${schema} VALUES ('one')`);
    await notes.add(2);
    await notes.db.committed();
    await server.sql(`DELETE FROM leases_${schema}`);
    const results = await Promise.allSettled([notes.add(3), notes.add(4)]);
    assert.ok(results.every((each) => each.status === "rejected" && isLeaseLost(each.reason)));
    assert.deepEqual(await notes.ids(), [2]);
  },
);

function isLeaseLost(error: unknown): boolean {
  return error instanceof StorageError && error.message === "lease lost";
}

async function untilSomeoneWaits(server: { sql(sql: string): Promise<string> }): Promise<void> {
  const waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
  for (let looks = 0; await server.sql(waiting) === "0"; looks++) {
    assert.ok(looks < 200, "No batch waits for another");
  }
}
