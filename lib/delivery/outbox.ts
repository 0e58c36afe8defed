// Works through lanes of the journal's outbox: bounded, due work only, one lane never delays another. Does not know what the work is.

import { FIRST_WAIT_MS, waitMs } from "../backoff.ts";
import { messageOf, stackOf } from "../log/error_words.ts";
import type { IsOurs, Outbox, OutboxOptions, Owed, Place, Unreadable } from "./owed_work.ts";

export type { IsOurs, Outbox, OwedRecords, Place } from "./owed_work.ts";

/** The name of a process that shares its journal with none. */
const ALONE = "alone";

export function createOutbox<Work extends Owed>(options: OutboxOptions<Work>): Outbox<Work> {
  const { journal, run, spanOf, most, mostPerLane, recordDurably, now, random, log } = options;
  const { nameFor = () => ALONE, elsewhere } = options;
  const inHand = new Map<number, { readonly done: Promise<void>; readonly isOurs: IsOurs }>();
  /** The lanes of those in hand that take room. */
  const taking = new Map<number, string>();
  /** Places that are taken or reserved, in all and by lane. */
  let taken = 0;
  const takenByLane = new Map<string, number>();
  const awake = new Set<string>();
  const sought = new Set<() => Promise<Iterable<string>>>();
  /** When the next work of a lane is due that was looked at and not woken since. */
  const restsUntilMs = new Map<string, number>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  let turn: ReturnType<typeof setImmediate> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let pumping: Promise<void> | undefined;
  /** Counts calls of `wake`: what was read before the last one may be outdated. */
  let wakes = 0;
  let stopped = false;
  let unreadable = false;

  function wake(lane: string): void {
    if (stopped) return;
    if (nameFor(lane) === undefined) elsewhere?.(lane);
    wakeHere(lane);
  }

  function wakeHere(lane: string): void {
    if (stopped) return;
    wakes++;
    restsUntilMs.delete(lane);
    awake.add(lane);
    pumpSoon();
  }

  function found(lane: string): void {
    if (!awake.has(lane) && nameFor(lane) !== undefined) wakeHere(lane);
  }

  function wakeFound(find: () => Promise<Iterable<string>>): void {
    if (stopped) return;
    sought.add(find);
    pumpSoon();
  }

  function pumpSoon(): void {
    turn ??= setImmediate(() => log.apart(() => void pump()));
  }

  /** One at a time. */
  async function pump(): Promise<void> {
    await pumping;
    turn = undefined;
    if (stopped) return;
    pumping = takeOrWait();
    await pumping;
    pumping = undefined;
  }

  async function takeOrWait(): Promise<void> {
    try {
      await takeDueWork();
      unreadable = false;
    } catch (error) {
      if (!unreadable) {
        log.error("❌ Журнал не прочесть: {cause}. Пробуем снова", { cause: messageOf(error) });
      }
      unreadable = true;
      clearTimeout(again);
      if (!stopped) again = setTimeout(pumpSoon, FIRST_WAIT_MS);
    }
  }

  function roomIn(lane: string): number {
    return Math.min(most - taken, mostPerLane(lane) - (takenByLane.get(lane) ?? 0));
  }

  function countPlaces(lane: string, by: number): void {
    taken += by;
    const inLane = (takenByLane.get(lane) ?? 0) + by;
    if (inLane > 0) takenByLane.set(lane, inLane);
    else takenByLane.delete(lane);
  }

  /** Others may be waiting for the place. */
  function leavePlace(lane: string): void {
    countPlaces(lane, -1);
    if (awake.size > 0 && !stopped) pumpSoon();
  }

  async function takeDueWork(): Promise<void> {
    for (const find of sought) {
      for (const lane of await find()) wake(lane);
      sought.delete(find);
    }
    for (const lane of [...awake]) {
      const name = nameFor(lane);
      if (name === undefined) {
        awake.delete(lane); // It is found again, here or elsewhere.
        continue;
      }
      if (roomIn(lane) <= 0) continue; // Stays awake: the next work that ends pumps again.
      const before = wakes;
      const dueAtMs = await journal.nextWorkDueAtMs(lane);
      if (stopped) return;
      if (dueAtMs === undefined || dueAtMs > now()) {
        if (wakes === before) sleepUntil(lane, dueAtMs);
        else pumpSoon();
        continue;
      }
      await takeFrom(lane, name);
      // To the end of the line: the next place is another lane's, however much this one owes.
      awake.delete(lane);
      awake.add(lane);
    }
  }

  async function takeFrom(lane: string, name: string): Promise<void> {
    const room = roomIn(lane);
    if (room <= 0 || nameFor(lane) !== name) return;
    countPlaces(lane, room);
    let works: (Work | Unreadable)[] = [];
    try {
      const taken = await journal.takeWork(lane, now(), room);
      // Work whose taking was undone is due in the journal while it is still in hand.
      works = taken.filter(({ id }) => !inHand.has(id));
      for (const work of taken) {
        const before = inHand.get(work.id);
        if (before !== undefined) void keepForLater(work, before);
      }
    } finally {
      countPlaces(lane, works.length - room);
    }
    const isOurs = () => nameFor(lane) === name;
    for (const work of works) {
      void hold(work, isOurs, () => doOne(work, isOurs)).then(() => wakeHere(lane));
    }
    if (works.length < room) pumpSoon(); // Finds out when its next work is due.
  }

  /** Work that others had taken over, and was taken anew while it was still in hand here, begins when that has ended. */
  async function keepForLater(
    work: Work | Unreadable,
    { done, isOurs }: { readonly done: Promise<void>; readonly isOurs: IsOurs },
  ): Promise<void> {
    if (isOurs()) return;
    await done;
    await release(work);
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
  function doOne(work: Work | Unreadable, isOurs: IsOurs): Promise<void> {
    if (!isOurs()) return Promise.resolve();
    if (isReadable(work)) return run(work, isOurs);
    return Promise.reject(new TypeError(`Cannot read work ${work.id} of the lane ${work.lane}`));
  }

  /** Does work in a place that is counted. */
  function hold(
    work: Work | Unreadable,
    isOurs: IsOurs,
    doIt: () => Promise<void>,
  ): Promise<void> {
    const { id, lane } = work;
    taking.set(id, lane);
    const doOrGiveBack = async () => {
      await doIt().catch((error) => giveBack(work, error));
      if (!isOurs()) await release(work);
    };
    const hasSpan = spanOf !== undefined && isReadable(work);
    const ended = hasSpan ? log.span(spanOf(work), doOrGiveBack) : doOrGiveBack();
    const done = ended.finally(() => {
      inHand.delete(id);
      free(work);
    });
    inHand.set(id, { done, isOurs });
    return done;
  }

  function free({ id }: Pick<Owed, "id">): void {
    const lane = taking.get(id);
    if (lane === undefined) return;
    taking.delete(id);
    leavePlace(lane);
  }

  /** Whether nothing due waits in a lane. */
  async function isClear(lane: string): Promise<boolean> {
    const restsUntil = restsUntilMs.get(lane);
    if (restsUntil !== undefined && restsUntil > now()) return true;
    const before = wakes;
    const dueAtMs = await journal.nextWorkDueAtMs(lane) ?? Infinity;
    if (!awake.has(lane) && wakes === before) restsUntilMs.set(lane, dueAtMs);
    return dueAtMs > now();
  }

  /** The place is counted before anything is waited for, so that it is given once. */
  async function reserve(lane: string): Promise<Place<Work> | undefined> {
    const name = nameFor(lane);
    if (stopped || name === undefined || roomIn(lane) <= 0) return undefined;
    countPlaces(lane, 1);
    let isOpen = true;
    const isOurs = () => nameFor(lane) === name;
    const place: Place<Work> = {
      run(work, doIt) {
        isOpen = false;
        return hold(work, isOurs, () => doIt(isOurs));
      },
      [Symbol.dispose]() {
        if (isOpen) leavePlace(lane);
        isOpen = false;
      },
    };
    let isGiven = false;
    try {
      isGiven = await isClear(lane) && !stopped;
      return isGiven ? place : undefined;
    } finally {
      if (!isGiven) place[Symbol.dispose]();
    }
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

  /** Work that was left undone; in another process's hand, or done and recorded after all, it stays as it is. */
  async function release(work: Work | Unreadable): Promise<void> {
    if (stopped) return; // What this process leaves behind is taken over.
    const { releaseWork = journal.postponeWork } = journal;
    await recordDurably(() => releaseWork(work, now())).catch((error) => giveBack(work, error));
  }

  return {
    wake,
    found,
    wakeFound,
    reserve,
    free,
    giveBack,
    async stop() {
      stopped = true;
      clearImmediate(turn);
      clearTimeout(again);
      for (const timer of timers.values()) clearTimeout(timer);
      await pumping;
      while (inHand.size > 0) await Promise.all([...inHand.values()].map(({ done }) => done));
    },
  };
}

function isReadable<Work extends Owed>(work: Work | Unreadable): work is Work {
  return work.kind !== "unreadable";
}
