// What the page's handlers get: functions of the bot, and what the middlewares found out about the request.

import { createDefine } from "fresh";
import type { Auth, Session } from "./auth.ts";
import type { Answers } from "../delivery/answers.ts";
import type { Blocking } from "../delivery/blocking.ts";
import type { CrmToken } from "../crm/crm_tokens.ts";
import type { Delivery } from "../delivery/delivery.ts";
import type { HealthFacts, OwnChatState, Trouble } from "./health_report.ts";
import type { Journal, LeadList } from "../journal/journal.ts";
import type { Log } from "../log/log.ts";
import type { Measures } from "../measures.ts";
import type { KnownTrouble } from "../managers/crm_alarm.ts";
import type { PhotoStore } from "../profiles/photos/store.ts";
import type { ProfileStore } from "../profiles/store.ts";
import type { AmoCrmLook, LookAt } from "../crm/amocrm/look.ts";
import type { TestWebhook } from "../crm/webhook_trial.ts";
import type { KnownAccounts } from "./known_accounts.ts";
import type { PageSecrets } from "./secrets.ts";
import type { TypedSecrets } from "./typed_secrets.ts";
import type { DayCounts } from "./day_counts.ts";
import type { FailuresOf } from "./failing_crms.ts";
import type { LookAtToday } from "./today.ts";
import type { Language } from "./language.ts";
import type { UploadedFile } from "./multipart.ts";
import type { Uploads } from "./uploads.ts";
import type { WorkHours } from "../work_hours.ts";
import type { Turns } from "./turns.ts";

export type { Trouble } from "./health_report.ts";

/** The part of the configuration that the page needs. */
export interface PageConfig {
  /** The page's public origin behind a proxy, without a trailing slash. */
  readonly publicUrl: string | null;
  readonly trustProxy: boolean;
  /** The managers' time zone, an IANA name. */
  readonly timeZone: string;
  readonly crmTimeoutMs: number;
  /** The managers' working hours; empty for always. */
  readonly workHours: WorkHours;
  /** The token for `/metrics`; without it there are no metrics. */
  readonly metricsToken: string | null;
}

/** The part of the bot that the page needs. */
export interface WebDeps {
  readonly auth: Auth;
  readonly profiles: Pick<
    ProfileStore,
    "place" | "current" | "content" | "text" | "faults" | "breakage" | "save"
  >;
  readonly journal: Pick<
    Journal,
    | "countByProfile"
    | "countLeadsOf"
    | "lastAnswer"
    | "listRevisions"
    | "findRevision"
    | "latestRevision"
    | "findFile"
    | "latestFileBy"
    | "deletedProfiles"
    | "forgetProfile"
    | "committed"
    | keyof LeadList
    | "attemptsOf"
    | "erasePerson"
    | "conversationOf"
    | "blockOf"
    | "blockedTotals"
    | "turnsOf"
    | "countTurns"
    | "crmFailures"
  >;
  /** Uploaded photos. */
  readonly photos: PhotoStore;
  readonly delivery:
    & Pick<Delivery, "resend" | "closeByHand" | "take" | "giveBack" | "wake">
    & Pick<Answers, "invite">
    & Blocking;
  /** Sends a marked test lead of a profile as its form has it. */
  readonly testWebhook: TestWebhook;
  /** The keys to CRMs; a page tells where they are, never what they are. */
  readonly secrets: PageSecrets;
  /** Asks amoCRM for an account and creates nothing there. */
  readonly amocrm: { look(at: LookAt): Promise<AmoCrmLook> };
  /** Whether a webhook address resolves to an address that cannot be a CRM. */
  readonly isForbiddenTarget: (address: string) => Promise<boolean>;
  /** The current troubles, shown in the strip below the header. */
  readonly troubles: () => Promise<readonly Trouble[]>;
  /** The chats that profiles have of their own. */
  readonly ownChats: () => readonly OwnChatState[];
  /** The CRMs that decline every lead of a profile, shown there too. */
  readonly crmTroubles: () => Promise<readonly KnownTrouble[]>;
  /** The amoCRM tokens in use. */
  readonly crmTokens: () => readonly CrmToken[];
  /** The keys of profiles whose CRM lacks a key. */
  readonly profilesWithoutKey: () => readonly string[];
  /** The facts for `/health` and `/metrics`, after a trial write to the journal. */
  readonly health: () => Promise<HealthFacts>;
  /** What the bot measures of itself. */
  readonly measures: Measures;
  /** The bot's name without `@`; undefined until getMe has answered. */
  readonly botUsername: () => string | undefined;
  readonly config: PageConfig;
  readonly now: () => number;
  /** A monotonic clock for spans, in ms. */
  readonly elapsedMs: () => number;
  /** Ends early when the process stops. */
  readonly sleep: (ms: number) => Promise<void>;
  /** What takes more than a moment to compute waits for its turn. */
  readonly turns: Turns;
  readonly log: Log;
}

/** What the middlewares have found out about a request. */
export interface State {
  deps: WebDeps;
  dayCounts: DayCounts;
  lookAtToday: LookAtToday;
  failuresOf: FailuresOf;
  /** Keys that were typed into a form and are not saved yet. */
  typedSecrets: TypedSecrets;
  /** The names of what amoCRM's accounts have. */
  knownAccounts: KnownAccounts;
  language: Language;
  origin: string;
  /** The client's address, for counting failed logins. */
  address: string;
  /** Set behind `requireSession`, as is `formToken`. */
  session: Session;
  formToken: string;
  /** Set behind `requireForm`: which opening of a form this is. */
  formId: string;
  /** Set behind `requireForm`: the file that was chosen, for the forms that take one. */
  file: UploadedFile | null;
  uploads: Uploads;
  /** Set for a POST to `/login` or behind `requireForm`. */
  form: URLSearchParams;
  /** The form lacks the session's token: it may only be drawn again, with 403. */
  isFormStale: boolean;
}

export const define = createDefine<State>();
