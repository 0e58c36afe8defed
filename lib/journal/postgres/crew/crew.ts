// This process's place among all that work on one journal: its lease, its seats, and the dead whose work it takes over.

import { messageOf } from "../../../log/error_words.ts";
import { beat, type BeatAnswer } from "./beat.ts";
import { type Crew, CREW_TOPIC, type CrewOptions } from "./crew_options.ts";
import { createLink, within } from "./link.ts";
import { createSeatPace, createTenure, type Tenure } from "./seat_pace.ts";
import { JOIN, KEEP_MOMENTS, LEAVE } from "./statements.ts";
import { checkTimes, TIMES } from "./times.ts";

interface Member {
  readonly id: string;
  readonly joinedAtMs: number;
  aliveUntilMs: number;
  living: number;
  readonly seats: Map<string, Tenure>;
}

/** Most former ids that are declared dead when joining; others die by their lease. */
const MOST_FORMER_IDS = 20;

/** Joins, and goes on joining and beating until `leave`. @throws {RangeError} As `checkTimes`. */
export function joinCrew(options: CrewOptions): Crew {
  const { connect, newId, about, channel, elapsedMs, random, report, times = TIMES } = options;
  checkTimes(times);
  const link = createLink({ connect, patienceMs: times.patienceMs });
  let wanted = [...new Set(options.seats)];
  let member: Member | undefined;
  let nextId = newId();
  let formerIds: string[] = [];
  let failures = 0;
  let leaving = false;
  let joining = Promise.withResolvers<string>();
  let watch: ReturnType<typeof setTimeout> | undefined;
  let endPause = () => {};
  let isLookDue = false;
  const takeovers = new Map<string, Promise<void>>();

  /** Undefined from the moment on that the lease may run out, even if no timer has fired since. */
  function living(): Member | undefined {
    return member !== undefined && elapsedMs() < member.aliveUntilMs ? member : undefined;
  }

  async function run(): Promise<void> {
    while (!leaving) {
      const begunAtMs = elapsedMs();
      isLookDue = false;
      try {
        if (living() === undefined) await join(begunAtMs);
        await renew(elapsedMs());
        if (failures > 0) report({ kind: "reachable" });
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1 && !leaving) {
          report({ kind: "unreachable", cause: messageOf(error) });
        }
      }
      const waitMs = failures > 0 ? times.beatMs * (0.2 + 0.3 * random()) : times.beatMs;
      await pause(begunAtMs, waitMs);
    }
  }

  async function join(begunAtMs: number): Promise<void> {
    if (member !== undefined) lose("silence");
    // Tried again with the same one: statements that hang in the server then wait for each other, and time out.
    const id = nextId;
    const { host, pid, version } = about;
    const values = [id, host, pid, version, times.leaseMs, formerIds, channel, CREW_TOPIC];
    const rows = await link.query(JOIN, values);
    if (leaving) return;
    if (rows.length === 0 || elapsedMs() >= begunAtMs + times.aliveMs) {
      nextId = newId();
      formerIds = [...formerIds, id].slice(-MOST_FORMER_IDS);
      throw new Error("The answer to joining the crew came too late");
    }
    nextId = newId();
    formerIds = [];
    member = {
      id,
      joinedAtMs: begunAtMs,
      aliveUntilMs: begunAtMs + times.aliveMs,
      living: 0,
      seats: new Map(),
    };
    watchLease(member);
    report({ kind: "joined", id });
    joining.resolve(id);
  }

  async function renew(begunAtMs: number): Promise<void> {
    const current = living();
    if (current === undefined) return;
    const { id } = current;
    const known = [...current.seats.keys()];
    const answer = await beat(link, { id, wanted, known, leaseMs: times.leaseMs });
    if (current !== member || leaving) return;
    // Callers that asked meanwhile were told that it is out, so it stays out.
    if (living() === undefined) return lose("silence");
    if (!answer.alive) return lose("declared dead");
    current.aliveUntilMs = begunAtMs + times.aliveMs;
    if (current.living !== answer.living) {
      current.living = answer.living;
      report({ kind: "living", id: current.id, living: answer.living });
    }
    watchLease(current);
    seat(current, answer);
    if (answer.isAnyNew) isLookDue = true;
    for (const dead of answer.dead) {
      if (takeovers.has(dead)) continue;
      takeovers.set(dead, takeOver(dead).finally(() => takeovers.delete(dead)));
    }
  }

  function seat(current: Member, { seats }: BeatAnswer): void {
    for (const [name, tenure] of current.seats) {
      if (!seats.some((each) => each.name === name)) unseat(current, name, tenure);
    }
    for (const { name, agesMs } of seats) {
      // `want` may have changed since the beat began; then the next one gives the seat up, or hands over its moments.
      if (agesMs === undefined || !wanted.includes(name)) continue;
      current.seats.set(name, createTenure(agesMs, elapsedMs()));
      report({ kind: "seat taken", id: current.id, seat: name });
    }
  }

  function unseat(current: Member, name: string, tenure: Tenure): void {
    tenure.isOver = true;
    current.seats.delete(name);
    report({ kind: "seat lost", id: current.id, seat: name });
  }

  async function takeOver(dead: string): Promise<void> {
    try {
      await options.takeOver(dead);
    } catch (error) {
      report({ kind: "takeover failed", dead, cause: messageOf(error) });
    }
  }

  async function keepMoments(name: string, agesMs: readonly (number | null)[]): Promise<boolean> {
    const current = living();
    if (current === undefined) return false;
    const [row] = await link.query(KEEP_MOMENTS, [name, current.id, agesMs]);
    if (row === undefined) look(); // The seat was taken away; the beat finds out why.
    return row !== undefined && current === living();
  }

  function watchLease(current: Member): void {
    clearTimeout(watch);
    watch = setTimeout(() => {
      if (current !== member) return;
      if (living() !== undefined) return watchLease(current);
      lose("silence");
    }, Math.ceil(current.aliveUntilMs - elapsedMs()));
  }

  function lose(reason: "silence" | "declared dead"): void {
    const lost = end();
    if (lost === undefined) return;
    formerIds = [...formerIds, lost.id].slice(-MOST_FORMER_IDS);
    report({ kind: "out", id: lost.id, reason });
    link.drop(); // Ends the statement that got no answer.
    isLookDue = true;
    endPause();
  }

  function end(): Member | undefined {
    const ended = member;
    member = undefined;
    clearTimeout(watch);
    if (ended === undefined) return undefined;
    joining = Promise.withResolvers();
    for (const [name, tenure] of ended.seats) unseat(ended, name, tenure);
    return ended;
  }

  /** Waits until `ms` after the beat began; less for a look that is due, or when this process leaves. */
  async function pause(begunAtMs: number, ms: number): Promise<void> {
    for (;;) {
      const untilMs = begunAtMs + (isLookDue ? Math.min(times.lookMs, ms) : ms);
      const leftMs = untilMs - elapsedMs();
      if (leaving || leftMs <= 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, Math.ceil(leftMs));
      endPause = resolve;
      await promise;
      clearTimeout(timer);
    }
  }

  function look(): void {
    isLookDue = true;
    endPause();
  }

  async function tellOthers(id: string | undefined): Promise<void> {
    await running;
    await Promise.all(takeovers.values());
    // The next id may have entered without an answer.
    const ids = [...formerIds, nextId, ...id === undefined ? [] : [id]];
    await link.query(LEAVE, [ids, channel, CREW_TOPIC]);
  }

  const running = run();

  return {
    id: () => living()?.id,
    isAlive: () => living() !== undefined,
    joined: async () => living()?.id ?? await joining.promise,
    holds: (name) => living()?.seats.has(name) ?? false,
    living: () => member?.living ?? 0,
    share(whole) {
      const current = living();
      if (current === undefined) return 1;
      const isKnown = elapsedMs() >= current.joinedAtMs + 2 * times.beatMs;
      const isAlone = current.living === 1;
      return isAlone || isKnown ? Math.max(Math.floor(whole / current.living), 1) : 1;
    },
    pace: (name, limit) =>
      createSeatPace({
        ...limit,
        elapsedMs,
        sleep: options.sleep,
        stopping: options.stopping,
        tenure: () => living()?.seats.get(name),
        keep: (agesMs) => keepMoments(name, agesMs),
      }),
    want(seats) {
      wanted = [...new Set(seats)];
      for (const [name, tenure] of member?.seats ?? []) {
        if (member !== undefined && !wanted.includes(name)) unseat(member, name, tenure);
      }
      look();
    },
    look,
    async leave() {
      leaving = true;
      const left = end();
      endPause();
      // Without an answer the lease runs out.
      await within(tellOthers(left?.id), 2 * times.patienceMs, link.close).catch(() => {});
      link.close();
      await running;
    },
  };
}
