// Reads the form's fields that hold several values: lines of key and value, lists, JSON. Touches no file.

import { readJson } from "../json/text.ts";
import type { Fault } from "./faults.ts";

/** Values by key, or the fault of the first line that has none. */
export type Lines =
  | { readonly ok: true; readonly values: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly fault: string };

/** Reads `UTM_SOURCE = {source}` or `Authorization: Bearer …`, a line each; blank lines are left out. */
export function readLines(typed: string, sign: "=" | ":"): Lines {
  const values = new Map<string, string>();
  for (const [index, line] of typed.split("\n").entries()) {
    if (line.trim() === "") continue;
    const at = line.indexOf(sign);
    const [key, value] = [line.slice(0, Math.max(at, 0)).trim(), line.slice(at + 1).trim()];
    const fault = key === "" || value === ""
      ? `не прочесть, нужно ${sign === "=" ? "имя = значение" : "имя: значение"}`
      : values.has(key)
      ? "это имя уже есть выше, нужно другое"
      : null;
    if (fault !== null) return { ok: false, fault: `строка ${index + 1}: ${fault}` };
    values.set(key, value);
  }
  return { ok: true, values };
}

/** Reads what is separated by commas. */
export function readList(typed: string): string[] {
  return typed.split(/[,\n]/).map((each) => each.trim()).filter((each) => each !== "");
}

/** The number that was typed, or the text where it is none. */
export function wholeOrText(typed: string): number | string {
  const trimmed = typed.trim();
  const number = Number(trimmed);
  return /^\d{1,15}$/.test(trimmed) && Number.isSafeInteger(number) ? number : trimmed;
}

/** A JSON object, or its faults by line and column. */
export type JsonObject =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Most nested lists and objects of a body; the whole file takes a few more. */
const MOST_LEVELS = 60;

/** Reads a body typed as JSON. */
export function readJsonObject(typed: string): JsonObject {
  const read = readJson(typed);
  if (read.ok) {
    const levels = 1 + levelsOf([...read.json.members.values()].map(({ value }) => value));
    if (levels > MOST_LEVELS) {
      return { ok: false, faults: [`уровней ${levels}, нужно не больше ${MOST_LEVELS}`] };
    }
    const members = [...read.json.members].map(([key, { value }]) => [key, value] as const);
    return { ok: true, value: Object.fromEntries(members) };
  }
  if (read.kind === "other") {
    return { ok: false, faults: ["это не объект, нужно { в начале и } в конце"] };
  }
  return {
    ok: false,
    faults: read.faults.map(({ line, column, message }) =>
      `строка ${line}, столбец ${column}: ${message.replace(/^файл /, "текст ")}`
    ),
  };
}

/** The nested lists and objects in values, counted without recursion, which would overflow. */
function levelsOf(values: readonly unknown[]): number {
  const nested = (value: unknown) => typeof value === "object" && value !== null;
  let levels = 0;
  for (let level = values.filter(nested); level.length > 0; levels += 1) {
    level = level.flatMap((each) => Object.values(each as object)).filter(nested);
  }
  return levels;
}

/** The faults of the lines and of the JSON, by the form's field. */
export function lineFaults(
  fields: Readonly<Record<"fields" | "headers" | "body", string>>,
): Fault[] {
  const [ofFields, ofHeaders] = [readLines(fields.fields, "="), readLines(fields.headers, ":")];
  const body = fields.body.trim() === "" ? undefined : readJsonObject(fields.body);
  return [
    ...ofFields.ok ? [] : [{ path: "crm.fields", message: ofFields.fault }],
    ...body === undefined || body.ok
      ? []
      : body.faults.slice(0, 1).map((message) => ({ path: "crm.body", message })),
    ...ofHeaders.ok ? [] : [{ path: "crm.headers", message: ofHeaders.fault }],
  ];
}
