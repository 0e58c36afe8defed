// Records in the journal what has already happened outside, and goes on trying while the disk refuses.

import { waitMs } from "../backoff.ts";
import { messageOf } from "../log/error_words.ts";
import type { Log } from "../log/log.ts";
import type { Journal } from "./journal.ts";
import { StorageError } from "./storage_error.ts";

/**
 * Records by one verb what has already happened outside, and tries until it is on disk: a full disk must not turn a sent
 * card into a second one. Gives up only when the process stops.
 *
 * @throws What `write` throws other than a `StorageError`, which is a defect.
 */
export interface RecordDurably {
  (write: () => Promise<void>): Promise<void>;
  /** Shares its fsync with what comes within 20 ms, for what may be lost in a crash without harm. */
  soon(write: () => Promise<void>): Promise<void>;
}

export function createDurableRecording(
  { journal, sleep, stopping, random, log }: {
    readonly journal: Pick<Journal, "committed" | "committedSoon">;
    readonly sleep: (ms: number) => Promise<void>;
    readonly stopping: AbortSignal;
    readonly random: () => number;
    readonly log: Log;
  },
): RecordDurably {
  async function record(write: () => Promise<void>, committed: () => Promise<void>): Promise<void> {
    for (let failures = 1;; failures++) {
      const fault = await attempt(write, committed);
      if (fault === undefined) return;
      if (failures === 1) log.error("❌ Журнал не записать: {cause}. Пробуем снова", fault);
      if (stopping.aborted) return;
      await sleep(waitMs(failures, random()));
    }
  }

  async function attempt(
    write: () => Promise<void>,
    committed: () => Promise<void>,
  ): Promise<{ readonly cause: string } | undefined> {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return { cause: messageOf(error) };
    }
    // A commit that fails undoes what others wrote as well, and may have failed through them.
    return await committed().then(() => undefined, (error) => ({ cause: messageOf(error) }));
  }

  return Object.assign((write: () => Promise<void>) => record(write, journal.committed), {
    soon: (write: () => Promise<void>) => record(write, journal.committedSoon),
  });
}
