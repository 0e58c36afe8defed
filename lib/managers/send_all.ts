// Sending all open cards of a profile: the offer when its CRM answers again, the run one by one, its account. Sends nothing itself.

import {
  ADMIN_CHAT_LANE,
  EDITS_LANE,
  type Journal,
  PROFILE_FACTS,
  SEND_ALL_LANES,
  sendAllLane,
  type Work,
} from "../journal/journal.ts";
import type { MessageAddress } from "../lead.ts";
import type { SendAllReport } from "./texts.ts";
import type { Profiles } from "../profiles/profile.ts";

/** A run stops after so many failures in a row: the CRM is down again. */
const MOST_FAILURES_RUNNING = 3;

/** A CRM that comes and goes brings an offer at most this often, in ms. */
const OFFER_PAUSE_MS = 60_000;

/** Everything here records, and joins the transaction of its caller. */
export interface SendAll {
  /** Remembers that the CRM of a lead's profile failed, until it answers. */
  crmFailed(lead: number): void;
  /** Owes an offer when the CRM of a lead's profile answers after it had failed and cards are open. */
  crmAnswered(lead: number): void;
  /**
   * Owes a POST to each open card, all or none; how many, 0 also while a run is under way.
   *
   * @param profile A key by which the profile goes or ever went: an offer in the chat keeps the one it was made with.
   */
  begin(profile: string, by: string, offer: MessageAddress): number;
  /** Keeps the account of a run, and owes its report when it has ended. Work of other lanes is left alone. */
  count(work: Work, result: "sent" | "failed" | "skipped"): void;
  /** Ends the runs of which nothing is owed any more and whose last count is missing. */
  endStranded(): void;
}

export function createSendAll(
  { journal, profiles, now }: {
    readonly journal: Journal;
    readonly profiles: () => Profiles;
    readonly now: () => number;
  },
): SendAll {
  /** An earlier report that did not get there must not be said after it. */
  function oweReport(message: MessageAddress, report: SendAllReport): void {
    const subject = message.messageId;
    journal.forgetWork("offer_update", subject);
    const body = JSON.stringify({ message, report });
    journal.addWork({ lane: EDITS_LANE, kind: "offer_update", subject, body }, now());
  }

  return {
    crmFailed(lead) {
      const profile = profileOf(lead);
      if (journal.fact(downFact(profile)) === undefined) {
        journal.rememberFact(downFact(profile), "1");
      }
    },

    crmAnswered(lead) {
      if (journal.factsOf(PROFILE_FACTS.crmDown).length === 0) return; // As nearly always: no lead is looked up.
      const profile = profileOf(lead);
      if (journal.fact(downFact(profile)) === undefined) return;
      // Cards that are still on their way are offered with the next lead: the fact stays until then.
      if (journal.countOpenCards(profile) === 0) return;
      if (journal.fact(runFact(profile)) !== undefined) return;
      const offeredAtMs = Number(journal.fact(offeredFact(profile)) ?? -Infinity);
      if (now() - offeredAtMs < OFFER_PAUSE_MS) return;
      journal.forgetFact(downFact(profile));
      journal.rememberFact(offeredFact(profile), String(now()));
      journal.addWork({ lane: ADMIN_CHAT_LANE, kind: "offer", subject: 0, body: profile }, now());
    },

    begin: (profile, by, message) => journal.atomically(() => begin(profile, by, message)),

    count(work, result) {
      if (!work.lane.startsWith(SEND_ALL_LANES)) return;
      const profile = profileOf(work.subject);
      const run = runOf(profile);
      if (run === undefined) return;
      const { message, report, running } = run;
      const counted = { ...report, [result]: report[result] + 1 };
      const failures = result === "failed" ? running + 1 : 0;
      const stopped = failures >= MOST_FAILURES_RUNNING;
      if (stopped) {
        // Also what failed at the journal and is due later: nothing is sent after the report.
        for (const waiting of journal.takeWork(sendAllLane(profile), Number.MAX_SAFE_INTEGER, -1)) {
          journal.endResend(waiting, now());
        }
      }
      if (stopped || counted.sent + counted.failed + counted.skipped === counted.total) {
        journal.forgetFact(runFact(profile));
        oweReport(message, { ...counted, stopped });
      } else {
        rememberRun(profile, { message, report: counted, running: failures });
      }
    },

    endStranded() {
      const busy = new Set(journal.lanes(SEND_ALL_LANES));
      for (const profile of journal.factsOf(PROFILE_FACTS.sendAll)) {
        const run = runOf(profile);
        if (run === undefined || busy.has(sendAllLane(profile))) continue;
        journal.forgetFact(runFact(profile));
        oweReport(run.message, { ...run.report, stopped: true });
      }
    },
  };

  function begin(pressed: string, by: string, message: MessageAddress): number {
    const profile = journal.currentProfile(pressed, profiles().byKey);
    if (journal.fact(runFact(profile)) !== undefined) return 0;
    const lane = sendAllLane(profile);
    const total = journal.openCards(profile, -1)
      .filter(({ number }) => journal.oweResend(number, by, lane, now()) === "asked").length;
    if (total === 0) return 0;
    const profileName = profiles().byKey.get(profile)?.name ?? profile;
    const report = { profileName, total, sent: 0, failed: 0, skipped: 0, stopped: false };
    journal.forgetFact(offeredFact(profile));
    rememberRun(profile, { message, report, running: 0 });
    oweReport(message, report);
    return total;
  }

  /** Not as the sender knows it: the profile may have got another key since. */
  function profileOf(lead: number): string {
    return journal.findLead(lead)?.profile ?? "";
  }

  function runOf(profile: string): Run | undefined {
    const stored = journal.fact(runFact(profile));
    return stored === undefined ? undefined : JSON.parse(stored); // As `rememberRun` wrote it.
  }

  function rememberRun(profile: string, run: Run): void {
    journal.rememberFact(runFact(profile), JSON.stringify(run));
  }
}

/** A run as the journal keeps it; `running` counts failures in a row. */
interface Run {
  readonly message: MessageAddress;
  readonly report: SendAllReport;
  readonly running: number;
}

function downFact(profile: string): string {
  return `${PROFILE_FACTS.crmDown}${profile}`;
}

function offeredFact(profile: string): string {
  return `${PROFILE_FACTS.offeredAtMs}${profile}`;
}

function runFact(profile: string): string {
  return `${PROFILE_FACTS.sendAll}${profile}`;
}
