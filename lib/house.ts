// Opens the house: the journal, the profiles, then the rooms on them; or says why not. Holds no rule.

import type { Config } from "./config.ts";
import { askEarly } from "./early_poll.ts";
import { EXIT } from "./exit.ts";
import { type Journal, openJournal } from "./journal.ts";
import { type Lock, lockFolder } from "./lock.ts";
import type { Log } from "./log.ts";
import { faultLine, openProfileStore } from "./profile_store.ts";
import type { Machine, Running, Voice } from "./rooms.ts";

/** Builds and starts the bot; the returned number is the exit code of a start that was refused. */
export async function openHouse(
  config: Config,
  { log, mask, openLog }: Voice,
  machine: Machine,
): Promise<Running | number> {
  mask.hide(config.botToken);
  if (config.adminPassword !== null) mask.hide(config.adminPassword);
  if (config.metricsToken !== null) mask.hide(config.metricsToken);
  const opened = await openJournalIn(config.dataDir, log);
  if (typeof opened === "number") return opened;
  const { journal, lock } = opened;
  const profiles = await openProfileStore({
    path: config.localesPath,
    log,
    onLoad(loaded, { content, by }) {
      for (const { webhook } of loaded.byKey.values()) {
        if (webhook !== null) mask.hideWebhook(webhook.url);
      }
      journal.recordRevisions(content, by, machine.now());
    },
  });
  if (profiles.ok) {
    const early = askEarly({ token: config.botToken, apiRoot: config.telegramApiRoot });
    // While the rooms are loaded nothing leaves; a pause lets the question go first. Not setTimeout: a first one takes 4 ms to load.
    await new Promise((resolve) => AbortSignal.timeout(1).addEventListener("abort", resolve));
    await openLog?.();
    const { openRooms } = await import("./rooms.ts");
    const ground = { log, mask, journal, profiles: profiles.store, lock, machine, early };
    return openRooms(config, ground);
  }
  for (const fault of profiles.faults) log.error("❌ {line}", { line: faultLine(fault) });
  journal.close();
  lock.release();
  return EXIT.faults;
}

async function openJournalIn(
  folder: string,
  log: Log,
): Promise<{ readonly journal: Journal; readonly lock: Lock } | number> {
  try {
    const lock = lockFolder(folder);
    if (lock !== undefined) return { journal: openJournal(`${folder}/triborg.db`), lock };
    log.error("❌ С папкой {folder} уже работает другой процесс бота. Остановите его сначала", {
      folder,
    });
    return EXIT.locked;
  } catch (error) {
    const { listBackups } = await import("./upkeep.ts");
    const [backup] = await listBackups(folder).catch(() => []);
    log.error("❌ Журнал в папке {folder} не открыть: {cause}{advice}", {
      folder,
      cause: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      advice: backup === undefined
        ? ""
        : `. Последняя копия — ${backup}, её вернёт deno task restore`,
    });
    return EXIT.defect;
  }
}
