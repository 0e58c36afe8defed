// Waits for events of a simulated server, without polling. Knows nothing of Telegram or of the CRM.

// Taken when the file loads, so that a test's fake clock does not affect the failsafe.
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;

/** How long a wait lasts before it fails, unless the caller says otherwise: long enough for a busy machine. */
export const DEFAULT_FAILSAFE_MS = 60_000;

/** What the error of an expired wait says: what was awaited, and what was there instead. */
export interface Awaited {
  /** Ends the sentence "Gave up waiting for …". */
  what: string;
  /** Described only when the wait fails. */
  seen: () => string;
}

interface Waiting<T> {
  notice: (item: T) => void;
  giveUp: (reason: string) => void;
}

/** Events of one kind, to listen to or to wait for. */
export class Signal<T> {
  readonly #failsafeMs: number;
  readonly #listeners = new Set<(item: T) => void>();
  readonly #waiting = new Set<Waiting<T>>();

  constructor(failsafeMs: number = DEFAULT_FAILSAFE_MS) {
    this.#failsafeMs = failsafeMs;
  }

  /** Calls the listener for every event from now on, until the returned function is called. */
  listen(listener: (item: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(item: T): void {
    for (const listener of this.#listeners) listener(item);
    for (const waiting of this.#waiting) waiting.notice(item);
  }

  /**
   * Resolves with the first value other than undefined that `probe` returns: it is asked once now,
   * with undefined, and then with every event. Rejects after the failsafe time or on `close`.
   */
  until<R>(probe: (item: T | undefined) => R | undefined, awaited: Awaited): Promise<R> {
    return new Promise((resolve, reject) => {
      const now = probe(undefined);
      if (now !== undefined) return resolve(now);
      const giveUp = (reason: string) => {
        finish();
        reject(new Error(`Gave up waiting for ${awaited.what} (${reason}); ${awaited.seen()}`));
      };
      const notice = (item: T) => {
        try {
          const found = probe(item);
          if (found === undefined) return;
          finish();
          resolve(found);
        } catch (error) {
          finish();
          reject(error);
        }
      };
      const waiting = { notice, giveUp };
      const timer = startTimer(() => giveUp(`after ${this.#failsafeMs} ms`), this.#failsafeMs);
      const finish = () => {
        stopTimer(timer);
        this.#waiting.delete(waiting);
      };
      this.#waiting.add(waiting);
    });
  }

  /** Ends every wait with an error. */
  close(): void {
    for (const waiting of this.#waiting) waiting.giveUp("the server was closed");
  }
}
