// Repeats calls that met a short fault, and makes no third send of one update where the first two may have arrived.

import { GrammyError, HttpError, type Transformer } from "grammy";
import { waitMs } from "../backoff.ts";
import { describeError, neverConnected, OutcomeUnknown, retryAfterMs } from "./failures.ts";

/** How often a call is made at most. */
const TRIES = 3;

/** The longest wait before a call is repeated, in ms; longer ones wait on disk. */
const LONGEST_RETRY_WAIT_MS = 5_000;

/** Most unanswered sends of one update that may have arrived: the visitor reads the same thing twice at most. */
const MOST_MAYBE_SENT = 2;

/** Most updates whose sends are remembered. */
const MOST_REMEMBERED = 2_000;

/** How many sends of one update may have arrived, though their answers did not. */
export interface Budget {
  maybeSent: number;
}

/** Remembers each update's budget, so that it also counts when the update is handled again. */
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
 * Repeats calls that met a short fault: 429 with a short wait, 5xx, a broken connection. A send that may have
 * arrived is repeated once; a photo is not, as its caller then sends the text. After that the transformer throws
 * OutcomeUnknown.
 */
export function withRetries(
  sleep: (ms: number) => Promise<void>,
  random: () => number,
  budget: Budget = { maybeSent: 0 },
): Transformer {
  return async (call, method, payload, signal) => {
    // Stopping a button's spinner late is worth no second try, which would delay its visitor's next update.
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
        if (isSend && error instanceof HttpError && !neverConnected(error)) unknown = error;
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
