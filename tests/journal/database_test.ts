// The database: opened with care, migrated in steps, committed once for all that one turn wrote.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { FakeTime } from "@std/testing/time";
import { openDatabase } from "../../lib/journal/sqlite/database.ts";
import type { FileDatabase } from "../../lib/journal/sqlite/group_commit.ts";
import { StorageError, toStorageError } from "../../lib/journal/storage_error.ts";
import { runScript } from "../helpers/deno.ts";

const NOTES = "CREATE TABLE notes (number INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT";

/** A reference that is looked at when its transaction commits, so that the commit itself fails. */
const REFERENCES = `CREATE TABLE refs (
  note INTEGER REFERENCES notes (number) DEFERRABLE INITIALLY DEFERRED
) STRICT`;

const MIGRATIONS = [NOTES, REFERENCES];

/** Lends an open database in a folder of its own, and a second look at its file. */
async function withDatabase(
  run: (db: FileDatabase, onDisk: () => unknown[], path: string) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const path = `${folder}/triborg.db`;
    const db = openDatabase(path, MIGRATIONS);
    const other = new DatabaseSync(path, { readOnly: true });
    const notes = other.prepare("SELECT words FROM notes ORDER BY number");
    try {
      await run(db, () => notes.all().map((row) => row["words"]), path);
    } finally {
      other.close();
      await db.close();
    }
  });
}

async function withFolder(run: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function writers(db: FileDatabase) {
  const note = db.writer("INSERT INTO notes (words) VALUES (?)");
  const reference = db.writer("INSERT INTO refs (note) VALUES (?)");
  const count = db.reader("SELECT count(*) AS notes FROM notes");
  return {
    write: async (words: string) => void await note.run(words),
    /** Refers to a note that there is not: the commit will fail. */
    spoil: async () => void await reference.run(404),
    count: async () => Number((await count.get())?.["notes"]),
  };
}

// — Opening —

Deno.test("openDatabase makes the file, durable and with foreign keys", () =>
  withFolder(async (folder) => {
    const db = openDatabase(`${folder}/triborg.db`, MIGRATIONS);
    const pragma = async (name: string) =>
      Object.values(await db.reader(`PRAGMA ${name}`).get() ?? {})[0];
    assert.equal(await pragma("journal_mode"), "wal");
    assert.equal(await pragma("synchronous"), 2, "FULL");
    assert.equal(await pragma("foreign_keys"), 1);
    assert.equal(await pragma("busy_timeout"), 100, "a wait that stops the whole process");
    assert.equal(await pragma("user_version"), 2);
    await db.close();
  }));

Deno.test("openDatabase runs the migrations that a file does not have yet, each once", () =>
  withFolder(async (folder) => {
    const path = `${folder}/triborg.db`;
    await openDatabase(path, [NOTES]).close();
    const db = openDatabase(path, [
      NOTES,
      REFERENCES,
      "INSERT INTO notes (words) VALUES ('third')",
    ]);
    assert.equal(await writers(db).count(), 1);
    await db.close();
    const again = openDatabase(path, [
      NOTES,
      REFERENCES,
      "INSERT INTO notes (words) VALUES ('no')",
    ]);
    assert.equal(await writers(again).count(), 1);
    await again.close();
  }));

Deno.test("openDatabase leaves nothing of a migration that fails, and keeps those before it", () =>
  withFolder(async (folder) => {
    const path = `${folder}/triborg.db`;
    const broken = "INSERT INTO notes (words) VALUES ('half'); INSERT INTO nowhere VALUES (1)";
    assert.throws(() => openDatabase(path, [NOTES, broken]), {
      message: `Cannot open database "${path}": no such table: nowhere`,
    });
    await openDatabase(path, [NOTES]).close();
    const db = openDatabase(path, MIGRATIONS);
    assert.equal(await writers(db).count(), 0);
    await db.close();
  }));

Deno.test("openDatabase takes a file of its own version and refuses one of a newer", () =>
  withFolder(async (folder) => {
    const path = `${folder}/triborg.db`;
    await openDatabase(path, MIGRATIONS).close();
    await openDatabase(path, MIGRATIONS).close();
    assert.throws(() => openDatabase(path, [NOTES]), {
      message: `Cannot open database "${path}": its version is 2, this bot knows versions up to 1`,
    });
  }));

Deno.test("openDatabase makes each addition once, and a bot without them still opens the file", () =>
  withFolder(async (folder) => {
    const path = `${folder}/triborg.db`;
    await openDatabase(path, MIGRATIONS, { first: "ALTER TABLE notes ADD COLUMN colour TEXT" })
      .close();
    await openDatabase(path, MIGRATIONS).close();
    const db = openDatabase(path, MIGRATIONS, {
      first: "ALTER TABLE notes ADD COLUMN colour TEXT",
      second: "ALTER TABLE notes ADD COLUMN size INTEGER",
    });
    assert.deepEqual(await db.reader("SELECT colour, size FROM notes").all(), []);
    await db.close();
  }));

Deno.test("openDatabase leaves nothing of an addition that fails", () =>
  withFolder(async (folder) => {
    const path = `${folder}/triborg.db`;
    const broken =
      "ALTER TABLE notes ADD COLUMN colour TEXT; ALTER TABLE nowhere ADD COLUMN size TEXT";
    assert.throws(() => openDatabase(path, MIGRATIONS, { broken }), /no such table: nowhere/);
    const db = openDatabase(path, MIGRATIONS);
    await assert.rejects(
      () => db.reader("SELECT colour FROM notes").all(),
      /no such column: colour/,
    );
    await db.close();
  }));

Deno.test("openDatabase refuses a file that is no database, and leaves it as it was", () =>
  withFolder(async (folder) => {
    const path = `${folder}/triborg.db`;
    const text = "Dear diary, ".repeat(1_000);
    await Deno.writeTextFile(path, text);
    assert.throws(() => openDatabase(path, MIGRATIONS), {
      message: `Cannot open database "${path}": file is not a database`,
    });
    assert.equal(await Deno.readTextFile(path), text);
  }));

Deno.test("openDatabase refuses a file that another process writes and does not let go", () =>
  withFolder(async (folder) => {
    const path = `${folder}/triborg.db`;
    await openDatabase(path, MIGRATIONS).close();
    using other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    assert.throws(() => openDatabase(path, MIGRATIONS), {
      message: /triborg\.db": database is locked$/,
    });
  }));

Deno.test("a database that another process writes refuses at once, and takes the same write afterwards", () =>
  withDatabase(async (db, onDisk, path) => {
    const add = db.writer("INSERT INTO notes (words) VALUES (?)");
    using other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const begunAtMs = performance.now();
    await assert.rejects(() => add.run("first"), StorageError);
    assert.ok(performance.now() - begunAtMs < 3_000); // Nothing else of the process runs meanwhile.
    other.exec("ROLLBACK");
    await add.run("first");
    await db.committed();
    assert.deepEqual(onDisk(), ["first"]);
  }));

Deno.test("openDatabase names the path that it cannot open", () =>
  withFolder((folder) => {
    assert.throws(
      () => openDatabase(folder, MIGRATIONS),
      ({ message }: Error) => message.startsWith("unable to open") && message.includes(folder),
    );
  }));

// — Writing —

Deno.test("what is written is on disk when committed resolves, and not before", () =>
  withDatabase(async (db, onDisk) => {
    const { write, count } = writers(db);
    await write("one");
    assert.equal(await count(), 1, "the writer sees it at once");
    assert.deepEqual(onDisk(), []);
    await db.committed();
    assert.deepEqual(onDisk(), ["one"]);
  }));

Deno.test("the writes of one turn are committed together, whoever waits for them", () =>
  withDatabase(async (db, onDisk) => {
    const { write } = writers(db);
    const seen: unknown[] = [];
    const writeAndWait = async (words: string) => {
      await write(words);
      await db.committed();
      seen.push(onDisk());
    };
    await Promise.all(["one", "two", "three"].map(writeAndWait));
    const all = ["one", "two", "three"];
    assert.deepEqual(seen, [all, all, all]);
  }));

Deno.test("a commit that fails undoes the writes of the turn and tells everybody who waits", () =>
  withDatabase(async (db, onDisk) => {
    const { write, spoil, count } = writers(db);
    await write("one");
    const first = db.committed();
    await spoil();
    await write("two");
    const second = db.committed();
    const third = db.committedSoon();
    for (const waiting of [first, second, third]) {
      await assert.rejects(waiting, { message: "FOREIGN KEY constraint failed" });
    }
    assert.equal(await count(), 0);
    assert.deepEqual(onDisk(), []);
  }));

Deno.test("the turn after a failed commit is written", () =>
  withDatabase(async (db, onDisk) => {
    const { write, spoil } = writers(db);
    await spoil();
    await assert.rejects(db.committed());
    await write("after");
    await db.committed();
    assert.deepEqual(onDisk(), ["after"]);
  }));

Deno.test("a failed commit that nobody waits for is no unhandled rejection", () =>
  withDatabase(async (db, onDisk) => {
    const { write, spoil } = writers(db);
    {
      using time = new FakeTime();
      await spoil();
      time.tick(20);
    }
    await write("after");
    await db.committed();
    assert.deepEqual(onDisk(), ["after"]);
  }));

Deno.test("committed and committedSoon resolve at once when nothing was written", async () => {
  const db = openDatabase(":memory:", MIGRATIONS);
  await db.committed();
  await db.committedSoon();
  await db.close();
});

Deno.test("writes without hurry are committed after 20 ms and not before", () =>
  withDatabase(async (db, onDisk) => {
    using time = new FakeTime();
    const { write } = writers(db);
    await write("one");
    const soon = db.committedSoon();
    time.tick(19);
    await write("two");
    assert.deepEqual(onDisk(), []);
    time.tick(1);
    assert.deepEqual(onDisk(), ["one", "two"]);
    await soon;
  }));

Deno.test("writes without hurry go with those of somebody in a hurry", () =>
  withDatabase(async (db, onDisk) => {
    using _time = new FakeTime();
    const { write } = writers(db);
    await write("one");
    const soon = db.committedSoon();
    await write("two");
    await db.committed();
    await soon;
    assert.deepEqual(onDisk(), ["one", "two"]);
  }));

Deno.test("writes that nobody waits for are committed all the same", () =>
  withDatabase(async (db, onDisk) => {
    using time = new FakeTime();
    await writers(db).write("one");
    time.tick(20);
    assert.deepEqual(onDisk(), ["one"]);
    return Promise.resolve();
  }));

Deno.test("close commits what is open", () =>
  withFolder(async (folder) => {
    const path = `${folder}/triborg.db`;
    const db = openDatabase(path, MIGRATIONS);
    await writers(db).write("one");
    await db.close();
    const again = openDatabase(path, MIGRATIONS);
    assert.equal(await writers(again).count(), 1);
    await again.close();
  }));

Deno.test("a statement that fails throws, and the rest of its turn is kept", () =>
  withDatabase(async (db, onDisk) => {
    const { write } = writers(db);
    await write("one");
    await assert.rejects(() => db.writer("INSERT INTO notes (words) VALUES (?)").run(null));
    await write("two");
    await db.committed();
    assert.deepEqual(onDisk(), ["one", "two"]);
  }));

Deno.test("a full disk undoes the writes of the turn and says so", async () => {
  const db = openDatabase(":memory:", MIGRATIONS);
  const { write, count } = writers(db);
  await fillDisk(db);
  await write("one");
  await assert.rejects(() => write("x".repeat(100_000)), { message: "database or disk is full" });
  await assert.rejects(db.committed());
  assert.equal(await count(), 0);
  await db.close();
});

// SQLite ends the transaction by itself when the disk is full (https://sqlite.org/lang_transaction.html):
// what is written after that would be committed statement by statement, while `committed` rejects.
Deno.test("what a turn writes after the disk was full is undone with the rest of the turn", async () => {
  const db = openDatabase(":memory:", MIGRATIONS);
  const { write, count } = writers(db);
  await fillDisk(db);
  await write("one");
  await assert.rejects(() => write("x".repeat(100_000)));
  try {
    await write("two");
  } catch {
    // To refuse it is as honest.
  }
  const outcome = await db.committed().then(() => "on disk", () => "undone");
  assert.equal(await count(), outcome === "undone" ? 0 : 1, `${outcome}, they say`);
  await db.close();
});

// A statement of several rows, or with a trigger, is undone alone when it does not fit, and the transaction would go on without it.
Deno.test("a move in several writes stands whole or not at all when the disk is full in its middle", async () => {
  const db = openDatabase(":memory:", MIGRATIONS);
  const { write, count } = writers(db);
  await fillDisk(db);
  await write("one");
  const several = db.writer("INSERT INTO notes (words) VALUES ('two'), (?) RETURNING words");
  await assert.rejects(() => several.all("x".repeat(100_000)), {
    message: "database or disk is full",
  });
  await assert.rejects(db.committed());
  assert.equal(await count(), 0);
  await write("three");
  await db.committed();
  assert.equal(await count(), 1);
  await db.close();
});

// — Whole or not at all —

Deno.test("atomically undoes what it wrote when something throws, and keeps the rest of the turn", () =>
  withDatabase(async (db, onDisk) => {
    const { write } = writers(db);
    await write("before");
    await assert.rejects(() =>
      db.atomically(async () => {
        await write("half");
        await db.atomically(() => write("of it"));
        throw new TypeError("x is not a function");
      }), { message: "x is not a function" });
    await write("after");
    assert.equal(await db.atomically(async () => (await write("whole"), 7)), 7);
    await db.committed();
    assert.deepEqual(onDisk(), ["before", "after", "whole"]);
  }));

Deno.test("atomically on a full disk leaves nothing of its turn, and the next turn is written", async () => {
  const db = openDatabase(":memory:", MIGRATIONS);
  const { write, count } = writers(db);
  await fillDisk(db);
  const tooMuch = () =>
    db.atomically(async () => {
      await write("one");
      await write("x".repeat(100_000));
    });
  await assert.rejects(tooMuch, StorageError);
  await assert.rejects(() => db.atomically(() => write("two")), StorageError);
  await assert.rejects(db.committed());
  await db.atomically(() => write("three"));
  await db.committed();
  assert.equal(await count(), 1);
  await db.close();
});

Deno.test("a storage fault is one of the disk, the file or a lock, and no defect", () =>
  withDatabase(async (db, _onDisk, path) => {
    const ofCode = (errcode: number) => Object.assign(new Error("SQLite says no"), { errcode });
    for (const code of [5, 6, 7, 8, 10, 10 | (12 << 8), 11, 13, 14, 26]) {
      const thrown = ofCode(code);
      const error = toStorageError(thrown);
      assert.ok(error instanceof StorageError && error.cause === thrown, String(code));
      assert.equal(error.message, "SQLite says no");
    }
    const defects = [1, 18, 19, 20, 21, 25].map(ofCode);
    for (const error of [...defects, new Error("no code"), new TypeError("null"), null, "text"]) {
      assert.equal(toStorageError(error), error);
    }
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    await db.reader("PRAGMA busy_timeout = 0").get();
    await assert.rejects(() => writers(db).write("locked out"), StorageError);
    other.exec("ROLLBACK");
    await assert.rejects(
      () => db.writer("INSERT INTO notes (words) VALUES (NULL)").run(),
      (error) => !(error instanceof StorageError),
    );
    other.close();
    return Promise.resolve();
  }));

/** Leaves room for small rows and no large one. */
async function fillDisk(db: FileDatabase): Promise<void> {
  const pages = Object.values(await db.reader("PRAGMA page_count").get() ?? {})[0];
  await db.reader(`PRAGMA max_page_count = ${pages}`).get();
}

Deno.test("a number past 2^53 is read rounded, and later rows as before", () =>
  withDatabase(async (db, _onDisk, path) => {
    await db.committed();
    const other = new DatabaseSync(path);
    other.exec("INSERT INTO notes VALUES (9007199254740993, 'far'), (5, 'near')");
    other.close();
    const far = db.reader("SELECT number, words FROM notes WHERE number >= ? ORDER BY number DESC");
    const row = (number: number, words: string) => ({ number, words });
    assert.deepEqual((await far.all(6)).map((each) => ({ ...each })), [row(2 ** 53, "far")]);
    assert.deepEqual({ ...await far.get(1) }, row(2 ** 53, "far"));
    assert.deepEqual((await far.all(1)).map((each) => ({ ...each })), [
      row(2 ** 53, "far"),
      row(5, "near"),
    ]);
    const near = db.reader("SELECT number, words FROM notes WHERE number < ?");
    assert.deepEqual({ ...await near.get(9) }, row(5, "near"));
  }));

// — Files —

Deno.test("openDatabase makes files for their owner alone", () =>
  withDatabase(async (db, _onDisk, path) => {
    await writers(db).write("one");
    await db.committed();
    for (const ending of ["", "-wal", "-shm"]) {
      assert.equal((await Deno.stat(path + ending)).mode! & 0o777, 0o600);
    }
  }));

for (const ending of ["", "-wal", "-shm"]) {
  Deno.test(`nothing is committed once the file triborg.db${ending} was deleted`, () =>
    withDatabase(async (db, _onDisk, path) => {
      const { write } = writers(db);
      await write("one");
      await db.committed();
      assert.equal(db.lostFile(), undefined);
      await Deno.remove(path + ending);
      assert.deepEqual(db.lostFile(), { path: path + ending, kind: "deleted" });
      await write("two");
      await assert.rejects(db.committed(), {
        message: `Database file "${path + ending}" was deleted`,
      });
    }));
}

Deno.test("a WAL that was emptied is told when it is written on, and one that the database emptied is none", () =>
  withDatabase(async (db, _onDisk, path) => {
    const { write } = writers(db);
    await write("one");
    db.forgetDeleted();
    await db.committed();
    assert.equal((await Deno.stat(`${path}-wal`)).size, 0);
    await write("two");
    await db.committed();
    assert.equal(db.lostFile("content"), undefined);
    await Deno.truncate(`${path}-wal`);
    await write("three");
    await db.committed();
    assert.deepEqual(db.lostFile("content"), { path: `${path}-wal`, kind: "cut" });
  }));

Deno.test("nothing is committed once another file lies in the database's place", () =>
  withDatabase(async (db, _onDisk, path) => {
    await Deno.copyFile(path, `${path}.other`);
    await Deno.rename(`${path}.other`, path);
    assert.equal(db.lostFile()?.kind, "replaced");
    await writers(db).write("one");
    await assert.rejects(db.committed(), /was replaced/);
  }));

Deno.test("what is deleted is in neither file any more, also after rows were changed and moved", () =>
  withDatabase(async (db, _onDisk, path) => {
    const add = db.writer("INSERT INTO notes (words) VALUES (?)");
    for (let note = 0; note < 2_000; note++) {
      await add.run(`Galliard ${note} ${"x".repeat(note % 300)}`);
    }
    await db.committed();
    await db.writer("UPDATE notes SET words = ''").run();
    await db.writer("DELETE FROM notes WHERE number % 2 = 0").run();
    db.forgetDeleted();
    await db.committed();
    assert.equal((await Deno.stat(`${path}-wal`)).size, 0);
    assert.doesNotMatch(await Deno.readTextFile(path), /Galliard/);
  }));

Deno.test("where a backup reads the old pages, the WAL is emptied by the next commit after it", () =>
  withDatabase(async (db, _onDisk, path) => {
    const { write } = writers(db);
    await write("Galliard");
    await db.committed();
    const reader = new DatabaseSync(path, { readOnly: true });
    reader.exec("BEGIN; SELECT * FROM notes");
    await db.writer("DELETE FROM notes").run();
    db.forgetDeleted();
    await db.committed();
    assert.notEqual((await Deno.stat(`${path}-wal`)).size, 0);
    reader.close();
    await write("next");
    await db.committed();
    assert.equal((await Deno.stat(`${path}-wal`)).size, 0);
  }));

Deno.test("free pages from before deleting overwrote are overwritten once", () =>
  withFolder(async (folder) => {
    const path = `${folder}/triborg.db`;
    const erase = (sqlite: DatabaseSync) =>
      sqlite.exec(
        `PRAGMA secure_delete = OFF; CREATE TABLE names (name TEXT);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
         INSERT INTO names SELECT 'Galliard' || i FROM n; DROP TABLE names;`,
      );
    {
      using old = new DatabaseSync(path);
      old.exec(`${NOTES}; PRAGMA user_version = 1;`);
      erase(old);
    }
    assert.match(await Deno.readTextFile(path), /Galliard/);
    const db = openDatabase(path, MIGRATIONS);
    await db.overwriteFreePages(1);
    assert.match(await Deno.readTextFile(path), /Galliard/, "too large");
    await db.overwriteFreePages(100);
    assert.doesNotMatch(await Deno.readTextFile(path), /Galliard/);
    assert.equal((await Deno.stat(`${path}-wal`)).size, 0);
    await db.close();
  }));

Deno.test("rehearse leaves nothing of its writes, and all of those before it", () =>
  withDatabase(async (db, onDisk) => {
    const { write, count } = writers(db);
    await write("one");
    await db.rehearse(() => write("trial"));
    await assert.rejects(() =>
      db.rehearse(async () =>
        void await db.writer("INSERT INTO notes (words) VALUES (?)").run(null)
      )
    );
    assert.equal(await count(), 1);
    await db.committed();
    assert.deepEqual(onDisk(), ["one"]);
  }));

Deno.test("backUp makes a new file of one piece, and never overwrites", () =>
  withDatabase(async (db, _onDisk, path) => {
    await writers(db).write("one");
    await db.backUp(`${path}.copy`, "INSERT INTO notes (words) VALUES ('mark')");
    using copy = new DatabaseSync(`${path}.copy`, { readOnly: true });
    assert.deepEqual(copy.prepare("SELECT words FROM notes").all().map(({ words }) => words), [
      "one",
      "mark",
    ]);
    assert.equal((await Deno.stat(`${path}.copy`)).mode! & 0o777, 0o600);
    await assert.rejects(db.backUp(`${path}.copy`, ""), Deno.errors.AlreadyExists);
    await assert.rejects(db.backUp(`${path}.bad`, "INSERT INTO nowhere VALUES (1)"), /nowhere/);
    await assert.rejects(Deno.stat(`${path}.bad`), Deno.errors.NotFound);
  }));

Deno.test("on a small disk the WAL stays small, and grows again when there is room", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/test.db`;
  const db = openDatabase(path, ["CREATE TABLE t (number INTEGER PRIMARY KEY, words TEXT)"]);
  const insert = db.writer("INSERT INTO t (words) VALUES (?)");
  const walBytes = () => Deno.statSync(`${path}-wal`).size;
  const write = async (times: number) => {
    for (let time = 0; time < times; time++) {
      await insert.run("x".repeat(20_000));
      await db.committed();
    }
  };
  try {
    db.limitWal(2.5 * 2 ** 20);
    await write(100);
    assert.ok(walBytes() < 2 ** 19, `${walBytes()} bytes`);
    db.limitWal(2 ** 40);
    await write(100);
    assert.ok(walBytes() > 2 ** 20, `${walBytes()} bytes`);
  } finally {
    await db.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a move of many pages is recorded where no further file can be opened", () =>
  withFolder(async (folder) => {
    const script = `
      import { openDatabase } from "${
      new URL("../../lib/journal/sqlite/database.ts", import.meta.url).href
    }";
      const db = openDatabase("${folder}/triborg.db", [${JSON.stringify(NOTES)}]);
      const add = db.writer("INSERT INTO notes (words) VALUES (?)");
      for (let nth = 0; nth < 200; nth += 1) add.run("x".repeat(2_000));
      await db.committed();
      try {
        for (;;) Deno.openSync(".");
      } catch {
        // There is no room for another.
      }
      const change = db.writer("UPDATE notes SET words = words || '!'");
      db.atomically(() => change.run());
      await db.committed();
      console.log("recorded");
    `;
    const { stdout, stderr } = await runScript(script, { openFiles: 64 });
    assert.equal(stdout, "recorded\n", stderr);
  }));
