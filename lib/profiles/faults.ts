// Faults of locales.json: where each is, and its sentence for a value of the wrong kind. Knows no profile.

import * as v from "valibot";

/** One fault of locales.json, with its place, such as `agency.step1.buttons[2].callback_data`. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** Reads a value by a schema; adds its faults to `faults`, below `path`, and returns undefined then. */
export function read<T extends v.GenericSchema>(
  schema: T,
  value: unknown,
  path: string,
  faults: Fault[],
): v.InferOutput<T> | undefined {
  const result = v.safeParse(schema, value, { message: describe });
  if (result.success) return result.output;
  for (const issue of result.issues) {
    faults.push({ path: path + pathOf(issue), message: issue.message });
  }
  return undefined;
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  return (issue.path ?? []).map(({ key }) => typeof key === "number" ? `[${key}]` : `.${key}`)
    .join("");
}

const WANTED: Readonly<Record<string, string>> = {
  string: "нужен текст",
  number: "нужно число секунд",
  array: "нужен список",
  loose_object: "нужен объект",
  custom: "нужен объект",
};

/** The sentence for a value of the wrong kind; schemas bring their own for wrong content. */
export function describe(issue: v.BaseIssue<unknown>): string {
  const key = issue.path?.at(-1);
  // Valibot reports a missing key as a fault of the object that lacks it.
  if (issue.received === "undefined" || (key !== undefined && key.value === undefined)) {
    return "нет, нужно значение";
  }
  return `${found(issue.input)}, ${WANTED[issue.type] ?? "нужно другое значение"}`;
}

/** Says of which kind a value is. */
export function found(value: unknown): string {
  if (value === undefined) return "нет значения";
  if (value === null) return "найдено null";
  if (Array.isArray(value)) return "найден список";
  if (typeof value === "object") return "найден объект";
  if (typeof value === "string") return "найден текст";
  return `найдено ${String(value)}`;
}
