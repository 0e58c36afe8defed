// Verbs on PostgreSQL: what shares a transaction, and what a failure undoes.

import assert from "node:assert/strict";
import { StorageError } from "../../../lib/journal/storage_error.ts";
import { openNotes } from "../../helpers/postgres_database.ts";
import { schemaTest } from "../../helpers/postgres.ts";

schemaTest("verbs that come at once share few transactions", async (schema, server) => {
  await using notes = await openNotes(server.url, schema);
  const adding = Array.from({ length: 200 }, async (_, id) => {
    await notes.add(id);
    await notes.db.committed();
  });
  await Promise.all(adding);
  const [count, batches] = (await server.sql(
    `SELECT count(*), count(DISTINCT batch) FROM ${schema}.notes`,
  )).split("|").map(Number);
  assert.equal(count, 200);
  assert.equal(batches, 4); // 64 verbs at most in each.
});

schemaTest(
  "what is written is visible to others once committed has resolved",
  async (schema, server) => {
    await using notes = await openNotes(server.url, schema);
    const adding = notes.add(1);
    await adding;
    const before = await server.sql(`SELECT count(*) FROM ${schema}.notes`);
    await notes.db.committed();
    assert.match(before, /^[01]$/);
    assert.equal(await server.sql(`SELECT count(*) FROM ${schema}.notes`), "1");
  },
);

schemaTest("a batch ends by itself, and its lock with it", async (schema, server) => {
  await using one = await openNotes(server.url, schema);
  await using other = await openNotes(server.url, schema);
  await one.add(1); // Nothing asks for its commit.
  await other.add(2);
  await other.db.committed();
  assert.deepEqual(await other.ids(), [1, 2]);
});

schemaTest("a failed statement is undone alone, and the batch goes on", async (schema, server) => {
  await using notes = await openNotes(server.url, schema);
  const results = await Promise.allSettled([1, 2, 2, 3].map((id) => notes.add(id)));
  await notes.db.committed();
  assert.deepEqual(results.map(({ status }) => status === "fulfilled"), [true, true, false, true]);
  const [, , failed] = results;
  assert.ok(failed?.status === "rejected" && !(failed.reason instanceof StorageError));
  assert.deepEqual(await notes.ids(), [1, 2, 3]);
});

schemaTest("a failed read is undone alone too", async (schema, server) => {
  await using notes = await openNotes(server.url, schema);
  const bad = notes.db.reader("SELECT 1 / CAST(? AS BIGINT) AS one");
  const [, failed] = await Promise.allSettled([
    notes.add(1),
    notes.db.inTurn(() => bad.get(0)),
    notes.add(2),
  ]);
  await notes.db.committed();
  assert.match(String(failed.status === "rejected" && failed.reason), /division by zero/);
  assert.deepEqual(await notes.ids(), [1, 2]);
});

schemaTest(
  "atomically undoes all its writes when a statement fails, and no more",
  async (schema, server) => {
    await using notes = await openNotes(server.url, schema);
    const { db } = notes;
    await notes.add(1);
    await assert.rejects(
      db.inTurn(() =>
        db.atomically(async () => {
          await notes.insert(2);
          await notes.insert(1);
        })
      ),
      /duplicate key/,
    );
    await notes.add(3);
    await db.committed();
    assert.deepEqual(await notes.ids(), [1, 3]);
  },
);

schemaTest("atomically undoes all its writes when its code throws", async (schema, server) => {
  await using notes = await openNotes(server.url, schema);
  const { db } = notes;
  const defect = new Error("a defect");
  await db.inTurn(async () => {
    await notes.insert(1);
    const writing = db.atomically(async () => {
      await notes.insert(2);
      throw defect;
    });
    await assert.rejects(writing, defect);
    await notes.insert(3); // The verb may go on.
  });
  await db.committed();
  assert.deepEqual(await notes.ids(), [1, 3]);
});

schemaTest("atomically within another is undone with it", async (schema, server) => {
  await using notes = await openNotes(server.url, schema);
  const { db } = notes;
  await assert.rejects(
    db.inTurn(() =>
      db.atomically(async () => {
        await db.atomically(() => notes.insert(1));
        await notes.insert(2);
        throw new Error("a defect");
      })
    ),
    /a defect/,
  );
  await db.committed();
  assert.deepEqual(await notes.ids(), []);
});

schemaTest(
  "a failure that atomically's code swallows still undoes all of it",
  async (schema, server) => {
    await using notes = await openNotes(server.url, schema);
    const { db } = notes;
    await notes.add(1);
    await assert.rejects(
      db.inTurn(() =>
        db.atomically(async () => {
          await notes.insert(2);
          await notes.insert(1).catch(() => {});
        })
      ),
      /duplicate key/,
    );
    await db.committed();
    assert.deepEqual(await notes.ids(), [1]);
  },
);

schemaTest("a write that is not awaited belongs to its atomically", async (schema, server) => {
  await using notes = await openNotes(server.url, schema);
  const { db } = notes;
  await notes.add(1);
  const writing = db.inTurn(() =>
    db.atomically(async () => {
      await notes.insert(2);
      notes.insert(1).catch(() => {});
    })
  );
  await assert.rejects(writing, /duplicate key/);
  await db.committed();
  assert.deepEqual(await notes.ids(), [1]);
});

schemaTest("a rehearsal leaves nothing, and says what failed in it", async (schema, server) => {
  await using notes = await openNotes(server.url, schema);
  const { db } = notes;
  await db.inTurn(async () => {
    await notes.insert(1);
    await db.rehearse(async () => void await notes.insert(2));
    const failing = db.rehearse(async () => void await notes.insert(1));
    await assert.rejects(failing, /duplicate key/);
    await notes.insert(3);
  });
  await db.committed();
  assert.deepEqual(await notes.ids(), [1, 3]);
});

schemaTest("no other verb runs between the statements of one", async (schema, server) => {
  await using notes = await openNotes(server.url, schema);
  const { db } = notes;
  const order: string[] = [];
  const verb = (name: string, first: number) =>
    db.inTurn(async () => {
      order.push(`${name} begins`);
      await notes.insert(first);
      await notes.insert(first + 1);
      order.push(`${name} ends`);
    });
  await Promise.all([verb("one", 1), verb("other", 3)]);
  await db.committed();
  assert.deepEqual(order, ["one begins", "one ends", "other begins", "other ends"]);
});

schemaTest("a statement outside a verb is refused", async (schema, server) => {
  await using notes = await openNotes(server.url, schema);
  await assert.rejects(notes.insert(1), /within a verb/);
});

schemaTest("get, all and run give what SQLite gives", async (schema, server) => {
  await using notes = await openNotes(server.url, schema);
  const { db } = notes;
  const get = db.reader("SELECT id, body FROM notes WHERE id = ?1 AND id = ?1");
  const returning = db.writer("UPDATE notes SET body = ? WHERE id <= ? RETURNING id, body");
  const remove = db.writer("DELETE FROM notes");
  await db.inTurn(async () => {
    await notes.insert(1, "a");
    await notes.insert(2, "b");
    assert.deepEqual({ ...await get.get(1) }, { id: 1, body: "a" });
    assert.equal(await get.get(7), undefined);
    assert.deepEqual((await returning.all("c", 1)).map((row) => ({ ...row })), [
      { id: 1, body: "c" },
    ]);
    assert.equal((await remove.run()).changes, 2);
    assert.equal((await remove.run()).changes, 0);
  });
});

schemaTest(
  "a commit that the server refuses undoes the batch, and what waited for it is refused",
  async (schema, server) => {
    await using notes = await openNotes(server.url, schema);
    await server.sql(
      `CREATE TABLE ${schema}.late (id BIGINT UNIQUE DEFERRABLE INITIALLY DEFERRED)`,
    );
    const late = notes.db.writer("INSERT INTO late (id) VALUES (1)");
    await notes.add(1);
    await notes.db.inTurn(async () => {
      await late.run();
      await late.run();
    });
    const committed = notes.db.committed();
    committed.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve)); // The commit is on its way.
    await assert.rejects(notes.add(2), StorageError);
    await assert.rejects(committed, StorageError);
    await notes.add(3);
    await notes.db.committed();
    assert.deepEqual(await notes.ids(), [3]);
  },
);
