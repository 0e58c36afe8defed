// Counts measured values in fixed buckets, in memory. Knows no metric.

/** Values counted so far. */
export interface HistogramReading {
  /** Upper bounds of the buckets, ascending; each includes its bound. */
  readonly bounds: readonly number[];
  /** How many values are at most each bound: never fewer than before it. */
  readonly upTo: readonly number[];
  /** How many values in all, also those above the last bound. */
  readonly count: number;
  readonly sum: number;
}

/** Counts values; its memory does not grow. */
export interface Histogram {
  /** Counts a value; one that is not finite is left out, one below 0 counts as 0. */
  observe(value: number): void;
  read(): HistogramReading;
}

/** Creates a histogram. @param bounds Upper bounds, ascending. */
export function createHistogram(bounds: readonly number[]): Histogram {
  const counts = new Float64Array(bounds.length + 1);
  let sum = 0;

  return {
    observe(value) {
      if (!Number.isFinite(value)) return;
      const counted = Math.max(value, 0);
      let at = 0;
      while (at < bounds.length && counted > (bounds[at] ?? Infinity)) at++;
      counts[at] = (counts[at] ?? 0) + 1;
      sum += counted;
    },
    read() {
      let count = 0;
      const upTo = bounds.map((_, at) => count += counts[at] ?? 0);
      return { bounds, upTo, count: count + (counts[bounds.length] ?? 0), sum };
    },
  };
}
