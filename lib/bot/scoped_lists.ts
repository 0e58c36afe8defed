// The lists of leads as one managers' chat may see them: of its profiles alone. Looks no further than the lists of all do.

import type { Cursor, LeadFilter, LeadPage } from "../journal/journal.ts";
import type { Place } from "../lead.ts";
import type { Scope } from "../managers/chats.ts";
import type { ListJournal } from "./lead_lists.ts";

/** The lists of a scope; the main chat's are those of the journal. */
export function listOf(journal: ListJournal, { profiles, has }: Scope): ListJournal {
  if (profiles === null) return journal;
  return {
    listLeads: async (filter, cursor, most) =>
      merged(
        await Promise.all(
          [...profiles].map((profile) => journal.listLeads({ ...filter, profile }, cursor, most)),
        ),
        cursor,
        most,
      ),
    async countListed(filter: LeadFilter) {
      const total: Partial<Record<Place, number>> = {};
      for (const profile of profiles) {
        const counts = await journal.countListed({ ...filter, profile });
        if (counts === undefined) return undefined;
        for (const [place, leads] of Object.entries(counts) as [Place, number][]) {
          total[place] = (total[place] ?? 0) + leads;
        }
      }
      return total;
    },
    async findLife(number) {
      const life = await journal.findLife(number);
      return life !== undefined && has(life.lead) ? life : undefined;
    },
  };
}

/** One page of several profiles' pages: as far as each of them has come. */
function merged(pages: readonly LeadPage[], cursor: Cursor, most: number): LeadPage {
  const isBack = cursor.after === undefined;
  const ends = pages.flatMap(({ next }) => next ?? []);
  const end = ends.length === 0 ? undefined : isBack ? Math.max(...ends) : Math.min(...ends);
  const isWithin = (number: number) =>
    end === undefined || (isBack ? number >= end : number <= end);
  const leads = pages.flatMap((each) => each.leads).filter(({ number }) => isWithin(number))
    .toSorted((a, b) => b.number - a.number);
  const taken = isBack ? leads.slice(0, most) : leads.slice(-most);
  const isFull = leads.length > most;
  const last = isBack ? taken.at(-1) : taken.at(0);
  return {
    leads: taken,
    next: isFull ? last?.number : end,
    cutShort: !isFull && pages.some(({ cutShort, next }) => cutShort && next === end),
  };
}
