// Reads DATABASE_URL and PG_SCHEMA. Prints no password, loads no driver.

import { quote } from "./config_values.ts";
import { checkSchemaName, parseAddress } from "../journal/postgres/address.ts";
import { OpeningError } from "../journal/postgres/opening_error.ts";

/** Where the journal is when it is no file. */
export interface DatabaseConfig {
  /** DATABASE_URL, with its password. */
  readonly url: string;
  readonly schema: string;
}

/** The schema of a bot that is the only one in its database. */
export const DEFAULT_SCHEMA = "triborg";

/** @throws {SyntaxError} If it is no address of PostgreSQL; the sentence does not show it. */
export function parseDatabaseUrl(text: string): string {
  const refusal = refusalOf(() => parseAddress(text));
  // What reports the fault names the variable.
  if (refusal !== undefined) throw new SyntaxError(refusal.slice(refusal.indexOf(": ") + 2));
  return text;
}

/** @throws {SyntaxError} If PostgreSQL would not take the name as it is. */
export function parseSchema(text: string): string {
  const refusal = refusalOf(() => checkSchemaName(text));
  if (refusal === undefined) return text;
  throw new SyntaxError(`найдено ${quote(text)}, ${refusal.slice(refusal.lastIndexOf("нужно"))}`);
}

/** A schema needs an address. */
export function databaseAt(url: string | null, schema: string): DatabaseConfig | null {
  return url === null ? null : { url, schema };
}

/** What must appear nowhere: the address, and its password as it is and as it is written there. */
export function secretsOf({ url }: DatabaseConfig): string[] {
  const { password } = parseAddress(url);
  return [url, password, encodeURIComponent(password), encodeURI(password)];
}

/** What is said of a schema without a database. */
export const SCHEMA_ALONE =
  "PG_SCHEMA задана, а DATABASE_URL нет: журнал остаётся файлом в DATA_DIR, PG_SCHEMA не действует";

function refusalOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!(error instanceof OpeningError)) throw error;
    return error.message;
  }
}
