// Work that is owed to a CRM: a lead's POST, and what comes of it. Decides what follows; sends through crm.

import type { Crm } from "./post.ts";
import type { Attempt, Journal, Work } from "../journal/journal.ts";
import type { CrmOutcome, Lead } from "../lead.ts";
import type { Log } from "../log/log.ts";
import type { RecordDurably } from "../journal/durable.ts";
import { type Profile, profileOfWord, type Profiles } from "../profiles/profile.ts";
import { crmPayload } from "./payload.ts";

export interface CrmWork {
  /** Does a POST that waited, and records what came of it. */
  run(work: Work): Promise<void>;
  /** Does the POST of a lead that its caller has at hand, and records what came of it. */
  post(work: Work, lead: Lead, profile: Profile): Promise<void>;
}

/** Keeps account of CRMs that fail and of all open cards being sent; records within its caller's transaction. */
export interface CrmAccount {
  crmAnswered(lead: number): void;
  crmFailed(lead: number): void;
  count(work: Work, result: "sent" | "failed" | "skipped"): void;
}

export interface CrmWorkOptions {
  readonly journal: Journal;
  readonly crm: Crm;
  readonly profiles: () => Profiles;
  readonly crmTimeoutMs: number;
  readonly sendAll: CrmAccount;
  /** Told that the managers may be owed something. */
  readonly wakeManagers: () => void;
  readonly recordDurably: RecordDurably;
  /** Makes work due again whose outcome a defect kept from being recorded. */
  readonly giveBack: (work: Work, error: unknown) => Promise<void>;
  readonly now: () => number;
  readonly log: Log;
  readonly cutOff: AbortSignal;
}

export function createCrmWork(options: CrmWorkOptions): CrmWork {
  const {
    journal,
    crm,
    profiles,
    sendAll,
    wakeManagers,
    recordDurably,
    giveBack,
    now,
    log,
    cutOff,
  } = options;

  async function run(work: Work): Promise<void> {
    const lead = journal.findLead(work.subject);
    if (lead === undefined) throw new ReferenceError(`No lead ${work.subject}`);
    const unrecorded = journal.openAttemptOf(lead.number);
    if (unrecorded !== undefined) return await fail(work, unrecorded, UNRECORDED);
    if (askerOf(work) !== null && (lead.state === "in_crm" || lead.state === "by_hand")) {
      return await skip(work);
    }
    const profile = profileOfWord(profiles(), lead.profile);
    if (profile === undefined) await reportNoWebhook(work, lead);
    else await post(work, lead, profile);
  }

  /** A POST is recorded as begun before it leaves, so that neither a crash nor a defect can send it twice. */
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
    if (outcome.kind !== "accepted") return await fail(work, attempt, outcome);
    // Not awaited: the next POST in this place need not wait for the disk.
    void succeed(work, attempt, outcome).catch((error) => giveBack(work, error));
  }

  async function succeed(work: Work, attempt: Attempt, outcome: CrmOutcome): Promise<void> {
    await recordDurably.soon(() =>
      journal.atomically(() => {
        journal.settleInCrm(work, attempt, outcome, now());
        sendAll.crmAnswered(work.subject);
        sendAll.count(work, "sent");
      })
    );
    wakeManagers();
  }

  async function fail(work: Work, attempt: Attempt, outcome: CrmOutcome): Promise<void> {
    await recordDurably(() =>
      journal.atomically(() => {
        journal.failInCrm(work, attempt, outcome, now());
        sendAll.crmFailed(work.subject);
        sendAll.count(work, "failed");
      })
    );
    wakeManagers();
  }

  async function reportNoWebhook(work: Work, lead: Lead): Promise<void> {
    log.warn("⚠️ Вебхук не настроен, лид остаётся за чатом менеджеров. Профиль: {profile}", {
      lead: lead.number,
      profile: lead.profile,
    });
    await recordDurably(() =>
      journal.atomically(() => {
        if (askerOf(work) === null) journal.oweCard(work, "no_webhook", now());
        else journal.refuseResend(work, NO_WEBHOOK, now());
        sendAll.count(work, "failed");
      })
    );
    wakeManagers();
  }

  async function skip(work: Work): Promise<void> {
    await recordDurably(() =>
      journal.atomically(() => {
        journal.endResend(work, now());
        sendAll.count(work, "skipped");
      })
    );
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

/** How an attempt ends whose POST has left and whose outcome a defect kept from being recorded. */
const UNRECORDED: CrmOutcome = { kind: "interrupted", reason: "исход отправки не записан" };
