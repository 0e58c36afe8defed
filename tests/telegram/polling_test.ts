// The way to Telegram: what a failed call means, short faults repeated, updates taken in whatever happens.

import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import { GrammyError } from "grammy";
import {
  type Fault,
  startTelegramServer,
  type TelegramServer,
} from "../../lib/simulator/telegram/server.ts";
import {
  type CallFailure,
  describeError,
  failureOf,
  OutcomeUnknown,
} from "../../lib/telegram/failures.ts";
import { createApi } from "../../lib/telegram/client.ts";
import { PollingEnded, type PollingOptions, pollUpdates } from "../../lib/telegram/polling.ts";
import { createBudgets, withRetries } from "../../lib/telegram/send_retries.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog, type LogOfTest } from "../helpers/a_log.ts";

const TOKEN = "987654321:AAF0test-token-that-must-never-be-seen00";

/** A Telegram, a visitor who started the bot, and a client whose calls are not repeated. */
async function withTelegram(
  run: (room: {
    telegram: TelegramServer;
    api: ReturnType<typeof createApi>;
    chatId: number;
  }) => Promise<void>,
): Promise<void> {
  await using telegram = await startTelegramServer({ token: TOKEN });
  const visitor = telegram.user({ first_name: "Galliard" });
  visitor.start();
  const api = createApi({ token: TOKEN, apiRoot: telegram.url });
  await run({ telegram, api, chatId: visitor.id });
}

/** What a call throws. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  return assert.fail("the call went well");
}

function refusal(error_code: number, description: string, parameters = {}): Fault {
  return { kind: "error", error_code, description, parameters };
}

// — What a failure means —

const NOT_FOUND = "Bad Request: chat not found";
const UPGRADED = "Bad Request: group chat was upgraded to a supergroup chat";

const FAILURES: readonly [what: string, fault: Fault, failure: CallFailure, words: string][] = [
  [
    "a 400",
    refusal(400, NOT_FOUND),
    { kind: "refused", migratedTo: undefined },
    `400: ${NOT_FOUND}`,
  ],
  [
    "a 404",
    refusal(404, "Not Found"),
    { kind: "unauthorized" },
    "404: Not Found",
  ],
  [
    "a group that moved",
    refusal(400, UPGRADED, { migrate_to_chat_id: -1001 }),
    { kind: "refused", migratedTo: -1001 },
    `400: ${UPGRADED}`,
  ],
  [
    "a 403",
    refusal(403, "Forbidden: bot was blocked by the user"),
    { kind: "forbidden" },
    "403: Forbidden: bot was blocked by the user",
  ],
  ["a 401", refusal(401, "Unauthorized"), { kind: "unauthorized" }, "401: Unauthorized"],
  [
    "a 409",
    refusal(409, "Conflict: terminated by other getUpdates request"),
    { kind: "conflict" },
    "409: Conflict: terminated by other getUpdates request",
  ],
  [
    "a 429",
    refusal(429, "Too Many Requests: retry after 17", { retry_after: 17 }),
    { kind: "too_many", retryAfterMs: 17_000 },
    "429: Too Many Requests: retry after 17",
  ],
  [
    "a 429 that says not for how long",
    refusal(429, "Too Many Requests"),
    { kind: "too_many", retryAfterMs: 1_000 },
    "429: Too Many Requests",
  ],
  [
    "a 500",
    refusal(500, "Internal Server Error"),
    { kind: "unreached" },
    "500: Internal Server Error",
  ],
  [
    "a gateway's page",
    { kind: "html", status: 502 },
    { kind: "unreached" },
    "нет связи с Telegram (ответ не разобрать)",
  ],
];

for (const [what, fault, failure, words] of FAILURES) {
  Deno.test(`failureOf says "${failure.kind}" to ${what}, and describeError says what it was`, () =>
    withTelegram(async ({ telegram, api, chatId }) => {
      telegram.fault({ fault });
      const error = await errorOf(api.sendMessage(chatId, "Hi"));
      assert.deepEqual(failureOf(error), failure);
      assert.equal(describeError(error), words);
    }));
}

for (
  const [asked, waitsMs] of [
    [0, 1_000],
    [-5, 1_000],
    [0.5, 1_000],
    [1.5, 1_500],
    ["abc", 1_000],
    ["17", 1_000],
    [null, 1_000],
    [{}, 1_000],
    [300, 300_000],
    [301, 300_000],
    [86_400, 300_000],
    [2_147_484, 300_000],
    [1e300, 300_000],
    [Infinity, 300_000],
    [NaN, 1_000],
  ] as const
) {
  Deno.test(`a 429 that asks for ${asked} s is one of ${waitsMs} ms`, () => {
    const failure = failureOf(anError(429, { retry_after: asked }));
    assert.deepEqual(failure, { kind: "too_many", retryAfterMs: waitsMs });
  });
}

Deno.test("failureOf bears parameters of any kind", () => {
  for (const parameters of [null, "abc", 5, [], true]) {
    assert.deepEqual(failureOf(anError(429, parameters)), {
      kind: "too_many",
      retryAfterMs: 1_000,
    });
    assert.deepEqual(failureOf(anError(400, parameters)), {
      kind: "refused",
      migratedTo: undefined,
    });
  }
});

Deno.test("failureOf takes over the id of a supergroup alone", () => {
  for (const id of [0, 5, "x", "-1001", null, -1.5, -(2 ** 60), {}]) {
    const failure = failureOf(anError(400, { migrate_to_chat_id: id }));
    assert.deepEqual(failure, { kind: "refused", migratedTo: undefined }, String(id));
  }
});

Deno.test("describeError tells the wait asked for and the wait made when the first is over a minute", () => {
  assert.equal(describeError(anError(429, { retry_after: 60 })), "429: No");
  assert.equal(
    describeError(anError(429, { retry_after: 86_400 })),
    "429: No (Telegram просит ждать 86400 с, ждём 300 с)",
  );
  assert.equal(
    describeError(anError(429, { retry_after: 61 }), 30_000),
    "429: No (Telegram просит ждать 61 с, ждём 30 с)",
  );
});

/** As grammY throws it, whatever stood in `parameters`. */
function anError(error_code: number, parameters: unknown): GrammyError {
  const answer = JSON.parse(JSON.stringify({ ok: false, error_code, description: "No" }));
  return new GrammyError("No", { ...answer, parameters }, "sendMessage", {});
}

for (const kind of ["reset_before", "reset_after"] as const) {
  Deno.test(`failureOf says "unreached" to a connection with a ${kind.replace("_", " ")}`, () =>
    withTelegram(async ({ telegram, api, chatId }) => {
      telegram.fault({ method: "sendMessage", fault: { kind } });
      const error = await errorOf(api.sendMessage(chatId, "Hi"));
      assert.deepEqual(failureOf(error), { kind: "unreached" });
      assert.match(describeError(error), /^нет связи с Telegram \(.+\)$/);
      assert.ok(!describeError(error).includes("AAF0"));
    }));
}

Deno.test("a message whose connection broke after it arrived is sent once", () =>
  withTelegram(async ({ telegram, api, chatId }) => {
    await api.getMe(); // Its connection is kept, and used again.
    telegram.fault({ method: "sendMessage", fault: { kind: "reset_after" } });
    await errorOf(api.sendMessage(chatId, "Hi"));
    assert.equal(countCalls(telegram), 1);
  }));

Deno.test('failureOf says "unreached" when nobody listens, and the words hold no token', () =>
  withTelegram(async ({ telegram, api, chatId }) => {
    await telegram.down();
    const error = await errorOf(api.sendMessage(chatId, "Hi"));
    assert.deepEqual(failureOf(error), { kind: "unreached" });
    assert.ok(!describeError(error).includes("AAF0"));
  }));

Deno.test("describeError says what kept a call from Telegram", () =>
  withTelegram(async ({ telegram, api, chatId }) => {
    await telegram.down();
    const error = await errorOf(api.sendMessage(chatId, "Hi"));
    assert.match(describeError(error), /^нет связи с Telegram \(.*(os error 111|refused).*\)$/);
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

Deno.test("failureOf knows no defect, and describeError names it", () => {
  assert.equal(failureOf(new TypeError("x is not a function")), undefined);
  assert.equal(failureOf("broken"), undefined);
  assert.equal(
    describeError(new TypeError("x is not a function")),
    "TypeError: x is not a function",
  );
  assert.equal(describeError("broken"), "broken");
});

// — Retries —

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

function countCalls(telegram: TelegramServer): number {
  return telegram.calls.filter(({ method }) => method === "sendMessage").length;
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

// — Polling —

interface Polling extends LogOfTest {
  readonly telegram: TelegramServer;
  readonly visitor: ReturnType<TelegramServer["user"]>;
  /** Every update that was accepted, by its text. */
  readonly accepted: string[];
  /** How long it slept. */
  readonly waits: number[];
  /** What was told after each round. */
  readonly rounds: { readonly offset: number; readonly caughtUp: boolean }[];
  /** Resolves with the reason when polling ends. */
  readonly ended: Promise<unknown>;
  stop(): void;
}

/** Polls a simulated Telegram until the test is told. */
async function withPolling(
  run: (polling: Polling) => Promise<void>,
  options: {
    /** Happens to Telegram before the first call. */
    before?: (telegram: TelegramServer) => void | Promise<void>;
    /** Happens to every batch before it counts as accepted. */
    accept?: (texts: string[]) => void | Promise<void>;
    /** Happens in place of waiting; the clock has moved on by then. */
    sleep?: (waits: readonly number[], telegram: TelegramServer) => void | Promise<void>;
    token?: string;
  } = {},
): Promise<void> {
  await using telegram = await startTelegramServer({ token: TOKEN });
  const visitor = telegram.user({ first_name: "Galliard" });
  await options.before?.(telegram);
  const lines = aLog();
  const accepted: string[] = [];
  const waits: number[] = [];
  const rounds: { offset: number; caughtUp: boolean }[] = [];
  let nowMs = NOON_MS;
  const stopping = new AbortController();
  const polling: PollingOptions = {
    token: options.token ?? TOKEN,
    apiRoot: telegram.url,
    log: lines.log,
    random: () => 1,
    async accept(updates) {
      const texts = updates.map(({ message }) => message?.text ?? "");
      await options.accept?.(texts);
      accepted.push(...texts);
    },
    polled: (offset, caughtUp) => void rounds.push({ offset, caughtUp }),
    now: () => nowMs,
    async sleep(ms) {
      waits.push(ms);
      nowMs += ms;
      await options.sleep?.(waits, telegram);
    },
  };
  const ended = pollUpdates(polling, stopping.signal).catch((error) => error);
  const stop = () => stopping.abort();
  try {
    await run({ ...lines, telegram, visitor, accepted, waits, rounds, ended, stop });
    assert.ok(!lines.lines.join("\n").includes("AAF0"), lines.lines.join("\n"));
  } finally {
    stop();
    await ended;
  }
}

Deno.test("pollUpdates asks for messages and presses, 100 at most", () =>
  withPolling(async ({ telegram }) => {
    const { params } = await telegram.nextCall("getUpdates");
    const { timeout: _, ...asked } = params;
    assert.deepEqual(asked, {
      offset: 0,
      limit: 100,
      allowed_updates: ["message", "edited_message", "channel_post", "callback_query"],
    });
  }));

Deno.test("pollUpdates wants its first answer at once, and lets Telegram wait after that", () =>
  withPolling(async ({ telegram, visitor }) => {
    await telegram.untilPolled();
    visitor.say("one");
    const first = await telegram.nextCall("getUpdates");
    const second = await telegram.nextCall("getUpdates");
    assert.deepEqual([first.params["timeout"], second.params["timeout"]], [0, 10]);
  }));

Deno.test("pollUpdates tells Telegram of a batch only when it was accepted", async () => {
  const written = Promise.withResolvers<void>();
  const accepting = Promise.withResolvers<void>();
  await withPolling(async ({ telegram, visitor, accepted }) => {
    visitor.say("one");
    visitor.say("two");
    await accepting.promise;
    assert.equal(telegram.polled, false);
    assert.equal(telegram.pendingUpdates, 2);
    written.resolve();
    await telegram.untilPolled();
    assert.equal(telegram.pendingUpdates, 0);
    assert.deepEqual(accepted, ["one", "two"]);
  }, {
    accept() {
      accepting.resolve();
      return written.promise;
    },
  });
});

Deno.test("pollUpdates tells after each round what Telegram will not hand over again, and if it was all", () =>
  withPolling(async ({ telegram, visitor, rounds }) => {
    await telegram.untilPolled();
    visitor.say("one");
    await telegram.nextCall("getUpdates", ({ params }) => params["offset"] === 0);
    await telegram.untilPolled();
    visitor.say("two");
    await telegram.nextCall("getUpdates", ({ params }) => params["offset"] !== 0);
    await telegram.untilPolled();
    const [, , offset = 0] = telegram.calls.filter(({ method }) => method === "getUpdates")
      .map(({ params }) => Number(params["offset"]));
    assert.ok(offset > 0);
    assert.deepEqual(rounds, [
      { offset: 0, caughtUp: true },
      { offset: 0, caughtUp: false },
      { offset, caughtUp: false },
    ]);
  }));

Deno.test("pollUpdates gets a batch again that could not be put on disk", async () => {
  let failures = 0;
  await withPolling(async ({ telegram, visitor, accepted, waits, line }) => {
    visitor.say("one");
    assert.equal(
      await line("❌"),
      "❌ Обновления не принять: Error: disk is full. Они остаются у Telegram, пробуем снова",
    );
    await telegram.untilPolled();
    assert.deepEqual(accepted, ["one"]);
    assert.deepEqual(waits, [1_000]);
  }, {
    accept() {
      if (failures++ === 0) throw new Error("disk is full");
    },
  });
});

Deno.test("pollUpdates says once that batches cannot be put on disk, and waits longer each time", async () => {
  let failures = 0;
  await withPolling(async ({ telegram, visitor, lines, waits }) => {
    visitor.say("one");
    await telegram.untilPolled();
    assert.deepEqual(waits, [1_000, 2_000, 4_000]);
    assert.equal(lines.filter((line) => line.startsWith("❌")).length, 1, lines.join("\n"));
    assert.ok(!lines.slice(0, -1).includes("✅ Связь с Telegram восстановлена"), lines.join("\n"));
  }, {
    accept() {
      if (failures++ < 3) throw new Error("disk is full");
    },
  });
});

Deno.test("pollUpdates stays while Telegram is unreachable, says so once, and comes back by itself", () =>
  withPolling(async ({ telegram, visitor, accepted, waits, lines, line }) => {
    visitor.say("one");
    assert.match(
      await line("❌"),
      /^❌ Telegram недоступен, обновления не получить: нет связи с Telegram \(.+\)\. Пробуем снова$/,
    );
    assert.equal(await line("✅"), "✅ Связь с Telegram восстановлена");
    await telegram.untilPolled();
    assert.deepEqual(accepted, ["one"]);
    assert.deepEqual(waits, [1_000, 2_000, 4_000]);
    assert.equal(lines.length, 2);
  }, {
    before: (telegram) => telegram.down(),
    async sleep(waits, telegram) {
      if (waits.length === 3) await telegram.up();
    },
  }));

Deno.test("pollUpdates says again that Telegram is unreachable when it is so again", () =>
  withPolling(async ({ telegram, line }) => {
    await telegram.untilPolled();
    for (let outage = 1; outage <= 2; outage++) {
      await telegram.down();
      await line("❌ Telegram недоступен");
      await line("✅ Связь с Telegram восстановлена");
    }
  }, { sleep: (_waits, telegram) => telegram.up() }));

Deno.test("pollUpdates removes the webhook of an earlier bot and keeps the updates that wait", () =>
  withPolling(async ({ telegram, visitor, accepted, lines }) => {
    visitor.say("one");
    const { params } = await telegram.nextCall("deleteWebhook");
    assert.equal(params["drop_pending_updates"], false);
    await telegram.untilPolled();
    assert.deepEqual(accepted, ["one"]);
    assert.deepEqual(lines, [
      "🔌 Вебхук, оставленный прежним ботом, снят; накопленные обновления сохранены",
    ]);
  }, { before: (telegram) => telegram.setWebhookUrl("https://example.ru/bot") }));

Deno.test("pollUpdates takes a breath before it removes a webhook that somebody sets again", async () => {
  let removals = 0;
  await withPolling(async ({ telegram, waits }) => {
    await telegram.untilPolled();
    assert.equal(removals, 2);
    assert.deepEqual(waits, [0, 1_000]);
  }, {
    before(telegram) {
      const set = () => telegram.setWebhookUrl("https://example.ru/bot");
      set();
      telegram.onCall(({ method }) => {
        if (method === "deleteWebhook" && ++removals === 1) set();
      });
    },
  });
});

Deno.test("pollUpdates goes on trying while the webhook cannot be removed", () =>
  withPolling(async ({ telegram, waits, line }) => {
    assert.match(
      await line("❌"),
      /: 409: Conflict: can't use getUpdates method while webhook is active/,
    );
    await line("🔌");
    await telegram.untilPolled();
    assert.deepEqual(waits.slice(0, 2), [1_000, 2_000]);
  }, {
    before(telegram) {
      telegram.setWebhookUrl("https://example.ru/bot");
      telegram.fault({ method: "deleteWebhook", times: 2, fault: { kind: "html", status: 502 } });
    },
  }));

const ANOTHER_BOT = refusal(409, "Conflict: terminated by other getUpdates request");

Deno.test("pollUpdates bears another bot with its token for a while, and says so once", () =>
  withPolling(async ({ telegram, lines, waits, line }) => {
    await line("✅");
    await telegram.untilPolled();
    assert.match(lines[0] ?? "", /^❌ .*409: Conflict: terminated by other getUpdates request/);
    assert.equal(lines.length, 2);
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000]);
  }, {
    before: (telegram) =>
      void telegram.fault({ method: "getUpdates", times: 4, fault: ANOTHER_BOT }),
  }));

Deno.test("pollUpdates ends when another bot stays in its way for 30 s", () =>
  withPolling(async ({ ended, waits }) => {
    const error = await ended;
    assert.ok(error instanceof PollingEnded);
    assert.equal(error.reason, "conflict");
    assert.equal(
      error.message,
      "С этим токеном уже работает другой экземпляр бота (409). Остановите его и запустите снова",
    );
    const slept = waits.reduce((sum, wait) => sum + wait, 0);
    assert.ok(slept >= 30_000 && slept - (waits.at(-1) ?? 0) < 30_000, waits.join(", "));
  }, { before: (telegram) => void telegram.fault({ method: "getUpdates", fault: ANOTHER_BOT }) }));

Deno.test("pollUpdates says for how long Telegram has been silent, once, after 2 minutes", () =>
  withPolling(async ({ telegram, waits, lines, line }) => {
    const words = await line("❌ Telegram не отвечает уже");
    await line("✅");
    await telegram.untilPolled();
    const silentMs = [...waits.keys()].map((at) => waits.slice(0, at).reduce((a, b) => a + b, 0))
      .find((ms) => ms >= 120_000) ?? 0;
    assert.ok(words.startsWith(`❌ Telegram не отвечает уже ${silentMs / 1000} с: `), words);
    assert.equal(lines.filter((each) => each.includes("не отвечает уже")).length, 1);
  }, {
    before: (telegram) => telegram.down(),
    async sleep(waits, telegram) {
      if (waits.length === 12) await telegram.up();
    },
  }));

Deno.test("pollUpdates waits half a minute at most, because Telegram forgets a press after 150 s", () =>
  withPolling(async ({ telegram, waits }) => {
    await telegram.untilPolled();
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  }, {
    before: (telegram) => telegram.down(),
    async sleep(waits, telegram) {
      if (waits.length === 7) await telegram.up();
    },
  }));

for (
  const [asked, waitsMs] of [[0, 1_000], [-1, 1_000], [86_400, 30_000], [
    2_147_484,
    30_000,
  ]] as const
) {
  Deno.test(`pollUpdates asks again after ${waitsMs} ms where a 429 asks for ${asked} s`, () =>
    withPolling(async ({ telegram, waits, line }) => {
      const words = await line("❌ Telegram недоступен");
      assert.equal(words.includes(`просит ждать ${asked} с, ждём 30 с`), asked > 60, words);
      await telegram.untilPolled();
      assert.deepEqual(waits, [waitsMs]);
    }, {
      before(telegram) {
        const fault = refusal(429, "Too Many Requests", { retry_after: asked });
        telegram.fault({ method: "getUpdates", times: 1, fault });
      },
    }));
}

Deno.test("pollUpdates waits as long as Telegram says after a 429", () =>
  withPolling(async ({ telegram, waits }) => {
    await telegram.untilPolled();
    assert.deepEqual(waits, [17_000]);
  }, {
    before(telegram) {
      const fault = refusal(429, "Too Many Requests: retry after 17", { retry_after: 17 });
      telegram.fault({ method: "getUpdates", times: 1, fault });
    },
  }));

Deno.test("pollUpdates ends when Telegram does not know the token, and says where to look", () =>
  withPolling(async ({ ended, lines }) => {
    const error = await ended;
    assert.ok(error instanceof PollingEnded);
    assert.equal(error.reason, "unauthorized");
    assert.equal(
      error.message,
      "Telegram не принимает BOT_TOKEN. Проверьте токен у @BotFather",
    );
    assert.deepEqual(lines, []);
  }, { token: "987654321:AAF0revoked-token-that-must-never-be-seen" }));

Deno.test("pollUpdates ends in the middle of a wait for updates, without a word", () =>
  withPolling(async ({ telegram, stop, ended, lines }) => {
    await telegram.untilPolled();
    stop();
    assert.equal(await ended, undefined);
    assert.deepEqual(lines, []);
  }));

Deno.test("pollUpdates follows update ids that begin anew after a quiet week", async () => {
  const batches = [[900_001], [5], [6], []];
  const offsets: number[] = [];
  const stopping = new AbortController();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      offsets.push((await request.json()).offset);
      const ids = batches[offsets.length - 1] ?? [];
      return Response.json({ ok: true, result: ids.map((update_id) => ({ update_id })) });
    },
  );
  await pollUpdates({
    token: TOKEN,
    apiRoot: `http://127.0.0.1:${server.addr.port}`,
    log: aLog().log,
    random: () => 1,
    sleep: () => Promise.resolve(),
    now: () => NOON_MS,
    accept: () => Promise.resolve(),
    polled() {
      if (offsets.length === batches.length) stopping.abort();
    },
  }, stopping.signal);
  assert.deepEqual(offsets, [0, 900_002, 6, 7]);
});

// — What is not the Bot API —

/** Polls a server that gives these answers to getUpdates, the last one again and again, until it was asked so often. */
async function pollServer(
  answers: readonly (() => Response)[],
  rounds: number,
): Promise<
  {
    readonly ended: unknown;
    readonly waits: number[];
    readonly offsets: number[];
    readonly lines: string[];
    readonly accepted: number[];
  }
> {
  const offsets: number[] = [];
  const waits: number[] = [];
  const accepted: number[] = [];
  const stopping = new AbortController();
  const { log, lines } = aLog();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      if (!request.url.includes("/getUpdates")) return new Response("Sign in", { status: 200 });
      offsets.push((await request.json()).offset);
      if (offsets.length === rounds) stopping.abort();
      return answers[Math.min(offsets.length, answers.length) - 1]?.() ?? Response.error();
    },
  );
  const ended = await pollUpdates({
    token: TOKEN,
    apiRoot: `http://127.0.0.1:${server.addr.port}`,
    log,
    random: () => 1,
    sleep: (ms) => Promise.resolve(void waits.push(ms)),
    now: () => NOON_MS,
    accept: (updates) => Promise.resolve(void accepted.push(...updates.map((u) => u.update_id))),
    polled() {},
  }, stopping.signal).catch((error) => error);
  assert.ok(!lines.join("\n").includes("AAF0"), lines.join("\n"));
  return { ended, waits, offsets, lines, accepted };
}

const json = (body: unknown, status = 200) => () => Response.json(body, { status });
const redirect = (location: string, status = 302) => () =>
  new Response("{}", { status, headers: { location } });

const FOREIGN: Readonly<Record<string, () => Response>> = {
  "a login page's redirect": redirect("https://login.example.ru/"),
  "a redirect to nowhere": redirect("::::"),
  "a redirect with a refused token in it": () =>
    Response.json({ ok: false, error_code: 401, description: "Unauthorized" }, { status: 302 }),
  "a permanent redirect": redirect("/elsewhere", 308),
  "a 401 page": () => new Response("<html>Sign in</html>", { status: 401 }),
  "a proxy's 401": json({ message: "Unauthorized" }, 401),
  "a proxy's 404": json({ error: "Not Found" }, 404),
  "a proxy's 407": () => new Response("Proxy Authentication Required", { status: 407 }),
  "a refusal without words": json({ ok: false, error_code: 401 }, 401),
  "a refusal whose code is a text": json({ ok: false, error_code: "401", description: "No" }, 401),
  "a refusal whose words are none": json({ ok: false, error_code: 401, description: null }, 401),
  "an answer without a result": json({ ok: true }),
  "a result that is no list": json({ ok: true, result: {} }),
  "a list": json([]),
  "a null": json(null),
  "a number": json(5),
  "no JSON": () => new Response("\xff\xfe{"),
  "invalid UTF-8": () => new Response(new Uint8Array([0xff, 0xfe, 0x7b])),
  "nothing": () => new Response(""),
};
for (const [what, answer] of Object.entries(FOREIGN)) {
  Deno.test(`pollUpdates takes ${what} for no answer of Telegram's, and waits`, async () => {
    const { ended, waits, lines, offsets } = await pollServer([answer], 4);
    assert.equal(ended, undefined);
    assert.deepEqual(waits, [1_000, 2_000, 4_000]);
    assert.deepEqual(offsets, [0, 0, 0, 0]);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /^❌ Telegram недоступен, обновления не получить: /);
  });
}

Deno.test("pollUpdates reads no more than 32 MiB of an answer", async () => {
  const megabyte = new Uint8Array(1024 * 1024).fill(0x20);
  let sent = 0;
  const endless = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          sent++;
          controller.enqueue(megabyte);
        },
      }),
    );
  const { lines } = await pollServer([endless, json({ ok: true, result: [] })], 2);
  assert.match(lines[0] ?? "", /ответ слишком велик/);
  assert.ok(sent < 128, String(sent));
});

Deno.test("pollUpdates ends at a refusal of Telegram's alone", async () => {
  for (const error_code of [401, 404]) {
    const { ended } = await pollServer(
      [json({ ok: false, error_code, description: "No" }, error_code)],
      4,
    );
    assert.ok(ended instanceof PollingEnded);
    assert.equal(ended.reason, "unauthorized");
  }
});

// — Updates of no shape that is known —

const batchOf = (...result: unknown[]) => json({ ok: true, result });

Deno.test("pollUpdates puts aside what is no update, says so once each, and takes the rest", async () => {
  const { accepted, offsets, lines, waits } = await pollServer([
    batchOf({ update_id: 7 }, { update_id: "8" }, null, { update_id: 9, message: {} }, {
      update_id: 10,
    }),
    batchOf({ update_id: 11 }),
    batchOf(),
  ], 3);
  assert.deepEqual(accepted, [7, 10, 11]);
  assert.deepEqual(offsets, [0, 11, 12]);
  assert.deepEqual(waits, []);
  assert.deepEqual(lines, [
    "❌ Обновление без номера не разобрать, оно пропущено: update_id не номер",
    "❌ Обновление без номера не разобрать, оно пропущено: не объект",
    "❌ Обновление 9 не разобрать, оно пропущено: message.message_id не номер",
  ]);
});

Deno.test("pollUpdates asks once a second while nothing has an id that an offset could pass", async () => {
  const stuck = batchOf({ update_id: 2 ** 60 });
  const { waits, lines, accepted, offsets } = await pollServer(
    [stuck, stuck, stuck, batchOf({ update_id: 2 ** 60 }, { update_id: 5 }), batchOf()],
    5,
  );
  assert.deepEqual(waits, [1_000, 1_000, 1_000]);
  assert.deepEqual(accepted, [5]);
  assert.deepEqual(offsets, [0, 0, 0, 0, 6]);
  assert.equal(
    lines[0],
    "❌ Обновления не принять: Error: Telegram отдаёт их снова и снова (update_id не номер). " +
      "Они остаются у Telegram, пробуем снова",
  );
});

Deno.test("pollUpdates asks once a second where each batch is the same, whatever the offset", async () => {
  const { waits } = await pollServer([batchOf({ update_id: 5 }, { update_id: 6 })], 4);
  assert.deepEqual(waits, [1_000, 1_000]);
});

Deno.test("pollUpdates waits a second wherever ids are lower than the one that it asked for", async () => {
  const [five, six] = [batchOf({ update_id: 5 }), batchOf({ update_id: 6 })];
  const { waits, offsets } = await pollServer([five, six, five, six, five, six], 6);
  assert.deepEqual(offsets, [0, 6, 7, 6, 7, 6]);
  assert.deepEqual(waits, [1_000, 1_000]);
});

Deno.test("pollUpdates asks once a second where a request is never held", async () => {
  const { waits } = await pollServer([batchOf()], 6);
  assert.deepEqual(waits, [1_000, 1_000, 1_000]);
});
