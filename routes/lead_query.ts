// The address of the list of leads: filters and position. Invalid values are refused.

import { HttpError } from "fresh";
import type { Cursor, LeadFilter } from "../lib/journal/journal.ts";
import { type Place, PLACES } from "../lib/lead.ts";

export interface LeadQuery {
  readonly state: Place | "";
  readonly profile: string;
  readonly source: string;
  /** First and last day, as in `2026-11-22`. */
  readonly from: string;
  readonly to: string;
  readonly q: string;
}

/** Longer searches are cut off. */
export const MOST_SEARCH = 100;

/** @throws {HttpError} 400 for an invalid state, day or number. */
export function readQuery({ searchParams }: URL): LeadQuery {
  const read = (name: keyof LeadQuery) => searchParams.get(name)?.trim() ?? "";
  const named = read("state");
  const state = named === "undelivered" ? "on_its_way" : named; // In older addresses.
  if (!isPlace(state)) throw new HttpError(400);
  for (const day of [read("from"), read("to")]) dayOf(day);
  return {
    state,
    profile: read("profile"),
    source: read("source"),
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

/** The position named by an address, for another address at the same position. */
export function currentCursor(url: URL): { readonly cursor?: Cursor } {
  const isFirst = !url.searchParams.has("before") && !url.searchParams.has("after");
  return isFirst ? {} : { cursor: readCursor(url) };
}

/** @throws {HttpError} 400 */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new HttpError(400);
  return Number(text);
}

/** The filter for the journal; days begin and end in the configured time zone. */
export function filterOf(
  { state, profile, source, from, to, q }: LeadQuery,
  timeZone: string,
): LeadFilter {
  const begin = (day: Temporal.PlainDate | null) =>
    day === null ? null : day.toZonedDateTime(timeZone).epochMilliseconds;
  return {
    place: state || null,
    profile: profile || null,
    source: source || null,
    fromMs: begin(dayOf(from)),
    toMs: begin(dayOf(to)?.add({ days: 1 }) ?? null),
    words: q,
  };
}

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

export function isFiltered({ profile, source, from, to, q }: LeadQuery): boolean {
  return [profile, source, from, to, q].some((each) => each !== "");
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
