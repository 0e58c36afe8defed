// Writes lines in order, many with one call, and never blocks on the reader. Does not know what they say.

/** How important a line is: a record of a lead, a fault, or neither. */
export type Weight = "plain" | "urgent" | "lead";

/** A queue of lines to be written. */
export interface LineWriter {
  /** Queues a line; drops and counts it if too much is waiting for its weight. */
  write(line: string, weight: Weight): void;
  /** Resolves when every line is written or the reader is gone. */
  flushed(): Promise<void>;
}

/** How many lines were dropped since the last report. */
export interface Dropped {
  readonly lines: number;
  readonly leads: number;
}

/** Where lines go, and callbacks for those that are dropped. */
export interface LineWriterOptions {
  /** Writes at least one of the bytes and resolves with their number, as `Deno.stdout.write`. */
  readonly write: (bytes: Uint8Array) => Promise<number>;
  /** Called when there is room again; what it writes precedes any later line. */
  readonly onRoom: (dropped: Dropped) => void;
  /** Called once when the reader is gone, with the lines that it did not get. */
  readonly onGone: (unread: readonly QueuedLine[]) => void;
  readonly sleep: (ms: number) => Promise<void>;
}

/** A waiting line. */
export interface QueuedLine {
  readonly line: string;
  readonly weight: Weight;
}

/**
 * The most that may be waiting when a line of a weight is queued, in UTF-16 units (8, 16 and 48 MB): lines about leads are
 * kept when others are dropped.
 */
export const MOST_WAITING: Readonly<Record<Weight, number>> = {
  plain: 4 * 1024 * 1024,
  urgent: 8 * 1024 * 1024,
  lead: 24 * 1024 * 1024,
};

const MOST_AT_ONCE = 64 * 1024;

/** The wait after a failed write, in ms. */
const RETRY_MS = 1_000;

/**
 * Lines of one turn of the event loop are written together, as are those queued during a write; an urgent line starts a
 * write at once.
 */
export function createLineWriter({ write, onRoom, onGone, sleep }: LineWriterOptions): LineWriter {
  let queue: QueuedLine[] = [];
  let waiting = 0;
  let dropped: Dropped = { lines: 0, leads: 0 };
  /** Set from the first dropped plain line until half of the room is free, so that one report covers them all. */
  let isCrowded = false;
  let isGone = false;
  let turn: ReturnType<typeof setImmediate> | undefined;
  let writing: Promise<void> | undefined;

  function add(line: string, weight: Weight): void {
    const isFull = waiting + costOf(line) > MOST_WAITING[weight];
    isCrowded ||= isFull;
    if (isFull || (isCrowded && weight === "plain")) {
      const leads = dropped.leads + (weight === "lead" ? 1 : 0);
      dropped = { lines: dropped.lines + 1, leads };
      return;
    }
    queue.push({ line, weight });
    waiting += costOf(line);
  }

  function start(): void {
    clearImmediate(turn);
    turn = undefined;
    writing ??= writeAll().finally(() => {
      writing = undefined;
      if (queue.length > 0) start(); // A line was queued after the last check.
    });
  }

  async function writeAll(): Promise<void> {
    while (queue.length > 0) {
      const lines = takeFirst();
      const bytes = new TextEncoder().encode(lines.map(({ line }) => `${line}\n`).join(""));
      for (let written = 0; written < bytes.length && !isGone;) {
        written += await writePart(bytes.subarray(written));
      }
      if (isGone) return leave(lines);
      sayDropped();
    }
  }

  function takeFirst(): QueuedLine[] {
    let length = 0;
    const end = queue.findIndex(({ line }) => (length += costOf(line)) > MOST_AT_ONCE);
    const lines = end === -1 ? queue : queue.slice(0, Math.max(end, 1));
    queue = queue.slice(lines.length);
    waiting -= lines.reduce((sum, { line }) => sum + costOf(line), 0);
    return lines;
  }

  /** The number of bytes written; 0 to try again. */
  async function writePart(bytes: Uint8Array): Promise<number> {
    try {
      return await write(bytes);
    } catch (error) {
      isGone = error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.BadResource;
      if (!isGone) await sleep(RETRY_MS);
      return 0;
    }
  }

  function sayDropped(): void {
    if (!isCrowded || waiting > MOST_WAITING.plain / 2) return;
    const said = dropped;
    dropped = { lines: 0, leads: 0 };
    isCrowded = false;
    onRoom(said);
  }

  function leave(lines: readonly QueuedLine[]): void {
    const unread = [...lines, ...queue];
    queue = [];
    onGone(unread);
  }

  return {
    write(line, weight) {
      if (isGone) return onGone([{ line, weight }]);
      add(line, weight);
      if (writing !== undefined || queue.length === 0) return;
      if (weight === "plain") turn ??= setImmediate(start);
      else start();
    },
    async flushed() {
      if (turn !== undefined) start();
      while (writing !== undefined) await writing;
    },
  };
}

/** Includes the overhead of a queue entry, so that empty lines count too. */
function costOf(line: string): number {
  return line.length + 32;
}
