// What a process has used so far, asked for over its stdin and told on its stderr.

import { MARK, ownUsage } from "./own_usage.mjs";

export { ownUsage };

/** What a process has used since it began. */
export interface Usage {
  /** User and system time of all its threads, in ms. */
  readonly cpuMs: number;
  /** Resident memory now, in bytes. */
  readonly rssBytes: number;
  /** The most resident memory it ever had, in bytes. */
  readonly peakRssBytes: number;
}

/** Answers whatever comes on stdin with one line on stderr; ends the process with whoever held its stdin. */
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
