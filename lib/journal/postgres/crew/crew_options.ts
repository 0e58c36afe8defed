// What a process needs to work in a crew, what it is told, and what it can ask.

import type { Connection } from "./connection.ts";
import type { SeatPace } from "./seat_pace.ts";
import type { Times } from "./times.ts";

/** The topic of the wake-up that is sent when a process comes or goes: `look` is its handler. */
export const CREW_TOPIC = "crew";

/** What happens to this process in the crew. */
export type CrewEvent =
  | { readonly kind: "joined"; readonly id: string }
  /** It counts as dead, or may soon: what it has in hand is no longer its own. Its seats are lost before. */
  | { readonly kind: "out"; readonly id: string; readonly reason: "silence" | "declared dead" }
  | { readonly kind: "seat taken" | "seat lost"; readonly id: string; readonly seat: string }
  /** So many processes live, this one among them; told when it has joined, and when their number changes. */
  | { readonly kind: "living"; readonly id: string; readonly living: number }
  /** The first of several failed statements in a row. */
  | { readonly kind: "unreachable"; readonly cause: string }
  | { readonly kind: "reachable" }
  | { readonly kind: "takeover failed"; readonly dead: string; readonly cause: string };

export interface CrewOptions {
  /** Opens a connection whose `search_path` is the journal's schema. */
  readonly connect: () => Promise<Connection>;
  /** Makes a process id that was never used, such as a random UUID. */
  readonly newId: () => string;
  /** What the row in `crew` says about this process, for people. */
  readonly about: { readonly host: string; readonly pid: number; readonly version: string };
  /** The channel of the wake-ups. */
  readonly channel: string;
  /** The seats that this process would take, the most important first. */
  readonly seats: readonly string[];
  /** A monotonic clock for spans, in ms. */
  readonly elapsedMs: () => number;
  /** For the waits before another try; a number from 0 to 1. */
  readonly random: () => number;
  /** Ends early when the process stops; for messages that wait for their turn. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly stopping: AbortSignal;
  /**
   * Makes the work of a dead process due, and removes its row (`BURY`) in the same transaction. Called again with later
   * beats until that has happened, here or in another process; for one dead process not twice at a time.
   */
  readonly takeOver: (dead: string) => Promise<void>;
  /** Told of events as they happen. Must not throw. */
  readonly report: (event: CrewEvent) => void;
  readonly times?: Times;
}

/** This process in the crew. What it says holds for the moment of the call: ask right before acting. */
export interface Crew {
  /** The process id under which it works now; undefined while it must do nothing. It changes with each time it is out. */
  id(): string | undefined;
  isAlive(): boolean;
  /** Resolves with the process id as soon as there is one; never after `leave`. */
  joined(): Promise<string>;
  holds(seat: string): boolean;
  /** The living processes, as of the last beat. */
  living(): number;
  /**
   * This process's part of what all may do together in a second: the whole, divided by the living, but 1 at least. Also
   * 1 at first, until the others know of this process.
   */
  share(whole: number): number;
  /** A limit on messages in the chat of a seat, kept over all its holders. */
  pace(seat: string, limit: { readonly most: number; readonly withinMs: number }): SeatPace;
  /** Changes the seats that this process would take; gives up those it holds that are not among them. */
  want(seats: readonly string[]): void;
  /** Beats soon, since something in the crew may have changed. */
  look(): void;
  /**
   * Gives up the lease and all seats, and tells the others; call it when nothing is in hand any more. What is left in hand
   * all the same is taken over as a dead process's. Takeovers in hand are finished before. Resolves within twice `patienceMs`.
   */
  leave(): Promise<void>;
}
