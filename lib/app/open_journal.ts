// Opens the journal at start-up, or reports why it cannot be used.

import type { Config } from "./config.ts";
import type { TakeOver } from "./crew.ts";
import { EXIT } from "./exit.ts";
import { type Lock, lockFolder } from "./lock.ts";
import { whereMoved } from "./moved_away.ts";
import { folderFault } from "./upkeep/folder_fault.ts";
import { listCopies } from "../journal/sqlite/backups.ts";
import { MOST_CHECKED_PAGES } from "../journal/sqlite/database.ts";
import { ALONE, type Place } from "../journal/alone.ts";
import type { Journal } from "../journal/journal.ts";
import { type JournalFile, openJournal } from "../journal/sqlite/open.ts";
import { keepPrivate, type OpenToOthers } from "../journal/sqlite/private_files.ts";
import { putStrayWalAside } from "../journal/sqlite/stray_wal.ts";
import type { CrewStanding } from "../page/health_report.ts";
import type { Log } from "../log/log.ts";

/** The journal, and this process among those that work on it. */
export interface OpenJournal {
  readonly journal: Journal;
  /** What the journal needs because it is a file; undefined where it is a database of PostgreSQL. */
  readonly file: JournalFile | undefined;
  readonly crew: Place;
  /** For `/health`; undefined where this process is alone. */
  readonly standing?: () => CrewStanding;
  /** Says how the work of dead processes is taken over; undefined where this process is alone. */
  readonly onTakeOver?: (takeOver: TakeOver) => void;
  /** Closes the journal once nothing is in hand any more, and lets others have it. @param isLost Its files are gone: they are left alone. */
  close(isLost?: boolean): Promise<void>;
}

/** Locks the data folder, opens and checks the journal; an exit code when it cannot be used, and the log says why. */
export async function openCheckedJournal(
  { dataDir: folder, botToken }: Pick<Config, "dataDir" | "botToken">,
  elapsedMs: () => number,
  log: Log,
): Promise<OpenJournal | number> {
  let lock: Lock | undefined;
  let journal: Journal | undefined;
  try {
    lock = lockFolder(folder) ?? await lockAfterAll(folder);
    if (lock !== undefined) {
      const where = await whereMoved(folder);
      if (where !== undefined) {
        lock.release();
        return tellMoved(folder, where, log);
      }
      tellOpenToOthers(keepPrivate(folder), log);
      const [botId] = botToken.split(":");
      const path = `${folder}/triborg.db`;
      const stray = putStrayWalAside(path);
      if (stray !== undefined) {
        log.warn(
          "♻️ Журнал положен сюда копией, а WAL рядом остался от прежнего: он отложен в {path}",
          { path: stray },
        );
      }
      const isNew = !holdsAnything(path);
      const file = await openJournal(path, botId, elapsedMs);
      journal = file;
      if (isNew) await tellCopies(folder, log);
      await file.check();
      await file.overwriteFreePages(MOST_CHECKED_PAGES); // A larger one is overwritten at night.
      return { journal, file, crew: ALONE, close: closing(journal, lock) };
    }
  } catch (error) {
    await journal?.close();
    lock?.release();
    return await reportJournal(folder, error, log);
  }
  log.error("❌ С папкой {folder} уже работает другой процесс бота. Остановите его сначала", {
    folder,
  });
  return EXIT.locked;
}

/** On the old journal the bot would send again what the one on PostgreSQL has sent. */
function tellMoved(folder: string, where: string, log: Log): number {
  log.error(
    "❌ Журнал из папки {folder} перенесён: {where}. Задайте DATABASE_URL; на прежнем файле лиды ушли бы ещё раз. Обратно на него: docs/operations.md",
    { folder, where },
  );
  return EXIT.faults;
}

function closing(journal: Journal, lock: Lock): OpenJournal["close"] {
  return async (isLost = false) => {
    if (!isLost) await journal.close();
    lock.release();
  };
}

/** How long a look of the doctor's at the lock takes at most, in ms. */
const LOOK_MS = 100;

async function lockAfterAll(folder: string): Promise<Lock | undefined> {
  await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  return lockFolder(folder);
}

function holdsAnything(path: string): boolean {
  try {
    return Deno.statSync(path).size > 0;
  } catch {
    return false; // Opening it reports why.
  }
}

/** A new journal beside backups: the old one was probably deleted, and a supervisor restarted the bot. */
async function tellCopies(folder: string, log: Log): Promise<void> {
  const backup = await newestCopy(folder);
  if (backup === undefined) return;
  log.error(
    "❌ Журнала в папке {folder} нет, начат новый. Если прежний пропал: последняя копия — {backup}, её вернёт deno task restore",
    { folder, backup },
  );
}

async function newestCopy(folder: string): Promise<string | undefined> {
  const [backup] = await listCopies(folder).catch(() => []);
  return backup;
}

function tellOpenToOthers(left: readonly OpenToOthers[], log: Log): void {
  for (const { path, cause } of left) {
    log.warn("⚠️ Другие пользователи сервера могут читать {path}, прав не изменить: {cause}", {
      path,
      cause,
    });
  }
}

/** Reports why the journal cannot be used, and returns the exit code. */
async function reportJournal(folder: string, error: unknown, log: Log): Promise<number> {
  const advice = isDamage(error) ? await damageAdvice(folder) : folderFault(error);
  log.error("❌ Журнал в папке {folder} не открыть: {cause}{advice}", {
    folder,
    cause: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    advice: advice === undefined ? "" : `. ${advice[0]?.toUpperCase()}${advice.slice(1)}`,
  });
  return EXIT.defect;
}

async function damageAdvice(folder: string): Promise<string> {
  const backup = await newestCopy(folder);
  return backup === undefined
    ? "Файл повреждён, копий рядом нет: переложите его в другое место, и бот начнёт новый"
    : `Последняя копия — ${backup}, её вернёт deno task restore`;
}

/** Whether a backup helps: it does not against a full disk, missing rights or an outdated bot. */
function isDamage(error: unknown): boolean {
  const message = error instanceof Error ? error.message : "";
  return ["malformed", "is damaged", "not a database"].some((words) => message.includes(words));
}
