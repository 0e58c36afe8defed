// A process's place in a crew, as a test moves it.

import type { Place } from "../../lib/journal/alone.ts";

export interface MovedPlace extends Place {
  /** The name that the process has from now on; undefined while it is out. */
  rename(name: string | undefined): void;
  take(...seats: string[]): void;
  lose(...seats: string[]): void;
  /** What it has asked for last. */
  wanted(): readonly string[];
  /** Another process tells of a topic. */
  hear(topic: string): void;
}

/** Alive as `one`, without seats, beside another process. */
export function aPlace(): MovedPlace {
  let name: string | undefined = "one";
  let wanted: readonly string[] = [];
  const seats = new Set<string>();
  const changes: (() => void)[] = [];
  const topics = new Map<string, (() => void)[]>();
  const change = () => {
    for (const each of changes) each();
  };
  return {
    id: () => name,
    isAlive: () => name !== undefined,
    joined: () => name === undefined ? new Promise(() => {}) : Promise.resolve(name),
    holds: (seat) => name !== undefined && seats.has(seat),
    living: () => 2,
    share: (whole) => whole / 2,
    pace: () => ({
      reserve: () => Promise.resolve({ sent() {} }),
      ready: () => Promise.resolve(true),
      sent() {},
    }),
    want: (seats) => void (wanted = seats),
    look() {},
    onChange: (changed) => void changes.push(changed),
    onWake: (topic, wake) => void topics.set(topic, [...topics.get(topic) ?? [], wake]),
    rename(to) {
      name = to;
      if (to === undefined) seats.clear();
      change();
    },
    take(...names) {
      for (const each of names) seats.add(each);
      change();
    },
    lose(...names) {
      for (const each of names) seats.delete(each);
      change();
    },
    wanted: () => wanted,
    hear(topic) {
      for (const wake of topics.get(topic) ?? []) wake();
    },
  };
}
