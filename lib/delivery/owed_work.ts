// Owed work as an outbox takes it: what it must know of each piece, what does it, and whose it is. Types alone.

import type { RecordDurably } from "../journal/durable.ts";
import type { Facts, Log } from "../log/log.ts";
import type { NewSpan } from "../log/spans.ts";

/** What an outbox needs to know of a piece of work. */
export interface Owed {
  readonly id: number;
  readonly lane: string;
  readonly kind: string;
  readonly failures: number;
}

/** Work whose row cannot be read. */
export interface Unreadable extends Owed {
  readonly kind: "unreadable";
}

/** Owed work on disk. */
export interface OwedRecords<Work extends Owed> {
  /** When the next waiting work of a lane is due; undefined if none waits. */
  nextWorkDueAtMs(lane: string): Promise<number | undefined>;
  /** Hands out due work of a lane. */
  takeWork(lane: string, nowMs: number, most: number): Promise<(Work | Unreadable)[]>;
  /** Counts one more failure. */
  postponeWork(work: Work | Unreadable, dueAtMs: number): Promise<void>;
  /** Gives work back that was taken and not tried. Without it that counts as a failure. */
  releaseWork?(work: Work | Unreadable, dueAtMs: number): Promise<void>;
}

/** Whether work that was taken is still this process's to do: asked right before something leaves. */
export type IsOurs = () => boolean;

export interface OutboxOptions<Work extends Owed> {
  readonly journal: OwedRecords<Work>;
  /**
   * Does one piece of work and records what came of it; a throw is a defect and makes it due again. Work that is not this
   * process's any more is left as it is.
   */
  readonly run: (work: Work, isOurs: IsOurs) => Promise<void>;
  /**
   * The name under which this process may take work of a lane now; undefined while it may not. Where other processes work on
   * the same journal that changes with their seats. Without it all is this process's.
   */
  readonly nameFor?: ((lane: string) => string | undefined) | undefined;
  /** Told of a lane that another process takes work of, when it may have due work. */
  readonly elsewhere?: ((lane: string) => void) | undefined;
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
  /** The same, of a lane that was found in the journal: the process that takes its work finds it there too. */
  found(lane: string): void;
  /** The same for lanes that are looked for in the journal. */
  wakeFound(find: () => Promise<Iterable<string>>): void;
  /** Reserves a place for new work of a lane; undefined where there is none, or where something due waits before it. */
  reserve(lane: string): Promise<Place<Work> | undefined>;
  /** Work in hand takes no room any more: what is left of it is to be recorded. */
  free(work: Work): void;
  /** Makes work due again, after a growing wait, that a defect kept from being done or recorded. Never rejects. */
  giveBack(work: Work | Unreadable, error: unknown): Promise<void>;
  /** Takes no more work, and resolves when what is in hand is done. */
  stop(): Promise<void>;
}

/** Room for one piece of work, which nothing else is given until it is left. */
export interface Place<Work extends Owed> {
  /** Does work that its caller recorded as in hand. Code that makes work of its lane due meanwhile has to wake the lane. */
  run(work: Work, run: (isOurs: IsOurs) => Promise<void>): Promise<void>;
  /** Leaves a place in which nothing was done. */
  [Symbol.dispose](): void;
}
