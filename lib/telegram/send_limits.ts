// Telegram's limits on a bot's messages, in all and to one chat: how long until the next may be sent. Does not wait, reads no clock.

/**
 * Messages that one chat takes at once; afterwards one a second (https://core.telegram.org/bots/faq, "How do I avoid
 * hitting limits"; the burst is a user requirement).
 */
export const CHAT_BURST = 4;

const SECOND_MS = 1_000;

/**
 * Telegram counts a message for a second from its arrival on, which is some time before its answer: at most this long
 * after it was sent, in ms.
 */
const MOST_ON_ITS_WAY_MS = 150;

/** Longest wait of every chat after a 429, in ms. */
const LONGEST_HOLD_OF_ALL_MS = 30_000;

/** Chats that are remembered before those without a wait are forgotten. */
const FEW_CHATS = 1_000;

/** As the Bot API takes it: a number, or a channel's `@name`. */
export type ChatId = number | string;

/** A message that is being sent, or was sent within a second. */
export interface Sending {
  readonly messages: number;
  /** When it no longer counts towards the limit of all. */
  countsUntilMs: number;
}

/** The limits, by what was sent lately. Moments are of one monotonic clock, in ms. */
export interface SendLimits {
  /** How long until a chat takes so many more messages, with `before` others waiting for it, in ms; 0 if it does now. */
  chatWaitMs(chat: ChatId, messages: number, nowMs: number, before?: number): number;
  /** How long until Telegram takes so many more in all, in ms; 0 if it does now. */
  totalWaitMs(messages: number, nowMs: number): number;
  /** Counts messages that are being sent now. */
  begin(chat: ChatId, messages: number, nowMs: number): Sending;
  /** Notes when Telegram answered. */
  end(sending: Sending, nowMs: number): void;
  /** Telegram answered 429: closes the chat for `waitMs`, and every chat where the 429 is about the limit of all. */
  refused(chat: ChatId, waitMs: number, nowMs: number): void;
}

interface ChatState {
  /** When the chat has taken all that was sent, at one message a second. */
  takenAtMs: number;
  heldUntilMs: number;
}

const FREE: Readonly<ChatState> = { takenAtMs: -Infinity, heldUntilMs: -Infinity };

/** @param perSecond Most messages in a second in all; with 0 there is no limit but what 429s ask for. */
export function createSendLimits(perSecond: number): SendLimits {
  const chats = new Map<ChatId, ChatState>();
  let crowdedAt = FEW_CHATS;
  let recent: Sending[] = [];
  /** Messages of `recent`, those included that no longer count. */
  let recentMessages = 0;
  let allHeldUntilMs = -Infinity;
  let lastRefused: { readonly chat: ChatId; readonly atMs: number } | undefined;

  function stateOf(chat: ChatId, nowMs: number): ChatState {
    const known = chats.get(chat);
    if (known !== undefined) return known;
    if (chats.size >= crowdedAt) {
      for (const [each, { takenAtMs, heldUntilMs }] of chats) {
        if (takenAtMs <= nowMs && heldUntilMs <= nowMs) chats.delete(each);
      }
      crowdedAt = Math.max(FEW_CHATS, chats.size * 2);
    }
    const state = { ...FREE };
    chats.set(chat, state);
    return state;
  }

  /** Walks through all that is recent: for each message that may be sent this would be quadratic. */
  function countRecent(nowMs: number): number {
    recent = recent.filter(({ countsUntilMs }) => countsUntilMs > nowMs);
    recentMessages = recent.reduce((sum, { messages }) => sum + messages, 0);
    return recentMessages;
  }

  return {
    chatWaitMs(chat, messages, nowMs, before = 0) {
      const { takenAtMs, heldUntilMs } = chats.get(chat) ?? FREE;
      if (perSecond === 0) return Math.max(heldUntilMs - nowMs, 0);
      // More than the burst is sent when the chat has taken everything before.
      const roomMs = (CHAT_BURST - Math.min(messages, CHAT_BURST)) * SECOND_MS;
      const owedMs = Math.max(takenAtMs - nowMs, 0) + before * SECOND_MS;
      return Math.max(owedMs - roomMs, heldUntilMs - nowMs, 0);
    },
    totalWaitMs(messages, nowMs) {
      const heldMs = Math.max(allHeldUntilMs - nowMs, 0);
      if (perSecond === 0) return heldMs;
      const most = perSecond - Math.min(messages, perSecond);
      if (recentMessages <= most) return heldMs;
      let excess = countRecent(nowMs) - most;
      if (excess <= 0) return heldMs;
      const leaving = recent.toSorted((a, b) => a.countsUntilMs - b.countsUntilMs);
      const last = leaving.find((sending) => (excess -= sending.messages) <= 0);
      return Math.max((last?.countsUntilMs ?? nowMs) - nowMs, heldMs);
    },
    begin(chat, messages, nowMs) {
      const sending = { messages, countsUntilMs: nowMs + MOST_ON_ITS_WAY_MS + SECOND_MS };
      if (perSecond === 0) return sending;
      const state = stateOf(chat, nowMs);
      state.takenAtMs = Math.max(state.takenAtMs, nowMs) + messages * SECOND_MS;
      recent.push(sending);
      recentMessages += messages;
      return sending;
    },
    end(sending, nowMs) {
      sending.countsUntilMs = Math.min(sending.countsUntilMs, nowMs + SECOND_MS);
    },
    refused(chat, waitMs, nowMs) {
      const state = stateOf(chat, nowMs);
      state.heldUntilMs = Math.max(state.heldUntilMs, nowMs + waitMs);
      // Telegram does not say what a 429 is about. Chats are kept within their own limits here: when two private
      // chats are refused at once while many messages are sent, it is about all. A group has limits of its own.
      if (perSecond === 0 || typeof chat === "string" || chat < 0) return;
      const beside = lastRefused !== undefined && lastRefused.chat !== chat &&
        nowMs - lastRefused.atMs < SECOND_MS;
      lastRefused = { chat, atMs: nowMs };
      if (beside && countRecent(nowMs) * 2 >= perSecond) {
        const untilMs = nowMs + Math.min(waitMs, LONGEST_HOLD_OF_ALL_MS);
        allHeldUntilMs = Math.max(allHeldUntilMs, untilMs);
      }
    },
  };
}
