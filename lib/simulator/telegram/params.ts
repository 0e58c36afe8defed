// The parameters of one Bot API call, read the way Telegram reads them: whether they came as JSON,
// as a form or in the query, every value is text first. Knows no method.

import { badRequest } from "./refusal.ts";

/** A file that came in a multipart body. */
export interface UploadedFile {
  name: string;
  type: string;
  bytes: Uint8Array;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads parameters by name; a value that is absent, null or "" is undefined. */
export class Params {
  constructor(
    readonly raw: JsonObject,
    readonly files: ReadonlyMap<string, UploadedFile> = new Map(),
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

  /** A whole number; anything that is none counts as 0, as with Telegram. */
  integer(name: string): number | undefined {
    const value = this.raw[name];
    if (typeof value === "number") return Math.trunc(value);
    const text = this.text(name);
    if (text === undefined) return undefined;
    return /^-?\d+$/.test(text) ? Number(text) : 0;
  }

  flag(name: string): boolean {
    const value = this.raw[name];
    if (typeof value === "boolean") return value;
    const text = this.text(name)?.toLowerCase();
    return text === "true" || text === "yes" || text === "1";
  }

  /** A structured parameter, which forms carry as JSON text. */
  json(name: string): unknown {
    const value = this.raw[name];
    if (typeof value !== "string") return value ?? undefined;
    if (value === "") return undefined;
    try {
      return JSON.parse(value);
    } catch {
      throw badRequest(`can't parse ${name.replaceAll("_", " ")} JSON object`);
    }
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

/** A field of truth inside a structured parameter; absent is undefined. */
export function optionalFlag(source: JsonObject, field: string): boolean | undefined {
  const value = source[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw new RangeError(`Field "${field}" must be of type Boolean`);
  return value;
}

/**
 * Runs a reader of structured parameters and turns its RangeError into Telegram's 400. Without a
 * prefix the first letter goes small, as Telegram's answers have it.
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
