// Preloaded into each measured process, beside a program that knows nothing of it.

import { answerUsageRequests } from "./usage.ts";

// What a preload waits for is awaited before the program starts; an unreferenced timer is not.
Deno.unrefTimer(setTimeout(() => answerUsageRequests()));
