// Presses of inline buttons: which callback queries are open, and what the bot answered to each. Knows no
// chat.

import type { CallbackQuery } from "grammy/types";
import { badRequest } from "./refusal.ts";
import { Signal } from "../waiting.ts";

/** How long a callback query can be answered: "about a minute" by observation. */
const ANSWERABLE_MS = 60_000;

const MAX_OPEN_QUERIES = 20_000;
const MAX_ANSWER_LENGTH = 200;

/** What the bot answered to a press with answerCallbackQuery. */
interface PressAnswer {
  text: string | undefined;
  /** Whether it stays until it is closed. */
  show_alert?: boolean;
}

/** One press of a button by one person. */
export interface Press {
  /** The first answer; the wait begins when the property is read. */
  readonly answered: Promise<PressAnswer>;
}

interface OpenQuery {
  press: SimPress;
  atMs: number;
}

/** All presses; refuses an answer that comes too late. */
export class PressBook {
  readonly #now: () => number;
  readonly #answers: Signal<void>;
  readonly #open = new Map<string, OpenQuery>();
  #lastQueryId = 1_333_381_207_440_118_000n;

  constructor(now: () => number, failsafeMs: number) {
    this.#now = now;
    this.#answers = new Signal(failsafeMs);
  }

  /**
   * Opens a press; `hand` gives a callback query to the bot's queue. A press can come several times, each
   * with a query id and an update_id of its own (tdlib/telegram-bot-api#699).
   */
  open(
    query: Omit<CallbackQuery, "id">,
    times: number,
    hand: (query: CallbackQuery) => void,
  ): Press {
    const press = new SimPress(query.data ?? "", this.#answers);
    for (let time = 0; time < times; time++) {
      const id = String(this.#lastQueryId += 977n);
      this.#open.set(id, { press, atMs: this.#now() });
      if (this.#open.size > MAX_OPEN_QUERIES) this.#forgetOldest();
      hand({ id, ...query });
    }
    return press;
  }

  /** answerCallbackQuery (https://core.telegram.org/bots/api#answercallbackquery). */
  answer(queryId: string, text: string | undefined, showAlert = false): void {
    const query = this.#open.get(queryId);
    if (!query || this.#now() - query.atMs > ANSWERABLE_MS) {
      throw badRequest("query is too old and response timeout expired or query ID is invalid");
    }
    if ((text?.length ?? 0) > MAX_ANSWER_LENGTH) throw badRequest("MESSAGE_TOO_LONG");
    query.press.answer ??= { text, ...(showAlert ? { show_alert: true } : {}) };
    this.#answers.emit();
  }

  close(): void {
    this.#answers.close();
  }

  #forgetOldest(): void {
    for (const oldest of this.#open.keys()) {
      this.#open.delete(oldest);
      return;
    }
  }
}

class SimPress implements Press {
  answer: PressAnswer | undefined;

  constructor(readonly data: string, readonly answers: Signal<void>) {}

  get answered(): Promise<PressAnswer> {
    return this.answers.until(() => this.answer, {
      what: `an answer to the press of "${this.data}"`,
      seen: () => "none came",
    });
  }
}
