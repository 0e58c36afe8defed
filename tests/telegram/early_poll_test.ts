// The first question to Telegram, asked before the house is there: nothing of it is lost, whatever comes of it.

import assert from "node:assert/strict";
import { askEarly } from "../../lib/telegram/early_poll.ts";
import { type PollingOptions, pollUpdates } from "../../lib/telegram/polling.ts";
import { aLog } from "../helpers/a_log.ts";

const TOKEN = "123456:AAF0bench-token-of-nobodys-bot-00000000";

interface Api {
  readonly token: string;
  readonly apiRoot: string;
  /** What every getUpdates asked for, in order. */
  readonly asked: Record<string, unknown>[];
}

/** A Bot API that gives these answers to getUpdates, the last one again and again. */
async function withApi(answers: (() => Response)[], run: (api: Api) => Promise<void>) {
  const asked: Record<string, unknown>[] = [];
  const serve = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  await using server = Deno.serve(serve, async (request) => {
    assert.equal(new URL(request.url).pathname, `/bot${TOKEN}/getUpdates`);
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(await request.json());
    return answer?.() ?? new Response("", { status: 500 });
  });
  await run({ token: TOKEN, apiRoot: `http://127.0.0.1:${server.addr.port}`, asked });
}

const updates = (...ids: number[]) => () =>
  Response.json({ ok: true, result: ids.map((id) => ({ update_id: id })) });

const refusal = (status: number) => () =>
  Response.json({ ok: false, error_code: status, description: "No" }, { status });

Deno.test("askEarly hands over what waits at Telegram, and confirms none of it", () =>
  withApi([updates(7, 8)], async (api) => {
    assert.deepEqual(await askEarly(api), [{ update_id: 7 }, { update_id: 8 }]);
    assert.deepEqual(api.asked, [{
      offset: 0,
      timeout: 0,
      limit: 100,
      allowed_updates: ["message", "edited_message", "channel_post", "callback_query"],
    }]);
  }));

const FAULTS: Readonly<Record<string, () => Response>> = {
  "a 401": refusal(401),
  "a 409": refusal(409),
  "an HTML page": () => new Response("<html>Bad gateway</html>", { status: 502 }),
  "a JSON null": () => Response.json(null),
  "a result that is no list": () => Response.json({ ok: true, result: {} }),
};
for (const [fault, answer] of Object.entries(FAULTS)) {
  Deno.test(`askEarly leaves ${fault} to polling`, () =>
    withApi([answer], async (api) => {
      assert.equal(await askEarly(api), undefined);
    }));
}

Deno.test("askEarly leaves a Bot API that is not there to polling", async () => {
  assert.equal(await askEarly({ token: TOKEN, apiRoot: "http://127.0.0.1:9" }), undefined);
});

Deno.test("polling takes the early answer first, and asks on from there when it is on disk", () =>
  withApi([updates(7, 8), updates(9), updates()], async (api) => {
    const { accepted, offsets } = await poll(api, askEarly(api), 9);
    assert.deepEqual(accepted, [[7, 8], [9]]);
    assert.deepEqual(offsets, [0, 9]);
  }));

Deno.test("polling asks anew when the early question failed", () =>
  withApi([refusal(500), updates(7), updates()], async (api) => {
    const { accepted, offsets } = await poll(api, askEarly(api), 7);
    assert.deepEqual(accepted, [[7]]);
    assert.deepEqual(offsets, [0, 0]);
  }));

Deno.test("what the early answer held is asked for again when it cannot be put on disk", () =>
  withApi([updates(7), updates(7), updates()], async (api) => {
    const { accepted, offsets } = await poll(api, askEarly(api), 7, 1);
    assert.deepEqual(accepted, [[7]]);
    assert.deepEqual(offsets, [0, 0]);
  }));

Deno.test("a stop does not wait for an early answer that never comes", () =>
  withApi([], async (api) => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 1);
    await pollUpdates(polling(api, new Promise(() => {}), () => Promise.resolve()), stop.signal);
    assert.deepEqual(api.asked, []);
  }));

/** Polls until an update was accepted; the first `failures` batches cannot be put on disk. */
async function poll(
  api: Api,
  early: ReturnType<typeof askEarly>,
  last: number,
  failures = 0,
) {
  const accepted: number[][] = [];
  const stop = new AbortController();
  const accept: PollingOptions["accept"] = (batch) => {
    if (failures-- > 0) return Promise.reject(new Error("disk full"));
    accepted.push(batch.map((update) => update.update_id));
    if (batch.some((update) => update.update_id === last)) stop.abort();
    return Promise.resolve();
  };
  await pollUpdates(polling(api, early, accept), stop.signal);
  return { accepted, offsets: api.asked.map(({ offset }) => offset) };
}

function polling(
  { token, apiRoot }: Api,
  early: ReturnType<typeof askEarly>,
  accept: PollingOptions["accept"],
): PollingOptions {
  return {
    token,
    apiRoot,
    early,
    accept,
    polled: () => {},
    now: () => 0,
    sleep: () => Promise.resolve(),
    random: () => 0,
    log: aLog().log,
  };
}
