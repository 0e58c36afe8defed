// Schemas of single values in a profile's `crm`: references, ids, words, templates. Touches no file.

import * as v from "valibot";
import { describe, found } from "./faults.ts";
import { byteLength, LIMITS } from "./limits.ts";
import { templateFault } from "./placeholders.ts";
import { LITERAL_KEY, referenceFault, secretNameOf } from "./secret_reference.ts";

/** A reference to a secret as the secret's name. A key itself is a fault, which does not quote it. */
export const secretName = v.pipe(
  v.string((issue) => typeof issue.input === "number" ? LITERAL_KEY : describe(issue)),
  v.check((value) => referenceFault(value) === null, (issue) => referenceFault(issue.input) ?? ""),
  v.transform((value) => secretNameOf(value) ?? ""),
);

const wantsId = (issue: v.BaseIssue<unknown>) =>
  issue.input === undefined ? describe(issue) : `${found(issue.input)}, нужно целое число от 1`;

/** An id of a CRM's record; null when it is missing. */
export const id = v.nullish(
  v.pipe(v.number(wantsId), v.safeInteger(wantsId), v.minValue(1, wantsId)),
  null,
);

/** One of a few words. */
export const oneOf = <const Words extends readonly string[]>(words: Words) =>
  v.picklist(words, (issue) => `${word(issue.input)}, нужно одно из: ${words.join(", ")}`);

/** Names a wrong word, unless it may be a key that was typed into the wrong place. */
export function word(value: unknown): string {
  if (value === undefined) return "нет";
  return typeof value === "string" && /^[\w-]{1,24}$/.test(value)
    ? `найдено «${value}»`
    : found(value);
}

/** A list with a bounded number of entries. */
export const listOf = <T extends v.GenericSchema>(schema: T, what: string, most: number) =>
  v.pipe(
    v.array(schema),
    v.maxLength(most, (issue) => `${what} ${issue.input.length}, нужно не больше ${most}`),
  );

type JsonObject = Readonly<Record<string, unknown>>;

/** Bounds the number of an object's keys. */
export const fewKeys = (what: string, most: number) =>
  v.check<JsonObject, (issue: v.CheckIssue<JsonObject>) => string>(
    (value) => Object.keys(value).length <= most,
    (issue) => `${what} ${Object.keys(issue.input).length}, нужно не больше ${most}`,
  );

/** A text with placeholders. */
export const template = v.pipe(
  v.string(),
  v.maxLength(
    LIMITS.text,
    (issue) => `символов ${issue.input.length}, нужно не больше ${LIMITS.text}`,
  ),
  v.check((value) => templateFault(value) === null, (issue) => templateFault(issue.input) ?? ""),
);

/** The most that a body's JSON may take, in bytes of UTF-8. */
export const MAX_BODY_BYTES = 64 * 1024;

/** Every fault of the templates in a body's strings, with its place; nested values are looked at too. */
export function bodyFaults(
  body: unknown,
): { readonly path: (string | number)[]; readonly message: string }[] {
  const bytes = byteLength(JSON.stringify(body));
  if (bytes > MAX_BODY_BYTES) {
    return [{ path: [], message: `байт ${bytes}, нужно не больше ${MAX_BODY_BYTES}` }];
  }
  return faultsBelow(body, []);
}

function faultsBelow(value: unknown, path: (string | number)[]): ReturnType<typeof bodyFaults> {
  if (typeof value === "string") {
    const message = templateFault(value);
    return message === null ? [] : [{ path, message }];
  }
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => faultsBelow(each, [...path, index]));
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => faultsBelow(each, [...path, key]));
}

/** The path of a fault below the value that is checked. */
export function pathTo(
  keys: readonly (string | number)[],
): [v.IssuePathItem, ...v.IssuePathItem[]] | undefined {
  const [first, ...others] = keys.map((key): v.UnknownPathItem => (
    { type: "unknown", origin: "value", input: null, key, value: null }
  ));
  return first === undefined ? undefined : [first, ...others];
}
