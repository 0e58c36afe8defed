// A journal in memory.

import { type Journal, openJournal } from "../../lib/journal/journal.ts";

/** Opens an empty journal, and closes it after the test. */
export async function withJournal(run: (journal: Journal) => Promise<void>): Promise<void> {
  const journal = await openJournal(":memory:");
  try {
    await run(journal);
  } finally {
    await journal.close();
  }
}
