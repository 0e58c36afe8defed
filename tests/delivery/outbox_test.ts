// Owed work: done when due, bounded, one lane beside the other, and never forgotten.

import assert from "node:assert/strict";
import { StorageError } from "../../lib/journal/storage_error.ts";
import { FakeTime } from "@std/testing/time";
import type { Journal, Work } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { createOutbox, type Outbox } from "../../lib/delivery/outbox.ts";
import { createDurableRecording, type RecordDurably } from "../../lib/journal/durable.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog, type LogOfTest } from "../helpers/a_log.ts";
import { slowJournal } from "../helpers/slow_journal.ts";

interface Room extends LogOfTest {
  readonly journal: Journal;
  readonly outbox: Outbox<Work>;
  readonly time: FakeTime;
  /** The subjects of the work begun so far, in order. */
  readonly begun: number[];
  /** How many pieces were in hand at once, at most. */
  readonly peak: () => number;
  /** Does a piece of work as the outbox does. */
  run(work: Work): Promise<void>;
  /** Ends the oldest piece in hand; with an error, by throwing it. */
  end(error?: Error): Promise<void>;
  /** Owes a piece of work. */
  owe(subject: number, details?: { lane?: string; dueAtMs?: number | null }): Promise<Work>;
  /** Lets the outbox do what it can do now. */
  turn(): Promise<void>;
}

interface Options {
  readonly most?: number;
  readonly mostPerLane?: (lane: string) => number;
  /** Leaves work in hand until the test ends it; otherwise it is done at once. */
  readonly held?: boolean;
  /** Breaks the journal. */
  readonly breakJournal?: (journal: Journal) => Journal;
}

/** An outbox on a journal in memory, at noon, with a clock that stands. */
async function withOutbox(
  run: (room: Room) => Promise<void>,
  options: Options = {},
): Promise<void> {
  using time = new FakeTime(NOON_MS);
  const lines = aLog();
  const opened = await openJournal(":memory:");
  const journal = options.breakJournal?.(opened) ?? opened;
  const begun: number[] = [];
  const held: PromiseWithResolvers<void>[] = [];
  let peak = 0;
  const recordDurably = createDurableRecording({
    journal,
    log: lines.log,
    random: () => 1,
    sleep: () => Promise.resolve(),
    stopping: new AbortController().signal,
  });
  const outbox = createOutbox({
    journal,
    recordDurably,
    now: Date.now,
    random: () => 1,
    log: lines.log,
    most: options.most ?? 10,
    mostPerLane: options.mostPerLane ?? (() => 10),
    run: doOne,
  });
  async function doOne(work: Work): Promise<void> {
    begun.push(work.subject);
    if (options.held) {
      const gate = Promise.withResolvers<void>();
      held.push(gate);
      peak = Math.max(peak, held.length);
      await gate.promise;
    }
    await recordDurably(() => journal.finishWork(work));
  }
  try {
    await run({
      ...lines,
      journal,
      outbox,
      time,
      begun,
      peak: () => peak,
      run: doOne,
      owe: (subject, { lane = "visitors", dueAtMs = NOON_MS } = {}) =>
        journal.addWork({ lane, kind: "thanks", subject, body: { chatId: 1 } }, dueAtMs),
      async end(error) {
        const gate = held.shift();
        if (error === undefined) gate?.resolve();
        else gate?.reject(error);
        await turn();
      },
      turn,
    });
  } finally {
    const stopped = outbox.stop();
    for (const gate of held) gate.resolve();
    await stopped;
    await journal.close();
  }
}

/** The outbox works in turns of the event loop: a few of them bring it to rest. */
async function turn(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

Deno.test("an outbox does the due work of a lane that is woken, in the order in which it was owed", () =>
  withOutbox(async ({ outbox, owe, begun, turn, journal }) => {
    for (const subject of [1, 2, 3]) await owe(subject);
    await turn();
    assert.deepEqual(begun, []);
    outbox.wake("visitors");
    await turn();
    assert.deepEqual(begun, [1, 2, 3]);
    assert.deepEqual(await journal.lanes(""), []);
  }));

Deno.test("an outbox leaves work until it is due, and then does it by itself", () =>
  withOutbox(async ({ outbox, owe, begun, turn, time }) => {
    await owe(1, { dueAtMs: NOON_MS + 5_000 });
    outbox.wake("visitors");
    await turn();
    time.tick(4_999);
    await turn();
    assert.deepEqual(begun, []);
    time.tick(1);
    await turn();
    assert.deepEqual(begun, [1]);
  }));

Deno.test("an outbox does work that becomes due earlier than what it waits for", () =>
  withOutbox(async ({ outbox, owe, begun, turn, time }) => {
    await owe(1, { dueAtMs: NOON_MS + 60_000 });
    outbox.wake("visitors");
    await turn();
    await owe(2, { dueAtMs: NOON_MS + 1_000 });
    outbox.wake("visitors");
    await turn();
    time.tick(1_000);
    await turn();
    assert.deepEqual(begun, [2]);
    time.tick(59_000);
    await turn();
    assert.deepEqual(begun, [2, 1]);
  }));

// A call that hangs must not hold up what becomes due in its lane meanwhile.
Deno.test("an outbox does work that becomes due while other work of its lane is in hand", () =>
  withOutbox(async ({ outbox, owe, begun, turn, time }) => {
    await owe(1);
    await owe(2, { dueAtMs: NOON_MS + 1_000 });
    outbox.wake("visitors");
    await turn();
    assert.deepEqual(begun, [1]);
    time.tick(1_000);
    await turn();
    assert.deepEqual(begun, [1, 2]);
  }, { held: true }));

Deno.test("a lane that owes much leaves every second place to another", () =>
  withOutbox(async ({ outbox, owe, begun, turn, end }) => {
    for (const subject of [1, 2, 3, 4]) await owe(subject, { lane: "crm:busy" });
    for (const subject of [11, 12]) await owe(subject, { lane: "crm:other" });
    outbox.wake("crm:busy");
    outbox.wake("crm:other");
    await turn();
    for (let done = 0; done < 3; done++) await end();
    assert.deepEqual(begun.toSorted((a, b) => a - b), [1, 2, 11, 12]);
  }, { held: true, most: 1 }));

Deno.test("an outbox has as much in hand as it may in all, and not one piece more", () =>
  withOutbox(async ({ outbox, owe, begun, turn, end, peak }) => {
    for (const subject of [1, 2, 3, 4]) await owe(subject, { lane: `crm:${subject}` });
    for (const subject of [1, 2, 3, 4]) outbox.wake(`crm:${subject}`);
    await turn();
    assert.deepEqual(begun, [1, 2, 3]);
    await end();
    assert.deepEqual(begun, [1, 2, 3, 4]);
    assert.equal(peak(), 3);
  }, { held: true, most: 3 }));

Deno.test("an outbox has as much of one lane in hand as it may, and room for the others", () =>
  withOutbox(async ({ outbox, owe, begun, turn, end, peak }) => {
    for (const subject of [1, 2, 3, 4]) await owe(subject, { lane: "crm:dead" });
    await owe(5, { lane: "crm:alive" });
    outbox.wake("crm:dead");
    outbox.wake("crm:alive");
    await turn();
    assert.deepEqual(begun, [1, 2, 5]);
    await end();
    assert.deepEqual(begun, [1, 2, 5, 3]);
    assert.equal(peak(), 3);
  }, { held: true, most: 4, mostPerLane: () => 2 }));

Deno.test("lanes may have bounds of their own", () =>
  withOutbox(async ({ outbox, owe, begun, turn }) => {
    for (const subject of [1, 2]) await owe(subject, { lane: "narrow" });
    for (const subject of [3, 4]) await owe(subject, { lane: "wide" });
    outbox.wake("narrow");
    outbox.wake("wide");
    await turn();
    assert.deepEqual(begun, [1, 3, 4]);
  }, { held: true, mostPerLane: (lane) => lane === "narrow" ? 1 : 2 }));

Deno.test("work that its caller has in hand is run at once, and counts", () =>
  withOutbox(async ({ outbox, owe, run, begun, turn, end }) => {
    const work = await owe(1, { dueAtMs: null });
    const place = await outbox.reserve("visitors");
    const done = place?.run(work, () => run(work));
    assert.deepEqual(begun, [1]);
    await owe(2);
    outbox.wake("visitors");
    await turn();
    assert.deepEqual(begun, [1]);
    await end();
    await done;
    assert.deepEqual(begun, [1, 2]);
  }, { held: true, most: 1 }));

Deno.test("a lane is free while it has room and nothing due waits in it", () =>
  withOutbox(async ({ outbox, owe, run, time, turn, end }) => {
    const isFree = async (lane: string) => {
      using place = await outbox.reserve(lane);
      return place !== undefined;
    };
    const runNow = async (work: Work) =>
      void (await outbox.reserve(work.lane))?.run(work, () => run(work));
    assert.ok(await isFree("visitors"));
    await owe(1, { dueAtMs: NOON_MS + 1_000 });
    outbox.wake("visitors");
    await turn();
    assert.ok(await isFree("visitors"), "what is not due yet does not come first");
    time.tick(1_000);
    assert.ok(!await isFree("visitors"), "what is due comes first");
    assert.ok(await isFree("crm:host:a"), "in its own lane");
    outbox.wake("visitors");
    await turn();
    assert.ok(await isFree("visitors"), "one in hand leaves room for one");
    await runNow(await owe(2, { dueAtMs: null }));
    assert.ok(!await isFree("visitors"), "two in hand are the most of a lane");
    await runNow(await owe(3, { lane: "crm:host:a", dueAtMs: null }));
    assert.ok(!await isFree("crm:host:a"), "three in hand are the most of all");
    await end();
    assert.ok(await isFree("visitors"));
  }, { held: true, most: 3, mostPerLane: () => 2 }));

Deno.test("a place is given once, however many ask while the journal is read", () =>
  withOutbox(async ({ outbox }) => {
    const places = await Promise.all(Array.from({ length: 5 }, () => outbox.reserve("visitors")));
    assert.equal(places.filter((place) => place !== undefined).length, 2);
    for (const place of places) place?.[Symbol.dispose]();
    using place = await outbox.reserve("visitors");
    assert.ok(place, "a place that was left is given again");
  }, { held: true, most: 3, mostPerLane: () => 2 }));

Deno.test("an outbox that stops has no free lane", () =>
  withOutbox(async ({ outbox }) => {
    await outbox.stop();
    assert.equal(await outbox.reserve("visitors"), undefined);
  }));

Deno.test("work that throws is logged and due again after a growing wait", () =>
  withOutbox(async ({ outbox, owe, begun, turn, end, time, lines }) => {
    await owe(1);
    outbox.wake("visitors");
    await turn();
    await end(new TypeError("x is not a function"));
    assert.equal(lines.length, 1);
    assert.ok(
      lines[0]?.startsWith("❌ Неожиданная ошибка, повторим: TypeError: x is not a function"),
      lines[0],
    );
    time.tick(999);
    await turn();
    assert.deepEqual(begun, [1]);
    time.tick(1);
    await turn();
    assert.deepEqual(begun, [1, 1]);
    await end(new TypeError("x is not a function"));
    time.tick(1_999);
    await turn();
    assert.deepEqual(begun, [1, 1]);
    time.tick(1);
    await turn();
    assert.deepEqual(begun, [1, 1, 1]);
  }, { held: true }));

Deno.test("work that always throws does not stop the others", () =>
  withOutbox(async ({ outbox, owe, begun, turn, end }) => {
    for (const subject of [1, 2, 3]) await owe(subject);
    outbox.wake("visitors");
    await turn();
    await end(new Error("boom"));
    await end();
    await end();
    assert.deepEqual(begun, [1, 2, 3]);
  }, { held: true, most: 1 }));

Deno.test("work in hand is not begun again when the journal has it due", () =>
  withOutbox(async ({ outbox, owe, begun, turn, journal, end }) => {
    const work = await owe(1);
    outbox.wake("visitors");
    await turn();
    await journal.postponeWork(work, NOON_MS); // As when the commit of its taking was undone.
    outbox.wake("visitors");
    await turn();
    assert.deepEqual(begun, [1]);
    await end();
    assert.deepEqual(begun, [1]);
  }, { held: true }));

Deno.test("a row that cannot be read is logged and put off, and holds up no other", () =>
  withOutbox(async ({ outbox, owe, begun, turn, time, lines, journal }) => {
    const unreadable = { chatId: Number.NaN };
    const bad = { lane: "visitors", kind: "thanks", subject: 1, body: unreadable } as const;
    await journal.addWork(bad, NOON_MS);
    await owe(2);
    outbox.wake("visitors");
    await turn();
    assert.deepEqual(begun, [2]);
    assert.match(
      lines.join("\n"),
      /^❌ Неожиданная ошибка, повторим: TypeError: Cannot read work 1 /,
    );
    time.tick(1_000);
    await turn();
    assert.equal(lines.length, 2);
    assert.equal(await journal.nextWorkDueAtMs("visitors"), NOON_MS + 3_000);
  }, { most: 1 }));

Deno.test("stop takes no more work, and resolves when what is in hand is recorded", () =>
  withOutbox(async ({ outbox, owe, begun, turn, end, journal }) => {
    await owe(1);
    await owe(2);
    outbox.wake("visitors");
    await turn();
    let stopped = false;
    const stopping = outbox.stop().then(() => stopped = true);
    outbox.wake("visitors");
    await turn();
    assert.ok(!stopped);
    await end();
    await stopping;
    assert.deepEqual(begun, [1]);
    assert.deepEqual(
      (await journal.takeWork("visitors", NOON_MS, 9)).map(({ subject }) => subject),
      [2],
    );
  }, { held: true, most: 1 }));

Deno.test("stop forgets what it was waiting for", () =>
  withOutbox(async ({ outbox, owe, begun, turn, time, journal }) => {
    await owe(1, { dueAtMs: NOON_MS + 1_000 });
    outbox.wake("visitors");
    await turn();
    await journal.committed();
    await outbox.stop();
    assert.ok(!time.next(), "a timer is left");
    time.tick(1_000);
    await turn();
    assert.deepEqual(begun, []);
  }));

Deno.test("an outbox that stops while the journal is read takes no work and waits for none", () =>
  withOutbox(async ({ outbox, owe, begun, time, journal }) => {
    await owe(1);
    await owe(2, { lane: "crm:host:a", dueAtMs: NOON_MS + 1_000 });
    for (const lane of ["crm:host:a", "visitors"]) outbox.wake(lane);
    await new Promise((resolve) => setImmediate(resolve));
    await outbox.stop();
    await journal.committed();
    assert.deepEqual(begun, []);
    assert.equal(await journal.nextWorkDueAtMs("visitors"), NOON_MS);
    assert.ok(!time.next(), "a timer is left");
  }, { breakJournal: slowJournal }));

Deno.test("an outbox that stops while it looks for a place gives none", () =>
  withOutbox(async ({ outbox }) => {
    const place = outbox.reserve("visitors");
    await outbox.stop();
    assert.equal(await place, undefined);
  }, { breakJournal: slowJournal }));

/** A journal of which one method throws for the first time. */
function broken(method: "takeWork" | "nextWorkDueAtMs") {
  return (journal: Journal): Journal => {
    let failures = 0;
    const breaking = (...args: never[]) => {
      if (failures++ === 0) throw new Error("disk I/O error");
      return (journal[method] as (...args: never[]) => unknown)(...args);
    };
    return { ...journal, [method]: breaking };
  };
}

Deno.test("an outbox says that the journal cannot be read, and tries again after 1 s", () =>
  withOutbox(async ({ outbox, owe, begun, turn, time, lines }) => {
    await owe(1);
    outbox.wake("visitors");
    await turn();
    assert.deepEqual(lines, ["❌ Журнал не прочесть: disk I/O error. Пробуем снова"]);
    time.tick(999);
    await turn();
    assert.deepEqual(begun, []);
    time.tick(1);
    await turn();
    assert.deepEqual(begun, [1]);
  }, { breakJournal: broken("takeWork") }));

Deno.test("an outbox does not forget a lane whose next due time cannot be read", () =>
  withOutbox(async ({ outbox, owe, begun, turn, time }) => {
    await owe(1, { dueAtMs: NOON_MS + 5_000 });
    outbox.wake("visitors");
    await turn();
    time.tick(5_000);
    await turn();
    assert.deepEqual(begun, [1]);
  }, { breakJournal: broken("nextWorkDueAtMs") }));

// — RecordDurably —

/** A journal whose commits fail so often, and how a durable recording fared with it. */
async function withRecording(
  failures: number,
  run: (
    room: LogOfTest & {
      recordDurably: RecordDurably;
      waits: number[];
      stopping: AbortController;
      /** How the journal was asked to commit, in order. */
      commits: ("now" | "soon")[];
    },
  ) => Promise<void>,
): Promise<void> {
  const lines = aLog();
  const waits: number[] = [];
  const stopping = new AbortController();
  const commits: ("now" | "soon")[] = [];
  const commit = (how: "now" | "soon") =>
    commits.push(how) > failures ? Promise.resolve() : Promise.reject(new Error("disk is full"));
  const recordDurably = createDurableRecording({
    journal: { committed: () => commit("now"), committedSoon: () => commit("soon") },
    sleep: (ms) => Promise.resolve(void waits.push(ms)),
    stopping: stopping.signal,
    random: () => 1,
    log: lines.log,
  });
  await run({ ...lines, recordDurably, waits, stopping, commits });
}

Deno.test("recordDurably writes once when all is well", () =>
  withRecording(0, async ({ recordDurably, waits, lines }) => {
    let writes = 0;
    await recordDurably(() => Promise.resolve(void writes++));
    assert.equal(writes, 1);
    assert.deepEqual([waits, lines], [[], []]);
  }));

Deno.test("recordDurably writes again until it is on disk, with growing waits, and says so once", () =>
  withRecording(3, async ({ recordDurably, waits, lines }) => {
    let writes = 0;
    await recordDurably(() => Promise.resolve(void writes++));
    assert.equal(writes, 4);
    assert.deepEqual(waits, [1_000, 2_000, 4_000]);
    assert.deepEqual(lines, ["❌ Журнал не записать: disk is full. Пробуем снова"]);
  }));

Deno.test("recordDurably goes on when the write itself throws", () =>
  withRecording(0, async ({ recordDurably, lines }) => {
    let writes = 0;
    // deno-lint-ignore require-await
    await recordDurably(async () => {
      if (writes++ === 0) throw new StorageError("database is locked");
    });
    assert.equal(writes, 2);
    assert.deepEqual(lines, ["❌ Журнал не записать: database is locked. Пробуем снова"]);
  }));

Deno.test("recordDurably tries a defect once, writes nothing more and throws it", () =>
  withRecording(0, async ({ recordDurably, lines, waits, commits }) => {
    let writes = 0;
    for (const how of [recordDurably, recordDurably.soon]) {
      const kept = how(() => {
        writes++;
        return Promise.reject(new TypeError("x is not a function"));
      });
      await assert.rejects(kept, { message: "x is not a function" });
    }
    assert.equal(writes, 2);
    assert.deepEqual([lines, waits, commits], [[], [], []]);
  }));

Deno.test("work whose outcome a defect keeps from being recorded is due again, with one line that has the stack", () => {
  let finishes = 0;
  return withOutbox(async ({ outbox, owe, begun, turn, time, lines, journal }) => {
    await owe(1);
    outbox.wake("visitors");
    await turn();
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /TypeError: finishWork is broken at .*outbox_test/);
    time.tick(1_000);
    await turn();
    assert.deepEqual(begun, [1, 1]);
    assert.deepEqual(await journal.lanes(""), []);
  }, {
    breakJournal: (journal) => ({
      ...journal,
      async finishWork(work) {
        if (finishes++ === 0) throw new TypeError("finishWork is broken");
        await journal.finishWork(work);
      },
    }),
  });
});

Deno.test("work that can neither be done nor given back ends no process and holds up no other", () =>
  withOutbox(async ({ outbox, owe, begun, turn, end, lines }) => {
    await owe(1);
    await owe(2);
    outbox.wake("visitors");
    await turn();
    await end(new TypeError("x is not a function"));
    assert.equal(lines.length, 2);
    assert.match(lines[1] ?? "", /ждёт перезапуска: TypeError: postponeWork is broken/);
    await end();
    assert.deepEqual(begun, [1, 2]);
  }, {
    held: true,
    most: 1,
    breakJournal: (journal) => ({
      ...journal,
      postponeWork: () => Promise.reject(new TypeError("postponeWork is broken")),
    }),
  }));

Deno.test("recordDurably gives up when the process stops, after one try", () =>
  withRecording(Infinity, async ({ recordDurably, stopping, waits }) => {
    stopping.abort();
    let writes = 0;
    await recordDurably(() => Promise.resolve(void writes++));
    assert.equal(writes, 1);
    assert.deepEqual(waits, []);
  }));

Deno.test("recordDurably.soon shares its commit with what comes after it, and is as stubborn", () =>
  withRecording(1, async ({ recordDurably, commits, waits }) => {
    let writes = 0;
    await recordDurably.soon(() => Promise.resolve(void writes++));
    await recordDurably(() => Promise.resolve(void writes++));
    assert.equal(writes, 3);
    assert.deepEqual(commits, ["soon", "soon", "now"]);
    assert.deepEqual(waits, [1_000]);
  }));

Deno.test("an outbox that is full gives the next place to another lane, not to the one that just ended", () =>
  withOutbox(async ({ outbox, owe, begun, end, turn }) => {
    for (let subject = 1; subject <= 8; subject++) await owe(subject, { lane: "dead" });
    for (let subject = 11; subject <= 18; subject++) await owe(subject, { lane: "dead too" });
    await owe(99, { lane: "alive" });
    for (const lane of ["dead", "dead too", "alive"]) outbox.wake(lane);
    await turn();
    for (let ended = 0; ended < 3; ended++) {
      await end();
      await turn();
    }
    assert.ok(begun.includes(99), `begun: ${begun}`);
  }, { most: 4, mostPerLane: () => 2, held: true }));
