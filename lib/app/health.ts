// Whether all is well: facts → troubles and a report. Does no HTTP, reads no clock; what is not known yet is no trouble.

import type { AdminChat, ShowOutcome } from "../managers/chat.ts";
import type { ChatProblem } from "../managers/chat_check.ts";
import { messageOf } from "../log/error_words.ts";
import type { Journal } from "../journal/journal.ts";

/** Longest silence of Telegram before it is a trouble, in ms (user requirement). */
export const POLL_PATIENCE_MS = 2 * 60_000;

/** Longest time that a lead may be on its way, in ms: the longest wait for a CRM, and for a card behind others. */
export const LEAD_PATIENCE_MS = 5 * 60_000;

/** The journal is tried at most this often, in ms: `/health` needs no login. */
const TRY_EVERY_MS = 5_000;

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
  /** Leads, so many at least, that neither the CRM nor the admin chat has taken. */
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

export interface Health {
  /** What is known without trying anything. Never throws: a journal that cannot be read is a trouble. */
  facts(): HealthFacts;
  /** The same after having tried to write into the journal. Never rejects. */
  check(): Promise<HealthFacts>;
  /** Tries whether a lead can be recorded; the cause where not. Never rejects. */
  tryToRecord(): Promise<string | undefined>;
}

/** Gathers the facts from those that know them. */
export function createHealth(
  { journal, lastPolledAtMs, adminChatFailsSinceMs, adminChatProblem, now, elapsedMs = now }: {
    readonly journal: Pick<
      Journal,
      "undelivered" | "rememberFact" | "committed" | "tryToRecord"
    >;
    readonly lastPolledAtMs: () => number | undefined;
    readonly adminChatFailsSinceMs: () => number | undefined;
    readonly adminChatProblem?: () => ChatProblem | undefined;
    readonly now: () => number;
    /** A monotonic clock for spans, in ms; `now` where that is one. */
    readonly elapsedMs?: () => number;
  },
): Health {
  const startedMs = elapsedMs();
  let fault: string | undefined;
  let tried = false;
  let trying: Promise<void> | undefined;
  let triedMs = -Infinity;
  /** The oldest lead that is on its way: its age goes on growing when the clock is set. */
  let oldest: { readonly atMs: number; readonly sinceMs: number } | undefined;

  async function tryNow(): Promise<void> {
    triedMs = elapsedMs();
    try {
      journal.tryToRecord();
      journal.rememberFact("health_checked_at_ms", String(now()));
      await journal.committed();
      fault = undefined;
    } catch (error) {
      fault = messageOf(error);
    }
    tried = true;
  }

  /** What it cannot tell is left out, and the journal is at fault. */
  function undelivered(): ReturnType<Journal["undelivered"]> {
    try {
      return journal.undelivered();
    } catch (error) {
      tried = true;
      fault = messageOf(error);
      return { oldestAtMs: undefined, leads: 0 };
    }
  }

  function momentOf(elapsed: number): number {
    return now() - Math.round(elapsedMs() - elapsed);
  }

  function oldestMoment(atMs: number | undefined): number | undefined {
    if (atMs === undefined) return oldest = undefined;
    if (oldest?.atMs !== atMs) {
      oldest = { atMs, sinceMs: elapsedMs() - Math.max(now() - atMs, 0) };
    }
    return momentOf(oldest.sinceMs);
  }

  function facts(): HealthFacts {
    const { oldestAtMs, leads } = undelivered();
    return {
      nowMs: now(),
      startedAtMs: momentOf(startedMs),
      databaseWritable: tried ? fault === undefined : undefined,
      polledAtMs: lastPolledAtMs(),
      oldestUndeliveredAtMs: oldestMoment(oldestAtMs),
      undeliveredLeads: leads,
      adminChatFailsSinceMs: adminChatFailsSinceMs(),
      adminChatProblem: adminChatProblem?.(),
    };
  }

  /** One try at a time. */
  function tryAgain(): Promise<void> {
    return trying ??= tryNow().finally(() => trying = undefined);
  }

  return {
    facts,
    async check() {
      await (elapsedMs() - triedMs >= TRY_EVERY_MS ? tryAgain() : trying);
      return facts();
    },
    async tryToRecord() {
      await tryAgain();
      return fault;
    },
  };
}

/** The managers' chat as it is, which remembers since when its sends fail, and when one last went well. */
export function watchSends(
  chat: AdminChat,
  now: () => number,
): {
  readonly chat: AdminChat;
  readonly failsSinceMs: () => number | undefined;
  readonly lastShownAtMs: () => number | undefined;
} {
  let sinceMs: number | undefined;
  let shownAtMs: number | undefined;

  async function watch(sending: Promise<ShowOutcome>): Promise<ShowOutcome> {
    const outcome = await sending;
    if (outcome.kind === "failed" || outcome.kind === "refused") sinceMs ??= now();
    if (outcome.kind === "shown") {
      sinceMs = undefined;
      shownAtMs = now();
    }
    return outcome;
  }

  return {
    chat: {
      ...chat,
      show: (...send) => watch(chat.show(...send)),
      showPart: (...send) => watch(chat.showPart(...send)),
      edit: (...send) => watch(chat.edit(...send)),
    },
    failsSinceMs: () => sinceMs,
    lastShownAtMs: () => shownAtMs,
  };
}
