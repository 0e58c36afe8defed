// Watches whether leads can be recorded: tries it every few seconds, names the cause of a failure that lasts, and tells when the process should leave.

import type { DatabaseFiles, LostFile } from "../journal/database_files.ts";
import type { Log } from "../log/log.ts";

/** How long after one try of the journal the next begins, and how often its files are looked for, in ms. */
const TRY_MS = 4_000;
const LOOK_MS = 2_000;

/** After this long without a record the process leaves, in ms: a supervisor starts it again, and an operator hears of it. */
const PATIENCE_MS = 60_000;

/** How often a failure that lasts is said again, in ms. */
const SAY_AGAIN_MS = 30_000;

/** Why the process has to leave. */
export type JournalEnd =
  /** Nothing could be recorded for a minute. */
  | "unwritable"
  /** The journal was deleted or replaced under the process: it must not be closed, as that touches what lies there now. */
  | "lost";

/** Tells how recording goes. */
export interface JournalWatch {
  /** Resolves when the process has to leave; never while all is well. */
  readonly ended: Promise<JournalEnd>;
  /** Records what Telegram handed over, counts how that went, and passes on its outcome. @throws Where the journal is lost. */
  recording<T>(record: () => Promise<T>): Promise<T>;
  start(): void;
  stop(): void;
}

/** Something that has failed since, and was last named in the log. */
interface Failure {
  readonly sinceMs: number;
  saidMs: number;
}

/** Watches nothing before `start`; `recording` counts at once. */
export function watchJournal(
  { tryToRecord, lostFile, elapsedMs, log }: {
    /** Tries to record a lead. Resolves with the cause where that fails, and never rejects. */
    readonly tryToRecord: () => Promise<string | undefined>;
    readonly lostFile: DatabaseFiles["lost"];
    readonly elapsedMs: () => number;
    readonly log: Log;
  },
): JournalWatch {
  const { promise: ended, resolve: end } = Promise.withResolvers<JournalEnd>();
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
    if (nowMs - failure.sinceMs >= PATIENCE_MS) {
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
    const cause = await tryToRecord();
    if (cause === undefined) worked("trial");
    else failed("trial", cause);
  }

  /** Counted from the end of the last try: where another process holds the file each takes seconds in which nothing else runs. */
  function planTry(): void {
    if (isStopped) return;
    nextTry = setTimeout(() => void tryNow().finally(planTry), TRY_MS);
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
        // What the visitor waits for leaves first; Telegram is told of the batch only after this.
        await new Promise((resolve) => setImmediate(resolve));
        refuse(look("files"));
        worked("accept");
        return result;
      } catch (error) {
        if (isOfSqlite(error)) failed("accept", error.message);
        throw error;
      }
    },
    start() {
      looking = setInterval(() => look("content"), LOOK_MS);
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

/** A defect in what an update holds is none of the journal's. */
function isOfSqlite(error: unknown): error is Error {
  return error instanceof Error && "errcode" in error;
}
