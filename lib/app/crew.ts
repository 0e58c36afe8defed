// This process among those that work on one journal in PostgreSQL: enters, hears the others, and leaves. Holds no rule about leads.

import { createCrewLog } from "./crew_log.ts";
import type { Machine } from "./machine.ts";
import { sleepUnless, within } from "./within.ts";
import type { Place } from "../journal/alone.ts";
import { connectionOf, type PgClient } from "../journal/postgres/crew/connection.ts";
import { joinCrew } from "../journal/postgres/crew/crew.ts";
import { CREW_TOPIC, type CrewEvent } from "../journal/postgres/crew/crew_options.ts";
import { createWakes } from "../journal/postgres/crew/wakes.ts";
import type { Log } from "../log/log.ts";
import type { CrewStanding } from "../page/health_report.ts";
import { VERSION } from "../version.ts";

/** How many leads' attempts were cut off; undefined where another process has taken over. */
export type TakeOver = (dead: string) => Promise<number | undefined>;

/** The crew as the app's life needs it. */
export interface EnteredCrew {
  readonly place: Place;
  standing(): CrewStanding;
  /** From now on this takes over the work of the dead, and of those that have died since the start. */
  onTakeOver(takeOver: TakeOver): void;
  /** Tells the others that they may have all seats, and what is left in hand; then hears nothing any more. */
  leave(): Promise<void>;
}

export interface CrewEntrance {
  /** Opens a connection in the journal's schema. */
  readonly connect: () => Promise<PgClient>;
  readonly schema: string;
  readonly machine: Pick<Machine, "elapsedMs" | "random" | "host">;
  readonly stopping: AbortSignal;
  readonly log: Log;
}

/** Resolves when this process is in the crew, and knows how many others there are; undefined where `ms` do not suffice. */
export async function enterCrew(
  { connect, schema, machine, stopping, log }: CrewEntrance,
  ms: number,
): Promise<EnteredCrew | undefined> {
  const { elapsedMs, random, host } = machine;
  const open = async () => connectionOf(await connect());
  const held = new Set<string>();
  const changes: (() => void)[] = [];
  const counted = Promise.withResolvers<boolean>();
  const started = Promise.withResolvers<TakeOver | undefined>();
  const words = createCrewLog(log);

  function report(event: CrewEvent): void {
    if (event.kind === "seat taken") held.add(event.seat);
    if (event.kind === "seat lost") held.delete(event.seat);
    words.tell(event);
    if (event.kind === "living") counted.resolve(true);
    if (CHANGES.has(event.kind)) { for (const changed of changes) changed(); }
  }

  const crew = joinCrew({
    connect: open,
    newId: () => crypto.randomUUID(),
    about: { host: host(), pid: Deno.pid, version: VERSION },
    channel: schema,
    seats: [],
    elapsedMs,
    random,
    sleep: (ms) => sleepUnless(stopping, ms),
    stopping,
    report,
    async takeOver(dead) {
      const takeOver = await started.promise;
      const leads = await takeOver?.(dead);
      if (leads !== undefined) words.tookOver(dead, leads);
    },
  });
  const wakes = createWakes({ connect: open, channel: schema, random, report: words.hearing });
  wakes.on(CREW_TOPIC, crew.look);

  async function leave(): Promise<void> {
    words.leaves();
    started.resolve(undefined);
    await crew.leave();
    await wakes.close();
  }

  if (!await within(counted.promise, ms, () => false)) {
    await leave();
    return undefined;
  }
  return {
    place: {
      ...crew,
      onChange: (changed) => void changes.push(changed),
      onWake: wakes.on,
    },
    standing() {
      const seats: Record<string, number> = {};
      for (const seat of held) {
        const [kind = seat] = seat.split(":");
        seats[kind] = (seats[kind] ?? 0) + 1;
      }
      return { process: crew.id(), living: crew.living(), seats };
    },
    onTakeOver: started.resolve,
    leave,
  };
}

const CHANGES: ReadonlySet<CrewEvent["kind"]> = new Set(
  ["joined", "out", "seat taken", "seat lost", "living"],
);
