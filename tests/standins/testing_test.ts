import assert from "node:assert/strict";
import { MockError, spy } from "@std/testing/mock";
import { FakeTime, TimeError } from "@std/testing/time";

// Imported by their bare names, so that the same tests run on the stand-ins and on the package itself.

Deno.test("spy on a method remembers its calls and is replaced by the method at the end of using", () => {
  const counter = aCounter();
  const real = counter.add;
  {
    using add = spy(counter, "add");
    assert.equal(counter.add(2), 3);
    assert.deepEqual(add.calls, [{ args: [2], self: counter, returned: 3 }]);
  }
  assert.equal(counter.add, real);
});

Deno.test("spy remembers a thrown error and lets it through", () => {
  const failure = new TypeError("no chat");
  const chat = {
    send(): void {
      throw failure;
    },
  };
  using send = spy(chat, "send");

  assert.throws(() => chat.send(), failure);
  assert.equal(send.calls[0]?.error, failure);
});

Deno.test("a spy on an inherited method leaves nothing behind", () => {
  const list: number[] = [];
  {
    using push = spy(list, "push");
    list.push(1);
    assert.equal(push.calls.length, 1);
  }
  assert.deepEqual([list, Object.hasOwn(list, "push")], [[1], false]);
});

Deno.test("spy refuses what is no method", () => {
  assert.throws(() => spy(aCounter(), "from"), MockError);
});

Deno.test("FakeTime stands still at its start", () => {
  const startMs = Date.UTC(2024, 4, 1, 10);
  using time = new FakeTime(startMs);

  assert.equal(new Date().toISOString(), "2024-05-01T10:00:00.000Z");
  assert.equal(Date.now(), time.now);
  time.tick(1500);
  assert.equal(Date.now() - startMs, 1500);
});

Deno.test("FakeTime's dates are dates", () => {
  using _time = new FakeTime(0);
  const date = new Date();

  assert.ok(date instanceof Date);
  assert.deepEqual(date, new Date(0));
  assert.equal(new Date(2024, 0, 2).getFullYear(), 2024);
  assert.equal(Date.parse("1970-01-01T00:00:01Z"), 1000);
  assert.equal(Date(), new Date(0).toString());
});

Deno.test("tick runs the timers due by then, in order of due time, then of start", () => {
  using time = new FakeTime(0);
  const ran: string[] = [];
  setTimeout(() => ran.push(`b at ${time.now}`), 20);
  setTimeout((name) => ran.push(`${name} at ${time.now}`), 10, "a");
  setTimeout(() => ran.push("c"), 20);
  setTimeout(() => ran.push("late"), 21);

  time.tick(19);
  assert.deepEqual(ran, ["a at 10"]);
  time.tick();
  assert.deepEqual(ran, ["a at 10"]);
  time.tick(1);
  assert.deepEqual(ran, ["a at 10", "b at 20", "c"]);
  assert.equal(time.now, 20);
});

Deno.test("a timer without delay that another timer starts runs in the same tick", () => {
  using time = new FakeTime(0);
  const ran: number[] = [];
  setTimeout(() => setTimeout(() => ran.push(time.now)), 10);

  time.tick(10);
  assert.deepEqual(ran, [10]);
});

Deno.test("an interval runs until it is cleared, also from its own callback", () => {
  using time = new FakeTime(0);
  const ran: number[] = [];
  const id = setInterval(() => ran.push(time.now), 1000);
  const own = setInterval(() => clearInterval(own), 1000);

  time.tick(3500);
  assert.deepEqual(ran, [1000, 2000, 3000]);
  clearInterval(id);
  time.tick(5000);
  assert.equal(ran.length, 3);
  assert.equal(time.next(), false);
});

Deno.test("a cleared timeout never runs", () => {
  using time = new FakeTime(0);
  const call = aCount();
  clearTimeout(setTimeout(call, 10));
  clearTimeout(undefined);

  time.tick(10);
  assert.equal(call.calls, 0);
});

Deno.test("a timer that throws stops time there; the rest runs at the next tick", () => {
  using time = new FakeTime(0);
  const call = aCount();
  setTimeout(() => {
    throw new Error("stop");
  }, 10);
  setTimeout(call, 20);

  assert.throws(() => time.tick(30), { message: "stop" });
  assert.equal(time.now, 10);
  assert.equal(call.calls, 0);
  time.tick(20);
  assert.equal(call.calls, 1);
});

Deno.test("a timer of 30 days waits 30 days", () => {
  using time = new FakeTime(0);
  const call = aCount();
  const days30 = 30 * 24 * 3_600_000;
  setTimeout(call, days30);

  time.tick(days30 - 1);
  assert.equal(call.calls, 0);
  time.tick(1);
  assert.equal(call.calls, 1);
});

Deno.test("next goes to the next due time and runs all that is due then", () => {
  using time = new FakeTime(0);
  const call = aCount();
  setTimeout(call, 50);
  setTimeout(call, 50);
  setTimeout(call, 60);

  assert.equal(time.next(), true);
  assert.equal(call.calls, 2);
  assert.equal(time.now, 50);
  assert.equal(time.next(), true);
  assert.equal(time.next(), false);
  assert.equal(time.now, 60);
});

Deno.test("tickAsync runs pending microtasks before time passes", async () => {
  using time = new FakeTime(0);
  const ran: number[] = [];
  const waitTwice = async () => {
    for (const ms of [10, 20]) {
      await manyMicrotasks();
      await new Promise((resolve) => setTimeout(resolve, ms));
      ran.push(time.now);
    }
  };
  const waiting = waitTwice();

  await time.tickAsync(10);
  await time.tickAsync(20);
  await waiting;
  assert.deepEqual(ran, [10, 30]);
});

Deno.test("runMicrotasks runs pending microtasks and no timer", async () => {
  using time = new FakeTime(0);
  const [microtask, timer] = [aCount(), aCount()];
  manyMicrotasks().then(() => microtask());
  setTimeout(timer);

  await time.runMicrotasks();
  assert.equal(microtask.calls, 1);
  assert.equal(timer.calls, 0);
});

Deno.test("AbortSignal.timeout follows fake time", () => {
  using time = new FakeTime(0);
  const signal = AbortSignal.timeout(10_000);

  time.tick(9_999);
  assert.equal(signal.aborted, false);
  time.tick(1);
  assert.equal(signal.aborted, true);
  assert.equal(signal.reason.name, "TimeoutError");
});

Deno.test("restore puts back every global, and throws the second time", () => {
  const real = [Date, setTimeout, clearTimeout, setInterval, clearInterval, AbortSignal.timeout];
  const time = new FakeTime();
  assert.notEqual(Date, real[0]);
  time.restore();
  assert.throws(() => time.restore(), TimeError);
  assert.deepEqual(
    [Date, setTimeout, clearTimeout, setInterval, clearInterval, AbortSignal.timeout],
    real,
  );
});

Deno.test("globals kept from faked time tell the real time after restore, and start no timer", () => {
  const time = new FakeTime(1000);
  const { Date: Taken, setTimeout: start, setInterval: repeat, clearTimeout: clear } = globalThis;
  time.restore();

  assert.ok(Taken.now() > 1000 && new Taken().getTime() > 1000);
  for (const use of [() => start(() => {}), () => repeat(() => {}), () => clear(1)]) {
    assert.throws(use, TimeError);
  }
});

Deno.test("FakeTime refuses to fake time twice", () => {
  using _time = new FakeTime();
  assert.throws(() => new FakeTime(), TimeError);
});

function aCounter() {
  return {
    from: 1,
    add(count: number) {
      return this.from + count;
    },
  };
}

/** A function that counts its calls. */
function aCount(): (() => void) & { calls: number } {
  const count = Object.assign(() => void count.calls++, { calls: 0 });
  return count;
}

async function manyMicrotasks(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
