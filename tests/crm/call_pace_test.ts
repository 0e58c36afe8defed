// Calls to one CRM account leave one after another, within its rate.

import assert from "node:assert/strict";
import { type CallRank, createCallPace } from "../../lib/crm/call_pace.ts";

const AMO = { account: "monster.amocrm.ru", callsPerSecond: 5 };

/** A pace of a bot that has run for a while, on a clock that `pass` moves from one wait to the next, and when each call left. */
function aPace(nameFor?: () => string | undefined) {
  const stopping = new AbortController();
  const sleepers: { readonly untilMs: number; readonly wake: () => void }[] = [];
  let nowMs = -10_000;
  const pace = createCallPace({
    elapsedMs: () => nowMs,
    sleep: (ms) =>
      new Promise((wake) => {
        if (stopping.signal.aborted) wake();
        else sleepers.push({ untilMs: nowMs + ms, wake });
        stopping.signal.addEventListener("abort", () => wake(), { once: true });
      }),
    stopping: stopping.signal,
    nameFor,
  });
  nowMs = 0;
  const left: { readonly name: string; readonly atMs: number }[] = [];
  const call = (name: string, rank: CallRank = "lead", to = AMO) =>
    pace.run(to, rank, async (leave) => {
      if (await leave()) left.push({ name, atMs: nowMs });
    });
  /** Lets time pass until no call waits for it. */
  async function pass(): Promise<void> {
    await settled();
    while (sleepers.length > 0) {
      sleepers.sort((a, b) => a.untilMs - b.untilMs);
      const { untilMs, wake } = sleepers.shift()!;
      nowMs = Math.max(nowMs, untilMs);
      wake();
      await settled();
    }
  }
  return { stopping, pace, left, call, pass };
}

/** Resolves when all promises have settled that can. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

Deno.test("a call pace lets at most five calls leave within any second", async () => {
  const here = aPace();
  const calls = Array.from({ length: 200 }, (_, index) => here.call(String(index)));
  await here.pass();
  await Promise.all(calls);
  const times = here.left.map(({ atMs }) => atMs);
  assert.equal(times.length, 200);
  const most = Math.max(
    ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length),
  );
  assert.ok(most === 4 || most === 5, `${most} within a second`);
  assert.ok(times.at(-1)! <= 199 * 250, `the last left after ${times.at(-1)} ms`);
});

Deno.test("a call pace lets the first call leave at once, and accounts do not wait for each other", async () => {
  const here = aPace();
  await Promise.all([here.call("a"), here.call("b", "lead", { ...AMO, account: "b.amocrm.ru" })]);
  assert.deepEqual(here.left, [{ name: "a", atMs: 0 }, { name: "b", atMs: 0 }]);
});

Deno.test("a call pace lets nothing leave in the first second of a process, as another may have just ended", async () => {
  let nowMs = 0;
  const pace = createCallPace({
    elapsedMs: () => nowMs,
    sleep: (ms) => Promise.resolve(void (nowMs += ms)),
    stopping: new AbortController().signal,
  });
  await pace.run(AMO, "lead", (leave) => leave());
  assert.equal(nowMs, 1000);
});

Deno.test("leads leave before look-ups of the page, and those before notes", async () => {
  const here = aPace();
  const calls = [
    here.call("first", "note"),
    here.call("note", "note"),
    here.call("page", "page"),
    here.call("lead", "lead"),
  ];
  await here.pass();
  await Promise.all(calls);
  assert.deepEqual(here.left.map(({ name }) => name), ["first", "lead", "page", "note"]);
});

Deno.test("the call in turn does what it does before it leaves alone, and the others wait", async () => {
  const here = aPace();
  const recorded = Promise.withResolvers<void>();
  let isSecondBegun = false;
  const first = here.pace.run(AMO, "lead", async (leave) => {
    await recorded.promise;
    await leave();
  });
  const second = here.pace.run(AMO, "lead", async (leave) => {
    isSecondBegun = true;
    await leave();
  });
  await here.pass();
  assert.equal(isSecondBegun, false);
  recorded.resolve();
  await here.pass();
  await Promise.all([first, second]);
  assert.equal(isSecondBegun, true);
});

Deno.test("a call that throws before it leaves lets the next one leave", async () => {
  const here = aPace();
  await assert.rejects(here.pace.run(AMO, "lead", () => Promise.reject(new Error("disk"))));
  await here.call("next");
  assert.deepEqual(here.left, [{ name: "next", atMs: 0 }]);
});

Deno.test("a call pace that is held lets nothing leave for so long", async () => {
  const here = aPace();
  here.pace.hold(AMO.account, 5000);
  const calls = [here.call("a"), here.call("b")];
  await here.pass();
  await Promise.all(calls);
  assert.deepEqual(here.left.map(({ atMs }) => atMs), [5000, 5250]);
});

Deno.test("a call that waits is told to stay when the process stops", async () => {
  const here = aPace();
  await here.call("a");
  const waiting = here.pace.run(AMO, "lead", (leave) => leave());
  here.stopping.abort();
  await here.pass();
  assert.equal(await waiting, false);
});

Deno.test("a call pace tells for how long an account has only asked for waits", async () => {
  const here = aPace();
  const heldForMs = () => here.pace.heldForMs(AMO.account);
  assert.equal(heldForMs(), 0);
  here.pace.hold(AMO.account, 60_000);
  const first = here.call("a");
  await here.pass();
  await first;
  assert.equal(heldForMs(), 60_000);
  here.pace.hold(AMO.account, 5_000);
  assert.equal(heldForMs(), 60_000);
  here.pace.ease(AMO.account);
  assert.equal(heldForMs(), 0);
});

Deno.test("who takes an account's calls over waits a second with the first, and who has lost them makes none but the page's", async () => {
  let name: string | undefined = "one";
  const { left, call, pass } = aPace(() => name);
  void call("first");
  void call("second");
  await pass();
  assert.deepEqual(left, [{ name: "first", atMs: 1_000 }, { name: "second", atMs: 1_250 }]);
  name = undefined;
  void call("lead");
  void call("note", "note");
  void call("page", "page");
  await pass();
  assert.deepEqual(left.slice(2).map(({ name }) => name), ["page"]);
  name = "two";
  const { atMs } = left.at(-1)!;
  void call("again");
  await pass();
  assert.equal(left.at(-1)?.atMs, atMs + 1_000);
});

Deno.test("a call that waits for its turn does not leave once the account is another's", async () => {
  let name: string | undefined = "one";
  const { left, call, pass } = aPace(() => name);
  void call("lead");
  await Promise.resolve();
  name = undefined;
  await pass();
  assert.deepEqual(left, []);
});
