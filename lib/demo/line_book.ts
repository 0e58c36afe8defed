// The bot's log lines: keeps the last ones, and waits for those to come.

/** Lines, oldest first. */
export interface LineBook {
  /** The last lines. */
  readonly lines: readonly string[];
  write(line: string): void;
  /** A place in the book: behind the last line. */
  mark(): number;
  /** The first line after a mark with this beginning; undefined if none comes in time. */
  line(beginning: string, since: number): Promise<string | undefined>;
}

/** At least so many lines are kept, and at most twice as many. */
const LEAST_KEPT = 2_000;

/** @param patienceMs How long to wait for a line. */
export function createLineBook(patienceMs: number): LineBook {
  const waiting = new Set<(line: string) => void>();
  let lines: string[] = [];
  let dropped = 0;

  return {
    get lines() {
      return lines;
    },
    write(line) {
      lines.push(line);
      if (lines.length >= LEAST_KEPT * 2) {
        dropped += lines.length - LEAST_KEPT;
        lines = lines.slice(-LEAST_KEPT);
      }
      for (const look of waiting) look(line);
    },
    mark: () => dropped + lines.length,
    line(beginning, since) {
      const there = lines.slice(Math.max(since - dropped, 0))
        .find((line) => line.startsWith(beginning));
      if (there !== undefined) return Promise.resolve(there);
      return new Promise((resolve) => {
        const settle = (line?: string) => {
          clearTimeout(timer);
          waiting.delete(look);
          resolve(line);
        };
        const look = (line: string) => {
          if (line.startsWith(beginning)) settle(line);
        };
        const timer = setTimeout(settle, patienceMs);
        waiting.add(look);
      });
    },
  };
}
