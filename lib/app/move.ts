// `deno task move`: copies the journal of a stopped bot from its file into an empty schema of PostgreSQL, counts both, and leaves the file as it is.

import { OpeningError } from "../journal/postgres/opening_error.ts";
import { checkSchemaName, parseAddress, shownAddress } from "../journal/postgres/address.ts";
import { removeDatabase } from "../journal/sqlite/database_copy.ts";
import { moveJournal } from "../journal/move/move.ts";
import { putStrayWalAside } from "../journal/sqlite/stray_wal.ts";
import { RESTARTED } from "../delivery/delivery.ts";
import { DEFAULT_SCHEMA } from "./database_config.ts";
import { EXIT } from "./exit.ts";
import { lockFolder } from "./lock.ts";
import { tellMovedAway, whereMoved } from "./moved_away.ts";
import { findSharedFiles } from "./shared_files.ts";
import { freeBytes } from "./upkeep/free_space.ts";
import { askForRoom } from "./upkeep/room.ts";
import { progressLine, tableLines } from "./upkeep/move_words.ts";
import { type ReadVariable, runScript } from "./upkeep/script_variables.ts";
import { contentsWords, reasonOf } from "./upkeep/words.ts";
import { readZone } from "./upkeep/zone.ts";

const USAGE = "Как пользоваться: DATABASE_URL и PG_SCHEMA в .env, бот остановлен, deno task move";

/** Runs the script; resolves with its exit code. */
export function move(args: readonly string[]): Promise<number> {
  return runScript(args, main);
}

interface Place {
  readonly dataDir: string;
  readonly localesPath: string;
  readonly url: string;
  readonly schema: string;
  /** The database and its schema, without a password. */
  readonly where: string;
  readonly timeZone: string;
}

async function main(args: readonly string[], read: ReadVariable): Promise<number> {
  if (args.length > 0) return refuse(USAGE, EXIT.defect);
  const url = read("DATABASE_URL");
  if (url === undefined) return refuse(`DATABASE_URL не задана. ${USAGE}`, EXIT.faults);
  const dataDir = read("DATA_DIR") ?? "data";
  const schema = read("PG_SCHEMA") ?? DEFAULT_SCHEMA;
  try {
    const where = `${shownAddress(parseAddress(url))}, схема "${checkSchemaName(schema)}"`;
    const localesPath = read("LOCALES_PATH") ?? "locales/locales.json";
    const timeZone = readZone(read("TZ"));
    return await moveFrom({ dataDir, localesPath, url, schema, where, timeZone });
  } catch (error) {
    const reason = error instanceof OpeningError ? error.message : reasonOf(error);
    return refuse(
      `Журнал не перенести: ${reason}. Он остался, каким был, и схема тоже`,
      error instanceof OpeningError && error.fault === "address" ? EXIT.faults : EXIT.defect,
    );
  }
}

async function moveFrom(place: Place): Promise<number> {
  const { dataDir, where } = place;
  const journal = `${dataDir}/triborg.db`;
  await Deno.stat(journal); // Throws with the name of the missing file; locking would make the folder.
  const lock = lockFolder(dataDir);
  if (lock === undefined) {
    return refuse(
      `С папкой ${dataDir} работает бот или другой перенос. Остановите его сначала`,
      EXIT.locked,
    );
  }
  try {
    const before = await whereMoved(dataDir);
    if (before !== undefined) {
      console.log(`⚠️ Журнал из папки ${dataDir} уже переносили: ${before}`);
    }
    const stray = putStrayWalAside(journal);
    if (stray !== undefined) console.log(`♻️ WAL рядом с журналом был чужой, он отложен: ${stray}`);
    await askForRoom(journal, await freeBytes(dataDir));
    console.log(`🚚 Переносим ${journal} в ${where}`);
    await moveLocked(journal, place);
    return 0;
  } finally {
    lock.release();
  }
}

async function moveLocked(journal: string, place: Place): Promise<void> {
  const { dataDir, localesPath, url, schema, where, timeZone } = place;
  const copy = `${dataDir}/triborg-moving.db`;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      removeDatabase(copy);
      console.error("\n❌ Перенос прерван: журнал и схема остались, какими были");
      Deno.exit(EXIT.defect);
    });
  }
  const [nowMs, begunAtMs] = [Date.now(), performance.now()];
  const isTerminal = Deno.stdout.isTerminal();
  const files = await findSharedFiles(localesPath, dataDir, console.log);
  const moved = await moveJournal({
    journal,
    copy,
    to: {
      url,
      schema,
      random: Math.random,
      onWaiting: (sentence) => console.log(`⏳ ${sentence}`),
    },
    files,
    interrupted: RESTARTED,
    nowMs,
    onProgress(table, rows, ofRows) {
      if (isTerminal) write(`\r\x1b[K${progressLine(table, rows, ofRows)}`);
    },
  });
  if (isTerminal) write("\r\x1b[K");
  const tookS = Math.ceil((performance.now() - begunAtMs) / 1000);
  for (const line of tableLines(moved.tables)) console.log(line);
  console.log(
    `✅ Журнал перенесён: ${contentsWords(moved.contents, nowMs, timeZone)}, за ${tookS} с. ${
      files.profiles === undefined ? "Без профилей" : `С профилями из ${localesPath}`
    }, фото: ${files.photos.length}`,
  );
  if (moved.cutOff > 0) {
    console.log(
      `Отправок в CRM, которые могли уйти: ${moved.cutOff}. Они придут карточками «возможен дубль»`,
    );
  }
  await tellMovedAway(dataDir, where, nowMs);
  console.log(
    `${journal} остался, каким был; без DATABASE_URL бот на нём больше не запустится. Запускайте с DATABASE_URL`,
  );
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

function refuse(sentence: string, code: number): number {
  console.error(`❌ ${sentence}`);
  return code;
}

if (import.meta.main) Deno.exit(await move(Deno.args));
