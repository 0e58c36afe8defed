// Writes finished lines, many with one call. Knows not what stands in them.

/** Lines on their way out. */
export interface LineWriter {
  write(line: string, isUrgent: boolean): void;
  /** Writes at once what is still held back. */
  flush(): void;
}

/**
 * Writes the lines of one turn of the event loop together: under load a call for each would cost a lead
 * as much as its place in the journal. An urgent line goes at once, with all before it.
 *
 * @param write Gets one line or several, without the last one's line break.
 */
export function writeByTurns(write: (lines: string) => void): LineWriter {
  const held: string[] = [];
  let turn: ReturnType<typeof setImmediate> | undefined;

  function flush(): void {
    clearImmediate(turn);
    turn = undefined;
    if (held.length > 0) write(held.splice(0).join("\n"));
  }

  return {
    write(line, isUrgent) {
      held.push(line);
      if (isUrgent) flush();
      else turn ??= setImmediate(flush);
    },
    flush,
  };
}
