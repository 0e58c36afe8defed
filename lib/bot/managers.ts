// What managers can do in their chat: close a card, resend it, send all, see the status. Returns texts, sends nothing.

import type { Answers } from "../delivery/answers.ts";
import type { Delivery } from "../delivery/delivery.ts";
import type { Journal, Taker } from "../journal/journal.ts";
import type { MessageAddress, Place, PlaceCounts } from "../lead.ts";
import type { Scope } from "../managers/chats.ts";
import { type ProfileStatus, statusText } from "../managers/status_text.ts";
import { aboutText, type PressAnswer, RETURN_TOASTS, takenText } from "../managers/taking_texts.ts";
import { readPressedLead, sendingText, type TellTime, TOASTS } from "../managers/texts.ts";
import { hasDestination, type Profile, type Profiles } from "../profiles/profile.ts";

export interface Managers {
  /** Each resolves with the answer to the press; `pressed` is the button's payload. A lead out of the scope is unknown. */
  closeByHand(pressed: string, by: string, scope: Scope): Promise<string>;
  resend(pressed: string, by: string, scope: Scope): Promise<string>;
  take(pressed: string, manager: Taker, scope: Scope): Promise<PressAnswer>;
  giveBack(pressed: string, by: string, scope: Scope): Promise<string>;
  /** What happened to a lead; one that a message lists among others is shown whole under it. */
  about(pressed: string, by: string, scope: Scope): Promise<PressAnswer>;
  sendAll(profile: string, by: string, offer: MessageAddress, scope: Scope): Promise<string>;
  status(scope: Scope): Promise<string>;
}

export function createManagers(
  { journal, delivery, profiles, profilesWithoutKey, dayStartMs, tellTime, now }: {
    readonly journal: Journal;
    readonly delivery:
      & Pick<Delivery, "closeByHand" | "resend" | "take" | "giveBack" | "sendAll">
      & Pick<Answers, "showWhole">;
    readonly profiles: () => Profiles;
    /** The keys of profiles whose CRM lacks a key. */
    readonly profilesWithoutKey: () => readonly string[];
    /** Start of the day that contains a moment, in the managers' time zone. */
    readonly dayStartMs: (atMs: number) => number;
    readonly tellTime: TellTime;
    readonly now: () => number;
  },
): Managers {
  async function leadOf(pressed: string, scope: Scope): Promise<number | undefined> {
    const named = readPressedLead(pressed);
    const lead = named && await journal.findLead(named.number);
    if (named === undefined || !lead?.id.startsWith(named.idStart)) return undefined;
    return scope.has(lead) ? lead.number : undefined;
  }

  return {
    async closeByHand(pressed, by, scope) {
      const lead = await leadOf(pressed, scope);
      if (lead === undefined) return TOASTS.unknown;
      return await delivery.closeByHand(lead, by) ? TOASTS.closed : TOASTS.settled;
    },
    async resend(pressed, by, scope) {
      const lead = await leadOf(pressed, scope);
      if (lead === undefined) return TOASTS.unknown;
      return TOASTS[await delivery.resend(lead, by)];
    },
    async take(pressed, manager, scope) {
      const lead = await leadOf(pressed, scope);
      const taken = lead === undefined
        ? { kind: "unknown" } as const
        : await delivery.take(lead, manager);
      return takenText(taken, tellTime);
    },
    async giveBack(pressed, by, scope) {
      const lead = await leadOf(pressed, scope);
      return RETURN_TOASTS[lead === undefined ? "unknown" : await delivery.giveBack(lead, by)];
    },
    async about(pressed, by, scope) {
      const life = await journal.findLife(await leadOf(pressed, scope) ?? 0);
      if (life === undefined || life.lead.chatId === 0) return { text: TOASTS.unknown };
      const { lead } = life;
      const profile = profiles().byKey.get(lead.profile);
      const hasCrm = profile !== undefined && hasDestination(profile);
      const attempts = await journal.attemptsOf(lead.number);
      const text = aboutText(lead, attempts, { hasCrm, isHeld: lead.held }, tellTime);
      if (lead.card !== null && (await journal.cardsOn(lead.card)).length > 1) {
        await delivery.showWhole(lead.number, by);
      }
      return { text, alert: true };
    },
    async sendAll(profile, by, offer, { profiles: theirs }) {
      const key = await journal.currentProfile(profile, profiles().byKey);
      if (theirs !== null && !theirs.has(key)) return sendingText(0);
      return sendingText(await delivery.sendAll(profile, by, offer));
    },
    async status({ profiles: theirs }) {
      const isTheirs = (profile: string) => theirs === null || theirs.has(profile);
      const waiting = (await journal.leadTotals()).filter(({ profile, state }) =>
        isTheirs(profile) && (state === "received" || state === "undelivered")
      );
      const withoutKey = new Set(profilesWithoutKey());
      const today = await journal.countByProfile(dayStartMs(now()), Number.MAX_SAFE_INTEGER);
      const shown = [...profiles().byKey.values()].filter(({ key }) => isTheirs(key));
      return statusText({
        profiles: await Promise.all(shown.map(async (profile) => ({
          name: profile.name,
          state: profile.state,
          fault: faultOf(profile, withoutKey.has(profile.key)),
          lastAnswer: await journal.lastAnswer(profile.key) ?? null,
          openCards: await journal.countOpenCards(profile.key),
        }))),
        onTheirWay: waiting.reduce((sum, { leads }) => sum + leads, 0),
        today: sum([...today].flatMap(([profile, counts]) => isTheirs(profile) ? [counts] : [])),
      }, tellTime);
    },
  };
}

/** Why a profile's CRM gets no leads, as the page says it. */
function faultOf(profile: Profile, lacksKey: boolean): ProfileStatus["fault"] {
  if (profile.crm?.kind === "faulty") return "badCrm";
  if (lacksKey) return "noKey";
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
