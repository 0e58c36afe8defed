// Faults on order: what goes wrong with which call, and how often. Knows no HTTP.

import type { ResponseParameters } from "grammy/types";

/** What goes wrong with one call. */
export type Fault =
  /** An error answer of Telegram's; nothing is processed. */
  | {
    kind: "error";
    error_code: number;
    description: string;
    parameters?: ResponseParameters;
  }
  /** The connection is cut after the request was read; nothing is processed. */
  | { kind: "reset_before" }
  /** The call is processed, then the connection is cut before any answer. */
  | { kind: "reset_after" }
  /** Never answered until the server closes or the client leaves; nothing is processed. */
  | { kind: "hang" }
  /** A gateway's page in place of JSON; nothing is processed. */
  | { kind: "html"; status: number };

/** A call before it is processed. */
export interface IncomingCall {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** What a form brought along, by its field's name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** `chat_id` as a number; undefined when the call has none. */
  readonly chatId: number | undefined;
}

/** Which calls fail. All conditions that are given must hold. */
export interface FaultRule {
  /** A method's name, a pattern for it, or a decision on the whole call. */
  method?: string | RegExp | ((call: IncomingCall) => boolean);
  chatId?: number;
  /** How many calls fail before the rule is used up; without it, every one. */
  times?: number;
  fault: Fault;
}

/** The rules in force; the oldest that fits a call counts. */
export class FaultBook {
  readonly #rules: { rule: FaultRule; left: number }[] = [];

  /** Adds a rule; the returned function removes it. */
  add(rule: FaultRule): () => void {
    const entry = { rule, left: rule.times ?? Infinity };
    this.#rules.push(entry);
    return () => this.#drop(entry);
  }

  /** The fault for a call, if any; uses up one time of its rule. */
  take(call: IncomingCall): Fault | undefined {
    const entry = this.#rules.find(({ rule, left }) => left > 0 && fits(rule, call));
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#drop(entry);
    return entry.rule.fault;
  }

  #drop(entry: { rule: FaultRule; left: number }): void {
    const at = this.#rules.indexOf(entry);
    if (at >= 0) this.#rules.splice(at, 1);
  }
}

function fits({ method, chatId }: FaultRule, call: IncomingCall): boolean {
  if (chatId !== undefined && chatId !== call.chatId) return false;
  if (method === undefined) return true;
  if (typeof method === "function") return method(call);
  return typeof method === "string" ? method === call.method : method.test(call.method);
}
