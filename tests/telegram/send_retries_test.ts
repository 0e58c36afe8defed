// Which calls are repeated, how often, and after what wait.

import assert from "node:assert/strict";
import type { TelegramServer } from "../../lib/simulator/telegram/server.ts";
import { failureOf, OutcomeUnknown } from "../../lib/telegram/failures.ts";
import { createBudgets, withRetries } from "../../lib/telegram/send_retries.ts";
import { countCalls, errorOf, refusal, withTelegram } from "../helpers/a_telegram.ts";

/** As `withTelegram`, with calls that are repeated and a clock that only notes how long it slept. */
function withRetrying(
  run: (
    room: {
      telegram: TelegramServer;
      say: () => Promise<unknown>;
      show: () => Promise<unknown>;
      ask: () => Promise<unknown>;
      waits: number[];
    },
  ) => Promise<void>,
): Promise<void> {
  return withTelegram(async ({ telegram, api, chatId }) => {
    const waits: number[] = [];
    const sleep = (ms: number) => Promise.resolve(void waits.push(ms));
    api.config.use(withRetries(sleep, () => 1));
    await run({
      telegram,
      say: () => api.sendMessage(chatId, "Hi"),
      show: () => api.sendPhoto(chatId, "https://example.ru/photo.jpg"),
      ask: () => api.getMe(),
      waits,
    });
  });
}

Deno.test("withRetries makes a call that goes well once", () =>
  withRetrying(async ({ telegram, say, waits }) => {
    await say();
    assert.equal(countCalls(telegram), 1);
    assert.deepEqual(waits, []);
  }));

for (
  const [what, fault] of [
    ["a 500", refusal(500, "Internal Server Error")],
    ["a gateway's page", { kind: "html", status: 502 }],
    ["a broken connection", { kind: "reset_before" }],
  ] as const
) {
  Deno.test(`withRetries makes a send that meets ${what} once more`, () =>
    withRetrying(async ({ telegram, say, waits }) => {
      telegram.fault({ method: "sendMessage", times: 1, fault });
      await say();
      assert.equal(countCalls(telegram), 2);
      assert.deepEqual(waits, [250]);
    }));

  Deno.test(`withRetries makes no third send after ${what}, also when its update is handled again`, () =>
    withRetrying(async ({ telegram, say, waits }) => {
      telegram.fault({ method: "sendMessage", fault });
      for (let handled = 1; handled <= 3; handled++) {
        const error = await errorOf(say());
        assert.ok(error instanceof OutcomeUnknown);
        assert.deepEqual(failureOf(error), { kind: "unreached" });
      }
      assert.equal(countCalls(telegram), 2);
      assert.deepEqual(waits, [250]);
    }));

  Deno.test(`withRetries leaves a photo that met ${what} to its caller, who has one send left`, () =>
    withRetrying(async ({ telegram, say, show }) => {
      telegram.fault({ fault });
      assert.ok(await errorOf(show()) instanceof OutcomeUnknown);
      assert.ok(await errorOf(say()) instanceof OutcomeUnknown);
      assert.ok(await errorOf(show()) instanceof OutcomeUnknown);
      assert.deepEqual(telegram.calls.map(({ method }) => method), ["sendPhoto", "sendMessage"]);
    }));

  Deno.test(`withRetries makes a call that sends nothing and meets ${what} up to three times`, () =>
    withRetrying(async ({ telegram, ask, waits }) => {
      telegram.fault({ method: "getMe", times: 2, fault });
      await ask();
      assert.deepEqual(waits, [250, 500]);
      telegram.fault({ method: "getMe", fault });
      assert.deepEqual(failureOf(await errorOf(ask())), { kind: "unreached" });
      assert.deepEqual(waits, [250, 500, 250, 500]);
    }));
}

Deno.test("withRetries makes a send that found no connection up to three times, each time it is asked to", () =>
  withRetrying(async ({ telegram, say, waits }) => {
    await telegram.down();
    await errorOf(say());
    const error = await errorOf(say());
    assert.ok(!(error instanceof OutcomeUnknown));
    assert.deepEqual(failureOf(error), { kind: "unreached" });
    assert.deepEqual(waits, [250, 500, 250, 500]);
  }));

Deno.test("createBudgets gives an update its budget again, and forgets those of 2,000 updates ago", () => {
  const budgetOf = createBudgets();
  budgetOf(1).maybeSent = 2;
  for (let update = 2; update <= 2_000; update++) budgetOf(update);
  assert.equal(budgetOf(1).maybeSent, 2);
  budgetOf(2_001);
  assert.equal(budgetOf(1).maybeSent, 0);
});

Deno.test("withRetries waits as long as Telegram says, up to 5 s, and leaves longer waits to others", () =>
  withRetrying(async ({ telegram, say, waits }) => {
    const tooMany = (retry_after: number) => refusal(429, "Too Many Requests", { retry_after });
    telegram.fault({ method: "sendMessage", times: 1, fault: tooMany(5) });
    await say();
    assert.deepEqual(waits, [5_000]);
    telegram.fault({ method: "sendMessage", times: 1, fault: tooMany(6) });
    assert.deepEqual(failureOf(await errorOf(say())), { kind: "too_many", retryAfterMs: 6_000 });
    assert.deepEqual(waits, [5_000]);
  }));

Deno.test("withRetries never repeats what Telegram refused", () =>
  withRetrying(async ({ telegram, say, waits }) => {
    for (const code of [400, 401, 403, 404, 409]) {
      telegram.fault({ method: "sendMessage", times: 1, fault: refusal(code, "No") });
      await errorOf(say());
    }
    assert.equal(countCalls(telegram), 5);
    assert.deepEqual(waits, []);
  }));
