// A fault of the profiles as a line of the log, and as a sentence. Knows no language but Russian.

import type { Fault } from "./faults.ts";

/** Where the profiles are kept: in locales.json, or in the database that several processes share. */
export type ProfilePlace = "file" | "database";

/** What the log calls the profiles of a place. */
export const PLACE_NAMES: Readonly<Record<ProfilePlace, string>> = {
  file: "locales.json",
  database: "Профили в базе",
};

/** A fault as a log line, without its mark. */
export function faultLine({ path, message }: Fault, place: ProfilePlace = "file"): string {
  const name = PLACE_NAMES[place];
  return path === "" ? `${name}: ${message}` : `${name}: ${path}: ${message}`;
}

/** A fault as a Russian sentence; with a line number it needs no path. */
export function faultWords({ path, message }: Fault): string {
  const words = path === "" || message.startsWith("строка ") ? message : `${path}: ${message}`;
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
