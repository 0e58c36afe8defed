// What this process has used so far, as one line that the bench knows. Runs under Deno and Node.

import process from "node:process";

/** What a line begins with that tells a usage. */
export const MARK = "usage ";

/** This process's own usage. */
export function ownUsage() {
  const { user, system } = process.cpuUsage();
  return {
    cpuMs: (user + system) / 1000,
    rssBytes: process.memoryUsage().rss,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
}
