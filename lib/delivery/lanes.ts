// Works through lanes of the journal's outbox: bounded, due work only, one lane never delays another. Does not know what the work is.

import { FIRST_WAIT_MS, waitMs } from "../backoff.ts";
import { messageOf, stackOf } from "../log/error_words.ts";
import type { RecordDurably } from "../journal/durable.ts";
import type { Journal, Work } from "../journal/journal.ts";
import type { Log } from "../log/log.ts";

export interface OutboxOptions {
  readonly journal: Journal;
  /** Does one piece of work and records what came of it; a throw is a defect and makes it due again. */
  readonly run: (work: Work) => Promise<void>;
  /** Most work in hand at once. */
  readonly most: number;
  /** Most of it in one lane. */
  readonly mostPerLane: (lane: string) => number;
  readonly recordDurably: RecordDurably;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
}

export interface Outbox {
  /** Tells that a lane may have due work. */
  wake(lane: string): void;
  /** Whether new work of a lane may be in hand at once: there is room, and nothing due waits before it. */
  isFree(lane: string): boolean;
  /** Does work that its caller recorded as in hand, in the caller's own way where that is given. */
  runNow(work: Work, run?: (work: Work) => Promise<void>): Promise<void>;
  /** Makes work due again, after a growing wait, that a defect kept from being done or recorded. Never rejects. */
  giveBack(work: Work, error: unknown): Promise<void>;
  /** Takes no more work, and resolves when what is in hand is done. */
  stop(): Promise<void>;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { journal, run, most, mostPerLane, recordDurably, now, random, log } = options;
  const inHand = new Map<number, Promise<void>>();
  const inHandByLane = new Map<string, number>();
  const awake = new Set<string>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  let turn: ReturnType<typeof setImmediate> | undefined;
  let stopped = false;
  let unreadable = false;

  function wake(lane: string): void {
    if (stopped) return;
    awake.add(lane);
    turn ??= setImmediate(pump);
  }

  function pump(): void {
    turn = undefined;
    try {
      takeDueWork();
      unreadable = false;
    } catch (error) {
      if (!unreadable) {
        log.error("❌ Журнал не прочесть: {cause}. Пробуем снова", { cause: messageOf(error) });
      }
      unreadable = true;
      for (const lane of awake) wakeAfter(lane, FIRST_WAIT_MS);
    }
  }

  function roomIn(lane: string): number {
    return Math.min(most - inHand.size, mostPerLane(lane) - (inHandByLane.get(lane) ?? 0));
  }

  function takeDueWork(): void {
    for (const lane of [...awake]) {
      const room = roomIn(lane);
      if (room <= 0) continue; // Stays awake: whatever ends in hand pumps again.
      const dueAtMs = journal.nextWorkDueAtMs(lane);
      if (dueAtMs === undefined || dueAtMs > now()) {
        sleepUntil(lane, dueAtMs);
        continue;
      }
      // Work whose taking was undone is due in the journal while it is still in hand.
      const works = journal.takeWork(lane, now(), room).filter(({ id }) => !inHand.has(id));
      for (const work of works) void runNow(work);
      if (works.length < room) turn ??= setImmediate(pump); // Finds out when its next work is due.
      // To the end of the line: the next place is another lane's, however much this one owes.
      awake.delete(lane);
      awake.add(lane);
    }
  }

  function sleepUntil(lane: string, dueAtMs: number | undefined): void {
    awake.delete(lane);
    if (dueAtMs !== undefined) wakeAfter(lane, Math.max(dueAtMs - now(), 1));
  }

  function wakeAfter(lane: string, ms: number): void {
    clearTimeout(timers.get(lane));
    timers.set(
      lane,
      setTimeout(() => {
        timers.delete(lane);
        wake(lane);
      }, ms),
    );
  }

  function runNow(work: Work, runIt = run): Promise<void> {
    const { id, lane } = work;
    inHandByLane.set(lane, (inHandByLane.get(lane) ?? 0) + 1);
    const done = runIt(work).catch((error) => giveBack(work, error)).finally(() => {
      inHand.delete(id);
      const busy = (inHandByLane.get(lane) ?? 1) - 1;
      if (busy > 0) inHandByLane.set(lane, busy);
      else inHandByLane.delete(lane);
      wake(lane);
    });
    inHand.set(id, done);
    return done;
  }

  async function giveBack(work: Work, error: unknown): Promise<void> {
    const facts = { kind: work.kind };
    log.error("❌ Неожиданная ошибка, повторим: {cause}", { ...facts, cause: stackOf(error) });
    try {
      await recordDurably(() =>
        journal.postponeWork(work, now() + waitMs(work.failures + 1, random()))
      );
      wake(work.lane);
    } catch (cause) {
      log.error("❌ Работу не вернуть в очередь, она ждёт перезапуска: {cause}", {
        ...facts,
        cause: stackOf(cause),
      });
    }
  }

  return {
    wake,
    isFree(lane) {
      if (stopped || roomIn(lane) <= 0) return false;
      const dueAtMs = journal.nextWorkDueAtMs(lane);
      return dueAtMs === undefined || dueAtMs > now();
    },
    runNow,
    giveBack,
    async stop() {
      stopped = true;
      clearImmediate(turn);
      for (const timer of timers.values()) clearTimeout(timer);
      while (inHand.size > 0) await Promise.all(inHand.values());
    },
  };
}
