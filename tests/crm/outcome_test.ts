// Every way in which a POST fails without an answer, in one word and in the log.

import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import { SECRET, withCrm } from "../helpers/with_crm.ts";

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

// — unreachable —

Deno.test('sendLead says "unreachable" when nothing listens on the port', () =>
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
    const headers = {
      get authorization(): string {
        throw new RangeError(`Broken at ${crm.url}`);
      },
    };
    assert.deepEqual(await send({ headers }), { kind: "unexpected", reason: "Broken at …" });
    assert.deepEqual(lines, ["❌ Неожиданная ошибка при отправке в AmoCRM: Broken at …"]);
    assert.equal(crm.receivedCount, 0);
  }));
