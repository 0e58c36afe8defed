// The process's place among those that work on one journal, as the app's parts see it, and the place of one that is alone.

import type { Crew } from "./postgres/crew/crew_options.ts";

/** On PostgreSQL this process in the crew; on SQLite `ALONE`. What it says holds for the moment of the call. */
export interface Place
  extends Pick<Crew, "id" | "isAlive" | "joined" | "holds" | "living" | "share" | "want" | "look"> {
  /** As `Crew.pace`; undefined where limits need not be kept between processes. */
  readonly pace: Crew["pace"] | undefined;
  /** Calls `changed` each time that this process has come in or is out, or took or lost a seat. Must not throw. */
  onChange(changed: () => void): void;
  /** Calls `wake` when another process has told of this topic, and when that may have been missed. Must not throw. */
  onWake(topic: string, wake: () => void): void;
}

/** The only process: it lives, and everything is its own. */
export const ALONE: Place = {
  id: () => "alone",
  isAlive: () => true,
  joined: () => Promise.resolve("alone"),
  holds: () => true,
  living: () => 1,
  share: (whole) => whole,
  pace: undefined,
  want() {},
  look() {},
  onChange() {},
  onWake() {},
};
