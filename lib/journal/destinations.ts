// Which profiles have a CRM: cards in the chat offer to send there, and follow when that changes. Shows nothing.

import type { ChatMoves } from "./chats.ts";
import type { Database } from "./engine.ts";
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
  recordDestinations(hasCrm: ReadonlyMap<string, boolean>, nowMs: number): Promise<boolean>;
}

/** The moves in an open database. */
export function destinationMoves(
  db: Database,
  facts: FactRecords,
  { openCards }: Pick<LeadRecords, "openCards">,
  outbox: OutboxMoves,
  { groupOf }: Pick<ChatMoves, "groupOf">,
): DestinationMoves {
  async function oweEdits(profile: string, nowMs: number): Promise<boolean> {
    const seen = new Set<string>();
    for (const { number, card } of await openCards(profile, Number.MAX_SAFE_INTEGER)) {
      if (card === null) continue;
      const message = `${card.chatId}:${card.messageId}`;
      if (seen.has(message)) continue;
      seen.add(message);
      if (await outbox.findWork("card_update", number) !== undefined) continue;
      const dueAtMs = nowMs + (seen.size - 1) * CARD_EDITS_APART_MS;
      const lane = laneOfChat(EDITS_LANE, groupOf(card));
      await outbox.addWork({ lane, kind: "card_update", subject: number, body: null }, dueAtMs);
    }
    return seen.size > 0;
  }

  async function record(hasCrm: ReadonlyMap<string, boolean>, nowMs: number): Promise<boolean> {
    const gone = (await facts.factsOf(PROFILE_FACTS.hasCrm)).filter((profile) =>
      !hasCrm.has(profile)
    );
    let owes = false;
    for (const [profile, has] of [...hasCrm, ...gone.map((each) => [each, false] as const)]) {
      const fact = PROFILE_FACTS.hasCrm + profile;
      const before = await facts.fact(fact);
      if (!hasCrm.has(profile)) await facts.forgetFact(fact);
      else if (before !== String(has)) await facts.rememberFact(fact, String(has));
      if (before !== undefined && before !== String(has)) {
        owes = await oweEdits(profile, nowMs) || owes;
      }
    }
    return owes;
  }

  return { recordDestinations: (...now) => db.atomically(() => record(...now)) };
}
