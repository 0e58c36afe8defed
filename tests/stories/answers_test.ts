// A manager's reply in the managers' chat is an answer to the visitor.

import assert from "node:assert/strict";
import type { Person, SimMessage, Visitor } from "../../lib/simulator/telegram/server.ts";
import { untilRecorded } from "../helpers/recorded_message.ts";
import { withWorld, type World } from "../helpers/world.ts";
import {
  assertAdminChatSilent,
  becomeLead,
  buttonTexts,
  galliard,
  greet,
  wordsOf,
} from "../helpers/visits.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";

/** A visitor whose card is in the managers' chat, and the manager who may answer. */
async function withCard(
  world: World,
): Promise<{ visitor: Visitor; manager: Person; card: SimMessage }> {
  world.crm.behave({ kind: "answer", status: 500 });
  const visitor = galliard(world);
  await becomeLead(visitor);
  const card = await world.admin.chat.nextMessage();
  return { visitor, manager: aManager(world), card };
}

function aManager(world: World, username = "anna"): Person {
  return world.admin.member({ first_name: "Anna", username });
}

/** Resolves when the bot has marked a message of a manager. */
async function marked(world: World, message: SimMessage, emoji = "👍"): Promise<void> {
  await world.telegram.nextCall(
    "setMessageReaction",
    ({ params, outcome }) => params["message_id"] === message.message_id && outcome.kind === "ok",
  );
  const [reaction] = world.admin.chat.reaction(message.message_id);
  assert.deepEqual(reaction, { type: "emoji", emoji });
}

Deno.test("a reply to a card reaches the visitor with its formatting, and gets a thumb up", () =>
  withWorld(async (world) => {
    const { visitor, manager, card } = await withCard(world);
    const said = manager.replying(card).say("Здравствуйте! Вот пример", {
      entities: [{ type: "bold", offset: 0, length: 13 }],
    });
    const answer = await visitor.chat.waitFor((each) => each.text === said.text);
    assert.equal(answer.from.id, world.telegram.bot.id);
    assert.deepEqual(answer.entities, said.entities);
    await marked(world, said);
  }));

for (
  const [name, kind, send] of [
    ["a photo", "photo", (manager: Person) => manager.sendPhoto("наш кейс")],
    ["a document", "document", (manager: Person) => manager.sendDocument("договор")],
    ["a voice message", "voice", (manager: Person) => manager.sendVoice()],
    ["a sticker", "sticker", (manager: Person) => manager.sendSticker()],
  ] as const
) {
  Deno.test(`${name} in reply to a card reaches the visitor`, () =>
    withWorld(async (world) => {
      const { visitor, manager, card } = await withCard(world);
      const sent = send(manager.replying(card));
      const answer = await visitor.chat.waitFor((each) => each[kind] !== undefined);
      assert.equal(answer.caption, sent.caption);
      await marked(world, sent);
    }));
}

Deno.test("an album in reply to a card comes as one album, in order, before the text after it", () =>
  withWorld(async (world) => {
    const { visitor, manager, card } = await withCard(world);
    const [first] = manager.replying(card).sendAlbum([
      { kind: "photo", caption: "раз" },
      { kind: "video" },
      { kind: "photo", caption: "три" },
    ]);
    manager.reply(card, "Что скажете?");
    await visitor.chat.waitFor((each) => each.text === "Что скажете?");
    const got = visitor.chat.messages.slice(-4);
    assert.deepEqual(got.map(wordsOf), ["раз", "", "три", "Что скажете?"]);
    assert.equal(new Set(got.slice(0, 3).map((each) => each.media_group_id)).size, 1);
    assert.ok(first);
    await marked(world, first);
  }));

Deno.test("answers of one visitor arrive in the order in which they were written, also while Telegram fails", () =>
  withWorld(async (world) => {
    const { visitor, manager, card } = await withCard(world);
    let failures = 0;
    world.telegram.fault({
      method: ({ method }) => method === "copyMessage" && failures++ % 2 === 0,
      fault: { kind: "error", error_code: 500, description: "Internal Server Error" },
    });
    const words = ["один", "два", "три"];
    for (const each of words) manager.reply(card, each);
    await visitor.chat.waitFor((each) => each.text === "три");
    const answers = visitor.chat.messages.map(wordsOf).filter((each) => words.includes(each));
    assert.deepEqual(answers, words);
  }));

Deno.test("a reply to a follow-up, and to the message that announces its album, is for its visitor", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    const manager = aManager(world);
    visitor.say("Сколько стоит?");
    const followUp = await world.admin.chat.nextMessage();
    manager.reply(followUp, "Сто");
    await visitor.chat.waitFor((each) => each.text === "Сто");

    visitor.sendAlbum([{ kind: "photo" }, { kind: "photo" }]);
    const announced = await world.admin.chat.nextMessage();
    await world.admin.chat.nextMessage();
    const second = await world.admin.chat.nextMessage();
    manager.reply(announced, "Вижу");
    manager.reply(second, "И второе");
    await visitor.chat.waitFor((each) => each.text === "Вижу");
    await visitor.chat.waitFor((each) => each.text === "И второе");
  }));

Deno.test("a reply to an earlier answer is for the same visitor, where the bot hears it", () =>
  withWorld(async (world) => {
    world.admin.promoteBot();
    const { visitor, manager, card } = await withCard(world);
    const first = manager.reply(card, "Добрый день");
    await marked(world, first);
    aManager(world, "boris").reply(first, "И от меня");
    await visitor.chat.waitFor((each) => each.text === "И от меня");
  }));

Deno.test("what the visitor writes after an answer comes as a reply to it", () =>
  withWorld(async (world) => {
    const { visitor, manager, card } = await withCard(world);
    visitor.say("Алло");
    const before = await world.admin.chat.nextMessage();
    assert.equal(before.reply_to_message?.message_id, card.message_id);
    const answer = manager.reply(before, "Слушаю");
    await marked(world, answer);
    visitor.say("Спасибо");
    const after = await world.admin.chat.nextMessage();
    assert.match(wordsOf(after), /Спасибо/);
    assert.equal(after.reply_to_message?.message_id, answer.message_id);
  }));

Deno.test("an answer that its visitor blocks comes back with the reason, and the next one is sent again", () =>
  withWorld(async (world) => {
    const { visitor, manager, card } = await withCard(world);
    visitor.block();
    const said = manager.reply(card, "Здравствуйте");
    const told = await world.admin.chat.nextMessage();
    assert.equal(told.text, "❌ Не доставлено (@betterrman): клиент заблокировал бота");
    assert.equal(told.reply_to_message?.message_id, said.message_id);
    assert.deepEqual(world.admin.chat.reaction(said.message_id), []);

    visitor.start();
    const again = manager.reply(told, "Вы вернулись?");
    await visitor.chat.waitFor((each) => each.text === "Вы вернулись?");
    await marked(world, again);
  }));

Deno.test("an edit of an answer edits the visitor's copy: text, caption and file", () =>
  withWorld(async (world) => {
    const { visitor, manager, card } = await withCard(world);
    const text = manager.reply(card, "Цена 100");
    const copy = await visitor.chat.waitFor((each) => each.text === "Цена 100");
    await marked(world, text);
    manager.edit(text, "Цена 200");
    await visitor.chat.waitFor(({ message_id, text }) =>
      message_id === copy.message_id && text === "Цена 200"
    );

    const photo = manager.replying(card).sendPhoto("эскиз");
    const picture = await visitor.chat.waitFor((each) => each.caption === "эскиз");
    await marked(world, photo);
    manager.edit(photo, "эскиз 2");
    await visitor.chat.waitFor(({ message_id, caption }) =>
      message_id === picture.message_id && caption === "эскиз 2"
    );
    const other = manager.sendPhoto();
    assert.ok(other.photo);
    manager.amend(photo, { photo: other.photo });
    await visitor.chat.waitFor(({ message_id, photo }) =>
      message_id === picture.message_id &&
      photo?.at(-1)?.file_unique_id === other.photo?.at(-1)?.file_unique_id
    );
    assert.equal(visitor.chat.message(picture.message_id)?.caption, "эскиз 2");
  }));

Deno.test("an answer that is edited before it is sent arrives as edited, once", () =>
  withWorld(async (world) => {
    const { visitor, manager, card } = await withCard(world);
    const recover = world.telegram.fault({
      method: "copyMessage",
      fault: { kind: "error", error_code: 502, description: "Bad Gateway" },
    });
    const said = manager.reply(card, "Цена 100");
    await world.telegram.nextCall("copyMessage", ({ params }) => params["chat_id"] === visitor.id);
    manager.edit(said, "Цена 200");
    recover();
    await marked(world, said);
    const answers = visitor.chat.messages.map(wordsOf).filter((each) => each.startsWith("Цена"));
    assert.deepEqual(answers, ["Цена 200"]);
  }));

/** Two visitors whose cards came in one message. */
async function withTwoCards(world: World) {
  // All leads fail together, else on a slow machine each card is shown before the next is due.
  const allAreLeads = Promise.withResolvers<void>();
  const then = { kind: "answer", status: 500 } as const;
  world.crm.behave({ kind: "slow", until: allAreLeads.promise, then });
  const people = [];
  // So many that the last of them share a message.
  const names = Array.from({ length: 45 }, (_, nth) => `v${nth}`);
  for (const name of names) {
    people.push(world.telegram.user({ first_name: name.toUpperCase(), username: name }));
  }
  await Promise.all(people.map(becomeLead));
  allAreLeads.resolve();
  const card = await world.admin.chat.waitFor((each) => /^🔥 \d+ лид/.test(wordsOf(each)));
  await untilRecorded(world, card);
  const inIt = people.filter(({ user }) => wordsOf(card).includes(`@${user.username}\n`));
  return { people, inIt, card };
}

Deno.test("a reply to several cards in one message asks which one, waits through a restart, and goes there alone", () =>
  withWorld(async (world) => {
    const { people, inIt, card } = await withTwoCards(world);
    const [, second] = inIt;
    assert.ok(second);
    const said = aManager(world).reply(card, "Здравствуйте!");
    const question = await world.admin.chat.waitFor((each) => /^💬 Кому/.test(wordsOf(each)));
    assert.equal(question.reply_to_message?.message_id, said.message_id);
    assert.equal(buttonTexts(question).length, inIt.length + 1);
    assert.ok(world.telegram.calls.every(({ method }) => method !== "copyMessage"));

    await world.bot.kill();
    await world.restart();
    await world.telegram.untilPolled();
    const button = buttonTexts(question).find((each) =>
      each.startsWith(`@${second.user.username} `)
    );
    assert.ok(button);
    const { answered } = aManager(world, "boris").press(question, button);
    assert.equal((await answered).text, "Принято");
    await second.chat.waitFor((each) => each.text === "Здравствуйте!");
    await world.admin.chat.waitFor((each) =>
      each.message_id === question.message_id && /^💬 → @/.test(wordsOf(each))
    );
    for (const { chat, id } of people) {
      const got = chat.messages.some((each) => each.text === "Здравствуйте!");
      assert.equal(got, id === second.id);
    }
    const late = await aManager(world, "clara").press(question, button).answered;
    assert.equal(late.text, "Уже выбрано");
  }, { telegram: { limits: "off" }, env: { CRM_TIMEOUT_SECONDS: "120" } }));

Deno.test("a reply to several cards that is meant for nobody is sent to nobody", () =>
  withWorld(async (world) => {
    const { card } = await withTwoCards(world);
    const manager = aManager(world);
    manager.reply(card, "Здравствуйте!");
    const question = await world.admin.chat.waitFor((each) => /^💬 Кому/.test(wordsOf(each)));
    await manager.press(question, "✖️ Не отправлять").answered;
    await world.admin.chat.waitFor((each) => each.text === "✖️ Не отправлено");
    assert.ok(world.telegram.calls.every(({ method }) => method !== "copyMessage"));
  }, { telegram: { limits: "off" }, env: { CRM_TIMEOUT_SECONDS: "120" } }));

Deno.test("a note in reply to a card stays inside, and is marked as noted", () =>
  withWorld(async (world) => {
    const { visitor, manager, card } = await withCard(world);
    const note = manager.reply(card, "/note перезвонить в пятницу");
    await marked(world, note, "✍");
    const answer = manager.reply(card, "Перезвоним");
    await marked(world, answer);
    assert.ok(!visitor.chat.messages.some((each) => /пятниц/.test(wordsOf(each))));
  }));

Deno.test("a command in reply to a card is no answer, and its manager is told so", () =>
  withWorld(async (world) => {
    const { visitor, manager, card } = await withCard(world);
    const typo = manager.reply(card, "/nota перезвонить");
    const told = await world.admin.chat.nextMessage();
    assert.match(wordsOf(told), /клиенту ничего не отправлено/);
    assert.equal(told.reply_to_message?.message_id, typo.message_id);
    manager.reply(card, "/note");
    assert.match(wordsOf(await world.admin.chat.nextMessage()), /^📝 Ответьте командой/);
    await marked(world, manager.reply(card, "Ответ"));
    const fromBot = visitor.chat.messages.filter((each) => each.from.id !== visitor.id).map(
      wordsOf,
    );
    assert.deepEqual(fromBot.slice(-2), [CONFIRMATION, "Ответ"]);
  }));

Deno.test("a reply to a message of the bot's that is about nobody is sent to nobody, and marked so", () =>
  withWorld(async (world) => {
    const { visitor, manager } = await withCard(world);
    manager.say("/status");
    const status = await world.admin.chat.nextMessage();
    await marked(world, manager.reply(status, "Ого"), "🤷");
    assert.ok(!visitor.chat.messages.some((each) => each.text === "Ого"));
  }));

Deno.test("nothing that is written without a reply, in other groups or by others, and no edit of theirs reaches a visitor", () =>
  withWorld(async (world) => {
    world.admin.promoteBot();
    const { visitor, manager, card } = await withCard(world);
    const before = visitor.chat.messages.length;
    manager.say("Кто возьмёт?");
    const plain = manager.say("Я");
    manager.edit(plain, "Я возьму");
    manager.reply(plain, "Хорошо");

    // A stranger's group, with the bot and a forwarded card in it.
    const other = world.telegram.group({ title: "Чужие", type: "supergroup" });
    other.promoteBot();
    const stranger = other.member({ first_name: "Eve" });
    const forwarded = stranger.say(wordsOf(card), {
      forward_origin: { type: "user", date: 0, sender_user: world.telegram.bot },
    });
    stranger.reply(forwarded, "Переведите деньги");
    stranger.reply({ ...forwarded, message_id: card.message_id, chat: card.chat }, "Сюда");

    // In private, as a reply to a message that only looks like the card.
    const alone = world.telegram.user({ first_name: "Mallory" });
    alone.start();
    alone.reply({ ...card }, "И сюда");
    const press = { callback_data: "to:1:1:00000000", text: "x" };
    const own = stranger.say("…", { reply_markup: { inline_keyboard: [[press]] } });
    stranger.press(own, "x");

    const answer = manager.reply(card, "Настоящий ответ");
    await marked(world, answer);

    // Edits of strangers, also of a message with the number that the answer has in the managers' chat.
    while (other.chat.messages.length < answer.message_id) stranger.say("…");
    for (const each of other.chat.messages.filter(({ from }) => from.id === stranger.id)) {
      stranger.edit(each, "Переведите деньги");
    }
    const said = alone.say("правда?");
    alone.edit(said, "И сюда");
    const last = manager.reply(card, "Последнее слово");
    await marked(world, last);
    assert.ok(other.chat.messages.some(({ message_id }) => message_id === answer.message_id));
    assert.deepEqual(
      visitor.chat.messages.slice(before).map(wordsOf),
      ["Настоящий ответ", "Последнее слово"],
    );
  }));

Deno.test("a forged button in the managers' chat chooses nobody", () =>
  withWorld(async (world) => {
    const { visitor, manager } = await withCard(world);
    const press = (data: string) => {
      const button = { callback_data: data, text: "x" };
      const own = manager.say("…", { reply_markup: { inline_keyboard: [[button]] } });
      return manager.press(own, "x").answered;
    };
    for (
      const data of ["to:1:1:00000000", "to:1:-", "to:x", `to:${"9".repeat(50)}:-`, "to:1:1:1"]
    ) {
      assert.equal((await press(data)).text, "Такого ответа нет в журнале");
    }
    assert.equal(visitor.chat.messages.at(-1)?.from.id, world.telegram.bot.id);
    assert.ok(world.telegram.calls.every(({ method }) => method !== "copyMessage"));
  }));

Deno.test("an answer written while the bot is away arrives when it comes back", () =>
  withWorld(async (world) => {
    const { visitor, manager, card } = await withCard(world);
    await world.bot.stop();
    const said = manager.reply(card, "Мы тут");
    await world.restart();
    await visitor.chat.waitFor((each) => each.text === "Мы тут");
    await marked(world, said);
    assert.equal(visitor.chat.messages.filter((each) => each.text === "Мы тут").length, 1);
  }));

Deno.test("an answer overtakes the confirmations of a hundred visitors, and their cards", () =>
  withWorld(async (world) => {
    const { visitor, manager, card } = await withCard(world);
    const crowd = Array.from(
      { length: 100 },
      (_, nth) => world.telegram.user({ first_name: `V${nth}`, username: `v${nth}` }),
    );
    const menus = await Promise.all(crowd.map((each) => greet(each)));
    async function answers(text: string): Promise<void> {
      manager.reply(card, text);
      await visitor.chat.waitFor((each) => each.text === text);
    }
    let waiting = crowd.length;
    const confirmed = crowd.map(async (each, nth) => {
      each.press(menus[nth] ?? 0, CHOICE);
      await each.chat.waitFor((message) => wordsOf(message) === CONFIRMATION);
      waiting -= 1;
    });
    await confirmed[20];
    await answers("Среди подтверждений");
    assert.ok(waiting > 0);
    await Promise.all(confirmed);
    await answers("Среди карточек");
    const shown = world.admin.chat.messages.filter(({ from }) => from.is_bot).length;
    assert.ok(shown < 100, `${shown} cards were shown`);
  }, { telegram: { messagesPerSecond: 30, failsafeMs: 60_000 } }));

Deno.test("answers that come back and cards keep the managers' chat's pace together", () =>
  withWorld(async (world) => {
    const { visitor, manager, card } = await withCard(world);
    visitor.block();
    for (let nth = 0; nth < 12; nth++) manager.reply(card, `ответ ${nth}`);
    const crowd = Array.from(
      { length: 12 },
      (_, nth) => world.telegram.user({ first_name: `V${nth}`, username: `v${nth}` }),
    );
    await Promise.all(crowd.map(becomeLead));
    await world.admin.chat.waitUntil((all) =>
      all.filter(({ from }) => from.id === world.telegram.bot.id).length === 20
    );
    const refused = world.telegram.calls.filter(({ chatId, outcome }) =>
      chatId === world.admin.id && outcome.kind === "error" && outcome.error_code === 429
    );
    assert.deepEqual(refused, []);
  }, { telegram: { failsafeMs: 60_000 } }));

Deno.test("in a forum's topic an answer, its refusal and what the visitor writes next stay in the topic", () =>
  withWorld(async (world) => {
    const forum = world.telegram.group({ title: "Форум", is_forum: true });
    const topic = forum.openTopic("Лиды");
    await world.bot.stop();
    await world.restart({ ADMIN_CHAT_ID: String(forum.id), ADMIN_TOPIC_ID: String(topic) });
    await world.telegram.untilPolled();
    world.crm.behave({ kind: "answer", status: 500 });
    const visitor = galliard(world);
    await becomeLead(visitor);
    const card = await forum.chat.nextMessage();
    const manager = forum.member({ first_name: "Anna", username: "anna" });
    const said = manager.reply(card, "Здравствуйте");
    await visitor.chat.waitFor((each) => each.text === "Здравствуйте");
    await world.telegram.nextCall("setMessageReaction");
    visitor.say("Здравствуйте!");
    const next = await forum.chat.nextMessage();
    assert.equal(next.message_thread_id, topic);
    assert.equal(next.reply_to_message?.message_id, said.message_id);

    // Without a reply, in the topic: Telegram quotes the message that opened it.
    const { reply_to_message: _, ...opened } = forum.chat.message(topic) ?? card;
    manager.say("Кто ведёт?", {
      message_thread_id: topic,
      is_topic_message: true,
      reply_to_message: opened,
    } as object);
    visitor.block();
    const lost = manager.reply(card, "Ещё вопрос");
    const told = await forum.chat.nextMessage();
    assert.match(wordsOf(told), /^❌ Не доставлено/);
    assert.equal(told.message_thread_id, topic);
    assert.equal(told.reply_to_message?.message_id, lost.message_id);
    assert.ok(!visitor.chat.messages.some((each) => each.text === "Кто ведёт?"));
  }));

Deno.test("a group that became a supergroup goes on answering, also what was written before", () =>
  withWorld(async (world) => {
    const group = world.telegram.group({ title: "Группа" });
    await world.bot.stop();
    await world.restart({ ADMIN_CHAT_ID: String(group.id) });
    await world.telegram.untilPolled();
    world.crm.behave({ kind: "answer", status: 500 });
    const visitor = galliard(world);
    await becomeLead(visitor);
    const card = await group.chat.nextMessage();
    await world.bot.stop();
    const anna = group.member({ first_name: "Anna", username: "anna" });
    anna.reply(card, "До переезда");
    const moved = group.migrate();
    await world.restart({ ADMIN_CHAT_ID: String(group.id) });
    await visitor.chat.waitFor((each) => each.text === "До переезда");

    const other = world.telegram.user({ first_name: "Boris", username: "boris" });
    await becomeLead(other);
    const next = await moved.chat.nextMessage();
    const said = moved.member({ first_name: "Maria", username: "maria" })
      .reply(next, "После переезда");
    await other.chat.waitFor((each) => each.text === "После переезда");
    await world.telegram.nextCall(
      "setMessageReaction",
      ({ chatId, params }) => chatId === moved.id && params["message_id"] === said.message_id,
    );
  }));

Deno.test("a manager alone with the bot answers in their private chat, and still can be a visitor there", () =>
  withWorld(async (world) => {
    const manager = world.telegram.user({ first_name: "Anna", username: "anna" });
    manager.start();
    await manager.chat.nextMessage();
    await world.bot.stop();
    await world.restart({ ADMIN_CHAT_ID: String(manager.id) });
    await world.telegram.untilPolled();
    world.crm.behave({ kind: "answer", status: 500 });
    const visitor = galliard(world);
    await becomeLead(visitor);
    const card = await manager.chat.waitFor((each) => /FALLBACK/.test(wordsOf(each)));
    manager.reply(card, "Здравствуйте");
    await visitor.chat.waitFor((each) => each.text === "Здравствуйте");
    const menu = await greet(manager).then(() =>
      manager.chat.waitFor((each) => /Привлечь/.test(JSON.stringify(each.reply_markup ?? "")))
    );
    manager.press(menu, CHOICE);
    await manager.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
    const said = manager.say("мой сайт");
    await manager.chat.waitFor((each) => /мой сайт/.test(wordsOf(each)) && each.from.is_bot);
    manager.edit(said, "другой сайт");
    await manager.chat.waitFor((each) => /Исправлено: другой сайт/.test(wordsOf(each)));
  }));

Deno.test("an administrator who writes as the group, and one of a channel, answer visitors; an edited post edits the copy", () =>
  withWorld(async (world) => {
    const { visitor, manager, card } = await withCard(world);
    manager.replying(card).say("От группы", {
      from: { id: 1087968824, is_bot: true, first_name: "Group", username: "GroupAnonymousBot" },
      sender_chat: world.admin.chat.chat,
    } as object);
    await visitor.chat.waitFor((each) => each.text === "От группы");

    const channel = world.telegram.group({ title: "Канал", type: "channel", bot_is_admin: true });
    await world.bot.stop();
    await world.restart({ ADMIN_CHAT_ID: String(channel.id) });
    await world.telegram.untilPolled();
    const other = world.telegram.user({ first_name: "Boris", username: "boris" });
    await becomeLead(other);
    const post = await channel.chat.nextMessage();
    const admin = channel.member({ first_name: "Admin" });
    const said = admin.reply(post, "Из канала");
    const copy = await other.chat.waitFor((each) => each.text === "Из канала");
    admin.edit(said, "Из канала, исправлено");
    await other.chat.waitFor((each) =>
      each.message_id === copy.message_id && each.text === "Из канала, исправлено"
    );
    const elsewhere = world.telegram.group({ title: "Чужой", type: "channel", bot_is_admin: true });
    const eve = elsewhere.member({ first_name: "Eve" });
    eve.edit(eve.say("…"), "взлом");
    admin.edit(said, "Последнее слово");
    await other.chat.waitFor((each) => each.text === "Последнее слово");
    assert.ok(other.chat.messages.every((each) => !/взлом/.test(wordsOf(each))));
  }));

Deno.test("a card that came twice, as its first sending lost its answer, is answered under either", () =>
  withWorld(async (world) => {
    const recover = world.telegram.fault({
      method: ({ method, chatId }) => method === "sendMessage" && chatId === world.admin.id,
      fault: { kind: "reset_after" },
      times: 1,
    });
    const { visitor, manager, card } = await withCard(world);
    const again = await world.admin.chat.nextMessage();
    recover();
    await marked(world, manager.reply(card, "Раз"));
    await marked(world, manager.reply(again, "Два"));
    assert.deepEqual(visitor.chat.messages.slice(-2).map(wordsOf), ["Раз", "Два"]);
  }));

Deno.test("a visitor's message that came twice, as its first sending lost its answer, is answered under either", () =>
  withWorld(async (world) => {
    const { visitor, manager } = await withCard(world);
    const recover = world.telegram.fault({
      method: ({ method, chatId }) => method === "sendMessage" && chatId === world.admin.id,
      fault: { kind: "reset_after" },
      times: 1,
    });
    visitor.say("ещё про сайт");
    const first = await world.admin.chat.nextMessage();
    const again = await world.admin.chat.nextMessage();
    recover();
    assert.deepEqual([first, again].map((each) => /ещё про сайт/.test(wordsOf(each))), [
      true,
      true,
    ]);
    await marked(world, manager.reply(first, "Раз"));
    await marked(world, manager.reply(again, "Два"));
    assert.deepEqual(visitor.chat.messages.slice(-2).map(wordsOf), ["Раз", "Два"]);
  }));

Deno.test("an answer that cannot be copied goes as text, and one without text comes back", () =>
  withWorld(async (world) => {
    const { visitor, manager, card } = await withCard(world);
    const protectedText = manager.replying(card).say("Под защитой", {
      has_protected_content: true,
    });
    await visitor.chat.waitFor((each) => each.text === "Под защитой");
    await marked(world, protectedText);
    const photo = manager.replying(card).sendPhoto("", { has_protected_content: true });
    const told = await world.admin.chat.nextMessage();
    assert.match(wordsOf(told), /Не доставлено \(@betterrman\): сообщение удалено или его нельзя/);
    assert.equal(told.reply_to_message?.message_id, photo.message_id);
    // The next answer does not wait behind it.
    await marked(world, manager.reply(card, "Дальше"));
  }));

Deno.test("nothing of answers is said in a chat where nobody answered", () =>
  withWorld(async (world) => {
    await becomeLead(galliard(world));
    await assertAdminChatSilent(world);
  }));
