// Opens the journal's database at start: waits for the server, checks that it can be worked with, brings the schema up to date.

import { waitMs } from "../../backoff.ts";
import { messageOf } from "../../log/error_words.ts";
import { type Address, checkSchemaName, parseAddress, shownAddress } from "./address.ts";
import { connect, type Server } from "./connect.ts";
import { createDatabase, type Fence, type PostgresDatabase } from "./database.ts";
import type { Dialect } from "./dialect_placeholder.ts";
import type { DriverClient } from "./driver.ts";
import { sqlStateOf } from "./faults.ts";
import { OpeningError } from "./opening_error.ts";
import { type Session, sessionOf } from "./session.ts";

/** How long a server that does not answer is waited for at start, in ms. */
export const PATIENCE_MS = 60_000;

/** The longest wait between two tries at start, in ms. */
const LONGEST_WAIT_MS = 5_000;

/** The oldest server that has all that is used here. */
const OLDEST_VERSION = 14;

/** What bounds a process that is stopped, and a server that is stuck, in ms. */
export interface Bounds {
  /** A process that stops within a batch holds the lock for so long. */
  readonly idleInTransactionMs: number;
  /** Longer than the one above: whoever waits outlasts a process that has stopped. */
  readonly lockMs: number;
  readonly statementMs: number;
  /** Without an answer for so long the connection counts as lost. */
  readonly silenceMs: number;
  /** The same two for long reads. */
  readonly longReadMs: number;
  readonly longSilenceMs: number;
}

export const BOUNDS: Bounds = {
  idleInTransactionMs: 5_000,
  lockMs: 8_000,
  statementMs: 10_000,
  silenceMs: 12_000,
  longReadMs: 60_000,
  longSilenceMs: 70_000,
};

export interface OpeningOptions {
  /** DATABASE_URL. */
  readonly url: string;
  /** PG_SCHEMA. */
  readonly schema: string;
  readonly dialect: Dialect;
  /** Brings the schema up to date. @throws {RangeError} If it is newer than this bot. */
  readonly migrate: (client: Pick<DriverClient, "query">, schema: string) => Promise<void>;
  /** Asked before each batch: without a row the process may not write. */
  readonly fence?: () => Fence | undefined;
  /** A number from 0 to 1, `Math.random()` outside tests. */
  readonly random: () => number;
  /** Told once, with a sentence, when the server does not answer and is waited for. */
  readonly onWaiting: (sentence: string) => void;
  readonly patienceMs?: number;
  readonly bounds?: Bounds;
}

export interface OpenedPostgres {
  readonly db: PostgresDatabase;
  /** Where it is, without the password. */
  readonly address: string;
  /** Another connection in the schema, without a pipeline, to listen on or to beat. Whoever asks closes it. */
  connect(): Promise<DriverClient>;
}

/** @throws {OpeningError} A sentence for the log: why the database cannot be worked with. */
export async function openPostgres(options: OpeningOptions): Promise<OpenedPostgres> {
  const { url, random, bounds = BOUNDS } = options;
  const schema = checkSchemaName(options.schema);
  const address = parseAddress(url);
  const place = shownAddress(address);
  const settings = (ofLongReads: boolean) => ({
    statement_timeout: `${ofLongReads ? bounds.longReadMs : bounds.statementMs}`,
    lock_timeout: `${bounds.lockMs}`,
    idle_in_transaction_session_timeout: `${bounds.idleInTransactionMs}`,
    default_transaction_read_only: ofLongReads ? "on" : "off",
  });

  const plain = async (own: Readonly<Record<string, string>>) =>
    await connect(address, { schema, pipeline: false, settings: own });

  const { client, server } = await whenReachable(
    // A step of the schema may take long on large tables.
    () => plain({ statement_timeout: "0", lock_timeout: `${PATIENCE_MS}` }),
    place,
    options,
  );
  try {
    checkServer(server, place);
    await options.migrate(client, schema);
  } catch (error) {
    throw openingErrorOf(error, address, schema);
  } finally {
    await client.end();
  }

  return {
    address: place,
    connect: async () => (await plain(settings(false))).client,
    db: createDatabase({
      ...options,
      async open(use, onLost): Promise<Session> {
        const isReading = use === "reading";
        const opened = await connect(address, {
          schema,
          pipeline: true,
          settings: settings(isReading),
        });
        const silenceMs = isReading ? bounds.longSilenceMs : bounds.silenceMs;
        return sessionOf(opened.client, { silenceMs, onLost });
      },
      random,
    }),
  };
}

/** Tries at once, then after growing waits, until the time is up. */
async function whenReachable<T>(
  open: () => Promise<T>,
  place: string,
  { random, onWaiting, patienceMs = PATIENCE_MS, url, schema }: OpeningOptions,
): Promise<T> {
  let isOver = false;
  const patience = setTimeout(() => isOver = true, patienceMs);
  try {
    for (let failures = 1;; failures++) {
      try {
        return await open();
      } catch (caught) {
        const error = openingErrorOf(caught, parseAddress(url), schema);
        if (isOver || !["unreachable", "standby"].includes(error.fault)) throw error;
        if (failures === 1) {
          onWaiting(
            `PostgreSQL ${place} пока не отвечает: ${causeOf(caught)}. Ждём до ${
              Math.ceil(patienceMs / 1_000)
            } с`,
          );
        }
      }
      const ms = Math.min(waitMs(failures, random()), LONGEST_WAIT_MS, patienceMs);
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  } finally {
    clearTimeout(patience);
  }
}

function checkServer({ version, encoding }: Server, place: string): void {
  const major = Math.floor(version / 10_000);
  if (major < OLDEST_VERSION) {
    throw new OpeningError(
      "version",
      `PostgreSQL ${place} слишком старый: найдена версия ${major}, нужна ${OLDEST_VERSION} или новее`,
    );
  }
  if (encoding !== "UTF8") {
    throw new OpeningError(
      "encoding",
      `База ${place} в кодировке ${encoding}, нужна UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`,
    );
  }
}

/** What was caught while opening, as a sentence; a defect as it was thrown. */
function openingErrorOf(error: unknown, address: Address, schema: string): OpeningError {
  const place = shownAddress(address);
  const { user, database } = address;
  const say = (fault: OpeningError["fault"], sentence: string) =>
    new OpeningError(fault, sentence, error);
  if (error instanceof OpeningError) {
    return ["tls", "standby"].includes(error.fault)
      ? say(error.fault, `PostgreSQL ${place}: ${error.message}`)
      : error;
  }
  if (error instanceof RangeError) {
    return say(
      "newer schema",
      `Схема "${schema}" в ${place} новее этого бота: ${error.message}. Нужен бот не старее того, что её обновил`,
    );
  }
  switch (sqlStateOf(error)) {
    case "28P01":
      return say(
        "password",
        `PostgreSQL ${place} не принял пароль пользователя "${user}" из DATABASE_URL`,
      );
    case "28000":
      return say(
        "password",
        `PostgreSQL ${place} не пускает пользователя "${user}": ${
          causeOf(error)
        }. Нужна роль и строка для неё в pg_hba.conf`,
      );
    case "3D000":
      return say(
        "database",
        `На сервере ${place} нет базы "${database}": её создаст CREATE DATABASE "${database}" OWNER "${user}"`,
      );
    case "42501":
      return say(
        "rights",
        `Пользователю "${user}" не хватает прав в ${place}: ${
          causeOf(error)
        }. Нужно CREATE SCHEMA "${schema}" AUTHORIZATION "${user}", или GRANT CREATE ON DATABASE "${database}" TO "${user}"`,
      );
  }
  if (isCertificateFault(error)) {
    return say(
      "tls",
      `Сертификат PostgreSQL ${place} не прошёл проверку sslmode=${address.tls.mode}: ${
        causeOf(error)
      }`,
    );
  }
  return say("unreachable", `PostgreSQL ${place} не отвечает: ${causeOf(error)}`);
}

/** What the driver says may hold an address, never a password. */
function causeOf(error: unknown): string {
  return messageOf(error);
}

function isCertificateFault(error: unknown): boolean {
  return messageOf(error).toLowerCase().includes("certificate");
}
