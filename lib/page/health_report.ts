// Whether all is well: facts → troubles and what `/health` tells. Asks nobody; what is not known yet is no trouble.

import type { ChatProblem } from "../managers/chat_check.ts";

/** Longest silence of Telegram before it is a trouble, in ms (user requirement). */
export const POLL_PATIENCE_MS = 2 * 60_000;

/** Longest time that a lead may be on its way, in ms: the longest wait for a CRM, and for a card behind others. */
export const LEAD_PATIENCE_MS = 5 * 60_000;

/** What is known of the bot at a moment. */
export interface HealthFacts {
  readonly nowMs: number;
  readonly startedAtMs: number;
  /** Whether the last try to write went well; undefined before the first. */
  readonly databaseWritable: boolean | undefined;
  /** When Telegram last answered a poll; undefined before the first time. */
  readonly polledAtMs: number | undefined;
  /** When the oldest lead came that nobody has yet. */
  readonly oldestUndeliveredAtMs: number | undefined;
  /** Leads that the managers' chat refused. */
  readonly undeliveredLeads: number;
  /** Since when every send to the managers' chat fails; undefined when the last one went well, or none was made. */
  readonly adminChatFailsSinceMs: number | undefined;
  /** Since when locales.json is broken on disk, while a good version is at work; undefined while it is good. */
  readonly profilesBrokenSinceMs?: number | undefined;
  /** Why the bot cannot write into the managers' chat, as Telegram says when asked. */
  readonly adminChatProblem?: ChatProblem | undefined;
}

/** Something that is wrong, and since when. */
export type Trouble =
  /** The journal cannot be read or written: nothing new is taken, nothing is lost. */
  | { readonly kind: "database" }
  /** Telegram has not answered since. */
  | { readonly kind: "polling"; readonly sinceMs: number }
  /** Leads, so many at least, that neither the CRM nor the managers' chat has taken. */
  | { readonly kind: "undelivered"; readonly leads: number; readonly sinceMs: number }
  /** The bot cannot write into the chat that ADMIN_CHAT_ID names. */
  | { readonly kind: "admin_chat_unusable"; readonly problem: ChatProblem }
  /** The managers' chat takes nothing. */
  | { readonly kind: "admin_chat"; readonly sinceMs: number };

/** Everything that is wrong, the worst first. */
export function troublesOf(facts: HealthFacts): Trouble[] {
  const { nowMs, undeliveredLeads: leads, oldestUndeliveredAtMs, adminChatFailsSinceMs } = facts;
  const troubles: Trouble[] = [];
  if (facts.databaseWritable === false) troubles.push({ kind: "database" });
  const heardAtMs = facts.polledAtMs ?? facts.startedAtMs;
  if (nowMs - heardAtMs > POLL_PATIENCE_MS) troubles.push({ kind: "polling", sinceMs: heardAtMs });
  if (oldestUndeliveredAtMs !== undefined) {
    const isLate = leads > 0 || nowMs - oldestUndeliveredAtMs > LEAD_PATIENCE_MS;
    const waiting = Math.max(leads, 1);
    if (isLate) {
      troubles.push({ kind: "undelivered", leads: waiting, sinceMs: oldestUndeliveredAtMs });
    }
  }
  if (facts.adminChatProblem !== undefined) {
    troubles.push({ kind: "admin_chat_unusable", problem: facts.adminChatProblem });
  }
  if (adminChatFailsSinceMs !== undefined) {
    troubles.push({ kind: "admin_chat", sinceMs: adminChatFailsSinceMs });
  }
  return troubles;
}

/** What `/health` tells: no person, no address, no cause. Moments are ISO 8601, null for what never was. */
export interface HealthReport {
  readonly ok: boolean;
  readonly reasons: readonly Trouble["kind"][];
  readonly database: { readonly writable: boolean | null };
  readonly polling: { readonly startedAt: string; readonly lastAnswerAt: string | null };
  readonly undelivered: { readonly leads: number; readonly oldestAt: string | null };
  readonly adminChat: { readonly failingSince: string | null };
  /** A broken locales.json alone is no reason for 503: the last good version is at work. */
  readonly profiles: { readonly ok: boolean; readonly brokenSince: string | null };
}

/** Weighs the facts. */
export function reportOf(facts: HealthFacts): HealthReport {
  const reasons = troublesOf(facts).map(({ kind }) => kind);
  return {
    ok: reasons.length === 0,
    reasons,
    database: { writable: facts.databaseWritable ?? null },
    polling: { startedAt: iso(facts.startedAtMs), lastAnswerAt: isoOrNull(facts.polledAtMs) },
    undelivered: {
      leads: facts.undeliveredLeads,
      oldestAt: isoOrNull(facts.oldestUndeliveredAtMs),
    },
    adminChat: { failingSince: isoOrNull(facts.adminChatFailsSinceMs) },
    profiles: {
      ok: facts.profilesBrokenSinceMs === undefined,
      brokenSince: isoOrNull(facts.profilesBrokenSinceMs),
    },
  };
}

function isoOrNull(atMs: number | undefined): string | null {
  return atMs === undefined ? null : iso(atMs);
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
