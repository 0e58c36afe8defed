// The simulated Apps Script appends a row before it redirects, and refuses by pages.

import assert from "node:assert/strict";
import { errorPage, startAppsScript } from "../../lib/simulator/crm/apps_script.ts";

const ROW = { name: "Galliard", contact: "@betterrman" };

/** One call on a connection of its own, with no redirect followed. */
async function call(url: string, body?: string) {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const method = body === undefined ? "GET" : "POST";
  const response = await fetch(url, { method, body: body ?? null, redirect: "manual", client });
  const { status, headers } = response;
  return {
    status,
    text: await response.text(),
    location: headers.get("location"),
    isPage: headers.get("content-type")?.startsWith("text/html") ?? false,
  };
}

Deno.test("a post appends its row and is redirected to the output, which can be fetched", async () => {
  await using script = await startAppsScript();
  const { status, location, isPage } = await call(script.url, JSON.stringify(ROW));
  assert.deepEqual([status, isPage, script.rows, script.outputVisits], [302, true, [ROW], 0]);
  assert.deepEqual(await script.nextRow(), ROW);
  const output = new URL(location ?? "");
  assert.deepEqual([output.origin, output.pathname], [new URL(script.url).origin, "/macros/echo"]);
  assert.ok(output.searchParams.has("user_content_key"));
  const { text } = await call(output.href);
  assert.deepEqual([JSON.parse(text), script.outputVisits, script.rows.length], [
    { status: "ok" },
    1,
    1,
  ]);
});

Deno.test("the output can be at another origin", async () => {
  const outputOrigin = "https://script.googleusercontent.com";
  await using script = await startAppsScript({ outputOrigin });
  const { location } = await call(script.url, "{}");
  assert.equal(new URL(location ?? "").origin, outputOrigin);
});

Deno.test("a body that is no JSON object makes the script throw: a page with 200 and no row", async () => {
  await using script = await startAppsScript();
  for (const body of ["", "name=Galliard", "[]", "null"]) {
    const { status, isPage, text } = await call(script.url, body);
    assert.deepEqual([status, isPage, script.rows], [200, true, []]);
    assert.match(text, /SyntaxError: /);
  }
});

Deno.test("a web app that needs a login and a script that throws append nothing", async () => {
  await using script = await startAppsScript();
  const refusals = [
    ["login_page", 200, /Sign in/],
    ["login_redirect", 302, /Moved/],
    ["script_error", 200, /TypeError: Cannot read/],
  ] as const;
  for (const [refusal, status, words] of refusals) {
    script.refuse(refusal);
    const seen = await call(script.url, JSON.stringify(ROW));
    assert.deepEqual([seen.status, seen.isPage], [status, true]);
    assert.match(seen.text, words);
    if (status === 302) assert.match(seen.location ?? "", /^https:\/\/accounts\.google\.com\//);
  }
  assert.deepEqual(script.rows, []);
  script.refuse(null);
  assert.equal((await call(script.url, JSON.stringify(ROW))).status, 302);
});

Deno.test("a get of the web app is a page, any other address 404", async () => {
  await using script = await startAppsScript();
  const opened = await call(script.url);
  assert.deepEqual([opened.status, opened.isPage], [200, true]);
  assert.equal((await call(script.url.replace("/exec", "/dev"), "{}")).status, 404);
  assert.deepEqual(script.rows, []);
});

Deno.test("an order happens instead of the row, or after it", async () => {
  await using script = await startAppsScript();
  script.behave(errorPage("TypeError: sheet is null"));
  assert.match((await call(script.url, "{}")).text, /TypeError: sheet is null/);
  assert.deepEqual(script.rows, []);
  script.behave({ after: { kind: "reset_after_reading" } });
  await assert.rejects(call(script.url, JSON.stringify(ROW)), TypeError);
  assert.deepEqual([script.rows, script.requestCount], [[ROW], 2]);
});

Deno.test("while the script is down connections are refused, and waits fail when it closes", async () => {
  const script = await startAppsScript();
  await script.down();
  await assert.rejects(call(script.url, "{}"), TypeError);
  await script.up();
  assert.equal((await call(script.url, "{}")).status, 302);
  await script.nextRow();
  const wait = assert.rejects(script.nextRow(), /the server was closed/);
  await script.close();
  await wait;
});
