// What has ended is recorded together, and nothing of it is lost by what it is recorded with.

import assert from "node:assert/strict";
import { createDoneRecording, type RecordDone } from "../../lib/journal/done.ts";
import { createDurableRecording } from "../../lib/journal/durable.ts";
import type { Done } from "../../lib/journal/journal.ts";
import { StorageError } from "../../lib/journal/storage_error.ts";
import { aLog } from "../helpers/a_log.ts";

interface Room {
  readonly recordDone: RecordDone;
  /** The updates of each call of the journal that came to its end. */
  readonly recorded: number[][];
  /** Ends the gathering. */
  gathered(): void;
}

function withRecording(refuse: (updates: readonly number[]) => void = () => {}): Room {
  const recorded: number[][] = [];
  let gate = Promise.withResolvers<void>();
  const journal = {
    // deno-lint-ignore require-await
    async recordDone(done: readonly Done[]) {
      const updates = done.flatMap((each) => each.kind === "handled" ? [each.update] : []);
      refuse(updates);
      recorded.push(updates);
      return updates.includes(7);
    },
    committed: () => Promise.resolve(),
    committedSoon: () => Promise.resolve(),
  };
  const recordDurably = createDurableRecording({
    journal,
    log: aLog().log,
    random: () => 1,
    sleep: () => Promise.resolve(),
    stopping: new AbortController().signal,
  });
  return {
    recordDone: createDoneRecording({ journal, recordDurably, gather: () => gate.promise }),
    recorded,
    gathered() {
      gate.resolve();
      gate = Promise.withResolvers();
    },
  };
}

const handled = (update: number) => ({ kind: "handled", update }) as const;

Deno.test("what ends while it is gathered is recorded by one verb, and what comes later by the next", async () => {
  const { recordDone, recorded, gathered } = withRecording();
  const first = [1, 2, 7].map((update) => recordDone(handled(update)));
  gathered();
  assert.deepEqual(
    await Promise.all(first),
    [true, true, true],
    "the managers may be owed something",
  );
  const later = recordDone(handled(4));
  gathered();
  assert.equal(await later, false);
  assert.deepEqual(recorded, [[1, 2, 7], [4]]);
});

Deno.test("a defect in one thing keeps no other from being recorded, and is told to whom it belongs", async () => {
  const { recordDone, recorded, gathered } = withRecording((updates) => {
    if (updates.includes(2)) throw new TypeError("2 is broken");
  });
  const [first, second, third] = [1, 2, 3].map((update) => recordDone(handled(update)));
  gathered();
  await assert.rejects(second!, { message: "2 is broken" });
  await Promise.all([first, third]);
  assert.deepEqual(recorded, [[1], [3]]);
});

Deno.test("a full disk makes what has ended wait, together", async () => {
  let refusals = 2;
  const { recordDone, recorded, gathered } = withRecording(() => {
    if (refusals-- > 0) throw new StorageError("database or disk is full");
  });
  const all = [1, 2].map((update) => recordDone(handled(update)));
  gathered();
  await Promise.all(all);
  assert.deepEqual(recorded, [[1, 2]]);
});
