// Whose follow-up the managers' chat shows next: visitors take turns, and one of them never uses up the minute's messages. Shows nothing.

import { type AdminChat, MESSAGES_PER_MINUTE, type ShowOutcome } from "./admin_chat.ts";
import { FOLLOW_UPS_LANE, type Journal, type Work } from "./journal.ts";

/** So many messages of a visitor in a minute are shown however few are left for others. */
const SHARE = 5;

/** Beyond its share a visitor leaves so many of the minute's messages to others. */
const LEFT_TO_OTHERS = 6;

const MINUTE_MS = 60_000;

/** While nothing may be shown, what becomes due meanwhile is looked for this often, in ms. */
const LOOK_MS = 1_000;

export interface FollowUpTurns {
  /** The same chat; what it shows counts. */
  readonly chat: AdminChat;
  /** The same journal, whose lane of follow-ups hands out the next visitor's, and none while it is nobody's turn. */
  readonly journal: Journal;
}

export function createFollowUpTurns(
  { journal, adminChat, now, elapsedMs }: {
    readonly journal: Journal;
    readonly adminChat: AdminChat;
    readonly now: () => number;
    /** A span's clock, in ms: nobody sets it. */
    readonly elapsedMs: () => number;
  },
): FollowUpTurns {
  /** What was shown within the last minute, oldest first; `visitor` is their chat, undefined for cards and notes. */
  let shown: { readonly atMs: number; readonly visitor: number | undefined }[] = [];

  function count(outcome: ShowOutcome, messages: number, visitor?: number): ShowOutcome {
    if (outcome.kind !== "shown") return outcome;
    for (let nth = 0; nth < messages; nth++) shown.push({ atMs: elapsedMs(), visitor });
    return outcome;
  }

  function shownTo(visitor: number): number {
    return shown.filter((each) => each.visitor === visitor).length;
  }

  /** The first due follow-up of the visitor who had the fewest messages in this minute; of equals, the one who waits longest. */
  function choose(): { readonly visitor: number; readonly followUp: number } | undefined {
    shown = shown.filter(({ atMs }) => atMs > elapsedMs() - MINUTE_MS);
    const [next] = journal.dueFollowUps(now())
      .map((due) => ({ ...due, shown: shownTo(due.visitor) }))
      .toSorted((a, b) => a.shown - b.shown || a.followUp - b.followUp);
    if (next === undefined) return undefined;
    const left = MESSAGES_PER_MINUTE - shown.length - next.messages;
    const isItsTurn = next.shown < SHARE || left >= LEFT_TO_OTHERS || shown.length === 0;
    return isItsTurn ? next : undefined;
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
      takeWork(lane, nowMs, most): Work[] {
        if (lane !== FOLLOW_UPS_LANE) return journal.takeWork(lane, nowMs, most);
        const next = choose();
        return next === undefined ? [] : journal.takeFollowUpsOf(next.visitor, nowMs, 1);
      },
    },
  };
}
