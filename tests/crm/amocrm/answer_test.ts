// What amoCRM's answers to a lead mean, odd and hostile ones too.

import assert from "node:assert/strict";
import fc from "fast-check";
import { amoCrmJudge } from "../../../lib/crm/amocrm/answer.ts";
import type { CrmAnswer } from "../../../lib/crm/prepared.ts";
import { NOON_MS } from "../../helpers/a_lead.ts";
import { leastMs } from "../../helpers/least_ms.ts";

function outcomeOf(
  status: number,
  body: unknown,
  details: Partial<CrmAnswer> = {},
  entry: "unsorted" | "lead" = "unsorted",
) {
  const judge = amoCrmJudge({ account: "monster.amocrm.ru", entry }, NOON_MS);
  assert.ok(judge.wantsBody(status));
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return judge.outcomeOf({
    status,
    location: null,
    retryAfter: null,
    text,
    isWhole: true,
    ...details,
  });
}

const UNSORTED = {
  _total_items: 1,
  _embedded: {
    unsorted: [{ uid: "x", _embedded: { leads: [{ id: 7 }], contacts: [{ id: 2 }] } }],
  },
};
const COMPLEX = [{ id: 7, contact_id: 2, company_id: null, request_id: ["x"], merged: false }];
const NO_CONTACT = { id: 7, url: "https://monster.amocrm.ru/leads/detail/7" };
const DEAL = { ...NO_CONTACT, contact: 2 };

Deno.test("an accepting answer names the deal and its contact, in either entry; merged with an older one the deal alone", () => {
  assert.deepEqual(outcomeOf(200, UNSORTED), { kind: "accepted", status: 200, deal: DEAL });
  assert.deepEqual(outcomeOf(201, COMPLEX, {}, "lead"), {
    kind: "accepted",
    status: 201,
    deal: DEAL,
  });
  const merged = [{ ...COMPLEX[0], merged: true }];
  assert.deepEqual(outcomeOf(200, merged, {}, "lead"), {
    kind: "accepted",
    status: 200,
    deal: NO_CONTACT,
  });
});

Deno.test("a deal whose contact cannot be read has none", () => {
  for (const contact_id of [undefined, null, "2", 0, 2.5]) {
    const body = [{ ...COMPLEX[0], contact_id }];
    assert.deepEqual(outcomeOf(200, body, {}, "lead"), {
      kind: "accepted",
      status: 200,
      deal: NO_CONTACT,
    });
  }
  const alone = { _embedded: { unsorted: [{ _embedded: { leads: [{ id: 7 }] } }] } };
  assert.deepEqual(outcomeOf(200, alone), { kind: "accepted", status: 200, deal: NO_CONTACT });
});

Deno.test("an accepting answer that cannot be read is accepted without a deal", () => {
  const bodies = [
    "",
    "<html>",
    '{"_embedded":{"unsorted":[{"_emb',
    "null",
    "[]",
    "{}",
    { _embedded: [] },
    { _embedded: { unsorted: [] } },
    { _embedded: { unsorted: [{ _embedded: { leads: [{ id: "7" }] } }] } },
    [{ id: -7 }],
    [{ id: 7.5 }],
    [null],
  ];
  for (const body of bodies) {
    for (const entry of ["unsorted", "lead"] as const) {
      assert.deepEqual(outcomeOf(200, body, {}, entry), { kind: "accepted", status: 200 });
    }
  }
});

Deno.test("a 400 names each field and its fault, by the last part that is one", () => {
  const errors = [
    { code: "NotSupportedChoice", path: "pipeline_id", detail: "The value is not supported." },
    { code: "Empty", path: "0._embedded.leads.0.name", detail: "This value is empty." },
    { code: "Bad", path: "0.custom_fields_values.0.values.0.value", detail: "Bad value." },
    { code: "FieldMissing", path: "", detail: "This field is missing." },
    { code: "NoDetail", path: "tags" },
    { path: "never shown", detail: "because it is the sixth" },
  ];
  const body = {
    "validation-errors": [{ request_id: "x", errors }, { errors: [{ detail: "a seventh" }] }],
    title: "Bad Request",
    status: 400,
    detail: "Request validation failed",
  };
  assert.deepEqual(outcomeOf(400, body), {
    kind: "answered",
    status: 400,
    body: "поле pipeline_id: The value is not supported.; поле name: This value is empty.; " +
      "поле custom_fields_values: Bad value.; This field is missing.; поле tags: NoDetail",
  });
});

Deno.test("a 400 without fields says its title and detail, or what it is", () => {
  const bodyOf = (body: unknown) => {
    const outcome = outcomeOf(400, body);
    assert.ok(outcome.kind === "answered");
    return outcome.body;
  };
  assert.equal(bodyOf({ title: "Bad Request", detail: "Wrong JSON" }), "Bad Request: Wrong JSON");
  assert.equal(bodyOf({ title: "Bad Request", "validation-errors": [] }), "Bad Request");
  assert.equal(
    bodyOf({ "validation-errors": [{ errors: 7 }, null] }),
    '{"validation-errors":[{"errors":7},null]}',
  );
  assert.equal(bodyOf(""), "без пояснения");
  assert.equal(bodyOf("<html><title>400</title>"), "400");
  // Whoever shows it masks secrets first, and then cuts.
  const long = { "validation-errors": [{ errors: [{ path: "a", detail: "x".repeat(60_000) }] }] };
  assert.equal(bodyOf(long), `поле a: ${"x".repeat(60_000)}`);
});

Deno.test("401, 402 and 403 are a trouble that a person has to end", () => {
  const body = { hint: "Token has expired", title: "Unauthorized", status: 401, detail: "No" };
  assert.deepEqual(outcomeOf(401, body), {
    kind: "answered",
    status: 401,
    body: "Unauthorized: No: Token has expired",
    trouble: "token_refused",
  });
  assert.deepEqual(outcomeOf(402, ""), {
    kind: "answered",
    status: 402,
    body: "без пояснения",
    trouble: "unpaid",
  });
  assert.deepEqual(outcomeOf(403, "<html><head><title>403 Forbidden</title></head>"), {
    kind: "answered",
    status: 403,
    body: "403 Forbidden",
    trouble: "forbidden",
  });
});

Deno.test("a 429 asks to wait, and is no trouble", () => {
  assert.deepEqual(outcomeOf(429, "<html><title>429</title>", { retryAfter: "2" }), {
    kind: "answered",
    status: 429,
    body: "429",
    retryAfterMs: 2_000,
  });
});

Deno.test("a 5xx may have arrived", () => {
  assert.deepEqual(outcomeOf(502, "<html><title>502 Bad Gateway</title>"), {
    kind: "interrupted",
    status: 502,
    reason: "502 Bad Gateway",
  });
  assert.equal(outcomeOf(500, "").kind, "interrupted");
});

Deno.test("every other status declines", () => {
  for (const status of [204, 206, 302, 404, 405, 409, 422]) {
    assert.deepEqual(outcomeOf(status, { title: "Not found" }), {
      kind: "answered",
      status,
      body: "Not found",
    });
  }
});

Deno.test("no answer makes the judge throw or slow", () => {
  const json = fc.oneof(fc.json(), fc.string());
  fc.assert(fc.property(fc.integer({ min: 200, max: 599 }), json, (status, text) => {
    outcomeOf(status, text);
    outcomeOf(status, text, { isWhole: false, retryAfter: text }, "lead");
  }));
  for (const piece of ["[", '{"a":', "<title>", "validation-errors", "\\"]) {
    const text = piece.repeat(64 * 1024 / piece.length);
    assert.ok(leastMs(() => outcomeOf(400, text), 20) < 20, piece);
  }
});
