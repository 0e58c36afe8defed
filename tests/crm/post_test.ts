// One POST to the CRM: what it gets, and what its status means.

import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import { crmPayload } from "../../lib/crm/payload.ts";
import { aLead, aVisitor, NOON_MS } from "../helpers/a_lead.ts";
import { LEAD, withCrm } from "../helpers/with_crm.ts";

// — What the CRM gets —

Deno.test("sendLead posts exactly the payload, with the lead's id as idempotency key", () =>
  withCrm(async ({ crm, send }) => {
    const visitor = aVisitor({ lastName: "Ivanov" });
    await send({ body: JSON.stringify(crmPayload(aLead({ visitor }))) });
    const { method, headers, rawBody, idempotencyKey } = await crm.nextLead();
    assert.equal(method, "POST");
    assert.equal(
      rawBody,
      '{"lead_name":"Новый лид с Telegram: MONSTER AGENCY",' +
        '"contact":{"name":"Galliard Ivanov","username":"@betterrman"},' +
        '"source":"Telegram Bot","request_details":"Привлечь клиентов"}',
    );
    assert.equal(idempotencyKey, LEAD.id);
    assert.equal(headers["content-type"], "application/json");
  }));

Deno.test("sendLead posts once on a connection of its own, also after one that went well", () =>
  withCrm(async ({ crm, send }) => {
    await send();
    crm.behave({ kind: "reset_after_reading" });
    assert.equal((await send()).kind, "interrupted");
    assert.equal(crm.receivedCount, 2);
  }));

Deno.test("sendLead does not log what it posts when its lines are JSON", () =>
  withCrm(
    async ({ send, lines }) => {
      using _time = new FakeTime(NOON_MS);
      await send();
      assert.ok(!lines.join("").includes("Galliard"), lines.join("\n"));
    },
    { kind: "answer" },
    "json",
  ));

// — accepted —

for (const status of [200, 201, 202] as const) {
  Deno.test(`sendLead says "accepted" when the CRM answers ${status}`, () =>
    withCrm(async ({ send, lines, host, crm }) => {
      assert.deepEqual(await send(), { kind: "accepted", status });
      assert.deepEqual(lines, [
        `📤 Отправка лида в AmoCRM: http://${host}/…`,
        `✅ Лид успешно отправлен в AmoCRM. Статус: ${status}`,
      ]);
      assert.equal(crm.receivedCount, 1);
    }, { kind: "answer", status }));
}

for (const kind of ["headers_then_silence", "endless_body", "reset_in_body"] as const) {
  Deno.test(`sendLead says "accepted" when 200 is followed by ${kind.replaceAll("_", " ")}`, () =>
    withCrm(async ({ send, crm }) => {
      assert.deepEqual(await send(), { kind: "accepted", status: 200 });
      assert.equal(crm.receivedCount, 1);
    }, { kind, status: 200 }));
}

Deno.test("sendLead closes an accepting answer whose body never ends", async () => {
  const left = Promise.withResolvers<void>();
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1024)),
    cancel: () => left.resolve(),
  });
  await using server = Deno.serve({ port: 0, onListen() {} }, () => new Response(body));
  await withCrm(async ({ send }) => {
    assert.equal((await send({ url: `http://127.0.0.1:${server.addr.port}/` })).kind, "accepted");
    await left.promise;
  });
});

// — answered —

Deno.test('sendLead says "answered" with status and answer when the CRM declines', () =>
  withCrm(async ({ send, lines, host, crm }) => {
    const outcome = await send();
    assert.deepEqual(outcome, { kind: "answered", status: 500, body: "Internal Server Error" });
    assert.deepEqual(lines, [
      `📤 Отправка лида в AmoCRM: http://${host}/…`,
      "❌ Ошибка отправки в AmoCRM. Статус: 500, Ответ: Internal Server Error",
    ]);
    assert.equal(crm.receivedCount, 1);
  }, { kind: "answer", status: 500, body: "Internal Server Error" }));

for (const status of [203, 204, 206, 400, 401, 404, 409, 429, 503]) {
  Deno.test(`sendLead says "answered" when the CRM answers ${status} and nothing else`, () =>
    withCrm(async ({ send, lines, crm }) => {
      assert.deepEqual(await send(), { kind: "answered", status, body: "" });
      assert.equal(lines.at(-1), `❌ Ошибка отправки в AmoCRM. Статус: ${status}`);
      assert.equal(crm.receivedCount, 1);
    }, { kind: "answer", status, body: "" }));
}

for (const status of [301, 302, 303, 307, 308]) {
  Deno.test(`sendLead says "answered" to a ${status}, and never asks for the page behind it`, () =>
    withCrm(async ({ send, lines, crm }) => {
      assert.deepEqual(await send(), { kind: "answered", status, body: "" });
      assert.equal(lines.at(-1), `❌ Ошибка отправки в AmoCRM. Статус: ${status}`);
      assert.deepEqual([crm.receivedCount, crm.loginVisits], [1, 0]);
    }, { kind: "redirect", status }));
}

// — JSON —

Deno.test("sendLead's lines in JSON have lead, profile, host, outcome and status as fields", () =>
  withCrm(
    async ({ send, lines, host }) => {
      using _time = new FakeTime(NOON_MS);
      await send();
      const time = "2026-01-15T12:00:00.000Z";
      assert.deepEqual(lines.map((line) => JSON.parse(line)), [
        {
          time,
          level: "info",
          message: `📤 Отправка лида в AmoCRM: http://${host}/…`,
          lead: 1,
          profile: "agency",
          address: `http://${host}/…`,
        },
        {
          time,
          level: "error",
          message: "❌ Ошибка отправки в AmoCRM. Статус: 500, Ответ: no",
          lead: 1,
          profile: "agency",
          host,
          outcome: "answered",
          status: 500,
          body: "no",
        },
      ]);
    },
    { kind: "answer", status: 500, body: "no" },
    "json",
  ));
