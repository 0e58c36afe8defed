// The log: bare lines for people, JSON lines for machines, secrets masked in both. Knows no routes or SQL.

import { configureSync, getLogger, type LogRecord, type Sink } from "@logtape/logtape";
import type { Weight } from "./line_writer.ts";
import type { Mask } from "./mask.ts";
import { oneLine } from "./one_line.ts";
import { createSpans, type FollowSpan, NO_SPANS, type Span, type Spans } from "./spans.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = typeof LOG_LEVELS[number];
export type LogFormat = "text" | "json";

/** What a line is about: its placeholders, and the fields of its JSON form. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** Writes one line; `{name}` in the message is filled from the facts. A JSON line has the fields of its span, too. */
export interface Log extends Spans {
  debug(message: string, facts?: Facts): void;
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
}

/** Starts the log. Facts are cut, masked and made one visible line for both formats; `write` gets each finished line. */
export function createLog(
  options: {
    readonly format: LogFormat;
    readonly level: LogLevel;
    readonly mask: Mask;
    readonly write: (line: string, weight: Weight) => void;
    /** What a text line begins with, for its moment in ms since 1970; by default nothing. */
    readonly beginning?: ((atMs: number) => string) | undefined;
    /** Follows the spans. */
    readonly follow?: FollowSpan | undefined;
  },
): Log {
  const { mask, beginning = () => "", follow } = options;
  const isJson = options.format === "json";
  const spans = isJson || follow !== undefined ? createSpans(follow) : NO_SPANS;
  const format = (record: LogRecord) =>
    isJson
      ? jsonLine(record, mask, spans.current())
      : beginning(record.timestamp) + textLine(record, mask);
  const sink: Sink = (record) => options.write(format(record), weightOf(record));
  configureSync({
    reset: true,
    sinks: { sink },
    loggers: [
      { category: "triborg", sinks: ["sink"], lowestLevel: LOGTAPE_LEVEL[options.level] },
      { category: ["logtape", "meta"], sinks: ["sink"], lowestLevel: "error" },
    ],
  });
  const logger = getLogger("triborg");
  return {
    debug: (message, facts) => logger.debug(message, facts),
    info: (message, facts) => logger.info(message, facts),
    warn: (message, facts) => logger.warn(message, facts),
    error: (message, facts) => logger.error(message, facts),
    span: spans.span,
    learned: spans.learned,
    apart: spans.apart,
  };
}

const LOGTAPE_LEVEL = { debug: "debug", info: "info", warn: "warning", error: "error" } as const;

/** At most this much of one fact is shown, in UTF-16 units: more than any text of a lead. */
const MOST_OF_FACT = 4096;

function weightOf({ level, properties }: LogRecord): Weight {
  if (level === "debug" || level === "info") return "plain";
  return Object.hasOwn(properties, "lead") ? "lead" : "urgent";
}

function textLine(record: LogRecord, mask: Mask): string {
  const parts = record.message.map((part) => cut(String(part), mask));
  return oneLine(mask.apply(parts.join("")));
}

/** Of the lead and chat of its span a line may name others. */
function jsonLine(record: LogRecord, mask: Mask, span: Span | undefined): string {
  const own = {
    time: new Date(record.timestamp).toISOString(),
    level: record.level,
    message: textLine(record, mask),
  };
  const { lead, chat, id } = span ?? {};
  const facts = Object.entries(record.properties).map(([name, value]) => [
    oneLine(Object.hasOwn(own, name) ? `fact_${name}` : name),
    typeof value === "string" ? oneLine(mask.apply(cut(value, mask))) : value,
  ]);
  return JSON.stringify({ ...own, lead, chat, span: id, ...Object.fromEntries(facts) });
}

function cut(text: string, mask: Mask): string {
  return text.length <= MOST_OF_FACT ? text : `${mask.beginning(text, MOST_OF_FACT)}…`;
}
