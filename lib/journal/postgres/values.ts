// Values on their way to PostgreSQL and back, as text both ways. Knows no statement.

import type { Value } from "../engine.ts";

const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n];

/**
 * A parameter as text, whose type the server infers. It refuses NUL in text, and no encoding has a lone surrogate: both
 * become U+FFFD. NaN is null, as on SQLite; an infinite number is the outermost integer, which every other one is within.
 *
 * @throws {RangeError} For a whole number beyond 8 bytes.
 */
export function parameterOf(value: Value): string | null {
  if (value === null) return null;
  if (typeof value === "string") return storable(value);
  if (typeof value === "bigint") return `${within(value)}`;
  if (Number.isNaN(value)) return null;
  if (value === Infinity) return `${MOST}`;
  if (value === -Infinity) return `${LEAST}`;
  return Number.isSafeInteger(value) || !Number.isInteger(value)
    ? String(value)
    : `${within(BigInt(value))}`;
}

function storable(text: string): string {
  const formed = text.isWellFormed() ? text : text.toWellFormed();
  return formed.includes("\0") ? formed.replaceAll("\0", "\ufffd") : formed;
}

function within(whole: bigint): bigint {
  if (whole >= LEAST && whole <= MOST) return whole;
  throw new RangeError(`Cannot store ${whole}: must be from ${LEAST} to ${MOST}`);
}

/** int8, int2, int4, oid, float4, float8, numeric: the oids of pg_type. */
const NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 26, 700, 701, 1700]);
const BOOL = 16;

/** How the text of a column of that type becomes a value of a row. */
export function parserOf(type: number): (text: string) => string | number {
  if (NUMBERS.has(type)) return Number;
  return type === BOOL ? (text) => text === "t" ? 1 : 0 : (text) => text;
}
