// The journal's account of CRMs that fail, and of sending all open cards of a profile: the offer, the run, its report.

import type { CardConsequences, CardMoves } from "./card_moves.ts";
import type { ChatMoves } from "./chats.ts";
import type { Database } from "./database.ts";
import type { FactRecords } from "./facts.ts";
import type { MessageAddress } from "../lead.ts";
import type { LeadRecords } from "./leads.ts";
import type { BlockMoves } from "./blocked.ts";
import { OUTBOX_COLUMNS, type OutboxMoves, workOfKind } from "./outbox.ts";
import type { Returned, TakingMoves } from "./taking.ts";
import { PROFILE_FACTS } from "./profile_keys.ts";
import { isWhole } from "../foreign.ts";
import { recordIn } from "./stored_json.ts";
import {
  addressIn,
  ADMIN_CHAT_LANE,
  EDITS_LANE,
  laneOfChat,
  reportIn,
  SEND_ALL_LANES,
  sendAllLane,
  type SendAllReport,
  type WorkOf,
} from "./work.ts";

/** A run stops after so many failures in a row: the CRM is down again. */
const MOST_FAILURES_RUNNING = 3;

/** A CRM that comes and goes brings an offer at most this often, in ms. */
const OFFER_PAUSE_MS = 60_000;

/** What a manager asked for by the button of an offer. */
export interface SendAllRequest {
  /** The key by which the profile goes now, and its name. */
  readonly profile: string;
  readonly profileName: string;
  readonly by: string;
  /** The message that offered it; its report is edited into that. */
  readonly offer: MessageAddress;
}

export interface SendAllMoves {
  // As in their own records; an offer that counts the cards is counted anew.
  closeByHand(lead: number, by: string, nowMs: number): boolean;
  returnLead(lead: number, by: string, nowMs: number): Returned;
  blockVisitor(chatId: number, by: string, nowMs: number): boolean;
  unblockVisitor(chatId: number, nowMs: number): boolean;
  /** Whether a lead that its CRM took just now brings the offer to send the others. Asked before that is recorded. */
  bringsOffer(lead: number, nowMs: number): boolean;
  /** How many open cards of a profile sending all would send: those of blocked visitors stay. */
  countSendable(profile: string): number;
  /** Records where the offer to send a profile's open cards was shown. */
  finishOffer(work: WorkOf<"offer">, profile: string, message: MessageAddress): void;
  /** Owes a POST to each open card of a profile whose visitor is not blocked, all or none; how many, 0 also while a run is under way. */
  beginSendAll(request: SendAllRequest, nowMs: number): number;
}

export type RunResult = "sent" | "failed" | "skipped";

export interface CrmAccount {
  /** Remembers that the CRM of a lead's profile failed, until it answers. */
  crmFailed(lead: number): void;
  /** Owes an offer when the CRM of a lead's profile answers after it had failed and cards are open. */
  crmAnswered(lead: number, nowMs: number): void;
  /** A card was closed or opened again: an offer that counts it is counted anew. */
  cardChanged(lead: number, nowMs: number): void;
  /** Keeps the account of a run, and owes its report when it has ended. Work of other lanes is left alone. */
  countTowardsRun(work: WorkOf<"post">, result: RunResult, nowMs: number): void;
  /** Ends the runs of which nothing is owed any more and whose last count is missing. */
  endStrandedRuns(nowMs: number): void;
}

/** What the version before, which knows no offers that change, makes of one: a report of nothing. */
const NO_REPORT = { profileName: "", total: 0, sent: 0, failed: 0, skipped: 0, stopped: false };

/** A run as the journal keeps it; `running` counts failures in a row. */
interface Run {
  readonly message: MessageAddress;
  readonly report: SendAllReport;
  readonly running: number;
}

export function sendAllMoves(
  db: Database,
  facts: FactRecords,
  leads: LeadRecords,
  outbox: OutboxMoves,
  { oweCardUpdate, oweResend, closeByHand }: CardConsequences & CardMoves,
  { returnLead }: Pick<TakingMoves, "returnLead">,
  blocks: BlockMoves,
  { chatOf, groupOf }: ChatMoves,
): SendAllMoves & CrmAccount {
  const forgetUpdate = db.writer(
    `DELETE FROM outbox WHERE subject = ? AND kind = 'offer_update'
       AND iif(json_valid(body), json_extract(body, '$.message.chatId'), NULL) = ?`,
  );
  const waitingOf = db.reader(
    `SELECT ${OUTBOX_COLUMNS} FROM outbox WHERE lane = ? AND due_at_ms IS NOT NULL
       AND (SELECT chat_id FROM leads WHERE number = subject) = ? ORDER BY id`,
  );

  /** An earlier report that did not get there must not be said after it. */
  function oweReport(message: MessageAddress, report: SendAllReport, nowMs: number): void {
    oweUpdate({ message, report }, nowMs);
  }

  /** In place of what is owed to the same message; two chats may have messages of one id. */
  function oweUpdate(body: WorkOf<"offer_update">["body"], nowMs: number): void {
    const { chatId, messageId: subject } = body.message;
    forgetUpdate.run(subject, chatId);
    const lane = laneOfChat(EDITS_LANE, groupOf(body.message));
    outbox.addWork({ lane, kind: "offer_update", subject, body }, nowMs);
  }

  function cardChanged(lead: number, nowMs: number): void {
    recountOffer(profileOf(lead), nowMs);
  }

  function recountOffer(profile: string, nowMs: number): void {
    const shown = recordIn(facts.fact(PROFILE_FACTS.offerShown + profile));
    const message = addressIn(shown?.["message"]);
    if (message === undefined) return;
    oweUpdate({ message, report: NO_REPORT, offers: profile }, nowMs);
  }

  /** Not as the sender knows it: the profile may have got another key since. */
  function profileOf(lead: number): string {
    return leads.findLead(lead)?.profile ?? "";
  }

  function rememberRun(profile: string, run: Run): void {
    facts.rememberFact(PROFILE_FACTS.sendAll + profile, JSON.stringify(run));
  }

  function runOf(profile: string): Run | undefined {
    return runIn(facts.fact(PROFILE_FACTS.sendAll + profile));
  }

  /** Also what failed at the journal and is due later: nothing is sent after the report. */
  function forgetWaiting(profile: string, nowMs: number): void {
    for (const work of outbox.takeWork(sendAllLane(profile), Number.MAX_SAFE_INTEGER, -1)) {
      outbox.finishWork(work);
      oweCardUpdate(work.subject, nowMs);
    }
  }

  function countSendable(profile: string): number {
    return leads.countOpenCards(profile) - blocks.countBlockedCards(profile);
  }

  function recountOffersOf(chatId: number, nowMs: number): void {
    for (const profile of blocks.profilesOfOpenCards(chatId)) recountOffer(profile, nowMs);
  }

  function countTowardsRun(work: WorkOf<"post">, result: RunResult, nowMs: number): void {
    if (!work.lane.startsWith(SEND_ALL_LANES)) return;
    const profile = profileOf(work.subject);
    const run = runOf(profile);
    if (run === undefined) return;
    const { message, report } = run;
    const counted = { ...report, [result]: report[result] + 1 };
    const running = result === "failed" ? run.running + 1 : 0;
    const stopped = running >= MOST_FAILURES_RUNNING;
    if (stopped) forgetWaiting(profile, nowMs);
    if (stopped || counted.sent + counted.failed + counted.skipped === counted.total) {
      facts.forgetFact(PROFILE_FACTS.sendAll + profile);
      oweReport(message, { ...counted, stopped }, nowMs);
    } else {
      rememberRun(profile, { message, report: counted, running });
    }
  }

  /** What a run has not sent yet of a visitor who was blocked just now. */
  function skipBlocked(profile: string, chatId: number, nowMs: number): void {
    if (runOf(profile) === undefined) return;
    const waiting = waitingOf.all(sendAllLane(profile), chatId);
    for (const work of waiting.flatMap((row) => workOfKind("post", row) ?? [])) {
      outbox.finishWork(work);
      oweCardUpdate(work.subject, nowMs);
      countTowardsRun(work, "skipped", nowMs);
    }
  }

  /** Whether the CRM of a profile had failed, and nothing is under way or was offered a moment ago. */
  function isOfferTime(profile: string, nowMs: number): boolean {
    const { crmDown, offeredAtMs, sendAll } = PROFILE_FACTS;
    if (facts.fact(crmDown + profile) === undefined) return false;
    if (leads.countOpenCards(profile) === 0) return false;
    if (facts.fact(sendAll + profile) !== undefined) return false;
    const lastAtMs = Number(facts.fact(offeredAtMs + profile) ?? -Infinity);
    return nowMs - lastAtMs >= OFFER_PAUSE_MS;
  }

  function isSendable(lead: number): boolean {
    const found = leads.findLead(lead);
    return found?.state === "in_admin_chat" && found.card !== null && !blocks.isLeadBlocked(lead);
  }

  return {
    cardChanged,
    countSendable,
    bringsOffer(lead, nowMs) {
      const profile = profileOf(lead);
      return isOfferTime(profile, nowMs) && countSendable(profile) > (isSendable(lead) ? 1 : 0);
    },
    returnLead: (lead, by, nowMs) =>
      db.atomically(() => {
        const returned = returnLead(lead, by, nowMs);
        if (returned === "returned") cardChanged(lead, nowMs);
        return returned;
      }),
    blockVisitor: (chatId, by, nowMs) =>
      db.atomically(() => {
        const isNew = blocks.blockVisitor(chatId, by, nowMs);
        if (!isNew) return false;
        recountOffersOf(chatId, nowMs);
        for (const profile of blocks.profilesOfOpenCards(chatId)) {
          skipBlocked(profile, chatId, nowMs);
        }
        return true;
      }),
    unblockVisitor: (chatId, nowMs) =>
      db.atomically(() => {
        const wasBlocked = blocks.unblockVisitor(chatId);
        if (wasBlocked) recountOffersOf(chatId, nowMs);
        return wasBlocked;
      }),
    closeByHand: (lead, by, nowMs) =>
      db.atomically(() => {
        const isClosed = closeByHand(lead, by, nowMs);
        if (isClosed) cardChanged(lead, nowMs);
        return isClosed;
      }),
    finishOffer: (work, profile, message) =>
      db.atomically(() => {
        outbox.finishWork(work);
        facts.rememberFact(PROFILE_FACTS.offerShown + profile, JSON.stringify({ message }));
      }),

    crmFailed(lead) {
      const fact = PROFILE_FACTS.crmDown + profileOf(lead);
      if (facts.fact(fact) === undefined) facts.rememberFact(fact, "1");
    },

    crmAnswered(lead, nowMs) {
      const profile = profileOf(lead);
      // Cards that are still on their way are offered with the next lead: the fact stays until then.
      if (!isOfferTime(profile, nowMs) || countSendable(profile) === 0) return;
      facts.forgetFact(PROFILE_FACTS.crmDown + profile);
      facts.rememberFact(PROFILE_FACTS.offeredAtMs + profile, String(nowMs));
      const offer = {
        lane: laneOfChat(ADMIN_CHAT_LANE, chatOf(profile)),
        kind: "offer",
        subject: 0,
        body: { profile },
      } as const;
      outbox.addWork(offer, nowMs);
    },

    beginSendAll: ({ profile, profileName, by, offer }, nowMs) =>
      db.atomically(() => {
        if (runOf(profile) !== undefined) return 0;
        const lane = sendAllLane(profile);
        const open = leads.openCards(profile, -1);
        const total = open.filter(({ number }) =>
          !blocks.isLeadBlocked(number) && oweResend(number, by, lane, nowMs) === "asked"
        ).length;
        if (total === 0) {
          return 0;
        }
        const report = { profileName, total, sent: 0, failed: 0, skipped: 0, stopped: false };
        facts.forgetFact(PROFILE_FACTS.offeredAtMs + profile);
        facts.forgetFact(PROFILE_FACTS.offerShown + profile);
        rememberRun(profile, { message: offer, report, running: 0 });
        oweReport(offer, report, nowMs);
        return total;
      }),

    countTowardsRun,

    endStrandedRuns(nowMs) {
      const busy = new Set(outbox.lanes(SEND_ALL_LANES));
      for (const profile of facts.factsOf(PROFILE_FACTS.sendAll)) {
        const run = runOf(profile);
        if (run === undefined || busy.has(sendAllLane(profile))) continue;
        facts.forgetFact(PROFILE_FACTS.sendAll + profile);
        oweReport(run.message, { ...run.report, stopped: true }, nowMs);
      }
    },
  };
}

function runIn(fact: string | undefined): Run | undefined {
  const stored = recordIn(fact);
  const message = addressIn(stored?.["message"]);
  const report = reportIn(stored?.["report"]);
  const running = stored?.["running"];
  return message && report && isWhole(running, 0) ? { message, report, running } : undefined;
}
