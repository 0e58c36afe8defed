// Collects the facts behind `/health`.

import { messageOf } from "../log/error_words.ts";
import type { Journal } from "../journal/journal.ts";
import type { AdminChat, ShowOutcome } from "../managers/chat.ts";
import type { ChatProblem } from "../managers/chat_check.ts";
import type { CrewStanding, HealthFacts, OwnChatState } from "../page/health_report.ts";
import type { WebhookState } from "../telegram/webhook.ts";

/** The journal is written for a check at most this often, in ms: `/health` needs no login. */
const TRY_EVERY_MS = 5_000;

export interface Health {
  /** What is known without a test write. Never throws: an unreadable journal is one of the facts. */
  facts(): Promise<HealthFacts>;
  /** The same after a test write. Never rejects. */
  check(): Promise<HealthFacts>;
  /** Tries to record a lead; resolves with the cause of a failure. Never rejects. */
  tryToRecord(): Promise<string | undefined>;
  /** Whether the journal failed when it was last tried or read. */
  isFailing(): boolean;
}

/** Collects the facts from the parts that know them. */
export function createHealth(options: {
  readonly journal: Pick<
    Journal,
    "undelivered" | "unsentAnswers" | "rememberFact" | "committed" | "tryToRecord"
  >;
  readonly lastPolledAtMs: () => number | undefined | Promise<number | undefined>;
  readonly adminChatFailsSinceMs: () => number | undefined;
  readonly adminChatProblem?: () => ChatProblem | undefined;
  readonly adminChatProblemSinceMs?: () => number | undefined;
  readonly ownChats?: () => readonly OwnChatState[];
  readonly webhook?: () => WebhookState | undefined;
  /** This process in the crew; undefined where the journal is a file of its own. */
  readonly standing?: (() => CrewStanding) | undefined;
  readonly now: () => number;
  /** A monotonic clock, in ms; defaults to `now`. */
  readonly elapsedMs?: () => number;
}): Health {
  const { journal, lastPolledAtMs, adminChatFailsSinceMs, standing } = options;
  const { now, elapsedMs = now } = options;
  const startedMs = elapsedMs();
  let fault: string | undefined;
  /** When the journal began to fail, by the monotonic clock. */
  let failsSinceMs: number | undefined;
  let tried = false;
  let trying: Promise<void> | undefined;
  let triedMs = -Infinity;
  const oldestLead = createAge();
  const oldestAnswer = createAge();

  async function tryNow(): Promise<void> {
    triedMs = elapsedMs();
    try {
      // In a database whatever fails one write fails each, and the whole trial would be most of what an idle bot asks of it.
      if (standing === undefined) await journal.tryToRecord();
      await journal.rememberFact("health_checked_at_ms", String(now()));
      await journal.committed();
      fault = failsSinceMs = undefined;
    } catch (error) {
      noteFault(error);
    }
    tried = true;
  }

  function noteFault(error: unknown): void {
    fault = messageOf(error);
    failsSinceMs ??= elapsedMs();
  }

  /** A failed read counts as a fault of the journal. */
  async function read<T>(look: () => Promise<T>): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      tried = true;
      noteFault(error);
      return undefined;
    }
  }

  function momentOf(elapsed: number): number {
    return now() - Math.round(elapsedMs() - elapsed);
  }

  /** The moment of something that goes on; its age is measured by the monotonic clock. */
  function createAge(): (atMs: number | undefined) => number | undefined {
    let known: { readonly atMs: number; readonly sinceMs: number } | undefined;
    return (atMs) => {
      if (atMs === undefined) return known = undefined;
      if (known?.atMs !== atMs) {
        known = { atMs, sinceMs: elapsedMs() - Math.max(now() - atMs, 0) };
      }
      return momentOf(known.sinceMs);
    };
  }

  async function facts(): Promise<HealthFacts> {
    const undelivered = await read(() => journal.undelivered());
    const unsent = await read(() => journal.unsentAnswers());
    const polledAtMs = await read(async () => await lastPolledAtMs());
    return {
      nowMs: now(),
      startedAtMs: momentOf(startedMs),
      databaseWritable: tried ? fault === undefined : undefined,
      databaseFailsSinceMs: failsSinceMs === undefined ? undefined : momentOf(failsSinceMs),
      polledAtMs,
      oldestUndeliveredAtMs: oldestLead(undelivered?.oldestAtMs),
      undeliveredLeads: undelivered?.leads ?? 0,
      oldestUnsentAnswerAtMs: oldestAnswer(unsent?.oldestAtMs),
      unsentAnswers: unsent?.answers ?? 0,
      adminChatFailsSinceMs: adminChatFailsSinceMs(),
      adminChatProblem: options.adminChatProblem?.(),
      adminChatProblemSinceMs: options.adminChatProblemSinceMs?.(),
      ownChats: options.ownChats?.() ?? [],
      webhook: options.webhook?.(),
      crew: standing?.(),
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
    isFailing: () => fault !== undefined,
  };
}

/** Wraps the managers' chat and remembers since when its sends fail and when one last succeeded. */
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
