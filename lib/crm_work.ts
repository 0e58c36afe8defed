// Work that is owed to a CRM: a lead's POST, and what comes of it. Decides what follows; sends through crm.

import type { Crm } from "./crm.ts";
import type { Journal, Work } from "./journal.ts";
import type { CrmOutcome, Lead } from "./lead.ts";
import type { Log } from "./log.ts";
import type { Keep } from "./outbox.ts";
import { type Profile, profileOfWord, type Profiles } from "./profile.ts";
import type { SendAll } from "./send_all.ts";
import { crmPayload } from "./texts.ts";

export interface CrmWork {
  /** Does a POST that waited, and records what came of it. */
  run(work: Work): Promise<void>;
  /** Does the POST of a lead that its caller has at hand, and records what came of it. */
  post(work: Work, lead: Lead, profile: Profile): Promise<void>;
}

export interface CrmWorkOptions {
  readonly journal: Journal;
  readonly crm: Crm;
  readonly profiles: () => Profiles;
  readonly crmTimeoutMs: number;
  readonly sendAll: SendAll;
  /** Told that the managers may be owed something. */
  readonly wakeManagers: () => void;
  readonly keep: Keep;
  readonly now: () => number;
  readonly log: Log;
  readonly cutOff: AbortSignal;
}

export function createCrmWork(options: CrmWorkOptions): CrmWork {
  const { journal, crm, profiles, sendAll, wakeManagers, keep, now, log, cutOff } = options;

  async function run(work: Work): Promise<void> {
    const lead = journal.findLead(work.subject);
    if (lead === undefined) throw new ReferenceError(`No lead ${work.subject}`);
    if (askerOf(work) !== null && (lead.state === "in_crm" || lead.state === "by_hand")) {
      return await finishResend(work, "skipped");
    }
    const profile = profileOfWord(profiles(), lead.profile);
    if (profile === undefined) await reportNoWebhook(work, lead);
    else await post(work, lead, profile);
  }

  /** A POST is recorded as begun before it leaves, so that a crash cannot send it twice. */
  async function post(work: Work, lead: Lead, profile: Profile): Promise<void> {
    if (profile.webhook === null) return await reportNoWebhook(work, lead);
    if (cutOff.aborted) return journal.releaseWork(work, now());
    const attempt = journal.beginAttempt(lead.number, askerOf(work), now());
    await journal.committed();
    const outcome = await crm.sendLead({
      url: profile.webhook.url,
      timeoutMs: profile.crmTimeoutMs ?? options.crmTimeoutMs,
      idempotencyKey: lead.id,
      payload: crmPayload(lead),
      facts: { lead: lead.number, profile: lead.profile },
    }, cutOff);

    if (outcome.kind === "accepted") {
      keep.soon(() => {
        journal.settleInCrm(work, attempt, outcome, now());
        sendAll.crmAnswered(lead.profile);
        sendAll.count(work, "sent");
      }).then(wakeManagers);
      return; // Whoever waits for this place need not wait for the disk.
    }
    if (askerOf(work) === null) {
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
    wakeManagers();
  }

  async function reportNoWebhook(work: Work, lead: Lead): Promise<void> {
    const askedBy = askerOf(work);
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
    wakeManagers();
  }

  async function finishResend(work: Work, result: "skipped" | "failed"): Promise<void> {
    await keep(() => {
      journal.endResend(work, now());
      sendAll.count(work, result);
    });
    wakeManagers();
  }

  return { run, post };
}

/** The manager who wants the POST; null for a lead's first. */
function askerOf({ body }: Work): string | null {
  return body === "" ? null : body;
}

/** What a manager's wish to send comes to while the profile has no address. */
const NO_WEBHOOK: CrmOutcome = { kind: "client", reason: "вебхук не настроен" };
