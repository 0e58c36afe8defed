// Lets the calls to one CRM account leave one after another, no more of them a second than it allows. Sends nothing.

/** The kinds of calls, first to leave first: leads, then look-ups for an admin who waits, then notes. */
const RANKS = ["lead", "page", "note"] as const;
export type CallRank = typeof RANKS[number];

/** How many calls to an account may leave within a second. */
export interface AccountPace {
  readonly account: string;
  readonly callsPerSecond: number;
}

/** The lines of all accounts; they do not wait for each other. */
export interface CallPace {
  /**
   * Runs `call` as the next of its account. It awaits `leave` right before it sends, and the next call begins after that;
   * what it does before, such as recording an attempt, is done for one call at a time. `leave` resolves with false when the
   * process stops, or another one calls the account now: then nothing may be sent.
   */
  run<T>(
    pace: AccountPace,
    rank: CallRank,
    call: (leave: () => Promise<boolean>) => Promise<T>,
  ): Promise<T>;
  /** Lets no call of an account leave for this time, as it asked. */
  hold(account: string, ms: number): void;
  /** An account took or declined a call without asking for a wait. */
  ease(account: string): void;
  /** For how long an account has only asked for waits, in ms; 0 where its last answer was another. */
  heldForMs(account: string): number;
}

/** Calls are this much further apart than their number a second needs, as not all travel equally fast. */
const MARGIN = 1.25;

interface Line {
  /** Who waits, by rank. */
  readonly waiting: Record<CallRank, (() => void)[]>;
  isTaken: boolean;
  nextMs: number;
  heldSinceMs: number | null;
  /** As of `nameFor`, at the last call. */
  name: string | undefined;
}

/** How long a process waits with its first call, in ms: an earlier one may just have ended. */
const HANDOVER_MS = 1_000;

/** Creates the lines. Within the first second nothing leaves: an earlier process may just have ended. */
export function createCallPace({ elapsedMs, sleep, stopping, nameFor }: {
  /** A monotonic clock, in ms. */
  readonly elapsedMs: () => number;
  /** Ends early when the process stops. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly stopping: AbortSignal;
  /**
   * The name under which this process makes the calls to an account, undefined while another one does: then no lead and no
   * note leaves. Without it, it always does.
   */
  readonly nameFor?: ((account: string) => string | undefined) | undefined;
}): CallPace {
  const lines = new Map<string, Line>();
  const firstMs = elapsedMs() + HANDOVER_MS;

  function lineOf(account: string): Line {
    let line = lines.get(account);
    if (line === undefined) {
      line = {
        waiting: { lead: [], page: [], note: [] },
        isTaken: false,
        nextMs: firstMs,
        heldSinceMs: null,
        name: undefined,
      };
      lines.set(account, line);
    }
    return line;
  }

  function enter(line: Line, rank: CallRank): Promise<void> {
    return new Promise((resolve) => {
      line.waiting[rank].push(resolve);
      admit(line);
    });
  }

  function admit(line: Line): void {
    if (line.isTaken) return;
    const rank = RANKS.find((each) => line.waiting[each].length > 0);
    if (rank === undefined) return;
    line.isTaken = true;
    line.waiting[rank].shift()?.();
  }

  return {
    async run({ account, callsPerSecond }, rank, call) {
      const line = lineOf(account);
      await enter(line, rank);
      let hasLeft = false;
      const pass = () => {
        if (hasLeft) return;
        hasLeft = true;
        line.isTaken = false;
        admit(line);
      };
      const isAnothers = () => {
        const name = nameFor?.(account);
        if (name !== undefined && name !== line.name) {
          line.nextMs = Math.max(line.nextMs, elapsedMs() + HANDOVER_MS);
          line.name = name;
        }
        return nameFor !== undefined && name === undefined && rank !== "page";
      };
      const leave = async () => {
        if (isAnothers()) return false;
        for (let waitMs; (waitMs = line.nextMs - elapsedMs()) > 0 && !stopping.aborted;) {
          await sleep(Math.ceil(waitMs));
        }
        line.nextMs = elapsedMs() + 1000 / callsPerSecond * MARGIN;
        pass();
        return !stopping.aborted && !isAnothers();
      };
      try {
        return await call(leave);
      } finally {
        pass();
      }
    },
    hold(account, ms) {
      const line = lineOf(account);
      line.heldSinceMs ??= elapsedMs();
      line.nextMs = Math.max(line.nextMs, elapsedMs() + ms);
    },
    ease: (account) => void (lineOf(account).heldSinceMs = null),
    heldForMs(account) {
      const { heldSinceMs } = lineOf(account);
      return heldSinceMs === null ? 0 : elapsedMs() - heldSinceMs;
    },
  };
}
