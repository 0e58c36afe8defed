// The part of @std/testing/time that this project's tests use, for where the package is out of reach: names
// and behaviour of @std/testing 1.

/** Time was faked twice, or restored where it was not faked. */
export class TimeError extends Error {
  override name = "TimeError";
}

/**
 * Replaces `Date`, the timers and `AbortSignal.timeout` until it is restored. Time stands still but for {@linkcode tick}
 * and its like; timers run in order of their due time, then of their start.
 */
export class FakeTime implements Disposable {
  readonly #real = {
    Date,
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval,
    signalTimeout: AbortSignal.timeout,
  };
  readonly #timers = new Map<number, Timer>();
  #nowMs: number;
  #lastId = 0;

  /**
   * @param start Unix time in ms; now, if left out.
   * @throws {TimeError} If time is faked already.
   */
  constructor(start: number = Date.now()) {
    if (faked !== null) throw new TimeError("Cannot fake time: it is faked already");
    this.#nowMs = Math.floor(start);
    this.#replaceGlobals();
    faked = this;
  }

  /** Unix time in ms. */
  get now(): number {
    return this.#nowMs;
  }

  /** Lets `ms` pass and runs the timers due by then; a timer that throws stops time there. */
  tick(ms = 0): void {
    const untilMs = this.#nowMs + ms;
    if (untilMs < this.#nowMs) throw new RangeError(`Cannot set time back by ${-ms} ms`);
    for (let id = this.#nextId(); id !== null; id = this.#nextId()) {
      if (this.#dueOf(id) > untilMs) break;
      this.#run(id);
    }
    this.#nowMs = untilMs;
  }

  /** Runs pending microtasks, then lets `ms` pass. */
  async tickAsync(ms = 0): Promise<void> {
    await this.runMicrotasks();
    this.tick(ms);
  }

  /** Lets time pass to the next due timers. Returns whether there were any. */
  next(): boolean {
    const id = this.#nextId();
    if (id !== null) this.tick(this.#dueOf(id) - this.#nowMs);
    return id !== null;
  }

  /** Runs pending microtasks, and those that they start. */
  async runMicrotasks(): Promise<void> {
    const { setTimeout } = this.#real;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }

  /** Restores real time. Throws {@linkcode TimeError} if it is back already. */
  restore(): void {
    if (faked === null) throw new TimeError("Cannot restore time: it is not faked");
    faked = null;
    const { signalTimeout, ...globals } = this.#real;
    Object.assign(globalThis, globals);
    AbortSignal.timeout = signalTimeout;
  }

  [Symbol.dispose](): void {
    this.restore();
  }

  #replaceGlobals(): void {
    const clear = (id: unknown) => {
      if (typeof id === "number") current().#timers.delete(id);
    };
    Object.assign(globalThis, {
      Date: this.#fakeDate(),
      setTimeout(run: Call, ms = 0, ...args: unknown[]) {
        return current().#add(() => run(...args), Math.max(0, Math.floor(ms)), null);
      },
      setInterval(run: Call, ms = 0, ...args: unknown[]) {
        const everyMs = Math.max(1, Math.floor(ms));
        return current().#add(() => run(...args), everyMs, everyMs);
      },
      clearTimeout: clear,
      clearInterval: clear,
    });
    AbortSignal.timeout = (ms) => {
      const controller = new AbortController();
      const reason = new DOMException("Signal timed out.", "TimeoutError");
      setTimeout(() => controller.abort(reason), ms);
      return controller.signal;
    };
  }

  #fakeDate(): DateConstructor {
    const RealDate = this.#real.Date;
    // A Date kept after restore() tells the real time.
    const now = () => faked?.now ?? RealDate.now();
    return new Proxy(RealDate, {
      construct: (_, args, target) =>
        Reflect.construct(RealDate, args.length === 0 ? [now()] : args, target),
      apply: () => new RealDate(now()).toString(),
      get: (_, key, receiver) => key === "now" ? now : Reflect.get(RealDate, key, receiver),
    });
  }

  #add(run: () => void, afterMs: number, everyMs: number | null): number {
    const id = ++this.#lastId;
    this.#timers.set(id, { dueMs: this.#nowMs + afterMs, everyMs, run });
    return id;
  }

  #run(id: number): void {
    const timer = this.#timers.get(id);
    if (timer === undefined) return;
    this.#nowMs = timer.dueMs;
    // An interval runs after the timers that are already due at its next time, so its place in the map changes.
    this.#timers.delete(id);
    if (timer.everyMs !== null) {
      this.#timers.set(id, { ...timer, dueMs: timer.dueMs + timer.everyMs });
    }
    timer.run();
  }

  #nextId(): number | null {
    let next: number | null = null;
    for (const [id, { dueMs }] of this.#timers) {
      if (next === null || dueMs < this.#dueOf(next)) next = id;
    }
    return next;
  }

  #dueOf(id: number): number {
    return this.#timers.get(id)?.dueMs ?? Infinity;
  }
}

type Call = (...args: unknown[]) => void;

interface Timer {
  readonly dueMs: number;
  readonly everyMs: number | null;
  run(): void;
}

let faked: FakeTime | null = null;

/** The time that is faked now: timer functions may be kept after restore(). */
function current(): FakeTime {
  if (faked === null) throw new TimeError("Cannot use a faked timer: time is not faked any more");
  return faked;
}
