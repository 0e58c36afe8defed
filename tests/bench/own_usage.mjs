// This process's usage as a line that the bench reads. Runs under Deno and Node.

import process from "node:process";

/** The beginning of a line with a usage. */
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
