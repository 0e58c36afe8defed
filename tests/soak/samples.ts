// What is sampled during a soak, and the demand on each gauge. A new gauge is one more entry of `GAUGES`.

/**
 * How far memory may seem to rise, in MB. V8 collects garbage in steps of 50 MB, and the difference between thirds
 * of a run is mostly where a step ends. A leak of 1 KB a lead is 29 MB in the 25 minutes after the warm-up
 * of a full run.
 */
const MEMORY_NOISE_MB = 10;

/**
 * How long Telegram may be unreachable before all visitors of that time come at once, in s: three failed
 * polls in a row. Each of them opens a connection to the Bot API and one to the CRM, and starts the timers
 * of two calls and of a POST.
 */
const PAUSE_S = 7;

/** Cards that wait for the managers' chat's limit: 20 messages of seven in a minute. */
const MINUTE_OF_CARDS = 140;

/** How much medians of a moment's needs differ from third to third. */
const DRIFT = 25;

/** Every gauge, with its column and the demand on it at a rate of leads a second. */
export const GAUGES = {
  rssMb: { column: "resident MB", words: "resident memory, MB", noise: MEMORY_NOISE_MB },
  heapMb: { column: "heap MB", words: "heap in use, MB", noise: MEMORY_NOISE_MB },
  botApiConnections: {
    column: "to Bot API",
    words: "connections to the Bot API",
    burst: (rate) => PAUSE_S * rate,
    drift: (rate) => PAUSE_S * rate, // Kept open for a while for reuse.
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

/** Its highest value may exceed the warm-up's by a burst; from third to third it may drift. */
export interface Bounded {
  readonly burst: (rate: number) => number;
  readonly drift: (rate: number) => number;
}

export type Sample = Readonly<Record<Gauge, number>> & {
  /** Time since the first visitor came, in s. */
  readonly atS: number;
  readonly presses: number;
  /** The bot's CPU time since the first visitor came, in ms, and its share of one core since the sample before. */
  readonly cpuMs: number;
  readonly cpuShare: number;
};
