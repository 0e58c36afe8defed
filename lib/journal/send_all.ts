// The journal's account of CRMs that fail, and the offer to send all open cards of a profile when its CRM answers again. The runs
// themselves are in send_all_runs.ts.

import type { BlockMoves } from "./blocked.ts";
import type { CardConsequences, CardMoves } from "./card_moves.ts";
import type { ChatMoves } from "./chats.ts";
import type { Database } from "./engine.ts";
import type { FactRecords } from "./facts.ts";
import type { MessageAddress } from "../lead.ts";
import type { LeadRecords } from "./leads.ts";
import { offerUpdates } from "./offer_updates.ts";
import type { OutboxMoves } from "./outbox.ts";
import { PROFILE_FACTS } from "./profile_keys.ts";
import { type SendAllRuns, sendAllRuns } from "./send_all_runs.ts";
import { recordIn } from "./stored_json.ts";
import type { Returned, TakingMoves } from "./taking.ts";
import { addressIn, ADMIN_CHAT_LANE, laneOfChat, type WorkOf } from "./work.ts";

/** A CRM that comes and goes brings an offer at most this often, in ms. */
const OFFER_PAUSE_MS = 60_000;

export interface SendAllMoves extends Pick<SendAllRuns, "beginSendAll"> {
  // As in their own records; an offer that counts the cards is counted anew.
  closeByHand(lead: number, by: string, nowMs: number): Promise<boolean>;
  returnLead(lead: number, by: string, nowMs: number): Promise<Returned>;
  blockVisitor(chatId: number, by: string, nowMs: number): Promise<boolean>;
  unblockVisitor(chatId: number, nowMs: number): Promise<boolean>;
  /** Whether a lead that its CRM took just now brings the offer to send the others. Asked before that is recorded. */
  bringsOffer(lead: number, nowMs: number): Promise<boolean>;
  /** How many open cards of a profile sending all would send: those of blocked visitors stay. */
  countSendable(profile: string): Promise<number>;
  /** Records where the offer to send a profile's open cards was shown. */
  finishOffer(work: WorkOf<"offer">, profile: string, message: MessageAddress): Promise<void>;
}

export interface CrmAccount extends Pick<SendAllRuns, "countTowardsRun" | "endStrandedRuns"> {
  /** Remembers that the CRM of a lead's profile failed, until it answers. */
  crmFailed(lead: number): Promise<void>;
  /** Owes an offer when the CRM of a lead's profile answers after it had failed and cards are open. */
  crmAnswered(lead: number, nowMs: number): Promise<void>;
  /** A card was closed or opened again: an offer that counts it is counted anew. */
  cardChanged(lead: number, nowMs: number): Promise<void>;
}

export function sendAllMoves(
  db: Database,
  facts: FactRecords,
  leads: LeadRecords,
  outbox: OutboxMoves,
  cards: CardConsequences & CardMoves,
  { returnLead }: Pick<TakingMoves, "returnLead">,
  blocks: BlockMoves,
  chats: ChatMoves,
): SendAllMoves & CrmAccount {
  const { chatOf } = chats;
  const updates = offerUpdates(db, outbox, chats);
  const runs = sendAllRuns(db, facts, leads, outbox, cards, blocks, updates);

  async function cardChanged(lead: number, nowMs: number): Promise<void> {
    await recountOffer(await profileOf(lead), nowMs);
  }

  async function recountOffer(profile: string, nowMs: number): Promise<void> {
    const shown = recordIn(await facts.fact(PROFILE_FACTS.offerShown + profile));
    const message = addressIn(shown?.["message"]);
    if (message !== undefined) await updates.oweCount(message, profile, nowMs);
  }

  /** Not as the sender knows it: the profile may have got another key since. */
  async function profileOf(lead: number): Promise<string> {
    return (await leads.findLead(lead))?.profile ?? "";
  }

  async function countSendable(profile: string): Promise<number> {
    return await leads.countOpenCards(profile) - await blocks.countBlockedCards(profile);
  }

  async function recountOffersOf(chatId: number, nowMs: number): Promise<void> {
    for (const profile of await blocks.profilesOfOpenCards(chatId)) {
      await recountOffer(profile, nowMs);
    }
  }

  /** Whether the CRM of a profile had failed, and nothing is under way or was offered a moment ago. */
  async function isOfferTime(profile: string, nowMs: number): Promise<boolean> {
    const { crmDown, offeredAtMs } = PROFILE_FACTS;
    if (await facts.fact(crmDown + profile) === undefined) return false;
    if (await leads.countOpenCards(profile) === 0) return false;
    if (await runs.isRunUnderWay(profile)) return false;
    const lastAtMs = Number(await facts.fact(offeredAtMs + profile) ?? -Infinity);
    return nowMs - lastAtMs >= OFFER_PAUSE_MS;
  }

  async function isSendable(lead: number): Promise<boolean> {
    const found = await leads.findLead(lead);
    return found?.state === "in_admin_chat" && found.card !== null &&
      !await blocks.isLeadBlocked(lead);
  }

  return {
    beginSendAll: runs.beginSendAll,
    countTowardsRun: runs.countTowardsRun,
    endStrandedRuns: runs.endStrandedRuns,
    cardChanged,
    countSendable,
    async bringsOffer(lead, nowMs) {
      const profile = await profileOf(lead);
      return await isOfferTime(profile, nowMs) &&
        await countSendable(profile) > (await isSendable(lead) ? 1 : 0);
    },
    returnLead: (lead, by, nowMs) =>
      db.atomically(async () => {
        const returned = await returnLead(lead, by, nowMs);
        if (returned === "returned") await cardChanged(lead, nowMs);
        return returned;
      }),
    blockVisitor: (chatId, by, nowMs) =>
      db.atomically(async () => {
        const isNew = await blocks.blockVisitor(chatId, by, nowMs);
        if (!isNew) return false;
        await recountOffersOf(chatId, nowMs);
        for (const profile of await blocks.profilesOfOpenCards(chatId)) {
          await runs.skipBlocked(profile, chatId, nowMs);
        }
        return true;
      }),
    unblockVisitor: (chatId, nowMs) =>
      db.atomically(async () => {
        const wasBlocked = await blocks.unblockVisitor(chatId);
        if (wasBlocked) await recountOffersOf(chatId, nowMs);
        return wasBlocked;
      }),
    closeByHand: (lead, by, nowMs) =>
      db.atomically(async () => {
        const isClosed = await cards.closeByHand(lead, by, nowMs);
        if (isClosed) await cardChanged(lead, nowMs);
        return isClosed;
      }),
    finishOffer: (work, profile, message) =>
      db.atomically(async () => {
        if (!await outbox.endWork(work)) return;
        await facts.rememberFact(PROFILE_FACTS.offerShown + profile, JSON.stringify({ message }));
      }),

    async crmFailed(lead) {
      const fact = PROFILE_FACTS.crmDown + await profileOf(lead);
      if (await facts.fact(fact) === undefined) await facts.rememberFact(fact, "1");
    },

    async crmAnswered(lead, nowMs) {
      const profile = await profileOf(lead);
      // Cards that are still on their way are offered with the next lead: the fact stays until then.
      if (!await isOfferTime(profile, nowMs) || await countSendable(profile) === 0) return;
      await facts.forgetFact(PROFILE_FACTS.crmDown + profile);
      await facts.rememberFact(PROFILE_FACTS.offeredAtMs + profile, String(nowMs));
      const offer = {
        lane: laneOfChat(ADMIN_CHAT_LANE, chatOf(profile)),
        kind: "offer",
        subject: 0,
        body: { profile },
      } as const;
      await outbox.addWork(offer, nowMs);
    },
  };
}
