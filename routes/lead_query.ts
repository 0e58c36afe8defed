// The leads' list as an address: what is filtered, and where in the list one is. Bad values are refused, not guessed at.

import { HttpError } from "fresh";
import type { Cursor, LeadFilter } from "../lib/journal/journal.ts";
import { type Place, PLACES } from "../lib/lead.ts";

/** What the form of filters holds, as it was typed. */
export interface LeadQuery {
  readonly state: Place | "";
  readonly profile: string;
  /** First and last day, such as `2026-11-22`. */
  readonly from: string;
  readonly to: string;
  readonly q: string;
}

/** The longest search that is looked at. */
export const MOST_SEARCH = 100;

/** @throws {HttpError} 400 for a state, day or number that is none. */
export function readQuery({ searchParams }: URL): LeadQuery {
  const read = (name: keyof LeadQuery) => searchParams.get(name)?.trim() ?? "";
  const named = read("state");
  const state = named === "undelivered" ? "on_its_way" : named; // As older addresses call it.
  if (!isPlace(state)) throw new HttpError(400);
  for (const day of [read("from"), read("to")]) dayOf(day);
  return {
    state,
    profile: read("profile"),
    from: read("from"),
    to: read("to"),
    q: read("q").slice(0, MOST_SEARCH).toWellFormed(),
  };
}

/** @throws {HttpError} 400 */
export function readCursor({ searchParams }: URL): Cursor {
  const [before, after] = ["before", "after"].map((name) => searchParams.get(name));
  if (before != null) return { before: wholeNumber(before) };
  if (after != null) return { after: wholeNumber(after) };
  return { before: Number.MAX_SAFE_INTEGER };
}

/** The cursor that an address names, for another address of the same place in the list. */
export function currentCursor(url: URL): { readonly cursor?: Cursor } {
  const isFirst = !url.searchParams.has("before") && !url.searchParams.has("after");
  return isFirst ? {} : { cursor: readCursor(url) };
}

/** @throws {HttpError} 400 */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new HttpError(400);
  return Number(text);
}

/** What the journal is asked; days begin and end in the installation's time zone. */
export function filterOf({ state, profile, from, to, q }: LeadQuery, timeZone: string): LeadFilter {
  const begin = (day: Temporal.PlainDate | null) =>
    day === null ? null : day.toZonedDateTime(timeZone).epochMilliseconds;
  return {
    place: state || null,
    profile: profile || null,
    fromMs: begin(dayOf(from)),
    toMs: begin(dayOf(to)?.add({ days: 1 }) ?? null),
    words: q,
  };
}

/** The address of a list; what is empty is left out. */
export function addressOf(
  query: LeadQuery,
  { path = "/leads", cursor }: { readonly path?: string; readonly cursor?: Cursor } = {},
): string {
  const parameters = new URLSearchParams(
    Object.entries({ ...query, ...cursor }).flatMap(([name, value]) =>
      value === "" ? [] : [[name, String(value)]]
    ),
  );
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

export function isFiltered({ profile, from, to, q }: LeadQuery): boolean {
  return [profile, from, to, q].some((each) => each !== "");
}

function isPlace(state: string): state is LeadQuery["state"] {
  return state === "" || PLACES.some((each) => each === state);
}

function dayOf(text: string): Temporal.PlainDate | null {
  if (text === "") return null;
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) throw new HttpError(400);
  try {
    return Temporal.PlainDate.from(text, { overflow: "reject" });
  } catch (error) {
    throw new HttpError(400, undefined, { cause: error });
  }
}
