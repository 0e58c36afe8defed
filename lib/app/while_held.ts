// Does what one process at a time may do, for as long as that is this one. Does not know what it is.

import type { Place } from "../journal/alone.ts";
import { nameFor } from "../journal/seats.ts";

/** Makes `run` begin whenever this process takes a seat, and end when it loses it. A process alone runs it once. */
export function whileHeld(
  crew: Place,
  seat: string,
  run: (signal: AbortSignal) => Promise<void>,
): (signal: AbortSignal) => Promise<void> {
  if (crew.pace === undefined) return run;
  let changed = Promise.withResolvers<void>();
  crew.onChange(() => {
    changed.resolve();
    changed = Promise.withResolvers();
  });

  /** Resolves when the seat is held under another name than this one, or not at all. */
  async function untilNot(name: string | undefined, signal: AbortSignal): Promise<void> {
    const stopped = Promise.withResolvers<void>();
    const stop = () => stopped.resolve();
    signal.addEventListener("abort", stop);
    while (!signal.aborted && nameFor(crew, seat) === name) {
      await Promise.race([changed.promise, stopped.promise]);
    }
    signal.removeEventListener("abort", stop);
  }

  return async (signal) => {
    while (!signal.aborted) {
      const name = nameFor(crew, seat);
      if (name === undefined) {
        await untilNot(undefined, signal);
        continue;
      }
      const left = new AbortController();
      const ended = new AbortController();
      const lost = untilNot(name, AbortSignal.any([signal, ended.signal]));
      void lost.then(() => left.abort());
      try {
        await run(AbortSignal.any([signal, left.signal]));
      } finally {
        ended.abort();
        await lost;
      }
    }
  };
}
