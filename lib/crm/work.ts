// Does the CRM's work: a lead's POST, and records its outcome. Sends through post.ts.

import type { Crm } from "./post.ts";
import type { Attempt, Journal, Work, WorkOf } from "../journal/journal.ts";
import type { CrmOutcome, Lead } from "../lead.ts";
import type { Log } from "../log/log.ts";
import type { RecordDone } from "../journal/done.ts";
import type { RecordDurably } from "../journal/durable.ts";
import { type Profile, profileOfWord, type Profiles } from "../profiles/profile.ts";
import { crmPayload } from "./payload.ts";

/** Sends POSTs and records their outcomes. */
export interface CrmWork {
  /** Sends a POST that waited in the journal. */
  run(work: Work): Promise<void>;
  /** Sends a POST whose attempt is recorded as begun. */
  post(begun: BegunPost): Promise<void>;
}

/** A POST whose attempt has begun. */
export interface BegunPost {
  readonly work: WorkOf<"post">;
  readonly attempt: Attempt;
  readonly lead: Lead;
  readonly profile: ProfileWithWebhook;
}

type ProfileWithWebhook = Profile & { readonly webhook: NonNullable<Profile["webhook"]> };

/** Whether a profile's leads go to a CRM. */
export function hasWebhook(profile: Profile): profile is ProfileWithWebhook {
  return profile.webhook !== null;
}

/** What the CRM's work needs. */
export interface CrmWorkOptions {
  readonly journal: Pick<
    Journal,
    | "findLead"
    | "openAttemptOf"
    | "beginAttempt"
    | "endAttempt"
    | "withdrawAttempt"
    | "refusePost"
    | "skipPost"
    | "releaseWork"
    | "committed"
  >;
  readonly crm: Crm;
  readonly profiles: () => Profiles;
  readonly crmTimeoutMs: number;
  /** Called when the managers' chat may have work. */
  readonly wakeManagers: () => void;
  /** Called when a POST has ended, before that is recorded, so that the next may leave. */
  readonly ended: (work: Work) => void;
  readonly recordDurably: RecordDurably;
  readonly recordDone: RecordDone;
  readonly now: () => number;
  readonly log: Log;
  readonly cutOff: AbortSignal;
}

/** Creates the CRM's work. */
export function createCrmWork(options: CrmWorkOptions): CrmWork {
  const { journal, crm, profiles, wakeManagers, recordDurably, recordDone, now, log, cutOff } =
    options;

  async function run(work: Work): Promise<void> {
    if (work.kind !== "post") throw new TypeError(`Work of kind ${work.kind} is not the CRM's`);
    const lead = journal.findLead(work.subject);
    if (lead === undefined) throw new ReferenceError(`No lead ${work.subject}`);
    const unrecorded = journal.openAttemptOf(lead.number);
    if (unrecorded !== undefined) return await fail(work, unrecorded, UNRECORDED);
    const { askedBy } = work.body;
    if (askedBy !== null && (lead.state === "in_crm" || lead.state === "by_hand")) {
      return await record(() => journal.skipPost(work, now()));
    }
    const profile = profileOfWord(profiles(), lead.profile);
    if (profile === undefined || !hasWebhook(profile)) return await reportNoWebhook(work, lead);
    if (cutOff.aborted) return journal.releaseWork(work, now());
    const attempt = journal.beginAttempt(lead.number, askedBy, now());
    await journal.committed();
    await send({ work, attempt, lead, profile });
  }

  async function post(begun: BegunPost): Promise<void> {
    const { work, attempt } = begun;
    if (cutOff.aborted) {
      return await recordDurably(() => journal.withdrawAttempt(work, attempt, now()));
    }
    await send(begun);
  }

  /** The attempt is on disk as begun, so neither a crash nor a defect can send it twice. */
  async function send({ work, attempt, lead, profile }: BegunPost): Promise<void> {
    const outcome = await crm.sendLead({
      url: profile.webhook.url,
      timeoutMs: profile.crmTimeoutMs ?? options.crmTimeoutMs,
      idempotencyKey: lead.id,
      payload: crmPayload(lead),
      facts: { lead: lead.number, profile: lead.profile },
    }, cutOff);
    if (outcome.kind !== "accepted") return await fail(work, attempt, outcome);
    options.ended(work);
    const done = { kind: "accepted", work, attempt, outcome, atMs: now() } as const;
    if (await recordDone(done)) wakeManagers();
  }

  function fail(work: WorkOf<"post">, attempt: Attempt, outcome: CrmOutcome): Promise<void> {
    return record(() => journal.endAttempt(work, attempt, outcome, now()));
  }

  function reportNoWebhook(work: WorkOf<"post">, lead: Lead): Promise<void> {
    log.warn("⚠️ Вебхук не настроен, лид остаётся за чатом менеджеров. Профиль: {profile}", {
      lead: lead.number,
      profile: lead.profile,
    });
    return record(() => journal.refusePost(work, NO_WEBHOOK, now()));
  }

  async function record(move: () => void): Promise<void> {
    await recordDurably(move);
    wakeManagers();
  }

  return { run, post };
}

/** The outcome of a manager's resend while the profile has no webhook. */
const NO_WEBHOOK: CrmOutcome = { kind: "client", reason: "вебхук не настроен" };

/** The outcome of an attempt that a defect kept from being recorded. */
const UNRECORDED: CrmOutcome = { kind: "interrupted", reason: "исход отправки не записан" };
