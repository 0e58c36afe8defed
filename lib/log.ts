// The log: bare lines for people, JSON lines for machines, secrets masked in both. Knows no routes or SQL.

import { configureSync, getLogger, type LogRecord, type Sink } from "@logtape/logtape";
import type { LogFormat, LogLevel } from "./config.ts";

/** What a line is about: its placeholders, and the fields of its JSON form. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** Writes one line; `{name}` in the message is filled from the facts. */
export interface Log {
  debug(message: string, facts?: Facts): void;
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
}

/** Knows the secrets of this installation and takes them out of whatever is about to be shown. */
export interface Mask {
  /** From now on `secret` never leaves. Shorter than 4 characters is no secret but a piece of text. */
  hide(secret: string): void;
  /** Hides the token-like parts of a webhook address: path and query. */
  hideWebhook(address: string): void;
  apply(text: string): string;
}

export function createMask(): Mask {
  let longestFirst: readonly string[] = [];
  const mask: Mask = {
    hide(secret) {
      if (secret.length < 4 || longestFirst.includes(secret)) return;
      // One secret may be the beginning of another, whose rest would stay.
      longestFirst = [...longestFirst, secret].sort((a, b) => b.length - a.length);
    },
    hideWebhook(address) {
      const [, path = "", query = ""] = /^\s*[a-z]+:\/\/[^/?#]*([^?#]*)(\?[^#]*)?/i.exec(address) ??
        [];
      // A CRM may name the token alone; short pieces such as "hook" are ordinary words.
      const pieces = [...path.split("/"), ...query.split(/[?&=]/)];
      for (const part of [path, query, ...pieces.filter((each) => each.length >= 8)]) {
        mask.hide(part);
        mask.hide(encodeURI(part));
        mask.hide(decoded(part));
        mask.hide(part.replaceAll("/", "\\/"));
      }
    },
    apply(text) {
      for (const secret of longestFirst) text = text.replaceAll(secret, MASK);
      return text.replace(BOT_TOKEN, MASK);
    },
  };
  return mask;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const MASK = "***";

/** A bot token wherever one shows up, also somebody else's (Telegram: Authorizing your bot). */
const BOT_TOKEN = /\d{5,}:[\w-]{30,}/g;

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
