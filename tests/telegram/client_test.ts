// What a client does by itself with calls that go wrong.

import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import { failureOf } from "../../lib/telegram/failures.ts";
import { countCalls, errorOf, withTelegram } from "../helpers/a_telegram.ts";

Deno.test("a message whose connection broke after it arrived is sent once", () =>
  withTelegram(async ({ telegram, api, chatId }) => {
    await api.getMe(); // Its connection is kept, and used again.
    telegram.fault({ method: "sendMessage", fault: { kind: "reset_after" } });
    await errorOf(api.sendMessage(chatId, "Hi"));
    assert.equal(countCalls(telegram), 1);
  }));

Deno.test("a call that Telegram does not answer is given up after 15 s and not earlier", () =>
  withTelegram(async ({ telegram, api, chatId }) => {
    using time = new FakeTime();
    telegram.fault({ method: "sendMessage", fault: { kind: "hang" } });
    let ended = false;
    const error = errorOf(api.sendMessage(chatId, "Hi")).finally(() => ended = true);
    await telegram.nextCall("sendMessage");
    await time.tickAsync(14_999);
    await time.runMicrotasks();
    assert.ok(!ended);
    time.tick(1);
    assert.deepEqual(failureOf(await error), { kind: "unreached" });
  }));
