// One beat: sends the statement and reads its answer. Decides nothing.

import type { Link } from "./link.ts";
import { BEAT } from "./statements.ts";

/** What the database says to a beat. */
export interface BeatAnswer {
  /** Whether the lease was renewed; if not, this process is dead, and the rest means nothing. */
  readonly alive: boolean;
  /** The living processes, at least 1. */
  readonly living: number;
  readonly seats: readonly HeldSeat[];
  /** Whether a seat was made that can be taken with the next beat. */
  readonly isAnyNew: boolean;
  /** The dead whose work this process is to take over. */
  readonly dead: readonly string[];
}

export interface HeldSeat {
  readonly name: string;
  /**
   * How long ago messages were sent, in ms; null for one that an earlier holder was about to send. Undefined where the
   * moments were known.
   */
  readonly agesMs: readonly (number | null)[] | undefined;
}

/** @throws {Error} As `Link.query`. */
export async function beat(
  link: Link,
  { id, wanted, known, leaseMs }: {
    readonly id: string;
    readonly wanted: readonly string[];
    /** Held seats whose moments this process knows. */
    readonly known: readonly string[];
    readonly leaseMs: number;
  },
): Promise<BeatAnswer> {
  const [row] = await link.query(BEAT, [id, wanted, known, leaseMs]);
  const { alive, living, nowMs, new: isAnyNew, seats, dead } = JSON.parse(String(row?.["answer"]));
  return { alive, living, isAnyNew, dead, seats: seats.map((each: Seat) => heldSeat(each, nowMs)) };
}

interface Seat {
  readonly name: string;
  readonly moments: readonly (number | null)[] | null;
}

/** A moment in the future is one of a server whose clock was ahead of this one's. */
function heldSeat({ name, moments }: Seat, nowMs: number): HeldSeat {
  const age = (moment: number | null) => moment === null ? null : Math.max(nowMs - moment, 0);
  return { name, agesMs: moments?.map(age) };
}
