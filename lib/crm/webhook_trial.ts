// Tests a webhook address with a marked test lead. Refuses forbidden addresses.

import type { CrmTrial } from "./post.ts";
import { isForbiddenTarget, type Lookup } from "./connection.ts";
import { PLAIN_JUDGE } from "./webhook_judge.ts";
import type { CrmOutcome } from "../lead.ts";
import { testPayload } from "./payload.ts";
import { addressFault } from "../profiles/webhook_address.ts";

/** How a test of a webhook address ended; except for "sent", nothing was sent. */
export type WebhookTrial =
  | {
    readonly kind: "sent";
    readonly outcome: CrmOutcome;
    readonly answer: string;
    readonly tookMs: number;
  }
  | { readonly kind: "impossible" }
  | { readonly kind: "forbidden" };

/** Returns a function that tests an address. */
export function createWebhookTrial(
  { crm, lookup, sleep, newId, now, stopping }: {
    readonly crm: CrmTrial;
    readonly lookup: Lookup;
    readonly sleep: (ms: number) => Promise<void>;
    readonly newId: () => string;
    /** A monotonic clock for spans, in ms. */
    readonly now: () => number;
    readonly stopping: AbortSignal;
  },
): (address: string, timeoutMs: number, profileName: string) => Promise<WebhookTrial> {
  return async (address, timeoutMs, profileName) => {
    const url = address.trim();
    if (addressFault(url) !== null) return { kind: "impossible" };
    if (await isForbiddenTarget(url, lookup, sleep)) return { kind: "forbidden" };
    const begunAtMs = now();
    const { outcome, answer } = await crm.trySending({
      url,
      timeoutMs,
      idempotencyKey: newId(),
      headers: {},
      body: JSON.stringify(testPayload(profileName)),
      judge: PLAIN_JUDGE,
      facts: {},
    }, stopping);
    return { kind: "sent", outcome, answer, tookMs: now() - begunAtMs };
  };
}
