// What is owed to the message of an offer to send all open cards: its count, and the report of the run. Sends nothing.

import type { ChatMoves } from "./chats.ts";
import type { Database } from "./engine.ts";
import type { MessageAddress } from "../lead.ts";
import type { OutboxMoves } from "./outbox.ts";
import { EDITS_LANE, laneOfChat, type SendAllReport, type WorkOf } from "./work.ts";

/** Each takes the place of what is owed to the same message: an earlier one that did not get there must not be said after it. */
export interface OfferUpdates {
  /** Owes the progress or the end of a run. */
  oweReport(message: MessageAddress, report: SendAllReport, nowMs: number): Promise<void>;
  /** Owes a new count of the cards that the offer to send those of a profile is about. */
  oweCount(message: MessageAddress, profile: string, nowMs: number): Promise<void>;
}

/** What the version before, which knows no offers that change, makes of one: a report of nothing. */
const NO_REPORT = { profileName: "", total: 0, sent: 0, failed: 0, skipped: 0, stopped: false };

export function offerUpdates(
  db: Database,
  outbox: Pick<OutboxMoves, "addWork">,
  { groupOf }: Pick<ChatMoves, "groupOf">,
): OfferUpdates {
  const forget = db.writer(
    `DELETE FROM outbox WHERE subject = ? AND kind = 'offer_update'
       AND ${db.dialect.jsonNumber("body", "message", "chatId")} = ?`,
  );

  /** Two chats may have messages of one id. */
  async function owe(body: WorkOf<"offer_update">["body"], nowMs: number): Promise<void> {
    const { chatId, messageId: subject } = body.message;
    await forget.run(subject, chatId);
    const lane = laneOfChat(EDITS_LANE, groupOf(body.message));
    await outbox.addWork({ lane, kind: "offer_update", subject, body }, nowMs);
  }

  return {
    oweReport: (message, report, nowMs) => owe({ message, report }, nowMs),
    oweCount: (message, profile, nowMs) =>
      owe({ message, report: NO_REPORT, offers: profile }, nowMs),
  };
}
