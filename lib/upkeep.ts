// What has to be done now and then: the nightly backup, the erasure of old leads' persons, the daily line. Runs in no request.

import { dayAndHour, dayBeforeStartMs, dayStartMs } from "./calendar.ts";
import { ADMIN_CHAT_LANE, type Journal } from "./journal.ts";
import type { Place } from "./lead.ts";
import type { Log } from "./log.ts";
import { dailyText } from "./manager_texts.ts";

/** How often the clock is looked at, in ms. */
const LOOK_MS = 60_000;

/** The hours, in the managers' zone, from which the night's work and the daily line are due. */
const NIGHT_HOUR = 3;
const DAILY_HOUR = 9;

/** After this hour a missed daily line is not news any more. */
const DAILY_LATEST_HOUR = 12;

/** How many backups are kept. */
const BACKUPS_KEPT = 7;

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long a menu is remembered that nobody pressed, in ms. */
const MENUS_KEPT_MS = 30 * DAY_MS;

/** How many leads one transaction of the erasure looks at. */
const LEADS_AT_ONCE = 200;

export interface Upkeep {
  /** Does what is due now. */
  look(): Promise<void>;
  /** Looks now and every minute from now on. */
  start(): void;
  stop(): Promise<void>;
}

export interface UpkeepOptions {
  readonly journal: Journal;
  readonly dataDir: string;
  readonly retentionDays: number;
  readonly timeZone: string;
  /** Told that the managers are owed something. */
  readonly wake: () => void;
  readonly now: () => number;
  readonly log: Log;
}

export function createUpkeep(options: UpkeepOptions): Upkeep {
  const { journal, dataDir, retentionDays, timeZone, wake, now, log } = options;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looking: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const { day, hour } = dayAndHour(now(), timeZone);
    // On a journal's first day there is no yesterday to tell of, and nothing to copy yet.
    for (const fact of [DAILY, NIGHT]) {
      if (journal.fact(fact) === undefined) journal.rememberFact(fact, day);
    }
    if (journal.fact(DAILY) !== day && hour >= DAILY_HOUR) {
      if (hour < DAILY_LATEST_HOUR) oweDailyLine();
      journal.rememberFact(DAILY, day);
      await journal.committed();
      wake();
    }
    if (journal.fact(NIGHT) !== day && hour >= NIGHT_HOUR) {
      await backUp(day);
      journal.forgetMenusBefore(now() - MENUS_KEPT_MS);
      await eraseOldPersons();
      journal.rememberFact(NIGHT, day);
      await journal.committed();
    }
  }

  /** A few leads at a time: whoever presses meanwhile is answered as fast as ever. */
  async function eraseOldPersons(): Promise<void> {
    const beforeMs = now() - retentionDays * DAY_MS;
    let all = 0;
    for (let from: number | undefined = 0; from !== undefined;) {
      const { erased, next } = journal.eraseSettledBefore(beforeMs, from, LEADS_AT_ONCE);
      all += erased;
      from = next;
      await journal.committed();
      await new Promise((resolve) => setImmediate(resolve)); // Where nothing was written, that waits for nothing.
    }
    if (all > 0) log.info("🧹 Стёрты личные данные старых лидов: {leads}", { leads: all });
  }

  function oweDailyLine(): void {
    const from = dayBeforeStartMs(now(), timeZone);
    const counts: Partial<Record<Place, number>> = {};
    for (const places of journal.countByProfile(from, dayStartMs(now(), timeZone)).values()) {
      for (const [place, leads] of Object.entries(places) as [Place, number][]) {
        counts[place] = (counts[place] ?? 0) + leads;
      }
    }
    const body = dailyText(counts);
    journal.addWork({ lane: ADMIN_CHAT_LANE, kind: "note", subject: 0, body }, now());
  }

  async function backUp(day: string): Promise<void> {
    const folder = `${dataDir}/${BACKUPS}`;
    await Deno.mkdir(folder, { recursive: true });
    const unfinished = `${folder}/unfinished.tmp`;
    await Deno.remove(unfinished).catch(() => {});
    await journal.backUp(unfinished);
    await Deno.rename(unfinished, `${folder}/triborg-${day}.db`);
    for (const old of (await listBackups(dataDir)).slice(BACKUPS_KEPT)) await Deno.remove(old);
    log.info("💾 Резервная копия журнала готова: {day}", { day });
  }

  function lookAndPlan(): void {
    looking = look().catch((error) => {
      log.error("❌ Обслуживание журнала не удалось: {cause}. Повторим", {
        cause: error instanceof Error ? error.message : String(error),
      });
    });
    timer = setTimeout(lookAndPlan, LOOK_MS);
  }

  return {
    look,
    start: lookAndPlan,
    stop() {
      clearTimeout(timer);
      return looking;
    },
  };
}

const BACKUPS = "backups";
const DAILY = "daily_line_of";
const NIGHT = "night_of";

/** The backups of a data folder, newest first. */
export async function listBackups(dataDir: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(`${dataDir}/${BACKUPS}`)) {
      if (/^triborg-\d{4}-\d\d-\d\d\.db$/.test(name)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort().reverse().map((name) => `${dataDir}/${BACKUPS}/${name}`);
}
