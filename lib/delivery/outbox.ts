// Works through lanes of the journal's outbox: bounded, due work only, one lane never delays another. Does not know what the work is.

import { FIRST_WAIT_MS, waitMs } from "../backoff.ts";
import { messageOf, stackOf } from "../log/error_words.ts";
import type { RecordDurably } from "../journal/durable.ts";
import type { Facts, Log } from "../log/log.ts";
import type { NewSpan } from "../log/spans.ts";

/** What an outbox needs to know of a piece of work. */
interface Owed {
  readonly id: number;
  readonly lane: string;
  readonly kind: string;
  readonly failures: number;
}

/** Work whose row cannot be read. */
interface Unreadable extends Owed {
  readonly kind: "unreadable";
}

/** Owed work on disk. */
export interface OwedRecords<Work extends Owed> {
  /** When the next waiting work of a lane is due; undefined if none waits. */
  nextWorkDueAtMs(lane: string): number | undefined;
  /** Hands out due work of a lane. */
  takeWork(lane: string, nowMs: number, most: number): (Work | Unreadable)[];
  /** Counts one more failure. */
  postponeWork(work: Work | Unreadable, dueAtMs: number): void;
}

export interface OutboxOptions<Work extends Owed> {
  readonly journal: OwedRecords<Work>;
  /** Does one piece of work and records what came of it; a throw is a defect and makes it due again. */
  readonly run: (work: Work) => Promise<void>;
  /** The span in which one piece of work is done; undefined where `run` has its own. */
  readonly spanOf?: (work: Work) => NewSpan;
  /** Fields of a line about work that a defect kept from being done. */
  readonly factsOf?: (work: Work) => Facts;
  /** Most work in hand at once. */
  readonly most: number;
  /** Most of it in one lane. */
  readonly mostPerLane: (lane: string) => number;
  readonly recordDurably: RecordDurably;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
}

export interface Outbox<Work extends Owed> {
  /** Tells that a lane may have due work. */
  wake(lane: string): void;
  /** Whether new work of a lane may be in hand at once: there is room, and nothing due waits before it. */
  isFree(lane: string): boolean;
  /** Does work that its caller recorded as in hand. Code that makes work of its lane due meanwhile has to wake the lane. */
  runNow(work: Work, run: () => Promise<void>): Promise<void>;
  /** Work in hand takes no room any more: what is left of it is to be recorded. */
  free(work: Work): void;
  /** Makes work due again, after a growing wait, that a defect kept from being done or recorded. Never rejects. */
  giveBack(work: Work | Unreadable, error: unknown): Promise<void>;
  /** Takes no more work, and resolves when what is in hand is done. */
  stop(): Promise<void>;
}

export function createOutbox<Work extends Owed>(options: OutboxOptions<Work>): Outbox<Work> {
  const { journal, run, spanOf, most, mostPerLane, recordDurably, now, random, log } = options;
  const inHand = new Map<number, Promise<void>>();
  /** The lanes of those in hand that take room, and how many there are in each. */
  const taking = new Map<number, string>();
  const takenByLane = new Map<string, number>();
  const awake = new Set<string>();
  /** When the next work of a lane is due that was looked at and not woken since. */
  const restsUntilMs = new Map<string, number>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  let turn: ReturnType<typeof setImmediate> | undefined;
  let stopped = false;
  let unreadable = false;

  function wake(lane: string): void {
    if (stopped) return;
    restsUntilMs.delete(lane);
    awake.add(lane);
    pumpSoon();
  }

  function pumpSoon(): void {
    turn ??= setImmediate(() => log.apart(pump));
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
    return Math.min(most - taking.size, mostPerLane(lane) - (takenByLane.get(lane) ?? 0));
  }

  function takeDueWork(): void {
    for (const lane of [...awake]) {
      const room = roomIn(lane);
      if (room <= 0) continue; // Stays awake: the next work that ends pumps again.
      const dueAtMs = journal.nextWorkDueAtMs(lane);
      if (dueAtMs === undefined || dueAtMs > now()) {
        sleepUntil(lane, dueAtMs);
        continue;
      }
      // Work whose taking was undone is due in the journal while it is still in hand.
      const works = journal.takeWork(lane, now(), room).filter(({ id }) => !inHand.has(id));
      for (const work of works) void hold(work, () => doOne(work)).then(() => wake(lane));
      if (works.length < room) pumpSoon(); // Finds out when its next work is due.
      // To the end of the line: the next place is another lane's, however much this one owes.
      awake.delete(lane);
      awake.add(lane);
    }
  }

  function sleepUntil(lane: string, dueAtMs: number | undefined): void {
    awake.delete(lane);
    restsUntilMs.set(lane, dueAtMs ?? Infinity);
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

  /** One row that cannot be read is put off: it must not hold up the others. */
  function doOne(work: Work | Unreadable): Promise<void> {
    if (isReadable(work)) return run(work);
    return Promise.reject(new TypeError(`Cannot read work ${work.id} of the lane ${work.lane}`));
  }

  function hold(work: Work | Unreadable, doIt: () => Promise<void>): Promise<void> {
    const { id, lane } = work;
    taking.set(id, lane);
    takenByLane.set(lane, (takenByLane.get(lane) ?? 0) + 1);
    const doOrGiveBack = () => doIt().catch((error) => giveBack(work, error));
    const hasSpan = spanOf !== undefined && isReadable(work);
    const ended = hasSpan ? log.span(spanOf(work), doOrGiveBack) : doOrGiveBack();
    const done = ended.finally(() => {
      inHand.delete(id);
      free(work);
    });
    inHand.set(id, done);
    return done;
  }

  function free({ id }: Pick<Owed, "id">): void {
    const lane = taking.get(id);
    if (lane === undefined) return;
    taking.delete(id);
    const taken = (takenByLane.get(lane) ?? 1) - 1;
    if (taken > 0) takenByLane.set(lane, taken);
    else takenByLane.delete(lane);
    if (awake.size > 0 && !stopped) pumpSoon();
  }

  async function giveBack(work: Work | Unreadable, error: unknown): Promise<void> {
    log.learned({ outcome: "defect" });
    const facts = { kind: work.kind, ...isReadable(work) && options.factsOf?.(work) };
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
      const restsUntil = restsUntilMs.get(lane);
      if (restsUntil !== undefined && restsUntil > now()) return true;
      const dueAtMs = journal.nextWorkDueAtMs(lane) ?? Infinity;
      if (!awake.has(lane)) restsUntilMs.set(lane, dueAtMs);
      return dueAtMs > now();
    },
    runNow: hold,
    free,
    giveBack,
    async stop() {
      stopped = true;
      clearImmediate(turn);
      for (const timer of timers.values()) clearTimeout(timer);
      while (inHand.size > 0) await Promise.all(inHand.values());
    },
  };
}

function isReadable<Work extends Owed>(work: Work | Unreadable): work is Work {
  return work.kind !== "unreadable";
}
