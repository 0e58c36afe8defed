// A look into the journal beside a running bot: reads only, and waits half a second for a lock at most. Changes and repairs nothing.

import { DatabaseSync } from "node:sqlite";
import { isThere } from "./database_copy.ts";
import { ENDINGS } from "./database_files.ts";
import { messageOf } from "../../log/error_words.ts";
import { MIGRATIONS } from "./schema.ts";

/** What a look found. */
export type JournalLook =
  | { readonly kind: "missing" }
  /** It cannot be read, or is no journal. */
  | { readonly kind: "unreadable"; readonly reason: string }
  | { readonly kind: "damaged"; readonly reason: string }
  /** A later bot made it. */
  | { readonly kind: "newer"; readonly version: number; readonly known: number }
  | ({ readonly kind: "good" } & GoodJournal);

/** A journal that this bot opens. */
export interface GoodJournal {
  readonly version: number;
  /** The version that the next start makes of it. */
  readonly known: number;
  /** With its WAL. */
  readonly bytes: number;
  /** Whether its pages were checked; a larger file is not. */
  readonly isChecked: boolean;
  /** Secrets that were typed on the page, by name. Meant for requests to CRMs alone. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** Largest file whose pages are all read, in bytes: a second's work, on a slow disk a few. */
const MOST_CHECKED_BYTES = 256 * 2 ** 20;

/** How long another process's lock is waited for, in ms. */
const BUSY_MS = 500;

/**
 * Reads a journal by a connection of its own, in the state of the last commit.
 *
 * @param clean Gets a function that removes what SQLite made beside a journal of a bot that does not run. It may be
 *   called only while no bot can start; else two small files stay, which the next start uses.
 */
export function lookIntoJournal(
  path: string,
  { mostBytes = MOST_CHECKED_BYTES, clean = () => {} }: {
    readonly mostBytes?: number;
    readonly clean?: (remove: () => void) => void;
  } = {},
): JournalLook {
  let bytes: number;
  try {
    const { isFile, size } = Deno.statSync(path);
    if (!isFile) return { kind: "unreadable", reason: "это не файл" };
    bytes = size + walBytes(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { kind: "missing" };
    return { kind: "unreadable", reason: messageOf(error) };
  }
  if (bytes === 0) return { kind: "missing" }; // A start makes a journal of it.
  const made = ENDINGS.slice(1).map((ending) => path + ending).filter((each) => !isThere(each));
  let sqlite: DatabaseSync | undefined;
  try {
    sqlite = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    return read(sqlite, bytes, mostBytes);
  } catch (error) {
    const reason = messageOf(error);
    return { kind: isDamage(reason) ? "damaged" : "unreadable", reason };
  } finally {
    sqlite?.close();
    const left = made.filter(isThere);
    if (left.length > 0) clean(() => left.forEach((each) => Deno.removeSync(each)));
  }
}

function walBytes(path: string): number {
  return isThere(`${path}-wal`) ? Deno.statSync(`${path}-wal`).size : 0;
}

function read(sqlite: DatabaseSync, bytes: number, mostBytes: number): JournalLook {
  const row = (sql: string) => sqlite.prepare(sql).get();
  const version = Number(row("PRAGMA user_version")?.["user_version"]);
  const known = MIGRATIONS.length;
  if (version === 0 && row("SELECT 1 FROM sqlite_schema") === undefined) return { kind: "missing" }; // A start that failed.
  if (version > known) return { kind: "newer", version, known };
  const isChecked = bytes <= mostBytes;
  const verdict = isChecked ? row("PRAGMA quick_check(1)")?.["quick_check"] : "ok";
  if (verdict !== "ok") return { kind: "damaged", reason: String(verdict) };
  const has = (table: string) =>
    row(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '${table}'`) !== undefined;
  if (version < 1 || !has("leads")) return { kind: "unreadable", reason: "это не журнал бота" };
  const secrets = has("secrets") ? sqlite.prepare("SELECT name, value FROM secrets").all() : [];
  return {
    kind: "good",
    version,
    known,
    bytes,
    isChecked,
    secrets: new Map(secrets.map(({ name, value }) => [String(name), String(value)])),
  };
}

/** SQLITE_CORRUPT and SQLITE_NOTADB (https://sqlite.org/rescode.html). */
function isDamage(reason: string): boolean {
  return reason.includes("malformed") || reason.includes("not a database");
}
