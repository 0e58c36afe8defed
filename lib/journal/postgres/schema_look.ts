// A look into a schema of PostgreSQL, for the doctor: makes nothing, brings nothing up to date.

import { POSTGRES } from "../dialect.ts";
import { endClient } from "./driver.ts";
import { openPostgres } from "./open.ts";

/** What a schema has. */
export interface SchemaLook {
  /** Where it is, without the password. */
  readonly address: string;
  /** Undefined where no bot has started on it. */
  readonly kept:
    | {
      /** Undefined before the first start has taken them over. */
      readonly profiles: { readonly text: string; readonly revision: number } | undefined;
      /** The names of the uploaded photos. */
      readonly photos: ReadonlySet<string>;
      /** Secrets that were typed on the page, by name. Meant for requests to CRMs alone. */
      readonly secrets: ReadonlyMap<string, string>;
    }
    | undefined;
}

/** How long a server that does not answer is waited for, in ms. */
const PATIENCE_MS = 3_000;

/** @throws {OpeningError} A sentence without the password: why the database cannot be worked with. */
export async function lookIntoSchema(
  { url, schema }: { readonly url: string; readonly schema: string },
): Promise<SchemaLook> {
  const { db, address, connect } = await openPostgres({
    url,
    schema,
    dialect: POSTGRES,
    migrate: () => Promise.resolve(),
    random: () => 0.5,
    onWaiting: () => {},
    patienceMs: PATIENCE_MS,
  });
  try {
    const client = await connect();
    try {
      const rowsOf = async (sql: string) => (await client.query(sql)).rows;
      const [table] = await rowsOf("SELECT to_regclass('profiles') AS name");
      if (table?.["name"] == null) return { address, kept: undefined };
      const [row] = await rowsOf("SELECT text, revision FROM profiles");
      const photos = await rowsOf("SELECT name FROM media");
      const secrets = await rowsOf("SELECT name, value FROM secrets");
      return {
        address,
        kept: {
          profiles: row && { text: String(row["text"]), revision: Number(row["revision"]) },
          photos: new Set(photos.map(({ name }) => String(name))),
          secrets: new Map(secrets.map(({ name, value }) => [String(name), String(value)])),
        },
      };
    } finally {
      await endClient(client);
    }
  } finally {
    await db.close();
  }
}
