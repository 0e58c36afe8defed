// Says what a webhook's answer means. Sends nothing.

import type { CrmOutcome, Deal } from "../lead.ts";
import { ACCEPTED_STATUSES, type WebhookSettings } from "../profiles/crm.ts";
import { jsonOf, memberOf } from "./answer_words.ts";
import type { Judge } from "./prepared.ts";
import { retryAfterMs } from "./retry_after.ts";

/** What a webhook answers, and what it means. */
export interface AnswerRules
  extends Pick<WebhookSettings, "accepted" | "redirectHosts" | "refusedBy"> {
  /** What an accepting answer made of the lead. */
  readonly dealOf?: (json: unknown) => Deal | undefined;
  /** Whether the answer proves that nothing was taken, because calls came too fast. */
  readonly isRateLimit?: (status: number, json: unknown) => boolean;
  /** Whether an answer comes from something in front of the CRM, at any status. */
  readonly isForeign?: (text: string) => boolean;
  /** Makes an answer short. */
  readonly wordsOf?: (text: string) => string;
}

/** Judges by a profile's rules, or by a preset's. */
export function webhookJudge(rules: AnswerRules, nowMs: number): Judge {
  const { accepted, redirectHosts, refusedBy, dealOf, isRateLimit, isForeign, wordsOf } = rules;
  return {
    wantsBody: (status) => !accepted.includes(status) || refusedBy !== null || dealOf !== undefined,
    outcomeOf({ status, location, retryAfter, text, isWhole }): CrmOutcome {
      const json = refusedBy !== null || dealOf !== undefined ? jsonOf(text) : undefined;
      const isRefused = isForeign?.(text) === true ||
        (refusedBy !== null && memberOf(json, refusedBy) !== undefined);
      const isDone = accepted.includes(status) || isDoneElsewhere(status, location, redirectHosts);
      if (isDone && !isRefused) {
        // The part that is missing may have declined the lead.
        if (refusedBy !== null && !isWhole && json === undefined) {
          return { kind: "interrupted", status, reason: "ответ оборвался" };
        }
        const deal = dealOf?.(json);
        return deal === undefined
          ? { kind: "accepted", status }
          : { kind: "accepted", status, deal };
      }
      const answered = { kind: "answered", status, body: wordsOf?.(text) ?? text } as const;
      return isRateLimit?.(status, json)
        ? { ...answered, retryAfterMs: retryAfterMs(retryAfter, nowMs) }
        : answered;
    },
  };
}

/** Judges a webhook without rules of its own. */
export const PLAIN_JUDGE: Judge = webhookJudge(
  { accepted: ACCEPTED_STATUSES, redirectHosts: [], refusedBy: null },
  0,
);

/** 302 and 303 may lead to the result of what was done; 301, 307 and 308 ask for the POST at another address (RFC 9110, 15.4). */
function isDoneElsewhere(
  status: number,
  location: string | null,
  hosts: readonly string[],
): boolean {
  if (status !== 302 && status !== 303) return false;
  const host = URL.parse(location ?? "")?.hostname;
  return host !== undefined && hosts.includes(host);
}
