// One verb for what several callers ask for while others run.

import assert from "node:assert/strict";
import { gathered } from "../../lib/journal/gathered.ts";
import { createTurns } from "../../lib/journal/postgres/turns.ts";
import { StorageError } from "../../lib/journal/storage_error.ts";

/** A verb that returns tenfold; it keeps what each run was given. */
function aVerb(refuse: (all: readonly number[]) => Error | undefined = () => undefined) {
  const turns = createTurns(() => {});
  const runs: (readonly number[])[] = [];
  const tenfold = gathered(
    { inTurn: turns.take },
    (all: readonly number[]) => {
      runs.push(all);
      const error = refuse(all);
      return error === undefined
        ? Promise.resolve(all.map((each) => 10 * each))
        : Promise.reject(error);
    },
    "tenfold",
  );
  return { tenfold, runs, turns };
}

Deno.test("what is asked for while another verb runs is one verb, each with its own result", async () => {
  const { tenfold, runs, turns } = aVerb();
  const before = Promise.withResolvers<void>();
  void turns.take(() => before.promise);
  const results = Promise.all([1, 2, 3].map(tenfold));
  before.resolve();
  assert.deepEqual(await results, [10, 20, 30]);
  assert.deepEqual(runs, [[1, 2, 3]]);
  assert.equal(await tenfold(4), 40);
  assert.deepEqual(runs, [[1, 2, 3], [4]]);
});

Deno.test("more than 64 at once are several verbs, and another verb's turn comes between them", async () => {
  const { tenfold, runs, turns } = aVerb();
  const before = Promise.withResolvers<void>();
  void turns.take(() => before.promise);
  const asked = Array.from({ length: 130 }, (_, nth) => tenfold(nth));
  const between = turns.take(() => Promise.resolve(runs.length));
  before.resolve();
  assert.deepEqual(await Promise.all(asked), Array.from({ length: 130 }, (_, nth) => 10 * nth));
  assert.deepEqual(runs.map((run) => run.length), [64, 64, 2]);
  assert.equal(await between, 1);
});

Deno.test("a defect in one is told to it alone", async () => {
  const { tenfold, runs } = aVerb((all) =>
    all.includes(2) ? new TypeError("Cannot take 2") : undefined
  );
  const [one, two, three] = await Promise.allSettled([tenfold(1), tenfold(2), tenfold(3)]);
  assert.deepEqual(one, { status: "fulfilled", value: 10 });
  assert.deepEqual(three, { status: "fulfilled", value: 30 });
  assert.equal(two?.status === "rejected" && two.reason.message, "Cannot take 2");
  assert.equal(runs.flat().filter((each) => each === 2).length <= 2, true);
});

Deno.test("a disk that fails is told to all, and nothing is tried again", async () => {
  const { tenfold, runs, turns } = aVerb(() => new StorageError("lease lost"));
  const before = Promise.withResolvers<void>();
  void turns.take(() => before.promise);
  const asked = [1, 2].map(tenfold);
  before.resolve();
  const results = await Promise.allSettled(asked);
  assert.ok(results.every(({ status }) => status === "rejected"));
  assert.deepEqual(runs, [[1, 2]]);
});

Deno.test("those whose turn is refused are told why", async () => {
  const { tenfold, runs, turns } = aVerb();
  const before = Promise.withResolvers<void>();
  const running = turns.take(() => before.promise);
  const asked = Promise.allSettled([1, 2].map(tenfold));
  turns.refuse(new StorageError("the connection was lost"));
  const results = await asked;
  assert.ok(results.every(({ status }) => status === "rejected"));
  assert.deepEqual(runs, []);
  before.resolve();
  await running;
  assert.equal(await tenfold(3), 30);
});
