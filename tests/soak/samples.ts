// What is sampled during a soak, and what is demanded of each gauge. A new gauge is one more entry of `GAUGES`.

/**
 * V8 lets garbage pile up and then collects all of it: memory is a saw with teeth of 50 MB, and what
 * two thirds of a run differ by is mostly where a tooth ends, in MB. A leak of 1 KB a lead is 29 MB
 * within the 25 minutes after the warm-up of a full run.
 */
const MEMORY_NOISE_MB = 10;

/**
 * How long Telegram may have been out of reach before everybody comes at once, in s: three failed polls
 * in a row. How often that is, is chance. Each visitor of so long opens a connection to the Bot API and
 * one to the CRM, and starts the timers of two calls and of a POST.
 */
const PAUSE_S = 7;

/** The minute's cards wait for the managers' pace: 20 messages of seven. */
const MINUTE_OF_CARDS = 140;

/** Medians of what a moment needs, and no pause: they differ by this from third to third. */
const DRIFT = 25;

/** Every gauge, with the column that shows it and what is demanded of it at so many leads a second. */
export const GAUGES = {
  rssMb: { column: "resident MB", words: "resident memory, MB", noise: MEMORY_NOISE_MB },
  heapMb: { column: "heap MB", words: "heap in use, MB", noise: MEMORY_NOISE_MB },
  botApiConnections: {
    column: "to Bot API",
    words: "connections to the Bot API",
    burst: (rate) => PAUSE_S * rate,
    drift: (rate) => PAUSE_S * rate, // They stay open for a while, in case they are needed again.
  },
  crmConnections: {
    column: "to CRM",
    words: "connections to the CRM",
    burst: (rate) => PAUSE_S * rate,
    drift: () => DRIFT,
  },
  timers: {
    column: "timers",
    words: "timers",
    burst: (rate) => 3 * PAUSE_S * rate,
    drift: () => DRIFT,
  },
  listeners: {
    column: "listeners",
    words: "abort listeners",
    burst: (rate) => 3 * PAUSE_S * rate,
    drift: () => DRIFT,
  },
  listenersOnOne: {
    column: "on one",
    words: "abort listeners of one signal",
    burst: () => DRIFT,
    drift: () => 4,
  },
  unconfirmed: {
    column: "to confirm",
    words: "presses to confirm",
    burst: (rate) => PAUSE_S * rate,
    drift: () => DRIFT,
  },
  owedLeads: {
    column: "leads owed",
    words: "leads that are neither in the CRM nor in a card",
    burst: () => MINUTE_OF_CARDS,
    drift: () => MINUTE_OF_CARDS,
  },
} as const satisfies Readonly<Record<string, Demand>>;

export type Gauge = keyof typeof GAUGES;

export type Demand = { readonly column: string; readonly words: string } & (Steady | Bounded);

/** It must not go up by more than its noise. */
export interface Steady {
  readonly noise: number;
}

/** Its highest value must not be above the warm-up's by more than a burst; from third to third it may drift. */
export interface Bounded {
  readonly burst: (rate: number) => number;
  readonly drift: (rate: number) => number;
}

export type Sample = Readonly<Record<Gauge, number>> & {
  /** Since the first visitor came, in s. */
  readonly atS: number;
  readonly presses: number;
  /** The bot's CPU time since the first visitor came, in ms, and its share of one core since the sample before. */
  readonly cpuMs: number;
  readonly cpuShare: number;
};
