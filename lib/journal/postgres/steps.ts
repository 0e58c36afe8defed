// Brings a schema of PostgreSQL up to date, step by step. Does not know what the tables are for.

/** A step of the schema; its position in the list is the version it leads to. */
export interface Migration {
  readonly sql: string;
  /** Whether a bot that does not know this step must not work on the schema any more. */
  readonly breaks?: true;
}

/** One connection to the server; `pg`'s clients are such. */
export interface Session {
  query(
    sql: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
}

/**
 * Makes the schema where there is none, and the migrations that it has not had: in one transaction, and under a lock, so that
 * processes that start together wait for one another. A newer schema is left as it is, unless a step of it breaks this bot.
 *
 * @param schema Its name, as in the variable `PG_SCHEMA`.
 * @throws {RangeError} If the schema comes from a newer version of the bot, which this one does not understand.
 * @throws {Error} What the server says.
 */
export async function migrate(
  session: Session,
  schema: string,
  migrations: readonly Migration[],
): Promise<void> {
  await session.query("BEGIN");
  try {
    await lockMigrations(session, schema);
    await bringUpToDate(session, schema, migrations);
    await session.query("COMMIT");
  } catch (error) {
    await session.query("ROLLBACK").catch(() => {}); // The error says more than a lost connection.
    throw error;
  }
}

/** Until the transaction ends, no other process makes or changes this schema. */
export async function lockMigrations(session: Session, schema: string): Promise<void> {
  await session.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
    `triborg migrations of ${schema}`,
  ]);
}

/** The steps alone, within a transaction of the caller's that has the lock; throws as `migrate` does. */
export async function bringUpToDate(
  session: Session,
  schema: string,
  migrations: readonly Migration[],
): Promise<void> {
  await enter(session, schema);
  const version = await understoodVersion(session, schema, migrations);
  for (const [index, { sql, breaks }] of migrations.entries()) {
    if (index < version) continue;
    await session.query(sql);
    await session.query(
      "INSERT INTO schema_versions (version, breaks_earlier) VALUES ($1, $2)",
      [index + 1, breaks === true],
    );
  }
}

/** Whoever may not make schemas works in one that was made for them. */
async function enter(session: Session, schema: string): Promise<void> {
  const name = `"${schema.replaceAll('"', '""')}"`;
  const found = await session.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema]);
  if (found.rows.length === 0) await session.query(`CREATE SCHEMA ${name}`);
  await session.query(`SET LOCAL search_path TO ${name}`);
  const versions = await session.query("SELECT to_regclass('schema_versions') AS found");
  if (versions.rows[0]?.["found"] !== null) return; // Also where the role may make no tables.
  await session.query(
    `CREATE TABLE schema_versions (
       version INTEGER PRIMARY KEY,
       breaks_earlier BOOLEAN NOT NULL,
       made_at TIMESTAMPTZ NOT NULL DEFAULT now()
     )`,
  );
}

/**
 * The version of a schema that is there; 0 if nothing was made in it.
 *
 * @throws {RangeError} As `migrate`.
 * @throws {Error} What the server says.
 */
export async function schemaVersion(
  session: Session,
  schema: string,
  migrations: readonly Migration[],
): Promise<number> {
  const found = await session.query("SELECT to_regclass('schema_versions') AS found");
  return found.rows[0]?.["found"] === null
    ? 0
    : await understoodVersion(session, schema, migrations);
}

async function understoodVersion(
  session: Session,
  schema: string,
  migrations: readonly Migration[],
): Promise<number> {
  const { version, understoodFrom } = await versionOf(session);
  if (understoodFrom <= migrations.length) return version;
  throw new RangeError(
    `Schema "${schema}" has version ${version}, this bot knows versions up to ${migrations.length}`,
  );
}

async function versionOf(session: Session): Promise<{ version: number; understoodFrom: number }> {
  const { rows } = await session.query(
    `SELECT coalesce(max(version), 0) AS version,
       coalesce(max(version) FILTER (WHERE breaks_earlier), 0) AS understood_from
     FROM schema_versions`,
  );
  return {
    version: Number(rows[0]?.["version"]),
    understoodFrom: Number(rows[0]?.["understood_from"]),
  };
}
