// Tests where a profile's leads go with a marked test lead, in the body that its CRM takes. Refuses forbidden addresses.

import type { CrmTrial } from "./post.ts";
import { isForbiddenTarget, type Lookup } from "./connection.ts";
import type { CrmOutcome } from "../lead.ts";
import type { Profile } from "../profiles/profile.ts";
import { addressFault } from "../profiles/webhook_address.ts";
import { prepareTest } from "./test_lead.ts";

/** How a test of a webhook address ended; except for "sent", nothing was sent. */
export type WebhookTrial =
  | {
    readonly kind: "sent";
    readonly outcome: CrmOutcome;
    readonly answer: string;
    readonly tookMs: number;
  }
  | { readonly kind: "impossible" }
  | { readonly kind: "forbidden" }
  /** There can be no POST, as for a missing secret; in Russian. */
  | { readonly kind: "faulty"; readonly fault: string };

/** Tests a profile as its form has it, with the values of its secrets. */
export type TestWebhook = (
  profile: Profile,
  timeoutMs: number,
  secret: (name: string) => string | undefined,
) => Promise<WebhookTrial>;

/** Returns a function that tests a profile's webhook. */
export function createWebhookTrial(
  { crm, lookup, sleep, newId, now, elapsedMs, stopping }: {
    readonly crm: CrmTrial;
    readonly lookup: Lookup;
    readonly sleep: (ms: number) => Promise<void>;
    readonly newId: () => string;
    /** The time, in ms since 1970. */
    readonly now: () => number;
    /** A monotonic clock for spans, in ms. */
    readonly elapsedMs: () => number;
    readonly stopping: AbortSignal;
  },
): TestWebhook {
  return async (profile, timeoutMs, secret) => {
    const url = profile.webhook?.url ?? "";
    if (addressFault(url) !== null) return { kind: "impossible" };
    if (await isForbiddenTarget(url, lookup, sleep)) return { kind: "forbidden" };
    const id = newId();
    const context = { secret, botUsername: undefined, amoCrmRoot: null, nowMs: now() };
    const post = prepareTest(profile, id, context);
    if ("fault" in post) return { kind: "faulty", fault: post.fault };
    const begunAtMs = elapsedMs();
    const { outcome, answer } = await crm.trySending({
      ...post,
      timeoutMs,
      idempotencyKey: id,
      facts: {},
    }, stopping);
    return { kind: "sent", outcome, answer, tookMs: elapsedMs() - begunAtMs };
  };
}
