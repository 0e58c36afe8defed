// The page's turns: their order, what waits for them and what does not, which requests are refused.

import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import { createTurns, type Turns } from "../../lib/page/turns.ts";
import { openPage } from "../helpers/a_page.ts";
import { inventLeads } from "../helpers/invented_leads.ts";

interface HeldTurns extends Turns {
  /** How many wait for their turn. */
  readonly waiting: () => number;
  /** How many have had it. */
  readonly taken: () => number;
  crowded: boolean;
  /** From now on everybody waits. */
  hold(): void;
  /** Everybody has their turn. */
  free(): void;
}

function heldTurns(): HeldTurns {
  let turn = Promise.resolve();
  let release = () => {};
  let waiting = 0;
  let taken = 0;
  return {
    crowded: false,
    async take(work) {
      waiting += 1;
      await turn;
      waiting -= 1;
      taken += 1;
      return await work();
    },
    isCrowded() {
      return this.crowded;
    },
    waiting: () => waiting,
    taken: () => taken,
    hold() {
      ({ promise: turn, resolve: release } = Promise.withResolvers<void>());
    },
    free: () => release(),
  };
}

Deno.test("/health, /metrics and the page's files answer while it is not the page's turn", async () => {
  const turns = heldTurns();
  const token = "a-token-of-the-metrics";
  await using page = await openPage({ deps: { turns }, config: { metricsToken: token } });
  const browser = page.browser();
  const style = /href="(\/assets\/[^"]+css)"/.exec(await (await browser.get("/login")).text());
  turns.hold();
  turns.crowded = true;
  const headers = { authorization: `Bearer ${token}` };
  for (const path of ["/health", "/metrics", style?.[1] ?? ""]) {
    const response = await browser.get(path, headers);
    assert.equal(response.status, 200, path);
    await response.body?.cancel();
  }
  assert.equal(turns.waiting(), 0);
});

Deno.test("pages wait for their turn, and so does the way in", async () => {
  const turns = heldTurns();
  await using page = await openPage({ deps: { turns } });
  const browser = await page.login();
  turns.hold();
  const paths = ["/", "/profiles/agency", "/leads", "/menu", "/login"];
  const responses = Promise.all(paths.map((path) => browser.get(path)));
  while (turns.waiting() < paths.length) await nextRound();
  turns.free();
  for (const { status } of await responses) assert.equal(status, 200);
});

Deno.test("a form that arrives slowly takes no turn before it is there", async () => {
  const turns = heldTurns();
  await using page = await openPage({ deps: { turns } });
  const browser = await page.login();
  turns.hold();
  const body = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  const response = page.handler(
    new Request("http://bot.test/profiles/agency/preview", {
      method: "POST",
      body: body.readable,
      headers: {
        cookie: browser.cookie,
        "content-type": "application/x-www-form-urlencoded",
        "sec-fetch-site": "same-origin",
      },
    }),
  );
  const writer = body.writable.getWriter();
  const token = page.auth.formToken(browser.cookie.split("=")[1] ?? "");
  const sending = writer.write(new TextEncoder().encode(`form_token=${token}`));
  for (let round = 0; round < 100; round += 1) await nextRound();
  assert.equal(turns.waiting(), 0);
  await sending;
  await writer.close();
  while (turns.waiting() === 0) await nextRound();
  turns.free();
  assert.equal((await response).status, 200);
});

Deno.test("the table of leads takes a turn for each portion, and no more than are read", async () => {
  const turns = heldTurns();
  await using page = await openPage({ deps: { turns } });
  await inventLeads(page.journal, page.nowMs, 2_001);
  const browser = await page.login();
  const before = turns.taken();
  const response = await browser.get("/leads.csv");
  const reader = response.body!.getReader();
  await reader.read();
  for (let round = 0; round < 100; round += 1) await nextRound();
  assert.ok(turns.taken() - before <= 3, "one for the request, and a portion or two ahead");
  while (!(await reader.read()).done);
  assert.equal(turns.taken() - before, 1 + 5);
});

Deno.test("who comes into a crowd is sent away with a sentence and a time to come again", async () => {
  const turns = heldTurns();
  await using page = await openPage({ deps: { turns } });
  const browser = await page.login();
  turns.crowded = true;
  const russian = await browser.get("/");
  assert.equal(russian.status, 503);
  assert.equal(russian.headers.get("retry-after"), "1");
  assert.match(await russian.text(), /^Слишком много запросов сразу\. Ничего не изменено/);
  assert.match(russian.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  const english = await browser.post("/menu", { do: "save" }, { "accept-language": "en" });
  assert.equal(english.status, 503);
  assert.match(await english.text(), /Nothing was changed/);
  assert.deepEqual(page.log.lines.filter((line) => line.includes("❌")), []);
});

Deno.test("turns begin in order, one at a time, and none waits for what an earlier one awaits", async () => {
  const turns = createTurns(() => 0);
  const begun: number[] = [];
  const crm = Promise.withResolvers<void>();
  const first = turns.take(async () => {
    begun.push(1);
    await crm.promise;
  });
  const others = [2, 3].map((nth) => turns.take(() => void begun.push(nth)));
  await Promise.resolve();
  assert.deepEqual(begun, [1]);
  assert.deepEqual([turns.isCrowded(2), turns.isCrowded(3)], [true, false]);
  await Promise.all(others);
  assert.deepEqual(begun, [1, 2, 3]);
  crm.resolve();
  await first;
  await nextTimers();
});

for (
  const [computesMs, restsMs] of [[7, 28], [60, 240], [3_600_000, 300]] as const
) {
  Deno.test(`while others wait the bot has ${restsMs} ms after a page that computes ${computesMs} ms`, async () => {
    using time = new FakeTime();
    let nowMs = 0;
    const turns = createTurns(() => nowMs);
    const begun: string[] = [];
    const all = ["first", "second"].map((name) =>
      turns.take(() => {
        begun.push(name);
        nowMs += computesMs;
      })
    );
    await time.tickAsync(); // The turn is over.
    await time.tickAsync(restsMs - 1);
    await time.runMicrotasks();
    assert.deepEqual(begun, ["first"]);
    await time.tickAsync(1);
    await time.runMicrotasks();
    assert.deepEqual(begun, ["first", "second"]);
    await Promise.all(all);
    await time.tickAsync();
  });
}

Deno.test("a single reader waits for no rest", async () => {
  using time = new FakeTime();
  let nowMs = 0;
  const turns = createTurns(() => nowMs);
  await turns.take(() => nowMs += 60);
  await time.tickAsync();
  await turns.take(() => nowMs += 60);
  await time.tickAsync();
});

Deno.test("a turn that fails is over", async () => {
  const turns = createTurns(() => 0);
  await assert.rejects(
    turns.take(() => Promise.reject(new RangeError("no such page"))),
    RangeError,
  );
  assert.equal(await turns.take(() => "next"), "next");
  await nextTimers();
});

function nextTimers(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve));
}

function nextRound(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
