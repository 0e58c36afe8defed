// Lets messages leave at Telegram's pace, confirmations first; one chat's wait delays no other. Does not know what is said.

import type { Transformer } from "grammy";
import { retryAfterMs } from "./failures.ts";
import { type ChatId, createSendLimits, type Sending } from "./send_limits.ts";

/** Whose message it is, the most urgent first. */
export const RANKS = ["confirmation", "visitor", "managers", "other"] as const;
/** One of them. */
export type Rank = typeof RANKS[number];

/** A message waits so long for its own chat, in ms; where it would be longer, its caller gets the 429 at once. */
const LONGEST_CHAT_WAIT_MS = 5_000;

/** A rank whose messages wait sends one at least this often, in ms, however many go before them. */
const TURN_EVERY_MS = 2_000;

/** When what waited may be asked for again after a stop, in ms: that is the next process's. */
const STOPPED_MS = 1_000;

const SENDS = /^(send(?!ChatAction)|copy|forward|editMessage)/;

/** The limit, and what waiting needs. */
export interface SendPaceOptions {
  /** Most messages in a second in all; 0 for a Bot API server without limits. */
  readonly perSecond: number;
  /** A monotonic clock for spans, in ms. */
  readonly elapsedMs: () => number;
  /** Ends early when the process stops. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly stopping: AbortSignal;
}

/** One queue for all clients of a bot. */
export interface SendPace {
  /** What calls of a rank pass on their way to Telegram; methods that send nothing pass at once. */
  at(rank: Rank): Transformer;
}

/** A message that may leave, or after how many ms its caller may ask again. */
type Turn = Sending | number;

interface Waiting {
  readonly chat: ChatId;
  readonly messages: number;
  readonly sinceMs: number;
  readonly settle: (turn: Turn) => void;
}

interface Line {
  readonly waiting: Waiting[];
  servedAtMs: number;
}

/** Creates the pace that all clients of one bot share. What waits when the process stops gets a 429. */
export function createSendPace(options: SendPaceOptions): SendPace {
  const { elapsedMs, sleep, stopping } = options;
  const limits = createSendLimits(options.perSecond);
  const lines = RANKS.map((): Line => ({ waiting: [], servedAtMs: -Infinity }));
  let wakeAtMs = Infinity;

  function take(rank: Rank, chat: ChatId, messages: number): Turn | Promise<Turn> {
    const nowMs = elapsedMs();
    if (!isAnyWaiting() && mayLeave(chat, messages, nowMs)) {
      return limits.begin(chat, messages, nowMs);
    }
    const waiting = lines.flatMap((line) => line.waiting);
    const before = waiting.reduce((sum, each) => each.chat === chat ? sum + each.messages : sum, 0);
    const chatMs = limits.chatWaitMs(chat, messages, nowMs, before);
    if (chatMs > LONGEST_CHAT_WAIT_MS) return chatMs;
    return new Promise((settle) => {
      lines[RANKS.indexOf(rank)]?.waiting.push({ chat, messages, sinceMs: nowMs, settle });
      pump();
    });
  }

  function isAnyWaiting(): boolean {
    return lines.some(({ waiting }) => waiting.length > 0);
  }

  function mayLeave(chat: ChatId, messages: number, nowMs: number): boolean {
    return limits.totalWaitMs(messages, nowMs) === 0 &&
      limits.chatWaitMs(chat, messages, nowMs) === 0;
  }

  /** Lets go what may, and comes back when more may. */
  function pump(): void {
    const nowMs = elapsedMs();
    sendAwayHeld(nowMs);
    while (letOneLeave(nowMs));
    const waiting = lines.flatMap((line) => line.waiting);
    if (waiting.length === 0) return;
    if (stopping.aborted) {
      for (const line of lines) for (const { settle } of line.waiting.splice(0)) settle(STOPPED_MS);
      return;
    }
    const oneMs = limits.totalWaitMs(1, nowMs);
    const waits = waiting.map(({ chat, messages }) => {
      const totalMs = messages === 1 ? oneMs : limits.totalWaitMs(messages, nowMs);
      return Math.max(totalMs, limits.chatWaitMs(chat, messages, nowMs));
    });
    wakeAfter(Math.max(Math.min(...waits), 1), nowMs);
  }

  /** What waits for a chat that Telegram holds for longer is its caller's to see to. */
  function sendAwayHeld(nowMs: number): void {
    for (const { waiting } of lines) {
      for (const each of [...waiting]) {
        const waitMs = limits.chatWaitMs(each.chat, each.messages, nowMs);
        if (waitMs <= LONGEST_CHAT_WAIT_MS) continue;
        waiting.splice(waiting.indexOf(each), 1);
        each.settle(waitMs);
      }
    }
  }

  function letOneLeave(nowMs: number): boolean {
    if (limits.totalWaitMs(1, nowMs) > 0) return false; // Then no line need be looked at.
    const isLate = ({ waiting: [first], servedAtMs }: Line) =>
      first !== undefined && nowMs - Math.max(first.sinceMs, servedAtMs) >= TURN_EVERY_MS;
    const late = lines.filter(isLate);
    for (const line of [...late, ...lines]) {
      const at = line.waiting.findIndex(({ chat, messages }) =>
        limits.chatWaitMs(chat, messages, nowMs) === 0
      );
      const next = line.waiting[at];
      if (next === undefined) continue;
      if (limits.totalWaitMs(next.messages, nowMs) > 0) {
        if (late.includes(line)) return false; // Waits until there is room for the whole album.
        continue;
      }
      line.waiting.splice(at, 1);
      line.servedAtMs = nowMs;
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
      const turn = await take(rank, chat, messages);
      if (typeof turn === "number") return tooEarly(turn);
      try {
        const answer = await call(method, payload, signal);
        if (!answer.ok && answer.error_code === 429) {
          limits.refused(chat, retryAfterMs(answer.parameters), elapsedMs());
        }
        return answer;
      } finally {
        limits.end(turn, elapsedMs());
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

/** What Telegram would answer, had it been asked. */
function tooEarly(waitMs: number) {
  const retry_after = Math.ceil(waitMs / 1000);
  return {
    ok: false,
    error_code: 429,
    description: `в этот чат пока нельзя писать (ещё ${retry_after} с)`,
    parameters: { retry_after },
  } as const;
}
