// A connection as crew and wake-ups use it, and how a client of `pg` becomes one. Imports no driver.

/** One connection to the database. Its queries are sent one after another by the caller. */
export interface Connection {
  /** @throws {Error} What the server answers, or that the connection was lost: the outcome is then unknown. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly Readonly<Row>[]>;
  /** Called with the payload of each notification. */
  onNotification(heard: (payload: string) => void): void;
  /** Resolves when the connection has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends it at once: a query in hand rejects. Waits for no peer. */
  close(): void;
}

/** A row as the driver returns it. */
export type Row = Record<string, unknown>;

/** What is used of a connected `Client` of `pg`. */
export interface PgClient {
  query(sql: string, values?: unknown[]): Promise<{ rows: Row[] }>;
  on(event: "error", listener: () => void): unknown;
  on(event: "end", listener: () => void): unknown;
  on(event: "notification", listener: (message: { payload?: string }) => void): unknown;
  readonly connection: { readonly stream: { destroy(): void } };
}

/** Wraps a connected client of `pg`. Its `end()` is not used: without a query in hand it waits for the server. */
export function connectionOf(client: PgClient): Connection {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  client.on("end", resolve);
  client.on("error", () => client.connection.stream.destroy());
  return {
    query: async (sql, values) => (await client.query(sql, values && [...values])).rows,
    onNotification: (heard) => client.on("notification", ({ payload = "" }) => heard(payload)),
    ended,
    close: () => client.connection.stream.destroy(),
  };
}
