// Checks every few seconds that leads can be recorded, reports a lasting failure, and says when the process must exit.

import type { DatabaseFiles, LostFile } from "../journal/sqlite/database_files.ts";
import type { Place } from "../journal/alone.ts";
import type { Log } from "../log/log.ts";
import { StorageError } from "../journal/storage_error.ts";

/** Pause between two test writes: into a file, and into a database, where a crew's beats fail sooner; in ms. */
const TRY_MS = 4_000;
const SHARED_TRY_MS = 20_000;

/** Pause between two checks of the files, in ms. */
const LOOK_MS = 2_000;

/**
 * After this long without a successful write the process exits, in ms, so that a supervisor restarts it. Not so on PostgreSQL:
 * a new process would do nothing else than this one, which goes on as soon as the server is back.
 */
const PATIENCE_MS = 60_000;

/** How often a lasting failure is reported again, in ms. */
const SAY_AGAIN_MS = 30_000;

/** Why the process must exit. */
export type JournalEnd =
  /** Nothing could be recorded for a minute. */
  | "unwritable"
  /** The journal was deleted or replaced: it must not be closed, as that would touch the new file. */
  | "lost";

/** The watch over the journal. */
export interface JournalWatch {
  /** Resolves when the process must exit. */
  readonly ended: Promise<JournalEnd>;
  /** Runs `record`, counts its success or failure, and returns its result. @throws When the journal is lost. */
  recording<T>(record: () => Promise<T>): Promise<T>;
  start(): void;
  stop(): void;
}

/** A lasting failure and when it was last reported. */
interface Failure {
  readonly sinceMs: number;
  saidMs: number;
}

/** Idle until `start`; `recording` counts from the beginning. */
export function watchJournal(
  { tryToRecord, lostFile, crew, elapsedMs, log }: {
    /** Tries to record a lead; resolves with the cause of a failure. Never rejects. */
    readonly tryToRecord: () => Promise<string | undefined>;
    readonly lostFile: DatabaseFiles["lost"];
    /** On PostgreSQL: a process that is out has said so, and cannot write. Undefined where the journal is a file. */
    readonly crew?: Pick<Place, "isAlive"> | undefined;
    readonly elapsedMs: () => number;
    readonly log: Log;
  },
): JournalWatch {
  const { promise: ended, resolve: end } = Promise.withResolvers<JournalEnd>();
  const isShared = crew !== undefined;
  const failures = new Map<string, Failure>();
  let isLost = false;
  let isStopped = false;
  let looking: ReturnType<typeof setInterval> | undefined;
  let nextTry: ReturnType<typeof setTimeout> | undefined;

  function worked(what: string): void {
    if (!failures.delete(what) || failures.size > 0) return;
    log.info("✅ Журнал снова записывается");
  }

  function failed(what: string, cause: string): void {
    const nowMs = elapsedMs();
    const failure = failures.get(what) ?? { sinceMs: nowMs, saidMs: -Infinity };
    failures.set(what, failure);
    const seconds = Math.round((nowMs - failure.sinceMs) / 1000);
    if (!isShared && nowMs - failure.sinceMs >= PATIENCE_MS) {
      log.error(
        "❌ Журнал не записать уже {seconds} с: {cause}. Бот останавливается: новое остаётся у Telegram",
        { seconds, cause },
      );
      return end("unwritable");
    }
    if (nowMs - failure.saidMs < SAY_AGAIN_MS) return;
    failure.saidMs = nowMs;
    const lasting = seconds > 0 ? " уже {seconds} с" : "";
    log.error(`❌ Журнал не записать${lasting}: {cause}. Лиды пока остаются у Telegram`, {
      seconds,
      cause,
    });
  }

  async function tryNow(): Promise<void> {
    if (crew?.isAlive() === false) return;
    const cause = await tryToRecord();
    if (cause === undefined) worked("trial");
    else failed("trial", cause);
  }

  /** Counted from the end of the last check: with a locked file each one blocks for seconds. */
  function planTry(): void {
    if (isStopped) return;
    const ms = isShared ? SHARED_TRY_MS : TRY_MS;
    nextTry = setTimeout(() => void tryNow().finally(planTry), ms);
  }

  function look(depth: "wal" | "files" | "content"): LostFile | undefined {
    const lost = lostFile(depth);
    if (lost === undefined || isLost) return lost;
    isLost = true;
    const what = LOST[lost.kind];
    log.error(
      `❌ КРИТИЧЕСКАЯ ОШИБКА: файл журнала {path} ${what} под работающим ботом. Бот останавливается: ` +
        "новое остаётся у Telegram. Верните файл или восстановите журнал: deno task restore",
      { path: lost.path },
    );
    end("lost");
    return lost;
  }

  function refuse(lost: LostFile | undefined): void {
    if (lost !== undefined) throw new Error(`Database file "${lost.path}" was ${lost.kind}`);
  }

  return {
    ended,
    async recording(record) {
      refuse(look("wal"));
      try {
        const result = await record();
        // Telegram is told of the batch only after this.
        await new Promise((resolve) => setImmediate(resolve));
        refuse(look("files"));
        worked("accept");
        return result;
      } catch (error) {
        // A defect in an update's content is no fault of the journal.
        if (error instanceof StorageError) failed("accept", error.message);
        throw error;
      }
    },
    start() {
      if (!isShared) looking = setInterval(() => look("content"), LOOK_MS);
      planTry();
    },
    stop() {
      isStopped = true;
      clearInterval(looking);
      clearTimeout(nextTry);
    },
  };
}

const LOST: Readonly<Record<LostFile["kind"], string>> = {
  deleted: "удалён",
  replaced: "подменён другим файлом",
  cut: "обрезан",
};
