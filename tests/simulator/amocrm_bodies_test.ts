// The simulated amoCRM refuses a body with anything in it that amoCRM does not take, and says where.

import assert from "node:assert/strict";
import type { AmoCrm } from "../../lib/simulator/crm/amocrm.ts";
import {
  A_FORM,
  aComplex,
  type AmoAnswerSeen,
  anUnsorted,
  callAmo,
  faultsOf,
  startUnhurriedAmo,
} from "../helpers/amo_call.ts";

/** Posts a body that must be refused; returns [request_id, code, path] of each error. */
async function refused(crm: AmoCrm, path: string, body: unknown): Promise<string[][]> {
  const before = crm.deals.length;
  const seen: AmoAnswerSeen = await callAmo(crm, path, { body });
  assert.equal(seen.status, 400, seen.text);
  assert.equal(crm.deals.length, before);
  return faultsOf(seen);
}

const unsorted = (crm: AmoCrm, changes: Record<string, unknown>) =>
  refused(crm, "leads/unsorted/forms", [anUnsorted(changes)]);
const complex = (crm: AmoCrm, changes: Record<string, unknown>) =>
  refused(crm, "leads/complex", [aComplex(changes)]);

Deno.test("a refusal of a body is problem JSON with code, path and detail of each error", async () => {
  await using crm = await startUnhurriedAmo();
  const body = [aComplex({ pipeline_id: 5 })];
  const seen = await callAmo(crm, "leads/complex", { body });
  assert.equal(seen.contentType, "application/problem+json; charset=utf-8");
  assert.deepEqual(seen.json, {
    "validation-errors": [{
      request_id: "lead-1",
      errors: [{
        code: "NotSupportedChoice",
        path: "pipeline_id",
        detail: "The value you selected is not a valid choice.",
      }],
    }],
    title: "Bad Request",
    type: "https://httpstatus.es/400",
    status: 400,
    detail: "Request validation failed",
  });
});

Deno.test("a wrapper, a lone object and an empty list are refused", async () => {
  await using crm = await startUnhurriedAmo();
  const missing = ["source_uid", "source_name", "metadata"].map((path) => [
    "0",
    "FieldMissing",
    path,
  ]);
  for (const body of [{ data: [anUnsorted()] }, anUnsorted(), []]) {
    assert.deepEqual(await refused(crm, "leads/unsorted/forms", body), missing);
  }
  for (const body of [{ data: [aComplex()] }, aComplex(), []]) {
    assert.deepEqual(await refused(crm, "leads/complex", body), [["0", "InvalidType", ""]]);
  }
});

Deno.test("metadata stands at the top of a form and within _embedded of a lead, never the other way", async () => {
  await using crm = await startUnhurriedAmo();
  const { metadata, ...rest } = anUnsorted();
  assert.deepEqual(
    await refused(crm, "leads/unsorted/forms", [{ ...rest, _embedded: { metadata } }]),
    [["lead-1", "FieldNotExpected", "_embedded.metadata"], ["lead-1", "FieldMissing", "metadata"]]
      .toReversed(),
  );
  assert.deepEqual(await complex(crm, { metadata }), [["lead-1", "FieldNotExpected", "metadata"]]);
});

Deno.test("each needed key of a form's metadata is asked for", async () => {
  await using crm = await startUnhurriedAmo();
  for (const key of Object.keys(A_FORM)) {
    const metadata = Object.fromEntries(Object.entries(A_FORM).filter(([each]) => each !== key));
    assert.deepEqual(await unsorted(crm, { metadata }), [
      ["lead-1", "FieldMissing", `metadata.${key}`],
    ]);
    const _embedded = { metadata: { category: "forms", ...metadata } };
    assert.deepEqual(await complex(crm, { _embedded }), [
      ["lead-1", "FieldMissing", `_embedded.metadata.${key}`],
    ]);
  }
  assert.deepEqual(await complex(crm, { _embedded: { metadata: A_FORM } }), [
    ["lead-1", "FieldMissing", "_embedded.metadata.category"],
  ]);
  assert.deepEqual(
    await complex(crm, { _embedded: { metadata: { category: "sip", ...A_FORM } } }),
    [
      ["lead-1", "NotSupportedChoice", "_embedded.metadata.category"],
    ],
  );
});

Deno.test("an unknown key and a key in the wrong place are refused", async () => {
  await using crm = await startUnhurriedAmo();
  assert.deepEqual(await unsorted(crm, { status_id: 142, tags: [] }), [
    ["lead-1", "FieldNotExpected", "status_id"],
    ["lead-1", "FieldNotExpected", "tags"],
  ]);
  assert.deepEqual(await unsorted(crm, { _embedded: { leads: [{ tags: [] }] } }), [
    ["lead-1", "FieldNotExpected", "_embedded.leads.0.tags"],
  ]);
  assert.deepEqual(await complex(crm, { contacts: [] }), [
    ["lead-1", "FieldNotExpected", "contacts"],
  ]);
});

Deno.test("numbers as text, text as numbers and null are refused", async () => {
  await using crm = await startUnhurriedAmo();
  const id = crm.pipelines[0]?.id;
  assert.deepEqual(
    await complex(crm, { pipeline_id: `${id}`, name: 5, request_id: 7, price: null }),
    [
      ["0", "InvalidType", "request_id"],
      ["0", "InvalidType", "name"],
      ["0", "InvalidType", "price"],
      ["0", "InvalidType", "pipeline_id"],
    ],
  );
  assert.deepEqual(await unsorted(crm, { created_at: "1764288000" }), [
    ["lead-1", "InvalidType", "created_at"],
  ]);
});

Deno.test("a moment in milliseconds or with a fraction is refused", async () => {
  await using crm = await startUnhurriedAmo();
  const metadata = { ...A_FORM, form_sent_at: A_FORM.form_sent_at * 1000 };
  assert.deepEqual(await unsorted(crm, { metadata, created_at: 1_764_288_000.5 }), [
    ["lead-1", "TooHigh", "metadata.form_sent_at"],
    ["lead-1", "InvalidType", "created_at"],
  ]);
  assert.deepEqual(await complex(crm, { created_at: 0 }), [["lead-1", "TooLow", "created_at"]]);
});

Deno.test("a pipeline, a status and a user that the account does not have are refused", async () => {
  await using crm = await startUnhurriedAmo();
  const [main, other] = crm.pipelines;
  const choice = (path: string) => [["lead-1", "NotSupportedChoice", path]];
  assert.deepEqual(await unsorted(crm, { pipeline_id: 5 }), choice("pipeline_id"));
  assert.deepEqual(await complex(crm, { status_id: 5 }), choice("status_id"));
  assert.deepEqual(await complex(crm, { responsible_user_id: 5 }), choice("responsible_user_id"));
  const foreign = { pipeline_id: main?.id, status_id: other?.statuses[1]?.id };
  assert.deepEqual(await complex(crm, foreign), choice("status_id"));
  const unsortedStatus = { pipeline_id: main?.id, status_id: main?.statuses[0]?.id };
  assert.deepEqual(await complex(crm, unsortedStatus), choice("status_id"));
  crm.users = [{ id: 5, name: "Новый" }];
  const body = [aComplex({ responsible_user_id: 5, pipeline_id: other?.id, status_id: 142 })];
  assert.equal((await callAmo(crm, "leads/complex", { body })).status, 200);
});

Deno.test("a field that the account does not have is refused, by code and by id", async () => {
  await using crm = await startUnhurriedAmo();
  const values = [{ value: "vk" }];
  const fields = [{ field_code: "PHONE", values }, { field_id: 5, values }, { values }, {
    field_code: "UTM_TERM",
  }];
  assert.deepEqual(await complex(crm, { custom_fields_values: fields }), [
    ["lead-1", "FieldMissing", "custom_fields_values.3.values"],
  ]);
  assert.deepEqual(await complex(crm, { custom_fields_values: fields.slice(0, 3) }), [
    ["lead-1", "NotSupportedChoice", "custom_fields_values.0.field_code"],
    ["lead-1", "NotSupportedChoice", "custom_fields_values.1.field_id"],
    ["lead-1", "FieldMissing", "custom_fields_values.2.field_id"],
  ]);
});

Deno.test("a field's value has the field's type, and a kind only where the field has kinds", async () => {
  await using crm = await startUnhurriedAmo();
  const path = "_embedded.contacts.0.custom_fields_values.0.values.0";
  const custom_fields_values = [
    { field_code: "UTM_SOURCE", values: [{ value: 5, enum_code: "WORK" }] },
    { field_id: 510_002, values: [{ value: "много" }] },
  ];
  assert.deepEqual(await complex(crm, { custom_fields_values }), [
    ["lead-1", "InvalidType", "custom_fields_values.0.values.0.value"],
    ["lead-1", "FieldNotExpected", "custom_fields_values.0.values.0.enum_code"],
    ["lead-1", "InvalidType", "custom_fields_values.1.values.0.value"],
  ]);
  const phone = { field_code: "PHONE", values: [{ value: "+7999", enum_code: "PRIVATE" }] };
  const contacts = [{ custom_fields_values: [phone] }];
  assert.deepEqual(await complex(crm, { _embedded: { contacts } }), [
    ["lead-1", "NotSupportedChoice", `${path}.enum_code`],
  ]);
  const bare = [{ field_code: "UTM_TERM", values: [] }];
  assert.deepEqual(await complex(crm, { custom_fields_values: bare }), [
    ["lead-1", "TooFew", "custom_fields_values.0.values"],
  ]);
  const taken = [{ field_id: 510_002, values: [{ value: "5" }] }, {
    field_id: 510_003,
    values: [{ value: true }],
  }];
  const body = [aComplex({ custom_fields_values: taken })];
  assert.equal((await callAmo(crm, "leads/complex", { body })).status, 200);
});

Deno.test("a name has 255 characters at most", async () => {
  await using crm = await startUnhurriedAmo();
  const body = [aComplex({ name: "Я".repeat(255) })];
  assert.equal((await callAmo(crm, "leads/complex", { body })).status, 200);
  assert.deepEqual(await complex(crm, { name: "Я".repeat(256) }), [["lead-1", "TooLong", "name"]]);
  const contacts = [{ name: "Я".repeat(256) }];
  assert.deepEqual(await unsorted(crm, { _embedded: { contacts } }), [
    ["lead-1", "TooLong", "_embedded.contacts.0.name"],
  ]);
});

Deno.test("a lead has one contact and an entity forty values at most, a call fifty leads", async () => {
  await using crm = await startUnhurriedAmo();
  assert.deepEqual(await complex(crm, { _embedded: { contacts: [{}, {}] } }), [
    ["lead-1", "TooMany", "_embedded.contacts"],
  ]);
  const values = (count: number) => [
    { field_code: "UTM_TERM", values: Array.from({ length: count }, () => ({ value: "vk" })) },
  ];
  assert.deepEqual(await complex(crm, { custom_fields_values: values(41) }), [
    ["lead-1", "TooMany", "custom_fields_values"],
  ]);
  const body = Array.from({ length: 50 }, () => aComplex({ custom_fields_values: values(40) }));
  assert.equal((await callAmo(crm, "leads/complex", { body })).status, 200);
  assert.deepEqual(await refused(crm, "leads/complex", [...body, aComplex()]), [
    ["0", "TooMany", ""],
  ]);
});

Deno.test("a tag without a name is unknown, and one with more keys is refused", async () => {
  await using crm = await startUnhurriedAmo();
  const tags = [{ id: 5 }, { name: "Bot", color: "red" }, "Bot"];
  assert.deepEqual(await complex(crm, { _embedded: { tags } }), [
    ["lead-1", "NotSupportedChoice", "_embedded.tags.0"],
    ["lead-1", "FieldNotExpected", "_embedded.tags.1.color"],
    ["lead-1", "InvalidType", "_embedded.tags.2"],
  ]);
});

Deno.test("one faulty lead of a call keeps the others out, named by its request_id or index", async () => {
  await using crm = await startUnhurriedAmo();
  const { request_id: _left, ...nameless } = aComplex({ pipeline_id: 5 });
  const body = [aComplex(), aComplex({ request_id: "lead-2", price: "1" }), nameless];
  assert.deepEqual(await refused(crm, "leads/complex", body), [
    ["lead-2", "InvalidType", "price"],
    ["2", "NotSupportedChoice", "pipeline_id"],
  ]);
});

Deno.test("a note has a known type and its text within params", async () => {
  await using crm = await startUnhurriedAmo();
  await callAmo(crm, "leads/complex", { body: [aComplex()] });
  const { id } = await crm.nextDeal();
  const note = (changes: Record<string, unknown>) =>
    refused(crm, `leads/${id}/notes`, [{
      note_type: "common",
      params: { text: "a" },
      ...changes,
    }]);
  assert.deepEqual(await note({ note_type: "text" }), [["0", "NotSupportedChoice", "note_type"]]);
  assert.deepEqual(await note({ params: {}, text: "a" }), [
    ["0", "FieldMissing", "params.text"],
    ["0", "FieldNotExpected", "text"],
  ]);
  assert.deepEqual(await note({ params: { text: "" } }), [["0", "TooShort", "params.text"]]);
  assert.deepEqual(await note({ params: { text: 5 } }), [["0", "InvalidType", "params.text"]]);
  const lone = { note_type: "common", params: { text: "a" } };
  assert.deepEqual((await refused(crm, `leads/${id}/notes`, lone)).length, 2);
});

Deno.test("a change of a contact is an object, not a list", async () => {
  await using crm = await startUnhurriedAmo();
  await callAmo(crm, "leads/complex", { body: [aComplex()] });
  const { contact } = await crm.nextDeal();
  const body = [{ name: "Galliard" }];
  const seen = await callAmo(crm, `contacts/${contact?.id}`, { method: "PATCH", body });
  assert.deepEqual([seen.status, faultsOf(seen)], [400, [["0", "InvalidType", ""]]]);
});

Deno.test("a body that is no JSON, or is not called JSON, is refused", async () => {
  await using crm = await startUnhurriedAmo();
  const broken = await callAmo(crm, "leads/complex", { body: "[{" });
  const form = await callAmo(crm, "leads/complex", { body: "[{}]", contentType: "text/plain" });
  for (const { status, json } of [broken, form]) {
    assert.equal(status, 400);
    assert.partialDeepStrictEqual(json, { detail: "The body is no JSON" });
  }
  assert.deepEqual(crm.deals, []);
});
