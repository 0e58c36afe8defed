// The pace of messages: within Telegram's limits, confirmations first, chats independent of each other.

import assert from "node:assert/strict";
import { Api } from "grammy";
import { createTotalLimit } from "../../lib/simulator/telegram/limits.ts";
import { createSendPace, type Rank } from "../../lib/telegram/send_pace.ts";

interface Sent {
  readonly atMs: number;
  readonly text: string;
}

interface Room {
  /** The ranks of messages that Telegram itself declined with 429. */
  readonly refused: readonly Rank[];
  /** Sends a text; resolves with `sent`, or with the seconds that a 429 asked for. */
  say(rank: Rank, chat: number, text?: string): Promise<"sent" | number>;
  /** Copies so many messages at once, as a text "album". */
  copy(rank: Rank, chat: number, messages: number): Promise<"sent">;
  readonly sent: Sent[];
  /** How long the clock moved on by itself. */
  readonly nowMs: () => number;
  readonly stopping: AbortController;
  /** Lets the clock run until nothing waits for it. */
  settle(): Promise<void>;
}

interface Options {
  readonly perSecond?: number;
  /** What Telegram answers to a text: the wait that a 429 asks for, or 0. */
  readonly answer?: (text: string, nowMs: number) => number;
  readonly method?: string;
}

/** A pace on a clock that runs when all else is done. */
async function withPace(run: (room: Room) => Promise<void>, options: Options = {}): Promise<void> {
  let nowMs = 0;
  const sleepers: { atMs: number; wake: () => void }[] = [];
  const stopping = new AbortController();
  const refused: Rank[] = [];
  const sleep = (ms: number) =>
    new Promise<void>((wake) => {
      sleepers.push({ atMs: nowMs + ms, wake });
      stopping.signal.addEventListener("abort", () => wake());
    });
  const pace = createSendPace({
    perSecond: options.perSecond ?? 30,
    elapsedMs: () => nowMs,
    sleep,
    stopping: stopping.signal,
    tooMany: (rank) => void refused.push(rank),
  });
  const sent: Sent[] = [];
  const clientOf = (rank: Rank) => {
    const api = new Api("1:a");
    api.config.use((_call, _method, payload) => {
      const text = "text" in payload ? String(payload.text) : "album";
      const retry_after = options.answer?.(text, nowMs) ?? 0;
      if (retry_after === 0) sent.push({ atMs: nowMs, text });
      const answer = retry_after === 0
        ? { ok: true, result: { message_id: 1 } }
        : { ok: false, error_code: 429, description: "No", parameters: { retry_after } };
      return Promise.resolve(answer as never);
    }, pace.at(rank));
    return api;
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await run({
    sent,
    refused,
    stopping,
    nowMs: () => nowMs,
    say: (rank, chat, text = `${rank} ${chat}`) =>
      clientOf(rank).sendMessage(chat, text).then(
        () => "sent" as const,
        (error) => Number(error.parameters.retry_after),
      ),
    copy: (rank, chat, messages) =>
      clientOf(rank).copyMessages(chat, 1, Array.from({ length: messages }, (_, nth) => nth + 1))
        .then(() => "sent" as const),
    async settle() {
      for (await turn(); sleepers.length > 0; await turn()) {
        sleepers.sort((a, b) => a.atMs - b.atMs);
        const next = sleepers.shift();
        nowMs = Math.max(nowMs, next?.atMs ?? 0);
        next?.wake();
      }
    },
  });
}

/** Most of the moments within one second. */
function mostInASecond(sent: readonly Sent[]): number {
  return Math.max(
    ...sent.map(({ atMs }) =>
      sent.filter((each) => each.atMs >= atMs && each.atMs < atMs + 1_000).length
    ),
  );
}

Deno.test("30 messages leave at once, and the 31st a second later", () =>
  withPace(async ({ say, sent, settle }) => {
    const all = Array.from({ length: 31 }, (_, chat) => say("confirmation", chat + 1));
    await settle();
    assert.deepEqual(await Promise.all(all), all.map(() => "sent"));
    assert.deepEqual(sent.map(({ atMs }) => atMs), [...Array(30).fill(0), 1_000]);
  }));

Deno.test("500 messages leave within the time that Telegram's limit takes, and none is refused", () => {
  const limit = createTotalLimit(30);
  let refused = 0;
  return withPace(async ({ say, sent, settle, nowMs }) => {
    const all = Array.from({ length: 500 }, (_, chat) => say("confirmation", chat + 1));
    await settle();
    assert.ok((await Promise.all(all)).every((each) => each === "sent"));
    assert.equal(mostInASecond(sent), 30);
    assert.equal(refused, 0);
    assert.ok(nowMs() <= 1.15 * (500 / 30) * 1_000, String(nowMs()));
  }, {
    answer(_text, nowMs) {
      try {
        limit.admit(1, nowMs);
        return 0;
      } catch {
        refused++;
        return 1;
      }
    },
  });
});

Deno.test("a chat takes 4 messages at once and then one a second, and no other waits for it", () =>
  withPace(async ({ say, sent, settle }) => {
    for (let nth = 1; nth <= 6; nth++) void say("visitor", 1, `1: ${nth}`);
    void say("visitor", 2);
    await settle();
    assert.deepEqual(sent.filter(({ text }) => text.startsWith("1:")).map(({ atMs }) => atMs), [
      0,
      0,
      0,
      0,
      1_000,
      2_000,
    ]);
    assert.equal(sent.find(({ text }) => text === "visitor 2")?.atMs, 0);
  }));

Deno.test("a message that would wait over 5 s for its chat gets a 429 at once, without a call", () =>
  withPace(async ({ say, sent, settle }) => {
    const all = Array.from({ length: 12 }, () => say("visitor", 1));
    await settle();
    assert.deepEqual(await Promise.all(all), [...Array(9).fill("sent"), 6, 6, 6]);
    assert.equal(sent.length, 9);
  }));

Deno.test("confirmations leave first, and no other rank starves", () =>
  withPace(async ({ say, sent, settle }) => {
    for (let chat = 1; chat <= 300; chat++) void say("visitor", chat, "greeting");
    void say("managers", -100, "card");
    void say("other", -200, "report");
    for (let chat = 301; chat <= 360; chat++) void say("confirmation", chat, "confirmation");
    await settle();
    const lastOf = (text: string) => sent.findLast((each) => each.text === text)?.atMs ?? Infinity;
    assert.ok(lastOf("confirmation") <= 3_000, String(lastOf("confirmation")));
    assert.ok(lastOf("card") <= 3_000, String(lastOf("card")));
    assert.ok(lastOf("report") <= 3_000, String(lastOf("report")));
    assert.equal(sent.length, 362);
  }));

Deno.test("an album is sent although others fill every second", () =>
  withPace(async ({ say, sent, settle, copy }) => {
    for (let chat = 1; chat <= 200; chat++) void say("visitor", chat);
    const copied = copy("managers", -100, 10);
    await settle();
    assert.equal(await copied, "sent");
    const at = sent.findIndex(({ text }) => text === "album");
    assert.ok(Number(sent[at]?.atMs) <= 4_000, JSON.stringify(sent[at]));
    assert.ok(Number(sent[at + 21]?.atMs) > Number(sent[at]?.atMs), "it counts as ten");
  }));

Deno.test("a 429 closes its chat until its time, and no other", () => {
  const held = new Map([["first", 3]]);
  return withPace(async ({ say, sent, settle }) => {
    assert.equal(await say("visitor", 1, "first"), 3);
    void say("visitor", 1, "second");
    void say("visitor", 2, "other");
    await settle();
    assert.deepEqual(sent, [{ atMs: 0, text: "other" }, { atMs: 3_000, text: "second" }]);
  }, { answer: (text) => held.get(text) ?? 0 });
});

Deno.test("a 429 of Telegram is told with its rank, one of the pace itself is not", () =>
  withPace(async ({ say, refused }) => {
    assert.equal(await say("managers", 1), 60);
    assert.deepEqual(refused, ["managers"]);
    assert.equal(await say("visitor", 1), 60);
    assert.deepEqual(refused, ["managers"]);
  }, { answer: () => 60 }));

Deno.test("a 429 of a day closes its chat for 5 minutes, and messages meanwhile get a 429", () => {
  let asked = 0;
  return withPace(async ({ say, settle }) => {
    assert.equal(await say("managers", -100), 86_400);
    assert.equal(await say("managers", -100), 300);
    assert.equal(await say("confirmation", 1, "other"), "sent");
    await settle();
    assert.equal(asked, 1);
  }, {
    answer(text) {
      if (text === "other") return 0;
      asked++;
      return 86_400;
    },
  });
});

Deno.test("messages that wait for a chat get a 429 when it is closed", () => {
  let calls = 0;
  return withPace(async ({ say, settle }) => {
    const all = Array.from({ length: 6 }, () => say("visitor", 1));
    await settle();
    assert.deepEqual(await Promise.all(all), ["sent", "sent", "sent", 100, 100, 100]);
  }, { answer: () => ++calls > 3 ? 100 : 0 });
});

Deno.test("when two private chats are refused at once under load, all wait, half a minute at most", () =>
  withPace(async ({ say, sent, settle }) => {
    for (let chat = 1; chat <= 20; chat++) void say("visitor", chat);
    void say("visitor", 101, "refused");
    void say("visitor", 102, "refused");
    await Promise.resolve();
    await settle();
    const later = say("confirmation", 103);
    await settle();
    assert.equal(await later, "sent");
    assert.equal(sent.at(-1)?.atMs, 30_000);
  }, { answer: (text) => text === "refused" ? 86_400 : 0 }));

Deno.test("two chats that are refused under little load close no others", () =>
  withPace(async ({ say, sent }) => {
    await say("managers", -1, "refused");
    await say("visitor", 2, "refused");
    await say("visitor", 3, "refused");
    await say("confirmation", 4);
    assert.deepEqual(sent, [{ atMs: 0, text: "confirmation 4" }]);
  }, { answer: (text) => text === "refused" ? 86_400 : 0 }));

Deno.test("with 0 a second nothing waits but for a 429", () =>
  withPace(async ({ say, sent, settle }) => {
    for (let nth = 0; nth < 200; nth++) void say("visitor", 1);
    await settle();
    assert.ok(sent.every(({ atMs }) => atMs === 0));
    assert.equal(sent.length, 200);
  }, { perSecond: 0 }));

Deno.test("a stop ends every wait at once, and what need not wait still leaves", () =>
  withPace(async ({ say, sent, stopping }) => {
    const all = Array.from({ length: 31 }, (_, chat) => say("confirmation", chat + 1));
    stopping.abort();
    assert.deepEqual(await Promise.all(all), [...Array(30).fill("sent"), 1]);
    assert.equal(sent.length, 30);
  }));

Deno.test("a call that sends nothing never waits", () =>
  withPace(async ({ say, nowMs }) => {
    const pace = createSendPace({
      perSecond: 1,
      elapsedMs: nowMs,
      sleep: () => new Promise(() => {}),
      stopping: new AbortController().signal,
    });
    const api = new Api("1:a");
    api.config.use(
      () => Promise.resolve({ ok: true, result: true } as never),
      pace.at("other"),
    );
    await api.sendMessage(1, "Hi");
    void api.sendMessage(2, "Hi");
    assert.equal(await api.answerCallbackQuery("1"), true);
    assert.equal(await api.sendChatAction(1, "typing"), true);
    assert.equal(await say("other", 1), "sent");
  }));
