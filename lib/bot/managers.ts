// What managers can do in their chat: close a card, resend it, send all, see the status. Returns texts, sends nothing.

import type { Delivery } from "../delivery/delivery.ts";
import type { Journal } from "../journal/journal.ts";
import type { MessageAddress, Place, PlaceCounts } from "../lead.ts";
import { type ProfileStatus, statusText } from "../managers/status_text.ts";
import { readPressedLead, sendingText, type TellTime, TOASTS } from "../managers/texts.ts";
import { hasDestination, type Profile, type Profiles } from "../profiles/profile.ts";

export interface Managers {
  /** Each resolves with the answer to the press; `pressed` is the button's payload. */
  closeByHand(pressed: string, by: string): Promise<string>;
  resend(pressed: string, by: string): Promise<string>;
  sendAll(profile: string, by: string, offer: MessageAddress): Promise<string>;
  status(): string;
}

export function createManagers(
  { journal, delivery, profiles, dayStartMs, tellTime, now }: {
    readonly journal: Journal;
    readonly delivery: Pick<Delivery, "closeByHand" | "resend" | "sendAll">;
    readonly profiles: () => Profiles;
    /** Start of the day that contains a moment, in the managers' time zone. */
    readonly dayStartMs: (atMs: number) => number;
    readonly tellTime: TellTime;
    readonly now: () => number;
  },
): Managers {
  function leadOf(pressed: string): number | undefined {
    const named = readPressedLead(pressed);
    const lead = named && journal.findLead(named.number);
    return named !== undefined && lead?.id.startsWith(named.idStart) ? lead.number : undefined;
  }

  return {
    async closeByHand(pressed, by) {
      const lead = leadOf(pressed);
      if (lead === undefined) return TOASTS.unknown;
      return await delivery.closeByHand(lead, by) ? TOASTS.closed : TOASTS.settled;
    },
    async resend(pressed, by) {
      const lead = leadOf(pressed);
      if (lead === undefined) return TOASTS.unknown;
      return TOASTS[await delivery.resend(lead, by)];
    },
    async sendAll(profile, by, offer) {
      return sendingText(await delivery.sendAll(profile, by, offer));
    },
    status() {
      const waiting = journal.countLeads();
      const today = journal.countByProfile(dayStartMs(now()), Number.MAX_SAFE_INTEGER);
      return statusText({
        profiles: [...profiles().byKey.values()].map((profile) => ({
          name: profile.name,
          fault: faultOf(profile),
          lastAnswer: journal.lastAnswer(profile.key) ?? null,
          openCards: journal.countOpenCards(profile.key),
        })),
        onTheirWay: waiting.received + waiting.undelivered,
        today: sum([...today.values()]),
      }, tellTime);
    },
  };
}

/** Why a profile's CRM gets no leads, as the page says it. */
function faultOf(profile: Profile): ProfileStatus["fault"] {
  if (profile.crm?.kind === "faulty") return "badCrm";
  if (hasDestination(profile)) return null;
  return profile.webhook === null ? "noWebhook" : "badWebhook";
}

function sum(all: readonly PlaceCounts[]): PlaceCounts {
  const total: Partial<Record<Place, number>> = {};
  for (const counts of all) {
    for (const [place, leads] of Object.entries(counts) as [Place, number][]) {
      total[place] = (total[place] ?? 0) + leads;
    }
  }
  return total;
}
