// One connection, on which statements are sent without waiting for the answers to those before. Begins no transaction.

import type { Row } from "../engine.ts";
import { StorageError } from "../storage_error.ts";
import { type DriverClient, type DriverResult, endClient } from "./driver.ts";
import { endsSession, storageErrorOf, toStorageError } from "./faults.ts";

export interface Result {
  readonly rows: Row[];
  readonly changes: number;
  /** The first word of what the server says it did. */
  readonly command: string | null;
}

/** A statement that a connection prepares when it first runs there; its name is its own in the process. */
export interface Prepared {
  readonly name: string;
  readonly text: string;
}

/** A statement with its parameters. */
export interface Call {
  readonly statement: Prepared;
  readonly values: readonly (string | null)[];
}

/** Called once, with the error or with the result, in the order in which statements were sent. */
export type Done = (error: unknown, result: Result | undefined) => void;

export interface Session {
  /** Sends statements without parameters. */
  send(sql: string, done?: Done): void;
  execute(call: Call, done: Done): void;
  /** Statements without an answer yet. */
  outstanding(): number;
  /** Why it is of no use any more. */
  lost(): StorageError | undefined;
  /** Says good-bye to the server. */
  end(): Promise<void>;
}

/** How many looks a silence takes to be too long. */
const LOOKS = 4;

/**
 * @param client Connected.
 * @param silenceMs After so long without an answer to what was sent the connection counts as lost: a network that drops
 * packets, or a commit that waits for a dead standby, says nothing.
 * @param onLost Called once, before what is outstanding fails, unless `end` was called.
 */
export function sessionOf(
  client: DriverClient,
  { silenceMs, onLost }: {
    readonly silenceMs: number;
    readonly onLost: (why: StorageError) => void;
  },
): Session {
  let lost: StorageError | undefined;
  let ended = false;
  let outstanding = 0;
  let silentLooks = 0;
  let watch: ReturnType<typeof setInterval> | undefined;

  client.on("error", (error) => lose(storageErrorOf(error)));
  client.on("end", () => lose(new StorageError("the connection to the database was closed")));

  function lose(why: StorageError): void {
    if (lost !== undefined) return;
    lost = why;
    clearInterval(watch);
    client.connection.stream.destroy();
    if (!ended) onLost(why);
  }

  /** Runs only while something is sent, and a moment longer. */
  function look(): void {
    if (outstanding === 0) {
      clearInterval(watch);
      watch = undefined;
    } else if (++silentLooks >= LOOKS) {
      lose(new StorageError(`the database has not answered for ${silenceMs} ms`));
    }
  }

  function answered(done: Done | undefined) {
    if (outstanding++ === 0) silentLooks = 0;
    watch ??= setInterval(look, silenceMs / LOOKS);
    return (error: unknown, result?: DriverResult | DriverResult[]) => {
      outstanding--;
      silentLooks = 0;
      if (error == null) return done?.(undefined, resultOf(result));
      const fault = lost ?? toStorageError(error);
      if (endsSession(error)) lose(storageErrorOf(error));
      done?.(fault, undefined);
    };
  }

  return {
    send(sql, done) {
      if (lost !== undefined) return done?.(lost, undefined);
      client.query(sql, undefined, answered(done));
    },
    execute({ statement, values }, done) {
      if (lost !== undefined) return done(lost, undefined);
      client.query(statement, values, answered(done));
    },
    outstanding: () => outstanding,
    lost: () => lost,
    async end() {
      ended = true;
      clearInterval(watch);
      if (lost === undefined) await endClient(client);
    },
  };
}

/** What the server answers to one statement, as a promise. */
export function answerOf(session: Session, call: Call): Promise<Result> {
  const answer = Promise.withResolvers<Result>();
  session.execute(call, (error, result) => {
    if (result === undefined) answer.reject(error);
    else answer.resolve(result);
  });
  return answer.promise;
}

function resultOf(result: DriverResult | DriverResult[] | undefined): Result {
  const last = Array.isArray(result) ? result.at(-1) : result;
  return { rows: last?.rows ?? [], changes: last?.rowCount ?? 0, command: last?.command ?? null };
}
