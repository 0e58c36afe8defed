// The machine as the app sees it: clocks, chance, names. Types alone.

/** What only `main.ts` takes from the machine. */
export interface Machine {
  /** The time, in ms since 1970. */
  readonly now: () => number;
  /** A monotonic clock for spans, in ms. */
  readonly elapsedMs: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** What this machine is called, for people. */
  readonly host: () => string;
  /** Whether the environment names a proxy for https. */
  readonly isProxied: boolean;
  /** A secret that profiles refer to, from the environment. */
  readonly secret: (name: string) => string | undefined;
}
