// Writes finished lines in their order, many with one call, and never waits for their reader. Knows not what stands in them.

/** How much depends on a line: a lead's last record, a fault, or neither. */
export type Weight = "plain" | "urgent" | "lead";

/** Lines on their way out. */
export interface LineWriter {
  /** Queues a line; drops and counts it when too much waits already for one of its weight. */
  write(line: string, weight: Weight): void;
  /** Resolves when every line is written, or the reader is gone. */
  flushed(): Promise<void>;
}

/** How many lines were dropped since it was last said. */
export interface Dropped {
  readonly lines: number;
  /** Those of them about a lead. */
  readonly leads: number;
}

/** Where lines go, and who is told of those that do not. */
export interface LineWriterOptions {
  /** Writes a part of the bytes, at least one, and resolves with their number; `Deno.stdout.write`. */
  readonly write: (bytes: Uint8Array) => Promise<number>;
  /** Told when there is room again; what it writes comes before any later line. */
  readonly onRoom: (dropped: Dropped) => void;
  /** Told once when the reader has gone: the lines that it did not get. */
  readonly onGone: (unread: readonly QueuedLine[]) => void;
  readonly sleep: (ms: number) => Promise<void>;
}

/** A line that waits. */
export interface QueuedLine {
  readonly line: string;
  readonly weight: Weight;
}

/**
 * How much may wait in all when a line of this weight comes, in UTF-16 units: 8, 16 and 48 MB at most. So
 * neither a crowd's lines nor a peer's faults take the room of those about leads.
 */
export const MOST_WAITING: Readonly<Record<Weight, number>> = {
  plain: 4 * 1024 * 1024,
  urgent: 8 * 1024 * 1024,
  lead: 24 * 1024 * 1024,
};

/** How much is written with one call, in UTF-16 units. */
const MOST_AT_ONCE = 64 * 1024;

/** How long until a write that failed is tried again, in ms: a disk may have room again. */
const RETRY_MS = 1_000;

/**
 * Lines of one turn of the event loop leave together, as do those that come while a write is under way; an
 * urgent line starts a write at once.
 */
export function createLineWriter({ write, onRoom, onGone, sleep }: LineWriterOptions): LineWriter {
  let queue: QueuedLine[] = [];
  let waiting = 0;
  let dropped: Dropped = { lines: 0, leads: 0 };
  /** From the first plain line that is dropped until half of the room is free: one count for all of them. */
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
      if (queue.length > 0) start(); // It came after the last look into the queue.
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

  /** How many bytes were written; 0 where it has to be tried again. */
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

/** With what its place in the queue takes, so that empty lines do not wait for nothing. */
function costOf(line: string): number {
  return line.length + 32;
}
