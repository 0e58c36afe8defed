// Lets verbs run one at a time, in the order in which they came. Does not know what they do.

/** A queue of verbs. */
export interface Turns {
  /** Runs this after what came before; rejects with what it throws, or with what `refuse` was told while it waited. */
  take<T>(verb: () => Promise<T>): Promise<T>;
  /** Refuses all that wait; what runs goes on. */
  refuse(why: Error): void;
  isIdle(): boolean;
  /** Resolves when none runs or waits. */
  idle(): Promise<void>;
}

interface Waiting {
  readonly start: () => void;
  readonly refuse: (why: Error) => void;
}

/** @param onIdle Called after a verb when none waits. */
export function createTurns(onIdle: () => void): Turns {
  let waiting: Waiting[] = [];
  let first = 0;
  let running = false;
  let idle = Promise.withResolvers<void>();

  function next(): void {
    const turn = waiting[first];
    if (turn !== undefined) {
      first++;
      return turn.start();
    }
    waiting = [];
    first = 0;
    running = false;
    idle.resolve();
    idle = Promise.withResolvers();
    onIdle();
  }

  return {
    async take(verb) {
      if (running) {
        await new Promise<void>((start, refuse) => waiting.push({ start, refuse }));
      }
      running = true;
      try {
        return await verb();
      } finally {
        next();
      }
    },
    refuse(why) {
      const refused = waiting.slice(first);
      waiting = [];
      first = 0;
      for (const each of refused) each.refuse(why);
    },
    isIdle: () => !running,
    idle: () => running ? idle.promise : Promise.resolve(),
  };
}
