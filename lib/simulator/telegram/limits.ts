// How many messages a bot may send, into one chat and in all, before Telegram answers 429.
// Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this

import { tooManyRequests } from "./refusal.ts";

/** Messages into one group within any minute. */
const GROUP_MESSAGES_PER_MINUTE = 20;
/** Messages that one private chat takes at once; afterwards one a second. */
const PRIVATE_BURST = 8;

const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

/** Counts the messages of one chat; `admit` throws the 429 and then counts none of them. */
export interface ChatLimit {
  admit(messages: number, nowMs: number): void;
}

/** For a private chat: about one message a second, with short bursts allowed. */
export function createPrivateLimit(): ChatLimit {
  let emptyAtMs = 0;
  return {
    admit(messages, nowMs) {
      const owedMs = Math.max(emptyAtMs - nowMs, 0);
      // An album larger than the burst goes out once nothing is owed.
      const overMs = owedMs + (Math.min(messages, PRIVATE_BURST) - PRIVATE_BURST) * SECOND_MS;
      if (overMs > 0) throw tooManyRequests(overMs);
      emptyAtMs = nowMs + owedMs + messages * SECOND_MS;
    },
  };
}

/** For a group or supergroup: 20 messages within any minute. */
export function createGroupLimit(): ChatLimit {
  return createWindowLimit(GROUP_MESSAGES_PER_MINUTE, MINUTE_MS);
}

/** For the bot as a whole: so many messages within any second. */
export function createTotalLimit(perSecond: number): ChatLimit {
  return createWindowLimit(perSecond, SECOND_MS);
}

/** More at once than the window holds goes out when the window is empty. */
function createWindowLimit(most: number, windowMs: number): ChatLimit {
  let sentAtMs: number[] = [];
  return {
    admit(messages, nowMs) {
      sentAtMs = sentAtMs.filter((atMs) => atMs > nowMs - windowMs);
      const excess = sentAtMs.length + Math.min(messages, most) - most;
      if (excess > 0) throw tooManyRequests((sentAtMs[excess - 1] ?? nowMs) + windowMs - nowMs);
      for (let message = 0; message < messages; message++) sentAtMs.push(nowMs);
    },
  };
}

/** Admits everything. */
export const NO_LIMIT: ChatLimit = { admit: () => {} };
