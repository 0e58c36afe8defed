// The text of locales.json → profiles, or its faults. Knows no place where the text is kept.

import { type JsonText, readJson, type TextFault, valuesOf } from "../json/text.ts";
import type { Fault } from "./faults.ts";
import { parseProfiles } from "./parse.ts";
import type { Profiles } from "./profile.ts";

/** A good version of the file. */
export interface Version {
  readonly text: string;
  readonly content: JsonText;
  readonly profiles: Profiles;
  readonly warnings: readonly Fault[];
}

/** A good file, or its faults. */
export type ReadResult =
  | { readonly ok: true; readonly version: Version }
  /** `text` is null if the file cannot be read. */
  | { readonly ok: false; readonly text: string | null; readonly faults: readonly Fault[] };

/** Parses the file's text; null stands for a file that cannot be read. */
export function parseText(text: string | null): ReadResult {
  const refusal = (message: string): ReadResult => ({
    ok: false,
    text,
    faults: [{ path: "", message }],
  });
  if (text === null) {
    return refusal("файла нет или его нельзя прочесть: проверьте LOCALES_PATH и права");
  }
  if (text.trim() === "") return refusal("файл пуст, нужны профили");
  // U+FFFD: undecodable bytes, which visitors would see.
  if (text.includes("\uFFFD")) return refusal("кодировка не UTF-8, сохраните файл в UTF-8");
  const read = readJson(text);
  if (!read.ok && read.kind === "faulty") {
    return { ok: false, text, faults: read.faults.map(toFault) };
  }
  const result = parseProfiles(read.ok ? valuesOf(read.json) : read.value);
  if (!result.ok) return { ok: false, text, faults: shortened(result.faults) };
  if (!read.ok) throw new TypeError("Cannot keep profiles of what is no object");
  const { profiles, warnings } = result;
  return { ok: true, version: { text, content: read.json, profiles, warnings } };
}

function toFault({ line, column, path, message }: TextFault): Fault {
  const keys = path.map((key, index) =>
    typeof key === "number" ? `[${key}]` : index ? `.${key}` : key
  );
  return { path: keys.join(""), message: `строка ${line}, столбец ${column}: ${message}` };
}

/** Most faults of a text that are told. */
const MOST_FAULTS = 100;

/** As many faults as anybody reads, and how many more there are. */
export function shortened(faults: readonly Fault[]): readonly Fault[] {
  if (faults.length <= MOST_FAULTS) return faults;
  const left = faults.length - MOST_FAULTS;
  return [...faults.slice(0, MOST_FAULTS), { path: "", message: `и ещё таких мест: ${left}` }];
}
