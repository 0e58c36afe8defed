// The journal's account of runs that send all open cards of a profile: begun by a manager, counted, reported, stopped when the CRM
// fails again. Sends nothing.

import type { BlockMoves } from "./blocked.ts";
import type { CardConsequences, CardMoves } from "./card_moves.ts";
import type { Database } from "./engine.ts";
import type { FactRecords } from "./facts.ts";
import { isWhole } from "../foreign.ts";
import type { MessageAddress } from "../lead.ts";
import type { LeadRecords } from "./leads.ts";
import type { OfferUpdates } from "./offer_updates.ts";
import { OUTBOX_COLUMNS, type OutboxMoves, workOfKind } from "./outbox.ts";
import { PROFILE_FACTS } from "./profile_keys.ts";
import { recordIn } from "./stored_json.ts";
import {
  addressIn,
  reportIn,
  SEND_ALL_LANES,
  sendAllLane,
  type SendAllReport,
  type WorkOf,
} from "./work.ts";

/** A run stops after so many failures in a row: the CRM is down again. */
const MOST_FAILURES_RUNNING = 3;

/** What a manager asked for by the button of an offer. */
export interface SendAllRequest {
  /** The key by which the profile goes now, and its name. */
  readonly profile: string;
  readonly profileName: string;
  readonly by: string;
  /** The message that offered it; its report is edited into that. */
  readonly offer: MessageAddress;
}

/** No run has more. */
const ALL = Number.MAX_SAFE_INTEGER;

export type RunResult = "sent" | "failed" | "skipped";

export interface SendAllRuns {
  /** Owes a POST to each open card of a profile whose visitor is not blocked, all or none; how many, 0 also while a run is under way. */
  beginSendAll(request: SendAllRequest, nowMs: number): Promise<number>;
  /** Keeps the account of a run, and owes its report when it has ended. Work of other lanes is left alone. */
  countTowardsRun(work: WorkOf<"post">, result: RunResult, nowMs: number): Promise<void>;
  /** Ends the runs of which nothing is owed any more and whose last count is missing. */
  endStrandedRuns(nowMs: number): Promise<void>;
}

export interface SendAllRunMoves extends SendAllRuns {
  isRunUnderWay(profile: string): Promise<boolean>;
  /** Leaves out what a run has not sent yet of a visitor who was blocked just now. */
  skipBlocked(profile: string, chatId: number, nowMs: number): Promise<void>;
}

/** A run as the journal keeps it; `running` counts failures in a row. */
interface Run {
  readonly message: MessageAddress;
  readonly report: SendAllReport;
  readonly running: number;
}

export function sendAllRuns(
  db: Database,
  facts: FactRecords,
  leads: LeadRecords,
  outbox: OutboxMoves,
  { oweCardUpdate, oweResend }:
    & Pick<CardConsequences, "oweCardUpdate">
    & Pick<CardMoves, "oweResend">,
  blocks: Pick<BlockMoves, "isLeadBlocked">,
  { oweReport }: Pick<OfferUpdates, "oweReport">,
): SendAllRunMoves {
  const waitingOf = db.reader(
    `SELECT ${OUTBOX_COLUMNS} FROM outbox WHERE lane = ? AND due_at_ms IS NOT NULL
       AND (SELECT chat_id FROM leads WHERE number = subject) = ? ORDER BY id`,
  );

  async function rememberRun(profile: string, run: Run): Promise<void> {
    await facts.rememberFact(PROFILE_FACTS.sendAll + profile, JSON.stringify(run));
  }

  async function runOf(profile: string): Promise<Run | undefined> {
    return runIn(await facts.fact(PROFILE_FACTS.sendAll + profile));
  }

  function workWaiting(profile: string) {
    return outbox.takeWork(sendAllLane(profile), Number.MAX_SAFE_INTEGER, ALL);
  }

  /** Also what failed at the journal and is due later: nothing is sent after the report. */
  async function forgetWaiting(profile: string, nowMs: number): Promise<void> {
    for (const work of await workWaiting(profile)) {
      await outbox.finishWork(work);
      await oweCardUpdate(work.subject, nowMs);
    }
  }

  async function countTowardsRun(
    work: WorkOf<"post">,
    result: RunResult,
    nowMs: number,
  ): Promise<void> {
    if (!work.lane.startsWith(SEND_ALL_LANES)) return;
    // Not as the sender knows it: the profile may have got another key since.
    const profile = (await leads.findLead(work.subject))?.profile ?? "";
    const run = await runOf(profile);
    if (run === undefined) return;
    const { message, report } = run;
    const counted = { ...report, [result]: report[result] + 1 };
    const running = result === "failed" ? run.running + 1 : 0;
    const stopped = running >= MOST_FAILURES_RUNNING;
    if (stopped) await forgetWaiting(profile, nowMs);
    if (stopped || counted.sent + counted.failed + counted.skipped === counted.total) {
      await facts.forgetFact(PROFILE_FACTS.sendAll + profile);
      await oweReport(message, { ...counted, stopped }, nowMs);
    } else {
      await rememberRun(profile, { message, report: counted, running });
    }
  }

  return {
    isRunUnderWay: async (profile) =>
      await facts.fact(PROFILE_FACTS.sendAll + profile) !== undefined,

    beginSendAll: ({ profile, profileName, by, offer }, nowMs) =>
      db.atomically(async () => {
        if (await runOf(profile) !== undefined) return 0;
        const lane = sendAllLane(profile);
        const open = await leads.openCards(profile, ALL);
        let total = 0;
        for (const { number } of open) {
          if (await blocks.isLeadBlocked(number)) continue;
          if (await oweResend(number, by, lane, nowMs) === "asked") total++;
        }
        if (total === 0) {
          return 0;
        }
        const report = { profileName, total, sent: 0, failed: 0, skipped: 0, stopped: false };
        await facts.forgetFact(PROFILE_FACTS.offeredAtMs + profile);
        await facts.forgetFact(PROFILE_FACTS.offerShown + profile);
        await rememberRun(profile, { message: offer, report, running: 0 });
        await oweReport(offer, report, nowMs);
        return total;
      }),

    countTowardsRun,

    async skipBlocked(profile, chatId, nowMs) {
      if (await runOf(profile) === undefined) return;
      const waiting = await waitingOf.all(sendAllLane(profile), chatId);
      for (const work of waiting.flatMap((row) => workOfKind("post", row) ?? [])) {
        await outbox.dropWork(work);
        await oweCardUpdate(work.subject, nowMs);
        await countTowardsRun(work, "skipped", nowMs);
      }
    },

    async endStrandedRuns(nowMs) {
      const busy = new Set(await outbox.lanes(SEND_ALL_LANES));
      for (const profile of await facts.factsOf(PROFILE_FACTS.sendAll)) {
        const run = await runOf(profile);
        if (run === undefined || busy.has(sendAllLane(profile))) continue;
        await facts.forgetFact(PROFILE_FACTS.sendAll + profile);
        await oweReport(run.message, { ...run.report, stopped: true }, nowMs);
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
