// The managers' chat: cards and follow-ups shown at Telegram's pace, also after the group has moved.

import assert from "node:assert/strict";
import { type AdminChat, createAdminChat, MESSAGES_PER_MINUTE } from "../../lib/managers/chat.ts";
import { TOPIC_RETRY_MS } from "../../lib/managers/topic.ts";
import { card } from "../../lib/managers/cards.ts";
import {
  type Fault,
  type Group,
  startTelegramServer,
  type TelegramServer,
  type Visitor,
} from "../../lib/simulator/telegram/server.ts";
import { createApi } from "../../lib/telegram/client.ts";
import { type Formatted } from "../../lib/visitors/texts.ts";
import { aLead, aVisitor, NOON_MS } from "../helpers/a_lead.ts";
import { aLog, type LogOfTest } from "../helpers/a_log.ts";

const TOKEN = "987654321:AAF0test-token-that-must-never-be-seen00";

interface Room extends LogOfTest {
  readonly telegram: TelegramServer;
  readonly group: Group;
  readonly visitor: Visitor;
  readonly adminChat: AdminChat;
  /** How long it slept, by the clock that both sides share. */
  readonly waits: number[];
  readonly migratedTo: number[];
  readonly topicId: number | null;
  /** Whether the topic was away, each time that changed. */
  readonly topicAway: boolean[];
  readonly stopping: AbortController;
  /** Lets the shared clock go on. */
  pass(ms: number): void;
  /** What the group shows. */
  shown(): (string | undefined)[];
}

interface Options {
  readonly type?: "group" | "supergroup";
  readonly topic?: boolean;
  readonly alert?: boolean;
  /** Happens while the chat waits. */
  readonly sleep?: (room: Room) => void;
}

/** The managers' chat in a simulated Telegram that keeps its limits, on a clock that both share. */
async function withAdminChat(
  run: (room: Room) => Promise<void>,
  options: Options = {},
): Promise<void> {
  let nowMs = NOON_MS;
  await using telegram = await startTelegramServer({ token: TOKEN, now: () => nowMs });
  const group = telegram.group({
    title: "Менеджеры",
    ...(options.topic ? { is_forum: true } : { type: options.type ?? "supergroup" }),
  });
  const second = telegram.group({ title: "Запасной", type: "supergroup" });
  const visitor = telegram.user({ first_name: "Galliard", username: "betterrman" });
  visitor.start("agency");
  const lines = aLog();
  const waits: number[] = [];
  const migratedTo: number[] = [];
  const stopping = new AbortController();
  const topicId = options.topic ? group.openTopic("Лиды") : null;
  const topicAway: boolean[] = [];
  const adminChat = createAdminChat({
    api: createApi({ token: TOKEN, apiRoot: telegram.url }),
    chatId: group.id,
    topicId,
    onTopic: (isAway) => topicAway.push(isAway),
    alertChatId: options.alert ? second.id : null,
    onMigrate: (chatId) => migratedTo.push(chatId),
    now: () => nowMs,
    sleep(ms) {
      waits.push(ms);
      nowMs += ms;
      options.sleep?.(room);
      return Promise.resolve();
    },
    stopping: stopping.signal,
    log: lines.log,
  });
  const room: Room = {
    ...lines,
    telegram,
    group,
    visitor,
    adminChat,
    waits,
    migratedTo,
    topicId,
    topicAway,
    stopping,
    pass: (ms) => nowMs += ms,
    shown: () =>
      group.chat.messages.filter(({ from }) => from.is_bot).map(({ text, caption }) =>
        text ?? caption
      ),
  };
  await run(room);
  assert.ok(!lines.lines.join("\n").includes("AAF0"));
}

function plain(text: string): Formatted {
  return { text, entities: [] };
}

function refusal(error_code: number, description: string, parameters = {}): Fault {
  return { kind: "error", error_code, description, parameters };
}

Deno.test("two messages that wait for the last of a minute's do not both take it", () =>
  withAdminChat(async ({ telegram, adminChat, group, waits }) => {
    for (let nth = 1; nth < MESSAGES_PER_MINUTE; nth++) await adminChat.show(plain(`${nth}`));
    const reply = { kind: "text", message: plain("Не доставлено") } as const;
    await Promise.all([
      adminChat.show(plain("Карточка")),
      adminChat.showPart(reply, { chatId: 0, messageIds: [] }, null),
    ]);
    assert.equal(group.chat.messages.length, MESSAGES_PER_MINUTE + 1);
    assert.ok(telegram.calls.every(({ outcome }) => outcome.kind === "ok"));
    assert.equal(waits.length, 1);
  }));

// — Cards —

Deno.test("show puts a card into the chat to the letter, with its formatting", () =>
  withAdminChat(async ({ adminChat, group, visitor }) => {
    const visitorWithoutName = aVisitor({ userId: visitor.id, username: null });
    const shown = card(aLead({ visitor: visitorWithoutName }), "crm_failed");
    const outcome = await adminChat.show(shown);
    const message = await group.chat.nextMessage();
    assert.ok(outcome.kind === "shown");
    assert.deepEqual(outcome.message, { chatId: group.id, messageId: message.message_id });
    assert.equal(message.text, shown.text);
    assert.deepEqual(message.entities?.map(({ type }) => type), ["bold", "bold", "text_mention"]);
  }));

Deno.test("show puts buttons under a card where given", () =>
  withAdminChat(async ({ adminChat, group }) => {
    const keyboard = { inline_keyboard: [[{ text: "Внёс", callback_data: "done:1" }]] };
    await adminChat.show(plain("Карточка"), keyboard);
    const message = await group.chat.nextMessage();
    assert.deepEqual(message.reply_markup, keyboard);
  }));

Deno.test("show puts a card into the topic of a forum", () =>
  withAdminChat(async ({ adminChat, group, visitor }) => {
    await adminChat.show(plain("Карточка"));
    const text = { kind: "text", message: plain("Дополнение") } as const;
    await adminChat.showPart(text, { chatId: visitor.id, messageIds: [] }, null);
    const { message_id } = visitor.sendPhoto();
    const copy = { kind: "copy", caption: null } as const;
    await adminChat.showPart(copy, { chatId: visitor.id, messageIds: [message_id] }, null);
    const topics = group.chat.messages.filter(({ from }) => from.is_bot).map((message) =>
      message.message_thread_id
    );
    assert.equal(topics.length, 3);
    assert.ok(topics.every((topic) => topic !== undefined && topic === topics[0]));
  }, { topic: true }));

const FAILURES: readonly [what: string, fault: Fault, reason: RegExp, kind?: "refused"][] = [
  [
    "the chat is not found",
    refusal(400, "Bad Request: chat not found"),
    /^400: Bad Request: chat not found$/,
    "refused",
  ],
  [
    "the bot was kicked",
    refusal(403, "Forbidden: bot was kicked from the supergroup chat"),
    /^403: Forbidden: bot was kicked/,
    "refused",
  ],
  ["the token is refused", refusal(401, "Unauthorized"), /^401: Unauthorized$/],
  ["Telegram has a fault", refusal(500, "Internal Server Error"), /^500: Internal Server Error$/],
  ["a gateway answers", { kind: "html", status: 502 }, /^нет связи с Telegram \(.+\)$/],
  ["the connection breaks", { kind: "reset_before" }, /^нет связи с Telegram \(.+\)$/],
];

for (const [what, fault, reason, kind = "failed"] of FAILURES) {
  Deno.test(`show says "${kind}" when ${what}, and why`, () =>
    withAdminChat(async ({ adminChat, telegram, shown }) => {
      telegram.fault({ fault });
      const outcome = await adminChat.show(plain("Карточка"));
      assert.ok(outcome.kind === kind);
      assert.match(outcome.reason, reason);
      assert.deepEqual(shown(), []);
    }));
}

// — Pace —

Deno.test("20 messages a minute go into the group, and the 21st when Telegram allows it", () =>
  withAdminChat(async ({ adminChat, telegram, waits, pass, shown }) => {
    for (let nth = 1; nth <= MESSAGES_PER_MINUTE; nth++) {
      await adminChat.show(plain(`Карточка ${nth}`));
      pass(1_000);
    }
    assert.deepEqual(waits, []);
    await adminChat.show(plain("Карточка 21"));
    assert.deepEqual(waits, [40_000]);
    assert.equal(shown().length, 21);
    const refused = telegram.calls.filter(({ outcome }) => outcome.kind === "error");
    assert.deepEqual(refused, []);
  }));

Deno.test("an album counts as many messages as it has parts", () =>
  withAdminChat(async ({ adminChat, visitor, waits, telegram }) => {
    const album = visitor.sendAlbum(Array.from({ length: 10 }, () => ({ kind: "photo" as const })));
    const from = { chatId: visitor.id, messageIds: album.map(({ message_id }) => message_id) };
    const show = () => adminChat.showPart({ kind: "copy", caption: null }, from, null);
    await show();
    await show();
    assert.deepEqual(waits, []);
    assert.equal((await show()).kind, "shown");
    assert.deepEqual(waits, [60_000]);
    assert.ok(telegram.calls.every(({ outcome }) => outcome.kind === "ok"));
  }));

Deno.test("a message that was refused does not count", () =>
  withAdminChat(async ({ adminChat, telegram, waits, pass }) => {
    telegram.fault({ times: 1, fault: refusal(400, "Bad Request: chat not found") });
    for (let nth = 0; nth <= 20; nth++) {
      await adminChat.show(plain(`Карточка ${nth}`));
      pass(1_000);
    }
    assert.deepEqual(waits, []);
    await adminChat.ready();
    assert.deepEqual(waits, [40_000]);
  }));

Deno.test("show waits as long as Telegram says after a 429, and then shows", () =>
  withAdminChat(async ({ adminChat, telegram, waits, shown }) => {
    const fault = refusal(429, "Too Many Requests: retry after 17", { retry_after: 17 });
    telegram.fault({ times: 2, fault });
    assert.equal((await adminChat.show(plain("Карточка"))).kind, "shown");
    assert.deepEqual(waits, [17_000, 17_000]);
    assert.deepEqual(shown(), ["Карточка"]);
  }));

Deno.test("a message that Telegram took without an answer counts towards the minute's 20, one that it never got does not", () =>
  withAdminChat(async ({ telegram, group, adminChat, waits, shown }) => {
    const send = (text: string) => adminChat.show({ text, entities: [] });
    telegram.fault({ method: "sendMessage", times: 1, fault: { kind: "reset_after" } });
    assert.equal((await send("unheard")).kind, "failed");
    await telegram.down();
    assert.equal((await send("unreached")).kind, "failed");
    await telegram.up();
    for (let nth = 1; nth < MESSAGES_PER_MINUTE; nth++) await send(`${nth}`);
    assert.deepEqual(waits, []);
    await send("the 21st");
    assert.notDeepEqual(waits, []);
    assert.equal(shown().length, MESSAGES_PER_MINUTE + 1);
    assert.ok(telegram.calls.every(({ outcome }) => !("error_code" in outcome)), String(group.id));
  }));

Deno.test("show fails at a 429 of more than a minute, says for how long, and asks no second time", () =>
  withAdminChat(async ({ adminChat, telegram, waits, shown }) => {
    for (const [retry_after, retryAfterMs] of [[61, 61_000], [86_400, 300_000]]) {
      const fault = refusal(429, `Too Many Requests: retry after ${retry_after}`, { retry_after });
      const mend = telegram.fault({ fault });
      const calls = telegram.calls.length;
      const outcome = await adminChat.show(plain("Карточка"));
      assert.ok(outcome.kind === "failed");
      assert.equal(outcome.retryAfterMs, retryAfterMs);
      assert.match(
        outcome.reason,
        RegExp(`просит ждать ${retry_after} с, ждём ${Number(retryAfterMs) / 1000} с`),
      );
      assert.equal(telegram.calls.length, calls + 1);
      mend();
    }
    assert.deepEqual([waits, shown()], [[], []]);
  }));

Deno.test("show fails where short waits come to more than a minute", () =>
  withAdminChat(async ({ adminChat, telegram, waits }) => {
    for (const [retry_after, times] of [[25, 2], ["abc", 60], [0, 60], [-3, 60]] as const) {
      const mend = telegram.fault({
        fault: refusal(429, "Too Many Requests", { retry_after }),
      });
      waits.length = 0;
      assert.equal((await adminChat.show(plain("Карточка"))).kind, "failed");
      assert.equal(waits.length, times, String(retry_after));
      mend();
    }
  }));

Deno.test('show says "stopped" when the process stops before Telegram\'s pace allows the message', () =>
  withAdminChat(async ({ adminChat, shown }) => {
    for (let nth = 1; nth <= MESSAGES_PER_MINUTE; nth++) await adminChat.show(plain("Карточка"));
    assert.deepEqual(await adminChat.show(plain("Карточка 21")), { kind: "stopped" });
    assert.equal(shown().length, 20);
  }, { sleep: ({ stopping }) => stopping.abort() }));

Deno.test('show says "stopped" when the process stops while Telegram wants to wait', () =>
  withAdminChat(async ({ adminChat, telegram, shown }) => {
    telegram.fault({ fault: refusal(429, "Too Many Requests", { retry_after: 17 }) });
    assert.deepEqual(await adminChat.show(plain("Карточка")), { kind: "stopped" });
    assert.deepEqual(shown(), []);
  }, { sleep: ({ stopping }) => stopping.abort() }));

// — A group that moves —

Deno.test("a group that became a supergroup is followed, reported and logged", () =>
  withAdminChat(async ({ adminChat, group, migratedTo, lines }) => {
    const supergroup = group.migrate();
    const outcome = await adminChat.show(plain("Карточка"));
    const { message_id } = await supergroup.chat.nextMessage();
    assert.ok(outcome.kind === "shown");
    assert.deepEqual(outcome.message, { chatId: supergroup.id, messageId: message_id });
    assert.deepEqual(migratedTo, [supergroup.id]);
    assert.equal(adminChat.chatId(), supergroup.id);
    assert.deepEqual(lines, [
      `🔀 Чат менеджеров переехал: ${group.id} → ${supergroup.id}. Запомнено`,
    ]);
    await adminChat.show(plain("Следующая"));
    assert.equal(migratedTo.length, 1);
  }, { type: "group" }));

const MIGRATED = "Bad Request: group chat was upgraded to a supergroup chat";

for (
  const [what, next] of [
    ["a new id each time", (nth: number) => -1_000_000 - nth],
    ["two ids by turns", (nth: number) => -1_000_000 - nth % 2],
    ["0", () => 0],
    ["a text", () => "x"],
    ["a person", () => 5],
    ["2^60", () => -(2 ** 60)],
  ] as const
) {
  Deno.test(`a group that moves to ${what} fails the card after two calls, and is asked where it was`, () => {
    let calls = 0;
    return withAdminChat(async ({ adminChat, group, telegram, migratedTo, waits }) => {
      for (let nth = 1; nth < 9; nth++) {
        const parameters = { migrate_to_chat_id: next(nth) };
        const fault: Fault = JSON.parse(JSON.stringify(refusal(400, MIGRATED, parameters)));
        telegram.fault({ times: 1, fault });
      }
      telegram.onCall(() => void calls++);
      assert.equal((await adminChat.show(plain("Карточка"))).kind, "refused");
      assert.ok(calls <= 2, String(calls));
      assert.deepEqual([migratedTo, waits, adminChat.chatId()], [[], [], group.id]);
    }, { type: "group" });
  });
}

Deno.test("a group that moves to itself fails the card", () =>
  withAdminChat(async ({ adminChat, group, telegram }) => {
    const fault = refusal(400, MIGRATED, { migrate_to_chat_id: group.id });
    telegram.fault({ fault });
    assert.equal((await adminChat.show(plain("Карточка"))).kind, "refused");
    assert.equal(telegram.calls.length, 1);
  }, { type: "group" }));

Deno.test("a move that an edit meets first fails no concurrent card", () =>
  withAdminChat(async ({ adminChat, group, migratedTo }) => {
    const first = await adminChat.show(plain("Карточка 1"));
    assert.ok(first.kind === "shown");
    const supergroup = group.migrate();
    const [edited, second] = await Promise.all([
      adminChat.edit(first.message, plain("Внесена"), NO_BUTTONS),
      adminChat.show(plain("Карточка 2")),
    ]);
    assert.equal(edited.kind, "shown");
    assert.ok(second.kind === "shown");
    assert.equal(second.message.chatId, supergroup.id);
    assert.deepEqual(migratedTo, [supergroup.id]);
  }, { type: "group" }));

Deno.test("a follow-up is no reply to a card that stayed in the group before it moved", () =>
  withAdminChat(async ({ adminChat, group, visitor }) => {
    const shown = await adminChat.show(plain("Карточка"));
    assert.ok(shown.kind === "shown");
    const supergroup = group.migrate();
    const from = { chatId: visitor.id, messageIds: [] };
    const part = { kind: "text", message: plain("Дополнение") } as const;
    assert.equal((await adminChat.showPart(part, from, shown.message)).kind, "shown");
    const again = await adminChat.showPart(part, from, shown.message);
    assert.equal(again.kind, "shown");
    const messages = [await supergroup.chat.nextMessage(), await supergroup.chat.nextMessage()];
    assert.ok(messages.every((message) => message.reply_to_message === undefined));
  }, { type: "group" }));

// — Follow-ups —

Deno.test("showPart shows words as a reply to the card", () =>
  withAdminChat(async ({ adminChat, group, visitor }) => {
    const shown = await adminChat.show(plain("Карточка"));
    assert.ok(shown.kind === "shown");
    const message = {
      text: "Сайт наш",
      entities: [{ type: "bold" as const, offset: 0, length: 4 }],
    };
    await adminChat.showPart(
      { kind: "text", message },
      { chatId: visitor.id, messageIds: [] },
      shown.message,
    );
    const followUp = await group.chat.nextMessage(({ text }) => text === "Сайт наш");
    assert.equal(followUp.reply_to_message?.message_id, shown.message.messageId);
    assert.deepEqual(followUp.entities, [{ type: "bold", offset: 0, length: 4 }]);
  }));

Deno.test("showPart shows words without a reply when there is no card, or the card is gone", () =>
  withAdminChat(async ({ adminChat, group, visitor }) => {
    const part = { kind: "text", message: plain("Дополнение") } as const;
    const from = { chatId: visitor.id, messageIds: [] };
    const gone = { chatId: group.id, messageId: 404 };
    for (const cardMessage of [null, gone]) {
      assert.equal((await adminChat.showPart(part, from, cardMessage)).kind, "shown");
      assert.equal((await group.chat.nextMessage()).reply_to_message, undefined);
    }
  }));

Deno.test("showPart copies a photo under the caption given, as a reply to the card", () =>
  withAdminChat(async ({ adminChat, group, visitor }) => {
    const shown = await adminChat.show(plain("Карточка"));
    assert.ok(shown.kind === "shown");
    const { message_id } = visitor.sendPhoto("наш офис");
    await adminChat.showPart(
      { kind: "copy", caption: plain("От @betterrman: наш офис") },
      { chatId: visitor.id, messageIds: [message_id] },
      shown.message,
    );
    const copy = await group.chat.nextMessage(({ photo }) => photo !== undefined);
    assert.equal(copy.caption, "От @betterrman: наш офис");
    assert.equal(copy.reply_to_message?.message_id, shown.message.messageId);
  }));

Deno.test("showPart copies a photo with its own caption where none is given", () =>
  withAdminChat(async ({ adminChat, group, visitor }) => {
    const { message_id } = visitor.sendPhoto("наш офис");
    const from = { chatId: visitor.id, messageIds: [message_id] };
    await adminChat.showPart({ kind: "copy", caption: null }, from, null);
    assert.equal((await group.chat.nextMessage()).caption, "наш офис");
  }));

Deno.test("showPart copies an album whole, as one", () =>
  withAdminChat(async ({ adminChat, group, visitor }) => {
    const album = visitor.sendAlbum([{ kind: "photo" }, { kind: "photo", caption: "офис" }]);
    const from = { chatId: visitor.id, messageIds: album.map(({ message_id }) => message_id) };
    await adminChat.showPart({ kind: "copy", caption: null }, from, null);
    const copies = [await group.chat.nextMessage(), await group.chat.nextMessage()];
    assert.deepEqual(copies.map(({ caption }) => caption), [undefined, "офис"]);
    assert.ok(copies[0]?.media_group_id);
    assert.equal(copies[0]?.media_group_id, copies[1]?.media_group_id);
  }));

Deno.test("showPart tells how many messages of an album could not be copied", () =>
  withAdminChat(async ({ adminChat, visitor, shown }) => {
    const album = visitor.sendAlbum([{ kind: "photo", caption: "офис" }, { kind: "photo" }]);
    const messageIds = [...album.map(({ message_id }) => message_id), 404];
    const from = { chatId: visitor.id, messageIds };
    const outcome = await adminChat.showPart({ kind: "copy", caption: null }, from, null);
    assert.ok(outcome.kind === "shown");
    assert.equal(outcome.missing, 1);
    assert.equal(shown().length, 2);
  }));

Deno.test('showPart says "refused" when the visitor\'s message is gone or protected', () =>
  withAdminChat(async ({ adminChat, visitor }) => {
    const secret = visitor.sendPhoto("", { has_protected_content: true });
    for (const messageIds of [[404], [404, 405], [secret.message_id]]) {
      const from = { chatId: visitor.id, messageIds };
      const outcome = await adminChat.showPart({ kind: "copy", caption: null }, from, null);
      assert.equal(outcome.kind, "refused", String(messageIds));
    }
  }));

Deno.test('showPart says "refused" also when it is the chat that fails', () =>
  withAdminChat(async ({ adminChat, visitor, group }) => {
    const { message_id } = visitor.sendPhoto();
    group.kickBot();
    const from = { chatId: visitor.id, messageIds: [message_id] };
    const outcome = await adminChat.showPart({ kind: "copy", caption: null }, from, null);
    assert.deepEqual(outcome, {
      kind: "refused",
      reason: "403: Forbidden: bot was kicked from the supergroup chat",
    });
  }));

Deno.test("showPart shows words without their formatting where Telegram refuses that", () =>
  withAdminChat(async ({ adminChat, visitor, group }) => {
    const crossing = [{ type: "bold", offset: 0, length: 3 }, {
      type: "italic",
      offset: 2,
      length: 4,
    }] as const;
    const message = { text: "Сайт наш", entities: [...crossing] };
    const from = { chatId: visitor.id, messageIds: [visitor.sendPhoto().message_id] };
    const text = await adminChat.showPart({ kind: "text", message }, from, null);
    const copy = await adminChat.showPart({ kind: "copy", caption: message }, from, null);
    assert.deepEqual([text.kind, copy.kind], ["shown", "shown"]);
    assert.equal((await group.chat.nextMessage()).text, "Сайт наш");
    assert.equal((await group.chat.nextMessage()).caption, "Сайт наш");
  }));

Deno.test("showPart says whose a message is where it cannot be a reply", () =>
  withAdminChat(async ({ adminChat, visitor, group, shown }) => {
    const first = await adminChat.show(plain("Дополнение"));
    assert.ok(first.kind === "shown");
    const part = {
      kind: "text",
      message: plain("Новое"),
      alone: plain("@betterrman: новое"),
    } as const;
    const from = { chatId: visitor.id, messageIds: [] };
    await adminChat.showPart(part, from, first.message);
    await adminChat.showPart(part, from, null);
    await adminChat.showPart(part, from, { chatId: group.id - 1, messageId: 1 });
    assert.deepEqual(shown().slice(1), ["Новое", "@betterrman: новое", "@betterrman: новое"]);
  }));

// — A topic that refuses messages —

for (
  const [how, close, reason] of [
    ["closed", "closeTopic", "TOPIC_CLOSED"],
    ["deleted", "deleteTopic", "message thread not found"],
  ] as const
) {
  Deno.test(`a topic that was ${how} is avoided, reported once, and tried again later`, () =>
    withAdminChat(async (room) => {
      const { adminChat, group, visitor, lines, topicAway, pass, telegram } = room;
      const card = await adminChat.show(plain("Карточка 1"));
      assert.ok(card.kind === "shown");
      group[close](Number(room.topicId));
      assert.equal((await adminChat.show(plain("Карточка 2"))).kind, "shown");
      const from = { chatId: visitor.id, messageIds: [visitor.sendPhoto().message_id] };
      const copy = { kind: "copy", caption: null } as const;
      assert.equal((await adminChat.showPart(copy, from, card.message)).kind, "shown");
      const refused = () => telegram.calls.filter(({ outcome }) => outcome.kind === "error").length;
      assert.equal(refused(), 1);
      assert.deepEqual(topicAway, [true]);
      assert.deepEqual(lines, [
        `⚠️ Тема ${room.topicId} в чате менеджеров не принимает сообщения: 400: Bad Request: ${reason}. ` +
        "Пишем в группу без темы",
      ]);
      pass(TOPIC_RETRY_MS);
      await adminChat.show(plain("Карточка 3"));
      await adminChat.show(plain("Карточка 4"));
      assert.equal(refused(), 2);
      const topics = group.chat.messages.filter(({ from }) => from.is_bot)
        .map(({ message_thread_id }) => message_thread_id);
      assert.deepEqual(topics, [room.topicId, undefined, undefined, undefined, undefined]);
    }, { topic: true }));
}

Deno.test("a topic that takes messages again gets them, replies included", () =>
  withAdminChat(async ({ adminChat, group, visitor, lines, topicId, topicAway, pass }) => {
    const card = await adminChat.show(plain("Карточка 1"));
    assert.ok(card.kind === "shown");
    group.closeTopic(Number(topicId));
    await adminChat.show(plain("Карточка 2"));
    group.reopenTopic(Number(topicId));
    pass(TOPIC_RETRY_MS);
    const from = { chatId: visitor.id, messageIds: [] };
    await adminChat.showPart({ kind: "text", message: plain("Дополнение") }, from, card.message);
    const last = group.chat.messages.at(-1);
    assert.equal(last?.message_thread_id, topicId);
    assert.equal(last?.reply_to_message?.message_id, card.message.messageId);
    assert.deepEqual(topicAway, [true, false]);
    assert.equal(lines.at(-1), `✅ Тема ${topicId} в чате менеджеров снова принимает сообщения`);
  }, { topic: true }));

Deno.test("a topic is not avoided for a message that the group refuses too", () =>
  withAdminChat(async ({ adminChat, telegram, visitor, topicAway, topicId, group }) => {
    telegram.fault({ method: "copyMessage", fault: refusal(400, "Bad Request: no rights") });
    const from = { chatId: visitor.id, messageIds: [visitor.sendVoice().message_id] };
    const outcome = await adminChat.showPart({ kind: "copy", caption: null }, from, null);
    assert.equal(outcome.kind, "refused");
    await adminChat.show(plain("Карточка"));
    assert.equal((await group.chat.nextMessage()).message_thread_id, topicId);
    assert.deepEqual(topicAway, []);
  }, { topic: true }));

// — Edits and alerts —

const NO_BUTTONS = { inline_keyboard: [] };

Deno.test("edit changes a card's text", () =>
  withAdminChat(async ({ adminChat, shown }) => {
    const first = await adminChat.show(plain("Карточка"));
    assert.ok(first.kind === "shown");
    const outcome = await adminChat.edit(first.message, plain("Внесена"), NO_BUTTONS);
    assert.equal(outcome.kind, "shown");
    assert.deepEqual(shown(), ["Внесена"]);
  }));

Deno.test("edit returns the card's address", () =>
  withAdminChat(async ({ adminChat }) => {
    const first = await adminChat.show(plain("Карточка"));
    assert.ok(first.kind === "shown");
    const outcome = await adminChat.edit(first.message, plain("Внесена"), NO_BUTTONS);
    assert.ok(outcome.kind === "shown");
    assert.deepEqual(outcome.message, first.message);
  }));

// Telegram refuses every edit in the old group: endless retries would block all other cards.
Deno.test("edit of a card that stayed in the group before it moved comes to an end", () =>
  withAdminChat(async ({ adminChat, group, telegram, stopping }) => {
    const first = await adminChat.show(plain("Карточка"));
    assert.ok(first.kind === "shown");
    group.migrate();
    let edits = 0;
    telegram.onCall(() => ++edits === 5 && stopping.abort());
    const outcome = await adminChat.edit(first.message, plain("Внесена"), NO_BUTTONS);
    assert.notEqual(outcome.kind, "stopped", `tried ${edits} times`);
  }, { type: "group" }));

Deno.test("edit counts as shown when the card is unchanged or gone", () =>
  withAdminChat(async ({ adminChat, group }) => {
    const first = await adminChat.show(plain("Карточка"));
    assert.ok(first.kind === "shown");
    assert.equal(
      (await adminChat.edit(first.message, plain("Карточка"), NO_BUTTONS)).kind,
      "shown",
    );
    const gone = { chatId: group.id, messageId: 404 };
    assert.equal((await adminChat.edit(gone, plain("Внесена"), NO_BUTTONS)).kind, "shown");
  }));

Deno.test("edit drops formatting that Telegram refuses, and leaves an unchanged card as it is", () =>
  withAdminChat(async ({ adminChat, group, shown }) => {
    const first = await adminChat.show(plain("Карточка"));
    assert.ok(first.kind === "shown");
    const beyond = { text: "Внесена", entities: [{ type: "bold" as const, offset: 5, length: 9 }] };
    assert.equal((await adminChat.edit(first.message, beyond, NO_BUTTONS)).kind, "shown");
    assert.deepEqual(shown(), ["Внесена"]);
    const bold = { text: "Внесена", entities: [{ type: "bold" as const, offset: 0, length: 7 }] };
    for (let times = 0; times < 2; times++) {
      assert.equal((await adminChat.edit(first.message, bold, NO_BUTTONS)).kind, "shown");
    }
    assert.equal(group.chat.messages.at(-1)?.entities?.length, 1);
  }));

Deno.test("edit does not count against Telegram's pace, and fails as show does", () =>
  withAdminChat(async ({ adminChat, telegram, waits, pass }) => {
    const first = await adminChat.show(plain("Карточка"));
    assert.ok(first.kind === "shown");
    for (let nth = 2; nth <= 20; nth++) {
      pass(1_000);
      await adminChat.show(plain(`Карточка ${nth}`));
    }
    await adminChat.edit(first.message, plain("Внесена"), NO_BUTTONS);
    assert.deepEqual(waits, []);
    await adminChat.ready();
    assert.deepEqual(waits, [41_000]);
    telegram.fault({ fault: { kind: "html", status: 502 } });
    const outcome = await adminChat.edit(first.message, plain("Иначе"), NO_BUTTONS);
    assert.equal(outcome.kind, "failed");
  }));

Deno.test("alert shows a text in the alert chat, and returns whether it did", () =>
  withAdminChat(async ({ adminChat, telegram, lines }) => {
    assert.equal(await adminChat.alert(plain("Лид не доставлен")), true);
    telegram.fault({ fault: refusal(403, "Forbidden: bot was kicked") });
    assert.equal(await adminChat.alert(plain("Лид не доставлен")), false);
    assert.deepEqual(lines, ["❌ Запасной чат тоже не отвечает: 403: Forbidden: bot was kicked"]);
  }, { alert: true }));

Deno.test("alert returns false without an alert chat", () =>
  withAdminChat(async ({ adminChat, telegram }) => {
    assert.equal(await adminChat.alert(plain("Лид не доставлен")), false);
    assert.deepEqual(telegram.calls, []);
  }));
