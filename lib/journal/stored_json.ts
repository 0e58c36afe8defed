// JSON that the journal wrote earlier, read as foreign data: the file may be damaged, or another version's.

import { isRecord } from "../foreign.ts";
import type { FollowUpContent } from "../lead.ts";

/** The record in a text; undefined where there is none. */
export function recordIn(text: unknown): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(String(text));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Rows for `Dialect.rows`. What PostgreSQL takes in no text, NUL and lone surrogates, becomes U+FFFD, as in a parameter.
 */
export function rowsJson(rows: readonly (readonly (string | number | null)[])[]): string {
  const text = JSON.stringify(rows);
  // As they are escaped; a pair of surrogates is not.
  if (!text.includes("\\u0000") && !text.includes("\\ud")) return text;
  return JSON.stringify(
    rows,
    (_, value) =>
      typeof value === "string" ? value.replaceAll("\0", "\ufffd").toWellFormed() : value,
  );
}

/** What a visitor sent. @throws {TypeError} If the text does not hold that. */
export function contentIn(stored: unknown): FollowUpContent {
  const { text, entities, media, captionable, file } = recordIn(stored) ?? {};
  if (typeof text !== "string" || !Array.isArray(entities)) {
    throw new TypeError("Cannot read what a visitor sent: the journal holds something else");
  }
  return {
    text,
    entities,
    media: typeof media === "string" ? media : null,
    captionable: captionable === true,
    ...(typeof file === "string" ? { file } : {}),
  };
}
