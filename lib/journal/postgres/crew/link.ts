// One connection that is opened when it is needed and replaced after any fault. No query waits without bound.

import type { Connection, Row } from "./connection.ts";

/** Queries one after another over a connection that may have to be opened anew. */
export interface Link {
  /** @throws {Error} What the server answers, or that it did not in time: the outcome is then unknown. */
  query(sql: string, values: readonly unknown[]): Promise<readonly Readonly<Row>[]>;
  /** Ends the connection, and with it the query in hand; the next query opens another. */
  drop(): void;
  /** As `drop`; later queries reject. */
  close(): void;
}

/** @param patienceMs How long connecting and each query may take. */
export function createLink(
  { connect, patienceMs }: {
    readonly connect: () => Promise<Connection>;
    readonly patienceMs: number;
  },
): Link {
  let connection: Connection | undefined;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  async function send(sql: string, values: readonly unknown[]): Promise<readonly Readonly<Row>[]> {
    if (closed) throw new Error("Cannot query: the connection was closed");
    const current = connection ??= await open();
    try {
      return await within(current.query(sql, values), patienceMs, () => current.close());
    } catch (error) {
      forget(current);
      throw error;
    }
  }

  async function open(): Promise<Connection> {
    const opening = connect();
    const discard = () => void opening.then((late) => late.close(), () => {});
    const opened = await within(opening, patienceMs, discard);
    if (closed) {
      opened.close();
      throw new Error("Cannot query: the connection was closed");
    }
    void opened.ended.then(() => forget(opened));
    // Else a statement that waits for a lock would go on in the server, one for each new connection.
    const setting = opened.query(`SET statement_timeout = ${patienceMs}`);
    try {
      await within(setting, patienceMs, () => opened.close());
    } catch (error) {
      opened.close();
      throw error;
    }
    return opened;
  }

  function forget(which: Connection | undefined): void {
    which?.close();
    if (connection === which) connection = undefined;
  }

  return {
    query(sql, values) {
      const result = last.then(() => send(sql, values));
      last = result.catch(() => {});
      return result;
    },
    drop: () => forget(connection),
    close() {
      closed = true;
      forget(connection);
    },
  };
}

/** Awaits `promise` for so long; then calls `late` and rejects. */
export async function within<T>(
  promise: Promise<T>,
  patienceMs: number,
  late: () => void,
): Promise<T> {
  const { promise: limit, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late();
    reject(new Error(`No answer from the database within ${patienceMs} ms`));
  }, patienceMs);
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
