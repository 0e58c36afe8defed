// Checks of the configured chats: a problem is logged once an hour, and cleared when it is fixed.

import assert from "node:assert/strict";
import {
  type ChatCheck,
  type ChatCheckOptions,
  createChatCheck,
} from "../../lib/managers/chat_check.ts";
import {
  type Group,
  type GroupDetails,
  startTelegramServer,
  type TelegramServer,
} from "../../lib/simulator/telegram/server.ts";
import { createApi } from "../../lib/telegram/client.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog, type LogOfTest } from "../helpers/a_log.ts";

const TOKEN = "987654321:AAF0test-token-that-must-never-be-seen00";
const MINUTE_MS = 60_000;

interface Checked extends LogOfTest {
  readonly telegram: TelegramServer;
  readonly group: Group;
  readonly check: ChatCheck;
  /** The types of chat that turned out usable, in order. */
  readonly usable: string[];
  /** Starts the check, or lets it go on after its wait; resolves with how long it waits then. */
  next(): Promise<number>;
  shown(): void;
}

async function withCheck(
  run: (checked: Checked) => Promise<void>,
  details: Partial<GroupDetails> = {},
  options: (group: Group) => Partial<ChatCheckOptions> = () => ({}),
): Promise<void> {
  let nowMs = NOON_MS;
  let shownAtMs: number | undefined;
  await using telegram = await startTelegramServer({ token: TOKEN });
  const group = telegram.group({ title: "Менеджеры", type: "supergroup", ...details });
  const lines = aLog();
  const stopping = new AbortController();
  const usable: string[] = [];
  let waits = Promise.withResolvers<number>();
  let goOn = () => {};
  const check = createChatCheck({
    api: createApi({ token: TOKEN, apiRoot: telegram.url }),
    variable: "ADMIN_CHAT_ID",
    topicVariable: "ADMIN_TOPIC_ID",
    isForCards: true,
    chatId: () => group.id,
    topicId: null,
    lastShownAtMs: () => shownAtMs,
    onUsable: (type) => usable.push(type),
    now: () => nowMs,
    sleep: (ms) =>
      new Promise((resolve) => {
        goOn = () => {
          nowMs += ms;
          resolve();
        };
        waits.resolve(ms);
      }),
    stopping: stopping.signal,
    log: lines.log,
    ...options(group),
  });
  let started = false;
  await run({
    ...lines,
    telegram,
    group,
    check,
    usable,
    shown: () => shownAtMs = nowMs + 1,
    next() {
      waits = Promise.withResolvers();
      if (started) goOn();
      else check.start(telegram.bot.id);
      started = true;
      return waits.promise;
    },
  });
  stopping.abort();
  goOn();
}

Deno.test("a usable chat is checked every hour, and nothing is logged", () =>
  withCheck(async ({ check, next, usable, lines }) => {
    assert.equal(await next(), 60 * MINUTE_MS);
    assert.equal(await next(), 60 * MINUTE_MS);
    assert.equal(check.problem(), undefined);
    assert.deepEqual(usable, ["supergroup"]);
    assert.deepEqual(lines, []);
  }));

Deno.test("a missing chat is an error once an hour, checked each minute, and cleared when it is there", () =>
  withCheck(async ({ check, next, group, usable, lines }) => {
    group.kickBot();
    const waits = [];
    for (let times = 0; times < 6; times++) waits.push(await next());
    assert.deepEqual(waits, [5_000, 10_000, 20_000, 40_000, MINUTE_MS, MINUTE_MS]);
    assert.equal(check.problem(), "no_access");
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", new RegExp(`^❌ ADMIN_CHAT_ID=${group.id}: бота нет в этом чате`));
    for (let times = 0; times < 60; times++) await next();
    assert.equal(lines.length, 2);
    assert.deepEqual(usable, []);
    group.addBot();
    assert.equal(await next(), 60 * MINUTE_MS);
    assert.equal(check.problem(), undefined);
    assert.deepEqual(usable, ["supergroup"]);
    assert.match(lines.at(-1) ?? "", /^✅ Чат -?\d+ \(ADMIN_CHAT_ID\) снова доступен$/);
  }));

Deno.test("a message that was shown proves that the chat is usable", () =>
  withCheck(async ({ check, next, group, shown }) => {
    group.kickBot();
    await next();
    assert.equal(check.problem(), "no_access");
    shown();
    assert.equal(check.problem(), undefined);
  }));

Deno.test("an id without a chat gets its own advice on how to find the right one", () =>
  withCheck(
    async ({ check, next, lines }) => {
      await next();
      assert.equal(check.problem(), "not_found");
      assert.match(lines[0] ?? "", /^❌ ADMIN_CHAT_ID=-100999: такого чата нет[^]*\/id/);
    },
    {},
    () => ({ chatId: () => -100999 }),
  ));

Deno.test("a bot that may not write is a problem, and an administrator always may", () =>
  withCheck(async ({ check, next, group }) => {
    group.muteMembers();
    await next();
    assert.equal(check.problem(), "may_not_write");
    group.promoteBot();
    await next();
    assert.equal(check.problem(), undefined);
  }));

Deno.test("a channel is usable for an administrator who may post", () =>
  withCheck(async ({ check, next, group, usable }) => {
    await next();
    assert.equal(check.problem(), "not_admin");
    group.promoteBot();
    await next();
    assert.equal(check.problem(), undefined);
    assert.deepEqual(usable, ["channel"]);
  }, { type: "channel" }));

for (
  const [what, error_code] of [["has a fault", 500], ["is busy", 429], [
    "is no Bot API",
    404,
  ]] as const
) {
  Deno.test(`a Telegram that ${what} is no problem of the chat`, () =>
    withCheck(async ({ check, next, telegram, lines, usable }) => {
      const fault = { kind: "error", error_code, description: "No" } as const;
      const mend = telegram.fault({ method: /^getChat/, fault });
      assert.equal(await next(), 5_000);
      assert.equal(check.problem(), undefined);
      assert.deepEqual(usable, []);
      mend();
      await next();
      assert.deepEqual(usable, ["supergroup"]);
      assert.deepEqual(lines, []);
    }));
}

Deno.test("a private chat is unusable until its person has started the bot", async () => {
  await using telegram = await startTelegramServer({ token: TOKEN });
  const person = telegram.user({ first_name: "Анна" });
  await withCheck(
    async ({ check, next }) => {
      await next();
      assert.equal(check.problem(), "no_access");
      person.start();
      await next();
      assert.equal(check.problem(), undefined);
    },
    {},
    () => ({
      api: createApi({ token: TOKEN, apiRoot: telegram.url }),
      chatId: () => person.id,
    }),
  );
});

Deno.test("a topic that refuses messages is logged once, and leaves the chat usable", () =>
  withCheck(
    async ({ check, next, lines, usable }) => {
      await next();
      await next();
      assert.equal(check.problem(), undefined);
      assert.deepEqual(usable, ["supergroup"]);
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? "", /^⚠️ ADMIN_TOPIC_ID=404: такой темы в чате нет/);
    },
    { is_forum: true },
    () => ({ topicId: 404 }),
  ));

Deno.test("a problem of the alert chat is a warning", () =>
  withCheck(
    async ({ next, lines }) => {
      await next();
      assert.match(lines[0] ?? "", /^⚠️ ALERT_CHAT_ID=-100999: такого чата нет/);
    },
    {},
    () => ({ variable: "ALERT_CHAT_ID", isForCards: false, chatId: () => -100999 }),
  ));
