// Computes the waits that Telegram's limits require, in total and for one chat. Does not wait, reads no clock.

/** Messages that one chat takes at once, as observed; then one a second (https://core.telegram.org/bots/faq). */
export const CHAT_BURST = 4;

const SECOND_MS = 1_000;

/** Longest time until a message arrives, in ms: Telegram counts it for a second from then. */
const MOST_ON_ITS_WAY_MS = 150;

/** Longest wait of all chats after a 429, in ms. */
const LONGEST_HOLD_OF_ALL_MS = 30_000;

/** Chats that are remembered before idle ones are removed. */
const FEW_CHATS = 1_000;

/** A chat's id, or a channel's `@name`. */
export type ChatId = number | string;

/** A message that is being sent, or was sent within a second. */
export interface Sending {
  readonly messages: number;
  /** When it no longer counts towards the total limit. */
  countsUntilMs: number;
}

/** The limits' state. Moments are of one monotonic clock, in ms. */
export interface SendLimits {
  /** The wait until a chat takes this many messages, after `before` others, in ms. */
  chatWaitMs(chat: ChatId, messages: number, nowMs: number, before?: number): number;
  /** The wait for the total limit, in ms. */
  totalWaitMs(messages: number, nowMs: number): number;
  /** Counts messages that are sent now. */
  begin(chat: ChatId, messages: number, nowMs: number): Sending;
  /** Notes Telegram's answer. */
  end(sending: Sending, nowMs: number): void;
  /** Closes a chat after a 429, or all chats if it is about the total limit. */
  refused(chat: ChatId, waitMs: number, nowMs: number): void;
}

interface ChatState {
  /** When the chat has taken all that was sent, at one message a second. */
  takenAtMs: number;
  heldUntilMs: number;
}

const FREE: Readonly<ChatState> = { takenAtMs: -Infinity, heldUntilMs: -Infinity };

/** Creates the limits; with 0 messages a second only those that 429s ask for. @param perSecondNow Asked for each message. */
export function createSendLimits(perSecondNow: () => number): SendLimits {
  const chats = new Map<ChatId, ChatState>();
  let crowdedAt = FEW_CHATS;
  let recent: Sending[] = [];
  /** Sum of `recent`, expired messages included. */
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

  /** Linear in `recent`, so not called for every message. */
  function countRecent(nowMs: number): number {
    recent = recent.filter(({ countsUntilMs }) => countsUntilMs > nowMs);
    recentMessages = recent.reduce((sum, { messages }) => sum + messages, 0);
    return recentMessages;
  }

  return {
    chatWaitMs(chat, messages, nowMs, before = 0) {
      const { takenAtMs, heldUntilMs } = chats.get(chat) ?? FREE;
      if (perSecondNow() === 0) return Math.max(heldUntilMs - nowMs, 0);
      // An album above the burst waits until the chat has taken everything before it.
      const roomMs = (CHAT_BURST - Math.min(messages, CHAT_BURST)) * SECOND_MS;
      const owedMs = Math.max(takenAtMs - nowMs, 0) + before * SECOND_MS;
      return Math.max(owedMs - roomMs, heldUntilMs - nowMs, 0);
    },
    totalWaitMs(messages, nowMs) {
      const heldMs = Math.max(allHeldUntilMs - nowMs, 0);
      const perSecond = perSecondNow();
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
      if (perSecondNow() === 0) return sending;
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
      const perSecond = perSecondNow();
      // Telegram does not say which limit a 429 is about. Two private chats refused at once under load mean the total.
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
