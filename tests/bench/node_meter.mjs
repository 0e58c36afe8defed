// Preloaded into each measured process of Node, as meter.ts is into those of Deno.

import process from "node:process";
import { MARK, ownUsage } from "./own_usage.mjs";

process.stdin.on("data", () => process.stderr.write(`${MARK}${JSON.stringify(ownUsage())}\n`));
process.stdin.on("end", () => process.exit(1)); // Ends with the process that holds its stdin.
