// The time before a log line in a terminal. Knows no log.

import { timeWithSeconds } from "../calendar.ts";

/** Returns what writes a moment, such as `12:20:05`, and a space; dim where colours are wanted. */
export function terminalTime(
  { timeZone, isPlain }: { readonly timeZone: string; readonly isPlain: boolean },
): (atMs: number) => string {
  const [begin, end] = isPlain ? ["", ""] : [DIM, NORMAL];
  return (atMs) => `${begin}${timeWithSeconds(atMs, timeZone)}${end} `;
}

/** ECMA-48, select graphic rendition: faint, and neither faint nor bold. */
const DIM = "\x1b[2m";
const NORMAL = "\x1b[22m";
