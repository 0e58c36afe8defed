// Preloaded into the soak's bot: reports its usage and what lives in it.

import process from "node:process";
import { answerUsageRequests, ownUsage, type Usage } from "../bench/usage.ts";
import { type Live, watchAbortListeners, watchTimers } from "./live.ts";

/** The figures of the bot's process. */
export interface SoakUsage extends Usage {
  /** V8's heap in use, in bytes, with garbage since the last collection. */
  readonly heapBytes: number;
  readonly timers: Live;
  readonly listeners: Live;
  /** The most listeners that one abort signal has. */
  readonly listenersOnOne: number;
}

const timers = watchTimers(globalThis);
const listeners = watchAbortListeners(EventTarget.prototype);

function usage(): SoakUsage {
  return {
    ...ownUsage(),
    heapBytes: process.memoryUsage().heapUsed,
    timers: timers.take(),
    listeners: listeners.take(),
    listenersOnOne: listeners.mostOnOne(),
  };
}

// Deno awaits a preload before the program starts, but not an unreferenced timer.
Deno.unrefTimer(setTimeout(() => answerUsageRequests(usage)));
