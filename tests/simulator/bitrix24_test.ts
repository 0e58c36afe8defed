// The simulated Bitrix24 adds leads, refuses as Bitrix24 does, and limits the rate.

import assert from "node:assert/strict";
import { type Bitrix24, startBitrix24 } from "../../lib/simulator/crm/bitrix24.ts";

const LEAD = {
  TITLE: "Новый лид",
  NAME: "Galliard",
  COMMENTS: "Хочу",
  SOURCE_ID: "WEB",
  PHONE: [{ VALUE: "+79990000001", VALUE_TYPE: "WORK" }],
  UTM_SOURCE: "vk",
};

/** One call on a connection of its own. */
async function call(url: string, body: unknown, headers = { "content-type": "application/json" }) {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const request = { method: "POST", headers, body: JSON.stringify(body), client };
  const response = await fetch(url, request);
  const text = await response.text();
  return { status: response.status, text };
}

async function add(crm: Bitrix24, body: unknown = { fields: LEAD }) {
  const { status, text } = await call(`${crm.url}crm.lead.add.json`, body);
  const json: unknown = JSON.parse(text);
  return { status, json };
}

Deno.test("a lead is added with its fields and answered with its id and the time", async () => {
  await using crm = await startBitrix24({ now: () => 1_764_288_000_000 });
  const { status, json } = await add(crm);
  const { PHONE: _phone, ...fields } = LEAD;
  assert.deepEqual(await crm.nextLead(), {
    id: 101,
    fields,
    phones: [{ value: "+79990000001", type: "WORK" }],
    emails: [],
    ignored: [],
    atMs: 1_764_288_000_000,
  });
  assert.equal(status, 200);
  assert.partialDeepStrictEqual(json, { result: 101, time: { start: 1_764_288_000 } });
  assert.match(crm.url, /^http:\/\/127\.0\.0\.1:\d+\/rest\/1\/\w{16}\/$/);
});

Deno.test("the same lead twice is two leads", async () => {
  await using crm = await startBitrix24();
  await add(crm);
  await add(crm);
  assert.deepEqual(crm.leads.map(({ id }) => id), [101, 102]);
});

Deno.test("a field that no lead has is dropped without a word, the portal's own is taken", async () => {
  await using crm = await startBitrix24({ customFields: ["UF_CRM_1"] });
  const { status } = await add(crm, { fields: { TITLE: "a", UF_CRM_1: "b", UF_CRM_2: "c" } });
  const { fields, ignored } = await crm.nextLead();
  assert.deepEqual([status, fields, ignored], [200, { TITLE: "a", UF_CRM_1: "b" }, ["UF_CRM_2"]]);
});

Deno.test("fields that are no object, a title that is no text and a phone that is no list are refused 400", async () => {
  await using crm = await startBitrix24();
  const bodies = [
    {},
    [],
    { fields: [LEAD] },
    { fields: { TITLE: 5 } },
    { fields: { TITLE: null } },
    { fields: { PHONE: "+7999" } },
    { fields: { PHONE: ["+7999"] } },
    { fields: { PHONE: [{ VALUE: 7999 }] } },
    { fields: { PHONE: [{ VALUE: "+7999", TYPE: "WORK" }] } },
  ];
  for (const body of bodies) {
    const { status, json } = await add(crm, body);
    assert.equal(status, 400, JSON.stringify(body));
    assert.partialDeepStrictEqual(json, { error: "" });
  }
  const address = `${crm.url}crm.lead.add.json`;
  const unnamed = await call(address, { fields: LEAD }, { "content-type": "text/plain" });
  assert.deepEqual([unnamed.status, crm.leads], [400, []]);
});

Deno.test("a wrong key is refused 401, an unknown method 404", async () => {
  await using crm = await startBitrix24({ key: "secret" });
  const wrong = await call(crm.url.replace("secret", "other") + "crm.lead.add.json", {});
  assert.deepEqual([wrong.status, JSON.parse(wrong.text)], [401, {
    error: "INVALID_CREDENTIALS",
    error_description: "Invalid request credentials",
  }]);
  const unknown = await call(`${crm.url}crm.lead.make.json`, {});
  assert.deepEqual([unknown.status, JSON.parse(unknown.text)], [404, {
    error: "ERROR_METHOD_NOT_FOUND",
    error_description: "Method not found!",
  }]);
  assert.equal((await call(new URL("/other", crm.url).href, {})).status, 404);
  assert.equal((await call(`${crm.url}crm.lead.add`, { fields: LEAD })).status, 200);
});

Deno.test("a refusal adds nothing, has error in its body, and lasts until it is ended", async () => {
  await using crm = await startBitrix24();
  const refusals = [
    ["credentials", 401, "INVALID_CREDENTIALS"],
    ["scope", 401, "insufficient_scope"],
    ["query_limit", 503, "QUERY_LIMIT_EXCEEDED"],
    ["operation_limit", 429, "OPERATION_TIME_LIMIT"],
    ["error_in_200", 200, "ERROR_CORE"],
  ] as const;
  for (const [refusal, status, error] of refusals) {
    crm.refuse(refusal);
    const seen = await add(crm);
    assert.equal(seen.status, status);
    assert.partialDeepStrictEqual(seen.json, { error });
  }
  assert.deepEqual(crm.leads, []);
  crm.refuse(null);
  assert.equal((await add(crm)).status, 200);
});

Deno.test("after a burst two requests a second are let through, the others are refused 503", async () => {
  let nowMs = 0;
  await using crm = await startBitrix24({ burst: 3, monotonicNow: () => nowMs });
  const statuses: number[] = [];
  for (const atMs of [0, 0, 0, 0, 499, 500, 500, 1500, 1500, 1500]) {
    nowMs = atMs;
    statuses.push((await add(crm)).status);
  }
  assert.deepEqual(statuses, [200, 200, 200, 503, 503, 200, 503, 200, 200, 503]);
});

Deno.test("an order happens instead of the lead, or after it", async () => {
  await using crm = await startBitrix24();
  crm.behave({ kind: "reset_after_reading" });
  await assert.rejects(add(crm), TypeError);
  assert.equal(crm.leads.length, 0);
  crm.behave({ after: { kind: "reset_after_reading" } });
  await assert.rejects(add(crm), TypeError);
  assert.deepEqual([crm.leads.length, crm.requestCount], [1, 2]);
  assert.equal((await crm.nextRequest()).number, 1);
});

Deno.test("while Bitrix24 is down connections are refused, and waits fail when it closes", async () => {
  const crm = await startBitrix24();
  await crm.down();
  await assert.rejects(add(crm), TypeError);
  await crm.up();
  assert.equal((await add(crm)).status, 200);
  await crm.nextLead();
  const wait = assert.rejects(crm.nextLead(), /the server was closed.*#101 Новый лид/);
  await crm.close();
  await wait;
});
