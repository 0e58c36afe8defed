// One POST to the CRM: every way in which it can end, in one word and in the seed's lines.

import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import { createCrm, type CrmRequest } from "../../lib/crm/post.ts";
import {
  type CrmBehaviour,
  type CrmServer,
  startCrmServer,
} from "../../lib/simulator/crm/server.ts";
import type { CrmOutcome } from "../../lib/lead.ts";
import { crmPayload } from "../../lib/crm/payload.ts";
import { hostOf } from "../../lib/profiles/webhook_address.ts";
import { aLead, aVisitor, NOON_MS } from "../helpers/a_lead.ts";
import { aLog, type LogOfTest } from "../helpers/a_log.ts";

const LEAD = aLead();
const NEVER = new AbortController().signal;
const SECRET = "f3b1c0de5ecre7";

interface Room extends LogOfTest {
  readonly crm: CrmServer;
  /** The CRM's host and port, as its address has them. */
  readonly host: string;
  /** Sends a lead, to the CRM unless told otherwise. */
  send(request?: Partial<CrmRequest>, signal?: AbortSignal): Promise<CrmOutcome>;
}

async function withCrm(
  run: (room: Room) => Promise<void>,
  behaviour: CrmBehaviour = { kind: "answer" },
  format: "text" | "json" = "text",
): Promise<void> {
  await using crm = await startCrmServer();
  crm.behave(behaviour);
  const lines = aLog({ format });
  const client = createCrm(lines);
  const send = (request: Partial<CrmRequest> = {}, signal = NEVER) =>
    client.sendLead({
      url: crm.url,
      timeoutMs: 10_000,
      idempotencyKey: LEAD.id,
      payload: crmPayload(LEAD),
      facts: { lead: LEAD.number, profile: LEAD.profile },
      ...request,
    }, signal);
  try {
    await run({ ...lines, crm, host: new URL(crm.url).host, send });
    assert.ok(!lines.lines.join("\n").includes(SECRET), lines.lines.join("\n"));
  } finally {
    client.close();
  }
}

/** The address of a server that does as told with every connection. */
async function withConnections(
  serve: (connection: Deno.Conn) => Promise<void>,
  run: (url: string) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      await serve(connection);
      connection.close();
    }
  })();
  try {
    await run(`http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/webhook/${SECRET}`);
  } finally {
    listener.close();
    await serving;
  }
}

// — What the CRM gets —

Deno.test("sendLead posts exactly the payload, with the lead's id as idempotency key", () =>
  withCrm(async ({ crm, send }) => {
    const visitor = aVisitor({ lastName: "Ivanov" });
    await send({ payload: crmPayload(aLead({ visitor })) });
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

Deno.test("sendLead keeps to itself what it posts when its lines are JSON", () =>
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

Deno.test("sendLead lets go of an accepting answer whose body never ends", async () => {
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

Deno.test("sendLead puts an answer of several lines on one", () =>
  withCrm(async ({ send, lines }) => {
    await send();
    assert.equal(
      lines.at(-1),
      "❌ Ошибка отправки в AmoCRM. Статус: 502, Ответ: <html> <h1>Bad Gateway</h1> </html>",
    );
  }, { kind: "answer", status: 502, body: "\r\n<html>\r\n\t<h1>Bad Gateway</h1>\0\n</html>\n" }));

Deno.test("sendLead keeps 500 characters of an answer and not one more", () =>
  withCrm(async ({ send, crm }) => {
    for (const [length, kept] of [[500, 500], [501, 500]] as const) {
      crm.behave({ kind: "answer", status: 500, body: "ы".repeat(length) });
      assert.deepEqual(await send(), { kind: "answered", status: 500, body: "ы".repeat(kept) });
    }
  }));

Deno.test("sendLead never keeps half a character of an answer", () =>
  withCrm(async ({ send }) => {
    const outcome = await send();
    assert.ok(outcome.kind === "answered" && outcome.body.isWellFormed());
  }, { kind: "answer", status: 500, body: "x" + "🔥".repeat(300) }));

Deno.test("sendLead shows no webhook address that the CRM repeats", () =>
  withCrm(async ({ send, crm, lines }) => {
    const { pathname } = new URL(crm.url);
    const escaped = JSON.stringify({ url: crm.url }).replaceAll("/", "\\/");
    crm.behave({
      kind: "answer",
      status: 404,
      body: `Cannot POST ${pathname} (${crm.url}) ${escaped}`,
    });
    await send();
    assert.ok(!lines.join("\n").includes("webhook"), lines.at(-1));
  }));

Deno.test("sendLead stops reading a declining answer at 64 KiB", async () => {
  const left = Promise.withResolvers<void>();
  const body = endlessAfter(64 * 1024, left.resolve);
  await using server = Deno.serve(
    { port: 0, onListen() {} },
    () => new Response(body, { status: 500 }),
  );
  await withCrm(async ({ send }) => {
    using _time = new FakeTime(); // The deadline never comes.
    const outcome = await send({ url: `http://127.0.0.1:${server.addr.port}/` });
    assert.deepEqual(outcome, { kind: "answered", status: 500, body: "x".repeat(500) });
    await left.promise;
  });
});

Deno.test("sendLead reads a declining answer of less than 64 KiB to its end or to the deadline", async () => {
  const body = endlessAfter(64 * 1024 - 1, () => {});
  await using server = Deno.serve(
    { port: 0, onListen() {} },
    () => new Response(body, { status: 500 }),
  );
  await withCrm(async ({ send }) => {
    using time = new FakeTime();
    using headers = arrivingHeaders();
    let ended = false;
    const sending = send({ url: `http://127.0.0.1:${server.addr.port}/` });
    sending.then(() => ended = true);
    await headers;
    await time.tickAsync(9_999);
    await time.runMicrotasks();
    assert.ok(!ended);
    time.tick(1);
    assert.equal((await sending).kind, "answered");
  });
});

/** Resolves when the headers of an answer have reached the client. */
function arrivingHeaders(): Promise<void> & Disposable {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { fetch } = globalThis;
  globalThis.fetch = async (...request) => {
    const response = await fetch(...request);
    resolve();
    return response;
  };
  return Object.assign(promise, { [Symbol.dispose]: () => void (globalThis.fetch = fetch) });
}

/** A body of so many bytes that then goes on without end and without a byte. */
function endlessAfter(bytes: number, left: () => void): ReadableStream {
  return new ReadableStream({
    start: (controller) => controller.enqueue(new Uint8Array(bytes).fill(0x78)),
    cancel: left,
  });
}

Deno.test("sendLead stops reading an answer without end, and logs nothing of its emptiness", () =>
  withCrm(async ({ send, lines, crm }) => {
    assert.deepEqual(await send(), { kind: "answered", status: 500, body: "" });
    assert.equal(lines.at(-1), "❌ Ошибка отправки в AmoCRM. Статус: 500");
    assert.equal(crm.receivedCount, 1);
  }, { kind: "endless_body", status: 500 }));

Deno.test("sendLead keeps what came of a declining answer that is cut off", () =>
  withCrm(async ({ send }) => {
    const outcome = await send();
    assert.ok(outcome.kind === "answered");
    assert.match(outcome.body, /^\{"status":"o+$/);
  }, { kind: "reset_in_body", status: 500 }));

Deno.test('sendLead says "answered" at the deadline when 500 is followed by silence', () =>
  withCrm(async ({ send, lines, crm }) => {
    using time = new FakeTime();
    using headers = arrivingHeaders();
    const sending = send();
    await headers;
    await time.tickAsync(10_000);
    assert.equal((await sending).kind, "answered");
    assert.ok(lines.at(-1)?.startsWith("❌ Ошибка отправки в AmoCRM. Статус: 500"), lines.at(-1));
    assert.equal(crm.receivedCount, 1);
  }, { kind: "headers_then_silence", status: 500 }));

// — unreachable —

Deno.test('sendLead says "unreachable" when nobody listens', () =>
  withCrm(async ({ send, lines, host, crm }) => {
    await crm.down();
    assert.deepEqual(await send(), {
      kind: "unreachable",
      reason: "tcp connect error: Connection refused (os error 111)",
    });
    assert.deepEqual(lines, [
      `📤 Отправка лида в AmoCRM: http://${host}/…`,
      "❌ CRM-сервер недоступен (ошибка соединения): " +
      `Cannot connect to host ${host}: tcp connect error: Connection refused (os error 111)`,
    ]);
  }));

Deno.test('sendLead says "unreachable" when the host has no address, and names it as the profile does', () =>
  withCrm(async ({ send, lines }) => {
    const outcome = await send({ url: `https://INVALID_URL_FOR_TESTING/${SECRET}` });
    assert.equal(outcome.kind, "unreachable");
    assert.equal(lines[0], "📤 Отправка лида в AmoCRM: https://INVALID_URL_FOR_TESTING/…");
    assert.ok(
      lines[1]?.startsWith(
        "❌ CRM-сервер недоступен (ошибка соединения): " +
          "Cannot connect to host INVALID_URL_FOR_TESTING: dns error: ",
      ),
      lines[1],
    );
  }));

Deno.test('sendLead says "unreachable" when the host speaks no TLS', () =>
  withCrm(async ({ send, crm }) => {
    const outcome = await send({ url: crm.url.replace("http:", "https:") });
    assert.equal(outcome.kind, "unreachable");
    assert.equal(crm.receivedCount, 0);
  }));

// — interrupted —

Deno.test('sendLead says "interrupted" when the connection is cut after the CRM read the lead', () =>
  withCrm(async ({ send, lines, host, crm }) => {
    const outcome = await send();
    assert.ok(outcome.kind === "interrupted");
    assert.equal(
      lines.at(-1),
      "❌ CRM-сервер недоступен (ошибка соединения): " +
        `Cannot connect to host ${host}: ${outcome.reason}`,
    );
    assert.ok(!outcome.reason.includes("://"), outcome.reason);
    assert.equal(crm.receivedCount, 1);
  }, { kind: "reset_after_reading" }));

Deno.test('sendLead says "interrupted" when the connection is cut before the CRM read anything', () =>
  withConnections(
    () => Promise.resolve(),
    (url) => withCrm(async ({ send }) => assert.equal((await send({ url })).kind, "interrupted")),
  ));

Deno.test('sendLead says "interrupted" when the connection is cut in the headers', () =>
  withConnections(
    async (connection) => {
      await connection.read(new Uint8Array(4096));
      await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-le"));
    },
    (url) => withCrm(async ({ send }) => assert.equal((await send({ url })).kind, "interrupted")),
  ));

Deno.test('sendLead says "interrupted" when the process has to go', () =>
  withCrm(async ({ send, crm, lines, line, host }) => {
    const leaving = new AbortController();
    const sending = send({}, leaving.signal);
    await crm.nextLead();
    leaving.abort();
    await line("❌"); // At once: this wait fails before the deadline comes.
    assert.deepEqual(await sending, {
      kind: "interrupted",
      reason: "бот остановлен во время отправки",
    });
    assert.equal(
      lines.at(-1),
      "❌ CRM-сервер недоступен (ошибка соединения): " +
        `Cannot connect to host ${host}: бот остановлен во время отправки`,
    );
  }, { kind: "silent" }));

// — timeout —

Deno.test('sendLead says "timeout" when the CRM is silent until the deadline, not earlier', () =>
  withCrm(async ({ send, crm, lines, host }) => {
    using time = new FakeTime();
    let ended = false;
    const sending = send();
    sending.then(() => ended = true);
    await crm.nextLead();
    await time.tickAsync(9_999);
    await time.runMicrotasks();
    assert.ok(!ended);
    time.tick(1);
    assert.deepEqual(await sending, { kind: "timeout", afterMs: 10_000 });
    assert.deepEqual(lines, [
      `📤 Отправка лида в AmoCRM: http://${host}/…`,
      "❌ Таймаут при отправке в AmoCRM (>10s)",
    ]);
    assert.equal(crm.receivedCount, 1);
  }, { kind: "silent" }));

Deno.test("sendLead waits as long as its request says", () =>
  withCrm(async ({ send, crm, lines }) => {
    using time = new FakeTime();
    const sending = send({ timeoutMs: 1_500 });
    await crm.nextLead();
    time.tick(1_500);
    assert.deepEqual(await sending, { kind: "timeout", afterMs: 1_500 });
    assert.equal(lines.at(-1), "❌ Таймаут при отправке в AmoCRM (>1.5s)");
  }, { kind: "silent" }));

// — client —

for (
  const [address, fault] of [
    ["crm.example.ru/hook", "не похоже на адрес"],
    ["http://127.0.0.1:65536/hook", "не похоже на адрес"],
    ["ftp://127.0.0.1/hook", "найдена схема «ftp:»"],
    ["http://me:pw@127.0.0.1/hook", "найден адрес с логином"],
    ["", "не похоже на адрес"],
  ] as const
) {
  Deno.test(`sendLead says "client" to the address "${address}"`, () =>
    withCrm(async ({ send, lines }) => {
      const reason =
        `адрес вебхука: ${fault}, нужен адрес http:// или https:// без логина и пароля`;
      assert.deepEqual(await send({ url: address }), { kind: "client", reason });
      assert.deepEqual(lines, [`❌ Ошибка HTTP-клиента при отправке в AmoCRM: ${reason}`]);
    }));
}

Deno.test('sendLead says "client" to a port that is blocked', () =>
  withCrm(async ({ send, lines }) => {
    const outcome = await send({ url: `http://127.0.0.1:1/${SECRET}` });
    assert.ok(outcome.kind === "client");
    assert.equal(
      lines.at(-1),
      `❌ Ошибка HTTP-клиента при отправке в AmoCRM: ${outcome.reason}`,
    );
  }));

Deno.test({
  name: 'sendLead says "client" to a host that the process may not reach',
  permissions: { net: ["127.0.0.1"] },
  fn: () =>
    withCrm(async ({ send }) => {
      assert.equal((await send({ url: `http://127.0.0.2/${SECRET}` })).kind, "client");
    }),
});

// — unexpected —

Deno.test('sendLead says "unexpected" to a defect, and does not throw', () =>
  withCrm(async ({ send, lines, crm }) => {
    const payload = {
      toJSON() {
        throw new RangeError(`Broken at ${crm.url}`);
      },
    };
    assert.deepEqual(await send({ payload }), { kind: "unexpected", reason: "Broken at …" });
    assert.deepEqual(lines, ["❌ Неожиданная ошибка при отправке в AmoCRM: Broken at …"]);
    assert.equal(crm.receivedCount, 0);
  }));

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

Deno.test("hostOf is a webhook's host and port, spelled as in the profile", () => {
  assert.equal(hostOf("https://INVALID_URL_FOR_TESTING/webhook"), "INVALID_URL_FOR_TESTING");
  assert.equal(hostOf(" http://crm.example.ru:8080?key=1"), "crm.example.ru:8080");
  assert.equal(hostOf("https://me:pw@crm.example.ru/"), "crm.example.ru");
  assert.equal(hostOf("http://[::1]:80/"), "[::1]:80");
  assert.equal(hostOf("ftp://crm.example.ru/"), "");
  assert.equal(hostOf(""), "");
});
