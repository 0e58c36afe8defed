// Loads the driver, and types what is used of it: a process without DATABASE_URL is without it.

/** What `pg` gives a callback: an array for several statements at once. */
export interface DriverResult {
  readonly command: string | null;
  readonly rowCount: number | null;
  readonly rows: Record<string, string | number | null>[];
}

export interface DriverOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Asked when the server does; as a function it is not looked for in the environment, nor in a file. */
  readonly password: () => string;
  readonly database: string;
  readonly ssl: false | Record<string, unknown>;
  readonly sslnegotiation: "postgres" | "direct";
  readonly application_name: string;
  readonly client_encoding: "utf8";
  readonly pipeline: boolean;
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelayMillis: number;
  readonly connectionTimeoutMillis: number;
  readonly types: { getTypeParser(type: number): (text: string) => string | number };
}

/** The connection below a client, as a submitted statement gets it. */
export interface DriverConnection {
  query(sql: string): void;
  sendCopyFromChunk(chunk: Uint8Array): void;
  endCopyFrom(): void;
}

/** A statement that speaks the protocol itself (https://node-postgres.com/apis/client#clientquery); not in a pipeline. */
export interface Submitted {
  submit(connection: DriverConnection): void;
  handleCopyInResponse(connection: DriverConnection): void;
  handleCommandComplete(): void;
  handleReadyForQuery(): void;
  handleError(error: unknown): void;
}

/** One connection. */
export interface DriverClient {
  connect(): Promise<unknown>;
  query(
    statement: string | { readonly name: string; readonly text: string },
    values: readonly (string | null)[] | undefined,
    done: (error: unknown, result: DriverResult | DriverResult[]) => void,
  ): void;
  query(sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  query(statement: Submitted): void;
  end(): Promise<void>;
  on(event: "error", listen: (error: unknown) => void): void;
  on(event: "end", listen: () => void): void;
  on(event: "notification", listen: (message: { readonly payload?: string }) => void): void;
  readonly connection: { readonly stream: { destroy(): void } };
}

export type Driver = new (options: DriverOptions) => DriverClient;

/** The driver, loaded when it is first asked for. */
export async function loadDriver(): Promise<Driver> {
  const { Client } = await import("pg");
  return Client;
}

/** How long a good-bye may take, in ms. */
const GOOD_BYE_MS = 1_000;

/** Says good-bye to the server, and waits for its answer only so long: the driver would wait for ever. */
export async function endClient(client: DriverClient): Promise<void> {
  const hurry = setTimeout(() => client.connection.stream.destroy(), GOOD_BYE_MS);
  await client.end();
  clearTimeout(hurry);
}
