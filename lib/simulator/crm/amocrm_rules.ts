// Rules for the values of a body; a body is read against one, and every fault is collected in amoCRM's words.
// Knows no body.

import { isRecord } from "../../foreign.ts";
import type { BodyFault } from "./amocrm_faults.ts";

/** Stands for a value that has faults. */
export const INVALID: unique symbol = Symbol("invalid");

/** Reads a value; what is wrong with it is added to `faults`. */
export type Rule<T> = (value: unknown, path: string, faults: BodyFault[]) => T | typeof INVALID;

type Rules = Readonly<Record<string, Rule<unknown>>>;
type Read<R extends Rules> = {
  readonly [K in keyof R]: R[K] extends Rule<infer T> ? T : never;
};

/** An object with these keys and no others. */
export function object<R extends Rules, O extends Rules>(
  required: R,
  optional: O,
): Rule<Read<R> & Partial<Read<O>>> {
  return (value, path, faults) => {
    if (!isRecord(value)) return wrongType(faults, path, "array");
    const before = faults.length;
    const read: Record<string, unknown> = {};
    for (const [key, rule] of Object.entries({ ...required, ...optional })) {
      if (Object.hasOwn(value, key)) read[key] = rule(value[key], under(path, key), faults);
      else if (Object.hasOwn(required, key)) faults.push(fieldMissing(under(path, key)));
    }
    for (const key of Object.keys(value)) {
      if (Object.hasOwn(required, key) || Object.hasOwn(optional, key)) continue;
      const detail = "This field was not expected.";
      faults.push({ code: "FieldNotExpected", path: under(path, key), detail });
    }
    // Without faults each key holds what its rule read.
    return faults.length > before ? INVALID : read as Read<R> & Partial<Read<O>>;
  };
}

/** A list of values that the rule takes. */
export function list<T>(
  rule: Rule<T>,
  { least = 0, most = Infinity }: { least?: number; most?: number } = {},
): Rule<T[]> {
  return (value, path, faults) => {
    if (!Array.isArray(value)) return wrongType(faults, path, "array");
    if (value.length < least) {
      const detail = `This collection should contain ${least} elements or more.`;
      return fault(faults, { code: "TooFew", path, detail });
    }
    if (value.length > most) {
      const detail = `This collection should contain ${most} elements or less.`;
      return fault(faults, { code: "TooMany", path, detail });
    }
    const read: T[] = [];
    for (const [index, each] of value.entries()) {
      const item = rule(each, under(path, `${index}`), faults);
      if (item !== INVALID) read.push(item);
    }
    return read.length < value.length ? INVALID : read;
  };
}

/** A text with a length in characters. */
export function text({ least = 0, most = 65_535 } = {}): Rule<string> {
  return (value, path, faults) => {
    if (typeof value !== "string") return wrongType(faults, path, "string");
    const length = [...value].length;
    if (length < least) {
      return fault(faults, { code: "TooShort", path, detail: "This value is too short." });
    }
    if (length > most) {
      const detail = `This value is too long. It should have ${most} characters or less.`;
      return fault(faults, { code: "TooLong", path, detail });
    }
    return value;
  };
}

/** A whole number within bounds; a text of digits is none. */
export function whole(least = 0, most = Number.MAX_SAFE_INTEGER): Rule<number> {
  return (value, path, faults) => {
    if (typeof value !== "number" || !Number.isInteger(value)) {
      return wrongType(faults, path, "int");
    }
    if (value < least) {
      const detail = `This value should be ${least} or more.`;
      return fault(faults, { code: "TooLow", path, detail });
    }
    if (value > most) {
      const detail = `This value should be ${most} or less.`;
      return fault(faults, { code: "TooHigh", path, detail });
    }
    return value;
  };
}

/** A text, a number or a yes or no: what a field can hold. */
export const scalar: Rule<string | number | boolean> = (value, path, faults) =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? value
    : wrongType(faults, path, "string");

/** What the rule reads, when it is one of what the account has. */
export function known<T>(rule: Rule<T>, isKnown: (value: T) => boolean): Rule<T> {
  return checked(rule, (value, path, faults) => {
    if (!isKnown(value)) faults.push(unknownChoice(path));
  });
}

/** What the rule reads, when the check adds no fault. */
export function checked<T>(
  rule: Rule<T>,
  check: (value: T, path: string, faults: BodyFault[]) => void,
): Rule<T> {
  return (value, path, faults) => {
    const before = faults.length;
    const read = rule(value, path, faults);
    if (read !== INVALID) check(read, path, faults);
    return faults.length > before ? INVALID : read;
  };
}

export function under(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

export function fieldMissing(path: string): BodyFault {
  return { code: "FieldMissing", path, detail: "This field is missing." };
}

export function unknownChoice(path: string): BodyFault {
  const detail = "The value you selected is not a valid choice.";
  return { code: "NotSupportedChoice", path, detail };
}

function wrongType(faults: BodyFault[], path: string, type: string): typeof INVALID {
  return fault(faults, {
    code: "InvalidType",
    path,
    detail: `This value should be of type ${type}.`,
  });
}

function fault(faults: BodyFault[], each: BodyFault): typeof INVALID {
  faults.push(each);
  return INVALID;
}
