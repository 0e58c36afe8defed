// Where the process's lines go: the log's to stdout, faults of the configuration to stderr. Holds no rule of the log.

import { createLineWriter, type Dropped, type LineWriter } from "./line_writer.ts";

/** The process's two streams. */
export interface Output {
  /** The log's lines. Those that are more than plain go to stderr once stdout's reader is gone. */
  readonly lines: LineWriter;
  /** What is said before there is a log. */
  readonly faults: LineWriter;
  /** From now on told when the log's lines have room again, and how many were dropped. */
  onRoom(tell: (dropped: Dropped) => void): void;
  /** Resolves when both are written. */
  flushed(): Promise<void>;
}

type Stream = Pick<typeof Deno.stdout, "write">;

/** Writes nothing by itself. */
export function createOutput(
  { stdout, stderr, sleep }: {
    readonly stdout: Stream;
    readonly stderr: Stream;
    readonly sleep: (ms: number) => Promise<void>;
  },
): Output {
  let tellDropped: (dropped: Dropped) => void = () => {};
  const faults = createLineWriter({
    write: (bytes) => stderr.write(bytes),
    onRoom: () => {},
    onGone: () => {},
    sleep,
  });
  const lines = createLineWriter({
    write: (bytes) => stdout.write(bytes),
    onRoom: (dropped) => tellDropped(dropped),
    onGone(unread) {
      for (const { line, weight } of unread) {
        if (weight !== "plain") faults.write(line, weight);
      }
    },
    sleep,
  });
  return {
    lines,
    faults,
    onRoom: (tell) => void (tellDropped = tell),
    async flushed() {
      await lines.flushed();
      await faults.flushed();
    },
  };
}

/** The log's line about lines that it lost; its placeholders are what was dropped. */
export function droppedLine({ leads }: Dropped): string {
  return leads === 0
    ? "⚠️ … {lines} строк журнала пропущено: их не успевали читать"
    : "⚠️ … {lines} строк журнала пропущено, из них о лидах {leads}: сами лиды у бота записаны";
}
