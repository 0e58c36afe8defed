// Runs verbs one at a time, and commits what several of them wrote in one go. Knows neither statements nor the driver.

import { StorageError } from "../storage_error.ts";
import type { Batch } from "./batch.ts";
import { createBatches } from "./batches.ts";
import { isDiskFault, storageErrorOf } from "./faults.ts";
import type { Link } from "./link.ts";
import { answerOf, type Call, type Result } from "./session.ts";
import { type Group, newTurn, type Statement, type Turn } from "./turn.ts";
import { createTurns } from "./turns.ts";

export interface Verbs {
  run(statement: Statement, values: readonly (string | null)[]): Promise<Result>;
  inTurn<T>(verb: () => Promise<T>, name?: string): Promise<T>;
  atomically<T>(write: () => Promise<T>): Promise<T>;
  rehearse(write: () => Promise<void>): Promise<void>;
  committed(): Promise<void>;
  /** To be told when the connection is lost. */
  connectionLost(why: StorageError): void;
  close(): Promise<void>;
}

/** Thrown into a verb that is to be run again; `inTurn` sees the mark, caught or not. */
const AGAIN = new StorageError("the verb begins anew");

export function createVerbs(
  link: Link,
  { lockKey, fence }: { readonly lockKey: bigint; readonly fence: () => Call | undefined },
): Verbs {
  const turns = createTurns(scheduleCommit);
  const batches = createBatches(link, {
    lockKey,
    fence,
    onUndone(why) {
      if (turn !== undefined) turn.undone = why;
      // They may go on with what the undone ones began, and must not stand without it.
      turns.refuse(why);
    },
  });
  /** Verbs that were seen to write after a read, by their name or by what they read first: these need the lock at once. */
  const writers = new Set<string>();
  let turn: Turn | undefined;
  let scheduled: ReturnType<typeof setImmediate> | undefined;

  async function run(statement: Statement, values: readonly (string | null)[]): Promise<Result> {
    const now = running();
    const call = { statement, values };
    const { group } = now;
    if (group !== undefined) {
      const answer = runInGroup(now, group, call);
      group.last = answer.catch((error) => void (group.failed ??= { error }));
      return await answer;
    }
    const needsLock = statement.writes || writers.has(now.name ?? statement.text);
    if (batches.open() === undefined && !needsLock) {
      now.firstRead ??= statement;
      return await answerOf(await link.session(), call);
    }
    const before = now.last;
    const answer = runInBatch(now, before, call);
    now.last = answer.catch(() => {});
    return await answer;
  }

  function running(): Turn {
    if (turn === undefined) throw new Error("A statement must run within a verb");
    if (turn.undone !== undefined) throw turn.undone;
    if (turn.again) throw AGAIN;
    return turn;
  }

  async function runInBatch(
    now: Turn,
    before: Promise<unknown>,
    call: Call & { statement: Statement },
  ) {
    await before;
    const open = await batchFor(now);
    open.save();
    if (call.statement.writes) open.wrote();
    try {
      const result = await open.execute(call);
      now.wroteAlone ||= call.statement.writes;
      return result;
    } catch (error) {
      undoFailed(now, open, error);
      throw error;
    }
  }

  function undoFailed(now: Turn, open: Batch, error: unknown): void {
    if (open.undone() !== undefined) return;
    // What the verb wrote before must not stand in part.
    const isAllInDoubt = error instanceof StorageError && now.wroteAlone || isDiskFault(error);
    if (isAllInDoubt) open.abandon(storageErrorOf(error));
    else open.undo();
  }

  async function runInGroup(now: Turn, group: Group, call: Call & { statement: Statement }) {
    if (group.failed !== undefined) throw group.failed.error;
    const open = await batchFor(now);
    if (call.statement.writes) open.wrote();
    return await open.execute(call);
  }

  /** The batch of the running verb, begun if there is none. */
  async function batchFor(now: Turn): Promise<Batch> {
    if (now.undone !== undefined) throw now.undone;
    const open = batches.open();
    if (open !== undefined) return open;
    const begun = await batches.begin();
    if (now.undone !== undefined) throw now.undone; // The batch before was, while this one waited for it.
    if (now.firstRead === undefined) return begun;
    writers.add(now.name ?? now.firstRead.text);
    now.again = true;
    throw AGAIN;
  }

  async function inTurn<T>(verb: () => Promise<T>, name?: string): Promise<T> {
    return await turns.take(() => runVerb(verb, name));
  }

  async function runVerb<T>(verb: () => Promise<T>, name: string | undefined): Promise<T> {
    for (;;) {
      const now: Turn = turn = newTurn(name);
      try {
        const result = await verb();
        await now.last;
        if (!now.again) return result;
      } catch (error) {
        await now.last;
        if (!now.again) throw error;
      } finally {
        turn = undefined;
        if (!now.again) batches.countVerb();
      }
    }
  }

  function scheduleCommit(): void {
    if (batches.open() === undefined) return;
    scheduled ??= setImmediate(() => {
      scheduled = undefined;
      if (turns.isIdle()) batches.commit(); // Else the verb that runs calls again when it ends.
    });
  }

  async function atomically<T>(write: () => Promise<T>): Promise<T> {
    return await asGroup(write, () => {});
  }

  async function rehearse(write: () => Promise<void>): Promise<void> {
    await asGroup(write, (open) => open.undo());
  }

  async function asGroup<T>(
    write: () => Promise<T>,
    end: (open: Batch) => void,
  ): Promise<T> {
    const now = running();
    if (now.group !== undefined) return await write();
    await now.last;
    const open = await batchFor(now);
    open.save();
    const group: Group = now.group = { failed: undefined, last: Promise.resolve() };
    let result: { readonly value: T } | undefined;
    try {
      result = { value: await write() };
    } catch (error) {
      group.failed ??= { error };
    }
    await group.last;
    now.group = undefined;
    const undone = open.undone();
    if (undone !== undefined) throw undone;
    if (group.failed === undefined && result !== undefined) {
      end(open);
      return result.value;
    }
    undoFailed(now, open, group.failed?.error);
    throw group.failed?.error;
  }

  return {
    run,
    inTurn,
    atomically,
    rehearse,
    committed: batches.committed,
    connectionLost: (why) => batches.open()?.abandon(why),
    async close() {
      await turns.idle();
      clearImmediate(scheduled);
      batches.commit();
      await batches.settled();
    },
  };
}
