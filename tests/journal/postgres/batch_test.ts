// One batch, against a server that answers what the test wants.

import assert from "node:assert/strict";
import { beginBatch, lockKeyOf } from "../../../lib/journal/postgres/batch.ts";
import type { Session } from "../../../lib/journal/postgres/session.ts";
import { StorageError } from "../../../lib/journal/storage_error.ts";

/** Answers each statement at once, with the command that `answers` has for it. */
function aSession(sent: string[], answers: Readonly<Record<string, string>> = {}): Session {
  return {
    send(sql, done) {
      sent.push(sql);
      done?.(undefined, { rows: [], changes: 0, command: answers[sql] ?? sql });
    },
    execute: () => assert.fail("Not called"),
    outstanding: () => 0,
    lost: () => undefined,
    end: () => Promise.resolve(),
  };
}

Deno.test("a commit that ends as a rollback is none", async () => {
  const sent: string[] = [];
  const undone: StorageError[] = [];
  const batch = beginBatch(
    aSession(sent, { COMMIT: "ROLLBACK" }),
    { lockKey: 1n, fence: undefined },
    (_, why) => undone.push(why),
  );
  await assert.rejects(batch.commit(), StorageError);
  assert.equal(undone.length, 1);
});

Deno.test("savepoints are made only after something was written", () => {
  const sent: string[] = [];
  const batch = beginBatch(aSession(sent), { lockKey: 1n, fence: undefined }, () => {});
  sent.length = 0;
  batch.save();
  batch.save();
  batch.wrote();
  batch.save();
  batch.save();
  assert.deepEqual(sent, ["RELEASE SAVEPOINT verb; SAVEPOINT verb"]);
  assert.equal(batch.savepoints(), 2);
});

Deno.test("each schema has a lock of its own, of 8 bytes and always the same", () => {
  assert.equal(lockKeyOf("triborg"), lockKeyOf("triborg"));
  assert.notEqual(lockKeyOf("triborg"), lockKeyOf("triborg2"));
  for (const schema of ["triborg", "a", "b", "z".repeat(63)]) {
    assert.equal(BigInt.asIntN(64, lockKeyOf(schema)), lockKeyOf(schema));
  }
});
