// One bot's session with the peer: its waiting updates, its presses, its moments. Knows no HTTP.

import { Presses } from "./presses.ts";

/** Most updates in one answer (Bot API: getUpdates). */
const BATCH = 100;

/** Parameters of getUpdates. */
export interface Poll {
  readonly offset?: number;
  readonly limit?: number;
  /** In s; 0 answers at once. */
  readonly timeout?: number;
}

export class Session {
  readonly presses = new Presses();
  /** When the bot first asked for updates, in ms since 1970. */
  readonly firstPoll = Promise.withResolvers<number>();
  /** When a /start was answered, in ms of `performance.now()`. */
  greeted = Promise.withResolvers<number>();
  /** While it is pending, the CRM reads leads and answers none. */
  crmSpeaks: Promise<void> = Promise.resolve();
  /** The last call that was not getUpdates, in ms of `performance.now()`. */
  lastCallAtMs = performance.now();
  #queue: { readonly id: number; readonly json: string }[] = [];
  #nextId = 1;
  #poll: ((updates: string) => void) | undefined;
  #whenPolling: (() => void) | undefined;

  get polling(): boolean {
    return this.#poll !== undefined;
  }

  /** Queues updates; `queued` runs right before they are handed over. */
  push(updates: readonly object[], queued: (atMs: number) => void): void {
    const ready = updates.map((update) => {
      const id = this.#nextId++;
      return { id, json: JSON.stringify({ update_id: id, ...update }) };
    });
    queued(performance.now());
    this.#queue.push(...ready);
    this.#poll?.(this.#take(BATCH));
    this.#poll = undefined;
  }

  /** The updates as a JSON list; waits for the next `push` while there are none. */
  updates({ offset = 0, limit = BATCH, timeout = 0 }: Poll): Promise<string> {
    this.firstPoll.resolve(performance.timeOrigin + performance.now());
    // Updates stay queued until a later offset confirms them.
    const first = this.#queue.findIndex(({ id }) => id >= offset);
    this.#queue = first < 0 ? [] : this.#queue.slice(first);
    if (this.#queue.length > 0 || timeout === 0) return Promise.resolve(this.#take(limit));
    return new Promise((resolve) => {
      this.#poll = resolve;
      this.#whenPolling?.();
    });
  }

  /** Resolves while the bot waits for updates. */
  async untilPolling(): Promise<void> {
    if (!this.polling) await new Promise<void>((resolve) => this.#whenPolling = resolve);
  }

  #take(limit: number): string {
    return `[${this.#queue.slice(0, limit).map(({ json }) => json).join(",")}]`;
  }
}
