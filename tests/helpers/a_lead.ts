// Leads, visitors and follow-ups for tests: complete by default, a test states only what matters.

import type { Confirmation } from "../../lib/journal/journal.ts";
import type { FollowUp, FollowUpContent, Lead, NewLead, Visitor } from "../../lib/lead.ts";

/** The tests' moment: 15 January 2026, noon UTC. */
export const NOON_MS = Date.UTC(2026, 0, 15, 12);

export function aVisitor(details: Partial<Visitor> = {}): Visitor {
  return {
    userId: 310_452_007,
    username: "betterrman",
    firstName: "Galliard",
    lastName: null,
    language: "ru",
    ...details,
  };
}

export function aNewLead(details: Partial<NewLead> = {}): NewLead {
  return {
    id: "5b0f6a52-8c5e-4a53-9d0e-3f2f3a6f7c11",
    profile: "agency",
    profileName: "MONSTER AGENCY",
    choice: "Привлечь клиентов",
    visitor: aVisitor(),
    chatId: 310_452_007,
    menuMessageId: 2,
    receivedAtMs: NOON_MS,
    source: null,
    ...details,
  };
}

export function aLead(details: Partial<Lead> = {}): Lead {
  return { ...aNewLead(), number: 1, state: "received", phone: null, card: null, ...details };
}

export function aConfirmation(details: Partial<Confirmation> = {}): Confirmation {
  return { chatId: 310_452_007, messageId: 2, text: "✅ Принято", photo: false, ...details };
}

/** The managers' note on a lead that was held back. */
export const A_HELD_LINE = { alone: "1 held", counted: "more held" };

export function someContent(details: Partial<FollowUpContent> = {}): FollowUpContent {
  return { text: "https://example.com", entities: [], media: null, captionable: false, ...details };
}

export function aFollowUp(details: Partial<FollowUp> = {}): FollowUp {
  return {
    number: 1,
    lead: 1,
    chatId: 310_452_007,
    messageIds: [4],
    content: someContent(),
    partsShown: 0,
    ...details,
  };
}
