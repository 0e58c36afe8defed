// Wake-ups between processes: a short word that tells others to look. One may be lost, so each also looks by itself.

import { waitMs } from "../../../backoff.ts";
import { messageOf } from "../../../log/error_words.ts";
import type { Connection } from "./connection.ts";
import { within } from "./link.ts";

/** How often a silent connection is tried, and how long connecting and each statement may take. */
const TIMES = { checkMs: 10_000, patienceMs: 3_000 };

/** The longest wait before connecting again, in ms. */
const LONGEST_WAIT_MS = 5_000;

/** What hears wake-ups. */
export interface Wakes {
  /**
   * Calls `wake` after each wake-up of this topic, once for several that arrive together, and after each time that some may
   * have been missed. Must not throw.
   */
  on(topic: string, wake: () => void): void;
  /** Whether wake-ups are heard now, as far as is known. */
  isListening(): boolean;
  /** Resolves in bounded time. */
  close(): Promise<void>;
}

/** Listens, and connects again after any fault, until `close`. */
export function createWakes(
  { connect, channel, random, report, times = TIMES }: {
    readonly connect: () => Promise<Connection>;
    /** The schema's name: channels are those of the whole database. */
    readonly channel: string;
    /** A number from 0 to 1. */
    readonly random: () => number;
    /** Told the cause when wake-ups are not heard any more, and undefined when they are again. Must not throw. */
    readonly report: (cause: string | undefined) => void;
    readonly times?: typeof TIMES;
  },
): Wakes {
  const handlers = new Map<string, (() => void)[]>();
  let heard = new Set<string>();
  let listening = false;
  let failures = 0;
  let closed = false;
  let endWait = () => {};
  let connection: Connection | undefined;

  /** Topics without a handler are not kept, so their number is bounded. */
  function hear(topic: string): void {
    if (!handlers.has(topic)) return;
    if (heard.size === 0) queueMicrotask(callHandlers);
    heard.add(topic);
  }

  function callHandlers(): void {
    const topics = heard;
    heard = new Set();
    for (const topic of topics) for (const wake of handlers.get(topic) ?? []) wake();
  }

  async function run(): Promise<void> {
    while (!closed) {
      try {
        await listen();
      } catch (error) {
        if (closed) return;
        failures += 1;
        if (failures === 1) report(messageOf(error));
      } finally {
        listening = false;
        connection?.close();
        connection = undefined;
      }
      if (failures > 0 && !closed) {
        await wait(Math.min(waitMs(failures, random()), LONGEST_WAIT_MS));
      }
    }
  }

  /** Ends only by throwing, or when this is closed. */
  async function listen(): Promise<void> {
    const opening = connect();
    const discard = () => void opening.then((late) => late.close(), () => {});
    const current = connection = await within(opening, times.patienceMs, discard);
    current.onNotification(hear);
    const ask = (sql: string) =>
      within(current.query(sql), times.patienceMs, () => current.close());
    await ask(`LISTEN "${channel.replaceAll('"', '""')}"`);
    if (failures > 0) report(undefined);
    failures = 0;
    listening = true;
    for (const topic of handlers.keys()) hear(topic);
    let hasEnded = false;
    void current.ended.then(() => {
      hasEnded = true;
      endWait();
    });
    while (!closed) {
      if (!hasEnded) await wait(times.checkMs);
      if (hasEnded) throw new Error("The connection has ended");
      if (!closed) await ask("SELECT 1");
    }
  }

  /** Ends early when the connection has ended or this is closed. */
  async function wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    endWait = resolve;
    await promise;
    clearTimeout(timer);
  }

  const running = run();

  return {
    on(topic, wake) {
      handlers.set(topic, [...handlers.get(topic) ?? [], wake]);
    },
    isListening: () => listening,
    async close() {
      closed = true;
      endWait();
      await running;
    },
  };
}
