// A look into a schema of PostgreSQL, for the doctor: whether a bot could work with it. Changes nothing that lasts.

import { POSTGRES } from "../dialect.ts";
import type { DriverClient } from "./driver.ts";
import { openPostgres } from "./open.ts";
import { MIGRATIONS } from "./schema.ts";
import { schemaVersion } from "./steps.ts";

/** What a schema has, and the server that it is on. */
export interface SchemaLook {
  /** Where it is, without the password. */
  readonly address: string;
  /** The server's version, such as 15. */
  readonly server: number;
  /** Whether commits wait for another server: without one the server's loss is that of the last leads. */
  readonly hasSynchronousStandby: boolean;
  /** Undefined where no bot has started on it. */
  readonly kept: KeptInSchema | undefined;
}

export interface KeptInSchema {
  readonly version: number;
  /** The version that this bot brings it to. */
  readonly known: number;
  /** Processes that work on it. */
  readonly living: number;
  /** Undefined before the first start has taken them over. */
  readonly profiles: { readonly text: string; readonly revision: number } | undefined;
  /** The names of the uploaded photos. */
  readonly photos: ReadonlySet<string>;
  /** Secrets that were typed on the page, by name. Meant for requests to CRMs alone. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** How long a server that does not answer is waited for, in ms. */
const PATIENCE_MS = 3_000;

/** @throws {OpeningError} A sentence without the password: why the database cannot be worked with. */
export async function lookIntoSchema(
  { url, schema }: { readonly url: string; readonly schema: string },
): Promise<SchemaLook> {
  let look: Omit<SchemaLook, "address"> | undefined;
  const { db, address } = await openPostgres({
    url,
    schema,
    dialect: POSTGRES,
    async migrate(client) {
      look = await lookAt(client, schema);
    },
    random: () => 0.5,
    onWaiting: () => {},
    patienceMs: PATIENCE_MS,
  });
  await db.close();
  if (look === undefined) throw new TypeError("Opened a database without looking at it");
  return { ...look, address };
}

type Client = Pick<DriverClient, "query">;

async function lookAt(client: Client, schema: string): Promise<Omit<SchemaLook, "address">> {
  const { rows: [found] } = await client.query(
    `SELECT current_setting('server_version_num') AS server,
       current_setting('synchronous_standby_names') AS standbys,
       CAST(EXISTS (SELECT FROM pg_namespace WHERE nspname = $1) AS INTEGER) AS is_made`,
    [schema],
  );
  const isMade = Number(found?.["is_made"]) === 1;
  return {
    server: Math.floor(Number(found?.["server"]) / 10_000),
    hasSynchronousStandby: found?.["standbys"] !== "",
    kept: await keptIn(client, schema, isMade),
  };
}

async function keptIn(
  client: Client,
  schema: string,
  isMade: boolean,
): Promise<KeptInSchema | undefined> {
  const version = isMade ? await schemaVersion(client, schema, MIGRATIONS) : 0;
  if (version === 0) {
    // What the server says to the attempt is what a start would hear.
    await undone(client, isMade ? "CREATE TABLE trial ()" : `CREATE SCHEMA "${schema}"`);
    return undefined;
  }
  await undone(client, "UPDATE leads SET state = state WHERE false");
  const rowsOf = async (sql: string) => (await client.query(sql)).rows;
  const [crew] = await rowsOf(
    "SELECT count(*) AS living FROM crew WHERE dead_at IS NULL AND lease_until > now()",
  );
  const [row] = await rowsOf("SELECT text, revision FROM profiles");
  const photos = await rowsOf("SELECT name FROM media");
  const secrets = await rowsOf("SELECT name, value FROM secrets");
  return {
    version,
    known: MIGRATIONS.length,
    living: Number(crew?.["living"]),
    profiles: row && { text: String(row["text"]), revision: Number(row["revision"]) },
    photos: new Set(photos.map(({ name }) => String(name))),
    secrets: new Map(secrets.map(({ name, value }) => [String(name), String(value)])),
  };
}

async function undone(client: Client, sql: string): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(sql);
  } finally {
    await client.query("ROLLBACK");
  }
}
