// Chooses the visitor whose follow-up is shown next, so that none uses up the managers' chat's messages of a minute. Shows nothing.

import { type AdminChat, MESSAGES_PER_MINUTE, type ShowOutcome } from "./chat.ts";
import {
  type DueFollowUps,
  FOLLOW_UPS_LANE,
  type Journal,
  laneOfChat,
  MAIN_CHAT,
} from "../journal/journal.ts";

/** Messages of one visitor in a minute that are shown however few are left for others. */
const SHARE = 5;

/** Messages of a minute that a visitor beyond their share leaves to others. */
const LEFT_TO_OTHERS = 6;

const MINUTE_MS = 60_000;

/** How often due follow-ups are looked for while none may be shown, in ms. */
const LOOK_MS = 1_000;

/** The chat and the journal, wrapped. */
export interface FollowUpTurns {
  /** Counts what it shows. */
  readonly chat: AdminChat;
  /** Its lane of follow-ups hands out the next visitor's, and none while no visitor has a turn. */
  readonly journal: Journal;
}

/** Wraps the chat and the journal; counts in memory only. */
export function createFollowUpTurns(
  { journal, adminChat, chat = MAIN_CHAT, now, elapsedMs }: {
    readonly journal: Journal;
    readonly adminChat: AdminChat;
    /** The chat's key. */
    readonly chat?: string;
    readonly now: () => number;
    /** A monotonic clock for spans, in ms. Without one visitors take turns, and nothing is held back. */
    readonly elapsedMs?: () => number;
  },
): FollowUpTurns {
  const theirLane = laneOfChat(FOLLOW_UPS_LANE, chat);
  const clockMs = elapsedMs ?? (() => 0);

  /** Messages of the last minute; `visitor` is undefined for cards and notes. */
  let shown: { readonly atMs: number; readonly visitor: number | undefined }[] = [];

  /** Since when the first due follow-up of each visitor has been due, by its number. */
  let heldSinceMs: ReadonlyMap<number, number> = new Map();

  function count(outcome: ShowOutcome, messages: number, visitor?: number): ShowOutcome {
    if (outcome.kind !== "shown") return outcome;
    for (let nth = 0; nth < messages; nth++) shown.push({ atMs: clockMs(), visitor });
    return outcome;
  }

  /** Of the visitors who may have a turn: the one with the fewest messages in this minute, then the one who waits longest. */
  async function choose(): Promise<{ readonly visitor: number } | undefined> {
    shown = shown.filter(({ atMs }) => atMs > clockMs() - MINUTE_MS);
    const due = (await journal.dueFollowUps(now(), chat))
      .map((each) => ({
        ...each,
        shown: shown.filter(({ visitor }) => visitor === each.visitor).length,
      }))
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
    // Without this an album would wait as long as others keep writing.
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
      async nextWorkDueAtMs(lane) {
        const dueAtMs = await journal.nextWorkDueAtMs(lane);
        const isDue = lane === theirLane && dueAtMs !== undefined && dueAtMs <= now();
        return isDue && await choose() === undefined ? now() + LOOK_MS : dueAtMs;
      },
      async takeWork(lane, nowMs, most) {
        if (lane !== theirLane) return await journal.takeWork(lane, nowMs, most);
        const next = await choose();
        return next === undefined
          ? []
          : await journal.takeFollowUpsOf(next.visitor, nowMs, 1, chat);
      },
    },
  };
}
