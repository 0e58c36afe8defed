// A journal in PostgreSQL as one process of several has it, for tests of what they share.

import { POSTGRES } from "../../lib/journal/dialect.ts";
import { type Journal, journalIn, type SharedRecords } from "../../lib/journal/journal.ts";
import { connectionOf } from "../../lib/journal/postgres/crew/connection.ts";
import { createWakes, type Wakes } from "../../lib/journal/postgres/crew/wakes.ts";
import { openPostgres } from "../../lib/journal/postgres/open.ts";
import { MIGRATIONS } from "../../lib/journal/postgres/schema.ts";
import { migrate } from "../../lib/journal/postgres/steps.ts";
import type { PostgresServer } from "./postgres.ts";

export interface SharedJournal extends AsyncDisposable {
  readonly journal: Journal;
  readonly shared: SharedRecords;
  /** Hears the wake-ups of the schema; closed by the test. */
  hear(): Wakes;
}

/** Opens it, without a crew: nothing here is one process's alone. */
export async function openShared(
  { url }: Pick<PostgresServer, "url">,
  schema: string,
): Promise<SharedJournal> {
  const { db, connect } = await openPostgres({
    url,
    schema,
    dialect: POSTGRES,
    migrate: (client, schema) => migrate(client, schema, MIGRATIONS),
    random: () => 0,
    onWaiting: () => {},
  });
  const journal = await journalIn(db, "7");
  const { shared } = journal;
  if (shared === undefined) throw new TypeError("Cannot find what processes share");
  return {
    journal,
    shared,
    hear: () =>
      createWakes({
        connect: async () => connectionOf(await connect()),
        channel: schema,
        random: () => 0,
        report: () => {},
      }),
    [Symbol.asyncDispose]: () => db.close(),
  };
}
