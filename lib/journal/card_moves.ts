// What the managers see and decide of a lead: its card, entered by hand, sent again. Shows nothing.

import type { AttemptRecords } from "./attempts.ts";
import type { BlockMoves } from "./blocked.ts";
import type { ChatMoves } from "./chats.ts";
import type { Database } from "./engine.ts";
import { type CardReason, type MessageAddress, RETURN_WINDOW_MS } from "../lead.ts";
import { ALBUM_QUIET_MS } from "./follow_ups.ts";
import type { LeadMoves } from "./leads.ts";
import type { Numbered, OutboxMoves } from "./outbox.ts";
import { ADMIN_CHAT_LANE, EDITS_LANE, laneOfChat, type WorkOf } from "./work.ts";

/** What became of a manager's wish to send a lead again. */
export type ResendAsked =
  | "asked"
  /** Its attempt is under way: this wish is the same one. */
  | "running"
  /** The CRM or a manager already has it. */
  | "settled"
  | "unknown";

export interface CardMoves {
  /** Cards are in the managers' chat, several in one message where many were due. */
  settleInAdminChat(
    works: readonly WorkOf<"card">[],
    card: MessageAddress,
    nowMs: number,
  ): Promise<void>;
  /** The card could not be shown: it is due again. */
  markUndelivered(work: WorkOf<"card">, dueAtMs: number): Promise<void>;
  /** A manager entered a lead by hand; false when the CRM or a manager has it already. */
  closeByHand(lead: number, by: string, nowMs: number): Promise<boolean>;
  /** Adds another POST of an open lead for a manager. `lane` is the CRM's, or the profile's where cards are sent in order. */
  oweResend(lead: number, by: string, lane: string, nowMs: number): Promise<ResendAsked>;
}

export interface CardConsequences {
  /** The card in the chat has to say something else; a lead without one has nothing to update. */
  oweCardUpdate(lead: number, nowMs: number): Promise<void>;
  /** Follow-ups that waited for a lead to be settled are due. */
  releaseFollowUps(lead: number, nowMs: number): Promise<void>;
  /** A POST comes to nothing: its lead's first card is due in its place, or it is held back where its visitor is blocked. */
  turnIntoCard(
    work: Numbered & { readonly subject: number },
    reason: CardReason,
    nowMs: number,
  ): Promise<void>;
  forgetWaitingCard(lead: number): Promise<void>;
}

export function cardMoves(
  db: Database,
  leads: LeadMoves,
  { attemptsOf }: Pick<AttemptRecords, "attemptsOf">,
  outbox: OutboxMoves,
  { holdIfBlocked }: Pick<BlockMoves, "holdIfBlocked">,
  { chatOfLead, groupOf }: ChatMoves,
): CardMoves & CardConsequences {
  const turnIntoCard = db.writer(
    `UPDATE outbox SET kind = 'card', lane = '${ADMIN_CHAT_LANE}', chat = ?, body = ?,
       failures = 0, due_at_ms = ? WHERE id = ? AND ${db.dialect.isMine}`,
  );
  const forgetWaitingCard = db.writer(
    "DELETE FROM outbox WHERE subject = ? AND kind = 'card' AND due_at_ms IS NOT NULL",
  );
  const hurryCardUpdate = db.writer(
    `UPDATE outbox SET due_at_ms = ?
     WHERE subject = ? AND kind = 'card_update' AND due_at_ms IS NOT NULL`,
  );
  const countClosed = db.writer(
    "INSERT INTO lead_turns (lead, kind, by, at_ms) VALUES (?, 'closed', ?, ?)",
  );
  const allowReturn = db.writer(
    `INSERT INTO returns (lead, until_ms) VALUES (?, ?)
     ON CONFLICT (lead) DO UPDATE SET until_ms = excluded.until_ms`,
  );
  const hasFollowUps = db.reader("SELECT 1 FROM follow_ups WHERE lead = ? LIMIT 1");
  const releaseFollowUps = db.writer(
    // Not behind those that came later and were not put off. By subject: the managers may be owed much.
    `UPDATE outbox SET due_at_ms = (
       SELECT ${db.dialect.lesser("?1", "min(due_at_ms)")} FROM outbox WHERE kind = 'follow_up'
         AND subject IN (SELECT number FROM follow_ups WHERE lead = ?2))
     WHERE kind = 'follow_up' AND subject IN (SELECT number FROM follow_ups WHERE lead = ?2)
       AND +due_at_ms > CAST(?1 AS BIGINT) + ${ALBUM_QUIET_MS}`,
  );

  const consequences: CardConsequences = {
    async oweCardUpdate(lead, nowMs) {
      const card = (await leads.findLead(lead))?.card ?? null;
      if (card === null) return;
      if ((await hurryCardUpdate.run(nowMs, lead)).changes > 0) return;
      const lane = laneOfChat(EDITS_LANE, groupOf(card));
      await outbox.addWork({ lane, kind: "card_update", subject: lead, body: null }, nowMs);
    },
    async releaseFollowUps(lead, nowMs) {
      if (await hasFollowUps.get(lead) !== undefined) await releaseFollowUps.run(nowMs, lead);
    },
    async turnIntoCard({ id, subject }, reason, nowMs) {
      const { changes } = await turnIntoCard.run(await chatOfLead(subject), reason, nowMs, id);
      if (changes > 0) await holdIfBlocked(subject);
    },
    forgetWaitingCard: async (lead) => void await forgetWaitingCard.run(lead),
  };

  /** A manager may have settled it or sent it again while it was being shown; then the card has to say so. */
  async function settle(work: WorkOf<"card">, card: MessageAddress, nowMs: number): Promise<void> {
    const lead = work.subject;
    if (!await outbox.endWork(work) && await isTakenOver(lead)) return;
    await leads.rememberCard(lead, work.body.reason, card, nowMs);
    const isOpen = await leads.moveLead(lead, "in_admin_chat");
    const isAskedFor = await outbox.findWork("post", lead) !== undefined ||
      (await attemptsOf(lead)).at(-1)?.askedBy != null;
    if (!isOpen || isAskedFor) await consequences.oweCardUpdate(lead, nowMs);
    await consequences.releaseFollowUps(lead, nowMs);
  }

  /** Of a card that is not in hand any more: whether another process has shown it or will. Else it was forgotten meanwhile. */
  async function isTakenOver(lead: number): Promise<boolean> {
    return await outbox.findWork("card", lead) !== undefined ||
      (await leads.findLead(lead))?.card !== null;
  }

  return {
    ...consequences,
    settleInAdminChat: (works, card, nowMs) =>
      db.atomically(async () => {
        for (const work of works) await settle(work, card, nowMs);
      }),
    markUndelivered: (work, dueAtMs) =>
      db.atomically(async () => {
        if (!await outbox.putOffWork(work, dueAtMs)) return;
        await leads.moveLead(work.subject, "undelivered");
      }),
    closeByHand: (number, by, nowMs) =>
      db.atomically(async () => {
        if (!await leads.moveLead(number, "by_hand")) return false;
        await leads.markClosed(number, by, nowMs);
        await allowReturn.run(number, nowMs + RETURN_WINDOW_MS);
        await countClosed.run(number, by, nowMs);
        await consequences.forgetWaitingCard(number);
        await consequences.oweCardUpdate(number, nowMs);
        await consequences.releaseFollowUps(number, nowMs);
        return true;
      }),
    oweResend: (number, by, lane, nowMs) =>
      db.atomically(async () => {
        const lead = await leads.findLead(number);
        if (lead === undefined) return "unknown";
        if (lead.state === "in_crm" || lead.state === "by_hand") return "settled";
        if (await outbox.findWork("post", number) !== undefined) return "running";
        await outbox.addWork({ lane, kind: "post", subject: number, body: { askedBy: by } }, nowMs);
        await consequences.oweCardUpdate(number, nowMs);
        return "asked";
      }),
  };
}
