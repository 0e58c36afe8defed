// Tells the managers once when a CRM declines every lead of a profile for a reason that a person has to remove, and once
// when it takes leads again. Sends nothing.

import { isRecord } from "../foreign.ts";
import { messageOf } from "../log/error_words.ts";
import type { Log } from "../log/log.ts";
import { type Journal, PROFILE_FACTS } from "../journal/journal.ts";
import type { CrmOutcome, CrmTrouble } from "../lead.ts";
import type { Profile } from "../profiles/profile.ts";
import { crmMendedText, crmTroubleText } from "./crm_texts.ts";

/** A trouble of a profile's CRM, and since when. */
export interface KnownTrouble {
  readonly profile: string;
  readonly trouble: CrmTrouble;
  readonly sinceMs: number;
}

/** Watches how POSTs end. */
export interface CrmAlarm {
  /** Never throws: how a POST ended must be recorded, also where this cannot be. */
  answered(profile: Profile, outcome: CrmOutcome, lead: number): Promise<void>;
  /** The troubles now. */
  troubles(): Promise<KnownTrouble[]>;
}

/** Creates the alarm. What was told is kept in the journal, so a restart does not repeat it. */
export function createCrmAlarm({ journal, wake, now, log }: {
  readonly journal: Pick<
    Journal,
    "fact" | "factsOf" | "noteFact" | "forgetFact" | "bringsOffer" | "chatOf"
  >;
  /** Called when a note was queued. */
  readonly wake: () => void;
  readonly now: () => number;
  readonly log: Log;
}): CrmAlarm {
  let watched: Promise<void> = Promise.resolve();

  async function knownOf(profile: string): Promise<KnownTrouble | undefined> {
    const text = await journal.fact(PROFILE_FACTS.crmTrouble + profile);
    if (text === undefined) return undefined;
    const stored: unknown = JSON.parse(text);
    const { trouble, sinceMs } = isRecord(stored) ? stored : {};
    return isTrouble(trouble) ? { profile, trouble, sinceMs: Number(sinceMs) } : undefined;
  }

  async function tell(profile: Profile, trouble: CrmTrouble | null): Promise<void> {
    const value = trouble === null ? null : JSON.stringify({ trouble, sinceMs: now() });
    const text = trouble === null
      ? crmMendedText(profile.name)
      : crmTroubleText(trouble, profile.name);
    const chats = [journal.chatOf(profile.key)];
    await journal.noteFact(PROFILE_FACTS.crmTrouble + profile.key, value, text, now(), chats);
    wake();
  }

  /** The offer to send all open cards says that the CRM works again, too. */
  async function tellMended(profile: Profile, lead: number): Promise<void> {
    if (await journal.bringsOffer(lead, now())) {
      await journal.forgetFact(PROFILE_FACTS.crmTrouble + profile.key);
    } else await tell(profile, null);
  }

  async function watch(profile: Profile, outcome: CrmOutcome, lead: number): Promise<void> {
    const known = await knownOf(profile.key);
    const trouble = outcome.kind === "answered" ? outcome.trouble : undefined;
    if (trouble !== undefined && trouble !== known?.trouble) await tell(profile, trouble);
    else if (outcome.kind === "accepted" && known !== undefined) await tellMended(profile, lead);
  }

  return {
    async answered(profile, outcome, lead) {
      if (profile.crm?.kind !== "amocrm") return;
      // One after another: of POSTs that end together only the first tells.
      watched = watched.then(() => watch(profile, outcome, lead)).catch((error) => {
        log.error(
          "❌ Менеджерам не сказать, принимает ли AmoCRM лиды: {cause}. Скажем со следующим",
          {
            profile: profile.key,
            cause: messageOf(error),
          },
        );
      });
      await watched;
    },
    async troubles() {
      const keys = await journal.factsOf(PROFILE_FACTS.crmTrouble);
      return (await Promise.all(keys.map(knownOf))).filter((each) => each !== undefined);
    },
  };
}

function isTrouble(value: unknown): value is CrmTrouble {
  return value === "token_refused" || value === "unpaid" || value === "forbidden";
}
