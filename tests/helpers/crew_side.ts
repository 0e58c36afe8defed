// Crews for tests: a schema with the crew's tables, and processes that join it over connections of their own.

import { parseAddress } from "../../lib/journal/postgres/address.ts";
import { connect } from "../../lib/journal/postgres/connect.ts";
import { type Connection, connectionOf } from "../../lib/journal/postgres/crew/connection.ts";
import { joinCrew } from "../../lib/journal/postgres/crew/crew.ts";
import {
  type Crew,
  CREW_TOPIC,
  type CrewEvent,
  type CrewOptions,
} from "../../lib/journal/postgres/crew/crew_options.ts";
import { CREW_TABLES } from "../../lib/journal/postgres/crew/tables.ts";
import type { Times } from "../../lib/journal/postgres/crew/times.ts";
import { createWakes, type Wakes } from "../../lib/journal/postgres/crew/wakes.ts";
import type { PostgresServer } from "./postgres.ts";

/** Quick, but with room for a machine that is busy. */
export const QUICK: Times = {
  beatMs: 300,
  leaseMs: 3_000,
  aliveMs: 2_400,
  patienceMs: 1_000,
  lookMs: 20,
};

/** Opens connections to a server, or to a proxy in front of it. */
export function connecting(url: string, schema: string): () => Promise<Connection> {
  return async () => {
    const { client } = await connect(parseAddress(url), { schema, pipeline: false, settings: {} });
    return connectionOf(client);
  };
}

/** Another port than the server's own, as a proxy's. */
export function withPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = `${port}`;
  return changed.href;
}

/** A connection of the test itself, to a new schema with the crew's tables. */
export async function createCrewSchema(
  server: PostgresServer,
  schema: string,
): Promise<Connection> {
  await server.sql(`CREATE SCHEMA ${schema}; SET search_path = ${schema}; ${CREW_TABLES}`);
  return await connecting(server.url, schema)();
}

/** A process in the crew, in this process. */
export interface CrewMember extends Crew {
  readonly events: readonly CrewEvent[];
  readonly wakes: Wakes;
  /** The seats that it holds. */
  seats(): string[];
  /** Resolves with the first event, old or new, of this kind and, where it is about a seat, of this seat. */
  event(kind: CrewEvent["kind"], seat?: string): Promise<CrewEvent>;
  /** Leaves, and closes what belongs to it. */
  end(): Promise<void>;
}

/** @param options What differs from a member that takes over nothing. */
export function aCrewMember(
  { url, schema, ...options }:
    & { readonly url: string; readonly schema: string }
    & Partial<CrewOptions>,
): CrewMember {
  const stopping = new AbortController();
  const events: CrewEvent[] = [];
  const waiting = new Set<() => void>();
  const connect = options.connect ?? connecting(url, schema);
  const crew = joinCrew({
    connect,
    newId: () => crypto.randomUUID(),
    about: { host: "test", pid: Deno.pid, version: "0.0.0" },
    channel: schema,
    seats: [],
    elapsedMs: () => performance.now(),
    random: Math.random,
    sleep: (ms) => sleepUnless(stopping.signal, ms),
    stopping: stopping.signal,
    takeOver: () => Promise.resolve(),
    times: QUICK,
    ...options,
    report(event) {
      events.push(event);
      options.report?.(event);
      for (const look of waiting) look();
    },
  });
  const wakes = createWakes({ connect, channel: schema, random: Math.random, report: () => {} });
  wakes.on(CREW_TOPIC, crew.look);
  return {
    ...crew,
    events,
    wakes,
    seats() {
      const names = events.flatMap((each) => each.kind === "seat taken" ? [each.seat] : []);
      return [...new Set(names)].filter(crew.holds).sort();
    },
    async event(kind, seat) {
      const wanted = (each: CrewEvent) =>
        each.kind === kind && (seat === undefined || "seat" in each && each.seat === seat);
      return await eventually(() => events.find(wanted), `event ${kind} ${seat ?? ""}`, waiting);
    },
    async end() {
      stopping.abort();
      await crew.leave();
      await wakes.close();
    },
  };
}

function sleepUnless(signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

/** Patience of tests with what should come, in ms. */
const PATIENCE_MS = 30_000;

/** Looks until there is something, or fails with these words. */
export async function eventually<T>(
  look: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  words: string | (() => string),
  waiting?: Set<() => void>,
): Promise<T> {
  const untilMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > untilMs) {
      throw new Error(`Never came: ${typeof words === "string" ? words : words()}`);
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(go, 20);
      function go() {
        clearTimeout(timer);
        waiting?.delete(go);
        resolve();
      }
      waiting?.add(go);
    });
  }
}
