// The simulated Telegram is as strict as the real one where the bot relies on it.

import assert from "node:assert/strict";
import { startTelegramServer, type TelegramServer } from "../../lib/simulator/telegram/server.ts";
import { isObject } from "../../lib/simulator/telegram/params.ts";

const TOKEN = "7012345678:AAFakeTokenForTestsOnly";
const HOUR_MS = 3_600_000;

function stoppedClock() {
  let atMs = Date.UTC(2026, 0, 15, 12);
  return { now: () => atMs, move: (byMs: number) => atMs += byMs };
}

function start(options: Partial<Parameters<typeof startTelegramServer>[0]> = {}) {
  return startTelegramServer({ token: TOKEN, ...options });
}

interface Answer {
  status: number;
  ok: unknown;
  result: unknown;
  description: unknown;
  parameters: unknown;
}

async function ask(
  tg: TelegramServer,
  method: string,
  params: unknown = {},
  signal: AbortSignal | null = null,
): Promise<Answer> {
  const url = `${tg.url}/bot${TOKEN}/${method}`;
  return await readAnswer(
    await fetch(url, { method: "POST", body: JSON.stringify(params), signal }),
  );
}

async function readAnswer(response: Response): Promise<Answer> {
  const body: unknown = await response.json();
  assert.ok(isObject(body));
  return {
    status: response.status,
    ok: body["ok"],
    result: body["result"],
    description: body["description"],
    parameters: body["parameters"],
  };
}

async function refused(
  tg: TelegramServer,
  method: string,
  params: unknown,
  description: string,
  status = 400,
): Promise<void> {
  const answer = await ask(tg, method, params);
  assert.deepEqual(
    { status: answer.status, ok: answer.ok, description: answer.description },
    { status, ok: false, description },
  );
}

async function sent(tg: TelegramServer, method: string, params: unknown) {
  const answer = await ask(tg, method, params);
  assert.equal(answer.status, 200, String(answer.description));
  return answer.result;
}

async function updates(tg: TelegramServer, params: unknown = {}) {
  const result = await sent(tg, "getUpdates", params);
  assert.ok(Array.isArray(result));
  return result.map((update: unknown) => {
    assert.ok(isObject(update));
    return { id: Number(update["update_id"]), update };
  });
}

function started(tg: TelegramServer) {
  const visitor = tg.user({ first_name: "Galliard", username: "betterrman" });
  visitor.start("agency");
  return visitor;
}

function markup(...buttons: unknown[]) {
  return { inline_keyboard: [buttons] };
}

// — HTTP —

Deno.test("a wrong token is answered 401 and an unknown method 404, as JSON with the code", async () => {
  await using tg = await start();
  const wrong = await readAnswer(await fetch(`${tg.url}/bot1:wrong/getMe`));
  assert.deepEqual([wrong.status, wrong.description], [401, "Unauthorized"]);
  for (const method of ["getNonsense", "constructor"]) {
    await refused(tg, method, {}, "Not Found", 404);
  }
});

// — Updates —

Deno.test("/start arrives with its payload and a bot_command entity, shaped as Telegram shapes it", async () => {
  const clock = stoppedClock();
  await using tg = await start({ now: clock.now });
  const visitor = tg.user({ first_name: "Galliard", username: "betterrman", language_code: "ru" });
  visitor.start("agency");
  const [first] = await updates(tg);
  assert.deepEqual(first?.update["message"], {
    message_id: 1,
    from: {
      username: "betterrman",
      language_code: "ru",
      id: visitor.id,
      is_bot: false,
      first_name: "Galliard",
    },
    chat: { id: visitor.id, first_name: "Galliard", username: "betterrman", type: "private" },
    date: clock.now() / 1000,
    text: "/start agency",
    entities: [{ type: "bot_command", offset: 0, length: 6 }],
  });
});

Deno.test("an offset confirms everything below it, and unconfirmed updates come again", async () => {
  await using tg = await start();
  const visitor = started(tg);
  visitor.say("one");
  visitor.say("two");
  const all = await updates(tg);
  assert.equal(all.length, 3);
  assert.deepEqual(await updates(tg), all);
  const rest = await updates(tg, { offset: (all[0]?.id ?? 0) + 1, limit: 1 });
  assert.deepEqual(rest, all.slice(1, 2));
  assert.equal(tg.pendingUpdates, 2);
});

Deno.test("a long poll ends with all updates of one moment", async () => {
  await using tg = await start();
  const visitor = tg.user({ first_name: "Anna" });
  const poll = updates(tg, { timeout: 50 });
  await tg.untilPolled();
  visitor.sendAlbum([{ kind: "photo", caption: "Our shop" }, { kind: "photo" }]);
  const received = await poll;
  assert.equal(received.length, 2);
  const [one, two] = visitor.chat.messages;
  assert.ok(one?.media_group_id);
  assert.equal(one.media_group_id, two?.media_group_id);
  assert.equal(one.caption, "Our shop");
});

Deno.test("of two parallel polls the earlier one ends with 409", async () => {
  await using tg = await start();
  const earlier = ask(tg, "getUpdates", { timeout: 50 });
  await tg.untilPolled();
  const later = ask(tg, "getUpdates", { timeout: 50 });
  const answer = await earlier;
  assert.equal(answer.status, 409);
  assert.equal(
    answer.description,
    "Conflict: terminated by other getUpdates request; " +
      "make sure that only one bot instance is running",
  );
  tg.user({ first_name: "Anna" }).start();
  assert.equal((await later).status, 200);
});

Deno.test("a poll whose client has left keeps no update from the next one", async () => {
  await using tg = await start();
  const leaving = new AbortController();
  const left = assert.rejects(ask(tg, "getUpdates", { timeout: 50 }, leaving.signal));
  await tg.untilPolled();
  leaving.abort();
  await left;
  await tg.nextCall("getUpdates", (call) => call.outcome.kind === "reset");
  assert.equal(tg.polled, false);
  started(tg);
  assert.equal((await updates(tg)).length, 1);
});

Deno.test("getUpdates is refused while a webhook is set, until deleteWebhook", async () => {
  await using tg = await start();
  tg.setWebhookUrl("https://old.example/bot");
  await refused(
    tg,
    "getUpdates",
    {},
    "Conflict: can't use getUpdates method while webhook is active; " +
      "use deleteWebhook to delete the webhook first",
    409,
  );
  started(tg);
  await sent(tg, "deleteWebhook", {});
  assert.equal((await updates(tg)).length, 1);
});

Deno.test("allowed_updates are remembered and apply to later updates only", async () => {
  await using tg = await start();
  const visitor = started(tg);
  await updates(tg, { allowed_updates: ["callback_query"] });
  visitor.say("unheard");
  assert.equal((await updates(tg)).length, 1);
  await updates(tg, { allowed_updates: [] });
  visitor.say("heard");
  assert.equal((await updates(tg)).length, 2);
});

Deno.test("a press waits 150 seconds in the queue and a message 24 hours", async () => {
  const clock = stoppedClock();
  await using tg = await start({ now: clock.now });
  const visitor = started(tg);
  await sent(tg, "sendMessage", {
    chat_id: visitor.id,
    text: "Choose",
    reply_markup: markup({ text: "A", callback_data: "a" }),
  });
  visitor.press(await visitor.chat.nextMessage(), "A");
  clock.move(149_999);
  assert.equal(tg.pendingUpdates, 2);
  clock.move(1);
  assert.equal(tg.pendingUpdates, 1);
  clock.move(24 * HOUR_MS);
  assert.deepEqual(await updates(tg), []);
});

// — Texts —

Deno.test("a text has 1 to 4096 UTF-16 units after trimming", async () => {
  await using tg = await start();
  const { id: chat_id, chat } = started(tg);
  await refused(tg, "sendMessage", { chat_id, text: "" }, "Bad Request: message text is empty");
  await refused(tg, "sendMessage", { chat_id, text: " \n" }, "Bad Request: text must be non-empty");
  const long = "x".repeat(4097);
  await refused(tg, "sendMessage", { chat_id, text: long }, "Bad Request: message is too long");
  await sent(tg, "sendMessage", { chat_id, text: `  ${long.slice(1)}\n` });
  assert.equal((await chat.nextMessage()).text?.length, 4096);
});

Deno.test("a caption has at most 1024 UTF-16 units", async () => {
  await using tg = await start();
  const { id: chat_id } = started(tg);
  const photo = "https://example.com/logo.png";
  await sent(tg, "sendPhoto", { chat_id, photo, caption: "😀".repeat(512) });
  await refused(
    tg,
    "sendPhoto",
    { chat_id, photo, caption: "😀".repeat(512) + "!" },
    "Bad Request: message caption is too long",
  );
});

Deno.test("trimming a text moves its entities along", async () => {
  await using tg = await start();
  const { id: chat_id, chat } = started(tg);
  const entities = [{ type: "bold", offset: 0, length: 6 }, {
    type: "italic",
    offset: 7,
    length: 4,
  }];
  await sent(tg, "sendMessage", { chat_id, text: "  Lead one  ", entities });
  const message = await chat.nextMessage();
  assert.equal(message.text, "Lead one");
  assert.deepEqual(message.entities, [
    { type: "bold", offset: 0, length: 4 },
    { type: "italic", offset: 5, length: 3 },
  ]);
});

Deno.test("an entity outside the text, across another or through a character is refused", async () => {
  await using tg = await start();
  const { id: chat_id } = started(tg);
  const cases: [string, unknown[], string][] = [
    [
      "hello",
      [{ offset: 100, length: 1 }],
      "entity begins after the end of the text at UTF-16 offset 100",
    ],
    [
      "hello",
      [{ offset: 0, length: 6 }],
      "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 6",
    ],
    [
      "hello world",
      [{ offset: 0, length: 6 }, { offset: 3, length: 8 }],
      "entity beginning at UTF-16 offset 3 ends after the end of the text at UTF-16 offset 11",
    ],
    [
      "😀 hi",
      [{ offset: 1, length: 2 }],
      "entity begins in a middle of a UTF-16 symbol at byte offset 3",
    ],
    ["hello", [{ offset: -1, length: 1 }], "receive an entity with incorrect offset -1"],
  ];
  for (const [text, places, fault] of cases) {
    const entities = places.map((place) => ({ type: "bold", ...Object(place) }));
    await refused(tg, "sendMessage", { chat_id, text, entities }, `Bad Request: ${fault}`);
  }
});

Deno.test("an entity of unknown type or without what its type needs is refused", async () => {
  await using tg = await start();
  const { id: chat_id } = started(tg);
  const cases: [unknown, string][] = [
    [{ type: "sparkle" }, "can't parse MessageEntity: Unsupported type specified"],
    [{ type: "text_link" }, `can't parse MessageEntity: Can't find field "url"`],
    [{ type: "text_link", url: "not-a-url" }, "entity URL 'not-a-url' is invalid: Wrong HTTP URL"],
    [{ type: "text_mention" }, `can't parse MessageEntity: Can't find field "user"`],
    [{ type: "text_mention", user: {} }, `can't parse MessageEntity: Can't find field "id"`],
    [{ type: "text_mention", user: { id: 5 } }, "user not found"],
  ];
  for (const [entity, fault] of cases) {
    const entities = [{ offset: 0, length: 5, ...Object(entity) }];
    await refused(tg, "sendMessage", { chat_id, text: "hello", entities }, `Bad Request: ${fault}`);
  }
});

Deno.test("a text_mention is kept with the user as Telegram knows them", async () => {
  await using tg = await start();
  const visitor = started(tg);
  const managers = tg.group({ title: "Leads" });
  const entities = [{ type: "text_mention", offset: 0, length: 4, user: { id: visitor.id } }];
  await sent(tg, "sendMessage", { chat_id: managers.id, text: "Lead @monster_bot", entities });
  const message = await managers.chat.nextMessage();
  assert.deepEqual(message.entities, [
    { type: "text_mention", offset: 0, length: 4, user: visitor.user },
    { type: "mention", offset: 5, length: 12 },
  ]);
});

Deno.test("parse_mode is refused, since the bot formats with entities", async () => {
  await using tg = await start();
  const { id: chat_id } = started(tg);
  await refused(
    tg,
    "sendMessage",
    { chat_id, text: "<b>x</b>", parse_mode: "HTML" },
    "Bad Request: can't parse entities: this simulator reads no parse_mode",
  );
});

Deno.test("half of a surrogate pair is refused in texts and buttons", async () => {
  await using tg = await start();
  const { id: chat_id } = started(tg);
  const half = "😀".slice(0, 1);
  const text = `Name ${half}`;
  const notUtf8 = "strings must be encoded in UTF-8";
  await refused(tg, "sendMessage", { chat_id, text }, `Bad Request: ${notUtf8}`);
  const reply_markup = markup({ text, callback_data: "a" });
  await refused(
    tg,
    "sendMessage",
    { chat_id, text: "x", reply_markup },
    "Bad Request: inline keyboard button text must be encoded in UTF-8",
  );
});

// — Buttons —

Deno.test("callback_data has 1 to 64 bytes, a button has a text and does something", async () => {
  await using tg = await start();
  const { id: chat_id } = started(tg);
  const cases: [unknown, string][] = [
    [{ text: "A", callback_data: "ж".repeat(32) + "!" }, "BUTTON_DATA_INVALID"],
    [
      { text: "A", callback_data: "" },
      "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ],
    [{ text: "", callback_data: "a" }, "inline keyboard button text must be non-empty"],
    [{ callback_data: "a" }, `can't parse inline keyboard button: Can't find field "text"`],
    [
      { text: "A", web_app: { url: "https://example.com" } },
      'can\'t parse inline keyboard button: This simulator reads no "web_app"',
    ],
    [
      { text: "A", url: "https://nowhere" },
      "inline keyboard button URL 'https://nowhere' is invalid: Wrong HTTP URL",
    ],
  ];
  for (const [button, fault] of cases) {
    const params = { chat_id, text: "x", reply_markup: markup(button) };
    await refused(tg, "sendMessage", params, `Bad Request: ${fault}`);
  }
  const good = markup({ text: "A", callback_data: "ж".repeat(32) });
  await sent(tg, "sendMessage", { chat_id, text: "x", reply_markup: good });
  const link = markup({ text: "A", url: "https://example.com/1" });
  const message = await sent(tg, "sendMessage", { chat_id, text: "x", reply_markup: link });
  assert.ok(isObject(message));
  assert.deepEqual(message["reply_markup"], link);
});

Deno.test("a message has at most 100 buttons", async () => {
  await using tg = await start();
  const { id: chat_id } = started(tg);
  const rows = (count: number) => ({
    inline_keyboard: Array.from({ length: count }, () => [{ text: "A", callback_data: "a" }]),
  });
  await sent(tg, "sendMessage", { chat_id, text: "x", reply_markup: rows(100) });
  await refused(
    tg,
    "sendMessage",
    { chat_id, text: "x", reply_markup: rows(101) },
    "Bad Request: reply markup is too long",
  );
});

// — Chats —

Deno.test("the bot may write to a person only after they wrote and while they do not block it", async () => {
  await using tg = await start();
  const visitor = tg.user({ first_name: "Anna" });
  const params = { chat_id: visitor.id, text: "hello" };
  const cold = "Forbidden: bot can't initiate conversation with a user";
  await refused(tg, "sendMessage", params, cold, 403);
  visitor.start();
  await sent(tg, "sendMessage", params);
  visitor.block();
  await refused(tg, "sendMessage", params, "Forbidden: bot was blocked by the user", 403);
  assert.throws(() => visitor.say("hm"), TypeError);
  visitor.start();
  await sent(tg, "sendMessage", params);
});

Deno.test("an unknown chat is not found, and a missing chat_id is called empty", async () => {
  await using tg = await start();
  const text = "x";
  await refused(tg, "sendMessage", { chat_id: -1, text }, "Bad Request: chat not found");
  await refused(tg, "sendMessage", { text }, "Bad Request: chat_id is empty");
});

Deno.test("a group that removed the bot answers 403 until it is added again", async () => {
  await using tg = await start();
  const text = "x";
  for (const type of ["group", "supergroup"] as const) {
    const group = tg.group({ title: "Leads", type });
    group.kickBot();
    const description = `Forbidden: bot was kicked from the ${type} chat`;
    await refused(tg, "sendMessage", { chat_id: group.id, text }, description, 403);
    group.addBot();
    await sent(tg, "sendMessage", { chat_id: group.id, text });
  }
});

Deno.test("a group that became a supergroup answers with its new id", async () => {
  await using tg = await start();
  const old = tg.group({ title: "Leads" });
  const group = old.migrate();
  const answer = await ask(tg, "sendMessage", { chat_id: old.id, text: "x" });
  assert.deepEqual([answer.status, answer.description, answer.parameters], [
    400,
    "Bad Request: group chat was upgraded to a supergroup chat",
    { migrate_to_chat_id: group.id },
  ]);
  await sent(tg, "sendMessage", { chat_id: group.id, text: "x" });
  const told = (await updates(tg)).map(({ update }) => Object(update["message"]));
  assert.equal(told[0].migrate_to_chat_id, group.id);
  assert.equal(told[1].migrate_from_chat_id, old.id);
});

Deno.test("a forum takes messages into open topics only", async () => {
  await using tg = await start();
  const forum = tg.group({ title: "Leads", is_forum: true });
  const topic = forum.openTopic("New");
  const params = { chat_id: forum.id, message_thread_id: topic, text: "x" };
  await sent(tg, "sendMessage", params);
  const message = await forum.chat.nextMessage();
  assert.deepEqual([message.message_thread_id, message.is_topic_message], [topic, true]);
  forum.closeTopic(topic);
  await refused(tg, "sendMessage", params, "Bad Request: TOPIC_CLOSED");
  forum.deleteTopic(topic);
  await refused(tg, "sendMessage", params, "Bad Request: message thread not found");
  const plain = tg.group({ title: "Plain" });
  await refused(
    tg,
    "sendMessage",
    { ...params, chat_id: plain.id },
    "Bad Request: message thread not found",
  );
});

Deno.test("in a group the bot gets commands and replies to itself, as administrator everything", async () => {
  await using tg = await start();
  const group = tg.group({ title: "Leads" });
  const manager = group.member({ first_name: "Olga" });
  await sent(tg, "sendMessage", { chat_id: group.id, text: "Card" });
  const card = await group.chat.nextMessage();
  manager.say("small talk");
  manager.say("/login");
  manager.say("/login@another_bot");
  manager.reply(card, "took it");
  assert.equal(tg.pendingUpdates, 2);
  group.promoteBot();
  manager.say("small talk");
  assert.equal(tg.pendingUpdates, 3);
});

Deno.test("a reply needs its message, unless allow_sending_without_reply", async () => {
  await using tg = await start();
  const { id: chat_id, chat } = started(tg);
  const reply_parameters = { message_id: 999 };
  const params = { chat_id, text: "x", reply_parameters };
  await refused(tg, "sendMessage", params, "Bad Request: message to be replied not found");
  await sent(tg, "sendMessage", {
    ...params,
    reply_parameters: { ...reply_parameters, allow_sending_without_reply: true },
  });
  assert.equal((await chat.nextMessage()).reply_to_message, undefined);
  await sent(tg, "sendMessage", { ...params, reply_parameters: { message_id: 1 } });
  assert.equal((await chat.nextMessage()).reply_to_message?.text, "/start agency");
});

// — Photos —

Deno.test("a photo is sent by its address, which Telegram may fail to fetch", async () => {
  await using tg = await start();
  const { id: chat_id, chat } = started(tg);
  const photo = "https://example.com/logo.png";
  await sent(tg, "sendPhoto", { chat_id, photo });
  assert.equal((await chat.nextMessage()).photo?.length, 3);
  const wrong = "Bad Request: wrong file identifier/HTTP URL specified";
  await refused(tg, "sendPhoto", { chat_id, photo: "no such file" }, wrong);
  await refused(tg, "sendPhoto", { chat_id }, "Bad Request: there is no photo in the request");
  const mend = tg.breakPhoto((url) => url === photo);
  const unreachable = "Bad Request: failed to get HTTP URL content";
  await refused(tg, "sendPhoto", { chat_id, photo }, unreachable);
  mend();
  await sent(tg, "sendPhoto", { chat_id, photo });
});

// — Edits and copies —

Deno.test("an edit replaces words and buttons, and one without a difference is refused", async () => {
  await using tg = await start();
  const { id: chat_id, chat } = started(tg);
  const reply_markup = markup({ text: "A", callback_data: "a" });
  await sent(tg, "sendMessage", { chat_id, text: "Card", reply_markup });
  const { message_id } = await chat.nextMessage();
  await refused(
    tg,
    "editMessageText",
    { chat_id, message_id, text: "Card", reply_markup },
    "Bad Request: message is not modified: specified new message content and reply markup " +
      "are exactly the same as a current content and reply markup of the message",
  );
  await sent(tg, "editMessageText", { chat_id, message_id, text: "Card, done" });
  assert.equal(chat.message(message_id)?.text, "Card, done");
  assert.equal(chat.message(message_id)?.reply_markup, undefined);
});

Deno.test("an edit puts a file that the bot has seen into its message, with the caption, in place of a text too", async () => {
  await using tg = await start();
  const visitor = started(tg);
  const { id: chat_id, chat } = visitor;
  const file_id = visitor.sendPhoto().photo?.at(-1)?.file_id;
  await sent(tg, "sendMessage", { chat_id, text: "Text" });
  const { message_id } = await chat.nextMessage();
  const media = { type: "photo", media: file_id, caption: "Photo" };
  await sent(tg, "editMessageMedia", { chat_id, message_id, media });
  const edited = chat.message(message_id);
  assert.equal(edited?.photo?.at(-1)?.file_id, file_id);
  assert.deepEqual([edited?.text, edited?.caption], [undefined, "Photo"]);
  await refused(
    tg,
    "editMessageMedia",
    { chat_id, message_id, media: { type: "photo", media: "other" } },
    "Bad Request: wrong file identifier/HTTP URL specified",
  );
});

Deno.test("only the bot's own messages of the right kind can be edited", async () => {
  await using tg = await start();
  const { id: chat_id, chat } = started(tg);
  await sent(tg, "sendMessage", { chat_id, text: "Card" });
  await sent(tg, "sendPhoto", { chat_id, photo: "https://example.com/a.png" });
  const [own, text, photo] = chat.messages.map(({ message_id }) => message_id);
  const edits: [string, unknown, string][] = [
    ["editMessageText", { message_id: 99, text: "x" }, "message to edit not found"],
    ["editMessageText", { message_id: own, text: "x" }, "message can't be edited"],
    [
      "editMessageText",
      { message_id: photo, text: "x" },
      "there is no text in the message to edit",
    ],
    [
      "editMessageCaption",
      { message_id: text, caption: "x" },
      "there is no caption in the message to edit",
    ],
    ["editMessageText", { text: "x" }, "message identifier is not specified"],
  ];
  for (const [method, params, fault] of edits) {
    await refused(tg, method, { chat_id, ...Object(params) }, `Bad Request: ${fault}`);
  }
  await sent(tg, "editMessageCaption", { chat_id, message_id: photo, caption: "now with words" });
  assert.equal(chat.message(photo ?? 0)?.caption, "now with words");
});

Deno.test("a copy keeps media and caption and names no author", async () => {
  await using tg = await start();
  const visitor = started(tg);
  const managers = tg.group({ title: "Leads" });
  const photo = visitor.sendPhoto("my shop");
  const from = { chat_id: managers.id, from_chat_id: visitor.id };
  const result = await sent(tg, "copyMessage", { ...from, message_id: photo.message_id });
  const copy = await managers.chat.nextMessage();
  assert.deepEqual(result, { message_id: copy.message_id });
  assert.deepEqual([copy.photo, copy.caption], [photo.photo, "my shop"]);
  assert.equal(copy.forward_origin, undefined);
  await sent(tg, "copyMessage", { ...from, message_id: photo.message_id, caption: "theirs" });
  assert.equal((await managers.chat.nextMessage()).caption, "theirs");
  const missing = { ...from, message_id: 99 };
  await refused(tg, "copyMessage", missing, "Bad Request: message to copy not found");
});

Deno.test("copies of an album are an album again, in the order of their ids", async () => {
  await using tg = await start();
  const visitor = started(tg);
  const managers = tg.group({ title: "Leads" });
  const album = visitor.sendAlbum([{ kind: "photo", caption: "one" }, { kind: "video" }]);
  const message_ids = album.map(({ message_id }) => message_id);
  const from = { chat_id: managers.id, from_chat_id: visitor.id };
  await sent(tg, "copyMessages", { ...from, message_ids: [...message_ids, 99] });
  const [first, second] = managers.chat.messages;
  assert.ok(first?.media_group_id);
  assert.equal(first.media_group_id, second?.media_group_id);
  assert.notEqual(first.media_group_id, album[0]?.media_group_id);
  assert.equal(first.caption, "one");
  await refused(
    tg,
    "copyMessages",
    { ...from, message_ids: message_ids.toReversed() },
    "Bad Request: message identifiers must be in a strictly increasing order",
  );
});

Deno.test("a reaction is one emoji that Telegram knows", async () => {
  await using tg = await start();
  const { id: chat_id, chat } = started(tg);
  const params = { chat_id, message_id: 1 };
  const reaction = [{ type: "emoji", emoji: "👍" }];
  await sent(tg, "setMessageReaction", { ...params, reaction });
  assert.deepEqual(chat.reaction(1), reaction);
  const cases: [unknown[], string][] = [
    [[...reaction, ...reaction], "REACTIONS_TOO_MANY"],
    [[{ type: "emoji", emoji: "🦔" }], "REACTION_INVALID"],
  ];
  for (const [reaction, fault] of cases) {
    await refused(tg, "setMessageReaction", { ...params, reaction }, `Bad Request: ${fault}`);
  }
});

// — Presses —

async function menu(tg: TelegramServer) {
  const visitor = started(tg);
  const reply_markup = markup({ text: "Attract clients", callback_data: "clients" });
  await sent(tg, "sendMessage", { chat_id: visitor.id, text: "Choose", reply_markup });
  return { visitor, message: await visitor.chat.nextMessage() };
}

function callbackQueries(found: Awaited<ReturnType<typeof updates>>) {
  return found.flatMap(({ update }) =>
    isObject(update["callback_query"]) ? [update["callback_query"]] : []
  );
}

Deno.test("a press carries the message with its buttons and can be answered within a minute", async () => {
  const clock = stoppedClock();
  await using tg = await start({ now: clock.now });
  const { visitor, message } = await menu(tg);
  const press = visitor.press(message, "Attract clients");
  const [query] = callbackQueries(await updates(tg));
  assert.deepEqual([query?.["data"], query?.["message"]], ["clients", message]);
  clock.move(60_000);
  await sent(tg, "answerCallbackQuery", { callback_query_id: query?.["id"], text: "Thank you" });
  assert.equal((await press.answered).text, "Thank you");
  clock.move(1);
  await refused(
    tg,
    "answerCallbackQuery",
    { callback_query_id: query?.["id"] },
    "Bad Request: query is too old and response timeout expired or query ID is invalid",
  );
});

Deno.test("one press can come under two update ids", async () => {
  await using tg = await start();
  const { visitor, message } = await menu(tg);
  visitor.press(message, "clients", { twiceUnderTwoUpdateIds: true });
  const found = callbackQueries(await updates(tg));
  assert.deepEqual(found.map((query) => query["data"]), ["clients", "clients"]);
  assert.notEqual(found[0]?.["id"], found[1]?.["id"]);
});

Deno.test("a press under a message older than 48 hours comes without the message", async () => {
  const clock = stoppedClock();
  await using tg = await start({ now: clock.now });
  const { visitor, message } = await menu(tg);
  clock.move(48 * HOUR_MS + 1);
  visitor.press(message, "clients");
  const [query] = callbackQueries(await updates(tg));
  assert.deepEqual(query?.["message"], {
    chat: visitor.chat.chat,
    message_id: message.message_id,
    date: 0,
  });
});

Deno.test("press throws for a button that the person does not see", async () => {
  await using tg = await start();
  const { visitor, message } = await menu(tg);
  assert.throws(() => visitor.press(message, "Sell"), /its buttons are Attract clients/);
  const edit = { chat_id: visitor.id, message_id: message.message_id };
  await sent(tg, "editMessageReplyMarkup", edit);
  assert.throws(() => visitor.press(message.message_id, "clients"), /its buttons are none/);
  visitor.press(message, "clients");
  assert.equal(callbackQueries(await updates(tg)).length, 1);
});

// — Limits —

Deno.test("a group takes 20 messages within any minute and then says when to try again", async () => {
  const clock = stoppedClock();
  await using tg = await start({ now: clock.now });
  const visitor = started(tg);
  const album = visitor.sendAlbum([{ kind: "photo" }, { kind: "photo" }]);
  const chat_id = tg.group({ title: "Leads" }).id;
  const copies = {
    chat_id,
    from_chat_id: visitor.id,
    message_ids: album.map(({ message_id }) => message_id),
  };
  for (let pair = 0; pair < 9; pair++) await sent(tg, "copyMessages", copies);
  clock.move(10_000);
  await sent(tg, "sendMessage", { chat_id, text: "19" });
  const answer = await ask(tg, "copyMessages", copies);
  assert.deepEqual([answer.status, answer.description, answer.parameters], [
    429,
    "Too Many Requests: retry after 50",
    { retry_after: 50 },
  ]);
  await sent(tg, "sendMessage", { chat_id, text: "20" });
  clock.move(50_000);
  await sent(tg, "copyMessages", copies);
});

Deno.test("a private chat takes a short burst and then one message a second", async () => {
  const clock = stoppedClock();
  await using tg = await start({ now: clock.now });
  const params = { chat_id: started(tg).id, text: "x" };
  for (let message = 0; message < 8; message++) await sent(tg, "sendMessage", params);
  const tooMany = "Too Many Requests: retry after 1";
  await refused(tg, "sendMessage", params, tooMany, 429);
  clock.move(1000);
  await sent(tg, "sendMessage", params);
  await refused(tg, "sendMessage", params, tooMany, 429);
});

Deno.test("an album of ten is not too much for a private chat at rest", async () => {
  const clock = stoppedClock();
  await using tg = await start({ now: clock.now });
  const visitor = started(tg);
  const album = visitor.sendAlbum(Array(10).fill({ kind: "photo" }));
  const { id: chat_id } = visitor;
  const message_ids = album.map(({ message_id }) => message_id);
  await sent(tg, "copyMessages", { chat_id, from_chat_id: chat_id, message_ids });
  const wait = "Too Many Requests: retry after 3";
  await refused(tg, "sendMessage", { chat_id, text: "x" }, wait, 429);
});

// — Commands —

Deno.test("commands are stored by scope and removed by scope, and a badly named one is refused", async () => {
  await using tg = await start();
  const group = tg.group({ title: "Leads" });
  const scope = { type: "chat", chat_id: group.id };
  const commands = [{ command: "login", description: "Open the page" }];
  await sent(tg, "setMyCommands", { commands, scope });
  assert.deepEqual(tg.commands(scope), commands);
  assert.deepEqual(tg.commands(), []);
  await refused(
    tg,
    "setMyCommands",
    { commands: [{ command: "Log In", description: "x" }] },
    "Bad Request: BOT_COMMAND_INVALID",
  );
  await sent(tg, "deleteMyCommands", { scope });
  assert.deepEqual(tg.commands(scope), []);
});

// — Faults —

Deno.test("reset_before has no effect, reset_after leaves the message", async () => {
  await using tg = await start();
  const { id: chat_id, chat } = started(tg);
  const params = { chat_id, text: "x" };
  tg.fault({ method: /^send/, times: 1, fault: { kind: "reset_before" } });
  await assert.rejects(ask(tg, "sendMessage", params), TypeError);
  assert.equal(chat.messages.length, 1);
  tg.fault({ method: /^send/, times: 1, fault: { kind: "reset_after" } });
  await assert.rejects(ask(tg, "sendMessage", params), TypeError);
  assert.equal(chat.messages.length, 2);
  const outcomes = tg.calls.map(({ outcome }) => outcome);
  assert.deepEqual(outcomes.slice(0, 2), [
    { kind: "reset", processed: false },
    { kind: "reset", processed: true },
  ]);
});

Deno.test("while Telegram is down connections are refused, and nothing is lost", async () => {
  await using tg = await start();
  const visitor = started(tg);
  const poll = assert.rejects(ask(tg, "getUpdates", { timeout: 50, offset: 2_000_000_000 }));
  await tg.untilPolled();
  await tg.down();
  await poll;
  await assert.rejects(ask(tg, "getMe"), TypeError);
  visitor.say("meanwhile");
  await tg.up();
  assert.equal((await updates(tg)).length, 1);
});

// — Watching —

Deno.test("nextMessage takes the bot's messages one by one and leaves those passed over", async () => {
  await using tg = await start();
  const { id: chat_id, chat } = started(tg);
  for (const text of ["one", "two"]) await sent(tg, "sendMessage", { chat_id, text });
  assert.equal((await chat.nextMessage(({ text }) => text === "two")).text, "two");
  assert.equal((await chat.nextMessage()).text, "one");
  const third = chat.nextMessage();
  await sent(tg, "sendMessage", { chat_id, text: "three" });
  assert.equal((await third).text, "three");
});

Deno.test("a wait that fails says what was awaited and what the chat holds", async () => {
  await using tg = await start({ failsafeMs: 1 });
  const visitor = started(tg);
  await assert.rejects(visitor.chat.nextMessage(), (error) => {
    assert.ok(error instanceof Error);
    assert.match(error.message, /waiting for the bot's next message in chat \d+ "Galliard"/);
    assert.match(error.message, /it holds: #1 Galliard: "\/start agency"/);
    return true;
  });
});
