// The parameters of one Bot API call, read and refused as Telegram does. Knows no method.

import { badRequest } from "./refusal.ts";

/** A JSON object as it came, its values not yet checked. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads parameters by name; a value that is absent, null or "" is undefined. */
export class Params {
  /** @param files What a form brought along; its other values are all texts. */
  constructor(
    readonly raw: JsonObject,
    readonly files: ReadonlyMap<string, Uint8Array> = new Map(),
  ) {}

  /** Whether the parameter was given at all, even as "". */
  has(name: string): boolean {
    return this.raw[name] !== undefined && this.raw[name] !== null;
  }

  text(name: string): string | undefined {
    const value = this.raw[name];
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value !== "string") return JSON.stringify(value);
    if (!value.isWellFormed()) throw badRequest("strings must be encoded in UTF-8");
    return value;
  }

  /** A whole number; anything else counts as 0, as with Telegram. */
  integer(name: string): number | undefined {
    const value = this.raw[name];
    if (typeof value === "number") return Math.trunc(value);
    const text = this.text(name);
    if (text === undefined) return undefined;
    return /^-?\d+$/.test(text) ? Number(text) : 0;
  }

  /** A structured parameter; in a form it is JSON. */
  json(name: string): unknown {
    const value = this.raw[name] ?? undefined;
    if (this.files.size === 0 || typeof value !== "string") return value;
    try {
      return JSON.parse(value);
    } catch {
      throw badRequest("object expected as reply markup");
    }
  }

  /** The file that a parameter of this form names; undefined if it names none. */
  file(name: string): Uint8Array | undefined {
    const [, attached] = /^attach:\/\/(.+)$/.exec(this.text(name) ?? "") ?? [];
    if (attached === undefined) return this.files.get(name);
    const file = this.files.get(attached);
    if (file === undefined) throw badRequest("wrong file identifier/HTTP URL specified");
    return file;
  }
}

/** A field that Telegram requires as text inside a structured parameter. */
export function requiredText(source: JsonObject, field: string): string {
  const value = source[field];
  if (value === undefined || value === null) throw new RangeError(`Can't find field "${field}"`);
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") throw new RangeError(`Field "${field}" must be of type String`);
  return value;
}

/** A field that Telegram requires as a whole number inside a structured parameter. */
export function requiredInteger(source: JsonObject, field: string): number {
  const value = source[field];
  if (value === undefined || value === null) throw new RangeError(`Can't find field "${field}"`);
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number)) {
    throw new RangeError(`Field "${field}" must be of type Number`);
  }
  return number;
}

/** A boolean inside a structured parameter; absent is undefined. */
export function optionalFlag(source: JsonObject, field: string): boolean | undefined {
  const value = source[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw new RangeError(`Field "${field}" must be of type Boolean`);
  return value;
}

/**
 * Runs a reader of structured parameters and turns its RangeError into Telegram's 400. Without a
 * prefix the first letter becomes lower case, as in Telegram's answers.
 */
export function reading<R>(prefix: string | null, read: () => R): R {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const text = error.message;
    throw badRequest(prefix ? `${prefix}: ${text}` : text.charAt(0).toLowerCase() + text.slice(1));
  }
}
