// Tries a webhook address with a marked test lead. Refuses addresses that only the machine itself should reach.

import type { CrmTrial } from "./post.ts";
import { isForbiddenTarget, type Lookup } from "./connection.ts";
import type { CrmOutcome } from "../lead.ts";
import { testPayload } from "./payload.ts";
import { addressFault } from "../profiles/webhook_address.ts";

/** How a try of a webhook address ended. */
export type WebhookTrial =
  | {
    readonly kind: "sent";
    readonly outcome: CrmOutcome;
    /** The first characters of what came back, also with a 200. */
    readonly answer: string;
    readonly tookMs: number;
  }
  /** The address is impossible, or points into the machine's own network services. Nothing was sent. */
  | { readonly kind: "impossible" }
  | { readonly kind: "forbidden" };

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
      payload: testPayload(profileName),
      facts: {},
    }, stopping);
    return { kind: "sent", outcome, answer, tookMs: now() - begunAtMs };
  };
}
