// The simulated Telegram's webhook: in order within a chat, again after a refusal, refusing what Telegram refuses.

import assert from "node:assert/strict";
import { startTelegramServer, type TelegramServer } from "../../lib/simulator/telegram/server.ts";

const TOKEN = "7012345678:AAFakeTokenForTestsOnly";

interface Received {
  readonly text: string;
  readonly secret: string | null;
}

/** A bot that answers each update as it is told; 200 when it is told nothing more. */
async function withBot(
  run: (here: {
    readonly telegram: TelegramServer;
    readonly url: string;
    readonly received: Received[];
    call(method: string, params?: object): Promise<Record<string, unknown>>;
  }) => Promise<void>,
  answers: readonly Response[] = [],
): Promise<void> {
  const left = [...answers];
  const received: Received[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { message } = await request.json();
      const secret = request.headers.get("x-telegram-bot-api-secret-token");
      received.push({ text: message.text, secret });
      return left.shift() ?? new Response();
    },
  );
  await using telegram = await startTelegramServer({ token: TOKEN });
  const url = `http://127.0.0.1:${server.addr.port}/updates`;
  await run({
    telegram,
    url,
    received,
    async call(method, params = {}) {
      const address = `${telegram.url}/bot${TOKEN}/${method}`;
      return await (await fetch(address, { method: "POST", body: JSON.stringify(params) })).json();
    },
  });
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("what waits is sent with the secret, a chat's in order, and is gone after a 200", () =>
  withBot(async ({ telegram, url, received, call }) => {
    const anna = telegram.user({ first_name: "Anna" });
    for (const text of ["one", "two", "three"]) anna.say(text);
    await call("setWebhook", { url, secret_token: "s-1" });
    await until(() => telegram.pendingUpdates === 0);
    assert.deepEqual(received, ["one", "two", "three"].map((text) => ({ text, secret: "s-1" })));
  }));

Deno.test("an update that is refused comes again before its chat's next, and the error is told", () =>
  withBot(async ({ telegram, url, received, call }) => {
    const anna = telegram.user({ first_name: "Anna" });
    const pyotr = telegram.user({ first_name: "Пётр" });
    await call("setWebhook", { url });
    anna.say("one");
    anna.say("two");
    await until(() => received.length === 1);
    pyotr.say("other");
    await until(() => telegram.pendingUpdates === 0);
    assert.deepEqual(received.map(({ text }) => text), ["one", "other", "one", "two"]);
    const { result } = await call("getWebhookInfo");
    assert.equal(
      Object(result).last_error_message,
      "Wrong response from the webhook: 503 Service Unavailable",
    );
  }, [new Response(null, { status: 503, statusText: "Service Unavailable" })]));

Deno.test("a webhook that is set anew gets at once what hung at the one before", () =>
  withBot(async ({ telegram, url, received, call }) => {
    await using silent = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) =>
        new Promise((resolve) =>
          request.signal.addEventListener("abort", () => resolve(new Response()))
        ),
    );
    const hanging = `http://127.0.0.1:${silent.addr.port}/updates`;
    await call("setWebhook", { url: hanging, max_connections: 1 });
    telegram.user({ first_name: "Anna" }).say("one");
    await call("setWebhook", { url, max_connections: 1 });
    await until(() => telegram.pendingUpdates === 0);
    assert.deepEqual(received.map(({ text }) => text), ["one"]);
  }));

Deno.test("setWebhook refuses what Telegram refuses", () =>
  withBot(async ({ call }) => {
    const url = "https://bot.example.ru/updates";
    for (
      const [params, description] of [
        [{ url: "?" }, "Bad Request: invalid webhook URL specified"],
        [
          { url: "http://bot.example.ru/" },
          "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
        ],
        [
          { url, secret_token: "a b" },
          "Bad Request: secret token contains unallowed characters",
        ],
        [{ url, secret_token: "a".repeat(257) }, "Bad Request: secret token is too long"],
      ] as const
    ) {
      assert.equal((await call("setWebhook", params))["description"], description);
    }
  }));
