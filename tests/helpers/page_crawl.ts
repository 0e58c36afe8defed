// Reads every page of a running bot that a logged-in person can reach, for stories about what is shown.

import assert from "node:assert/strict";

/** More pages than a story's bot has. */
const MOST_PAGES = 300;

/** Logs in; returns the session's cookie. */
export async function logIn(origin: string, password: string): Promise<string> {
  const entered = await fetch(`${origin}/login`, {
    method: "POST",
    body: new URLSearchParams({ password }),
    headers: { origin, "sec-fetch-site": "same-origin" },
    redirect: "manual",
  });
  await entered.body?.cancel();
  assert.equal(entered.status, 303, "no login");
  return (entered.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}

/** The pages by their address, each as its headers and body; begins at "/" and follows the links of pages and redirects. */
export async function crawl(
  origin: string,
  password: string,
  also: readonly string[] = [],
): Promise<ReadonlyMap<string, string>> {
  const cookie = await logIn(origin, password);
  const pages = new Map<string, string>();
  const waiting = ["/", ...also];
  for (let path; (path = waiting.shift()) !== undefined;) {
    if (pages.has(path)) continue;
    assert.ok(pages.size < MOST_PAGES, `more than ${MOST_PAGES} pages, the last is ${path}`);
    const response = await fetch(origin + path, { headers: { cookie }, redirect: "manual" });
    const body = await response.text();
    pages.set(path, `${response.status} ${[...response.headers].join()}\n${body}`);
    const links = [...body.matchAll(/(?:href|src)="(\/[^"#]*)/g)].map(([, link = ""]) => link);
    for (const link of [response.headers.get("location") ?? "", ...links]) {
      const next = link.split("#")[0]?.replaceAll("&amp;", "&") ?? "";
      if (next.startsWith("/")) waiting.push(next);
    }
  }
  return pages;
}
