// Counts requests within any second, as a rate limit does. Takes the time as an argument.

const SECOND_MS = 1000;

/** Requests of the last second, and the most there have been within one. */
export class SlidingSecond {
  peak = 0;
  #times: number[] = [];

  /** Counts a request at a monotonic time in milliseconds; returns how many the last second has with it. */
  count(atMs: number): number {
    this.#times = this.#times.filter((each) => each > atMs - SECOND_MS);
    this.#times.push(atMs);
    this.peak = Math.max(this.peak, this.#times.length);
    return this.#times.length;
  }
}
