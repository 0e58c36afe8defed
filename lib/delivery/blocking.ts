// Blocks visitors and lets them back, as managers decide in their chat and on the page. Shows nothing.

import type { Journal } from "../journal/journal.ts";
import type { Lead } from "../lead.ts";
import type { Log } from "../log/log.ts";
import { contact } from "../visitor_name.ts";

export interface Blocking {
  /** Blocks the visitor of a lead; false when that is so already. @throws {StorageError} If the journal cannot be written. */
  block(lead: Lead, by: string): Promise<boolean>;
  /** Lets the visitor of a lead back; false when they are not blocked. @throws As `block`. */
  unblock(lead: Lead, by: string): Promise<boolean>;
}

export function createBlocking({ journal, wake, now, log }: {
  readonly journal: Pick<Journal, "blockVisitor" | "unblockVisitor" | "committed">;
  /** Called when other work may be next. */
  readonly wake: () => void;
  readonly now: () => number;
  readonly log: Log;
}): Blocking {
  return {
    async block(lead, by) {
      const isNew = await journal.blockVisitor(lead.chatId, by, now());
      await journal.committed();
      wake();
      if (isNew) log.info("🚫 Посетитель {username} заблокирован: {by}", factsOf(lead, by));
      return isNew;
    },
    async unblock(lead, by) {
      const wasBlocked = await journal.unblockVisitor(lead.chatId, now());
      await journal.committed();
      wake();
      if (wasBlocked) log.info("✅ Посетитель {username} разблокирован: {by}", factsOf(lead, by));
      return wasBlocked;
    },
  };
}

function factsOf({ number: lead, visitor }: Lead, by: string) {
  return { lead, username: contact(visitor), by };
}
