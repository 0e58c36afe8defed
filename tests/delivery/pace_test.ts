// Sends that nobody waits for: in their order, a few in a round of the event loop, more when many wait.

import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import { createPace } from "../../lib/delivery/pace.ts";

Deno.test("a pace lets nothing begin in the round in which it was asked for", async () => {
  using time = new FakeTime();
  const pace = createPace();
  const begun = begin(pace, 1);
  await turn();
  assert.deepEqual(begun, []);
  time.tick(1);
  await turn();
  assert.deepEqual(begun, [0]);
});

Deno.test("a pace lets four begin in a round, in their order", async () => {
  using time = new FakeTime();
  const begun = begin(createPace(), 10);
  for (const most of [4, 8, 10]) {
    time.tick(1);
    await turn();
    assert.deepEqual(begun, Array.from({ length: most }, (_, nth) => nth));
  }
});

Deno.test("a pace lets more of a crowd begin in a round, so that it ends in few, and never many at once", async () => {
  using time = new FakeTime();
  const begun = begin(createPace(), 2_000);
  const rounds: number[] = [];
  while (begun.length < 2_000) {
    const before = begun.length;
    time.tick(1);
    await turn();
    rounds.push(begun.length - before);
  }
  assert.equal(Math.max(...rounds), 64);
  assert.equal(rounds.at(-2), 4);
  assert.ok(rounds.length < 70, String(rounds.length));
});

/** Asks so often, and notes who began. */
function begin(pace: () => Promise<void>, count: number): number[] {
  const begun: number[] = [];
  for (let nth = 0; nth < count; nth++) pace().then(() => begun.push(nth));
  return begun;
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
