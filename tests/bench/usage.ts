// A process's usage so far, requested on its stdin and reported on its stderr.

import { MARK, ownUsage } from "./own_usage.mjs";

export { ownUsage };

/** A process's usage since its start. */
export interface Usage {
  /** User and system time of all its threads, in ms. */
  readonly cpuMs: number;
  /** Resident memory now, in bytes. */
  readonly rssBytes: number;
  /** Peak resident memory, in bytes. */
  readonly peakRssBytes: number;
}

/** Answers each input on stdin with one line on stderr; ends the process when stdin ends. */
export async function answerUsageRequests(usage: () => Usage = ownUsage): Promise<void> {
  const encoder = new TextEncoder();
  for await (const _request of Deno.stdin.readable) {
    Deno.stderr.writeSync(encoder.encode(`${MARK}${JSON.stringify(usage())}\n`));
  }
  Deno.exit(1);
}

/** The usage in a line of a process's stderr; undefined for any other line. */
export function parseUsage(line: string): Usage | undefined {
  return line.startsWith(MARK) ? JSON.parse(line.slice(MARK.length)) : undefined;
}
