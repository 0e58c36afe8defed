// What is kept of a CRM's answer, and how long it is read.

import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import { withCrm } from "../helpers/with_crm.ts";

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

Deno.test("sendLead stops reading an endless answer, and does not log its whitespace", () =>
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
