// Brings a database's schema up to date, step by step. Does not know what the tables are for.

import type { DatabaseSync } from "node:sqlite";

/** A step of the schema; its position in the list is the version it leads to. */
export type Migration = string;

/** Named steps that only add to the schema. They raise no version, so that the previous bot still opens the file. */
export type Additions = Readonly<Record<string, string>>;

/** How many migrations a database has had; 0 for a new one. */
export function versionOf(sqlite: DatabaseSync): number {
  return Number(sqlite.prepare("PRAGMA user_version").get()?.["user_version"]);
}

/** @throws {RangeError} If the database comes from a newer version of the bot. */
export function migrate(sqlite: DatabaseSync, migrations: readonly Migration[]): void {
  const version = versionOf(sqlite);
  if (version > migrations.length) {
    throw new RangeError(
      `its version is ${version}, this bot knows versions up to ${migrations.length}`,
    );
  }
  migrations.slice(version).forEach((migration, index) => {
    sqlite.exec(
      `BEGIN IMMEDIATE; ${migration}; PRAGMA user_version = ${version + index + 1}; COMMIT;`,
    );
  });
}

/** Makes the additions that are not there yet. */
export function add(sqlite: DatabaseSync, additions: Additions): void {
  sqlite.exec("CREATE TABLE IF NOT EXISTS additions (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID");
  const made = new Set(sqlite.prepare("SELECT name FROM additions").all().map(({ name }) => name));
  for (const [name, sql] of Object.entries(additions)) {
    if (made.has(name)) continue;
    sqlite.exec(`BEGIN IMMEDIATE; ${sql}; INSERT INTO additions VALUES ('${name}'); COMMIT;`);
  }
}
