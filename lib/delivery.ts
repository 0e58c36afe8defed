// The way of a lead: press → confirmation and CRM → admin chat → again, until somebody has it. Imports no ky, grammY or SQLite.

import type { AdminChat } from "./admin_chat.ts";
import { waitMs } from "./backoff.ts";
import type { Crm } from "./crm.ts";
import {
  ADMIN_CHAT_LANE,
  type Attempt,
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
import { createSendAll } from "./send_all.ts";
import { crmPayload } from "./texts.ts";
import type { Confirmation, VisitorChat } from "./visitor_chat.ts";
import { createVisitorWork } from "./visitor_work.ts";
import { hostOf } from "./webhook_address.ts";

/** Open POSTs: in all, and to one host, so that one dead CRM leaves room for the others. */
const MOST_POSTS = 256;
const MOST_POSTS_PER_HOST = 128;

/** Messages to visitors that are repeated at once; first tries go with their update. */
const MOST_VISITORS = 64;

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
  /** Resolves when what visitors wait for has left. */
  readonly afterVisitors: () => Promise<void>;
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
  let adminWork: Promise<(work: Work) => Promise<void>> | undefined;
  const managers = createOutbox({
    ...options,
    run: async (work) => (await (adminWork ??= loadAdminWork()))(work),
    most: 1,
    mostPerLane: () => 1,
  });
  const sendAll = createSendAll(options);
  const visitorWork = createVisitorWork({ ...options, retryAtMs });
  const visitors = createOutbox({
    ...options,
    run: visitorWork.run,
    most: MOST_VISITORS,
    mostPerLane: () => MOST_VISITORS,
  });

  /** Loaded with the first of it: most starts have nothing to show. */
  async function loadAdminWork(): Promise<(work: Work) => Promise<void>> {
    const { createAdminWork } = await import("./admin_work.ts");
    return createAdminWork({ ...options, retryAtMs });
  }

  /** A POST that waited: recorded as begun before it leaves, so that a crash cannot send it twice. */
  async function post(work: Work): Promise<void> {
    const lead = journal.findLead(work.subject);
    if (lead === undefined) throw new ReferenceError(`No lead ${work.subject}`);
    const askedBy = work.body === "" ? null : work.body;
    if (askedBy !== null && (lead.state === "in_crm" || lead.state === "by_hand")) {
      return await finishResend(work, "skipped");
    }
    const profile = profiles().byKey.get(lead.profile);
    const url = profile?.webhook?.url;
    if (url === undefined) return await reportNoWebhook(work, lead, askedBy);
    if (options.cutOff.aborted) return journal.releaseWork(work, now());
    const attempt = journal.beginAttempt(lead.number, askedBy, now());
    await journal.committed();
    await send({ work, lead, attempt, askedBy, url, timeoutMs: profile?.crmTimeoutMs });
  }

  interface Begun {
    readonly work: Work;
    readonly lead: Lead;
    readonly attempt: Attempt;
    readonly askedBy: string | null;
    readonly url: string;
    /** The profile's own deadline. */
    readonly timeoutMs: number | null | undefined;
  }

  /** The POST itself, and what comes of it. */
  async function send({ work, lead, attempt, askedBy, url, timeoutMs }: Begun): Promise<void> {
    const outcome = await crm.sendLead({
      url,
      timeoutMs: timeoutMs ?? options.crmTimeoutMs,
      idempotencyKey: lead.id,
      payload: crmPayload(lead),
      facts: { lead: lead.number, profile: lead.profile },
    }, options.cutOff);

    if (outcome.kind === "accepted") {
      keep.soon(() => {
        journal.settleInCrm(work, attempt, outcome, now());
        sendAll.crmAnswered(lead.profile);
        sendAll.count(work, "sent");
      }).then(() => managers.wake(ADMIN_CHAT_LANE));
      return; // The place is another's: that the CRM has it is in the open transaction.
    }
    if (askedBy === null) {
      await keep(() => {
        journal.endAttempt(attempt, outcome, now());
        journal.oweCard(work, "crm_failed", now());
        sendAll.crmFailed(lead.profile);
      });
    } else {
      await keep(() => {
        journal.endAttempt(attempt, outcome, now());
        sendAll.crmFailed(lead.profile);
      });
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
      sendAll.count(work, result);
    });
    managers.wake(ADMIN_CHAT_LANE);
  }

  function laneOf(profile: string): string {
    return crmLane(hostOf(profiles().byKey.get(profile)?.webhook?.url ?? ""));
  }

  return {
    async receive(newLead, confirmation, profile) {
      const url = profile.webhook?.url;
      const lane = crmLane(hostOf(url ?? ""));
      const recorded = journal.recordChoice(
        newLead,
        JSON.stringify(confirmation),
        hostOf(url ?? ""),
        url !== undefined && posts.isFree(lane),
      );
      if (recorded === undefined) return undefined;
      const { lead, attempt } = recorded;
      const onDisk = journal.committed();
      const told = onDisk.then(() =>
        visitors.runNow(recorded.confirmation, (work) => visitorWork.confirm(work, confirmation))
      );
      if (url === undefined || attempt === undefined) {
        onDisk.then(() => posts.wake(lane), () => {}); // `told` tells of a failure.
      } else {
        posts.runNow(recorded.post, async (work) => {
          const isOnDisk = await onDisk.then(() => true, () => false);
          if (!isOnDisk) return; // Then there is no such lead.
          await options.afterVisitors();
          const { crmTimeoutMs: timeoutMs } = profile;
          await send({ work, lead, attempt, askedBy: null, url, timeoutMs });
        });
      }
      await told;
      return lead;
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
      const asked = sendAll.begin(profile, by, message);
      if (asked === 0) return 0;
      await journal.committed();
      posts.wake(sendAllLane(profile));
      managers.wake(ADMIN_CHAT_LANE);
      return asked;
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
        if (work !== undefined) sendAll.count(work, "failed");
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
