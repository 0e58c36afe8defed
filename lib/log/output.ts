// The process's output: log lines to stdout, configuration faults to stderr.

import { createLineWriter, type Dropped, type LineWriter } from "./line_writer.ts";

/** The process's two streams. */
export interface Output {
  /** Log lines. Once stdout's reader is gone, faults and lines about leads go to stderr. */
  readonly lines: LineWriter;
  readonly faults: LineWriter;
  /** Sets the callback for when log lines have room again after some were dropped. */
  onRoom(tell: (dropped: Dropped) => void): void;
  flushed(): Promise<void>;
}

type Stream = Pick<typeof Deno.stdout, "write">;

/** Creates the output; writes nothing by itself. */
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

/** The log line about dropped lines; its placeholders are the fields of `Dropped`. */
export function droppedLine({ leads }: Dropped): string {
  return leads === 0
    ? "⚠️ … {lines} строк журнала пропущено: их не успевали читать"
    : "⚠️ … {lines} строк журнала пропущено, из них о лидах {leads}: сами лиды у бота записаны";
}
