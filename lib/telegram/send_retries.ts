// Retries calls after short failures, but never sends a third time for one update if two sends may have arrived.

import { GrammyError, HttpError, type Transformer } from "grammy";
import { waitMs } from "../backoff.ts";
import { describeError, OutcomeUnknown, retryAfterMs } from "./failures.ts";
import { neverConnected } from "../log/error_words.ts";

const TRIES = 3;

/** Longest wait before a retry, in ms; longer ones are left to the callers. */
const LONGEST_RETRY_WAIT_MS = 5_000;

/** Most sends of one update that may have arrived: a visitor gets a message twice at most. */
const MOST_MAYBE_SENT = 2;

const MOST_REMEMBERED = 2_000;

/** Sends of one update that may have arrived without an answer. */
export interface Budget {
  maybeSent: number;
}

/** Returns each update's budget, which also counts when the update is handled again. */
export function createBudgets(): (update: number) => Budget {
  const budgets = new Map<number, Budget>();
  return (update) => {
    const known = budgets.get(update);
    if (known !== undefined) return known;
    const budget = { maybeSent: 0 };
    budgets.set(update, budget);
    const [oldest] = budgets.keys();
    if (budgets.size > MOST_REMEMBERED && oldest !== undefined) budgets.delete(oldest);
    return budget;
  };
}

/**
 * Retries calls after a short 429, a 5xx or a broken connection. A send that may have arrived is retried once, a photo
 * not at all, as its caller then sends a text; after that it throws OutcomeUnknown.
 */
export function withRetries(
  sleep: (ms: number) => Promise<void>,
  random: () => number,
  budget: Budget = { maybeSent: 0 },
): Transformer {
  return async (call, method, payload, signal) => {
    // Stopping a button's spinner is not worth a retry, which would delay the visitor's next update.
    if (method === "answerCallbackQuery") return await call(method, payload, signal);
    const isSend = /^(send|copy|forward)/.test(method);
    for (let failures = 1;; failures++) {
      if (isSend && budget.maybeSent >= MOST_MAYBE_SENT) {
        throw new OutcomeUnknown("ответа на отправку не было дважды");
      }
      let waitsMs = waitMs(failures, random()) / 4;
      let unknown: unknown;
      try {
        const answer = await call(method, payload, signal);
        if (answer.ok) return answer;
        if (answer.error_code === 429) waitsMs = retryAfterMs(answer.parameters);
        else if (answer.error_code < 500) return answer;
        else if (isSend) unknown = new GrammyError("", answer, method, {});
        if (unknown === undefined && (failures >= TRIES || waitsMs > LONGEST_RETRY_WAIT_MS)) {
          return answer;
        }
      } catch (error) {
        if (isSend && error instanceof HttpError && !neverConnected(error.error)) unknown = error;
        else if (failures >= TRIES || signal?.aborted) throw error;
      }
      if (unknown !== undefined) {
        budget.maybeSent++;
        if (budget.maybeSent >= MOST_MAYBE_SENT || method === "sendPhoto") {
          throw new OutcomeUnknown(describeError(unknown));
        }
      }
      await sleep(waitsMs);
    }
  };
}

/** The same for a client whose calls are of many updates: each call has a budget of its own. */
export function withRetriesOfEach(
  sleep: (ms: number) => Promise<void>,
  random: () => number,
): Transformer {
  return (...call) => withRetries(sleep, random, { maybeSent: 0 })(...call);
}
