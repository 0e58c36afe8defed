// The journal in PostgreSQL, for any number of processes: opened before the crew is joined, and read once it is.

import { POSTGRES } from "../dialect.ts";
import { type Journal, journalIn } from "../journal.ts";
import { FENCE } from "./crew/statements.ts";
import { type OpenedPostgres, type OpeningOptions, openPostgres } from "./open.ts";
import { MIGRATIONS } from "./schema.ts";
import { migrate } from "./steps.ts";

export interface JournalOptions
  extends
    Pick<OpeningOptions, "url" | "schema" | "random" | "onWaiting" | "patienceMs" | "bounds"> {
  /** As of `journalIn`. */
  readonly botId?: string;
  /**
   * Joins the crew, and resolves when this process is in it; asked once, when the schema is there. From then on nothing is
   * written but under the id that `id` returns: without one all writes are refused. Left out, this process works alone, in a
   * schema that no crew works on.
   */
  readonly join?: (opened: JoiningOptions) => Promise<{ id(): string | undefined }>;
}

export interface JoiningOptions extends Pick<OpenedPostgres, "connect"> {
  /** Resolves when the journal is open, after `join`: for the crew's `takeOver`. Rejects if it cannot be opened. */
  readonly journal: Promise<Journal>;
}

export interface OpenedJournal extends OpenedPostgres {
  /** Its `close` closes `db`. */
  readonly journal: Journal;
}

/**
 * Opens the journal, and makes its schema or brings it up to date. What `join` has joined is the caller's to leave, also
 * where this rejects.
 *
 * @throws {OpeningError} As `openPostgres`.
 * @throws {StorageError} If the server is lost meanwhile.
 */
export async function openPostgresJournal(
  { botId, join, ...options }: JournalOptions,
): Promise<OpenedJournal> {
  let id: (() => string | undefined) | undefined;
  const opened = await openPostgres({
    ...options,
    dialect: POSTGRES,
    migrate: (client, schema) => migrate(client, schema, MIGRATIONS),
    ...join && { fence: () => ({ sql: FENCE, values: [id?.() ?? ""] }) },
  });
  const { db, connect } = opened;
  const journal = Promise.withResolvers<Journal>();
  journal.promise.catch(() => {}); // Prevents an unhandled rejection; the caller is told too.
  try {
    id = (await join?.({ connect, journal: journal.promise }))?.id;
    journal.resolve(await journalIn(db, botId));
    return { ...opened, journal: await journal.promise };
  } catch (error) {
    journal.reject(error);
    await db.close();
    throw error;
  }
}
