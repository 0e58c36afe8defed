// Copies of the journal: made, looked into, marked as copies. What a copy owes may long have been done by the journal it was made of.

import {
  changeDatabase,
  copyDatabase,
  readDatabase,
  type ReadRow,
} from "./sqlite/database_copy.ts";
import { messageOf } from "../log/error_words.ts";
import type { CrmOutcome } from "../lead.ts";
import { MIGRATIONS } from "./sqlite/schema.ts";

/** Stands in a copy alone, with the moment at which it was made, in ms: the first start on it sends no lead again. */
export const COPIED_FACT = "copied_at_ms";

/** How the POST of a lead ended that a copy still owed: the journal it was made of may have sent it. */
export const RESTORED: CrmOutcome = {
  kind: "interrupted",
  reason: "журнал восстановлен из копии, лид мог уйти раньше",
};

/** SQL that makes a journal a copy. */
export function copyMark(nowMs: number): string {
  return `INSERT OR IGNORE INTO facts (name, value) VALUES ('${COPIED_FACT}', '${
    Math.round(nowMs)
  }')`;
}

/** Copies a journal that is being written to a new file; throws as `copyDatabase` does. */
export function copyJournal(from: string, to: string, nowMs: number): Promise<void> {
  return copyDatabase(from, to, copyMark(nowMs));
}

/** Marks a file that is to become the journal. @throws {Error} If it cannot be written. */
export function markCopy(path: string, nowMs: number): void {
  changeDatabase(path, copyMark(nowMs));
}

export interface JournalContents {
  readonly leads: number;
  /** When the newest lead came, in ms since 1970; null where there is none. */
  readonly lastReceivedAtMs: number | null;
}

/** Why a file is no journal that this bot could use. */
export class NoJournal extends Error {}

/**
 * Checks a whole journal file and counts its leads; seconds for a million.
 *
 * @throws {NoJournal} If it is damaged, too new, or no journal.
 */
export function inspectJournal(path: string): JournalContents {
  try {
    return readDatabase(path, contentsOf);
  } catch (error) {
    if (error instanceof NoJournal) throw error;
    throw new NoJournal(messageOf(error), { cause: error });
  }
}

function contentsOf(row: ReadRow): JournalContents {
  const version = Number(row("PRAGMA user_version")?.["user_version"]);
  if (version > MIGRATIONS.length) {
    throw new NoJournal(
      `её версия ${version}, а этот бот знает версии до ${MIGRATIONS.length}: нужен более новый бот`,
    );
  }
  const verdict = row("PRAGMA integrity_check(1)")?.["integrity_check"];
  if (verdict !== "ok") throw new NoJournal(`файл повреждён: ${verdict}`);
  const tables = row(
    `SELECT count(*) AS found FROM sqlite_schema
     WHERE type = 'table' AND name IN ('leads', 'attempts', 'inbox', 'outbox', 'facts')`,
  );
  if (version < 1 || tables?.["found"] !== 5) throw new NoJournal("это не журнал бота");
  const leads = row("SELECT count(*) AS leads, max(received_at_ms) AS last_ms FROM leads");
  const lastMs = leads?.["last_ms"];
  return {
    leads: Number(leads?.["leads"]),
    lastReceivedAtMs: typeof lastMs === "number" ? lastMs : null,
  };
}
