// The managers' chat that processes write into by turns: only the holder sends, and goes on from what the one before found out.

import assert from "node:assert/strict";
import type { Api } from "grammy";
import { createAdminChat, type KnownOfChat } from "../../lib/managers/chat.ts";
import { createSharedPace } from "../../lib/managers/shared_pace.ts";
import { createOwnChatAlarm, FAILING_PATIENCE_MS } from "../../lib/managers/own_chat_alarm.ts";
import { createSeatPace, createTenure } from "../../lib/journal/postgres/crew/seat_pace.ts";
import { aLog } from "../helpers/a_log.ts";
import { withSqlite } from "../helpers/a_journal.ts";

const MESSAGE = { text: "Карточка", entities: [] };

/** A chat with a topic whose seat the test moves. */
function aChat(known: () => KnownOfChat = () => ({ chatId: -1, topicAway: false })) {
  let name: string | undefined = "one";
  let reserving: () => void = () => {};
  const sent: { readonly to: number; readonly topic: number | undefined }[] = [];
  const topicAway: boolean[] = [];
  const api = {
    sendMessage(to: number, _text: string, { message_thread_id: topic }: {
      message_thread_id?: number;
    }) {
      sent.push({ to, topic });
      return Promise.resolve({ message_id: sent.length });
    },
    editMessageText: () => Promise.resolve(true),
  } as unknown as Api;
  const chat = createAdminChat({
    api,
    chatId: -1,
    topicId: 7,
    alertChatId: null,
    name: () => name,
    known: () => Promise.resolve(known()),
    onTopic: (isAway) => topicAway.push(isAway),
    pace: {
      ready: () => Promise.resolve(),
      reserve() {
        reserving();
        return Promise.resolve({ sent() {} });
      },
      sent() {},
    },
    onMigrate() {},
    now: () => 0,
    sleep: () => Promise.resolve(),
    stopping: new AbortController().signal,
    log: aLog().log,
  });
  return {
    chat,
    sent,
    topicAway,
    rename: (to: string | undefined) => void (name = to),
    whileReserving: (does: () => void) => void (reserving = does),
  };
}

Deno.test("a message for which the process waited under another name is not sent", async () => {
  const { chat, sent, rename, whileReserving } = aChat();
  whileReserving(() => rename("two"));
  assert.deepEqual(await chat.show(MESSAGE), { kind: "stopped" });
  whileReserving(() => rename(undefined));
  assert.deepEqual(await chat.show(MESSAGE), { kind: "stopped" });
  assert.deepEqual(sent, []);
});

Deno.test("who begins to write into a chat knows where it is, and whether its topic was refused, without a word of it", async () => {
  const known = { chatId: -1, topicAway: false };
  const { chat, sent, topicAway, rename } = aChat(() => known);
  await chat.show(MESSAGE);
  Object.assign(known, { chatId: -100, topicAway: true });
  await chat.show(MESSAGE);
  rename(undefined);
  rename("two");
  await chat.show(MESSAGE);
  assert.deepEqual(sent.map(({ to }) => to), [-1, -1, -100]);
  assert.equal(chat.chatId(), -100);
  assert.deepEqual(topicAway, [false]); // The topic takes messages again.
});

Deno.test("a limit that the crew keeps is waited for while the seat is held, and edits wait for none", async () => {
  let holds = true;
  let isAlive = true;
  let nowMs = 0;
  let faults = 2;
  const kept: number[] = [];
  const tenure = createTenure([null, 30_000], 0);
  const options = {
    sleep: (ms: number) => Promise.resolve(void (nowMs += ms)),
    stopping: new AbortController().signal,
  };
  const seat = createSeatPace({
    ...options,
    most: 3,
    withinMs: 60_000,
    elapsedMs: () => nowMs,
    tenure: () => holds ? tenure : undefined,
    keep(ages) {
      if (faults-- > 0) return Promise.reject(new Error("gone"));
      kept.push(ages.length);
      return Promise.resolve(true);
    },
  });
  const pace = createSharedPace(seat, { ...options, isAlive: () => isAlive, holds: () => holds });
  (await pace.reserve(1))?.sent(1);
  assert.deepEqual(kept, [3]);
  pace.sent(1); // A command's reply: the fourth in this minute.
  await pace.ready(1);
  assert.ok(nowMs >= 60_000, `${nowMs}`);
  holds = false;
  assert.equal(await pace.reserve(1), undefined);
  assert.ok(await pace.reserve(0) !== undefined);
  isAlive = false;
  assert.equal(await pace.reserve(0), undefined);
});

Deno.test("a failing chat is told of by the process that writes there alone", () =>
  withSqlite(async (journal) => {
    let nowMs = 0;
    const alarmOf = (isHere: boolean, isFailing: boolean) =>
      createOwnChatAlarm({
        chats: () => [{ key: "-2", profileNames: ["A"], isFailing, isHere }],
        journal,
        wake() {},
        now: () => nowMs,
        elapsedMs: () => nowMs,
        sleep: () => Promise.resolve(),
        stopping: new AbortController().signal,
        log: aLog().log,
      });
    const notes = () => journal.countDueWork("admin_chat", "note", nowMs, 9);
    const [here, elsewhere, other] = [
      alarmOf(true, true),
      alarmOf(false, true),
      alarmOf(false, false),
    ];
    for (const each of [here, elsewhere, other]) await each.look();
    nowMs = FAILING_PATIENCE_MS;
    await elsewhere.look();
    assert.equal(await notes(), 0);
    await here.look();
    await other.look(); // To it the chat is fine, and it does not say so.
    assert.equal(await notes(), 1);
  }));
