// Opens the journal's database at start: waits for the server, checks that it can be worked with, brings the schema up to date.

import { waitMs } from "../../backoff.ts";
import { messageOf } from "../../log/error_words.ts";
import { type Address, checkSchemaName, parseAddress, shownAddress } from "./address.ts";
import { connect, type Server } from "./connect.ts";
import type { Database } from "../engine.ts";
import { createDatabase, type Fence } from "./database.ts";
import type { Dialect } from "../dialect.ts";
import { type DriverClient, endClient } from "./driver.ts";
import { OpeningError } from "./opening_error.ts";
import { refusalOf, unreachable } from "./opening_faults.ts";
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
  /** Without a connection statements wait for so long, and are refused at once after that. */
  readonly connectionMs: number;
  /** As `statementMs` and `silenceMs`, for long reads. */
  readonly longReadMs: number;
  readonly longSilenceMs: number;
}

export const BOUNDS: Bounds = {
  idleInTransactionMs: 5_000,
  lockMs: 8_000,
  statementMs: 10_000,
  silenceMs: 12_000,
  connectionMs: 3_000,
  longReadMs: 60_000,
  longSilenceMs: 70_000,
};

/** Where the database is, and how it is waited for. */
export interface ConnectingOptions {
  /** DATABASE_URL. */
  readonly url: string;
  /** PG_SCHEMA. */
  readonly schema: string;
  /** A number from 0 to 1, `Math.random()` outside tests. */
  readonly random: () => number;
  /** Told once, with a sentence, when the server does not answer and is waited for. */
  readonly onWaiting: (sentence: string) => void;
  readonly patienceMs?: number;
}

export interface OpeningOptions extends ConnectingOptions {
  readonly dialect: Dialect;
  /** Brings the schema up to date. @throws {RangeError} If it is newer than this bot. */
  readonly migrate: (client: Pick<DriverClient, "query">, schema: string) => Promise<void>;
  /** Asked before each batch: without a row the process may not write. */
  readonly fence?: () => Fence | undefined;
  readonly bounds?: Bounds;
}

export interface OpenedPostgres {
  readonly db: Database;
  /** Where it is, without the password. */
  readonly address: string;
  /** Another connection in the schema, without a pipeline, to listen on or to beat. Whoever asks closes it. */
  connect(): Promise<DriverClient>;
}

/** @throws {OpeningError} A sentence for the log: why the database cannot be worked with. */
export async function openPostgres(options: OpeningOptions): Promise<OpenedPostgres> {
  const { url, bounds = BOUNDS } = options;
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

  await withConnection(options, (client) => options.migrate(client, schema));

  return {
    address: place,
    connect: async () => (await plain(settings(false))).client,
    db: createDatabase({
      ...options,
      schema,
      patienceMs: bounds.connectionMs,
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
    }),
  };
}

/**
 * Runs a work that may take long on a connection of its own, when the server can be worked with.
 *
 * @throws {OpeningError} A sentence: why not, or what of the work only a person can put right.
 */
export async function withConnection<T>(
  options: ConnectingOptions,
  work: (client: DriverClient) => Promise<T>,
): Promise<T> {
  const schema = checkSchemaName(options.schema);
  const address = parseAddress(options.url);
  const settings = {
    statement_timeout: "0",
    lock_timeout: `${PATIENCE_MS}`,
    idle_in_transaction_session_timeout: "0",
  };
  const { client, server } = await whenReachable(
    () => connect(address, { schema, pipeline: false, settings }),
    address,
    options,
  );
  try {
    checkServer(server, shownAddress(address));
    return await work(client);
  } catch (error) {
    throw refusalOf(error, address, schema) ?? error;
  } finally {
    await endClient(client);
  }
}

/** Tries at once, then after growing waits, until the time is up. */
async function whenReachable<T>(
  open: () => Promise<T>,
  address: Address,
  { schema, random, onWaiting, patienceMs = PATIENCE_MS }: ConnectingOptions,
): Promise<T> {
  const place = shownAddress(address);
  let isOver = false;
  const patience = setTimeout(() => isOver = true, patienceMs);
  try {
    for (let failures = 1;; failures++) {
      try {
        return await open();
      } catch (caught) {
        const refusal = refusalOf(caught, address, schema);
        if (refusal !== undefined && refusal.fault !== "standby") throw refusal;
        if (isOver) throw refusal ?? unreachable(caught, address);
        if (failures === 1) {
          onWaiting(
            `PostgreSQL ${place} пока не отвечает: ${messageOf(caught)}. Ждём до ${
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
