// A rate limit that lets a burst through and then so many a second. Takes the time as an argument.

/** Holds what came and has not drained yet. */
export class LeakyBucket {
  readonly #size: number;
  readonly #perSecond: number;
  #level = 0;
  #atMs = 0;

  constructor(size: number, perSecond: number) {
    this.#size = size;
    this.#perSecond = perSecond;
  }

  /** Whether there is room for one more at a monotonic time in milliseconds; if so it is in. */
  take(atMs: number): boolean {
    const drained = (atMs - this.#atMs) / 1000 * this.#perSecond;
    this.#level = Math.max(0, this.#level - drained);
    this.#atMs = atMs;
    if (this.#level + 1 > this.#size) return false;
    this.#level += 1;
    return true;
  }
}
