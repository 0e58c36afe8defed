// Preloaded into the bot of the soak, beside a program that knows nothing of it: its usage, and what lives in it.

import process from "node:process";
import { answerUsageRequests, ownUsage, type Usage } from "../bench/usage.ts";
import { type Live, watchAbortListeners, watchTimers } from "./live.ts";

/** What the soak asks of the bot's process. */
export interface SoakUsage extends Usage {
  /** V8's heap in use, in bytes: with what is garbage since its last collection. */
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

// What a preload waits for is awaited before the program starts; an unreferenced timer is not.
Deno.unrefTimer(setTimeout(() => answerUsageRequests(usage)));
