// Presses of inline buttons: which callback queries are open, and what the bot answered to each.
// Knows no chat.

import type { CallbackQuery } from "grammy/types";
import { badRequest } from "./refusal.ts";
import { Signal } from "../waiting.ts";

/** How long a callback query can be answered: "about a minute" by observation. */
export const ANSWERABLE_MS = 60_000;

const MAX_OPEN_QUERIES = 20_000;
const MAX_ANSWER_LENGTH = 200;

/** What the bot answered to a press with answerCallbackQuery. */
export interface PressAnswer {
  queryId: string;
  text?: string;
  showAlert: boolean;
  url?: string;
  atMs: number;
}

/** One press of a button by one person. */
export interface Press {
  readonly data: string;
  /** One id for each time the press was handed to the bot's queue. */
  readonly queryIds: readonly string[];
  readonly answers: readonly PressAnswer[];
  /** The first answer; the wait begins when the property is read. */
  readonly answered: Promise<PressAnswer>;
  /**
   * Hands the same press to the bot once more, as an app does that lost its connection before the
   * answer came: new update_id, new query id (tdlib/telegram-bot-api#699).
   */
  again(): void;
}

interface OpenQuery {
  press: SimPress;
  atMs: number;
}

/** All presses; refuses an answer that comes too late or twice from elsewhere. */
export class PressBook {
  readonly #now: () => number;
  readonly #answers: Signal<SimPress>;
  readonly #open = new Map<string, OpenQuery>();
  #lastQueryId = 1_333_381_207_440_118_000n;

  constructor(now: () => number, failsafeMs: number) {
    this.#now = now;
    this.#answers = new Signal(failsafeMs);
  }

  /** Opens a press; `hand` gives one callback query to the bot's queue. */
  open(query: Omit<CallbackQuery, "id">, hand: (query: CallbackQuery) => void): Press {
    const press = new SimPress(query.data ?? "", this.#answers, () => {
      const id = String(this.#lastQueryId += 977n);
      this.#open.set(id, { press, atMs: this.#now() });
      if (this.#open.size > MAX_OPEN_QUERIES) this.#forgetOldest();
      press.queryIds.push(id);
      hand({ id, ...query });
    });
    press.again();
    return press;
  }

  /** answerCallbackQuery (https://core.telegram.org/bots/api#answercallbackquery). */
  answer(queryId: string, answer: { text?: string; showAlert: boolean; url?: string }): void {
    const query = this.#open.get(queryId);
    const nowMs = this.#now();
    if (!query || nowMs - query.atMs > ANSWERABLE_MS) {
      throw badRequest("query is too old and response timeout expired or query ID is invalid");
    }
    if ((answer.text?.length ?? 0) > MAX_ANSWER_LENGTH) throw badRequest("MESSAGE_TOO_LONG");
    query.press.answers.push({ queryId, ...answer, atMs: nowMs });
    this.#answers.emit(query.press);
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
  readonly queryIds: string[] = [];
  readonly answers: PressAnswer[] = [];
  readonly #answered: Signal<SimPress>;

  constructor(readonly data: string, answered: Signal<SimPress>, readonly again: () => void) {
    this.#answered = answered;
  }

  get answered(): Promise<PressAnswer> {
    return this.#answered.until(() => this.answers[0], {
      what: `an answer to the press of "${this.data}"`,
      seen: () => "none came",
    });
  }
}
