// Delays messages to stay within Telegram's limits: confirmations first, chats independent of each other. Reads no text.

import type { Transformer } from "grammy";
import { retryAfterMs } from "./failures.ts";
import { type ChatId, createSendLimits, type Sending } from "./send_limits.ts";

/** Kinds of messages, the most urgent first. */
export const RANKS = ["answer", "confirmation", "visitor", "managers", "other"] as const;
/** The urgency of a message. */
export type Rank = typeof RANKS[number];

/** Longest wait for one chat, in ms; a message that would wait longer gets a 429 at once. */
const LONGEST_CHAT_WAIT_MS = 5_000;

/** A waiting rank sends a message at least this often, in ms, so that more urgent ones cannot starve it. */
const TURN_EVERY_MS = 2_000;

/** The wait in the 429 of messages that wait when the process stops, in ms. */
const STOPPED_MS = 1_000;

const SENDS = /^(send(?!ChatAction)|copy|forward|editMessage)/;

/** What the pace needs. */
export interface SendPaceOptions {
  /** Most messages in a second, or what says it each time; 0 for a Bot API server without limits. */
  readonly perSecond: number | (() => number);
  /** Whether this process may send anything now; without it, it always may. */
  readonly maySend?: (() => boolean) | undefined;
  /** A monotonic clock for spans, in ms. */
  readonly elapsedMs: () => number;
  /** Ends early when the process stops. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly stopping: AbortSignal;
  /** Called when Telegram itself declined a message with 429. */
  readonly tooMany?: (rank: Rank) => void;
}

/** The pace that all clients of a bot share. */
export interface SendPace {
  /** The transformer of a rank. */
  at(rank: Rank): Transformer;
}

/** A message that may be sent now, or the wait before another try, in ms. */
type Permit = Sending | number;

interface Waiting {
  readonly chat: ChatId;
  readonly messages: number;
  readonly sinceMs: number;
  readonly settle: (permit: Permit) => void;
}

interface Queue {
  readonly waiting: Waiting[];
  lastSentAtMs: number;
}

/** Creates the pace; messages that wait when the process stops get a 429. */
export function createSendPace(options: SendPaceOptions): SendPace {
  const { elapsedMs, sleep, stopping, perSecond, maySend = () => true } = options;
  const limits = createSendLimits(typeof perSecond === "number" ? () => perSecond : perSecond);
  const queues = RANKS.map((): Queue => ({ waiting: [], lastSentAtMs: -Infinity }));
  let wakeAtMs = Infinity;

  function askPermit(rank: Rank, chat: ChatId, messages: number): Permit | Promise<Permit> {
    const nowMs = elapsedMs();
    if (!isAnyWaiting() && mayBeSent(chat, messages, nowMs)) {
      return limits.begin(chat, messages, nowMs);
    }
    const waiting = queues.flatMap((queue) => queue.waiting);
    const before = waiting.reduce((sum, each) => each.chat === chat ? sum + each.messages : sum, 0);
    const chatMs = limits.chatWaitMs(chat, messages, nowMs, before);
    if (chatMs > LONGEST_CHAT_WAIT_MS) return chatMs;
    return new Promise((settle) => {
      queues[RANKS.indexOf(rank)]?.waiting.push({ chat, messages, sinceMs: nowMs, settle });
      pump();
    });
  }

  function isAnyWaiting(): boolean {
    return queues.some(({ waiting }) => waiting.length > 0);
  }

  function mayBeSent(chat: ChatId, messages: number, nowMs: number): boolean {
    return limits.totalWaitMs(messages, nowMs) === 0 &&
      limits.chatWaitMs(chat, messages, nowMs) === 0;
  }

  /** Permits what may be sent now, and schedules itself. */
  function pump(): void {
    const nowMs = elapsedMs();
    refuseHeld(nowMs);
    while (permitOne(nowMs));
    const waiting = queues.flatMap((queue) => queue.waiting);
    if (waiting.length === 0) return;
    if (stopping.aborted) {
      for (const queue of queues) {
        for (const { settle } of queue.waiting.splice(0)) settle(STOPPED_MS);
      }
      return;
    }
    const oneMs = limits.totalWaitMs(1, nowMs);
    const waits = waiting.map(({ chat, messages }) => {
      const totalMs = messages === 1 ? oneMs : limits.totalWaitMs(messages, nowMs);
      return Math.max(totalMs, limits.chatWaitMs(chat, messages, nowMs));
    });
    wakeAfter(Math.max(Math.min(...waits), 1), nowMs);
  }

  /** Refuses messages to chats that were closed meanwhile. */
  function refuseHeld(nowMs: number): void {
    for (const { waiting } of queues) {
      for (const each of [...waiting]) {
        const waitMs = limits.chatWaitMs(each.chat, each.messages, nowMs);
        if (waitMs <= LONGEST_CHAT_WAIT_MS) continue;
        waiting.splice(waiting.indexOf(each), 1);
        each.settle(waitMs);
      }
    }
  }

  function permitOne(nowMs: number): boolean {
    if (limits.totalWaitMs(1, nowMs) > 0) return false;
    const isLate = ({ waiting: [first], lastSentAtMs }: Queue) =>
      first !== undefined && nowMs - Math.max(first.sinceMs, lastSentAtMs) >= TURN_EVERY_MS;
    const late = queues.filter(isLate);
    for (const queue of [...late, ...queues]) {
      const at = queue.waiting.findIndex(({ chat, messages }) =>
        limits.chatWaitMs(chat, messages, nowMs) === 0
      );
      const next = queue.waiting[at];
      if (next === undefined) continue;
      if (limits.totalWaitMs(next.messages, nowMs) > 0) {
        if (late.includes(queue)) return false; // Keeps room for its album.
        continue;
      }
      queue.waiting.splice(at, 1);
      queue.lastSentAtMs = nowMs;
      next.settle(limits.begin(next.chat, next.messages, nowMs));
      return true;
    }
    return false;
  }

  function wakeAfter(ms: number, nowMs: number): void {
    const atMs = nowMs + ms;
    if (wakeAtMs <= atMs) return;
    wakeAtMs = atMs;
    void sleep(ms).then(() => {
      if (wakeAtMs === atMs) wakeAtMs = Infinity;
      pump();
    });
  }

  return {
    at: (rank) => async (call, method, payload, signal) => {
      if (!SENDS.test(method)) return await call(method, payload, signal);
      const { chat, messages } = readPayload(payload);
      const permit = await askPermit(rank, chat, messages);
      if (typeof permit === "number") return tooEarly(permit);
      if (!maySend()) {
        limits.end(permit, elapsedMs());
        return tooEarly(STOPPED_MS);
      }
      try {
        const answer = await call(method, payload, signal);
        if (!answer.ok && answer.error_code === 429) {
          options.tooMany?.(rank);
          limits.refused(chat, retryAfterMs(answer.parameters), elapsedMs());
        }
        return answer;
      } finally {
        limits.end(permit, elapsedMs());
        if (isAnyWaiting()) pump();
      }
    },
  };
}

function readPayload(payload: object): { readonly chat: ChatId; readonly messages: number } {
  const { chat_id, message_ids }: { chat_id?: unknown; message_ids?: unknown } = payload;
  return {
    chat: typeof chat_id === "number" ? chat_id : String(chat_id),
    messages: Array.isArray(message_ids) ? Math.max(message_ids.length, 1) : 1,
  };
}

/** Telegram's own answer to a message that comes too early. */
function tooEarly(waitMs: number) {
  const retry_after = Math.ceil(waitMs / 1000);
  return {
    ok: false,
    error_code: 429,
    description: `в этот чат пока нельзя писать (ещё ${retry_after} с)`,
    parameters: { retry_after },
  } as const;
}
