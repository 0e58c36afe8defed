// Measures how long requests of the page take, by kind of page. Answers nothing itself.

import type { Measures, PageKind } from "../measures.ts";

/** Kinds by the first part of a path. */
const KINDS: ReadonlyMap<string, PageKind> = new Map([
  ["profiles", "profile"],
  ["new-profile", "profile"],
  ["leads", "leads"],
  ["menu", "menu"],
  ["login", "login"],
  ["logout", "login"],
  ["sessions", "login"],
  ["assets", "asset"],
  ["metrics", "metrics"],
]);

/** The kind of page at an address. */
export function pageKind(pathname: string): PageKind {
  if (pathname === "/") return "home";
  const [, first = "", second] = pathname.split("/", 3);
  if (first === "leads" && second !== undefined) return "lead";
  return KINDS.get(first) ?? "other";
}

/** Measures one request until its answer is ready. */
export async function measurePage(
  { url }: Pick<Request, "url">,
  { measures: { pages }, elapsedMs }: {
    readonly measures: Pick<Measures, "pages">;
    /** A monotonic clock, in ms. */
    readonly elapsedMs: () => number;
  },
  answer: () => Promise<Response>,
): Promise<Response> {
  const begunAtMs = elapsedMs();
  try {
    return await answer();
  } finally {
    pages[pageKind(new URL(url).pathname)].observe((elapsedMs() - begunAtMs) / 1000);
  }
}
