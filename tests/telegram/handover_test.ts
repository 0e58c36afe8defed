// From one process to the next: polling goes on without a false alarm, and an update that another has taken over is left to it.

import assert from "node:assert/strict";
import type { Update } from "grammy/types";
import { createDurableRecording } from "../../lib/journal/durable.ts";
import { startTelegramServer } from "../../lib/simulator/telegram/server.ts";
import { pollUpdates } from "../../lib/telegram/polling.ts";
import { createPresence } from "../../lib/telegram/presence.ts";
import { createSendPace } from "../../lib/telegram/send_pace.ts";
import { createInbox } from "../../lib/telegram/update_inbox.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { withSqlite } from "../helpers/a_journal.ts";
import { aLog } from "../helpers/a_log.ts";
import { aPlace } from "../helpers/a_place.ts";
import { refusal, TOKEN } from "../helpers/a_telegram.ts";
import { recordsAtOnce } from "../helpers/records_at_once.ts";

const CONFLICT = refusal(409, "Conflict: terminated by other getUpdates request");

Deno.test("a conflict with the process that polled before needs no word; one that lasts does", async () => {
  await using telegram = await startTelegramServer({ token: TOKEN });
  const stopping = new AbortController();
  const { log, lines } = aLog();
  let nowMs = NOON_MS;
  for (let nth = 0; nth < 3; nth++) {
    telegram.fault({ method: "getUpdates", times: 1, fault: CONFLICT });
  }
  const polled = Promise.withResolvers<void>();
  const told: number[] = [];
  const polling = pollUpdates({
    token: TOKEN,
    apiRoot: telegram.url,
    handoverMs: 20_000,
    log,
    random: () => 1,
    accept: () => Promise.resolve(),
    polled: () => Promise.resolve(polled.resolve()),
    now: () => nowMs,
    sleep(ms) {
      nowMs += ms;
      if (lines.some((line) => line.includes("другой бот"))) told.push(nowMs);
      return Promise.resolve();
    },
  }, stopping.signal);
  await polled.promise;
  assert.ok(!lines.join("\n").includes("другой бот"), lines.join("\n"));
  nowMs += 20_000;
  telegram.fault({ method: "getUpdates", times: 1, fault: CONFLICT });
  telegram.user({ first_name: "Galliard" }).say("hello"); // So that the long poll is answered.
  while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  stopping.abort();
  await polling;
});

Deno.test("what other processes heard is no absence of the one that polls next", () =>
  withSqlite(async (journal) => {
    let nowMs = NOON_MS;
    let reminded = 0;
    const open = () =>
      createPresence({
        journal,
        remind: () => reminded++,
        now: () => nowMs,
        elapsedMs: () => nowMs - NOON_MS,
        log: aLog().log,
      });
    await journal.rememberMenu({ chatId: 1, messageId: 1 }, "agency", NOON_MS - 1000);
    const [first, second] = [await open(), await open()];
    for (let nth = 0; nth < 30; nth++) {
      await first.polled(true);
      nowMs += 10_000;
    }
    assert.equal(await second.recordedAtMs(), nowMs - 10_000);
    await second.goOn();
    await second.polled(true);
    assert.equal(reminded, 0);
    nowMs += 150_001;
    await first.goOn();
    await first.polled(true);
    assert.equal(reminded, 1);
  }));

Deno.test("an update that waits when its process is out is left to the one that takes over", () =>
  withSqlite(async (journal) => {
    const place = aPlace();
    const { log } = aLog();
    const handled: number[] = [];
    const gate = Promise.withResolvers<void>();
    const recordDurably = createDurableRecording({
      journal,
      log,
      random: () => 1,
      sleep: () => Promise.resolve(),
      stopping: new AbortController().signal,
    });
    const inbox = createInbox({
      journal,
      recordDurably,
      recordDone: recordsAtOnce(journal, recordDurably),
      name: place.id,
      now: () => NOON_MS,
      random: () => 1,
      log,
      async handle({ update_id }) {
        handled.push(update_id);
        if (update_id === 1) await gate.promise;
      },
    });
    inbox.start();
    await inbox.accept([anUpdate(1), anUpdate(2)]);
    assert.deepEqual(handled, [1]);
    place.rename(undefined);
    gate.resolve();
    await turn();
    assert.deepEqual(handled, [1]);
    place.rename("two");
    inbox.found();
    await turn();
    assert.deepEqual(handled, [1, 2]);
    await inbox.stop();
  }));

Deno.test("no message leaves a process that is out, and each has its part of what all may send", async () => {
  let isAlive = true;
  let living = 1;
  let nowMs = 0;
  const stopping = new AbortController();
  const sent: number[] = [];
  const pace = createSendPace({
    perSecond: () => 4 / living,
    maySend: () => isAlive,
    elapsedMs: () => nowMs,
    sleep: (ms) => Promise.resolve(void (nowMs += ms)),
    stopping: stopping.signal,
  });
  const send = (chat_id: number) =>
    pace.at("visitor")(
      () => Promise.resolve({ ok: true, result: sent.push(nowMs) } as never),
      "sendMessage",
      { chat_id } as never,
    );
  for (let chat = 1; chat <= 4; chat++) await send(chat);
  assert.deepEqual(sent, [0, 0, 0, 0]);
  nowMs = 10_000;
  living = 2;
  for (let chat = 11; chat <= 14; chat++) await send(chat);
  assert.ok((sent.at(-1) ?? 0) >= 11_000, String(sent));
  isAlive = false;
  const answer = await send(21);
  assert.equal(answer.ok, false);
  assert.equal(sent.length, 8);
});

function anUpdate(update_id: number): Update {
  const user = { id: 1, is_bot: false, first_name: "Galliard" };
  const chat = { id: 1, type: "private" as const, first_name: "Galliard" };
  return {
    update_id,
    message: { message_id: update_id, date: 0, chat, from: user, text: String(update_id) },
  };
}

async function turn(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
}
