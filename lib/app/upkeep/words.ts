// What the backup and restore scripts have in common to say. Reads and writes nothing.

import { dayAndTime } from "../../calendar.ts";
import type { JournalContents } from "../../journal/copies.ts";
import { messageOf } from "../../log/error_words.ts";
import { leadsWord } from "../../managers/texts.ts";

/** «12 345 лидов, последний 28.11 18:02». */
export function contentsWords(
  { leads, lastReceivedAtMs }: JournalContents,
  nowMs: number,
  timeZone: string,
): string {
  const count = leads.toLocaleString("ru").replaceAll("\u00a0", " ");
  const grouped = leadsWord(leads).replace(String(leads), count);
  if (lastReceivedAtMs === null) return grouped;
  return `${grouped}, последний ${dayAndTime(lastReceivedAtMs, nowMs, timeZone)}`;
}

/** A number of bytes as people read it: «7,7 МБ», «12,0 ГБ». */
export function sizeWords(bytes: number): string {
  const [unit, name] = bytes < 2 ** 30 ? [2 ** 20, "МБ"] : [2 ** 30, "ГБ"];
  return `${(bytes / unit).toFixed(1).replace(".", ",")} ${name}`;
}

/** Why something failed, in one line. */
export function reasonOf(error: unknown): string {
  if (codeOf(error) === "ENOENT") return `папки нет (${messageOf(error)})`; // Node's modules throw none of Deno's errors.
  if (error instanceof Deno.errors.PermissionDenied) return `нет прав (${error.message})`;
  if (error instanceof Deno.errors.NotFound) return `файла нет (${error.message})`;
  if (error instanceof Deno.errors.AlreadyExists) return `файл уже есть (${error.message})`;
  return messageOf(error);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && !(error instanceof Deno.errors.NotFound) && "code" in error
    ? error.code
    : undefined;
}
