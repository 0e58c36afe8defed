// What Telegram is answered when it hands over an update by webhook.

import assert from "node:assert/strict";
import { StorageError } from "../../lib/journal/storage_error.ts";
import { createWebhookAnswer, MOST_BODY_BYTES } from "../../lib/telegram/webhook_requests.ts";
import { aLog } from "../helpers/a_log.ts";

const SECRET = "a-secret_of_16-or-more";

const UPDATE = {
  update_id: 7,
  message: { message_id: 1, date: 1, chat: { id: 42, type: "private" }, text: "hi" },
};

/** Answers requests; remembers what was accepted. */
function anAnswer(
  accept: () => Promise<void> = () => Promise.resolve(),
  mayAccept: () => boolean = () => true,
) {
  const accepted: number[] = [];
  const stopping = new AbortController();
  const lines = aLog();
  const answer = createWebhookAnswer({
    secret: SECRET,
    async accept({ update_id }) {
      await accept();
      accepted.push(update_id);
    },
    stopping: stopping.signal,
    mayAccept,
    log: lines.log,
  });
  return { ...lines, accepted, answer, stop: () => stopping.abort() };
}

function aRequest(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request("http://bot.example.ru/updates", {
    method: "POST",
    headers: { "x-telegram-bot-api-secret-token": SECRET, ...headers },
    body,
  });
}

Deno.test("an update is answered 200 once it is accepted, not before", async () => {
  const onDisk = Promise.withResolvers<void>();
  const { answer, accepted } = anAnswer(() => onDisk.promise);
  let isAnswered = false;
  const answered = answer(aRequest(JSON.stringify(UPDATE))).finally(() => isAnswered = true);
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual([isAnswered, accepted], [false, []]);
  onDisk.resolve();
  assert.equal((await answered).status, 200);
  assert.deepEqual(accepted, [7]);
});

Deno.test("without the secret nothing is read, whatever else is right", async () => {
  const { answer, accepted } = anAnswer();
  for (const secret of ["", "a-secret_of_16-or-mor", `${SECRET}!`, SECRET.toUpperCase()]) {
    const request = aRequest(JSON.stringify(UPDATE), { "x-telegram-bot-api-secret-token": secret });
    assert.equal((await answer(request)).status, 403, secret);
    assert.equal(request.bodyUsed, false);
  }
  const bare = new Request("http://bot.example.ru/", { method: "POST", body: "{}" });
  assert.equal((await answer(bare)).status, 403);
  assert.deepEqual(accepted, []);
});

Deno.test("a request that is no POST is answered 405", async () => {
  const response = await anAnswer().answer(new Request("http://bot.example.ru/updates"));
  assert.deepEqual([response.status, response.headers.get("allow")], [405, "POST"]);
});

for (const body of ["", "{", "null", "[]", "7", '"update"', "{}", '{"update_id":"7"}', "\u0000"]) {
  Deno.test(`${JSON.stringify(body)} is no update: 400`, async () => {
    const { answer, accepted } = anAnswer();
    assert.equal((await answer(aRequest(body))).status, 400);
    assert.deepEqual(accepted, []);
  });
}

Deno.test("a body of 1 MB is read, and one byte more is answered 413, announced or not", async () => {
  const { answer, accepted } = anAnswer();
  const padded = (bytes: number) => JSON.stringify(UPDATE).padEnd(bytes, " ");
  assert.equal((await answer(aRequest(padded(MOST_BODY_BYTES)))).status, 200);
  const large = padded(MOST_BODY_BYTES + 1);
  assert.equal((await answer(aRequest(large))).status, 413);
  const length = { "content-length": String(large.length) };
  assert.equal((await answer(aRequest("{}", length))).status, 413);
  assert.deepEqual(accepted, [7]);
});

Deno.test("an update of a shape that is not known is passed over with a line, so that it does not come again", async () => {
  const { answer, accepted, line } = anAnswer();
  const strange = { update_id: 8, message: { message_id: 1, chat: "?" } };
  assert.equal((await answer(aRequest(JSON.stringify(strange)))).status, 200);
  assert.match(await line("пропущено"), /Обновление 8 не разобрать.*message\.chat не объект/);
  assert.deepEqual(accepted, []);
});

Deno.test("an update that cannot be recorded is answered 503 with Retry-After, and said once until it works", async () => {
  let fails = true;
  const { answer, lines } = anAnswer(() =>
    fails ? Promise.reject(new StorageError("disk full")) : Promise.resolve()
  );
  for (let round = 0; round < 2; round += 1) {
    const response = await answer(aRequest(JSON.stringify(UPDATE)));
    assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "1"]);
  }
  assert.equal(lines.filter((each) => each.includes("Обновления не принять")).length, 1);
  fails = false;
  assert.equal((await answer(aRequest(JSON.stringify(UPDATE)))).status, 200);
  fails = true;
  await answer(aRequest(JSON.stringify(UPDATE)));
  assert.equal(lines.filter((each) => each.includes("Обновления не принять")).length, 2);
});

Deno.test("a process that may not write asks Telegram to try again, and reads nothing", async () => {
  let isAlive = false;
  const { answer, accepted, lines } = anAnswer(undefined, () => isAlive);
  const request = aRequest(JSON.stringify(UPDATE));
  const response = await answer(request);
  assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "1"]);
  assert.deepEqual([accepted, request.bodyUsed, lines], [[], false, []]);
  isAlive = true;
  assert.equal((await answer(request)).status, 200);
});

Deno.test("while the process stops, updates stay at Telegram", async () => {
  const { answer, accepted, stop } = anAnswer();
  stop();
  const response = await answer(aRequest(JSON.stringify(UPDATE)));
  assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "1"]);
  assert.deepEqual(accepted, []);
});
