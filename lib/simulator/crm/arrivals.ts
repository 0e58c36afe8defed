// What a simulated CRM received or made, in order: kept, counted, listened to and waited for.

import { Signal } from "../waiting.ts";

export interface ArrivalsOptions<T> {
  /** Ends the sentence "Gave up waiting for …". */
  what: string;
  /** One item in the error of a wait that failed. */
  describe: (item: T) => string;
  /** How many of the last items are kept at least (at most twice as many); all unless given. */
  maxKept?: number;
  /** After how long a wait fails, in real milliseconds. */
  failsafeMs: number;
}

const SHOWN_IN_ERROR = 5;

/** Items of one kind, oldest first; each can be waited for once. */
export class Arrivals<T extends object> {
  items: T[] = [];
  count = 0;
  readonly #options: ArrivalsOptions<T>;
  readonly #signal: Signal<T>;
  readonly #taken = new WeakSet<T>();

  constructor(options: ArrivalsOptions<T>) {
    this.#options = options;
    this.#signal = new Signal(options.failsafeMs);
  }

  /** Keeps an item; waits and listeners are not told yet. */
  keep(item: T): void {
    const { maxKept = Infinity } = this.#options;
    this.count += 1;
    this.items.push(item);
    if (this.items.length >= maxKept * 2) this.items = this.items.slice(-maxKept);
  }

  /** Tells listeners and waits about an item that was kept. */
  announce(item: T): void {
    this.#signal.emit(item);
  }

  /** Keeps and announces. */
  add(item: T): void {
    this.keep(item);
    this.announce(item);
  }

  listen(listener: (item: T) => void): () => void {
    return this.#signal.listen(listener);
  }

  /** Takes the oldest item that no earlier `next` took, or waits for the next. */
  next(predicate: (item: T) => boolean = () => true): Promise<T> {
    const accepts = (item: T) => !this.#taken.has(item) && predicate(item);
    const { what, describe } = this.#options;
    return this.#signal.until((event) => {
      const found = event ? (accepts(event) ? event : undefined) : this.items.find(accepts);
      if (found) this.#taken.add(found);
      return found;
    }, {
      what,
      seen: () => {
        const last = this.items.slice(-SHOWN_IN_ERROR).map(describe);
        return `the last were: ${last.join(" · ") || "none"}`;
      },
    });
  }

  /** Ends every wait with an error. */
  close(): void {
    this.#signal.close();
  }
}
