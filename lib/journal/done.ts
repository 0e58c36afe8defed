// Records what has ended outside, many things by one verb and one commit. For what a crash may leave unrecorded without a
// loss: it is then done again, or looked at by a person.

import type { RecordDurably } from "./durable.ts";
import type { Done, Journal } from "./journal.ts";

/** How long what has ended waits for company, in ms. */
export const GATHERED_MS = 20;

/**
 * Records what has ended, within some 20 ms, and resolves when it is on disk.
 *
 * @throws What the journal throws when that is a defect; nothing else is kept from being recorded by it.
 */
export type RecordDone = (done: Done) => Promise<void>;

export function createDoneRecording({ journal, recordDurably, gather }: {
  readonly journal: Pick<Journal, "recordDone">;
  readonly recordDurably: RecordDurably;
  /** Resolves when what has ended by then is to be recorded; at once when the process stops. */
  readonly gather: () => Promise<void>;
}): RecordDone {
  let batch: { readonly done: Done[]; readonly recorded: Promise<boolean> } | undefined;

  /** Whether all of it is recorded: a defect in one thing must not undo the others. */
  async function recordAll(done: readonly Done[]): Promise<boolean> {
    await gather();
    batch = undefined;
    return await recordDurably(() => journal.recordDone(done)).then(() => true, () => false);
  }

  return async (one) => {
    if (batch === undefined) {
      const done: Done[] = [];
      batch = { done, recorded: recordAll(done) };
    }
    batch.done.push(one);
    if (!await batch.recorded) await recordDurably(() => journal.recordDone([one]));
  };
}
