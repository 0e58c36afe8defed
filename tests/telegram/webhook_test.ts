// The webhook at Telegram: set, watched, put back.

import assert from "node:assert/strict";
import { PollingEnded, SILENCE_MS } from "../../lib/telegram/contact.ts";
import { createWebhookWatch, type WebhookState } from "../../lib/telegram/webhook.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog, type LogOfTest } from "../helpers/a_log.ts";
import { TOKEN } from "../helpers/a_telegram.ts";

const ADDRESS = "https://bot.example.ru/updates";
const SECRET = "a-secret_of_16-or-more";
const FINE = { url: ADDRESS, has_custom_certificate: false, pending_update_count: 0 };
const STUCK = {
  ...FINE,
  pending_update_count: 3,
  last_error_date: NOON_MS / 1000 - 60,
  last_error_message: "Wrong response from the webhook: 502 Bad Gateway",
};
const REFUSED = {
  ok: false,
  error_code: 400,
  description: "Bad Request: bad webhook: no such host",
};

/** What Telegram answers at one look. */
interface Look {
  readonly info?: unknown;
  readonly set?: object;
  /** An update arrives after it. */
  readonly arrives?: boolean;
  /** The same in another process. */
  readonly arrivesElsewhere?: boolean;
}

interface Watched extends LogOfTest {
  /** The methods that were called, and what setWebhook was called with. */
  readonly calls: readonly string[];
  readonly settings: readonly unknown[];
  readonly waits: readonly number[];
  /** Whether Telegram had nothing more, at each look without trouble. */
  readonly looked: readonly boolean[];
  /** The state after each look. */
  readonly states: readonly WebhookState[];
  readonly ended: unknown;
}

/** Watches for as many looks as are given. */
async function watchThrough(looks: readonly Look[]): Promise<Watched> {
  const calls: string[] = [];
  const settings: unknown[] = [];
  const waits: number[] = [];
  const looked: boolean[] = [];
  const states: WebhookState[] = [];
  let nth = 0;
  let elapsedMs = 0;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (call) => {
      const method = call.url.split("/").at(-1) ?? "";
      calls.push(method);
      if (method === "setWebhook") settings.push(await call.json());
      const { info = FINE, set = { ok: true, result: true } } = looks[nth] ?? {};
      const answer = method === "setWebhook" ? set : { ok: true, result: info };
      return Response.json(answer, {
        status: "error_code" in answer ? answer.error_code as number : 200,
      });
    },
  );
  const lines = aLog();
  const stopping = new AbortController();
  const watch = createWebhookWatch({
    token: TOKEN,
    apiRoot: `http://127.0.0.1:${server.addr.port}`,
    webhook: { url: ADDRESS, secret: SECRET },
    looked: (caughtUp) => void looked.push(caughtUp),
    haveOthersHeard: () => Promise.resolve(looks[nth]?.arrivesElsewhere ?? false),
    now: () => NOON_MS + elapsedMs,
    elapsedMs: () => elapsedMs,
    sleep(ms) {
      elapsedMs += ms;
      waits.push(ms);
      states.push(watch.state());
      if (looks[nth]?.arrives) watch.arrived();
      nth += 1;
      if (nth >= looks.length) stopping.abort();
      return Promise.resolve();
    },
    random: () => 1,
    log: lines.log,
  });
  const ended = await watch.run(stopping.signal).catch((error) => error);
  assert.ok(!lines.lines.join("\n").includes(SECRET), lines.lines.join("\n"));
  return { ...lines, calls, settings, waits, looked, states, ended };
}

Deno.test("the webhook is set with its secret and the wanted kinds, and looked at each minute", async () => {
  const { calls, settings, waits, looked } = await watchThrough([{}, {}]);
  assert.deepEqual(calls, ["setWebhook", "getWebhookInfo", "getWebhookInfo"]);
  assert.deepEqual(settings, [{
    url: ADDRESS,
    secret_token: SECRET,
    allowed_updates: [
      "message",
      "edited_message",
      "channel_post",
      "edited_channel_post",
      "callback_query",
    ],
    drop_pending_updates: false,
  }]);
  assert.deepEqual(waits, [60_000, 60_000]);
  assert.deepEqual(looked, [true, true]);
});

Deno.test("updates that wait while others arrive are no trouble, and Telegram is not caught up with", async () => {
  const arriving = { info: STUCK, arrives: true };
  const { looked, states, lines } = await watchThrough([arriving, arriving, arriving]);
  assert.deepEqual(looked, [false, false]); // At the first look nothing can have arrived.
  assert.deepEqual(states.map(({ failsSinceMs }) => failsSinceMs), [
    undefined,
    undefined,
    undefined,
  ]);
  assert.equal(lines.filter((line) => line.includes("❌")).length, 0);
});

Deno.test("updates that wait after an error, twice in a row, are a trouble until they arrive", async () => {
  const { waits, looked, states, lines } = await watchThrough([
    { info: STUCK },
    { info: STUCK },
    { info: STUCK, arrives: true },
    { info: STUCK },
    {},
  ]);
  assert.deepEqual(waits, [15_000, 15_000, 15_000, 60_000, 60_000]);
  assert.deepEqual(states.map(({ failsSinceMs }) => failsSinceMs), [
    undefined,
    NOON_MS + 15_000,
    NOON_MS + 15_000,
    undefined,
    undefined,
  ]);
  assert.deepEqual(states[1]?.lastError, {
    atMs: NOON_MS - 60_000,
    cause: "Wrong response from the webhook: 502 Bad Gateway",
  });
  assert.deepEqual(looked, [false, true]);
  assert.deepEqual(lines.filter((line) => line.includes("WEBHOOK_URL")), [
    "❌ Telegram не может передать обновления на WEBHOOK_URL: Wrong response from the webhook: 502 Bad Gateway. Ждут: 3",
    "✅ Обновления снова приходят на WEBHOOK_URL",
  ]);
});

Deno.test("an address that Telegram refuses is a trouble from the first time, said once, and tried again", async () => {
  const { calls, states, lines, waits } = await watchThrough([
    { set: REFUSED },
    { set: REFUSED },
    {},
  ]);
  assert.deepEqual(calls, ["setWebhook", "setWebhook", "setWebhook", "getWebhookInfo"]);
  assert.deepEqual(waits, [1_000, 2_000, 60_000]);
  assert.deepEqual(states.map(({ failsSinceMs }) => failsSinceMs), [NOON_MS, NOON_MS, undefined]);
  assert.match(states[0]?.lastError?.cause ?? "", /no such host/);
  assert.deepEqual(lines.filter((line) => line.includes("❌")), [
    "❌ Telegram не принимает WEBHOOK_URL: 400: Bad Request: bad webhook: no such host. Лиды пока не приходят, пробуем снова",
  ]);
});

Deno.test("an address that Telegram refuses for minutes is not told as its silence", async () => {
  const { waits, lines } = await watchThrough(Array.from({ length: 12 }, () => ({ set: REFUSED })));
  assert.ok(waits.reduce((sum, ms) => sum + ms, 0) > SILENCE_MS);
  assert.deepEqual(lines.filter((line) => line.includes("не отвечает")), []);
});

Deno.test("a webhook that another program removed is set again at once, then every 15 s", async () => {
  const removed = { info: { ...FINE, url: "" } };
  const { calls, waits, lines } = await watchThrough([removed, removed, {}]);
  assert.equal(calls.filter((method) => method === "setWebhook").length, 4);
  assert.deepEqual(waits, [15_000, 15_000, 60_000]);
  assert.equal(lines.filter((line) => line.includes("сняла или заменила")).length, 3);
});

Deno.test("an answer of an unknown shape stops nothing", async () => {
  for (const info of [null, [], "?", { url: ADDRESS, pending_update_count: "many" }]) {
    const { ended, waits } = await watchThrough([{ info }, {}]);
    assert.equal(ended, undefined);
    assert.equal(waits.length, 2);
  }
});

Deno.test("a refused token ends it", async () => {
  const { ended } = await watchThrough([
    { set: { ok: false, error_code: 401, description: "Unauthorized" } },
    {},
  ]);
  assert.ok(ended instanceof PollingEnded);
  assert.equal(ended.reason, "unauthorized");
});

Deno.test("updates that other processes take are in order, whatever error Telegram remembers", async () => {
  const { states, lines } = await watchThrough([
    { info: STUCK, arrivesElsewhere: true },
    { info: STUCK, arrivesElsewhere: true },
    { info: STUCK },
    { info: STUCK },
  ]);
  assert.deepEqual(states.map(({ failsSinceMs }) => failsSinceMs !== undefined), [
    false,
    false,
    false,
    true,
  ]);
  assert.equal(lines.filter((line) => line.includes("❌")).length, 1);
});
