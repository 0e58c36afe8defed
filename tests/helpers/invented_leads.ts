// Invented leads of a fortnight, each with a fate that depends on its number.

import type { Journal } from "../../lib/journal/journal.ts";
import type { Lead } from "../../lib/lead.ts";
import { aNewLead, aVisitor } from "./a_lead.ts";
import { partsOf } from "./journal_parts.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

const PEOPLE = [
  ["Galliard", "betterrman"],
  ["Безник", null],
  ["Анна", "anna_studio"],
  ["Олег", "oleg_dev"],
] as const;

/** Records leads over the last 14 days, newest last, of the profiles agency, cg and express. */
export async function inventLeads(
  journal: Journal,
  nowMs: number,
  count: number,
  profiles: readonly string[] = ["agency", "agency", "agency", "express", "cg"],
): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const [firstName = "", username = null] = PEOPLE[index % PEOPLE.length] ?? [];
    const profile = profiles[index % profiles.length] ?? "agency";
    const age = ((count - index) / count) ** 1.3 * 13.4 * DAY_MS * (0.8 + 0.2 * wave(index));
    const lead = await partsOf(journal).insertLead(aNewLead({
      id: crypto.randomUUID(),
      profile,
      profileName: `MONSTER ${profile.toUpperCase()}`,
      visitor: aVisitor({ userId: 1000 + index, firstName, username }),
      chatId: 1000 + index,
      menuMessageId: index,
      receivedAtMs: Math.floor(nowMs - age),
    }));
    if (lead !== undefined) await finish(journal, lead, index);
  }
}

async function finish(
  journal: Journal,
  { number, profile, receivedAtMs }: Lead,
  index: number,
): Promise<void> {
  if (profile === "cg") return void await partsOf(journal).moveLead(number, "in_admin_chat");
  const attempt = await partsOf(journal).addAttempt(number, null, receivedAtMs);
  const accepted = index % 9 !== 4;
  if (accepted) {
    await partsOf(journal).closeAttempt(
      attempt,
      { kind: "accepted", status: 200 },
      receivedAtMs + 300,
    );
    await partsOf(journal).moveLead(number, "in_crm");
  } else {
    await partsOf(journal).closeAttempt(
      attempt,
      { kind: "timeout", afterMs: 10_000 },
      receivedAtMs + 10_000,
    );
    await partsOf(journal).moveLead(number, index % 5 === 0 ? "undelivered" : "in_admin_chat");
  }
}

function wave(index: number): number {
  return (Math.sin(index) + 1) / 2;
}
