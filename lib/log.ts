// The log: bare lines for people, JSON lines for machines, secrets masked in both. Knows no routes or SQL.

import { configureSync, getLogger, type LogRecord, type Sink } from "@logtape/logtape";
import type { LogFormat, LogLevel } from "./config.ts";
import type { Mask } from "./log/mask.ts";

/** What a line is about: its placeholders, and the fields of its JSON form. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** Writes one line; `{name}` in the message is filled from the facts. */
export interface Log {
  debug(message: string, facts?: Facts): void;
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
}

/**
 * Starts the process's log.
 *
 * @param write Gets each finished line, without its line break, and whether somebody may be needed.
 */
export function createLog(
  options: {
    readonly format: LogFormat;
    readonly level: LogLevel;
    readonly mask: Mask;
    readonly write: (line: string, isUrgent: boolean) => void;
  },
): Log {
  const format = options.format === "json" ? jsonLine : textLine;
  const sink: Sink = (record) => {
    const isUrgent = record.level !== "debug" && record.level !== "info";
    options.write(options.mask.apply(format(record)), isUrgent);
  };
  configureSync({
    reset: true,
    sinks: { sink },
    loggers: [
      { category: "triborg", sinks: ["sink"], lowestLevel: LOGTAPE_LEVEL[options.level] },
      { category: ["logtape", "meta"], sinks: ["sink"], lowestLevel: "error" },
    ],
  });
  return getLogger("triborg");
}

const LOGTAPE_LEVEL = { debug: "debug", info: "info", warn: "warning", error: "error" } as const;

/** One line whatever a visitor or a CRM put into it: a lead's name cannot forge a line of the log. */
function textLine(record: LogRecord): string {
  return record.message.map(String).join("").replace(/\s*[\r\n\u2028\u2029]+\s*/g, " ");
}

function jsonLine(record: LogRecord): string {
  return JSON.stringify({
    time: new Date(record.timestamp).toISOString(),
    level: record.level,
    message: textLine(record),
    ...record.properties,
  });
}
