// Tells the main managers' chat when a profile's own chat takes no cards for long, and when it takes them again. Sends nothing.

import type { Journal } from "../journal/journal.ts";
import type { Log } from "../log/log.ts";
import { lookRepeatedly } from "./repeated_look.ts";
import { ownChatFailsText, ownChatMendedText } from "./chat_texts.ts";

/** How long a chat may fail before the main one is told, in ms: a bot that was removed by mistake is back by then. */
export const FAILING_PATIENCE_MS = 5 * 60_000;

const LOOK_MS = 15_000;

/** How the names of facts begin about chats whose failure was told; the chat's key follows. */
const FACT = "own_chat_fails:";

/** A profile's own chat as the alarm sees it. */
export interface WatchedChat {
  readonly key: string;
  /** The names of its profiles. */
  readonly profileNames: readonly string[];
  /** Whether the bot cannot write there, or every send fails. */
  readonly isFailing: boolean;
  /** Whether this process is the one that writes there, and tells of it. */
  readonly isHere?: boolean;
}

/** Watches the profiles' own chats. */
export interface OwnChatAlarm {
  /** Checks once. */
  look(): Promise<void>;
  /** Checks every 15 s until the process stops. */
  run(): Promise<void>;
}

/** Creates the alarm. What was told is kept in the journal, so a restart does not repeat it. */
export function createOwnChatAlarm(
  { chats, journal, wake, now, elapsedMs, sleep, stopping, log }: {
    readonly chats: () => readonly WatchedChat[];
    readonly journal: Pick<Journal, "fact" | "factsOf" | "forgetFact" | "noteFact">;
    /** Called when a note was queued. */
    readonly wake: () => void;
    readonly now: () => number;
    /** A monotonic clock, in ms. */
    readonly elapsedMs: () => number;
    readonly sleep: (ms: number) => Promise<void>;
    readonly stopping: AbortSignal;
    readonly log: Log;
  },
): OwnChatAlarm {
  /** Since when each failing chat has been seen to fail. */
  let failsSinceMs: ReadonlyMap<string, number> = new Map();

  async function look(): Promise<void> {
    const before = failsSinceMs;
    const watched = chats();
    const here = watched.filter(({ isHere = true }) => isHere);
    failsSinceMs = new Map(
      here.filter(({ isFailing }) => isFailing)
        .map(({ key }) => [key, before.get(key) ?? elapsedMs()]),
    );
    for (const { key, profileNames } of here) {
      const isTold = await journal.fact(FACT + key) !== undefined;
      const sinceMs = failsSinceMs.get(key);
      if (sinceMs === undefined && isTold) await tell(key, null, ownChatMendedText(profileNames));
      if (sinceMs === undefined || isTold) continue;
      if (elapsedMs() - sinceMs >= FAILING_PATIENCE_MS) {
        await tell(key, "1", ownChatFailsText(profileNames));
      }
    }
    for (const key of await journal.factsOf(FACT)) {
      if (!watched.some((each) => each.key === key)) await journal.forgetFact(FACT + key);
    }
  }

  async function tell(key: string, value: string | null, text: string): Promise<void> {
    await journal.noteFact(FACT + key, value, text, now());
    wake();
  }

  return {
    look,
    run: () =>
      lookRepeatedly(look, {
        everyMs: LOOK_MS,
        failed: "❌ О чате профиля менеджерам не сказать: {cause}. Повторим",
        sleep,
        stopping,
        log,
      }),
  };
}
