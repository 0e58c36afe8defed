// Which share of the requests fails, and how, at the CRM and at the Bot API. Knows no HTTP.

import type { CrmMode } from "../../lib/simulator/crm/modes.ts";
import type { Fault } from "../../lib/simulator/telegram/faults.ts";
import { pick } from "./chance.ts";

/** What goes wrong with one call: a simulator's fault, but for the endless ones, or a late answer. */
export type CallFault =
  | Exclude<Fault, { kind: "hang" }>
  | { kind: "hold"; until: Promise<void> };

/** Resolves after so many ms. */
export type Sleep = (ms: number) => Promise<void>;

/**
 * The CRM's shares of 1; the rest is a plain 200. Those that become cards are 8 in 100: the managers'
 * chat takes 20 messages a minute of seven such cards each, and at 20 leads/s those are 14 messages.
 * Many more would pile up because of Telegram's limit.
 */
const CRM: readonly (readonly [number, (random: () => number, sleep: Sleep) => CrmMode])[] = [
  [0.04, () => ({ kind: "answer", status: 500 })],
  [0.02, () => ({ kind: "reset_after_reading" })],
  [0.02, () => ({ kind: "silent" })],
  [0.04, (random, sleep) => ({ kind: "slow", until: sleep(100 + 900 * random()) })],
];

/** The shares of all calls but getUpdates that fail. */
const CALLS: readonly (readonly [number, CallFault])[] = [
  [0.01, {
    kind: "error",
    error_code: 429,
    description: "Too Many Requests: retry after 1",
    parameters: { retry_after: 1 },
  }],
  [0.01, { kind: "error", error_code: 500, description: "Internal Server Error" }],
  [0.01, { kind: "html", status: 502 }],
  [0.01, { kind: "reset_before" }],
  [0.01, { kind: "reset_after" }],
];

/** Delay of a late answer to getUpdates, in ms: the updates of that time come in one batch. */
const LATE_MS = 2_000;

/** Fewer getUpdates fail: there are as many as presses, and after each failure the bot waits a second. */
const POLLS: readonly (readonly [number, (sleep: Sleep) => CallFault])[] = [
  [0.002, () => ({ kind: "error", error_code: 500, description: "Internal Server Error" })],
  [0.002, () => ({ kind: "html", status: 502 })],
  [0.002, () => ({ kind: "reset_before" })],
  [0.002, () => ({ kind: "reset_after" })],
  [0.002, (sleep) => ({ kind: "hold", until: sleep(LATE_MS) })],
];

export function nextCrmMode(random: () => number, sleep: Sleep): CrmMode {
  return pick(CRM, random())?.(random, sleep) ?? { kind: "answer" };
}

/** The fault of the next call, if any. */
export function nextFault(
  method: string,
  random: () => number,
  sleep: Sleep,
): CallFault | undefined {
  return method === "getUpdates" ? pick(POLLS, random())?.(sleep) : pick(CALLS, random());
}
