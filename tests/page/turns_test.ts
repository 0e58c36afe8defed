// The page's turns beside the bot, on a clock that stands: who computes when, and how long the page rests.

import assert from "node:assert/strict";
import {
  createTurns,
  LEAST_REST_MS,
  MOST_REST_MS,
  MOST_WAITING,
  REST_PER_TURN,
  type Turns,
} from "../../lib/page/turns.ts";

interface Table {
  readonly turns: Turns;
  /** What has begun, in order. */
  readonly begun: string[];
  /** Takes a turn that computes so long. */
  ask(name: string, tookMs?: number): Promise<void>;
  /** The event loop comes round; the page then rests so long, in ms; undefined where it does not rest. */
  round(): Promise<number | undefined>;
  /** The rest is over. */
  rested(): Promise<void>;
}

function aTable(): Table {
  let nowMs = 0;
  let rounds = Promise.withResolvers<void>();
  let rest = Promise.withResolvers<void>();
  let restMs: number | undefined;
  const begun: string[] = [];
  const turns = createTurns({
    elapsedMs: () => nowMs,
    nextRound: () => rounds.promise,
    sleep(ms) {
      restMs = ms;
      return rest.promise;
    },
  });
  return {
    turns,
    begun,
    ask: (name, tookMs = 0) =>
      turns.take(() => {
        begun.push(name);
        nowMs += tookMs;
      }),
    async round() {
      restMs = undefined;
      rounds.resolve();
      rounds = Promise.withResolvers();
      await settled();
      return restMs;
    },
    async rested() {
      rest.resolve();
      rest = Promise.withResolvers();
      await settled();
    },
  };
}

/** Everything that could happen without timers has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

Deno.test("a lone request has its turn at once, and its answer before the page rests", async () => {
  const { turns } = aTable();
  assert.equal(await turns.take(() => "page"), "page");
});

Deno.test("requests compute one at a time, in the order they came, with a rest between them", async () => {
  const { begun, ask, round, rested } = aTable();
  const all = ["first", "second", "third"].map((name) => ask(name));
  await settled();
  assert.deepEqual(begun, ["first"]);
  await round();
  assert.deepEqual(begun, ["first"]);
  await rested();
  assert.deepEqual(begun, ["first", "second"]);
  await round();
  await rested();
  assert.deepEqual(begun, ["first", "second", "third"]);
  await Promise.all(all);
});

Deno.test("who comes while the page rests waits for the end of the rest", async () => {
  const { begun, ask, round, rested } = aTable();
  const second = [ask("first"), ask("second")][1];
  await round();
  const third = ask("third");
  await settled();
  assert.deepEqual(begun, ["first"]);
  await rested();
  await second;
  await round();
  await rested();
  await third;
});

Deno.test("while nothing waits the page does not rest", async () => {
  const { begun, ask, round } = aTable();
  await ask("first", 8);
  assert.equal(await round(), undefined);
  await ask("second");
  assert.deepEqual(begun, ["first", "second"]);
});

for (
  const [tookMs, restMs] of [
    [0, LEAST_REST_MS],
    [8, LEAST_REST_MS + 8 * REST_PER_TURN],
    [60_000, MOST_REST_MS],
  ] as const
) {
  Deno.test(`after a turn of ${tookMs} ms the page rests ${restMs} ms while others wait`, async () => {
    const { ask, round, rested } = aTable();
    const all = [ask("page", tookMs), ask("next")];
    assert.equal(await round(), restMs);
    await rested();
    await Promise.all(all);
  });
}

Deno.test("however many read the page at once, the bot has three quarters of the event loop", () => {
  for (let tookMs = 0; tookMs <= (MOST_REST_MS - LEAST_REST_MS) / REST_PER_TURN; tookMs += 1) {
    assert.ok(tookMs / (tookMs + LEAST_REST_MS + REST_PER_TURN * tookMs) < 0.25);
  }
});

Deno.test("a request that waits for a CRM holds up nobody", async () => {
  const { turns, begun, ask, round, rested } = aTable();
  const crm = Promise.withResolvers<string>();
  const trial = turns.take(() => crm.promise);
  const other = ask("other");
  await round();
  await rested();
  await other;
  assert.deepEqual(begun, ["other"]);
  crm.resolve("accepted");
  assert.equal(await trial, "accepted");
});

for (
  const [way, fail] of [
    ["throws", () => {
      throw new TypeError("broken");
    }],
    ["rejects", () => Promise.reject(new TypeError("broken"))],
  ] as const
) {
  Deno.test(`a request that ${way} hands its turn on`, async () => {
    const { turns, begun, ask, round, rested } = aTable();
    const broken = turns.take(fail);
    const other = ask("other");
    await assert.rejects(broken, /broken/);
    await round();
    await rested();
    await other;
    assert.deepEqual(begun, ["other"]);
  });
}

Deno.test("it is crowded when so many wait, and no longer when one of them had their turn", async () => {
  const { turns, ask, round, rested } = aTable();
  const all = [ask("first")];
  for (let nth = 1; nth < MOST_WAITING; nth += 1) all.push(ask(`waiting ${nth}`));
  assert.equal(turns.isCrowded(), false);
  all.push(ask("the last that may"));
  assert.equal(turns.isCrowded(), true);
  await round();
  await rested();
  assert.equal(turns.isCrowded(), false);
  for (let nth = 2; nth < all.length; nth += 1) {
    await round();
    await rested();
  }
  await Promise.all(all);
});
