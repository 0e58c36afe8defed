// One transaction on the write connection: the writes of several verbs, undone alone where one of them fails.

import { StorageError } from "../storage_error.ts";
import { sqlStateOf, storageErrorOf } from "./faults.ts";
import type { Call, Result, Session } from "./session.ts";

export interface BatchStart {
  /** Of the advisory lock that every batch of the schema takes: one writes at a time, in all processes. */
  readonly lockKey: bigint;
  /** Returns a row as long as this process may write. A statement of its own: its snapshot is taken with the lock. */
  readonly fence: Call | undefined;
}

export interface Batch {
  /** Why it was undone: what is written in it does not stand. */
  undone(): StorageError | undefined;
  /** How many savepoints it has made. Each that is written after takes a number of a transaction. */
  savepoints(): number;
  execute(call: Call): Promise<Result>;
  /** What is written after stands or falls alone. Nothing if nothing was written since the last one. */
  save(): void;
  /** Something was written. */
  wrote(): void;
  /** Undoes what was written since `save`. */
  undo(): void;
  /** Undoes all of it. */
  abandon(why: StorageError): void;
  /** Rejects with a `StorageError`: then it is undone, or its fate is unknown. */
  commit(): Promise<void>;
  /** Resolves when it is on disk, or rejects as `commit`. */
  readonly settled: Promise<void>;
}

/**
 * Begins a transaction without waiting for the server's word.
 *
 * @param onUndone Called once, before the statements in hand fail.
 */
export function beginBatch(
  session: Session,
  { lockKey, fence }: BatchStart,
  onUndone: (batch: Batch, why: StorageError) => void,
): Batch {
  const settled = Promise.withResolvers<void>();
  settled.promise.catch(() => {}); // Prevents an unhandled rejection; callers await this promise too.
  let undone: StorageError | undefined;
  let savepoints = 1;
  let dirty = false;

  const batch: Batch = {
    undone: () => undone,
    savepoints: () => savepoints,
    execute(call) {
      const answer = Promise.withResolvers<Result>();
      session.execute(call, (error, result) => {
        const fault = undone ?? error;
        if (fault !== undefined || result === undefined) answer.reject(fault);
        else answer.resolve(result);
      });
      return answer.promise;
    },
    save() {
      if (!dirty) return;
      dirty = false;
      savepoints++;
      session.send("RELEASE SAVEPOINT verb; SAVEPOINT verb", orAbandon);
    },
    wrote: () => void (dirty = true),
    undo() {
      dirty = false;
      session.send("ROLLBACK TO SAVEPOINT verb", orAbandon);
    },
    abandon(why) {
      if (undone !== undefined) return;
      undone = why;
      onUndone(batch, why);
      session.send("ROLLBACK");
      settled.reject(why);
    },
    commit() {
      session.send("COMMIT", (error, result) => {
        // A transaction that has failed ends as one that is rolled back, and that is no error.
        if (error === undefined && result?.command === "COMMIT") return settled.resolve();
        batch.abandon(storageErrorOf(error ?? new Error("the transaction was undone")));
      });
      return settled.promise;
    },
    settled: settled.promise,
  };

  function orAbandon(error: unknown): void {
    if (error !== undefined) batch.abandon(storageErrorOf(error));
  }

  session.send(
    `BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(${lockKey})`,
    (error) => {
      if (error === undefined) return;
      batch.abandon(storageErrorOf(error));
      if (sqlStateOf(error) === LOCK_TIMEOUT) session.send(endStuckHolder(lockKey));
    },
  );
  if (fence !== undefined) {
    session.execute(fence, (error, result) => {
      if (error !== undefined) batch.abandon(storageErrorOf(error));
      else if (result?.rows.length === 0) batch.abandon(new StorageError("lease lost"));
    });
  }
  session.send("SAVEPOINT verb", orAbandon); // After the fence, whose lock and setting a failed verb must not undo.
  return batch;
}

const LOCK_TIMEOUT = "55P03";

/**
 * Ends the connection that holds the lock while its process does not read what it is sent: neither of the server's timeouts
 * ends that, and a process that is stopped keeps its connection.
 */
function endStuckHolder(lockKey: bigint): string {
  const bits = BigInt.asUintN(64, lockKey);
  return `SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND classid = ${bits >> 32n} AND objid = ${
    BigInt.asUintN(32, bits)
  } AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND wait_event = 'ClientWrite'`;
}

/** The key of the advisory lock of a schema: the first 8 bytes of a hash (FNV-1a) of its name. */
export function lockKeyOf(schema: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(`triborg ${schema}`)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return BigInt.asIntN(64, hash);
}
