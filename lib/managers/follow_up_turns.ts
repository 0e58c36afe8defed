// Whose follow-up the managers' chat shows next: visitors take turns, and one of them never uses up the minute's messages. Shows nothing.

import { type AdminChat, MESSAGES_PER_MINUTE, type ShowOutcome } from "./chat.ts";
import { type DueFollowUps, FOLLOW_UPS_LANE, type Journal } from "../journal/journal.ts";

/** So many messages of a visitor in a minute are shown however few are left for others. */
const SHARE = 5;

/** Beyond its share a visitor leaves so many of the minute's messages to others. */
const LEFT_TO_OTHERS = 6;

const MINUTE_MS = 60_000;

/** While nothing may be shown, what becomes due meanwhile is looked for this often, in ms. */
const LOOK_MS = 1_000;

/** A chat and a journal that visitors' follow-ups take turns in. */
export interface FollowUpTurns {
  /** The same chat; what it shows counts. */
  readonly chat: AdminChat;
  /** The same journal, whose lane of follow-ups hands out the next visitor's, and none while no visitor has a turn. */
  readonly journal: Journal;
}

/** Wraps both; nothing of what it counts outlives the process. */
export function createFollowUpTurns(
  { journal, adminChat, now, elapsedMs }: {
    readonly journal: Journal;
    readonly adminChat: AdminChat;
    readonly now: () => number;
    /** A monotonic clock for spans, in ms. Without one visitors take turns, and nothing is held back. */
    readonly elapsedMs?: () => number;
  },
): FollowUpTurns {
  const clockMs = elapsedMs ?? (() => 0);

  /** What was shown within the last minute, oldest first; `visitor` is their chat, undefined for cards and notes. */
  let shown: { readonly atMs: number; readonly visitor: number | undefined }[] = [];

  /** Since when follow-ups have been due, by number: the first of each visitor. */
  let heldSinceMs: ReadonlyMap<number, number> = new Map();

  function count(outcome: ShowOutcome, messages: number, visitor?: number): ShowOutcome {
    if (outcome.kind !== "shown") return outcome;
    for (let nth = 0; nth < messages; nth++) shown.push({ atMs: clockMs(), visitor });
    return outcome;
  }

  function shownTo(visitor: number): number {
    return shown.filter((each) => each.visitor === visitor).length;
  }

  /** Of the visitors whose turn it may be the one who had the fewest messages in this minute; of equals, who waits longest. */
  function choose(): { readonly visitor: number } | undefined {
    shown = shown.filter(({ atMs }) => atMs > clockMs() - MINUTE_MS);
    const due = journal.dueFollowUps(now())
      .map((each) => ({ ...each, shown: shownTo(each.visitor) }))
      .toSorted((a, b) => a.shown - b.shown || a.followUp - b.followUp);
    const next = due.find(isItsTurn);
    const heldBefore = heldSinceMs;
    heldSinceMs = new Map(
      due.map(({ followUp }) => [followUp, heldBefore.get(followUp) ?? clockMs()]),
    );
    return next;
  }

  function isItsTurn(due: DueFollowUps & { readonly shown: number }): boolean {
    if (elapsedMs === undefined || due.shown + due.messages <= SHARE) return true;
    const left = MESSAGES_PER_MINUTE - shown.length - due.messages;
    const sinceMs = heldSinceMs.get(due.followUp) ?? elapsedMs();
    // An album may find no such minute while others write all the time.
    return left >= LEFT_TO_OTHERS || elapsedMs() - sinceMs >= MINUTE_MS;
  }

  return {
    chat: {
      ...adminChat,
      show: async (...message) => count(await adminChat.show(...message), 1),
      async showPart(part, from, card) {
        const messages = part.kind === "text" ? 1 : from.messageIds.length;
        return count(await adminChat.showPart(part, from, card), messages, from.chatId);
      },
    },
    journal: {
      ...journal,
      nextWorkDueAtMs(lane) {
        const dueAtMs = journal.nextWorkDueAtMs(lane);
        const isDue = lane === FOLLOW_UPS_LANE && dueAtMs !== undefined && dueAtMs <= now();
        return isDue && choose() === undefined ? now() + LOOK_MS : dueAtMs;
      },
      takeWork(lane, nowMs, most) {
        if (lane !== FOLLOW_UPS_LANE) return journal.takeWork(lane, nowMs, most);
        const next = choose();
        return next === undefined ? [] : journal.takeFollowUpsOf(next.visitor, nowMs, 1);
      },
    },
  };
}
