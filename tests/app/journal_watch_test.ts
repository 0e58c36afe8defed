// When a journal that cannot be written is said, and when the process leaves, on a clock of the test's own.

import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import { watchJournal } from "../../lib/app/journal_watch.ts";
import type { LostFile } from "../../lib/journal/sqlite/database_files.ts";
import { aLog } from "../helpers/a_log.ts";
import { StorageError } from "../../lib/journal/storage_error.ts";

function aWatch({ isShared = false } = {}) {
  const time = new FakeTime();
  const log = aLog();
  const it = {
    cause: undefined as string | undefined,
    lost: undefined as LostFile | undefined,
    end: undefined as string | undefined,
    isAlive: true,
  };
  const watch = watchJournal({
    tryToRecord: () => Promise.resolve(it.cause),
    lostFile: () => it.lost,
    ...isShared ? { crew: { isAlive: () => it.isAlive } } : {},
    elapsedMs: Date.now,
    log: log.log,
  });
  watch.ended.then((end) => it.end = end);
  watch.start();
  return {
    it,
    watch,
    said: (words: string) => log.lines.filter((line) => line.includes(words)),
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 500) await time.tickAsync(500);
    },
    [Symbol.dispose]() {
      watch.stop();
      time.restore();
    },
  };
}

Deno.test("a journal that cannot be written for a minute ends the process, and its cause is said now and then", async () => {
  using test = aWatch();
  const { it, pass, said } = test;
  it.cause = "database disk image is malformed";
  await pass(60_000);
  assert.equal(it.end, undefined);
  assert.equal(said("Журнал не записать").length, 2);
  assert.ok(said("Журнал не записать")[0]?.includes("database disk image is malformed"));
  await pass(7_000);
  assert.equal(it.end, "unwritable");
});

Deno.test("on PostgreSQL a process outlasts a server that is away, and a process that is out says nothing more", async () => {
  using test = aWatch({ isShared: true });
  const { it, pass, said } = test;
  it.cause = "there is no connection to the database";
  await pass(10 * 60_000);
  assert.equal(it.end, undefined);
  const lines = said("Журнал не записать").length;
  assert.ok(lines > 5 && lines <= 20, `${lines}`);
  it.isAlive = false;
  await pass(10 * 60_000);
  assert.equal(said("Журнал не записать").length, lines);
  it.isAlive = true;
  it.cause = undefined;
  await pass(30_000);
  assert.equal(said("Журнал снова записывается").length, 1);
});

Deno.test("a disk that gets room again within the minute costs nothing", async () => {
  using test = aWatch();
  const { it, pass, said } = test;
  it.cause = "database or disk is full";
  await pass(50_000);
  it.cause = undefined;
  await pass(20_000);
  it.cause = "database or disk is full";
  await pass(50_000);
  assert.equal(it.end, undefined);
  assert.equal(said("Журнал снова записывается").length, 1);
});

Deno.test("updates that the journal refuses for a minute end the process, a defect in one does not", async () => {
  using test = aWatch();
  const { it, watch, pass } = test;
  const malformed = new StorageError("malformed");
  for (
    const [error, end] of [[new TypeError("no id"), undefined], [malformed, "unwritable"]] as const
  ) {
    for (let tries = 0; tries < 4; tries++) {
      await assert.rejects(watch.recording(() => Promise.reject(error)), error);
      await pass(25_000);
    }
    assert.equal(it.end, end);
  }
});

for (const kind of ["deleted", "replaced"] as const) {
  Deno.test(`a journal that was ${kind} ends the process within seconds, in words that name the file`, async () => {
    using test = aWatch();
    const { it, watch, pass, said } = test;
    it.lost = { path: "data/triborg.db-wal", kind };
    const recorded: string[] = [];
    await assert.rejects(
      watch.recording(() => Promise.resolve(recorded.push("lead"))),
      /triborg.db-wal/,
    );
    assert.deepEqual(recorded, []);
    await pass(2_000);
    assert.equal(it.end, "lost");
    assert.equal(said("КРИТИЧЕСКАЯ ОШИБКА: файл журнала data/triborg.db-wal").length, 1);
  });
}
