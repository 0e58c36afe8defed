// What has to be done now and then: the nightly backup, the erasure of old leads' persons, the daily line. Runs in no request.

import { dayAndHour, dayBeforeStartMs, daysAfter, dayStartMs } from "../../calendar.ts";
import { messageOf } from "../../log/error_words.ts";
import type { Journal } from "../../journal/journal.ts";
import type { JournalFile } from "../../journal/sqlite/open.ts";
import type { Place } from "../../lead.ts";
import type { Log } from "../../log/log.ts";
import { dailyText } from "../../managers/texts.ts";
import type { Profiles } from "../../profiles/profile.ts";
import type { PhotoStore } from "../../profiles/photos/store.ts";
import { backUpNightly } from "./nightly_backup.ts";
import { NIGHT_HOUR } from "../../journal/sqlite/backups.ts";
import { createSafeTime } from "./safe_time.ts";

export { listBackups } from "../../journal/sqlite/backups.ts";

/** How often the clock is looked at, in ms. */
const LOOK_MS = 60_000;

const DAILY_HOUR = 9;

/** After this hour a missed daily line is not news any more. */
const DAILY_LATEST_HOUR = 12;

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long a menu that was not pressed is remembered, in ms. */
const MENUS_KEPT_MS = 30 * DAY_MS;

/** How long an uploaded photo waits for its form to be saved, in ms. */
const UNUSED_PHOTOS_KEPT_MS = 7 * DAY_MS;

/** How many leads one transaction of the erasure looks at. */
const LEADS_AT_ONCE = 200;

/** The day of the last daily line. */
const DAILY_LINE = "daily_line_of";

/** The name of a process that shares its journal with none. */
const ALONE = "alone";

/** Why the last backup failed; no such fact while all is well. */
const BACKUP_FAILURE = "backup_failure";

export interface Upkeep {
  /** Does what is due now, one thing after another; what fails does not keep the rest from being done. */
  look(): Promise<void>;
  /** Looks now, and again a minute after each look has ended. */
  start(): void;
  stop(): Promise<void>;
}

export interface UpkeepOptions {
  readonly journal: Journal;
  /** Undefined where the journal is no file: then PostgreSQL's own means make the backups. */
  readonly file: JournalFile | undefined;
  readonly dataDir: string;
  readonly photos: Pick<PhotoStore, "removeUnused">;
  readonly profiles: () => Profiles;
  readonly retentionDays: number;
  readonly timeZone: string;
  /** Told that the managers are owed something. */
  readonly wake: () => void;
  readonly now: () => number;
  /** A monotonic clock for spans, in ms. */
  readonly elapsedMs: () => number;
  /** Free bytes where a folder is; undefined where that is not known. */
  readonly freeBytes: (folder: string) => Promise<number | undefined>;
  /** The name under which this process does the upkeep, undefined while another one does. Without it none else does. */
  readonly name?: (() => string | undefined) | undefined;
  readonly log: Log;
}

type Erasure = Awaited<ReturnType<Journal["eraseSettledBefore"]>>;

/** Something that is done once a day. */
interface Job {
  /** Under which the journal remembers the day on which it was last done. */
  readonly fact: string;
  /** From which hour on, in the managers' zone. */
  readonly hour: number;
  /** How long after a failure it is tried again, in ms. */
  readonly pauseMs: number;
  /** As the log names it. */
  readonly name: string;
  /** Whether it is done: a stop may come before its end. */
  run(day: string, hour: number): Promise<boolean>;
}

export async function createUpkeep(options: UpkeepOptions): Promise<Upkeep> {
  const { journal, file, dataDir, photos, profiles, retentionDays, timeZone } = options;
  const { wake, now, elapsedMs, log } = options;
  let safeTime = await createSafeTime(options);
  const { name: nameNow = () => ALONE } = options;
  let name = nameNow();
  const pausedUntilMs = new Map<Job, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looking: Promise<void> = Promise.resolve();
  let stopped = false;

  const jobs: readonly Job[] = [
    {
      fact: DAILY_LINE,
      hour: DAILY_HOUR,
      pauseMs: LOOK_MS,
      name: "Строка за вчерашний день",
      async run(day, hour) {
        if (hour < DAILY_LATEST_HOUR) await oweDailyLine(day);
        return true;
      },
    },
    ...file === undefined ? [] : [{
      fact: "night_of",
      hour: NIGHT_HOUR,
      pauseMs: 60 * 60_000,
      name: "Резервная копия журнала",
      run: (day: string) => backUp(file, day),
    }],
    {
      fact: "erased_of",
      hour: NIGHT_HOUR,
      pauseMs: 10 * 60_000,
      name: "Стирание старых личных данных",
      run: eraseOldPersons,
    },
    {
      fact: "photos_of",
      hour: NIGHT_HOUR,
      pauseMs: 60 * 60_000,
      name: "Уборка ненужных фото",
      run: removeUnusedPhotos,
    },
  ];

  function isHere(): boolean {
    return !stopped && name !== undefined && nameNow() === name;
  }

  async function look(): Promise<void> {
    if (nameNow() !== name) {
      name = nameNow();
      if (name !== undefined) safeTime = await createSafeTime(options); // It has been another's.
    }
    if (name === undefined) return;
    await safeTime.look();
    await fitWalToDisk();
    for (const job of jobs) {
      if (!isHere()) return;
      try {
        await doIfDue(job);
      } catch (error) {
        pausedUntilMs.set(job, elapsedMs() + job.pauseMs);
        log.error("❌ {work}: не удалось, повторим через {minutes} мин: {cause}", {
          work: job.name,
          minutes: job.pauseMs / 60_000,
          cause: messageOf(error),
        });
      }
    }
  }

  async function fitWalToDisk(): Promise<void> {
    const free = await options.freeBytes(dataDir).catch(() => undefined);
    if (free !== undefined && !stopped) file?.limitWal(free);
  }

  async function doIfDue(job: Job): Promise<void> {
    const { day, hour } = dayAndHour(now(), timeZone);
    const last = await journal.fact(job.fact);
    // On a journal's first day there is no yesterday to tell of, and nothing to copy yet. A day that is far ahead
    // was remembered by a clock that was wrong.
    if (last === undefined || daysAfter(last, day) > 1) await journal.rememberFact(job.fact, day);
    else if (last < day && hour >= job.hour && !isPaused(job)) {
      const isDone = await job.run(day, hour);
      if (!isDone) return;
      await journal.rememberFact(job.fact, day);
      await journal.committed();
      wake();
    }
  }

  function isPaused(job: Job): boolean {
    return elapsedMs() < (pausedUntilMs.get(job) ?? -Infinity);
  }

  /** A few leads at a time: a press meanwhile is answered as fast as ever. */
  async function eraseOldPersons(): Promise<boolean> {
    await file?.overwriteFreePages(Infinity);
    await journal.forgetMenusBefore(safeTime.nowMs() - MENUS_KEPT_MS);
    const beforeMs = safeTime.nowMs() - retentionDays * DAY_MS;
    let all = 0;
    let from: number | undefined = 0;
    while (from !== undefined && isHere()) {
      const { erased, next }: Erasure = await journal.eraseSettledBefore(
        beforeMs,
        from,
        LEADS_AT_ONCE,
        now(),
      );
      all += erased;
      from = next;
      await journal.committed();
      await new Promise((resolve) => setImmediate(resolve)); // Where nothing was written, that waits for nothing.
    }
    if (all > 0) log.info("🧹 Стёрты личные данные старых лидов: {leads}", { leads: all });
    return from === undefined;
  }

  /** What a profile or any version in the history names stays. */
  async function removeUnusedPhotos(): Promise<boolean> {
    const current = new Set([...profiles().byKey.values()].map(({ photoFile }) => photoFile));
    const isUsed = async (name: string) => current.has(name) || await journal.historyNames(name);
    const removed = await photos.removeUnused(isUsed, safeTime.nowMs() - UNUSED_PHOTOS_KEPT_MS);
    if (removed > 0) {
      log.info("🧹 Удалены загруженные, но не сохранённые фото: {photos}", { photos: removed });
    }
    return true;
  }

  /** With the day that it is about, so that it is owed once. */
  async function oweDailyLine(day: string): Promise<void> {
    const from = dayBeforeStartMs(now(), timeZone);
    const counts: Partial<Record<Place, number>> = {};
    const byProfile = await journal.countByProfile(from, dayStartMs(now(), timeZone));
    for (const places of byProfile.values()) {
      for (const [place, leads] of Object.entries(places) as [Place, number][]) {
        counts[place] = (counts[place] ?? 0) + leads;
      }
    }
    const turns = await journal.countTurns(from, dayStartMs(now(), timeZone));
    const text = dailyText(counts, await journal.fact(BACKUP_FAILURE), turns);
    await journal.noteFact(DAILY_LINE, day, text, now());
  }

  async function backUp(file: JournalFile, day: string): Promise<boolean> {
    try {
      await backUpNightly({ ...options, file, mayRemoveOld: safeTime.isSteady() }, day);
      await journal.forgetFact(BACKUP_FAILURE);
    } catch (error) {
      const reason = messageOf(error);
      await journal.rememberFact(BACKUP_FAILURE, reason);
      await journal.committed();
      throw error;
    }
    log.info("💾 Резервная копия журнала готова: {day}", { day });
    return true;
  }

  function lookAndPlan(): void {
    looking = look().catch((error) => {
      log.error("❌ Обслуживание журнала не удалось: {cause}. Повторим", {
        cause: messageOf(error),
      });
    }).finally(() => {
      if (!stopped) timer = setTimeout(lookAndPlan, LOOK_MS);
    });
  }

  return {
    look,
    start: lookAndPlan,
    stop() {
      stopped = true;
      clearTimeout(timer);
      return looking;
    },
  };
}
