// Follow-ups of leads, as the managers get them.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { MessageContent, SimMessage } from "../../lib/simulator/telegram/server.ts";
import { withWorld, type World } from "../helpers/world.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";
import { becomeLead, galliard, greet, wordsOf } from "../helpers/visits.ts";

const THANKS = "🙏 Спасибо, получили! Уже передали.";
const HEADER = "📎 Дополнение к лиду MONSTER AGENCY от @betterrman:\n\n";

function countThanks(messages: readonly SimMessage[]): number {
  return messages.filter((each) => each.text === THANKS).length;
}

Deno.test("a text reaches the managers once with its formatting, and the visitor is thanked once", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    visitor.say("смотрите сайт", {
      entities: [{ type: "text_link", offset: 9, length: 4, url: "https://example.com/x" }],
    });
    const followUp = await world.admin.chat.nextMessage();
    assert.equal(followUp.text, `${HEADER}смотрите сайт`);
    const link = followUp.entities?.find(({ type }) => type === "text_link");
    assert.equal(link?.offset, HEADER.length + 9);
    await visitor.chat.waitFor((each) => each.text === THANKS);

    visitor.say("и ещё");
    await world.admin.chat.nextMessage((each) => each.text?.endsWith("и ещё") ?? false);
    await visitor.chat.waitUntil((all) => countThanks(all) === 2);
    assert.equal(world.admin.chat.messages.length, 2);
  }));

for (const length of [4000, 4096]) {
  Deno.test(`a text of ${length} characters comes complete`, () =>
    withWorld(async (world) => {
      const visitor = galliard(world);
      await becomeLead(visitor);
      const text = "🙂".repeat(length / 2);
      visitor.say(text);
      await world.admin.chat.waitFor((each) => each.text?.endsWith(text) ?? false);
      await world.admin.chat.waitFor((each) => each.text?.includes("@betterrman") ?? false);
    }));
}

Deno.test("a text that looks like placeholders and markup comes as it is", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    const text = "{username} {message} {choice} <b>*_[]()~`>#+-=|{}.! $& $1 \\";
    visitor.say(text);
    assert.equal((await world.admin.chat.nextMessage()).text, HEADER + text);
  }));

Deno.test("a follow-up replies to the lead's card, where there is one", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "answer", status: 500 });
    const visitor = galliard(world);
    await becomeLead(visitor);
    const card = await world.admin.chat.nextMessage();
    visitor.say("https://example.com");
    const followUp = await world.admin.chat.nextMessage();
    assert.equal(followUp.reply_to_message?.message_id, card.message_id);
  }));

Deno.test("a follow-up sent while the CRM hangs waits for the card and replies to it", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "silent" });
    const visitor = galliard(world);
    await becomeLead(visitor);
    visitor.say("https://example.com");
    await visitor.chat.waitFor((each) => each.text === THANKS);
    const card = await world.admin.chat.nextMessage();
    assert.match(wordsOf(card), /FALLBACK/);
    const followUp = await world.admin.chat.nextMessage();
    assert.equal(followUp.reply_to_message?.message_id, card.message_id);
  }));

const media: [string, (world: ReturnType<typeof galliard>) => SimMessage, keyof SimMessage][] = [
  ["a photo", (visitor) => visitor.sendPhoto("наш логотип"), "photo"],
  ["a document", (visitor) => visitor.sendDocument("бриф"), "document"],
  ["a voice message", (visitor) => visitor.sendVoice(), "voice"],
  ["a video", (visitor) => visitor.sendVideo(), "video"],
];
for (const [name, send, kind] of media) {
  Deno.test(`${name} reaches the managers in one message, with the sender and the words`, () =>
    withWorld(async (world) => {
      const visitor = galliard(world);
      await becomeLead(visitor);
      const sent = send(visitor);
      const followUp = await world.admin.chat.nextMessage();
      assert.ok(followUp[kind]);
      assert.ok(followUp.caption?.startsWith(HEADER), followUp.caption);
      assert.ok(followUp.caption?.endsWith(sent.caption ?? ""), followUp.caption);
      await visitor.chat.waitFor((each) => each.text === THANKS);
    }));
}

Deno.test("a photo with a caption of 1024 characters comes complete, the sender before it", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    const caption = "ы".repeat(1024);
    visitor.sendPhoto(caption);
    assert.ok((await world.admin.chat.nextMessage()).text?.startsWith(HEADER));
    const copy = await world.admin.chat.nextMessage();
    assert.ok(copy.photo);
    assert.equal(copy.caption, caption);
  }));

for (
  const [name, send] of [
    ["a sticker", (visitor: ReturnType<typeof galliard>) => visitor.sendSticker()],
    ["a location", (visitor: ReturnType<typeof galliard>) => visitor.sendLocation()],
    ["a contact", (visitor: ReturnType<typeof galliard>) => visitor.sendContact("+79990000000")],
  ] as const
) {
  Deno.test(`${name} follows a message that names the sender`, () =>
    withWorld(async (world) => {
      const visitor = galliard(world);
      await becomeLead(visitor);
      send(visitor);
      assert.ok((await world.admin.chat.nextMessage()).text?.startsWith(HEADER));
      const copy = await world.admin.chat.nextMessage();
      assert.ok(copy.sticker ?? copy.location ?? copy.contact);
    }));
}

Deno.test("an album comes together, in order, with one thanks", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    visitor.sendAlbum([
      { kind: "photo", caption: "первое" },
      { kind: "video" },
      { kind: "photo", caption: "третье" },
    ]);
    assert.ok((await world.admin.chat.nextMessage()).text?.startsWith(HEADER));
    const parts = [];
    for (let part = 0; part < 3; part++) parts.push(await world.admin.chat.nextMessage());
    assert.deepEqual(parts.map(wordsOf), ["первое", "", "третье"]);
    assert.equal(new Set(parts.map(({ media_group_id }) => media_group_id)).size, 1);
    visitor.say("конец");
    await world.admin.chat.nextMessage();
    await visitor.chat.waitUntil((all) => countThanks(all) >= 2);
    assert.equal(countThanks(visitor.chat.messages), 2);
    assert.equal(world.admin.chat.messages.length, 5);
  }));

Deno.test("a message that the visitor deleted before it was copied is still reported", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    world.telegram.fault({
      method: "copyMessage",
      fault: {
        kind: "error",
        error_code: 400,
        description: "Bad Request: message to copy not found",
      },
    });
    visitor.sendPhoto("логотип");
    const followUp = await world.admin.chat.nextMessage();
    assert.match(followUp.text ?? "", /Не удалось переслать[^]*@betterrman[^]*логотип/);
  }));

Deno.test("what Telegram refuses to copy is told in words that name the visitor, and what to permit once per kind", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    world.telegram.fault({
      method: "copyMessage",
      fault: {
        kind: "error",
        error_code: 400,
        description: "Bad Request: not enough rights to send voice notes to the chat",
      },
    });
    const note = "⚠️ Не удалось переслать: 🎤 голосовое сообщение.\n" +
      `От: @betterrman (id${visitor.id}), профиль: MONSTER AGENCY`;
    visitor.sendVoice("мой номер +7 999 123-45-67");
    const first = await world.admin.chat.nextMessage();
    assert.equal(
      first.text,
      `${note}\n\nмой номер +7 999 123-45-67\n\n` +
        "Разрешите боту отправлять голосовые сообщения в этом чате, если они здесь запрещены.",
    );
    visitor.sendVoice();
    assert.equal((await world.admin.chat.nextMessage()).text, note);
    await visitor.chat.waitUntil((all) => countThanks(all) === 2);
    const copies = world.telegram.calls.filter(({ method }) => method === "copyMessage");
    assert.ok(copies.length <= 4, `${copies.length} tries to copy`);
    assert.equal(world.admin.chat.messages.length, 2);
  }));

Deno.test("an album's part that Telegram does not copy is reported with its sender's name and caption", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    const { photo = [] } = world.telegram.user({ first_name: "Анна" }).sendPhoto();
    const part = { photo, media_group_id: "5" };
    visitor.send({ ...part, caption: "офис" });
    visitor.send({ ...part, caption: "договор", has_protected_content: true });
    assert.ok((await world.admin.chat.nextMessage()).text?.startsWith(HEADER));
    assert.equal((await world.admin.chat.nextMessage()).caption, "офис");
    assert.equal(
      (await world.admin.chat.nextMessage()).text,
      `⚠️ Не удалось переслать: файлов альбома: 1.\nОт: @betterrman (id${visitor.id}), ` +
        "профиль: MONSTER AGENCY\n\nофис\n\nдоговор",
    );
  }));

Deno.test("a follow-up whose formatting Telegram refuses comes without it", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    visitor.say("сайт", {
      entities: [{ type: "text_link", offset: 0, length: 4, url: "https://" }],
    });
    assert.equal((await world.admin.chat.nextMessage()).text, `${HEADER}сайт`);
  }));

// — Content that the bot does not know —

/** A message of a kind that grammY's types may not know yet, as Telegram would hand it over. */
function unknownKind(fields: Readonly<Record<string, unknown>>): MessageContent {
  return fields;
}

const RICH = unknownKind({
  rich_message: {
    blocks: [{ type: "paragraph", text: ["мой ", { type: "bold", text: "номер" }] }],
  },
});

Deno.test("content of a kind that the bot does not know gets the menu before a lead, and is copied after", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    visitor.send(RICH);
    assert.match(wordsOf(await visitor.chat.nextMessage()), /Выберите/);
    await becomeLead(visitor);
    world.telegram.fault({
      method: "copyMessage",
      fault: { kind: "error", error_code: 400, description: "Bad Request: MESSAGE_KIND_NEW" },
    });
    for (const content of [RICH, unknownKind({ hologram_2031: { id: "x" } }), {}]) {
      visitor.send(content);
      assert.equal((await world.admin.chat.nextMessage()).text, `${HEADER}📦 вложение 👇`);
      const note = await world.admin.chat.nextMessage();
      assert.match(note.text ?? "", /^⚠️ Не удалось переслать: 📦 вложение\.\nОт: @betterrman/);
      if (content === RICH) assert.match(note.text ?? "", /\n\nмой номер\n\n/);
    }
    await visitor.chat.waitUntil((all) => countThanks(all) === 3);
  }));

Deno.test("a message of a shape that no Bot API has is still the managers'", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    const shapes: Readonly<Record<string, unknown>>[] = [
      { text: "раз", entities: [null, { type: "bold" }, 5] },
      { text: "два", entities: "bold" },
      { text: "три", entities: null, media_group_id: 5 },
      { text: "четыре", entities: [{ type: "bot_command" }], forward_origin: 1 },
      { text: "пять", from: { id: visitor.id } },
    ];
    for (const shape of shapes) {
      visitor.send(unknownKind(shape));
      assert.equal((await world.admin.chat.nextMessage()).text, `${HEADER}${shape["text"]}`);
    }
    visitor.send(unknownKind({ text: 5 }));
    assert.match(wordsOf(await world.admin.chat.nextMessage()), /📦 вложение/);
  }));

Deno.test("service messages and /id are no follow-ups", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    visitor.send({ message_auto_delete_timer_changed: { message_auto_delete_time: 86_400 } });
    visitor.send({ boost_added: { boost_count: 1 } });
    visitor.say("/id");
    const answer = await visitor.chat.waitFor((each) => /^id этого чата/.test(wordsOf(each)));
    assert.match(wordsOf(answer), new RegExp(`ADMIN_CHAT_ID=${visitor.id}$`));
    visitor.say("конец");
    assert.equal((await world.admin.chat.nextMessage()).text, `${HEADER}конец`);
    assert.equal(countThanks(visitor.chat.messages), 1);
  }));

// — Edits —

Deno.test("an edit of what the managers have comes as a reply to the first version, once, without thanks", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    const said = visitor.say("мой номер 111");
    const first = await world.admin.chat.nextMessage();
    await visitor.chat.waitUntil((all) => countThanks(all) === 1);
    const edited = visitor.edit(said, "мой номер 222");
    const shown = await world.admin.chat.nextMessage();
    assert.equal(shown.text, "✏️ Исправлено: мой номер 222");
    assert.equal(shown.reply_to_message?.message_id, first.message_id);
    visitor.amend(edited, {}); // As after a link preview or a reaction.
    await greet(world.telegram.user({ first_name: "Анна" })); // What came before is recorded.
    await world.bot.stop();
    await world.restart();
    visitor.amend(edited, {});
    visitor.edit(said, "мой номер 333");
    const again = await world.admin.chat.nextMessage();
    assert.equal(again.text, "✏️ Исправлено: мой номер 333");
    assert.equal(again.reply_to_message?.message_id, first.message_id);
    assert.equal(world.admin.chat.messages.length, 3);
    assert.equal(countThanks(visitor.chat.messages), 1);
  }));

Deno.test("edits that were recorded are shown after a kill, the last of them alone", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    const said = visitor.say("раз");
    await world.admin.chat.nextMessage();
    await visitor.chat.waitUntil((all) => countThanks(all) === 1);
    world.admin.kickBot();
    visitor.edit(said, "два");
    await world.bot.line("Дополнение к лиду не показать менеджерам");
    visitor.edit(said, "три");
    visitor.edit(said, "четыре");
    visitor.say("конец");
    await visitor.chat.waitUntil((all) => countThanks(all) === 2); // What came before is recorded.
    await world.bot.kill();
    world.admin.addBot();
    await world.restart();
    assert.equal((await world.admin.chat.nextMessage()).text, "✏️ Исправлено: четыре");
    assert.equal((await world.admin.chat.nextMessage()).text, `${HEADER}конец`);
  }));

Deno.test("an edit before the showing changes what is shown", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "silent" });
    const visitor = galliard(world);
    await becomeLead(visitor);
    const said = visitor.say("мой номер 111");
    await visitor.chat.waitUntil((all) => countThanks(all) === 1);
    visitor.edit(said, "мой номер 222");
    const card = await world.admin.chat.nextMessage();
    const followUp = await world.admin.chat.nextMessage();
    assert.equal(followUp.text, `${HEADER}мой номер 222`);
    assert.equal(followUp.reply_to_message?.message_id, card.message_id);
    assert.equal(world.admin.chat.messages.length, 2);
  }));

Deno.test("edits of a caption, of an album's part and of a file are shown", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    const photo = visitor.sendPhoto("офис");
    const copy = await world.admin.chat.nextMessage();
    visitor.edit(photo, "новый офис");
    const caption = await world.admin.chat.nextMessage();
    assert.equal(caption.text, "✏️ Исправлено: новый офис");
    assert.equal(caption.reply_to_message?.message_id, copy.message_id);
    const { photo: otherFile = [] } = world.telegram.user({ first_name: "Анна" }).sendPhoto();
    visitor.amend(photo, { photo: otherFile });
    const file = await world.admin.chat.nextMessage();
    assert.ok(file.photo);
    assert.equal(file.caption, "✏️ Исправлено: новый офис");

    const album = visitor.sendAlbum([{ kind: "photo", caption: "раз" }, { kind: "video" }]);
    for (let message = 0; message < 3; message++) await world.admin.chat.nextMessage();
    visitor.edit(album[1]!, "два");
    assert.equal((await world.admin.chat.nextMessage()).text, "✏️ Исправлено: два");
  }));

Deno.test("an edit of a message that is no follow-up does nothing", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const before = visitor.say("до лида");
    await visitor.chat.nextMessage();
    const start = visitor.start("agency");
    const menu = await visitor.chat.nextMessage();
    visitor.press(menu, CHOICE);
    await visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
    visitor.edit(before, "до лида, иначе");
    visitor.edit(start, "/start cg");
    const manager = world.admin.member({ first_name: "Анна" });
    world.admin.promoteBot();
    manager.edit(manager.say("привет"), "привет всем");
    visitor.say("конец");
    assert.equal((await world.admin.chat.nextMessage()).text, `${HEADER}конец`);
    assert.equal(world.admin.chat.messages.filter(({ from }) => from.is_bot).length, 1);
  }));

Deno.test("a visitor without a username is named by a mention that can be tapped", () =>
  withWorld(async (world) => {
    const visitor = world.telegram.user({ first_name: "Безник" });
    await becomeLead(visitor);
    visitor.say("привет");
    const followUp = await world.admin.chat.nextMessage();
    assert.equal(
      followUp.text,
      `📎 Дополнение к лиду MONSTER AGENCY от id${visitor.id}:\n\nпривет`,
    );
    const mention = followUp.entities?.find(({ type }) => type === "text_mention");
    assert.equal(mention?.type === "text_mention" && mention.user.id, visitor.id);
  }));

Deno.test("what is sent when the bot cannot reach the managers is shown when it can", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    world.admin.kickBot();
    visitor.say("https://example.com");
    await world.bot.line("Дополнение к лиду не показать менеджерам");
    await world.bot.kill();
    world.admin.addBot();
    await world.restart();
    assert.equal((await world.admin.chat.nextMessage()).text, `${HEADER}https://example.com`);
    assert.equal(world.admin.chat.messages.filter(({ text }) => text !== undefined).length, 1);
  }));

Deno.test("one visitor's 60 messages keep another's from the managers for seconds at most", () =>
  withWorld(async (world) => {
    const noisy = galliard(world);
    await becomeLead(noisy);
    const other = world.telegram.user({ first_name: "Анна", username: "anna" });
    await becomeLead(other);
    for (let nth = 1; nth <= 60; nth++) noisy.say(`№${nth}.`);
    await world.admin.chat.waitFor((each) => each.text?.endsWith("№10.") ?? false);
    other.say("перезвоните мне");
    const failsafe = AbortSignal.timeout(10_000);
    await world.admin.chat.waitFor((each) => each.text?.endsWith("перезвоните мне") ?? false);
    assert.ok(!failsafe.aborted, "it took more than 10 s");
    assert.ok(world.admin.chat.messages.length < 20, "the minute's messages are not used up");
  }));

Deno.test("a message 24 hours after the lead shows the menu and reaches no manager", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    await world.crm.nextLead();
    await world.bot.stop();
    ageLeads(world, 24 * 60 * 60 * 1000);
    await world.restart();
    visitor.say("кто здесь?");
    await visitor.chat.waitFor((each) => /Выберите/.test(wordsOf(each)));
    assert.deepEqual(world.admin.chat.messages, []);
  }));

/** Lets time pass for the journal, while the bot is away. */
function ageLeads(world: World, ms: number): void {
  const db = new DatabaseSync(`${world.folder}/data/triborg.db`);
  db.prepare("UPDATE leads SET received_at_ms = received_at_ms - ?").run(ms);
  db.close();
}
