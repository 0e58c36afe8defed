// Owed work beside other processes: taken while its lane's seat is this one's, left alone when another has taken it over.

import assert from "node:assert/strict";
import { besideOthers } from "../../lib/delivery/lane_seats.ts";
import { createOutbox, type IsOurs, type Outbox } from "../../lib/delivery/outbox.ts";
import type { Journal, Work } from "../../lib/journal/journal.ts";
import { createDurableRecording } from "../../lib/journal/durable.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";
import { withSqlite } from "../helpers/a_journal.ts";
import { aPlace, type MovedPlace } from "../helpers/a_place.ts";

interface Room {
  readonly journal: Journal;
  readonly place: MovedPlace;
  readonly outbox: Outbox<Work>;
  readonly begun: { readonly subject: number; readonly isOurs: IsOurs }[];
  /** How often another process was told. */
  told(): number;
  owe(subject: number): Promise<Work>;
  /** Ends the oldest work in hand; finished, or left undone. */
  end(isDone: boolean): Promise<void>;
  dueAtMs(): Promise<number | undefined>;
}

/** An outbox whose one lane belongs to the seat `visitors`. */
async function withSeat(run: (room: Room) => Promise<void>): Promise<void> {
  await withSqlite(async (journal) => {
    const place = aPlace();
    const { log } = aLog();
    const begun: { subject: number; isOurs: IsOurs }[] = [];
    const gates: PromiseWithResolvers<boolean>[] = [];
    let told = 0;
    const recordDurably = createDurableRecording({
      journal,
      log,
      random: () => 1,
      sleep: () => Promise.resolve(),
      stopping: new AbortController().signal,
    });
    const beside = { seats: place, elsewhere: () => void told++ };
    const outbox = createOutbox<Work>({
      journal,
      recordDurably,
      ...besideOthers(beside, (lane) => lane),
      now: () => NOON_MS,
      random: () => 1,
      log,
      most: 10,
      mostPerLane: () => 10,
      async run(work, isOurs) {
        begun.push({ subject: work.subject, isOurs });
        const gate = Promise.withResolvers<boolean>();
        gates.push(gate);
        if (await gate.promise) await journal.finishWork(work);
      },
    });
    try {
      await run({
        journal,
        place,
        outbox,
        begun,
        told: () => told,
        owe: (subject) =>
          journal.addWork(
            { lane: "visitors", kind: "thanks", subject, body: { chatId: 1 } },
            NOON_MS,
          ),
        async end(isDone) {
          gates.shift()?.resolve(isDone);
          await turn();
        },
        dueAtMs: () => journal.nextWorkDueAtMs("visitors"),
      });
    } finally {
      const stopped = outbox.stop();
      for (const gate of gates) gate.resolve(true);
      await stopped;
    }
  });
}

async function turn(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
}

Deno.test("work of a lane is left to the process that holds its seat, which is told of it", () =>
  withSeat(async ({ place, outbox, owe, begun, told, dueAtMs }) => {
    await owe(1);
    outbox.wake("visitors");
    await turn();
    assert.deepEqual(begun, []);
    assert.equal(told(), 1);
    outbox.found("visitors");
    await turn();
    assert.equal(told(), 1);
    assert.equal(await dueAtMs(), NOON_MS);
    place.take("visitors");
    outbox.found("visitors");
    await turn();
    assert.equal(begun.length, 1);
    assert.equal(told(), 1);
  }));

Deno.test("nothing is taken and no place is given while this process is out", () =>
  withSeat(async ({ place, outbox, owe, begun }) => {
    place.take("visitors");
    using place1 = await outbox.reserve("visitors");
    assert.ok(place1 !== undefined);
    place.rename(undefined);
    assert.equal(await outbox.reserve("visitors"), undefined);
    await owe(1);
    outbox.wake("visitors");
    await turn();
    assert.deepEqual(begun, []);
  }));

Deno.test("work in hand is this process's until it loses the seat or its name, also when it has another name by then", () =>
  withSeat(async ({ place, outbox, owe, begun }) => {
    place.take("visitors");
    await owe(1);
    outbox.wake("visitors");
    await turn();
    const [{ isOurs } = assert.fail()] = begun;
    assert.ok(isOurs());
    place.lose("visitors");
    assert.ok(!isOurs());
    place.take("visitors");
    assert.ok(isOurs());
    place.rename(undefined);
    assert.ok(!isOurs());
    place.rename("two");
    place.take("visitors");
    assert.ok(!isOurs());
  }));

Deno.test("work that was left undone when the seat was lost is due again", () =>
  withSeat(async ({ place, outbox, owe, end, dueAtMs }) => {
    place.take("visitors");
    await owe(1);
    outbox.wake("visitors");
    await turn();
    assert.equal(await dueAtMs(), undefined);
    place.lose("visitors");
    await end(false);
    assert.equal(await dueAtMs(), NOON_MS);
  }));

Deno.test("work that was taken again under another name begins once it has ended under the first", () =>
  withSeat(async ({ place, outbox, journal, owe, begun, end }) => {
    place.take("visitors");
    const work = await owe(1);
    outbox.wake("visitors");
    await turn();
    place.rename(undefined);
    place.rename("two");
    place.take("visitors");
    await journal.releaseWork(work, NOON_MS); // As a takeover does.
    outbox.found("visitors");
    await turn();
    assert.equal(begun.length, 1);
    await end(false);
    outbox.found("visitors");
    await turn();
    assert.equal(begun.length, 2);
    assert.ok(begun[1]?.isOurs());
    await end(true);
    assert.equal(await journal.isOwed(work), false);
  }));

Deno.test("work in a reserved place knows that it is another's", () =>
  withSeat(async ({ place, outbox, owe }) => {
    place.take("visitors");
    const work = await owe(1);
    await work;
    const answers: boolean[] = [];
    using room = await outbox.reserve("other");
    assert.equal(room, undefined);
    place.take("other");
    using mine = await outbox.reserve("other") ?? assert.fail();
    place.lose("other");
    await mine.run(work, (isOurs) => {
      answers.push(isOurs());
      return Promise.resolve();
    });
    assert.deepEqual(answers, [false]);
  }));
