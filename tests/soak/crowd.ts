// The visitors: presses at an even rate, a /start before some, a message after some. Knows no HTTP.

import { pressUpdate, startUpdate, textUpdate } from "../bench/presses.ts";
import type { Ledger } from "./ledger.ts";

/** Every fourth visitor writes /start and presses a button of the greeting; the others press an older menu's. */
const START_EVERY = 4;

/**
 * How often a visitor writes after becoming a lead, in ms. Each message is one of the 20 a minute into the
 * managers' chat, and the cards need most of those.
 */
const WRITE_EVERY_MS = 30_000;

/** How often due visitors are looked for, in ms. */
const TICK_MS = 25;

export class Crowd {
  readonly #ledger: Ledger;
  readonly #push: (update: object) => void;
  #latest = -1;

  constructor(ledger: Ledger, push: (update: object) => void) {
    this.#ledger = ledger;
    this.#push = push;
  }

  /** Sends visitors at a rate for some time, or until `signal` aborts. */
  async come(forMs: number, perSecond: number, signal: AbortSignal): Promise<void> {
    const beganAtMs = performance.now();
    let arrived = 0;
    let wrote = 0;
    while (!signal.aborted) {
      const elapsedMs = performance.now() - beganAtMs;
      for (; arrived < Math.min(elapsedMs, forMs) / 1000 * perSecond; arrived++) this.#arrive();
      if (elapsedMs >= forMs) return;
      if (elapsedMs >= (wrote + 1) * WRITE_EVERY_MS && this.#write()) wrote++;
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  }

  /** Presses a button for a visitor who wrote /start and was greeted. */
  greeted(visitor: number): void {
    if (this.#ledger.note(visitor, "greeted")) this.#press(visitor);
  }

  #arrive(): void {
    const visitor = this.#ledger.add();
    if (visitor % START_EVERY !== 0) return this.#press(visitor);
    this.#ledger.note(visitor, "started");
    this.#push(startUpdate(visitor));
  }

  #press(visitor: number): void {
    this.#ledger.note(visitor, "pressed");
    this.#push(pressUpdate({ number: visitor, pressedAtMs: 0 }));
    this.#latest = visitor;
  }

  /** False while no visitor can write. */
  #write(): boolean {
    const visitor = this.#latest;
    if (visitor < 0) return false;
    this.#latest = -1;
    this.#ledger.wrote(visitor);
    this.#push(textUpdate(visitor, `И ещё: нас интересует запуск в этом месяце (${visitor})`));
    return true;
  }
}
