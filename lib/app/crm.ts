// Wires what delivers leads to CRMs: client, pace, secrets, and the alarms about accounts and tokens.

import type { Config } from "./config.ts";
import { CALLS_PER_SECOND } from "../crm/amocrm/api.ts";
import type { ReachAmoCrm } from "../crm/amocrm/look.ts";
import { createCallPace } from "../crm/call_pace.ts";
import { rememberLookups, resolveHost } from "../crm/connection.ts";
import { crmTokens } from "../crm/crm_tokens.ts";
import type { DestinationContext } from "../crm/destination.ts";
import { profilesWithoutKey } from "../crm/missing_keys.ts";
import { createCrm } from "../crm/post.ts";
import type { KeptSecrets } from "../crm/kept_secrets.ts";
import { createSecrets, type FindSecret } from "../crm/secrets.ts";
import type { Place } from "../journal/alone.ts";
import type { Journal } from "../journal/journal.ts";
import { crmSeat, nameFor, UPKEEP_SEAT } from "../journal/seats.ts";
import type { Log } from "../log/log.ts";
import type { Mask } from "../log/mask.ts";
import { createCrmAlarm } from "../managers/crm_alarm.ts";
import type { TellTime } from "../managers/texts.ts";
import { createTokenAlarm } from "../managers/token_alarm.ts";
import type { Profiles } from "../profiles/profile.ts";

/** Look-ups a second for the page of a process whose account's calls another one makes: they fit beside its calls. */
const CALLS_FROM_PAGE = 1;

/** What it needs. */
export interface CrmPartsOptions {
  readonly config: Pick<Config, "amoCrmApiRoot">;
  readonly journal: Journal;
  readonly crew: Place;
  readonly profiles: () => Profiles;
  /** The value of `SECRET_<NAME>` in the environment. */
  readonly secret: FindSecret;
  readonly keptSecrets: KeptSecrets;
  readonly isProxied: boolean;
  readonly botUsername: () => string | undefined;
  /** Called when a note for the managers was queued. */
  readonly wake: () => void;
  readonly tellTime: TellTime;
  readonly now: () => number;
  readonly elapsedMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly stopping: AbortSignal;
  readonly log: Log;
  readonly mask: Mask;
}

/** Creates the parts and starts none. */
export function createCrmParts(options: CrmPartsOptions) {
  const { config, keptSecrets, crew, profiles, mask, log, now } = options;
  const isShared = crew.pace !== undefined;
  const secret = createSecrets({ environment: options.secret, kept: keptSecrets, mask });
  const lookup = rememberLookups(resolveHost, options.elapsedMs);
  const tokens = () => crmTokens(profiles(), secret);
  const crmAlarm = createCrmAlarm(options);
  const crmContext = (): DestinationContext => ({
    secret,
    botUsername: options.botUsername(),
    amoCrmRoot: config.amoCrmApiRoot,
    nowMs: now(),
  });
  const callPace = createCallPace({
    ...options,
    ...isShared ? { nameFor: (account) => nameFor(crew, crmSeat(account)) } : {},
  });
  const amoCrm: ReachAmoCrm = {
    root: config.amoCrmApiRoot,
    turn: (account, call) =>
      callPace.run(
        {
          account,
          callsPerSecond: crew.holds(crmSeat(account)) ? CALLS_PER_SECOND : CALLS_FROM_PAGE,
        },
        "page",
        async (leave) => await leave() ? await call() : undefined,
      ),
  };
  return {
    keptSecrets,
    secret,
    lookup,
    amoCrm,
    crm: createCrm({ log, mask, lookup, isProxied: options.isProxied }),
    callPace,
    crmContext,
    crmAnswered: crmAlarm.answered,
    crmTroubles: async () =>
      (await crmAlarm.troubles()).filter(({ profile }) =>
        profiles().byKey.get(profile)?.crm?.kind === "amocrm"
      ),
    crmTokens: tokens,
    profilesWithoutKey: () => profilesWithoutKey(profiles(), secret),
    tokenAlarm: createTokenAlarm({
      ...options,
      tokens,
      mayLook: () => crew.holds(UPKEEP_SEAT),
    }),
  };
}
