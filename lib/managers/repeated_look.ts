// Looks at something again and again until the process stops. Knows nothing of what it is.

import { messageOf } from "../log/error_words.ts";
import type { Log } from "../log/log.ts";

/**
 * Looks at once and then every `everyMs`; a look that throws is logged as `failed`, with its `cause`. One that the stop cuts off
 * meets a journal that is closed.
 */
export async function lookRepeatedly(
  look: () => Promise<void>,
  { everyMs, mayLook = () => true, failed, sleep, stopping, log }: {
    readonly everyMs: number;
    /** Whether this process is the one that looks; without it, it is. */
    readonly mayLook?: (() => boolean) | undefined;
    readonly failed: string;
    readonly sleep: (ms: number) => Promise<void>;
    readonly stopping: AbortSignal;
    readonly log: Log;
  },
): Promise<void> {
  while (!stopping.aborted) {
    try {
      if (mayLook()) await look();
    } catch (error) {
      if (!stopping.aborted) log.error(failed, { cause: messageOf(error) });
    }
    await sleep(everyMs);
  }
}
