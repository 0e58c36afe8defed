// Records what has ended at once and by itself, so that a test need not wait for what is gathered.

import type { RecordDone } from "../../lib/journal/done.ts";
import type { RecordDurably } from "../../lib/journal/durable.ts";
import type { Journal } from "../../lib/journal/journal.ts";

export function recordsAtOnce(
  journal: Pick<Journal, "recordDone">,
  recordDurably: RecordDurably,
): RecordDone {
  return async (done) => {
    let owesManagers = false;
    await recordDurably(async () => void (owesManagers = await journal.recordDone([done])));
    return owesManagers;
  };
}
