// A log whose writer is loaded when a start has time for it. Knows not how a line is written.

import type { Facts, Log } from "./log.ts";

export interface LateLog extends Log {
  /** Loads the writer, once, and hands it the lines that waited. */
  open(): Promise<void>;
}

/** Where the writer cannot be loaded: the bare messages, whose facts may hold a secret. */
const BARE: Log = {
  debug() {},
  info: (message) => console.error(message),
  warn: (message) => console.error(message),
  error: (message) => console.error(message),
};

/** Until it is opened, lines wait in their order. */
export function lateLog(load: () => Promise<Log>): LateLog {
  let log: Log | undefined;
  let opening: Promise<void> | undefined;
  const waiting: ((log: Log) => void)[] = [];

  async function open(): Promise<void> {
    let failure: unknown;
    const opened = await load().catch((error) => {
      failure = error;
      return BARE;
    });
    log = opened;
    for (const tell of waiting.splice(0)) tell(opened);
    if (failure !== undefined) throw failure;
  }

  function level(name: keyof Log): (message: string, facts?: Facts) => void {
    return (message, facts) => {
      if (log === undefined) waiting.push((opened) => opened[name](message, facts));
      else log[name](message, facts);
    };
  }

  return {
    debug: level("debug"),
    info: level("info"),
    warn: level("warn"),
    error: level("error"),
    open: () => opening ??= open(),
  };
}
