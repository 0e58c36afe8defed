// Looks into the journal's database beside running bots: whether a bot could work with it. Changes nothing that lasts.

import { POSTGRES } from "../dialect.ts";
import { openPostgres } from "./open.ts";
import { MIGRATIONS } from "./schema.ts";
import { schemaVersion } from "./steps.ts";

export interface DatabaseLook {
  /** Without the password. */
  readonly address: string;
  /** Of the server, such as 15. */
  readonly server: number;
  /** Of the schema; undefined where the first start will make it. */
  readonly version: number | undefined;
  /** The version that this bot brings it to. */
  readonly known: number;
  /** Whether commits wait for another server: with false its loss is the loss of the last leads. */
  readonly hasSynchronousStandby: boolean;
  /** Processes that work on the journal. */
  readonly living: number;
  /** What was typed on the page in place of `SECRET_…`, by name. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Undefined before the first start has taken them over from the file. */
  readonly profiles: { readonly text: string; readonly revision: number } | undefined;
  /** The names of the uploaded photos. */
  readonly photos: ReadonlySet<string>;
}

/** @throws {OpeningError} A sentence: why a bot could not work with it. */
export async function lookIntoDatabase(
  { url, schema, patienceMs }: {
    readonly url: string;
    readonly schema: string;
    /** How long a server that does not answer is waited for, in ms. */
    readonly patienceMs: number;
  },
): Promise<DatabaseLook> {
  let look: Omit<DatabaseLook, "address"> | undefined;
  const { db, address } = await openPostgres({
    url,
    schema,
    patienceMs,
    random: () => 0, // It looks once, and nobody else waits with it.
    dialect: POSTGRES,
    onWaiting: () => {},
    async migrate(client, schema) {
      look = await lookAt(client, schema);
    },
  });
  await db.close();
  if (look === undefined) throw new TypeError("Opened a database without looking at it");
  return { ...look, address };
}

type Client = Parameters<Parameters<typeof openPostgres>[0]["migrate"]>[0];

async function lookAt(client: Client, schema: string): Promise<Omit<DatabaseLook, "address">> {
  const { rows: [found] } = await client.query(
    `SELECT current_setting('server_version_num') AS server,
       current_setting('synchronous_standby_names') AS standbys,
       CAST(EXISTS (SELECT FROM pg_namespace WHERE nspname = $1) AS INTEGER) AS is_made`,
    [schema],
  );
  const common = {
    server: Math.floor(Number(found?.["server"]) / 10_000),
    hasSynchronousStandby: found?.["standbys"] !== "",
    known: MIGRATIONS.length,
  };
  const version = Number(found?.["is_made"]) === 1
    ? await schemaVersion(client, schema, MIGRATIONS)
    : undefined;
  if (version === undefined || version === 0) {
    // What the server says to the attempt is what a start would hear.
    const make = version === undefined ? `CREATE SCHEMA "${schema}"` : "CREATE TABLE trial ()";
    await undone(client, make);
    const nothing = {
      living: 0,
      secrets: new Map(),
      profiles: undefined,
      photos: new Set<string>(),
    };
    return { ...common, version: undefined, ...nothing };
  }
  await undone(client, "UPDATE leads SET state = state WHERE false");
  const { rows: [crew] } = await client.query(
    "SELECT count(*) AS living FROM crew WHERE dead_at IS NULL AND lease_until > now()",
  );
  const { rows: [kept] } = await client.query("SELECT text, revision FROM profiles");
  const { rows: photos } = await client.query("SELECT name FROM media");
  const { rows: secrets } = await client.query("SELECT name, value FROM secrets");
  return {
    ...common,
    version,
    living: Number(crew?.["living"]),
    secrets: new Map(secrets.map(({ name, value }) => [String(name), String(value)])),
    profiles: kept && { text: String(kept["text"]), revision: Number(kept["revision"]) },
    photos: new Set(photos.map(({ name }) => String(name))),
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
