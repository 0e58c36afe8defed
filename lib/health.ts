// Whether all is well: what is known of the house, weighed. Does no HTTP, reads no clock; what is not known yet is not
// held against anybody.

import type { AdminChat, ShowOutcome } from "./admin_chat.ts";
import type { Journal } from "./journal.ts";

/** So long may Telegram be silent, in ms (user requirement). */
export const POLL_PATIENCE_MS = 2 * 60_000;

/** So long a lead may be on its way, in ms: the longest wait for a CRM, and for a card behind others. */
export const LEAD_PATIENCE_MS = 5 * 60_000;

/** The journal is tried at most this often, in ms: anybody may ask. */
const TRY_EVERY_MS = 5_000;

/** What is known of the house at a moment. */
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
}

/** Something that is wrong, and since when. */
export type Trouble =
  /** The journal cannot be written: nothing new is taken, nothing is lost. */
  | { readonly kind: "database" }
  /** Telegram has not answered since. */
  | { readonly kind: "polling"; readonly sinceMs: number }
  /** Leads, so many at least, that neither the CRM nor the admin chat has taken. */
  | { readonly kind: "undelivered"; readonly leads: number; readonly sinceMs: number }
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
  /** What is known without trying anything. */
  facts(): HealthFacts;
  /** The same after having tried to write into the journal. */
  check(): Promise<HealthFacts>;
}

/** Gathers the facts from the rooms that know them. */
export function createHealth(
  { journal, lastPolledAtMs, adminChatFailsSinceMs, now }: {
    readonly journal: Pick<Journal, "undelivered" | "rememberFact" | "committed">;
    readonly lastPolledAtMs: () => number | undefined;
    readonly adminChatFailsSinceMs: () => number | undefined;
    readonly now: () => number;
  },
): Health {
  const startedAtMs = now();
  let databaseWritable: boolean | undefined;
  let trying: Promise<void> | undefined;
  let triedAtMs = -Infinity;

  async function tryToWrite(): Promise<void> {
    triedAtMs = now();
    try {
      journal.rememberFact("health_checked_at_ms", String(triedAtMs));
      await journal.committed();
      databaseWritable = true;
    } catch {
      databaseWritable = false;
    }
  }

  function facts(): HealthFacts {
    const { oldestAtMs, leads } = journal.undelivered();
    return {
      nowMs: now(),
      startedAtMs,
      databaseWritable,
      polledAtMs: lastPolledAtMs(),
      oldestUndeliveredAtMs: oldestAtMs,
      undeliveredLeads: leads,
      adminChatFailsSinceMs: adminChatFailsSinceMs(),
    };
  }

  return {
    facts,
    async check() {
      if (now() - triedAtMs >= TRY_EVERY_MS) {
        trying = tryToWrite().finally(() => trying = undefined);
      }
      await trying;
      return facts();
    },
  };
}

/** The managers' chat as it is, which remembers since when its sends fail. */
export function watchSends(
  chat: AdminChat,
  now: () => number,
): { readonly chat: AdminChat; readonly failsSinceMs: () => number | undefined } {
  let sinceMs: number | undefined;

  async function watch(sending: Promise<ShowOutcome>): Promise<ShowOutcome> {
    const outcome = await sending;
    if (outcome.kind === "failed") sinceMs ??= now();
    if (outcome.kind === "shown") sinceMs = undefined;
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
  };
}
