// What the journal tells in long reads: to the page, to metrics and reports. They run beside what writes, where the engine can.

import type { BotKeys } from "./bots.ts";
import { type CrmFailureRecords, crmFailureRecords } from "./crm_failures.ts";
import { noteCounts } from "./crm_notes.ts";
import type { Database } from "./engine.ts";
import { type LeadLives, leadLives } from "./lead_life.ts";
import { type LeadPages, leadPages } from "./lead_list.ts";
import { type OpenLeads, openLeads } from "./open_leads.ts";
import { type OwedLanes, owedLanes } from "./owed_lanes.ts";
import { type ProfileCounts, profileCounts } from "./profile_counts.ts";
import { type SourceCounts, sourceRecords } from "./sources.ts";
import { type Totals, totals } from "./totals.ts";
import { waitingLeadRecords, type WaitingLeads } from "./waiting_leads.ts";

export type Reads =
  & LeadPages
  & Pick<LeadLives, "findLife" | "postsOwed">
  & Totals
  & SourceCounts
  & ProfileCounts
  & OwedLanes
  & OpenLeads
  & WaitingLeads
  & CrmFailureRecords;

/** The reads in an open database. What is read within a verb that writes has to be read by its own connection instead. */
export function createReads(db: Database, keys: BotKeys): Reads {
  const reading: Database = { ...db, reader: db.reading.reader };
  const sums = totals(reading);
  const sources = sourceRecords(reading);
  const { countSources } = sources;
  const { findLife, postsOwed } = leadLives(reading, keys, noteCounts(reading));
  return {
    ...leadPages(reading, keys, { ...sums, ...sources }),
    ...sums,
    ...profileCounts(reading),
    ...owedLanes(reading),
    ...openLeads(reading),
    ...waitingLeadRecords(reading, keys),
    ...crmFailureRecords(reading),
    countSources,
    findLife,
    postsOwed,
  };
}
