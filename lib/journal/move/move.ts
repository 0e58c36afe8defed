// Moves the journal from a file into a schema of PostgreSQL. The file is read and stays as it is: what a restart would change, such as
// attempts that were cut off, is changed in a copy of it.

import type { CrmOutcome } from "../../lead.ts";
import { inspectJournal, type JournalContents } from "../copies.ts";
import { type FilledTable, type FillingOptions, fillSchema } from "../postgres/filling.ts";
import { type ConnectingOptions, withConnection } from "../postgres/open.ts";
import { MIGRATIONS } from "../postgres/schema.ts";
import { copyAtRest, removeDatabase } from "../sqlite/database_copy.ts";
import { openJournal } from "../sqlite/open.ts";
import { openTables } from "../sqlite/table_rows.ts";
import { putSharedFiles, type SharedFiles } from "./shared_files.ts";

export interface MoveOptions extends Pick<FillingOptions, "onProgress"> {
  /** The journal's file; no process has it open. */
  readonly journal: string;
  /** Where the copy is while it is needed; one that is left from before goes. */
  readonly copy: string;
  readonly to: ConnectingOptions;
  readonly files: SharedFiles;
  /** How attempts end that were cut off. */
  readonly interrupted: CrmOutcome;
  readonly nowMs: number;
}

export interface Moved {
  readonly contents: JournalContents;
  readonly tables: readonly FilledTable[];
  /** Attempts that were cut off, and those that a restored copy still owed: each became a card. */
  readonly cutOff: number;
}

/**
 * Moves it, all or nothing.
 *
 * @throws {NoJournal} If the file is damaged, too new, or no journal.
 * @throws {OpeningError} If the database cannot be worked with.
 * @throws {Error} As `fillSchema` does, and what the disk says.
 */
export async function moveJournal(options: MoveOptions): Promise<Moved> {
  const { journal, copy, to, files, nowMs, onProgress } = options;
  removeDatabase(copy);
  try {
    copyAtRest(journal, copy);
    const contents = inspectJournal(copy);
    const cutOff = await restart(copy, options);
    using from = openTables(copy);
    const filling: FillingOptions = {
      schema: to.schema,
      migrations: MIGRATIONS,
      from,
      more: (client) => putSharedFiles(client, files, nowMs),
      onProgress,
    };
    const tables = await withConnection(to, (client) => fillSchema(client, filling));
    return { contents, tables, cutOff };
  } finally {
    removeDatabase(copy);
  }
}

/** What a start of this bot makes of the journal: the newest tables, the profiles as they are by now, and work that is due. */
async function restart(
  path: string,
  { files: { profiles }, interrupted, nowMs }: MoveOptions,
): Promise<number> {
  const journal = await openJournal(path);
  try {
    if (profiles !== undefined) {
      await journal.recordVersion(profiles, nowMs);
      await journal.recordDestinations(profiles.hasCrm, nowMs);
    }
    const cutOff = await journal.recover(interrupted, nowMs);
    await journal.committed();
    return cutOff.length;
  } finally {
    await journal.close();
  }
}
