// Preloaded into each measured process: reports its usage.

import { answerUsageRequests } from "./usage.ts";

// Deno awaits a preload before the program starts, but not an unreferenced timer.
Deno.unrefTimer(setTimeout(() => answerUsageRequests()));
