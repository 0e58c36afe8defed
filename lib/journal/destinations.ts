// Which profiles have a CRM: cards in the chat offer to send there, and follow when that changes. Shows nothing.

import type { ChatMoves } from "./chats.ts";
import type { Database } from "./database.ts";
import type { FactRecords } from "./facts.ts";
import type { LeadRecords } from "./leads.ts";
import type { OutboxMoves } from "./outbox.ts";
import { PROFILE_FACTS } from "./profile_keys.ts";
import { EDITS_LANE, laneOfChat } from "./work.ts";

/** How far apart the edits of such cards are, in ms: a manager's own press is not to wait behind hundreds of them. */
export const CARD_EDITS_APART_MS = 5_000;

export interface DestinationMoves {
  /**
   * Records which profiles there are, and which have a CRM. The open cards of one that got or lost it are due an edit, a
   * message each; whether any is.
   */
  recordDestinations(hasCrm: ReadonlyMap<string, boolean>, nowMs: number): boolean;
}

/** The moves in an open database. */
export function destinationMoves(
  db: Database,
  facts: FactRecords,
  { openCards }: Pick<LeadRecords, "openCards">,
  outbox: OutboxMoves,
  { groupOf }: Pick<ChatMoves, "groupOf">,
): DestinationMoves {
  function oweEdits(profile: string, nowMs: number): boolean {
    const seen = new Set<string>();
    for (const { number, card } of openCards(profile, Number.MAX_SAFE_INTEGER)) {
      if (card === null) continue;
      const message = `${card.chatId}:${card.messageId}`;
      if (seen.has(message)) continue;
      seen.add(message);
      if (outbox.findWork("card_update", number) !== undefined) continue;
      const dueAtMs = nowMs + (seen.size - 1) * CARD_EDITS_APART_MS;
      const lane = laneOfChat(EDITS_LANE, groupOf(card));
      outbox.addWork({ lane, kind: "card_update", subject: number, body: null }, dueAtMs);
    }
    return seen.size > 0;
  }

  function record(hasCrm: ReadonlyMap<string, boolean>, nowMs: number): boolean {
    const gone = facts.factsOf(PROFILE_FACTS.hasCrm).filter((profile) => !hasCrm.has(profile));
    let owes = false;
    for (const [profile, has] of [...hasCrm, ...gone.map((each) => [each, false] as const)]) {
      const fact = PROFILE_FACTS.hasCrm + profile;
      const before = facts.fact(fact);
      if (!hasCrm.has(profile)) facts.forgetFact(fact);
      else if (before !== String(has)) facts.rememberFact(fact, String(has));
      if (before !== undefined && before !== String(has)) owes = oweEdits(profile, nowMs) || owes;
    }
    return owes;
  }

  return { recordDestinations: (...now) => db.atomically(() => record(...now)) };
}
