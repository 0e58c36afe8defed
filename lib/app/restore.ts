// `deno task restore [file | --list]`: puts a copy in the journal's place, the newest unless one is named, and brings back photos that are gone. Checks and counts it first, and keeps the journal that was there.

import { dirname } from "node:path";
import { inspectJournal, type JournalContents } from "../journal/copies.ts";
import { EXIT } from "./exit.ts";
import { type Lock, lockFolder } from "./lock.ts";
import { forgetMovedAway } from "./moved_away.ts";
import { backupFolder, listCopies } from "../journal/sqlite/backups.ts";
import { freeBytes } from "./upkeep/free_space.ts";
import { photoFolder } from "../profiles/photos/store.ts";
import { copyPhotos, photosBeside } from "./upkeep/photo_copies.ts";
import { replaceJournal } from "./upkeep/replace_journal.ts";
import { onPostgres } from "./upkeep/on_postgres.ts";
import { pathAsTyped, type ReadVariable, runScript } from "./upkeep/script_variables.ts";
import { contentsWords, reasonOf, sizeWords } from "./upkeep/words.ts";
import { readZone } from "./upkeep/zone.ts";

const USAGE = "Как пользоваться: deno task restore [файл копии] или deno task restore --list";

interface Place {
  readonly dataDir: string;
  readonly timeZone: string;
  readonly nowMs: number;
}

/** Runs the script; resolves with its exit code. */
export function restore(args: readonly string[]): Promise<number> {
  return runScript(args, main);
}

async function main(args: readonly string[], read: ReadVariable): Promise<number> {
  const refusal = onPostgres("restore", read);
  if (refusal !== undefined) {
    console.error(`❌ ${refusal}`);
    return 1;
  }
  const place: Place = {
    dataDir: read("DATA_DIR") ?? "data",
    timeZone: readZone(read("TZ")),
    nowMs: Date.now(),
  };
  const [first, ...others] = args;
  if (others.length > 0 || first === "" || (first?.startsWith("-") && first !== "--list")) {
    console.error(`❌ ${USAGE}`);
    return 1;
  }
  if (first === "--list") return await list(place);
  return await restoreCopy(first && pathAsTyped(first), place);
}

/** One line a copy, newest first. */
async function list({ dataDir, timeZone, nowMs }: Place): Promise<number> {
  const copies = await listCopies(dataDir);
  if (copies.length === 0) console.log(`В ${backupFolder(dataDir)} нет ни одной копии журнала`);
  for (const path of copies) {
    const { size } = await Deno.stat(path);
    console.log(`${path}  ${sizeWords(size)}  ${describe(path)}`);
  }
  return 0;

  function describe(path: string): string {
    try {
      return contentsWords(inspectJournal(path), nowMs, timeZone);
    } catch (error) {
      return `❌ ${reasonOf(error)}`;
    }
  }
}

async function restoreCopy(asked: string | undefined, place: Place): Promise<number> {
  const { dataDir } = place;
  const copy = asked ?? (await listCopies(dataDir))[0];
  if (copy === undefined) {
    console.error(`❌ В ${backupFolder(dataDir)} нет ни одной копии журнала`);
    return 1;
  }
  let lock: Lock | undefined;
  try {
    lock = lockFolder(dataDir);
    if (lock === undefined) {
      console.error(
        `❌ С папкой ${dataDir} работает бот или другое восстановление. Остановите его сначала`,
      );
      return EXIT.locked;
    }
    await copyPhotos(photosBeside(dirname(copy)), photoFolder(dataDir));
    const { contents, putAside } = await replaceJournal({ ...place, copy, freeBytes });
    await forgetMovedAway(dataDir);
    say(copy, contents, putAside, place);
    return 0;
  } catch (error) {
    console.error(`❌ Не восстановить из ${copy}: ${reasonOf(error)}. Журнал остался, каким был`);
    return 1;
  } finally {
    lock?.release();
  }
}

function say(
  copy: string,
  contents: JournalContents,
  putAside: string | undefined,
  { nowMs, timeZone }: Place,
): void {
  const before = putAside === undefined ? "Прежнего не было" : `Прежний лежит рядом: ${putAside}`;
  console.log(
    `✅ Журнал восстановлен из ${copy}: ${contentsWords(contents, nowMs, timeZone)}. ${before}.\n` +
      "Лиды, которые копия ещё должна CRM, придут карточками с пометкой «возможен дубль».",
  );
}

if (import.meta.main) Deno.exit(await restore(Deno.args));
