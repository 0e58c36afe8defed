// The simulated amoCRM limits the rate, fails as ordered before or after it has made a deal, and tells what came.

import assert from "node:assert/strict";
import { type AmoCrm, type CrmOrder, startAmoCrm } from "../../lib/simulator/crm/amocrm.ts";
import { gatewayPage, unreadableBody } from "../../lib/simulator/crm/amocrm_faults.ts";
import { aComplex, callAmo, startUnhurriedAmo } from "../helpers/amo_call.ts";

const post = (crm: AmoCrm) => callAmo(crm, "leads/complex", { body: [aComplex()] });

Deno.test("the eighth request within any second is refused 429, and of each account alone", async () => {
  let nowMs = 0;
  await using crm = await startAmoCrm({
    accounts: ["monster.amocrm.ru", "two.kommo.com"],
    monotonicNow: () => nowMs,
    retryAfterS: 3,
  });
  const statuses: number[] = [];
  for (const atMs of [0, 500, 600, 700, 800, 900, 999, 999, 1000, 1999]) {
    nowMs = atMs;
    statuses.push((await callAmo(crm, "account")).status);
  }
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 200, 200, 429, 429, 200]);
  nowMs = 999;
  assert.equal((await callAmo(crm, "account", { account: "two.kommo.com" })).status, 200);
  assert.deepEqual([crm.peakPerSecond(), crm.peakPerSecond("two.kommo.com")], [8, 1]);
});

Deno.test("a 429 is a page, with Retry-After when that is asked for", async () => {
  await using plain = await startUnhurriedAmo();
  await using asking = await startUnhurriedAmo({ retryAfterS: 3 });
  for (const [crm, retryAfter] of [[plain, null], [asking, "3"]] as const) {
    crm.refuse("rate");
    const { status, contentType, headers } = await post(crm);
    assert.deepEqual([status, contentType], [429, "text/html"]);
    assert.equal(headers.get("retry-after"), retryAfter);
  }
});

Deno.test("a refusal makes nothing and lasts until it is ended", async () => {
  await using crm = await startUnhurriedAmo();
  const seen = [];
  for (const refusal of ["unauthorized", "unpaid", "forbidden"] as const) {
    crm.refuse(refusal);
    const { status, contentType } = await post(crm);
    seen.push([status, contentType]);
  }
  const json = "application/problem+json; charset=utf-8";
  assert.deepEqual(seen, [[401, json], [402, json], [403, "text/html"]]);
  assert.deepEqual(crm.deals, []);
  crm.refuse(null);
  assert.equal((await post(crm)).status, 200);
});

Deno.test("an order alone happens instead of the deal", async () => {
  await using crm = await startUnhurriedAmo();
  crm.behave(gatewayPage(504));
  const { status, contentType, text } = await post(crm);
  assert.deepEqual([status, contentType], [504, "text/html"]);
  assert.match(text, /504 Gateway Time-out/);
  crm.behave({ kind: "reset_after_reading" });
  await assert.rejects(post(crm), TypeError);
  assert.deepEqual([crm.deals.length, crm.requestCount], [0, 2]);
});

Deno.test("an order for afterwards finds the deal made", async () => {
  await using crm = await startUnhurriedAmo();
  crm.behave({ after: { kind: "reset_after_reading" } });
  await assert.rejects(post(crm), TypeError);
  crm.behave({ after: gatewayPage() });
  assert.equal((await post(crm)).status, 502);
  crm.behave({ after: unreadableBody() });
  const { status, json } = await post(crm);
  assert.deepEqual([status, json], [200, undefined]);
  assert.equal(crm.deals.length, 3);
});

Deno.test("an order for afterwards leaves a refusal as it is", async () => {
  await using crm = await startUnhurriedAmo();
  crm.behave({ after: { kind: "reset_after_reading" } });
  assert.equal((await callAmo(crm, "leads/complex", { body: {} })).status, 400);
});

Deno.test("a silent amoCRM has made the deal when it was told to be silent afterwards", async () => {
  await using crm = await startUnhurriedAmo();
  crm.behave({ after: { kind: "silent" } });
  const cut = assert.rejects(post(crm), TypeError);
  await crm.nextDeal();
  await crm.down();
  await cut;
  await assert.rejects(post(crm), TypeError);
  crm.behave(null);
  await crm.up();
  assert.equal((await post(crm)).status, 200);
  assert.equal(crm.deals.length, 2);
});

Deno.test("a slow amoCRM makes the deal after the wait, or before it", async () => {
  await using crm = await startUnhurriedAmo();
  const orders = [
    (until: Promise<void>): CrmOrder => ({ kind: "slow", until }),
    (until: Promise<void>): CrmOrder => ({ after: { kind: "slow", until } }),
  ];
  const made: number[] = [];
  for (const order of orders) {
    const gate = Promise.withResolvers<void>();
    crm.behave(order(gate.promise));
    const posted = post(crm);
    await crm.nextRequest();
    made.push(crm.deals.length);
    gate.resolve();
    const { status, json } = await posted;
    assert.deepEqual([status, Array.isArray(json)], [200, true]);
  }
  assert.deepEqual([made, crm.deals.length], [[0, 2], 2]);
});

Deno.test("a decision for each request sees its path, body and number", async () => {
  await using crm = await startUnhurriedAmo();
  crm.behave(({ path, number }) => path === "account" && number === 1 ? gatewayPage() : undefined);
  assert.equal((await callAmo(crm, "account")).status, 502);
  assert.equal((await callAmo(crm, "account")).status, 200);
  assert.equal((await post(crm)).status, 200);
});

Deno.test("requests are remembered with account, path, body and a monotonic time, the last ones only", async () => {
  await using crm = await startUnhurriedAmo({ maxRequests: 2 });
  await callAmo(crm, "users?page=1");
  await post(crm);
  const [users, leads] = crm.requests;
  assert.deepEqual([users?.path, users?.query.get("page"), users?.atMs], ["users", "1", 1000]);
  assert.deepEqual(
    [leads?.method, leads?.account, leads?.path, leads?.body, leads?.atMs],
    ["POST", "monster.amocrm.ru", "leads/complex", [aComplex()], 2000],
  );
  await callAmo(crm, "account");
  await callAmo(crm, "account");
  assert.deepEqual(crm.requests.map(({ number }) => number), [3, 4]);
  assert.equal(crm.requestCount, 4);
});

Deno.test("a wait that is open fails when amoCRM closes", async () => {
  const crm = await startUnhurriedAmo();
  const waits = [crm.nextDeal(), crm.nextNote(), crm.nextRequest()].map((wait) =>
    assert.rejects(wait, /the server was closed/)
  );
  await crm.close();
  await Promise.all(waits);
});
