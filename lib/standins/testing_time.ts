// The part of @std/testing/time this project's tests use, where the package itself is out of reach: names and
// behaviour of @std/testing 1. Knows nothing of what is tested.
//
// Not offered, so that using it does not compile: advanceRate, delay(), runAll(), runAllAsync(), restoreFor(). Not
// imitated: there a class that extends the faked Date loses its methods.

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
  readonly #startMs: number;
  readonly #timers = new Map<number, Timer>();
  #nowMs: number;
  #lastId = 0;

  /**
   * @param start When it is; now, if left out.
   * @throws {TimeError} If time is faked already.
   * @throws {TypeError} If `start` is not a date.
   */
  constructor(start?: number | string | Date | null) {
    if (faked !== null) throw new TimeError("Cannot fake time: it is faked already");
    this.#startMs = Math.floor(new Date(start ?? Date.now()).valueOf());
    if (Number.isNaN(this.#startMs)) {
      throw new TypeError(`Cannot fake time: "${start}" is not a date`);
    }
    this.#nowMs = this.#startMs;
    this.#replaceGlobals();
    faked = this;
  }

  /** Restores real time, whichever instance faked it. */
  static restore(): void {
    if (faked === null) throw new TimeError("Cannot restore time: it is not faked");
    faked.restore();
  }

  /** Unix time in ms. */
  get start(): number {
    return this.#startMs;
  }

  /** Unix time in ms. Setting it runs the timers due by then; a timer that throws stops it there. */
  get now(): number {
    return this.#nowMs;
  }
  set now(untilMs: number) {
    if (untilMs < this.#nowMs) {
      throw new RangeError(`Cannot set time back: ${untilMs} is before ${this.#nowMs}`);
    }
    for (let id = this.#nextId(); id !== null; id = this.#nextId()) {
      if (this.#dueOf(id) > untilMs) break;
      this.#run(id);
    }
    this.#nowMs = untilMs;
  }

  /** Lets `ms` pass. */
  tick(ms = 0): void {
    this.now += ms;
  }

  /** Runs pending microtasks, then lets `ms` pass. */
  async tickAsync(ms = 0): Promise<void> {
    await this.runMicrotasks();
    this.tick(ms);
  }

  /** Lets time pass to the next due timers. Returns whether there were any. */
  next(): boolean {
    const id = this.#nextId();
    if (id !== null) this.now = this.#dueOf(id);
    return id !== null;
  }

  /** Runs pending microtasks, then {@linkcode next}. */
  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    return this.next();
  }

  /** Runs pending microtasks, those they start included. */
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
      setTimeout(call: unknown, ms = 0, ...args: unknown[]) {
        const run = callback(call);
        return current().#add(() => run(...args), Math.max(0, Math.floor(ms)), null);
      },
      setInterval(call: unknown, ms = 0, ...args: unknown[]) {
        const run = callback(call);
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
    // A Date that outlives the faked time tells the real one.
    const now = () => faked?.now ?? RealDate.now();
    return new Proxy(RealDate, {
      construct: (_, args, target) =>
        Reflect.construct(RealDate, args.length === 0 ? [now()] : args, target),
      apply: () => new RealDate(now()).toString(),
      get: (_, key, receiver) => key === "now" ? now : Reflect.get(RealDate, key, receiver),
    });
  }

  /** A delay that is no number never ends. */
  #add(run: () => void, afterMs: number, everyMs: number | null): number {
    const id = ++this.#lastId;
    if (!Number.isNaN(afterMs)) {
      this.#timers.set(id, { dueMs: this.#nowMs + afterMs, everyMs, run });
    }
    return id;
  }

  #run(id: number): void {
    const timer = this.#timers.get(id);
    if (timer === undefined) return;
    this.#nowMs = timer.dueMs;
    // An interval goes behind the timers of its next due time, so it leaves its place in the map.
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

/** The faked time that a timer belongs to, wherever its function was taken from. */
function current(): FakeTime {
  if (faked === null) throw new TimeError("Cannot use a faked timer: time is not faked any more");
  return faked;
}

function callback(call: unknown): Call {
  if (typeof call === "function") return call as Call;
  throw new TimeError("Cannot fake a timer: its callback is no function");
}
