// Keeps the batch that is open: begins it, counts its verbs, and ends it. Runs no verb.

import type { StorageError } from "../storage_error.ts";
import { type Batch, beginBatch } from "./batch.ts";
import type { Link } from "./link.ts";
import type { Call } from "./session.ts";

/** Most verbs of a batch. Other processes wait for the lock meanwhile. */
const MOST_VERBS = 64;

/** Most savepoints: past 64 of them every snapshot taken meanwhile is slower (PGPROC_MAX_CACHED_SUBXIDS). */
const MOST_SAVEPOINTS = 60;

export interface BatchesOptions {
  readonly lockKey: bigint;
  /** Asked before each batch. */
  readonly fence: () => Call | undefined;
  /** Told when an open batch, or one that is being committed, is undone. */
  readonly onUndone: (why: StorageError) => void;
}

export interface Batches {
  open(): Batch | undefined;
  /** Begins one, as soon as the last has been committed. @throws {StorageError} Without a connection. */
  begin(): Promise<Batch>;
  /** Counts a verb that has ended, and commits a full batch. */
  countVerb(): void;
  commit(): void;
  /** Resolves when what has been written is on disk. */
  committed(): Promise<void>;
  /** Resolves when none is being committed. */
  settled(): Promise<void>;
}

export function createBatches(link: Link, { lockKey, fence, onUndone }: BatchesOptions): Batches {
  let batch: Batch | undefined;
  let verbs = 0;
  let committing: Promise<void> | undefined;

  function forget(): void {
    batch = undefined;
    verbs = 0;
  }

  function undone(which: Batch, why: StorageError): void {
    if (which === batch) forget();
    onUndone(why);
  }

  function commit(): void {
    if (batch === undefined) return;
    const ending = batch.commit();
    forget();
    committing = ending;
    const settled = () => {
      if (committing === ending) committing = undefined;
    };
    ending.then(settled, settled);
  }

  return {
    open: () => batch,
    async begin() {
      await committing?.catch(() => {}); // Whoever asked for it is told.
      const session = link.current() ?? await link.session();
      return batch = beginBatch(session, { lockKey, fence: fence() }, undone);
    },
    countVerb() {
      if (batch === undefined) return;
      verbs++;
      if (verbs >= MOST_VERBS || batch.savepoints() >= MOST_SAVEPOINTS) commit();
    },
    commit,
    committed: () => batch?.settled ?? committing ?? Promise.resolve(),
    settled: async () => await committing?.catch(() => {}),
  };
}
