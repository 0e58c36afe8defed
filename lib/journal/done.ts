// Records what has ended outside, many things by one verb and one commit. For what a crash may leave unrecorded without a
// loss: it is then done again, or looked at by a person.

import type { RecordDurably } from "./durable.ts";
import type { Done, Journal } from "./journal.ts";

/** How long what has ended waits for company, in ms. */
export const GATHERED_MS = 20;

/**
 * Records what has ended within about 20 ms; resolves when it is on disk, with whether work for the managers may be due.
 *
 * @throws A defect in what was recorded; the rest of the batch is recorded all the same.
 */
export type RecordDone = (done: Done) => Promise<boolean>;

export function createDoneRecording({ journal, recordDurably, gather }: {
  readonly journal: Pick<Journal, "recordDone">;
  readonly recordDurably: RecordDurably;
  /** Resolves when what has ended by then is to be recorded; at once when the process stops. */
  readonly gather: () => Promise<void>;
}): RecordDone {
  let batch: { readonly done: Done[]; readonly recorded: Promise<boolean | undefined> } | undefined;

  async function record(done: readonly Done[]): Promise<boolean> {
    let owesManagers = false;
    await recordDurably(async () => void (owesManagers = await journal.recordDone(done)));
    return owesManagers;
  }

  /** Undefined when it is not recorded: a defect in one thing must not undo the others. */
  async function recordAll(done: readonly Done[]): Promise<boolean | undefined> {
    await gather();
    batch = undefined;
    return await record(done).catch(() => undefined);
  }

  return async (one) => {
    if (batch === undefined) {
      const done: Done[] = [];
      batch = { done, recorded: recordAll(done) };
    }
    batch.done.push(one);
    return await batch.recorded ?? await record([one]);
  };
}
