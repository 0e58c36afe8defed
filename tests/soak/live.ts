// Counts what could pile up in a process: timers, and listeners on abort signals. Knows nothing of the program.

/** The count now, and the most since `take` was last called. */
export interface Live {
  readonly now: number;
  readonly most: number;
}

export interface Watch {
  take(): Live;
}

class Count {
  #now = 0;
  #most = 0;

  add(change: number): void {
    this.#now += change;
    this.#most = Math.max(this.#most, this.#now);
  }

  take(): Live {
    const taken = { now: this.#now, most: this.#most };
    this.#most = this.#now;
    return taken;
  }
}

/** The global functions that start and end timers. */
export type Timers = Pick<
  typeof globalThis,
  "setTimeout" | "clearTimeout" | "setInterval" | "clearInterval"
>;

type Callback = (...args: unknown[]) => void;

/** Replaces a scope's timer functions by counting ones. */
export function watchTimers(scope: Timers): Watch {
  const { setTimeout, clearTimeout, setInterval, clearInterval } = scope;
  const live = new Set<number>();
  const count = new Count();

  // A timer is a number, or an object that stands for one.
  function begin<Timer>(timer: Timer): Timer {
    live.add(Number(timer));
    count.add(1);
    return timer;
  }

  function end(timer: unknown): void {
    if (live.delete(Number(timer))) count.add(-1);
  }

  Object.assign(scope, {
    setTimeout(callback: Callback, ms?: number, ...args: unknown[]) {
      const timer = begin(setTimeout(() => {
        end(timer);
        callback(...args);
      }, ms));
      return timer;
    },
    clearTimeout(timer?: number) {
      end(timer);
      clearTimeout(timer);
    },
    setInterval: (callback: Callback, ms?: number, ...args: unknown[]) =>
      begin(setInterval(callback, ms, ...args)),
    clearInterval(timer?: number) {
      end(timer);
      clearInterval(timer);
    },
  });
  return count;
}

/** Abort listeners, as `watchAbortListeners` counts them. */
export interface ListenerWatch extends Watch {
  /** The most that one signal has now. */
  mostOnOne(): number;
}

type Listening = Pick<EventTarget, "addEventListener" | "removeEventListener">;

/**
 * Replaces `addEventListener` and `removeEventListener` of a prototype by counting methods. Listeners of
 * an aborted or collected signal do not count.
 */
export function watchAbortListeners(prototype: Listening): ListenerWatch {
  const { addEventListener, removeEventListener } = prototype;
  const count = new Count();
  const bySignal = new WeakMap<AbortSignal, Set<unknown>>();
  const signals = new Set<WeakRef<AbortSignal>>();
  const collected = new FinalizationRegistry<{ ref: WeakRef<AbortSignal>; on: Set<unknown> }>(
    ({ ref, on }) => forget(ref, on),
  );

  function forget(ref: WeakRef<AbortSignal>, on: Set<unknown>): void {
    signals.delete(ref);
    count.add(-on.size);
    on.clear();
  }

  function listenersOf(signal: AbortSignal): Set<unknown> {
    let on = bySignal.get(signal);
    if (on === undefined) {
      on = new Set();
      const [ref, known] = [new WeakRef(signal), on];
      bySignal.set(signal, on);
      signals.add(ref);
      collected.register(signal, { ref, on });
      addEventListener.call(signal, "abort", () => forget(ref, known), { once: true });
    }
    return on;
  }

  prototype.addEventListener = function (this: EventTarget, type, listener, options): void {
    addEventListener.call(this, type, listener, options);
    if (type !== "abort" || !(this instanceof AbortSignal) || this.aborted || !listener) return;
    const on = listenersOf(this);
    if (!on.has(listener)) count.add(1);
    on.add(listener);
  };
  prototype.removeEventListener = function (this: EventTarget, type, listener, options): void {
    removeEventListener.call(this, type, listener, options);
    if (type === "abort" && this instanceof AbortSignal) end(this, listener);
  };

  function end(signal: AbortSignal, listener: unknown): void {
    if (bySignal.get(signal)?.delete(listener)) count.add(-1);
  }

  return {
    take: () => count.take(),
    mostOnOne() {
      const living = [...signals].flatMap((ref) => ref.deref() ?? []);
      return Math.max(0, ...living.map((signal) => bySignal.get(signal)?.size ?? 0));
    },
  };
}
