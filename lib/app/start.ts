// Opens the house: its folder, the journal, the profiles, then the rooms on them; or says why not. Holds no rule.

import type { Config } from "./config.ts";
import { askEarly } from "../telegram/early_poll.ts";
import { EXIT } from "./exit.ts";
import { MOST_CHECKED_PAGES } from "../journal/database.ts";
import { putStrayWalAside } from "../journal/stray_wal.ts";
import { type Journal, openJournal } from "../journal/journal.ts";
import { type Lock, lockFolder } from "./lock.ts";
import type { Log } from "../log/log.ts";
import { keepPrivate, type OpenToOthers } from "../journal/private_files.ts";
import {
  faultLine,
  keepProfiles,
  mendTornFile,
  readProfiles,
  type Version,
} from "../profiles/store.ts";
import type { Machine, Running, Voice } from "./app.ts";

/** Builds and starts the bot; the returned number is the exit code of a start that was refused. */
export async function openHouse(
  config: Config,
  { log, mask }: Voice,
  machine: Machine,
): Promise<Running | number> {
  mask.hide(config.botToken);
  if (config.adminPassword !== null) mask.hide(config.adminPassword);
  if (config.metricsToken !== null) mask.hide(config.metricsToken);
  const opened = await openJournalIn(config, machine, log);
  if (typeof opened === "number") return opened;
  const { journal, lock } = opened;

  function refuse(code: number): number {
    journal.close();
    lock.release();
    return code;
  }

  let read = await readProfiles(config.localesPath);
  if (!read.ok && await mendTornFile(config.localesPath, config.dataDir)) {
    log.warn("⚠️ locales.json: прошлая запись оборвалась, возвращён текст до неё");
    read = await readProfiles(config.localesPath);
  }
  const kept = read.ok ? undefined : await readKept(journal);
  if (!read.ok) {
    for (const fault of read.faults) log.error("❌ {line}", { line: faultLine(fault) });
    if (kept === undefined) return refuse(EXIT.faults);
    log.error("❌ locales.json на диске с ошибкой: работает версия от {when} из журнала", {
      when: kept.clockTime(kept.savedAtMs, machine.now(), config.timeZone),
    });
  }
  const early = askEarly({ token: config.botToken, apiRoot: config.telegramApiRoot });
  await roundsOfEventLoop(3); // While the rest is done and loaded hardly anything leaves: the question goes first.
  try {
    journal.check();
    journal.overwriteFreePages(MOST_CHECKED_PAGES); // A larger one waits for the night.
  } catch (error) {
    return refuse(await reportJournal(config.dataDir, error, log));
  }
  if (read.ok) await mendTornFile(config.localesPath, config.dataDir); // Copies that are of no more use go.
  const first = read.ok ? atWork(read.version, journal) : kept;
  if (first === undefined) return refuse(EXIT.faults);
  const profiles = keepProfiles(first.version, {
    path: config.localesPath,
    spareFolder: config.dataDir,
    log,
    now: machine.now,
    since: first.savedAtMs ?? machine.now(),
    broken: read.ok ? undefined : read,
    onLoad(loaded, version) {
      for (const { webhook } of loaded.byKey.values()) {
        if (webhook !== null) mask.hideWebhook(webhook.url);
      }
      journal.recordVersion(version, machine.now());
    },
  });
  const { openRooms } = await import("./app.ts");
  return openRooms(config, { log, mask, journal, profiles, lock, machine, early });
}

/** What only a start with a broken file needs, loaded then. */
async function readKept(journal: Journal) {
  const [{ keptVersion }, { clockTime }] = await Promise.all([
    import("../profiles/fallback.ts"),
    import("../calendar.ts"),
  ]);
  const kept = keptVersion(journal);
  return kept && { ...kept, clockTime };
}

/** The version that was read, with the moment when it became current, if the journal knows it. */
function atWork(
  version: Version,
  journal: Pick<Journal, "latestFile">,
): { readonly version: Version; readonly savedAtMs?: number } {
  const newest = journal.latestFile();
  return newest?.text === version.text ? { version, savedAtMs: newest.savedAtMs } : { version };
}

/** Not by setTimeout: a first one takes 4 ms. */
async function roundsOfEventLoop(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await new Promise((resolve) => AbortSignal.timeout(0).addEventListener("abort", resolve));
  }
}

async function openJournalIn(
  { dataDir: folder, botToken }: Config,
  { elapsedMs }: Machine,
  log: Log,
): Promise<{ readonly journal: Journal; readonly lock: Lock } | number> {
  let lock: Lock | undefined;
  try {
    lock = lockFolder(folder);
    if (lock !== undefined) {
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
      const journal = openJournal(path, botId, elapsedMs);
      if (isNew) await tellCopies(folder, log);
      return { journal, lock };
    }
  } catch (error) {
    lock?.release();
    return await reportJournal(folder, error, log);
  }
  log.error("❌ С папкой {folder} уже работает другой процесс бота. Остановите его сначала", {
    folder,
  });
  return EXIT.locked;
}

function holdsAnything(path: string): boolean {
  try {
    return Deno.statSync(path).size > 0;
  } catch {
    return false; // Opening it says why.
  }
}

/** A journal that begins beside copies of another: that one was deleted, and a supervisor has started the bot again. */
async function tellCopies(folder: string, log: Log): Promise<void> {
  const backup = await newestCopy(folder);
  if (backup === undefined) return;
  log.error(
    "❌ Журнала в папке {folder} нет, начат новый. Если прежний пропал: последняя копия — {backup}, её вернёт deno task restore",
    { folder, backup },
  );
}

async function newestCopy(folder: string): Promise<string | undefined> {
  const { listCopies } = await import("../journal/backups.ts");
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

/** Says why the journal cannot be used, and tells the exit code for that. */
async function reportJournal(folder: string, error: unknown, log: Log): Promise<number> {
  const backup = isDamage(error) ? await newestCopy(folder) : undefined;
  log.error("❌ Журнал в папке {folder} не открыть: {cause}{advice}", {
    folder,
    cause: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    advice: backup === undefined
      ? ""
      : `. Последняя копия — ${backup}, её вернёт deno task restore`,
  });
  return EXIT.defect;
}

/** A copy is older than the journal: it is no help against a full disk, missing rights or a bot that is too old. */
function isDamage(error: unknown): boolean {
  const message = error instanceof Error ? error.message : "";
  return ["malformed", "is damaged", "not a database"].some((words) => message.includes(words));
}
