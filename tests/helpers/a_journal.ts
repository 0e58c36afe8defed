// A journal in memory.

import { type Journal, openJournal } from "../../lib/journal/journal.ts";

/** Opens an empty journal, and closes it after the test. */
export function withJournal(run: (journal: Journal) => void): void {
  const journal = openJournal(":memory:");
  try {
    run(journal);
  } finally {
    journal.close();
  }
}
