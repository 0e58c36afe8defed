// The bounds that the bot is held to, as ratios within one run, and the verdicts on them.

import type { Figure } from "./cases.ts";
import { type Measured, ratios } from "./measured.ts";
import { type Summary, summary } from "./statistics.ts";

interface Bound {
  readonly what: string;
  readonly figure: Figure;
  /** The contestant that is held to it: the bot, where it says nothing else. */
  readonly of?: string;
  /** Compared to the first of these that took part; null where the figure is a ratio itself. */
  readonly to: readonly string[] | null;
  readonly sign: keyof typeof KEEPS;
  readonly bound: number;
}

const SQLITE = ["triborg"];
const EMPTY = ["postgres"];
const FLOOR = ["floor"];
const TELEGRAF = ["node-telegraf", "telegraf"];

/** The bounds. */
export const BOUNDS: readonly Bound[] = [
  { what: "leads/s", figure: "leads_per_s", to: FLOOR, sign: "≥", bound: 0.6 },
  { what: "leads/s", figure: "leads_per_s", to: TELEGRAF, sign: "≥", bound: 1.5 },
  { what: "CPU per lead", figure: "cpu_per_lead_ms", to: FLOOR, sign: "≤", bound: 2.5 },
  { what: "CPU per lead", figure: "cpu_per_lead_ms", to: TELEGRAF, sign: "<", bound: 1 },
  { what: "one by one, p50", figure: "one_p50_ms", to: FLOOR, sign: "≤", bound: 1.3 },
  { what: "CRM silent, p50", figure: "silent_p50_ms", to: FLOOR, sign: "≤", bound: 1.5 },
  { what: "first getUpdates", figure: "first_poll_ms", to: FLOOR, sign: "≤", bound: 1.3 },
  { what: "idle memory", figure: "idle_mb", to: FLOOR, sign: "≤", bound: 1.3 },
  { what: "page loaded ÷ idle", figure: "page_slows", to: null, sign: "≤", bound: 1.2 },
  {
    what: "on PostgreSQL, one by one, p50",
    of: "postgres",
    figure: "one_p50_ms",
    to: SQLITE,
    sign: "≤",
    bound: 2.5,
  },
  {
    what: "on PostgreSQL, leads/s",
    of: "postgres",
    figure: "leads_per_s",
    to: SQLITE,
    sign: "≥",
    bound: 0.8,
  },
  {
    what: "on PostgreSQL, CPU per lead",
    of: "postgres",
    figure: "cpu_per_lead_ms",
    to: SQLITE,
    sign: "≤",
    bound: 1.5,
  },
  {
    what: "with many leads, leads/s",
    of: "postgres-grown",
    figure: "leads_per_s",
    to: EMPTY,
    sign: "≥",
    bound: 0.9,
  },
];

const KEEPS = {
  "≥": (ratio: number, bound: number) => ratio >= bound,
  "≤": (ratio: number, bound: number) => ratio <= bound,
  "<": (ratio: number, bound: number) => ratio < bound,
};

/** The contestant that is held to the bounds. */
const BOT = "triborg";

/** The contestant that shows the cost of the rules alone. */
const RULED = "ruled";

/** A bound with what was measured. */
export interface Verdict extends Omit<Bound, "to"> {
  /** The contestant that the ratios are to; null, where the figure is a ratio by itself. */
  readonly to: string | null;
  readonly ratio: Summary;
  /** Whether the median ratio keeps the bound. */
  readonly reached: boolean;
  /** The same ratio of the floor with the three rules; null, where it has none. */
  readonly withRulesAlone: Summary | null;
}

/** A verdict on each bound that was measured. */
export function judge(measured: readonly Measured[]): Verdict[] {
  return BOUNDS.flatMap(({ to: others, ...bound }) => {
    const to = others === null
      ? null
      : others.find((name) => measured.some(({ contestant }) => contestant === name));
    if (to === undefined) return [];
    const ratioOf = (name: string): Summary | null => {
      const samples = ratios(measured, bound.figure, name, to);
      return samples.length === 0 ? null : summary(samples);
    };
    const ratio = ratioOf(bound.of ?? BOT);
    if (ratio === null) return [];
    const reached = KEEPS[bound.sign](ratio.median, bound.bound);
    return [{ ...bound, to, ratio, reached, withRulesAlone: ratioOf(RULED) }];
  });
}
