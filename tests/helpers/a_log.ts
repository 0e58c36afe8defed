// The bot's log in memory, for a test to read and to wait for lines.

import type { LogFormat, LogLevel } from "../../lib/log/log.ts";
import { createLog, type Log } from "../../lib/log/log.ts";
import { createMask, type Mask } from "../../lib/log/mask.ts";

// Taken when the file loads, so that a test's fake clock does not affect the failsafe.
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;

const FAILSAFE_MS = 30_000;

export interface LogOfTest {
  readonly log: Log;
  readonly mask: Mask;
  readonly lines: string[];
  /** Takes the oldest line with these words that was not taken yet, or waits for one. */
  line(words: string): Promise<string>;
}

export function aLog(
  { format = "text", level = "debug", beginning }: {
    format?: LogFormat;
    level?: LogLevel;
    beginning?: ((atMs: number) => string) | undefined;
  } = {},
): LogOfTest {
  const mask = createMask();
  const lines: string[] = [];
  const taken = new Set<number>();
  const waiting = new Set<() => void>();
  const write = (line: string) => {
    lines.push(line);
    for (const look of [...waiting]) look();
  };
  return {
    log: createLog({ format, level, mask, write, beginning }),
    mask,
    lines,
    line(words) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const at = lines.findIndex((line, index) => !taken.has(index) && line.includes(words));
          if (at < 0) return;
          taken.add(at);
          stopTimer(failsafe);
          waiting.delete(look);
          resolve(lines[at] ?? "");
        };
        const failsafe = startTimer(() => {
          waiting.delete(look);
          reject(new Error(`No log line with "${words}" came. The log:\n${lines.join("\n")}`));
        }, FAILSAFE_MS);
        waiting.add(look);
        look();
      });
    },
  };
}
