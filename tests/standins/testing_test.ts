import assert from "node:assert/strict";
import { assertSpyCalls, MockError, spy } from "@std/testing/mock";
import { FakeTime, TimeError } from "@std/testing/time";

// Imported by their bare names, so that the same tests run on the stand-ins and on the package itself.

Deno.test("spy without a function returns undefined and remembers its calls in order", () => {
  const call = spy();

  assert.equal(call(), undefined);
  call(1, "two");
  assertSpyCalls(call, 2);
  assert.deepEqual(call.calls.map(({ args }) => args), [[], [1, "two"]]);
});

Deno.test("spy around a function behaves as the function", () => {
  const add = spy((a: number, b: number) => a + b);

  assert.equal(add(2, 3), 5);
  assertSpyCalls(add, 1);
  assert.deepEqual(add.calls, [{ args: [2, 3], returned: 5 }]);
});

Deno.test("spy remembers a thrown error and lets it through", () => {
  const failure = new TypeError("no chat");
  const send = spy(() => {
    throw failure;
  });

  assert.throws(() => send(), failure);
  assert.match(String(send.calls[0]?.error), /^TypeError: .*chat/);
});

Deno.test("spy on a method replaces it until it is restored", () => {
  const room = aRoom();
  const real = room.greet;
  const greet = spy(room, "greet");

  assert.equal(room.greet("Ann"), "Hello Ann from red");
  assert.equal(room.greet, greet);
  assert.deepEqual(greet.calls, [{ args: ["Ann"], self: room, returned: "Hello Ann from red" }]);
  greet.restore();
  assert.equal(room.greet, real);
  assert.equal(greet.restored, true);
});

Deno.test("a method spy is restored at the end of using", () => {
  const room = aRoom();
  const real = room.greet;
  {
    using greet = spy(room, "greet");
    room.greet("Ann");
    assertSpyCalls(greet, 1);
  }
  assert.equal(room.greet, real);
});

Deno.test("a spy on an inherited method leaves nothing behind", () => {
  const list: number[] = [];
  {
    using push = spy(list, "push");
    list.push(1);
    assertSpyCalls(push, 1);
  }
  assert.deepEqual([list, Object.hasOwn(list, "push")], [[1], false]);
});

Deno.test("spy refuses what is no method, a method it spies on already, and a second restore", () => {
  const room = aRoom();
  assert.throws(() => spy(room, "colour"), MockError);
  const greet = spy(room, "greet");
  assert.throws(() => spy(room, "greet"), MockError);
  greet.restore();
  assert.throws(() => greet.restore(), MockError);
  assert.throws(() => spy().restore(), MockError);
  assert.throws(() => spy(Object.freeze(aRoom()), "greet"), MockError);
});

Deno.test("assertSpyCalls refuses fewer and more calls", () => {
  const call = spy();
  call();

  refused(() => assertSpyCalls(call, 0));
  refused(() => assertSpyCalls(call, 2));
});

Deno.test("what a spy remembers cannot be replaced", () => {
  const greet: object = spy();

  for (const key of ["original", "calls", "restored", "restore"]) {
    assert.equal(Reflect.set(greet, key, 1), false, key);
  }
  assert.deepEqual(Object.keys(greet), ["original", "calls", "restored", "restore"]);
});

Deno.test("FakeTime stands still at its start", () => {
  using time = new FakeTime("2024-05-01T10:00:00Z");

  assert.equal(new Date().toISOString(), "2024-05-01T10:00:00.000Z");
  assert.equal(Date.now(), time.now);
  assert.equal(time.start, Date.UTC(2024, 4, 1, 10));
  time.tick(1500);
  assert.equal(Date.now() - time.start, 1500);
});

Deno.test("FakeTime starts at a number, a Date or now", () => {
  for (const [start, expected] of [[12.7, 12], [new Date(34), 34]] as const) {
    using time = new FakeTime(start);
    assert.equal(time.now, expected);
  }
  const before = Date.now();
  using time = new FakeTime();
  assert.ok(time.now >= before && time.now - before < 60_000);
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

Deno.test("a timer without delay that a timer starts runs in the same tick", () => {
  using time = new FakeTime(0);
  const ran: number[] = [];
  setTimeout(() => setTimeout(() => ran.push(time.now)), 10);

  time.tick(10);
  assert.deepEqual(ran, [10]);
});

Deno.test("an interval runs until it is cleared, also by itself", () => {
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
  const call = spy();
  clearTimeout(setTimeout(call, 10));
  clearTimeout(undefined);

  time.tick(10);
  assertSpyCalls(call, 0);
});

Deno.test("a timer that throws stops time there; the rest runs at the next tick", () => {
  using time = new FakeTime(0);
  const call = spy();
  setTimeout(() => {
    throw new Error("stop");
  }, 10);
  setTimeout(call, 20);

  assert.throws(() => time.tick(30), { message: "stop" });
  assert.equal(time.now, 10);
  assertSpyCalls(call, 0);
  time.tick(20);
  assertSpyCalls(call, 1);
});

Deno.test("a timer of 30 days waits 30 days", () => {
  using time = new FakeTime(0);
  const call = spy();
  const days30 = 30 * 24 * 3_600_000;
  setTimeout(call, days30);

  time.tick(days30 - 1);
  assertSpyCalls(call, 0);
  time.tick(1);
  assertSpyCalls(call, 1);
});

Deno.test("next goes to the next due time and runs all that is due then", () => {
  using time = new FakeTime(0);
  const call = spy();
  setTimeout(call, 50);
  setTimeout(call, 50);
  setTimeout(call, 60);

  assert.equal(time.next(), true);
  assertSpyCalls(call, 2);
  assert.equal(time.now, 50);
  assert.equal(time.next(), true);
  assert.equal(time.next(), false);
  assert.equal(time.now, 60);
});

Deno.test("tickAsync and nextAsync run the microtasks that are pending, before time passes", async () => {
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
  assert.equal(await time.nextAsync(), true);
  await waiting;
  assert.deepEqual(ran, [10, 30]);
});

Deno.test("runMicrotasks runs the microtasks that are pending, and no timer", async () => {
  using time = new FakeTime(0);
  const [microtask, timer] = [spy(), spy()];
  manyMicrotasks().then(() => microtask());
  setTimeout(timer);

  await time.runMicrotasks();
  assertSpyCalls(microtask, 1);
  assertSpyCalls(timer, 0);
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

Deno.test("setting now lets time pass, but not backwards", () => {
  using time = new FakeTime(1000);
  const call = spy();
  setTimeout(call, 5);

  time.now = 2000;
  assertSpyCalls(call, 1);
  assert.throws(() => time.now = 1999, RangeError);
});

Deno.test("restore brings everything back, once, from wherever it is called", () => {
  const real = [Date, setTimeout, clearTimeout, setInterval, clearInterval, AbortSignal.timeout];
  const time = new FakeTime();
  assert.notEqual(Date, real[0]);
  time.restore();
  assert.throws(() => time.restore(), TimeError);
  new FakeTime();
  FakeTime.restore();
  assert.throws(() => FakeTime.restore(), TimeError);
  assert.deepEqual(
    [Date, setTimeout, clearTimeout, setInterval, clearInterval, AbortSignal.timeout],
    real,
  );
});

Deno.test("what was taken from faked time tells the real time after it, and starts no timer", () => {
  const time = new FakeTime(1000);
  const { Date: Taken, setTimeout: start, setInterval: repeat, clearTimeout: clear } = globalThis;
  time.restore();

  assert.ok(Taken.now() > 1000 && new Taken().getTime() > 1000);
  for (const use of [() => start(() => {}), () => repeat(() => {}), () => clear(1)]) {
    assert.throws(use, TimeError);
  }
});

Deno.test("a delay that is no number never ends, and a callback that is no function is refused", () => {
  using time = new FakeTime();
  const call = spy();
  setTimeout(call, NaN);

  time.tick(100_000);
  assertSpyCalls(call, 0);
  assert.throws(() => Reflect.apply(setTimeout, null, ["call()", 1]), TimeError);
});

Deno.test("FakeTime refuses to fake time twice, and a start that is no date", () => {
  {
    using _time = new FakeTime();
    assert.throws(() => new FakeTime(), TimeError);
  }
  assert.throws(() => new FakeTime("tomorrow"), TypeError);
});

function aRoom(colour = "red") {
  return {
    colour,
    greet(name: string) {
      return `Hello ${name} from ${this.colour}`;
    },
  };
}

function refused(check: () => void): void {
  assert.throws(check, { name: "AssertionError" });
}

async function manyMicrotasks(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
