// Writing lines to a reader that is slow, stalls, recovers or goes away.

import assert from "node:assert/strict";
import {
  createLineWriter,
  type Dropped,
  MOST_WAITING,
  type QueuedLine,
} from "../../lib/log/line_writer.ts";
import { createOutput, droppedLine } from "../../lib/log/output.ts";

/** A stream with a reader controlled by the test. */
function aStream() {
  const decoder = new TextDecoder();
  const reading = Promise.withResolvers<void>();
  let failures: Error[] = [];
  let calls = 0;
  let taken = "";
  return {
    lines: () => taken.split("\n").slice(0, -1),
    calls: () => calls,
    /** Errors for the next writes, in order. */
    fail: (...errors: Error[]) => void (failures = errors),
    read: () => reading.resolve(),
    async write(bytes: Uint8Array): Promise<number> {
      calls += 1;
      await reading.promise;
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      const part = bytes.subarray(0, 10_000); // As a nearly full pipe does.
      taken += decoder.decode(part, { stream: true });
      return part.length;
    },
  };
}

function aWriter() {
  const stream = aStream();
  const dropped: Dropped[] = [];
  const unread: QueuedLine[] = [];
  const slept: number[] = [];
  const writer = createLineWriter({
    write: stream.write,
    onRoom(some) {
      dropped.push(some);
      writer.write(`dropped ${some.lines}`, "urgent");
    },
    onGone: (some) => void unread.push(...some),
    sleep: (ms) => Promise.resolve(void slept.push(ms)),
  });
  return { stream, writer, dropped, unread, slept };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A line of a thousandth of the limit for plain lines. */
const LONG = "x".repeat(MOST_WAITING.plain / 1000 - 32);

for (let ticks = 0; ticks < 12; ticks++) {
  Deno.test(`a line queued ${ticks} promises after the end of the last write is written without waiting for another line`, async () => {
    const written: string[] = [];
    const ended = Promise.withResolvers<void>();
    const lines = createLineWriter({
      write(bytes) {
        written.push(new TextDecoder().decode(bytes));
        return ended.promise.then(() => bytes.length);
      },
      onRoom: () => {},
      onGone: () => {},
      sleep: () => Promise.resolve(),
    });
    lines.write("first", "urgent");
    ended.resolve();
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
    lines.write("second", "urgent");
    await lines.flushed();
    assert.deepEqual(written, ["first\n", "second\n"]);
  });
}

Deno.test("lines of one turn are written together, and an urgent line at once with all before it", async () => {
  const { stream, writer } = aWriter();
  stream.read();
  writer.write("a", "plain");
  writer.write("b", "plain");
  assert.equal(stream.calls(), 0);
  await turn();
  await writer.flushed();
  assert.equal(stream.calls(), 1);
  writer.write("c", "plain");
  writer.write("d", "urgent");
  assert.equal(stream.calls(), 2);
  await writer.flushed();
  assert.deepEqual(stream.lines(), ["a", "b", "c", "d"]);
});

Deno.test("lines queued during a write are written with the next one, in order", async () => {
  const { stream, writer } = aWriter();
  writer.write("0", "urgent");
  for (let nth = 1; nth < 1000; nth += 1) writer.write(String(nth), nth % 7 ? "plain" : "urgent");
  stream.read();
  await writer.flushed();
  assert.deepEqual(stream.lines(), Array.from({ length: 1000 }, (_, nth) => String(nth)));
  assert.equal(stream.calls(), 2);
});

Deno.test("a line longer than one write arrives whole", async () => {
  const { stream, writer } = aWriter();
  stream.read();
  const long = "Длинная ".repeat(50_000);
  writer.write(long, "plain");
  writer.write("b", "plain");
  await writer.flushed();
  assert.deepEqual(stream.lines(), [long, "b"]);
});

Deno.test("flushed resolves at once when nothing is waiting", async () => {
  await aWriter().writer.flushed();
});

Deno.test("plain lines are dropped while the reader stalls, and reported when there is room again", async () => {
  const { stream, writer, dropped } = aWriter();
  for (let nth = 0; nth < 1500; nth += 1) writer.write(`${nth} ${LONG}`, "plain");
  writer.write("lead 1", "lead");
  writer.write("fault 1", "urgent");
  stream.read();
  await writer.flushed();
  writer.write("later", "plain");
  await writer.flushed();
  const lines = stream.lines();
  const kept = lines.filter((line) => /^\d/.test(line)).map((line) => Number.parseInt(line));
  assert.deepEqual(kept, Array.from({ length: kept.length }, (_, nth) => nth));
  assert.ok(kept.length > 900 && kept.length < 1000);
  assert.deepEqual(dropped, [{ lines: 1500 - kept.length, leads: 0 }]);
  assert.deepEqual(lines.filter((line) => !/^\d/.test(line)), [
    "lead 1",
    "fault 1",
    `dropped ${1500 - kept.length}`,
    "later",
  ]);
});

Deno.test("faults leave room for lines about leads, and the total is bounded", async () => {
  const { stream, writer, dropped } = aWriter();
  for (let nth = 0; nth < 4_000; nth += 1) writer.write(`plain ${LONG}`, "plain");
  for (let nth = 0; nth < 4_000; nth += 1) writer.write(`fault ${LONG}`, "urgent");
  for (let nth = 0; nth < 2_000; nth += 1) writer.write(`lead ${nth}`, "lead");
  for (let nth = 0; nth < 8_000; nth += 1) writer.write(`more ${LONG}`, "lead");
  stream.read();
  await writer.flushed();
  const lines = stream.lines();
  const leads = lines.filter((line) => line.startsWith("lead"));
  assert.deepEqual(leads, Array.from({ length: 2_000 }, (_, nth) => `lead ${nth}`));
  const length = lines.reduce((sum, line) => sum + line.length, 0);
  assert.ok(length > MOST_WAITING.urgent && length < MOST_WAITING.lead + 100_000, String(length));
  assert.equal(dropped.length, 1);
  assert.ok((dropped[0]?.leads ?? 0) > 0);
});

Deno.test("empty lines count towards the limit", () => {
  const { stream, writer, dropped } = aWriter();
  for (let nth = 0; nth < 1_000_000; nth += 1) writer.write("", "plain");
  stream.read();
  return writer.flushed().then(() => assert.ok((dropped[0]?.lines ?? 0) > 800_000));
});

Deno.test("a write to a full disk is repeated until the rest is written", async () => {
  const { stream, writer, slept } = aWriter();
  stream.fail(new Error("No space left on device"), new Deno.errors.WouldBlock("busy"));
  stream.read();
  writer.write("a", "plain");
  await writer.flushed();
  assert.deepEqual(stream.lines(), ["a"]);
  assert.deepEqual(slept, [1_000, 1_000]);
});

Deno.test("after the reader has gone nothing is written to it, and the rest of the lines is returned", async () => {
  const { stream, writer, unread } = aWriter();
  writer.write("a", "urgent");
  writer.write("b", "plain");
  stream.fail(new Deno.errors.BrokenPipe("gone"));
  stream.read();
  await writer.flushed();
  writer.write("c", "lead");
  await writer.flushed();
  assert.deepEqual(unread.map(({ line }) => line), ["a", "b", "c"]);
  assert.equal(stream.calls(), 1);
});

Deno.test("once stdout is closed, faults and lines about leads go to stderr; with both closed nothing happens", async () => {
  const [stdout, stderr] = [aStream(), aStream()];
  const output = createOutput({ stdout, stderr, sleep: () => Promise.resolve() });
  stdout.fail(new Deno.errors.BrokenPipe("gone"));
  stdout.read();
  stderr.read();
  output.lines.write("plain", "plain");
  output.lines.write("lead", "lead");
  await output.flushed();
  output.lines.write("fault", "urgent");
  await output.flushed();
  assert.deepEqual(stderr.lines(), ["lead", "fault"]);
  stderr.fail(new Deno.errors.BrokenPipe("gone too"));
  output.lines.write("fault", "urgent");
  output.faults.write("fault", "urgent");
  await output.flushed();
  assert.deepEqual(stderr.lines(), ["lead", "fault"]);
});

Deno.test("the line about dropped lines says whether they were about leads, and that the leads are safe", () => {
  assert.match(droppedLine({ lines: 7, leads: 0 }), /… \{lines\} строк журнала пропущено/);
  assert.match(droppedLine({ lines: 7, leads: 2 }), /\{lines\} строк журнала пропущено.*\{leads\}/);
});
