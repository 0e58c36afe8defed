// The way of a lead: press → confirmation and CRM → admin chat → again, until somebody has it. Imports no ky, grammY or SQLite.

import type { AdminChat } from "./admin_chat.ts";
import { createAdminWork, type SendAll } from "./admin_work.ts";
import { waitMs } from "./backoff.ts";
import { type Crm, hostOf } from "./crm.ts";
import {
  ADMIN_CHAT_LANE,
  CRM_LANES,
  crmLane,
  type Journal,
  type NewFollowUpMessage,
  type ResendAsked,
  SEND_ALL_LANES,
  sendAllLane,
  VISITORS_LANE,
  type Work,
} from "./journal.ts";
import type { CrmOutcome, Lead, MessageAddress, NewLead } from "./lead.ts";
import type { Log } from "./log.ts";
import type { TellTime } from "./manager_texts.ts";
import { createOutbox, type Keep } from "./outbox.ts";
import type { Profile, Profiles } from "./profile.ts";
import { crmPayload } from "./texts.ts";
import type { Confirmation, VisitorChat } from "./visitor_chat.ts";
import { createVisitorWork } from "./visitor_work.ts";

/** Open POSTs: in all, and to one host, so that one dead CRM leaves room for the others. */
const MOST_POSTS = 256;
const MOST_POSTS_PER_HOST = 128;

/** Messages to visitors that are repeated at once; first tries go with their update. */
const MOST_VISITORS = 64;

/** Sending all cards stops after so many failures running: the CRM is down again. */
const MOST_FAILURES_RUNNING = 3;

export interface Delivery {
  /**
   * Records a lead and sets it on its way. Resolves when its confirmation has been tried; undefined
   * when its menu already gave a lead.
   *
   * @throws If the journal cannot be written: then nothing has happened.
   */
  receive(lead: NewLead, confirmation: Confirmation, profile: Profile): Promise<Lead | undefined>;
  /** Records what a lead sent. @throws As `receive`. */
  receiveFollowUp(message: NewFollowUpMessage): Promise<void>;
  /** One more POST of an open lead, as a person decided. @throws As `receive`. */
  resend(lead: number, by: string): Promise<ResendAsked>;
  /** A person entered a lead by hand; false when somebody has it already. @throws As `receive`. */
  closeByHand(lead: number, by: string): Promise<boolean>;
  /** Sends a profile's open cards one after another; how many, 0 also when it is under way. @throws As `receive`. */
  sendAll(profile: string, by: string, offer: MessageAddress): Promise<number>;
  /** Tells that the journal owes somebody something new. */
  wake(): void;
  /** Takes up what an earlier process left. */
  start(): Promise<void>;
  /** Takes up nothing more, and resolves when what was in hand is recorded. */
  stop(): Promise<void>;
}

export interface DeliveryOptions {
  readonly journal: Journal;
  readonly crm: Crm;
  readonly adminChat: AdminChat;
  readonly visitorChat: VisitorChat;
  readonly profiles: () => Profiles;
  readonly crmTimeoutMs: number;
  readonly tellTime: TellTime;
  readonly keep: Keep;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
  /** Cuts POSTs off that are still open when the process has to go. */
  readonly cutOff: AbortSignal;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { journal, crm, profiles, keep, now, random, log } = options;
  const retryAtMs = (work: Work, atLeastMs = 0) =>
    now() + Math.max(waitMs(work.failures + 1, random()), atLeastMs);
  const posts = createOutbox({
    ...options,
    run: post,
    most: MOST_POSTS,
    mostPerLane: (lane) => lane.startsWith(SEND_ALL_LANES) ? 1 : MOST_POSTS_PER_HOST,
  });
  const managers = createOutbox({
    ...options,
    run: createAdminWork({ ...options, retryAtMs }),
    most: 1,
    mostPerLane: () => 1,
  });
  const visitors = createOutbox({
    ...options,
    run: createVisitorWork({ ...options, retryAtMs }),
    most: MOST_VISITORS,
    mostPerLane: () => MOST_VISITORS,
  });

  /** A POST: recorded as begun before it leaves, so that a crash cannot send it twice. */
  async function post(work: Work): Promise<void> {
    const lead = journal.findLead(work.subject);
    if (lead === undefined) throw new ReferenceError(`No lead ${work.subject}`);
    const askedBy = work.body === "" ? null : work.body;
    if (askedBy !== null && (lead.state === "in_crm" || lead.state === "by_hand")) {
      return await finishResend(work, "skipped");
    }
    const profile = profiles().byKey.get(lead.profile);
    if (profile === undefined || profile.webhook === null) {
      return await reportNoWebhook(work, lead, askedBy);
    }
    const attempt = journal.beginAttempt(lead.number, askedBy, now());
    await journal.committed();
    const outcome = await crm.sendLead({
      url: profile.webhook.url,
      timeoutMs: profile.crmTimeoutMs ?? options.crmTimeoutMs,
      idempotencyKey: lead.id,
      payload: crmPayload(lead),
      facts: { lead: lead.number, profile: lead.profile },
    }, options.cutOff);

    if (outcome.kind === "accepted") {
      await keep(() => {
        journal.settleInCrm(work, attempt, outcome, now());
        offerOpenCards(lead.profile);
        countSendAll(work, "sent");
      });
    } else if (askedBy === null) {
      await keep(() => {
        journal.endAttempt(attempt, outcome, now());
        journal.oweCard(work, "crm_failed", now());
        journal.rememberFact(downFact(lead.profile), "1");
      });
    } else {
      await keep(() => journal.endAttempt(attempt, outcome, now()));
      await finishResend(work, "failed");
    }
    managers.wake(ADMIN_CHAT_LANE);
  }

  async function reportNoWebhook(work: Work, lead: Lead, askedBy: string | null): Promise<void> {
    log.warn("⚠️ Вебхук не настроен, лид остаётся за чатом менеджеров. Профиль: {profile}", {
      lead: lead.number,
      profile: lead.profile,
    });
    if (askedBy !== null) {
      await keep(() => {
        const attempt = journal.beginAttempt(lead.number, askedBy, now());
        journal.endAttempt(attempt, NO_WEBHOOK, now());
      });
      return await finishResend(work, "failed");
    }
    await keep(() => journal.oweCard(work, "no_webhook", now()));
    managers.wake(ADMIN_CHAT_LANE);
  }

  async function finishResend(work: Work, result: "skipped" | "failed"): Promise<void> {
    await keep(() => {
      journal.endResend(work, now());
      countSendAll(work, result);
    });
    managers.wake(ADMIN_CHAT_LANE);
  }

  /** The CRM answered after it had failed: whoever has open cards is told, once an outage. */
  function offerOpenCards(profile: string): void {
    if (journal.fact(downFact(profile)) === undefined) return;
    journal.forgetFact(downFact(profile));
    if (journal.fact(sendAllFact(profile)) !== undefined) return;
    if (journal.countOpenCards(profile) === 0) return;
    journal.addWork({ lane: ADMIN_CHAT_LANE, kind: "offer", subject: 0, body: profile }, now());
  }

  /** Keeps the account of a run over all open cards, and owes its report when it has ended. */
  function countSendAll(work: Work, result: "sent" | "failed" | "skipped"): void {
    if (!work.lane.startsWith(SEND_ALL_LANES)) return;
    const profile = work.lane.slice(SEND_ALL_LANES.length);
    const stored = journal.fact(sendAllFact(profile));
    if (stored === undefined) return;
    const { message, report, running }: SendAllRun = JSON.parse(stored);
    const counted = { ...report, [result]: report[result] + 1 };
    const failures = result === "failed" ? running + 1 : 0;
    const stopped = failures >= MOST_FAILURES_RUNNING;
    if (stopped) {
      for (const waiting of journal.takeWork(work.lane, now(), -1)) {
        journal.endResend(waiting, now());
      }
    }
    const done = counted.sent + counted.failed + counted.skipped;
    if (stopped || done === counted.total) {
      journal.forgetFact(sendAllFact(profile));
      oweReport({ message, report: { ...counted, stopped } });
    } else {
      const run: SendAllRun = { message, report: counted, running: failures };
      journal.rememberFact(sendAllFact(profile), JSON.stringify(run));
    }
  }

  function oweReport(report: SendAll): void {
    const body = JSON.stringify(report);
    journal.addWork({ lane: ADMIN_CHAT_LANE, kind: "offer_update", subject: 0, body }, now());
  }

  function laneOf(profile: string): string {
    return crmLane(hostOf(profiles().byKey.get(profile)?.webhook?.url ?? ""));
  }

  return {
    async receive(newLead, confirmation, profile) {
      const host = hostOf(profile.webhook?.url ?? "");
      const recorded = journal.recordChoice(newLead, JSON.stringify(confirmation), host);
      if (recorded === undefined) return undefined;
      await journal.committed();
      const told = visitors.runNow(recorded.confirmation);
      posts.wake(crmLane(host));
      await told;
      return recorded.lead;
    },
    async receiveFollowUp(message) {
      journal.recordFollowUp(message, now());
      await journal.committed();
      visitors.wake(VISITORS_LANE);
      managers.wake(ADMIN_CHAT_LANE);
    },
    async resend(number, by) {
      const lane = laneOf(journal.findLead(number)?.profile ?? "");
      const asked = journal.oweResend(number, by, lane, now());
      await journal.committed();
      posts.wake(lane);
      managers.wake(ADMIN_CHAT_LANE);
      return asked;
    },
    async closeByHand(number, by) {
      const closed = journal.closeByHand(number, by, now());
      await journal.committed();
      managers.wake(ADMIN_CHAT_LANE);
      return closed;
    },
    async sendAll(profile, by, message) {
      if (journal.fact(sendAllFact(profile)) !== undefined) return 0;
      const lane = sendAllLane(profile);
      const asked = journal.openCards(profile, -1)
        .filter(({ number }) => journal.oweResend(number, by, lane, now()) === "asked");
      if (asked.length === 0) return 0;
      const profileName = profiles().byKey.get(profile)?.name ?? profile;
      const counts = { sent: 0, failed: 0, skipped: 0, stopped: false };
      const report = { profileName, total: asked.length, ...counts };
      const run: SendAllRun = { message, report, running: 0 };
      journal.rememberFact(sendAllFact(profile), JSON.stringify(run));
      oweReport({ message, report });
      await journal.committed();
      posts.wake(lane);
      managers.wake(ADMIN_CHAT_LANE);
      return asked.length;
    },
    wake() {
      visitors.wake(VISITORS_LANE);
      managers.wake(ADMIN_CHAT_LANE);
    },
    async start() {
      const cutOff = journal.recover(RESTARTED, now());
      for (const { attempt, work } of cutOff) {
        log.warn("⚠️ Отправку в AmoCRM прервал перезапуск, лид остаётся за чатом менеджеров", {
          lead: attempt.lead,
          profile: journal.findLead(attempt.lead)?.profile ?? "",
        });
        if (work !== undefined) countSendAll(work, "failed");
      }
      await journal.committed();
      for (const lane of journal.lanes(CRM_LANES)) posts.wake(lane);
      managers.wake(ADMIN_CHAT_LANE);
      visitors.wake(VISITORS_LANE);
    },
    async stop() {
      await Promise.all([posts.stop(), managers.stop(), visitors.stop()]);
    },
  };
}

const RESTARTED: CrmOutcome = {
  kind: "interrupted",
  reason: "процесс бота прервался во время отправки",
};

/** What a manager's wish to send comes to while the profile has no address. */
const NO_WEBHOOK: CrmOutcome = { kind: "client", reason: "вебхук не настроен" };

/** A run over all open cards as the journal keeps it; `running` counts failures in a row. */
interface SendAllRun extends SendAll {
  readonly running: number;
}

/** Remembers that a profile's CRM failed last, until it answers. */
function downFact(profile: string): string {
  return `crm_down:${profile}`;
}

function sendAllFact(profile: string): string {
  return `send_all:${profile}`;
}
