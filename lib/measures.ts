// What the bot measures of itself while it runs, for `/metrics`: in memory, from zero with each start, within fixed bounds.

import { createHistogram, type Histogram } from "./histogram.ts";
import type { CrmOutcome } from "./lead.ts";

/** In seconds: a press takes 1.5 ms without Telegram's own time (docs/performance.md), and up to a minute when Telegram is away. */
const CONFIRMATION_SECONDS = [
  0.001,
  0.0015,
  0.002,
  0.003,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.15,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  30,
  60,
];

/** In seconds: from a CRM next door to one that takes a lead at the third try. */
const ACCEPTED_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** In seconds. */
const PAGE_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Kinds of pages: a label's values, so that no address makes a series of its own. */
export const PAGE_KINDS = [
  "home",
  "profile",
  "leads",
  "lead",
  "menu",
  "login",
  "asset",
  "metrics",
  "other",
] as const;
export type PageKind = typeof PAGE_KINDS[number];

/** Most profiles whose POSTs are counted; beyond it the one counted first is forgotten. */
const MOST_PROFILES = 500;

/** The running totals. */
export interface Measures {
  /** From the press, as Telegram handed it over, until Telegram has the confirmation; in seconds. */
  readonly confirmations: Histogram;
  /** From the press until the CRM accepted the lead, in seconds; a lead whose visitor is asked for a phone waits for the answer. */
  readonly acceptances: { readonly atOnce: Histogram; readonly afterPhone: Histogram };
  /** From a request until the page is ready, with its wait for a turn; in seconds. */
  readonly pages: Readonly<Record<PageKind, Histogram>>;
  /** Counts how a POST of a profile ended. */
  countOutcome(profile: string, outcome: CrmOutcome["kind"]): void;
  /** How a profile's POSTs ended, by the word for that. */
  outcomesOf(profile: string): ReadonlyMap<string, number>;
  /** Counts a 429 of Telegram to a message of this urgency. */
  countTooMany(rank: string): void;
  tooManyOf(rank: string): number;
}

/** Creates the measures, all of them zero. */
export function createMeasures(): Measures {
  const outcomes = new Map<string, Map<CrmOutcome["kind"], number>>();
  const tooMany = new Map<string, number>();
  const page = () => createHistogram(PAGE_SECONDS);

  return {
    confirmations: createHistogram(CONFIRMATION_SECONDS),
    acceptances: {
      atOnce: createHistogram(ACCEPTED_SECONDS),
      afterPhone: createHistogram(ACCEPTED_SECONDS),
    },
    pages: {
      home: page(),
      profile: page(),
      leads: page(),
      lead: page(),
      menu: page(),
      login: page(),
      asset: page(),
      metrics: page(),
      other: page(),
    },
    countOutcome(profile, outcome) {
      const counts = outcomes.get(profile) ?? new Map<CrmOutcome["kind"], number>();
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      outcomes.set(profile, counts);
      const [oldest] = outcomes.keys();
      if (outcomes.size > MOST_PROFILES && oldest !== undefined) outcomes.delete(oldest);
    },
    outcomesOf: (profile) => outcomes.get(profile) ?? new Map(),
    countTooMany: (rank) => void tooMany.set(rank, (tooMany.get(rank) ?? 0) + 1),
    tooManyOf: (rank) => tooMany.get(rank) ?? 0,
  };
}
