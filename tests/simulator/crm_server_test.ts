// The simulated CRM answers well or badly as ordered, and counts what it was sent.

import assert from "node:assert/strict";
import { type CrmMode, type CrmServer, startCrmServer } from "../../lib/simulator/crm/server.ts";

const LEAD = { name: "Galliard", contact: "@betterrman" };

interface PostOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
  redirect?: RequestRedirect;
}

/** One POST on a connection of its own: Deno's fetch may send a second one on a kept connection. */
async function post<R>(
  url: string,
  read: (response: Response) => Promise<R>,
  options: PostOptions = {},
): Promise<R> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const { headers, ...rest } = options;
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(LEAD),
    client,
    ...rest,
  });
  return await read(response);
}

async function statusAndText(response: Response) {
  return { status: response.status, text: await response.text() };
}

/** Posts under a mode that never comes to an end, looks at what there is, then leaves. */
async function abandon<R>(crm: CrmServer, look: (response: Response) => Promise<R>): Promise<R> {
  const leaving = new AbortController();
  try {
    return await post(crm.url, look, { signal: leaving.signal });
  } finally {
    leaving.abort();
  }
}

Deno.test("a lead is answered 200 and noted with headers, body and time", async () => {
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

Deno.test("a silent CRM reads the lead and never answers", async () => {
  await using crm = await startCrmServer();
  crm.behave({ kind: "silent" });
  const leaving = new AbortController();
  const posted = post(crm.url, statusAndText, { signal: leaving.signal });
  await crm.nextLead();
  assert.deepEqual(crm.openRequests, { current: 1, peak: 1 });
  leaving.abort();
  await assert.rejects(posted, { name: "AbortError" });
});

Deno.test("headers then silence: the status comes, the body does not end", async () => {
  await using crm = await startCrmServer();
  crm.behave({ kind: "headers_then_silence", status: 202 });
  const seen = await abandon(crm, async (response) => {
    const chunk = await response.body?.getReader().read();
    return [response.status, new TextDecoder().decode(chunk?.value)];
  });
  assert.deepEqual(seen, [202, '{"status":']);
});

Deno.test("an endless body goes on for as long as somebody reads", async () => {
  await using crm = await startCrmServer();
  crm.behave({ kind: "endless_body", status: 500 });
  const read = await abandon(crm, async (response) => {
    assert.equal(response.status, 500);
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > 5_000_000) break;
    }
    return bytes;
  });
  assert.ok(read > 5_000_000);
});

Deno.test("a slow CRM answers when it is let go", async () => {
  await using crm = await startCrmServer();
  const gate = Promise.withResolvers<void>();
  const then: CrmMode = { kind: "answer", status: 201 };
  crm.behave({ kind: "slow", until: gate.promise, then });
  const posted = post(crm.url, statusAndText);
  await crm.nextLead();
  gate.resolve();
  assert.equal((await posted).status, 201);
});

Deno.test("a redirect leads whoever follows it to a page that answers 200", async () => {
  await using crm = await startCrmServer();
  crm.behave({ kind: "redirect" });
  const manual = await post(crm.url, statusAndText, { redirect: "manual" });
  assert.deepEqual([manual.status, crm.loginVisits], [302, 0]);
  const followed = await post(crm.url, statusAndText);
  assert.deepEqual([followed.status, crm.loginVisits], [200, 1]);
  assert.equal(crm.receivedCount, 2);
});

Deno.test("a login page is HTML with status 200", async () => {
  await using crm = await startCrmServer();
  crm.behave({ kind: "html_login_page" });
  const { status, text } = await post(crm.url, statusAndText);
  assert.equal(status, 200);
  assert.match(text, /^<!doctype html>/);
});

Deno.test("a reset after reading gives no answer, though the lead arrived", async () => {
  await using crm = await startCrmServer();
  crm.behave({ kind: "reset_after_reading" });
  await assert.rejects(post(crm.url, statusAndText), TypeError);
  assert.equal(crm.receivedCount, 1);
});

Deno.test("a reset in the body comes after the status", async () => {
  await using crm = await startCrmServer();
  crm.behave({ kind: "reset_in_body", status: 201 });
  let status = 0;
  await assert.rejects(
    post(crm.url, (response) => {
      status = response.status;
      return response.text();
    }),
    TypeError,
  );
  assert.equal(status, 201);
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

Deno.test("nextLead takes each lead once, and a wait that is not met says what came", async () => {
  await using crm = await startCrmServer({ failsafeMs: 1 });
  await post(crm.url, statusAndText);
  await crm.nextLead();
  await assert.rejects(crm.nextLead(), /waiting for a lead at the CRM .* #1 \{"name":"Galliard"/);
});
