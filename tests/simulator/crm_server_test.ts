// The simulated CRM behaves as ordered and counts its requests.

import assert from "node:assert/strict";
import { type CrmMode, startCrmServer } from "../../lib/simulator/crm/server.ts";

const LEAD = { name: "Galliard", contact: "@betterrman" };

interface PostOptions {
  headers?: Record<string, string>;
}

/** One POST on a connection of its own: Deno's fetch may send a second one on a kept connection. */
async function post<R>(
  url: string,
  read: (response: Response) => Promise<R>,
  options: PostOptions = {},
): Promise<R> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...options.headers },
    body: JSON.stringify(LEAD),
    client,
  });
  return await read(response);
}

async function statusAndText(response: Response) {
  return { status: response.status, text: await response.text() };
}

Deno.test("a lead is answered 200 and recorded with headers, body and time", async () => {
  await using crm = await startCrmServer({ now: () => 1_768_478_400_000 });
  const { status } = await post(crm.url, statusAndText, { headers: { "x-source": "bot" } });
  assert.equal(status, 200);
  const lead = await crm.nextLead();
  assert.deepEqual(
    [lead.number, lead.method, lead.body, lead.rawBody, lead.headers["x-source"], lead.atMs],
    [1, "POST", LEAD, JSON.stringify(LEAD), "bot", 1_768_478_400_000],
  );
  assert.match(crm.url, /^http:\/\/127\.0\.0\.1:\d+\/webhook\/\w+$/);
});

Deno.test("an answer has the status, body and headers asked for", async () => {
  await using crm = await startCrmServer();
  crm.behave({ kind: "answer", status: 503, body: "busy", headers: { "retry-after": "5" } });
  const seen = await post(crm.url, async (response) => ({
    ...await statusAndText(response),
    retryAfter: response.headers.get("retry-after"),
  }));
  assert.deepEqual(seen, { status: 503, text: "busy", retryAfter: "5" });
});

Deno.test("a behaviour can differ by request", async () => {
  await using crm = await startCrmServer();
  crm.behave(({ path }, number): CrmMode => {
    if (path.endsWith("/second")) return { kind: "answer", status: 401 };
    return { kind: "answer", status: number === 1 ? 500 : 201 };
  });
  const status = (response: Response) => statusAndText(response).then(({ status }) => status);
  assert.equal(await post(crm.url, status), 500);
  assert.equal(await post(crm.url, status), 201);
  assert.equal(await post(crm.urlOf("second"), status), 401);
});

Deno.test("each idempotency key is counted", async () => {
  await using crm = await startCrmServer();
  for (const key of ["one", "two", "one"]) {
    await post(crm.url, statusAndText, { headers: { "idempotency-key": key } });
  }
  assert.deepEqual([...crm.byKey], [["one", 2], ["two", 1]]);
});

Deno.test("a login page is HTML with status 200", async () => {
  await using crm = await startCrmServer();
  crm.behave({ kind: "html_login_page" });
  const { status, text } = await post(crm.url, statusAndText);
  assert.equal(status, 200);
  assert.match(text, /^<!doctype html>/);
});

Deno.test("connections and requests at once are counted, now and at most", async () => {
  await using crm = await startCrmServer();
  const gate = Promise.withResolvers<void>();
  crm.behave({ kind: "slow", until: gate.promise });
  const posted = [1, 2, 3].map(() => post(crm.url, statusAndText));
  await crm.nextLead(({ number }) => number === 3);
  assert.deepEqual(crm.openRequests, { current: 3, peak: 3 });
  assert.equal(crm.connections.peak, 3);
  gate.resolve();
  await Promise.all(posted);
  assert.equal(crm.openRequests.peak, 3);
});

Deno.test("while the CRM is down connections are refused, afterwards it answers as before", async () => {
  await using crm = await startCrmServer();
  crm.behave({ kind: "silent" });
  const cut = assert.rejects(post(crm.url, statusAndText), TypeError);
  await crm.nextLead();
  await crm.down();
  await cut;
  await assert.rejects(post(crm.url, statusAndText), TypeError);
  crm.behave({ kind: "answer" });
  await crm.up();
  assert.equal((await post(crm.url, statusAndText)).status, 200);
});

Deno.test("an address that is no webhook is answered 404 and no lead", async () => {
  await using crm = await startCrmServer();
  const { status } = await post(new URL("/other", crm.url).href, statusAndText);
  assert.deepEqual([status, crm.receivedCount], [404, 0]);
});

Deno.test("nextLead takes each lead once, and a wait that fails says what came", async () => {
  await using crm = await startCrmServer({ failsafeMs: 1 });
  await post(crm.url, statusAndText);
  await crm.nextLead();
  await assert.rejects(crm.nextLead(), /waiting for a lead at the CRM .* #1 \{"name":"Galliard"/);
});
