// The last calls that the bot made, and waiting for one. Knows no method.

import type { ResponseParameters } from "grammy/types";
import type { IncomingCall } from "./faults.ts";
import { Signal } from "../waiting.ts";

/** How a call ended for the bot. */
export type CallOutcome =
  | { kind: "ok"; result: unknown }
  | {
    kind: "error";
    error_code: number;
    description: string;
    parameters?: ResponseParameters;
  }
  /** The connection was cut; `processed` says whether the call had its effect. */
  | { kind: "reset"; processed: boolean }
  /** Recorded when the call begins to hang. */
  | { kind: "hung" }
  | { kind: "html"; status: number };

/** A finished call. */
export interface RecordedCall extends IncomingCall {
  /** When the call arrived, by the simulator's clock. */
  readonly atMs: number;
  readonly outcome: CallOutcome;
}

/** How many of the last calls are kept at least, and at most twice as many. */
const LEAST_KEPT = 5000;

/** The last calls, oldest first. */
export class CallList {
  readonly #signal: Signal<RecordedCall>;
  readonly #taken = new WeakSet<RecordedCall>();
  #calls: RecordedCall[] = [];

  constructor(failsafeMs: number) {
    this.#signal = new Signal(failsafeMs);
  }

  get all(): readonly RecordedCall[] {
    return this.#calls;
  }

  add(call: RecordedCall): void {
    this.#calls.push(call);
    if (this.#calls.length >= LEAST_KEPT * 2) this.#calls = this.#calls.slice(-LEAST_KEPT);
    this.#signal.emit(call);
  }

  listen(listener: (call: RecordedCall) => void): () => void {
    return this.#signal.listen(listener);
  }

  next(method: string, predicate: (call: RecordedCall) => boolean): Promise<RecordedCall> {
    const accepts = (call: RecordedCall) =>
      call.method === method && !this.#taken.has(call) && predicate(call);
    return this.#signal.until((event) => {
      const call = event ? (accepts(event) ? event : undefined) : this.#calls.find(accepts);
      if (call) this.#taken.add(call);
      return call;
    }, {
      what: `a call of ${method}`,
      seen: () => {
        const last = this.#calls.slice(-10).map((call) => `${call.method} ${call.outcome.kind}`);
        return `the last calls were: ${last.join(", ") || "none"}`;
      },
    });
  }

  close(): void {
    this.#signal.close();
  }
}
