// Turns facts about the bot into troubles and the content of `/health`. Facts not known yet are no trouble.

import type { CrmToken } from "../crm/crm_tokens.ts";
import type { ChatProblem } from "../managers/chat_check.ts";
import type { CrmTrouble } from "../lead.ts";
import type { KnownTrouble } from "../managers/crm_alarm.ts";
import type { ProfileState } from "../profiles/state.ts";
import type { WebhookState } from "../telegram/webhook.ts";
import { VERSION } from "../version.ts";

/** Longest polling silence before `/health` reports trouble, in ms: Telegram forgets a press after 150 s. */
export const POLL_PATIENCE_MS = 2 * 60_000;

/** Longest time that a lead may be on its way, in ms: the longest CRM timeout plus a queue of cards. */
export const LEAD_PATIENCE_MS = 5 * 60_000;

/** Longest time that a manager's answer may be on its way to its visitor, in ms. */
export const ANSWER_PATIENCE_MS = 5 * 60_000;

/** The facts at a moment. */
export interface HealthFacts {
  readonly nowMs: number;
  readonly startedAtMs: number;
  /** Whether the last trial write succeeded; undefined before the first. */
  readonly databaseWritable: boolean | undefined;
  /** When trial writes began to fail. */
  readonly databaseFailsSinceMs?: number | undefined;
  /** When Telegram last answered a poll; undefined before the first answer. */
  readonly polledAtMs: number | undefined;
  /** When the oldest lead that is still owed was received. */
  readonly oldestUndeliveredAtMs: number | undefined;
  readonly undeliveredLeads: number;
  /** When the oldest answer was written that its visitor does not have yet. */
  readonly oldestUnsentAnswerAtMs?: number | undefined;
  readonly unsentAnswers?: number;
  /** Since when every send to the managers' chat has failed; undefined if the last one succeeded or there was none. */
  readonly adminChatFailsSinceMs: number | undefined;
  /** Since when locales.json is broken on disk while a good version is in use; undefined while it is good. */
  readonly profilesBrokenSinceMs?: number | undefined;
  /** The state of each profile, by its key. */
  readonly profileStates?: ReadonlyMap<string, ProfileState>;
  /** Why the bot cannot write into the managers' chat, according to Telegram. */
  readonly adminChatProblem?: ChatProblem | undefined;
  readonly adminChatProblemSinceMs?: number | undefined;
  /** The chats that profiles have of their own. */
  readonly ownChats?: readonly OwnChatState[];
  /** How Telegram's webhook does; undefined where updates are polled for. */
  readonly webhook?: WebhookState | undefined;
  /** Undefined where the journal is a file, which one process has. */
  readonly crew?: CrewStanding | undefined;
  readonly crmTroubles?: readonly KnownTrouble[];
  readonly crmTokens?: readonly CrmToken[];
  /** The keys of profiles whose CRM lacks a key. */
  readonly withoutKey?: readonly string[];
}

/** This process among those that work on one journal. */
export interface CrewStanding {
  /** Undefined while it is out. */
  readonly process: string | undefined;
  readonly living: number;
  /** How many seats of each kind it holds; a kind is what stands before ":" in their names. */
  readonly seats: Readonly<Record<string, number>>;
}

/** The condition of a managers' chat that profiles have of their own. */
export interface OwnChatState {
  readonly profiles: readonly string[];
  readonly failsSinceMs: number | undefined;
  /** As of the main chat. */
  readonly problem: ChatProblem | undefined;
  readonly problemSinceMs?: number | undefined;
  /** Whether Telegram has said that the bot may write there. */
  readonly isUsable: boolean;
  /** Whether Telegram has said that its topic refuses messages: they come without it. */
  readonly isTopicRefused: boolean;
}

/** A trouble, and since when. */
export type Trouble =
  /** The journal cannot be read or written: no new updates are taken, none are lost. */
  | { readonly kind: "database"; readonly sinceMs?: number }
  | { readonly kind: "polling"; readonly sinceMs: number }
  /** Telegram cannot hand over updates, `pending` of them, or refuses WEBHOOK_URL. */
  | { readonly kind: "webhook"; readonly pending: number; readonly sinceMs: number }
  /** At least `leads` leads reached neither the CRM nor the managers' chat. */
  | { readonly kind: "undelivered"; readonly leads: number; readonly sinceMs: number }
  /** Answers that managers wrote do not reach their visitors. */
  | { readonly kind: "answers"; readonly answers: number; readonly sinceMs: number }
  /** The bot cannot write into the chat that ADMIN_CHAT_ID names. */
  | {
    readonly kind: "admin_chat_unusable";
    readonly problem: ChatProblem;
    readonly sinceMs?: number;
  }
  /** Every send to the managers' chat fails. */
  | { readonly kind: "admin_chat"; readonly sinceMs: number }
  /** The same of a chat of profiles' own. */
  | {
    readonly kind: "profile_chat_unusable";
    readonly profiles: readonly string[];
    readonly problem: ChatProblem;
    readonly sinceMs?: number;
  }
  | {
    readonly kind: "profile_chat";
    readonly profiles: readonly string[];
    readonly sinceMs: number;
  };

/** All troubles, the worst first. */
export function troublesOf(facts: HealthFacts): Trouble[] {
  const { nowMs, undeliveredLeads: leads, oldestUndeliveredAtMs, adminChatFailsSinceMs } = facts;
  const troubles: Trouble[] = [];
  if (facts.databaseWritable === false) {
    troubles.push({ kind: "database", ...since(facts.databaseFailsSinceMs) });
  }
  const heardAtMs = facts.polledAtMs ?? facts.startedAtMs;
  const { failsSinceMs, pending = 0 } = facts.webhook ?? {};
  if (failsSinceMs !== undefined) {
    troubles.push({ kind: "webhook", pending, sinceMs: failsSinceMs });
  } else if (nowMs - heardAtMs > POLL_PATIENCE_MS) {
    troubles.push({ kind: "polling", sinceMs: heardAtMs });
  }
  if (oldestUndeliveredAtMs !== undefined) {
    const isLate = leads > 0 || nowMs - oldestUndeliveredAtMs > LEAD_PATIENCE_MS;
    const waiting = Math.max(leads, 1);
    if (isLate) {
      troubles.push({ kind: "undelivered", leads: waiting, sinceMs: oldestUndeliveredAtMs });
    }
  }
  const { oldestUnsentAnswerAtMs: unsentAtMs, unsentAnswers = 1 } = facts;
  if (unsentAtMs !== undefined && nowMs - unsentAtMs > ANSWER_PATIENCE_MS) {
    troubles.push({ kind: "answers", answers: unsentAnswers, sinceMs: unsentAtMs });
  }
  if (facts.adminChatProblem !== undefined) {
    const { adminChatProblem: problem, adminChatProblemSinceMs: sinceMs } = facts;
    troubles.push({ kind: "admin_chat_unusable", problem, ...since(sinceMs) });
  }
  if (adminChatFailsSinceMs !== undefined) {
    troubles.push({ kind: "admin_chat", sinceMs: adminChatFailsSinceMs });
  }
  for (const { profiles, problem, problemSinceMs, failsSinceMs } of facts.ownChats ?? []) {
    if (problem !== undefined) {
      const sinceMs = since(problemSinceMs);
      troubles.push({ kind: "profile_chat_unusable", profiles, problem, ...sinceMs });
    }
    if (failsSinceMs !== undefined) {
      troubles.push({ kind: "profile_chat", profiles, sinceMs: failsSinceMs });
    }
  }
  return troubles;
}

function since(sinceMs: number | undefined): { readonly sinceMs?: number } {
  return sinceMs === undefined ? {} : { sinceMs };
}

/** The content of `/health`, without personal data, addresses and causes but Telegram's of a failed delivery. Moments are ISO 8601, null if never. */
export interface HealthReport {
  readonly ok: boolean;
  readonly version: string;
  readonly reasons: readonly Trouble["kind"][];
  readonly journal: "sqlite" | "postgresql";
  readonly database: { readonly writable: boolean | null };
  /** This process among those that work on the journal; null on SQLite. Seats are only counted: their names hold accounts. */
  readonly crew: {
    readonly process: string | null;
    readonly living: number;
    readonly seats: Readonly<Record<string, number>>;
  } | null;
  readonly polling: { readonly startedAt: string; readonly lastAnswerAt: string | null };
  /** Null where updates are polled for. */
  readonly webhook: {
    readonly pending: number;
    readonly failingSince: string | null;
    readonly lastErrorAt: string | null;
    readonly lastError: string | null;
  } | null;
  readonly undelivered: { readonly leads: number; readonly oldestAt: string | null };
  readonly answers: { readonly unsent: number; readonly oldestAt: string | null };
  readonly adminChat: { readonly failingSince: string | null };
  /** The managers' chats of profiles that have one of their own, by the keys of those; drafts are not named. */
  readonly profileChats: readonly {
    readonly profiles: readonly string[];
    readonly failingSince: string | null;
    readonly problem: ChatProblem | null;
  }[];
  /** A broken locales.json alone is no reason for 503: the last good version is in use. */
  readonly profiles: {
    readonly ok: boolean;
    readonly brokenSince: string | null;
    /** Only how many: the word of a draft's link is not public yet, and `/health` asks for no login. */
    readonly drafts: number;
    readonly paused: readonly string[];
  };
  /** No reason for 503 either: the leads go to the managers' chat. Profiles are named by their keys. */
  readonly crm: {
    readonly refusing: readonly {
      readonly profile: string;
      readonly reason: CrmTrouble;
      readonly since: string;
    }[];
    /** Profiles whose CRM has no key yet. */
    readonly withoutKey: readonly string[];
    readonly tokens: readonly { readonly profiles: readonly string[]; readonly endsAt: string }[];
  };
}

/** Builds the content of `/health`. */
export function reportOf(facts: HealthFacts): HealthReport {
  const reasons = [...new Set(troublesOf(facts).map(({ kind }) => kind))];
  const states = [...facts.profileStates ?? []];
  return {
    ok: reasons.length === 0,
    version: VERSION,
    reasons,
    journal: facts.crew === undefined ? "sqlite" : "postgresql",
    database: { writable: facts.databaseWritable ?? null },
    crew: facts.crew === undefined ? null : { ...facts.crew, process: facts.crew.process ?? null },
    polling: { startedAt: iso(facts.startedAtMs), lastAnswerAt: isoOrNull(facts.polledAtMs) },
    webhook: facts.webhook === undefined ? null : {
      pending: facts.webhook.pending,
      failingSince: isoOrNull(facts.webhook.failsSinceMs),
      lastErrorAt: isoOrNull(facts.webhook.lastError?.atMs),
      lastError: facts.webhook.lastError?.cause ?? null,
    },
    undelivered: {
      leads: facts.undeliveredLeads,
      oldestAt: isoOrNull(facts.oldestUndeliveredAtMs),
    },
    answers: {
      unsent: facts.unsentAnswers ?? 0,
      oldestAt: isoOrNull(facts.oldestUnsentAnswerAtMs),
    },
    adminChat: { failingSince: isoOrNull(facts.adminChatFailsSinceMs) },
    profileChats: (facts.ownChats ?? []).map(({ profiles, failsSinceMs, problem }) => ({
      profiles: profiles.filter((key) => facts.profileStates?.get(key) !== "draft"),
      failingSince: isoOrNull(failsSinceMs),
      problem: problem ?? null,
    })),
    profiles: {
      ok: facts.profilesBrokenSinceMs === undefined,
      brokenSince: isoOrNull(facts.profilesBrokenSinceMs),
      drafts: states.filter(([, state]) => state === "draft").length,
      paused: states.flatMap(([key, state]) => state === "paused" ? [key] : []),
    },
    crm: {
      refusing: (facts.crmTroubles ?? []).map(({ profile, trouble, sinceMs }) => ({
        profile,
        reason: trouble,
        since: iso(sinceMs),
      })),
      withoutKey: facts.withoutKey ?? [],
      tokens: (facts.crmTokens ?? []).map(({ profiles, endsAtMs }) => ({
        profiles,
        endsAt: iso(endsAtMs),
      })),
    },
  };
}

function isoOrNull(atMs: number | undefined): string | null {
  return atMs === undefined ? null : iso(atMs);
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
