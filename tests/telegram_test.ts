// The way to Telegram: what a failed call means, short faults repeated, updates taken in whatever happens.

import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import {
  type Fault,
  startTelegramServer,
  type TelegramServer,
} from "../lib/demo/telegram_server.ts";
import {
  type CallFailure,
  createApi,
  describeError,
  failureOf,
  PollingEnded,
  type PollingOptions,
  pollUpdates,
  withRetries,
} from "../lib/telegram.ts";
import { NOON_MS } from "./helpers/a_lead.ts";
import { aLog, type LogOfTest } from "./helpers/a_log.ts";

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
    { kind: "refused", migratedTo: undefined },
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
    room: { telegram: TelegramServer; say: () => Promise<unknown>; waits: number[] },
  ) => Promise<
    void
  >,
): Promise<void> {
  return withTelegram(async ({ telegram, api, chatId }) => {
    const waits: number[] = [];
    const sleep = (ms: number) => Promise.resolve(void waits.push(ms));
    api.config.use(withRetries(sleep, () => 1));
    await run({ telegram, say: () => api.sendMessage(chatId, "Hi"), waits });
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
  Deno.test(`withRetries makes a call that meets ${what} up to three times`, () =>
    withRetrying(async ({ telegram, say, waits }) => {
      telegram.fault({ method: "sendMessage", times: 2, fault });
      await say();
      assert.equal(countCalls(telegram), 3);
      assert.deepEqual(waits, [250, 500]);
    }));

  Deno.test(`withRetries lets ${what} through after the third time`, () =>
    withRetrying(async ({ telegram, say, waits }) => {
      telegram.fault({ method: "sendMessage", fault });
      assert.deepEqual(failureOf(await errorOf(say())), { kind: "unreached" });
      assert.equal(countCalls(telegram), 3);
      assert.deepEqual(waits, [250, 500]);
    }));
}

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
      allowed_updates: ["message", "edited_message", "callback_query"],
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
