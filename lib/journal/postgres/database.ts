// The journal's engine on PostgreSQL: one connection that writes in batches, and others for long reads.

import type { Database, Reader, Row, Value, Writer } from "../engine.ts";
import type { Dialect } from "../dialect.ts";
import { lockKeyOf } from "./batch.ts";
import { BURY } from "./crew/statements.ts";
import { createLink, type Link } from "./link.ts";
import { answerOf, type Call, type Result, type Session } from "./session.ts";
import type { StorageError } from "../storage_error.ts";
import { createPreparing } from "./statements.ts";
import { parameterOf } from "./values.ts";
import type { Statement } from "./turn.ts";
import { createVerbs } from "./verbs.ts";

/** A statement that returns a row as long as this process may write. */
export interface Fence {
  readonly sql: string;
  readonly values: readonly Value[];
}

export interface PostgresOptions {
  readonly dialect: Dialect;
  /** The schema that connections are opened in. */
  readonly schema: string;
  /** Opens a connection to write on, or one that only reads. */
  readonly open: (
    use: "writing" | "reading",
    onLost: (why: StorageError) => void,
  ) => Promise<Session>;
  /** Asked before each batch; undefined is no fence. */
  readonly fence?: () => Fence | undefined;
  /** How long statements wait for a connection before they are refused, in ms. */
  readonly patienceMs: number;
  /** A number from 0 to 1, `Math.random()` outside tests. */
  readonly random: () => number;
}

/** Long reads at once: more of them would take the server's processors from what writes. */
const READING_CONNECTIONS = 2;

/** Connections are opened when they are first needed. */
export function createDatabase(
  { dialect, schema, open, fence, patienceMs, random }: PostgresOptions,
): Database {
  const prepare = createPreparing();
  const writing = createLink((onLost) => open("writing", onLost), {
    patienceMs,
    random,
    onLost: (why) => verbs.connectionLost(why),
  });
  const reading = Array.from(
    { length: READING_CONNECTIONS },
    () => createLink((onLost) => open("reading", onLost), { patienceMs, random }),
  );
  const verbs = createVerbs(writing, {
    lockKey: lockKeyOf(schema),
    fence: () => {
      const asked = fence?.();
      return asked && callOf(prepare(asked.sql, false), asked.values);
    },
  });
  const bury = writerOf(prepare(BURY, true), verbs.run);

  return {
    dialect,
    reader: (sql) => readerOf(prepare(sql, false), verbs.run),
    writer(sql) {
      const statement = prepare(sql, true);
      return writerOf(statement, verbs.run);
    },
    inTurn: verbs.inTurn,
    atomically: verbs.atomically,
    rehearse: verbs.rehearse,
    committed: verbs.committed,
    committedSoon: verbs.committed, // What waited for company would hold the lock meanwhile.
    bury: async (dead) => (await bury.run(dead)).changes === 1,
    forgetDeleted() {}, // What is dead in a table is VACUUM's, and the server's own logs are its administrator's.
    reading: {
      dialect,
      reader: (sql) =>
        readerOf(
          prepare(sql, false),
          async (statement, values) =>
            await answerOf(await leastBusy(reading), { statement, values }),
        ),
    },
    async close() {
      await verbs.close();
      await Promise.all([writing, ...reading].map((link) => link.close()));
    },
  };
}

type Run = (statement: Statement, values: readonly (string | null)[]) => Promise<Result>;

function readerOf(statement: Statement, run: Run): Reader {
  return {
    get: async (...values) => (await all(statement, run, values))[0],
    all: (...values) => all(statement, run, values),
  };
}

function writerOf(statement: Statement, run: Run): Writer {
  return {
    ...readerOf(statement, run),
    run: async (...values) => await run(statement, values.map(parameterOf)),
  };
}

async function all(statement: Statement, run: Run, values: readonly Value[]): Promise<Row[]> {
  return (await run(statement, values.map(parameterOf))).rows;
}

function callOf(statement: Statement, values: readonly Value[]): Call {
  return { statement, values: values.map(parameterOf) };
}

/** One that is not open yet counts as free. */
function leastBusy(links: readonly Link[]): Promise<Session> {
  const outstanding = (link: Link) => link.current()?.outstanding() ?? 0;
  const [first, ...others] = links;
  return others.reduce((one, other) => outstanding(other) < outstanding(one) ? other : one, first!)
    .session();
}
