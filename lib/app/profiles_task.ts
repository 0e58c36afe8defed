// `deno task profiles export [file]` and `deno task profiles import file`: profiles of the database as a file, and back, also while bots run.

import { DEFAULT_SCHEMA } from "./database_config.ts";
import { EXIT } from "./exit.ts";
import { exportProfiles } from "./exported_profiles.ts";
import { importProfiles } from "./imported_profiles.ts";
import { pathAsTyped, type ReadVariable, runScript } from "./upkeep/script_variables.ts";
import type { Journal } from "../journal/journal.ts";
import { openPostgresJournal } from "../journal/postgres/journal.ts";
import { OpeningError } from "../journal/postgres/opening_error.ts";
import { StorageError } from "../journal/storage_error.ts";

const USAGE = "Как пользоваться: deno task profiles export [--force] [файл], " +
  "без файла — на экран, или deno task profiles import файл";

/** What the task is asked for. */
type Wish =
  | { readonly kind: "export"; readonly path: string | undefined; readonly overwrites: boolean }
  | { readonly kind: "import"; readonly path: string };

/** Runs the script; resolves with its exit code. */
export function profiles(args: readonly string[]): Promise<number> {
  return runScript(args, main);
}

async function main(args: readonly string[], read: ReadVariable): Promise<number> {
  const wish = readWish(args);
  if (wish === undefined) {
    console.error(`❌ ${USAGE}`);
    return EXIT.faults;
  }
  const url = read("DATABASE_URL");
  if (url === undefined) {
    const path = read("LOCALES_PATH") ?? "locales/locales.json";
    console.error(
      `❌ DATABASE_URL не задана: профили живут в файле ${path}, его и правьте. Бот примет правку на ходу`,
    );
    return EXIT.faults;
  }
  try {
    return await withJournal(url, read, (journal) => act(wish, journal, read));
  } catch (error) {
    if (!(error instanceof OpeningError || error instanceof StorageError)) throw error;
    console.error(`❌ ${error.message}`);
    return EXIT.defect;
  }
}

function readWish([word, ...rest]: readonly string[]): Wish | undefined {
  const overwrites = word === "export" && rest.includes("--force");
  const [path, ...others] = rest.filter((arg) => !(overwrites && arg === "--force"));
  if (others.length > 0 || path === "" || path?.startsWith("-")) return undefined;
  const typed = path && pathAsTyped(path);
  if (word === "export") return { kind: "export", path: typed, overwrites };
  return word === "import" && typed !== undefined ? { kind: "import", path: typed } : undefined;
}

async function act(wish: Wish, journal: Journal, read: ReadVariable): Promise<number> {
  const { shared: records, committed } = journal;
  if (records === undefined) throw new TypeError("Cannot find the profiles in a file's journal");
  const place = {
    records,
    committed,
    dataDir: read("DATA_DIR") ?? "data",
    now: Date.now,
    tell: console.log,
    tellFault: console.error,
  };
  return wish.kind === "export"
    ? await exportProfiles(wish, { ...place, write: writeOut })
    : await importProfiles(wish.path, place);
}

/** Lends the journal. It works on no lead, so it needs no place among the bots that do. */
async function withJournal(
  url: string,
  read: ReadVariable,
  use: (journal: Journal) => Promise<number>,
): Promise<number> {
  const { journal } = await openPostgresJournal({
    url,
    schema: read("PG_SCHEMA") ?? DEFAULT_SCHEMA,
    random: () => 0.5, // No other process waits for the same server with this one.
    onWaiting: (sentence) => console.error(`⏳ ${sentence}`),
  });
  try {
    return await use(journal);
  } finally {
    await journal.close();
  }
}

function writeOut(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

if (import.meta.main) Deno.exit(await profiles(Deno.args));
