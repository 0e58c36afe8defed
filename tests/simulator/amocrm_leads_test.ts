// The simulated amoCRM makes deals, contacts and notes, answers as amoCRM does, and shows what it made.

import assert from "node:assert/strict";
import { A_FORM, aComplex, anUnsorted, callAmo, startUnhurriedAmo } from "../helpers/amo_call.ts";

Deno.test("a form makes a deal in «Неразобранное» of the main pipeline, with contact, tag and source", async () => {
  await using crm = await startUnhurriedAmo({ now: () => 1_764_288_000_000 });
  const { status, json } = await callAmo(crm, "leads/unsorted/forms", { body: [anUnsorted()] });
  const deal = await crm.nextDeal();
  const [main] = crm.pipelines;
  assert.equal(status, 200);
  assert.deepEqual(deal, {
    id: deal.id,
    account: "monster.amocrm.ru",
    entry: "unsorted",
    requestId: "lead-1",
    name: "Новый лид",
    pipelineId: main?.id,
    statusId: main?.statuses.find(({ type }) => type === 1)?.id,
    responsibleUserId: null,
    tags: ["Telegram Bot"],
    fields: {},
    contact: { id: deal.contact?.id, name: "Galliard (@betterrman)", fields: {} },
    source: { uid: "lead-1", name: "Telegram Bot" },
    form: {
      formId: A_FORM.form_id,
      formName: A_FORM.form_name,
      formPage: A_FORM.form_page,
      sentAtS: A_FORM.form_sent_at,
      referer: "https://t.me/monster_bot",
    },
    atMs: 1_764_288_000_000,
  });
  const base = "https://monster.amocrm.ru/api/v4";
  const uid = deal.id.toString(16).padStart(64, "7a0c");
  assert.deepEqual(json, {
    _total_items: 1,
    _links: { self: { href: `${base}/leads/unsorted/forms` } },
    _embedded: {
      unsorted: [{
        uid,
        account_id: 31_000_001,
        request_id: "lead-1",
        _links: { self: { href: `${base}/leads/unsorted/${uid}` } },
        _embedded: {
          leads: [{ id: deal.id, _links: { self: { href: `${base}/leads/${deal.id}` } } }],
          contacts: [{
            id: deal.contact?.id,
            _links: { self: { href: `${base}/contacts/${deal.contact?.id}` } },
          }],
          companies: [],
        },
      }],
    },
  });
});

Deno.test("leads/complex makes a deal in its status and is answered by a list", async () => {
  await using crm = await startUnhurriedAmo();
  const [, pipeline] = crm.pipelines;
  const [user] = crm.users;
  const status_id = pipeline?.statuses[2]?.id;
  const item = aComplex({ pipeline_id: pipeline?.id, status_id, responsible_user_id: user?.id });
  const { status, json } = await callAmo(crm, "leads/complex", { body: [item] });
  const deal = await crm.nextDeal();
  assert.equal(status, 200);
  assert.deepEqual(json, [{
    id: deal.id,
    contact_id: deal.contact?.id,
    company_id: null,
    request_id: ["lead-1"],
    merged: false,
  }]);
  assert.deepEqual(
    [deal.entry, deal.pipelineId, deal.statusId, deal.responsibleUserId, deal.fields, deal.source],
    ["lead", pipeline?.id, status_id, user?.id, { UTM_SOURCE: ["vk"] }, null],
  );
  assert.equal(deal.contact?.name, "Galliard @betterrman");
  assert.equal(deal.form?.formId, "agency");
});

Deno.test("a lead without pipeline and status goes to the first ordinary status of the main pipeline", async () => {
  await using crm = await startUnhurriedAmo();
  await callAmo(crm, "leads/complex", { body: [{}] });
  const deal = await crm.nextDeal();
  const [main] = crm.pipelines;
  assert.deepEqual([deal.pipelineId, deal.statusId], [main?.id, main?.statuses[1]?.id]);
  assert.deepEqual([deal.name, deal.contact, deal.requestId], [`Сделка #${deal.id}`, null, null]);
});

Deno.test("a repeated request_id makes a second deal, which is told as a duplicate", async () => {
  await using crm = await startUnhurriedAmo();
  for (const request_id of ["one", "two", "one"]) {
    await callAmo(crm, "leads/complex", { body: [aComplex({ request_id })] });
  }
  assert.deepEqual([...crm.madeByRequestId], [["one", 2], ["two", 1]]);
  assert.deepEqual([crm.duplicates(), crm.deals.length], [["one"], 3]);
});

Deno.test("a lead that is merged makes no deal, is answered with the old id, and takes notes", async () => {
  await using crm = await startUnhurriedAmo();
  crm.mergeInto(77);
  const { json } = await callAmo(crm, "leads/complex", { body: [aComplex()] });
  assert.deepEqual(json, [
    { id: 77, contact_id: null, company_id: null, request_id: ["lead-1"], merged: true },
  ]);
  assert.deepEqual([crm.deals, crm.merges], [[], [{ dealId: 77, requestId: "lead-1" }]]);
  const body = [{ note_type: "common", params: { text: "Ещё раз" } }];
  assert.equal((await callAmo(crm, "leads/77/notes", { body })).status, 200);

  crm.mergeInto(null);
  await callAmo(crm, "leads/complex", { body: [aComplex()] });
  assert.equal(crm.deals.length, 1);
});

Deno.test("a tag that comes with an id besides its name doubles", async () => {
  await using crm = await startUnhurriedAmo();
  const _embedded = { tags: [{ id: 5, name: "Telegram Bot" }] };
  await callAmo(crm, "leads/complex", { body: [{ _embedded }] });
  assert.deepEqual((await crm.nextDeal()).tags, ["Telegram Bot", "Telegram Bot"]);
});

Deno.test("notes are kept by deal in the order they came, and a repeated one twice", async () => {
  await using crm = await startUnhurriedAmo();
  await callAmo(crm, "leads/complex", { body: [aComplex(), aComplex()] });
  const [one, two] = crm.deals.map(({ id }) => id);
  const note = (text: string) => ({ note_type: "common", params: { text }, request_id: text });
  const first = await callAmo(crm, `leads/${one}/notes`, { body: [note("a"), note("b")] });
  await callAmo(crm, `leads/${two}/notes`, { body: [note("c")] });
  await callAmo(crm, `leads/${one}/notes`, { body: [note("b")] });
  assert.deepEqual(crm.notesOf(one ?? 0).map(({ text }) => text), ["a", "b", "b"]);
  const notes = crm.notesOf(one ?? 0).slice(0, 2).map(({ id, text }) => ({
    id,
    entity_id: one,
    request_id: text,
    _links: { self: { href: `https://monster.amocrm.ru/api/v4/leads/${one}/notes/${id}` } },
  }));
  assert.deepEqual(first.json, {
    _links: { self: { href: `https://monster.amocrm.ru/api/v4/leads/${one}/notes` } },
    _embedded: { notes },
  });
  assert.equal((await crm.nextNote(({ dealId }) => dealId === two)).text, "c");
});

Deno.test("a note of a deal that is not there is refused 404", async () => {
  await using crm = await startUnhurriedAmo();
  const body = [{ note_type: "common", params: { text: "a" } }];
  const { status, contentType } = await callAmo(crm, "leads/10000001/notes", { body });
  assert.deepEqual([status, contentType], [404, "application/problem+json; charset=utf-8"]);
});

Deno.test("a contact gets a phone later, which replaces the one it had", async () => {
  await using crm = await startUnhurriedAmo();
  await callAmo(crm, "leads/complex", { body: [aComplex()] });
  const { contact } = await crm.nextDeal();
  for (const value of ["+79990000001", "+79990000002"]) {
    const body = {
      custom_fields_values: [{ field_code: "PHONE", values: [{ value, enum_code: "WORK" }] }],
    };
    const { status } = await callAmo(crm, `contacts/${contact?.id}`, { method: "PATCH", body });
    assert.equal(status, 200);
  }
  assert.deepEqual(crm.deals[0]?.contact, {
    ...contact,
    fields: { PHONE: ["+79990000002"] },
  });
  const body = { name: "X" };
  assert.equal((await callAmo(crm, "contacts/5", { method: "PATCH", body })).status, 404);
});

Deno.test("nextDeal takes each deal once, and a wait that fails says what was made", async () => {
  await using crm = await startUnhurriedAmo({ failsafeMs: 1 });
  await callAmo(crm, "leads/complex", { body: [aComplex()] });
  await crm.nextDeal();
  await assert.rejects(crm.nextDeal(), /waiting for a deal in amoCRM .* lead-1 Новый лид/);
});
