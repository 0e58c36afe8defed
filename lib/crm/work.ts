// Does the CRM's work: a lead's POST, and records its outcome. Sends through post.ts.

import type { CallPace } from "./call_pace.ts";
import {
  type DestinationContext,
  type NoPost,
  prepareLead,
  type Route,
  routeOf,
} from "./destination.ts";
import { logOutcome } from "./outcome.ts";
import type { Crm } from "./post.ts";
import type { Attempt, Journal, Work, WorkOf } from "../journal/journal.ts";
import type { CrmOutcome, Lead } from "../lead.ts";
import type { Log } from "../log/log.ts";
import type { NewSpan } from "../log/spans.ts";
import type { RecordDone } from "../journal/done.ts";
import type { RecordDurably } from "../journal/durable.ts";
import { type Profile, profileOfWord, type Profiles } from "../profiles/profile.ts";

/** Sends POSTs and records their outcomes. */
export interface CrmWork {
  /** Sends a POST that waited in the journal. @param isOurs Whether it is still this process's; then alone it leaves. */
  run(work: Work, isOurs?: () => boolean): Promise<void>;
  /** Sends a POST whose attempt is recorded as begun. */
  post(begun: BegunPost, isOurs?: () => boolean): Promise<void>;
}

/** A POST whose attempt has begun. */
export interface BegunPost {
  readonly work: WorkOf<"post">;
  readonly attempt: Attempt;
  readonly lead: Lead;
  readonly profile: Profile;
  /** Where the profile's leads go. */
  readonly route: Route;
}

type PreparedLead = ReturnType<typeof prepareLead>;

/** How often a POST is made that the CRM declines for its rate alone. */
const MOST_TRIES_AT_LIMIT = 3;

/** How long a CRM may only ask for waits until the leads in line that are as old go to the managers, in ms. */
const HELD_PATIENCE_MS = 2 * 60_000;

interface Way {
  readonly profile: Profile;
  readonly route: Route;
}

/** When another process, which calls the account, may take work that this one has. */
const ELSEWHERE_MS = 1_000;

const always = () => true;

/** A turn to call an account. */
interface Turn {
  readonly account: string;
  readonly leave: () => Promise<boolean>;
}

/** What the CRM's work needs. */
export interface CrmWorkOptions {
  readonly journal: Pick<
    Journal,
    | "findLead"
    | "openAttemptOf"
    | "beginAttempt"
    | "endAttempt"
    | "postponePost"
    | "withdrawAttempt"
    | "refusePost"
    | "skipPost"
    | "releaseWork"
    | "isOwed"
    | "committed"
  >;
  readonly crm: Crm;
  readonly profiles: () => Profiles;
  readonly callPace: CallPace;
  /** Whether this process makes the calls to an account now; without it, it always does. */
  readonly mayCall?: (account: string) => boolean;
  /** What POSTs are prepared with. */
  readonly crmContext: () => DestinationContext;
  readonly crmTimeoutMs: number;
  /** Called with how each POST of a profile ended, before that is recorded. */
  readonly crmAnswered: (profile: Profile, outcome: CrmOutcome, lead: number) => Promise<void>;
  /** Called with the seconds from the press until the CRM accepted the lead, of first POSTs. Without it nothing is measured. */
  readonly accepted?: (seconds: number, profile: Profile) => void;
  /** Called when notes of a deal may be due. */
  readonly wakeNotes: () => void;
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

  async function run(work: Work, isOurs = always): Promise<void> {
    if (work.kind !== "post") throw new TypeError(`Work of kind ${work.kind} is not the CRM's`);
    const lead = await journal.findLead(work.subject);
    if (lead === undefined) throw new ReferenceError(`No lead ${work.subject}`);
    const unrecorded = await journal.openAttemptOf(lead.number);
    if (unrecorded !== undefined) return await fail(work, unrecorded, UNRECORDED);
    const { askedBy } = work.body;
    if (askedBy !== null && (lead.state === "in_crm" || lead.state === "by_hand")) {
      return await record(() => journal.skipPost(work, now()));
    }
    const way = wayOf(lead);
    if (way === undefined) return await reportNoWebhook(work, lead);
    const { host: account, callsPerSecond } = way.route;
    if (callsPerSecond === null) return await send(work, lead, way, isOurs);
    // The profile got this account after its lead had been put into another lane.
    if (!(options.mayCall?.(account) ?? true)) {
      return await recordDurably(() => journal.releaseWork(work, now() + ELSEWHERE_MS));
    }
    const hasHadTurn = await options.callPace.run(
      { account, callsPerSecond },
      "lead",
      async (leave) => {
        const current = wayOf(lead); // It may have changed while the lead was in line.
        if (current?.route.host !== account) return false;
        await send(work, lead, current, isOurs, { account, leave });
        return true;
      },
    );
    if (!hasHadTurn) await run(work, isOurs);
  }

  /** Where a lead goes as things are now; undefined where it is for the managers' chat alone. */
  function wayOf(lead: Lead): Way | undefined {
    const profile = profileOfWord(profiles(), lead.profile);
    const route = profile && routeOf(profile);
    return profile === undefined || route == null ? undefined : { profile, route };
  }

  async function send(
    work: WorkOf<"post">,
    lead: Lead,
    { profile, route }: Way,
    isOurs: () => boolean,
    turn?: Turn,
  ): Promise<void> {
    if (cutOff.aborted) return journal.releaseWork(work, now());
    if (!isOurs()) return;
    if (!await journal.isOwed(work)) return; // Its visitor was blocked since it was taken.
    const first = turn !== undefined && hasWaitedEnough(work, lead, turn)
      ? HELD
      : prepareLead(profile, lead, options.crmContext());
    const attempt = await journal.beginAttempt(lead.number, work.body.askedBy, now());
    await journal.committed();
    const begun = { work, attempt, lead, profile, route };
    if (turn === undefined || "fault" in first) {
      return isOurs() ? await sendOnce(begun, first) : await withdraw(work, attempt);
    }
    const mayLeave = await turn.leave() && isOurs();
    const current = wayOf(lead); // A minute may have passed.
    if (!mayLeave || current?.route.host !== turn.account) return await withdraw(work, attempt);
    await sendOnce(
      { ...begun, ...current },
      prepareLead(current.profile, lead, options.crmContext()),
    );
  }

  /** A CRM that asks each lead to wait would keep those behind it from the managers for hours. */
  function hasWaitedEnough(work: WorkOf<"post">, lead: Lead, { account }: Turn): boolean {
    return work.body.askedBy === null && now() - lead.receivedAtMs > HELD_PATIENCE_MS &&
      options.callPace.heldForMs(account) > HELD_PATIENCE_MS;
  }

  async function post(begun: BegunPost, isOurs = always): Promise<void> {
    const { work, attempt, lead, profile } = begun;
    if (cutOff.aborted || !isOurs()) return await withdraw(work, attempt);
    await sendOnce(begun, prepareLead(profile, lead, options.crmContext()));
  }

  function withdraw(work: WorkOf<"post">, attempt: Attempt): Promise<void> {
    return recordDurably(() => journal.withdrawAttempt(work, attempt, now()));
  }

  function sendOnce(begun: BegunPost, prepared: PreparedLead): Promise<void> {
    return log.span(spanOfAttempt(begun.attempt, begun.lead), () => sendAndRecord(begun, prepared));
  }

  /** The attempt is on disk as begun, so neither a crash nor a defect can send it twice. */
  async function sendAndRecord(
    { work, attempt, lead, profile, route }: BegunPost,
    prepared: PreparedLead,
  ): Promise<void> {
    const outcome = await outcomeOf(lead, profile, prepared);
    log.learned({ outcome: outcome.kind });
    await options.crmAnswered(profile, outcome, lead.number);
    const isPaced = route.callsPerSecond !== null;
    if (isPaced && !("fault" in prepared) && !("retryAfterMs" in outcome)) {
      options.callPace.ease(route.host);
    }
    if (outcome.kind !== "accepted") return await fail(work, attempt, outcome, route);
    options.ended(work);
    if (work.body.askedBy === null) {
      options.accepted?.((now() - lead.receivedAtMs) / 1000, profile);
    }
    const done = { kind: "accepted", work, attempt, outcome, atMs: now() } as const;
    if (await recordDone(done)) wakeManagers();
    if (outcome.deal !== undefined) options.wakeNotes();
  }

  async function outcomeOf(
    lead: Lead,
    profile: Profile,
    prepared: PreparedLead,
  ): Promise<CrmOutcome> {
    const facts = { lead: lead.number, profile: lead.profile };
    if ("fault" in prepared) {
      const outcome = { kind: "unsent", reason: prepared.fault } as const;
      logOutcome(log, outcome, facts);
      return outcome;
    }
    return await crm.sendLead({
      ...prepared,
      timeoutMs: profile.crmTimeoutMs ?? options.crmTimeoutMs,
      idempotencyKey: lead.id,
      phone: lead.phone,
      facts,
    }, cutOff);
  }

  /** A lead declined for the rate alone is tried again: nothing of it was taken. */
  function fail(
    work: WorkOf<"post">,
    attempt: Attempt,
    outcome: CrmOutcome,
    route?: Route,
  ): Promise<void> {
    const retryAfterMs = "retryAfterMs" in outcome ? outcome.retryAfterMs : undefined;
    if (route === undefined || retryAfterMs === undefined) {
      return record(() => journal.endAttempt(work, attempt, outcome, now()));
    }
    options.callPace.hold(route.host, retryAfterMs);
    return work.failures + 1 < MOST_TRIES_AT_LIMIT
      ? record(() => journal.postponePost(work, attempt, outcome, now() + retryAfterMs, now()))
      : record(() => journal.endAttempt(work, attempt, outcome, now()));
  }

  function reportNoWebhook(work: WorkOf<"post">, lead: Lead): Promise<void> {
    log.warn("⚠️ Вебхук не настроен, лид остаётся за чатом менеджеров. Профиль: {profile}", {
      lead: lead.number,
      chat: lead.chatId,
      profile: lead.profile,
    });
    return record(() => journal.refusePost(work, NO_WEBHOOK, now()));
  }

  async function record(move: () => Promise<void>): Promise<void> {
    await recordDurably(move);
    wakeManagers();
  }

  return { run, post };
}

/** The id of an attempt's span. */
export function attemptId({ lead, nth }: Attempt): string {
  return `attempt-${lead}-${nth}`;
}

function spanOfAttempt(attempt: Attempt, { number, chatId, profile }: Lead): NewSpan {
  return { kind: "attempt", id: attemptId(attempt), chat: chatId, lead: number, profile };
}

/** The outcome of a manager's resend while the profile has no webhook. */
const NO_WEBHOOK: CrmOutcome = { kind: "client", reason: "вебхук не настроен" };

/** Why a lead that waited in line is not sent. */
const HELD: NoPost = { fault: "CRM больше 2 минут просит присылать реже" };

/** The outcome of an attempt that a defect kept from being recorded. */
const UNRECORDED: CrmOutcome = { kind: "interrupted", reason: "исход отправки не записан" };
