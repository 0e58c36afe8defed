// Opens the journal in PostgreSQL at start-up and enters the crew, or reports why it cannot be used.

import type { Config } from "./config.ts";
import { enterCrew, type EnteredCrew } from "./crew.ts";
import type { DatabaseConfig } from "./database_config.ts";
import { EXIT } from "./exit.ts";
import type { OpenJournal } from "./open_journal.ts";
import type { Machine } from "./machine.ts";
import { openPostgresJournal } from "../journal/postgres/journal.ts";
import { PATIENCE_MS } from "../journal/postgres/open.ts";
import { parseAddress, shownAddress } from "../journal/postgres/address.ts";
import { OpeningError, type OpeningFault } from "../journal/postgres/opening_error.ts";
import { messageOf } from "../log/error_words.ts";
import type { Log } from "../log/log.ts";

/** Waits for a server that does not answer; an exit code when the journal cannot be used, and the log says why. */
export async function openSharedJournal(
  { botToken, dataDir }: Pick<Config, "botToken" | "dataDir">,
  database: DatabaseConfig,
  { machine, stopping, log, patienceMs = PATIENCE_MS }: {
    readonly machine: Pick<Machine, "elapsedMs" | "random" | "host">;
    readonly stopping: AbortSignal;
    readonly log: Log;
    /** How long a server that does not answer is waited for, in ms. */
    readonly patienceMs?: number;
  },
): Promise<OpenJournal | number> {
  const { schema } = database;
  const address = shownAddress(parseAddress(database.url));
  let crew: EnteredCrew | undefined;
  try {
    const [botId = ""] = botToken.split(":");
    const { journal } = await openPostgresJournal({
      ...database,
      botId,
      random: machine.random,
      patienceMs,
      onWaiting: (sentence) => log.warn("⏳ {sentence}", { sentence }),
      async join({ connect }) {
        crew = await enterCrew({ connect, schema, machine, stopping, log }, patienceMs);
        if (crew !== undefined) return crew.place;
        throw new OpeningError("unreachable", `PostgreSQL ${address} не отвечает`);
      },
    });
    if (crew === undefined) throw new TypeError("Opened a journal without entering its crew");
    const { place, standing, onTakeOver, leave } = crew;
    log.info("🗄️ Журнал в PostgreSQL: {address}, схема {schema}, процессов в работе: {living}", {
      address,
      schema,
      living: place.living(),
    });
    await tellFileBeside(dataDir, journal, log);
    return {
      journal,
      file: undefined,
      crew: place,
      standing,
      onTakeOver,
      async close() {
        await leave();
        await journal.close();
      },
    };
  } catch (error) {
    await crew?.leave();
    return report(error, address, log);
  }
}

/** A first start on PostgreSQL beside a journal in a file: its leads do not come along by themselves. */
async function tellFileBeside(
  dataDir: string,
  journal: OpenJournal["journal"],
  log: Log,
): Promise<void> {
  if (await journal.newestMomentMs() !== undefined) return;
  const path = `${dataDir}/triborg.db`;
  const isThere = await Deno.stat(path).then(({ size }) => size > 0, () => false);
  if (!isThere) return;
  log.warn(
    "⚠️ База пуста, а рядом есть журнал {path}: его лиды здесь не видны. Перенести их: deno task move",
    { path },
  );
}

function report(error: unknown, address: string, log: Log): number {
  if (error instanceof OpeningError) {
    log.error("❌ {sentence}", { sentence: error.message });
    return CODES[error.fault];
  }
  log.error("❌ Журнал в PostgreSQL {address} не открыть: {cause}", {
    address,
    cause: messageOf(error),
  });
  return EXIT.defect;
}

/** A restart may help against the first two; against the others only a person. */
const CODES: Readonly<Record<OpeningFault, number>> = {
  unreachable: EXIT.defect,
  standby: EXIT.defect,
  address: EXIT.faults,
  tls: EXIT.faults,
  password: EXIT.faults,
  database: EXIT.faults,
  rights: EXIT.faults,
  version: EXIT.faults,
  encoding: EXIT.faults,
  "newer schema": EXIT.faults,
};
