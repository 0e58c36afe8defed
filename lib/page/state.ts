// What the page's handlers are lent by the house, and what its middlewares find out about a request.

import { createDefine } from "fresh";
import type { Auth, Session } from "./auth.ts";
import type { Delivery } from "../delivery/delivery.ts";
import type { HealthFacts, Trouble } from "./health_report.ts";
import type { Journal, LeadList } from "../journal/journal.ts";
import type { Log } from "../log/log.ts";
import type { ProfileStore } from "../profiles/store.ts";
import type { WebhookTrial } from "../crm/webhook_trial.ts";
import type { DayCounts } from "./day_counts.ts";
import type { Language } from "./language.ts";
import type { Turns } from "./turns.ts";

export type { Trouble } from "./health_report.ts";

/** What the page needs of the configuration. */
export interface PageConfig {
  /** The origin that people reach the page by, behind a proxy; without a trailing slash. */
  readonly publicUrl: string | null;
  /** Whether X-Forwarded-For tells the visitor's address. */
  readonly trustProxy: boolean;
  /** The managers' time zone, an IANA name. */
  readonly timeZone: string;
  readonly crmTimeoutMs: number;
  /** Opens `/metrics`; without it there is none. */
  readonly metricsToken: string | null;
}

/** The house, as far as the page needs it. */
export interface WebDeps {
  readonly auth: Auth;
  readonly profiles: Pick<
    ProfileStore,
    "current" | "content" | "text" | "faults" | "breakage" | "save"
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
  >;
  /** What a person may decide about a lead. */
  readonly delivery: Pick<Delivery, "resend" | "closeByHand" | "wake">;
  /** Sends a marked test lead to an address that a form holds. */
  readonly testWebhook: (
    address: string,
    timeoutMs: number,
    profileName: string,
  ) => Promise<WebhookTrial>;
  /** Whether a webhook address resolves to one that no CRM lives at. */
  readonly isForbiddenTarget: (address: string) => Promise<boolean>;
  /** What is wrong with the house right now; the strip under the frame says it. */
  readonly troubles: () => readonly Trouble[];
  /** What `/health` and `/metrics` tell, after having tried the journal. */
  readonly health: () => Promise<HealthFacts>;
  /** The bot's name without `@`; undefined until Telegram has told it. */
  readonly botUsername: () => string | undefined;
  readonly config: PageConfig;
  readonly now: () => number;
  /** Ends early when the process stops. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Whatever takes more than a moment to compute waits for its turn. */
  readonly turns: Turns;
  readonly log: Log;
}

/** What is known of a request by the time a handler sees it. */
export interface State {
  deps: WebDeps;
  dayCounts: DayCounts;
  language: Language;
  /** The origin the page is reached by. */
  origin: string;
  /** Where the request came from, for counting failed tries. */
  address: string;
  /** Set behind `requireSession`, as is `formToken`. */
  session: Session;
  formToken: string;
  /** Set for a POST to the way in, and for one behind `requireForm`. */
  form: URLSearchParams;
  /** The form lacks the session's token: it may be drawn again, with 403, and nothing else. */
  isFormStale: boolean;
}

export const define = createDefine<State>();
