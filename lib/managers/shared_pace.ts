// The limit on a group's messages where several processes write there by turns: kept by the journal's crew. Sends nothing.

import type { SeatPace } from "../journal/postgres/crew/seat_pace.ts";
import type { MinutePace, Reserved } from "./minute_pace.ts";

/** Pause before another try where the crew could not be asked, in ms. */
const AGAIN_MS = 500;

/** Edits count for nothing, and every process that lives may make one. */
const NOTHING: Reserved = { sent() {} };

/** Wraps the pace of a seat. */
export function createSharedPace(
  pace: SeatPace,
  { isAlive, holds, sleep, stopping }: {
    readonly isAlive: () => boolean;
    /** Whether the seat is this process's. */
    readonly holds: () => boolean;
    /** Ends early when the process stops. */
    readonly sleep: (ms: number) => Promise<void>;
    readonly stopping: AbortSignal;
  },
): MinutePace {
  return {
    async ready(messages) {
      await pace.ready(messages);
    },
    async reserve(messages) {
      if (messages === 0) return isAlive() && !stopping.aborted ? NOTHING : undefined;
      while (holds() && !stopping.aborted) {
        try {
          return await pace.reserve(messages);
        } catch {
          await sleep(AGAIN_MS); // The crew says that it cannot reach its database, and gives up the seat when that lasts.
        }
      }
      return undefined;
    },
    sent: pace.sent,
  };
}
