// Leads that are recorded and confirmed, and go nowhere by themselves: one too many of a visitor, or of a blocked one.

import type { Journal } from "../journal/journal.ts";
import type { Confirmation } from "../journal/work.ts";
import type { Lead, NewLead } from "../lead.ts";
import type { Log } from "../log/log.ts";
import { heldText } from "../managers/texts.ts";
import { contact } from "../visitor_name.ts";
import type { Lanes } from "./lanes.ts";

/** Most leads of one visitor within an hour that go to the CRM by themselves. */
export const MOST_LEADS_AN_HOUR = 20;

/** Each resolves when the confirmation has been tried; undefined when the menu was already answered. Parameters are those of `Delivery.receive`. */
export interface HeldBack {
  /** Records a lead that is one too many; a line in the managers' chat counts it. */
  receiveHeld(
    lead: NewLead,
    confirmation: Confirmation,
    pressedAtMs?: number,
  ): Promise<Lead | undefined>;
  /** Records a lead of a blocked visitor, without a word to the managers. */
  receiveBlocked(
    lead: NewLead,
    confirmation: Confirmation,
    pressedAtMs?: number,
  ): Promise<Lead | undefined>;
}

export function createHeldBack({ journal, confirm, wakeManagers, log }: {
  readonly journal: Pick<
    Journal,
    "recordHeld" | "recordBlocked" | "countInHeldLine" | "committed"
  >;
  readonly log: Log;
} & Pick<Lanes, "confirm" | "wakeManagers">): HeldBack {
  async function receiveHeld(newLead: NewLead, confirmation: Confirmation, pressedAtMs?: number) {
    const { visitor, chatId, profile } = newLead;
    const counted = await journal.countInHeldLine(chatId) + 1;
    const line = { alone: heldText(1, visitor), counted: heldText(counted, visitor) };
    const recorded = await journal.recordHeld(newLead, confirmation, line);
    if (recorded === undefined) return undefined;
    log.learned({ lead: recorded.lead.number });
    await journal.committed();
    log.warn(
      "⚠️ Больше {most} лидов за час от одного посетителя: лид не отправлен, он на странице «Лиды». " +
        "Профиль: {profile}, Username: {username}",
      {
        lead: recorded.lead.number,
        most: MOST_LEADS_AN_HOUR,
        profile,
        username: contact(visitor),
      },
    );
    wakeManagers();
    await confirm(recorded.confirmation, pressedAtMs);
    return recorded.lead;
  }

  async function receiveBlocked(
    newLead: NewLead,
    confirmation: Confirmation,
    pressedAtMs?: number,
  ) {
    const recorded = await journal.recordBlocked(newLead, confirmation);
    if (recorded === undefined) return undefined;
    log.learned({ lead: recorded.lead.number });
    await journal.committed();
    const facts = { lead: recorded.lead.number, profile: newLead.profile };
    log.info(
      "🚫 Лид заблокированного посетителя записан и не отправлен. Профиль: {profile}",
      facts,
    );
    await confirm(recorded.confirmation, pressedAtMs);
    return recorded.lead;
  }

  return { receiveHeld, receiveBlocked };
}
