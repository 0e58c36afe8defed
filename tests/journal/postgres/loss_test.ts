// The connection is lost, or the server with it: nothing stands in part, and the engine comes back by itself.

import assert from "node:assert/strict";
import { POSTGRES } from "../../../lib/journal/dialect.ts";
import { lockKeyOf } from "../../../lib/journal/postgres/batch.ts";
import { BOUNDS, openPostgres } from "../../../lib/journal/postgres/open.ts";
import { StorageError } from "../../../lib/journal/storage_error.ts";
import { type NotesDatabase, openNotes } from "../../helpers/postgres_database.ts";
import { type PostgresServer, postgresTest, schemaTest } from "../../helpers/postgres.ts";
import { startTcpProxy } from "../../helpers/tcp_proxy.ts";

/** Runs a verb of three writes; `strike` runs after its first. */
async function writeThree(
  { db, insert }: NotesDatabase,
  first: number,
  strike: () => Promise<unknown>,
): Promise<void> {
  await db.inTurn(() =>
    db.atomically(async () => {
      await insert(first);
      await strike();
      await insert(first + 1);
      await insert(first + 2);
    })
  );
  await db.committed();
}

/** Adds a note, again and again while that is refused for a fault of storage. */
async function addUntilStored({ add, db }: NotesDatabase, id: number): Promise<void> {
  for (;;) {
    try {
      await add(id);
      return await db.committed();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const terminateOthers =
  "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'triborg'";

for (
  const [what, strike] of Object.entries({
    "a terminated backend": (server: PostgresServer) => server.sql(terminateOthers),
    "a restart of the server": (server: PostgresServer) => server.restart("fast"),
    "an immediate restart of the server": (server: PostgresServer) => server.restart("immediate"),
    "SIGKILL of the server": async (server: PostgresServer) => {
      await server.kill();
      await server.start();
    },
  })
) {
  postgresTest(
    `${what} in mid-batch leaves nothing half, and the engine comes back`,
    async (server) => {
      const schema = server.freshSchema();
      await using notes = await openNotes(server.url, schema);
      await notes.add(1);
      await notes.db.committed();
      const [earlier, cut, waiting] = await Promise.allSettled([
        notes.add(2), // In the same batch, and through already.
        writeThree(notes, 10, () => strike(server)),
        notes.add(3), // It may go on with what was undone.
      ]);
      assert.equal(earlier.status, "fulfilled");
      for (const each of [cut, waiting]) {
        assert.ok(each.status === "rejected" && each.reason instanceof StorageError, String(each));
      }
      await addUntilStored(notes, 4);
      assert.deepEqual(await notes.ids(), [1, 4]);
    },
  );
}

postgresTest("committed rejects when the batch was lost", async (server) => {
  const schema = server.freshSchema();
  await using notes = await openNotes(server.url, schema);
  let committed: Promise<void> | undefined;
  const writing = notes.db.inTurn(async () => {
    await notes.insert(1);
    committed = notes.db.committed();
    committed.catch(() => {});
    await server.sql(terminateOthers);
    await notes.insert(2);
  });
  await assert.rejects(writing, StorageError);
  await assert.rejects(committed!, StorageError);
  await addUntilStored(notes, 3);
  assert.deepEqual(await notes.ids(), [3]);
});

postgresTest(
  "a verb whose batch is lost writes nothing more, whatever it catches",
  async (server) => {
    const schema = server.freshSchema();
    await using notes = await openNotes(server.url, schema);
    await notes.db.inTurn(async () => {
      await notes.insert(1);
      await server.sql(terminateOthers);
      await assert.rejects(notes.insert(2), StorageError);
      await new Promise((resolve) => setTimeout(resolve, 200)); // The connection is back.
      await assert.rejects(notes.insert(3), StorageError);
    });
    await addUntilStored(notes, 4);
    assert.deepEqual(await notes.ids(), [4]);
  },
);

postgresTest(
  "without a server statements are refused after a while, then at once",
  async (server) => {
    await using notes = await openNotes(server.url, server.freshSchema(), { bounds: SHORT });
    await notes.add(1);
    await notes.db.committed();
    await server.stop("immediate");
    await assert.rejects(notes.add(2), StorageError);
    const refused = Array.from({ length: 50 }, (_, id) => notes.add(id + 3));
    const results = await Promise.allSettled(refused);
    assert.ok(results.every((each) => each.status === "rejected"));
    await server.start();
    await addUntilStored(notes, 4);
    assert.deepEqual(await notes.ids(), [1, 4]);
  },
);

postgresTest(
  "a burst over an immediate restart loses nothing that was said to be on disk",
  async (server) => {
    await using notes = await openNotes(server.url, server.freshSchema());
    const stored: number[] = [];
    const adding = Array.from({ length: 1_000 }, async (_, id) => {
      await new Promise((resolve) => setTimeout(resolve, id));
      const known = notes.add(id).then(() => notes.db.committed());
      await known.then(() => stored.push(id), (error) => assert.ok(error instanceof StorageError));
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await server.restart("immediate");
    await Promise.all(adding);
    const found = new Set(await notes.ids());
    assert.ok(stored.length > 200, `${stored.length} stored`);
    assert.deepEqual(stored.filter((id) => !found.has(id)), []);
  },
);

/** Bounds a tenth as long. */
const SHORT = Object.fromEntries(
  Object.entries(BOUNDS).map(([name, ms]) => [name, ms / 10]),
) as unknown as typeof BOUNDS;

for (const what of ["all", "answers"] as const) {
  schemaTest(
    `a connection that drops ${what} is given up, and committed rejects`,
    async (schema, server) => {
      await using proxy = startTcpProxy(server.port);
      const url = server.url.replace(`:${server.port}/`, `:${proxy.port}/`);
      await using notes = await openNotes(url, schema, { bounds: SHORT });
      await notes.add(1);
      await notes.db.committed();
      await notes.db.inTurn(async () => {
        await notes.insert(2);
        proxy.freeze(what);
      });
      await assert.rejects(notes.db.committed(), { name: "StorageError", message: /not answered/ });
      proxy.thaw();
      await addUntilStored(notes, 3);
      // Whether a commit without an answer has happened nobody can say.
      assert.deepEqual(await notes.ids(), what === "all" ? [1, 3] : [1, 2, 3]);
    },
  );
}

schemaTest(
  "a process that stops within a batch holds the lock for a bounded time",
  async (schema, server) => {
    await using stopped = await openNotes(server.url, schema, { bounds: SHORT });
    await using other = await openNotes(server.url, schema, { bounds: SHORT });
    const written = Promise.withResolvers<void>();
    const mayGoOn = Promise.withResolvers<void>();
    const verb = stopped.db.inTurn(async () => {
      await stopped.insert(1);
      written.resolve();
      await mayGoOn.promise;
      await stopped.insert(2);
    });
    await written.promise;
    await other.add(3);
    await other.db.committed();
    mayGoOn.resolve();
    await assert.rejects(verb, StorageError);
    assert.deepEqual(await other.ids(), [3]);
  },
);

schemaTest("a lock that is not free in time is a fault of storage", async (schema, server) => {
  const bounds = { ...SHORT, idleInTransactionMs: 20_000, lockMs: 200 };
  await using one = await openNotes(server.url, schema, { bounds });
  await using other = await openNotes(server.url, schema, { bounds });
  const written = Promise.withResolvers<void>();
  const mayGoOn = Promise.withResolvers<void>();
  const verb = one.db.inTurn(async () => {
    await one.insert(1);
    written.resolve();
    await mayGoOn.promise;
  });
  await written.promise;
  const results = await Promise.allSettled([other.add(2), other.add(3)]);
  assert.ok(
    results.every((each) => each.status === "rejected" && each.reason instanceof StorageError),
  );
  mayGoOn.resolve();
  await verb;
  await other.add(4);
  await other.db.committed();
  assert.deepEqual(await other.ids(), [1, 4]);
});

schemaTest(
  "a stopped process that is being sent an answer does not hold the lock for ever",
  async (schema, server) => {
    await using proxy = startTcpProxy(server.port);
    await using other = await openNotes(server.url, schema, { bounds: SHORT });
    const { connect } = await openPostgres({
      url: server.url.replace(`:${server.port}/`, `:${proxy.port}/`),
      schema,
      dialect: POSTGRES,
      random: () => 0,
      onWaiting: () => {},
      migrate: async () => {},
    });
    const stopped = await connect();
    await stopped.query("BEGIN");
    await stopped.query(`SELECT pg_advisory_xact_lock(${lockKeyOf(schema)})`);
    proxy.stall(); // Its kernel takes what fits, and no more.
    const answer = stopped.query("SELECT repeat('x', 50000000)");
    answer.catch(() => {});
    await addUntilStored(other, 1);
    proxy.thaw();
    await assert.rejects(answer);
  },
);

schemaTest(
  "a statement that takes too long is a fault of storage, and undone alone",
  async (schema, server) => {
    await using notes = await openNotes(server.url, schema, { bounds: SHORT });
    const slow = notes.db.reader("SELECT pg_sleep(5)");
    const [, late] = await Promise.allSettled([
      notes.add(1),
      notes.db.inTurn(() => slow.get()),
      notes.add(2),
    ]);
    assert.ok(late.status === "rejected" && late.reason instanceof StorageError);
    await notes.db.committed();
    assert.deepEqual(await notes.ids(), [1, 2]);
  },
);

schemaTest(
  "a column that was added meanwhile does not stop a statement for good",
  async (schema, server) => {
    await using notes = await openNotes(server.url, schema);
    const everything = notes.db.reader("SELECT * FROM notes");
    await notes.add(1);
    await notes.db.committed();
    assert.equal((await notes.db.inTurn(() => everything.all())).length, 1);
    await server.sql(`ALTER TABLE ${schema}.notes ADD COLUMN extra TEXT`);
    await assert.rejects(notes.db.inTurn(() => everything.all()), StorageError);
    assert.equal((await notes.db.inTurn(() => everything.all())).length, 1);
  },
);

schemaTest("long reads wait for no batch", async (schema, server) => {
  await using one = await openNotes(server.url, schema);
  await one.db.inTurn(async () => {
    await one.insert(1);
    assert.deepEqual(await one.ids(), []);
  });
});
