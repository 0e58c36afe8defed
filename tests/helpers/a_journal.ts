// A journal in memory.

import type { Journal } from "../../lib/journal/journal.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";

/** Opens an empty journal, and closes it after the test. */
export async function withJournal(run: (journal: Journal) => Promise<void>): Promise<void> {
  const journal = await openJournal(":memory:");
  try {
    await run(journal);
  } finally {
    await journal.close();
  }
}
