// Connects to the server that writes, over TLS where the address asks for it, and sets the connection up.

import { messageOf } from "../../log/error_words.ts";
import type { Address, Host, Tls } from "./address.ts";
import { type DriverClient, type DriverOptions, loadDriver } from "./driver.ts";
import { isServerError } from "./faults.ts";
import { OpeningError } from "./opening_error.ts";
import { parserOf } from "./values.ts";

/** How long one try to connect takes at most, in ms. */
const CONNECT_MS = 5_000;

/** A connection that is silent for so long is asked whether it lives: what stands between forgets idle ones. */
const KEEP_ALIVE_MS = 30_000;

export interface ConnectOptions {
  /** Where unqualified names are looked for; it need not exist. */
  readonly schema: string;
  /** Statements are sent without waiting for the answers to those before. */
  readonly pipeline: boolean;
  /** Names and values of the server's settings, for this connection. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What is asked of every server when it is connected to. */
export interface Server {
  /** Such as 150018 for 15.18. */
  readonly version: number;
  readonly encoding: string;
}

/** What the driver says when a server has no TLS. */
const WITHOUT_TLS = "The server does not support SSL connections";

/**
 * A connection to the first host that answers and is no standby.
 *
 * @throws What the last of them said: the driver's error, or an `OpeningError` "standby" or "tls".
 */
export async function connect(
  address: Address,
  options: ConnectOptions,
): Promise<{ readonly client: DriverClient; readonly server: Server }> {
  let failure: unknown;
  for (const host of address.hosts) {
    try {
      return await connectTo(host, address, options);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function connectTo(host: Host, address: Address, options: ConnectOptions) {
  const { mode } = address.tls;
  // A Unix socket has no TLS, as in libpq.
  const withTls = mode !== "disable" && !host.host.startsWith("/");
  try {
    return await enter(host, address, withTls ? await tlsOptions(address.tls) : false, options);
  } catch (error) {
    if (!withTls || isServerError(error) && error.code !== "28000") throw error;
    const isWithout = messageOf(error) === WITHOUT_TLS;
    if (mode === "prefer" && (isWithout || isServerError(error))) {
      return await enter(host, address, false, options);
    }
    throw isWithout
      ? new OpeningError("tls", `у сервера нет TLS, а sslmode=${mode} его требует`, error)
      : error;
  }
}

async function enter(
  { host, port }: Host,
  { user, password, database, tls }: Address,
  ssl: DriverOptions["ssl"],
  { schema, pipeline, settings }: ConnectOptions,
) {
  const Client = await loadDriver();
  const client = new Client({
    host,
    port,
    user,
    password: () => password,
    database,
    ssl,
    sslnegotiation: ssl === false ? "postgres" : tls.negotiation,
    application_name: "triborg",
    client_encoding: "utf8",
    pipeline,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    connectionTimeoutMillis: CONNECT_MS,
    types: { getTypeParser: parserOf },
  });
  client.on("error", () => {}); // Whoever gets the client listens as well.
  const hurry = setTimeout(() => client.connection.stream.destroy(), 2 * CONNECT_MS);
  try {
    await client.connect();
    return { client, server: await setUp(client, schema, settings) };
  } catch (error) {
    client.connection.stream.destroy();
    throw error;
  } finally {
    clearTimeout(hurry);
  }
}

async function setUp(
  client: DriverClient,
  schema: string,
  settings: Readonly<Record<string, string>>,
): Promise<Server> {
  const { rows: [found] } = await client.query(
    `SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding,
       pg_is_in_recovery() AS standby, current_setting('synchronous_commit') AS synchronous`,
  );
  const version = Number(found?.["version"]);
  const server = { version, encoding: String(found?.["encoding"]) };
  if (version < 140_000) return server; // It does not know some of the settings; opening refuses it.
  if (found?.["standby"] === 1) {
    throw new OpeningError("standby", "сервер — резервный и только читает, нужен главный");
  }
  const all = {
    search_path: `"${schema}"`,
    client_encoding: "'UTF8'",
    timezone: "'UTC'",
    idle_session_timeout: "0",
    tcp_user_timeout: "10000",
    jit: "off", // Compiling takes longer than any statement here runs.
    ...found?.["synchronous"] === "off" ? { synchronous_commit: "on" } : {},
    ...settings,
  };
  await client.query(
    Object.entries(all).map(([name, value]) => `SET ${name} = ${value}`).join("; "),
  );
  return server;
}

/** As libpq: `require` checks nothing, unless there is a root certificate; `verify-ca` does not check the name. */
async function tlsOptions(tls: Tls): Promise<Record<string, unknown>> {
  const [ca, cert, key] = await Promise.all(
    [tls.rootCertificate, tls.certificate, tls.key].map(readFile),
  );
  const files = { ...ca && { ca }, ...cert && { cert }, ...key && { key } };
  if (tls.mode === "verify-full") return files;
  if (tls.mode === "prefer" || ca === undefined) return { ...files, rejectUnauthorized: false };
  return { ...files, checkServerIdentity: () => undefined };
}

async function readFile(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new OpeningError(
      "tls",
      `файл ${path} из DATABASE_URL не прочитать: ${messageOf(error)}`,
      error,
    );
  }
}
