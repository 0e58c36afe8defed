// A journal in PostgreSQL as one process of several has it, for tests of what they share.

import type { Journal, SharedRecords } from "../../lib/journal/journal.ts";
import { connectionOf } from "../../lib/journal/postgres/crew/connection.ts";
import { createWakes, type Wakes } from "../../lib/journal/postgres/crew/wakes.ts";
import { openPostgresJournal } from "../../lib/journal/postgres/journal.ts";
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
  const { journal, connect } = await openPostgresJournal({
    url,
    schema,
    botId: "7",
    random: () => 0,
    onWaiting: () => {},
  });
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
    [Symbol.asyncDispose]: journal.close,
  };
}
