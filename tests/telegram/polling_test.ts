// Polling, through failures of every kind.

import assert from "node:assert/strict";
import { startTelegramServer, type TelegramServer } from "../../lib/simulator/telegram/server.ts";
import { PollingEnded } from "../../lib/telegram/contact.ts";
import { type PollingOptions, pollUpdates } from "../../lib/telegram/polling.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog, type LogOfTest } from "../helpers/a_log.ts";
import { refusal, TOKEN } from "../helpers/a_telegram.ts";

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
    polled: (offset, caughtUp) => Promise.resolve(void rounds.push({ offset, caughtUp })),
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
      allowed_updates: [
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "callback_query",
      ],
    });
  }));

Deno.test("pollUpdates asks for its first answer at once, and long-polls after that", () =>
  withPolling(async ({ telegram, visitor }) => {
    await telegram.untilPolled();
    visitor.say("one");
    const first = await telegram.nextCall("getUpdates");
    const second = await telegram.nextCall("getUpdates");
    assert.deepEqual([first.params["timeout"], second.params["timeout"]], [0, 10]);
  }));

Deno.test("pollUpdates confirms a batch only when it was accepted", async () => {
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

Deno.test("pollUpdates reports after each round which updates are confirmed, and whether it caught up", () =>
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

Deno.test("pollUpdates gets a batch again that could not be recorded", async () => {
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

Deno.test("pollUpdates logs once that batches cannot be recorded, and waits longer each time", async () => {
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

Deno.test("pollUpdates goes on while Telegram is unreachable, logs it once, and recovers", () =>
  withPolling(async ({ telegram, visitor, accepted, waits, lines, line }) => {
    visitor.say("one");
    assert.match(
      await line("❌"),
      /^❌ Telegram недоступен, обновления не получить: нет связи с Telegram \(.+\)\. Пробуем снова; если не пройдёт само, проверьте сеть и прокси сервера$/,
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

Deno.test("pollUpdates logs each outage of Telegram", () =>
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

Deno.test("pollUpdates waits before it removes a webhook that is set again", async () => {
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

Deno.test("pollUpdates tolerates a 409 for 30 s and logs it once", () =>
  withPolling(async ({ telegram, lines, waits, line }) => {
    await telegram.untilPolled();
    telegram.user({ first_name: "Galliard" }).say("hello"); // So that the long poll is answered.
    await line("✅");
    assert.match(lines[0] ?? "", /^❌ С этим токеном обновления забирает и другой бот: .*409/);
    assert.equal(lines.length, 2);
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000]);
  }, {
    before: (telegram) =>
      void telegram.fault({ method: "getUpdates", times: 4, fault: ANOTHER_BOT }),
  }));

Deno.test("pollUpdates does not call the contact restored while another bot polls by turns", () => {
  let calls = 0;
  return withPolling(async ({ ended, lines }) => {
    const error = await ended;
    assert.ok(error instanceof PollingEnded && error.reason === "conflict");
    assert.equal(lines.length, 1, lines.join("\n"));
  }, {
    // The short poll after each refusal is answered, the long one after that is ended by the other bot.
    before: (telegram) =>
      void telegram.fault({
        method: ({ method }) => method === "getUpdates" && ++calls % 2 === 0,
        fault: ANOTHER_BOT,
      }),
  });
});

Deno.test("pollUpdates ends when the 409s last 30 s", () =>
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

Deno.test("pollUpdates logs once after 2 minutes how long Telegram has been silent", () =>
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

Deno.test("pollUpdates waits half a minute at most", () =>
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

Deno.test("pollUpdates ends when Telegram refuses the token, and says where to look", () =>
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

Deno.test("pollUpdates ends during a long poll, and logs nothing", () =>
  withPolling(async ({ telegram, stop, ended, lines }) => {
    await telegram.untilPolled();
    stop();
    assert.equal(await ended, undefined);
    assert.deepEqual(lines, []);
  }));

Deno.test("pollUpdates follows update ids that restart after a quiet week", async () => {
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
      return Promise.resolve();
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
    async polled() {},
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

Deno.test("pollUpdates ends only for a refusal of Telegram's own", async () => {
  for (const error_code of [401, 404]) {
    const { ended } = await pollServer(
      [json({ ok: false, error_code, description: "No" }, error_code)],
      4,
    );
    assert.ok(ended instanceof PollingEnded);
    assert.equal(ended.reason, "unauthorized");
  }
});

// — Malformed updates —

const batchOf = (...result: unknown[]) => json({ ok: true, result });

Deno.test("pollUpdates skips malformed updates, logs each once, and takes the rest", async () => {
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

Deno.test("pollUpdates asks once a second while no update has a usable id", async () => {
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
