// What leads send afterwards, and how the managers get it.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { SimMessage } from "../lib/demo/telegram_server.ts";
import { type House, withHouse } from "./helpers/house.ts";
import { becomeLead, galliard, wordsOf } from "./helpers/visits.ts";

const THANKS = "🙏 Спасибо, получили! Передали вашему стратегу.";
const HEADER = "📎 Дополнение к лиду MONSTER AGENCY от @betterrman:\n\n";

function countThanks(messages: readonly SimMessage[]): number {
  return messages.filter((each) => each.text === THANKS).length;
}

Deno.test("a text reaches the managers once with its formatting, and the visitor is thanked once", () =>
  withHouse(async (house) => {
    const visitor = galliard(house);
    await becomeLead(visitor);
    visitor.say("смотрите сайт", {
      entities: [{ type: "text_link", offset: 9, length: 4, url: "https://example.com/x" }],
    });
    const followUp = await house.admin.chat.nextMessage();
    assert.equal(followUp.text, `${HEADER}смотрите сайт`);
    const link = followUp.entities?.find(({ type }) => type === "text_link");
    assert.equal(link?.offset, HEADER.length + 9);
    await visitor.chat.waitFor((each) => each.text === THANKS);

    visitor.say("и ещё");
    await house.admin.chat.nextMessage((each) => each.text?.endsWith("и ещё") ?? false);
    await visitor.chat.waitUntil((all) => countThanks(all) === 2);
    assert.equal(house.admin.chat.messages.length, 2);
  }));

for (const length of [4000, 4096]) {
  Deno.test(`a text of ${length} characters comes complete`, () =>
    withHouse(async (house) => {
      const visitor = galliard(house);
      await becomeLead(visitor);
      const text = "🙂".repeat(length / 2);
      visitor.say(text);
      await house.admin.chat.waitFor((each) => each.text?.endsWith(text) ?? false);
      await house.admin.chat.waitFor((each) => each.text?.includes("@betterrman") ?? false);
    }));
}

Deno.test("a text that looks like placeholders and markup comes as it is", () =>
  withHouse(async (house) => {
    const visitor = galliard(house);
    await becomeLead(visitor);
    const text = "{username} {message} {choice} <b>*_[]()~`>#+-=|{}.! $& $1 \\";
    visitor.say(text);
    assert.equal((await house.admin.chat.nextMessage()).text, HEADER + text);
  }));

Deno.test("a follow-up replies to the lead's card, where there is one", () =>
  withHouse(async (house) => {
    house.crm.behave({ kind: "answer", status: 500 });
    const visitor = galliard(house);
    await becomeLead(visitor);
    const card = await house.admin.chat.nextMessage();
    visitor.say("https://example.com");
    const followUp = await house.admin.chat.nextMessage();
    assert.equal(followUp.reply_to_message?.message_id, card.message_id);
  }));

Deno.test("a follow-up sent while the CRM hangs waits for the card and replies to it", () =>
  withHouse(async (house) => {
    house.crm.behave({ kind: "silent" });
    const visitor = galliard(house);
    await becomeLead(visitor);
    visitor.say("https://example.com");
    await visitor.chat.waitFor((each) => each.text === THANKS);
    const card = await house.admin.chat.nextMessage();
    assert.match(wordsOf(card), /FALLBACK/);
    const followUp = await house.admin.chat.nextMessage();
    assert.equal(followUp.reply_to_message?.message_id, card.message_id);
  }));

const media: [string, (house: ReturnType<typeof galliard>) => SimMessage, keyof SimMessage][] = [
  ["a photo", (visitor) => visitor.sendPhoto("наш логотип"), "photo"],
  ["a document", (visitor) => visitor.sendDocument("бриф"), "document"],
  ["a voice message", (visitor) => visitor.sendVoice(), "voice"],
  ["a video", (visitor) => visitor.sendVideo(), "video"],
];
for (const [name, send, kind] of media) {
  Deno.test(`${name} reaches the managers in one message, with the sender and the words`, () =>
    withHouse(async (house) => {
      const visitor = galliard(house);
      await becomeLead(visitor);
      const sent = send(visitor);
      const followUp = await house.admin.chat.nextMessage();
      assert.ok(followUp[kind]);
      assert.ok(followUp.caption?.startsWith(HEADER), followUp.caption);
      assert.ok(followUp.caption?.endsWith(sent.caption ?? ""), followUp.caption);
      await visitor.chat.waitFor((each) => each.text === THANKS);
    }));
}

Deno.test("a photo with a caption of 1024 characters comes complete, the sender before it", () =>
  withHouse(async (house) => {
    const visitor = galliard(house);
    await becomeLead(visitor);
    const caption = "ы".repeat(1024);
    visitor.sendPhoto(caption);
    assert.ok((await house.admin.chat.nextMessage()).text?.startsWith(HEADER));
    const copy = await house.admin.chat.nextMessage();
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
    withHouse(async (house) => {
      const visitor = galliard(house);
      await becomeLead(visitor);
      send(visitor);
      assert.ok((await house.admin.chat.nextMessage()).text?.startsWith(HEADER));
      const copy = await house.admin.chat.nextMessage();
      assert.ok(copy.sticker ?? copy.location ?? copy.contact);
    }));
}

Deno.test("an album comes together, in order, with one thanks", () =>
  withHouse(async (house) => {
    const visitor = galliard(house);
    await becomeLead(visitor);
    visitor.sendAlbum([
      { kind: "photo", caption: "первое" },
      { kind: "video" },
      { kind: "photo", caption: "третье" },
    ]);
    assert.ok((await house.admin.chat.nextMessage()).text?.startsWith(HEADER));
    const parts = [];
    for (let part = 0; part < 3; part++) parts.push(await house.admin.chat.nextMessage());
    assert.deepEqual(parts.map(wordsOf), ["первое", "", "третье"]);
    assert.equal(new Set(parts.map(({ media_group_id }) => media_group_id)).size, 1);
    visitor.say("конец");
    await house.admin.chat.nextMessage();
    await visitor.chat.waitUntil((all) => countThanks(all) >= 2);
    assert.equal(countThanks(visitor.chat.messages), 2);
    assert.equal(house.admin.chat.messages.length, 5);
  }));

Deno.test("a message that the visitor deleted before it was copied is still reported", () =>
  withHouse(async (house) => {
    const visitor = galliard(house);
    await becomeLead(visitor);
    house.telegram.fault({
      method: "copyMessage",
      fault: {
        kind: "error",
        error_code: 400,
        description: "Bad Request: message to copy not found",
      },
    });
    visitor.sendPhoto("логотип");
    const followUp = await house.admin.chat.nextMessage();
    assert.match(followUp.text ?? "", /Не удалось переслать[^]*логотип/);
  }));

Deno.test("a visitor without a username is named by a mention that can be tapped", () =>
  withHouse(async (house) => {
    const visitor = house.telegram.user({ first_name: "Безник" });
    await becomeLead(visitor);
    visitor.say("привет");
    const followUp = await house.admin.chat.nextMessage();
    assert.equal(
      followUp.text,
      `📎 Дополнение к лиду MONSTER AGENCY от id${visitor.id}:\n\nпривет`,
    );
    const mention = followUp.entities?.find(({ type }) => type === "text_mention");
    assert.equal(mention?.type === "text_mention" && mention.user.id, visitor.id);
  }));

Deno.test("what is sent when the bot cannot reach the managers is shown when it can", () =>
  withHouse(async (house) => {
    const visitor = galliard(house);
    await becomeLead(visitor);
    house.admin.kickBot();
    visitor.say("https://example.com");
    await house.bot.line("Дополнение к лиду не показать менеджерам");
    await house.bot.kill();
    house.admin.addBot();
    await house.restart();
    assert.equal((await house.admin.chat.nextMessage()).text, `${HEADER}https://example.com`);
    assert.equal(house.admin.chat.messages.filter(({ text }) => text !== undefined).length, 1);
  }));

Deno.test("one visitor's 60 messages keep another's from the managers for seconds at most", () =>
  withHouse(async (house) => {
    const noisy = galliard(house);
    await becomeLead(noisy);
    const other = house.telegram.user({ first_name: "Анна", username: "anna" });
    await becomeLead(other);
    for (let nth = 1; nth <= 60; nth++) noisy.say(`№${nth}.`);
    await house.admin.chat.waitFor((each) => each.text?.endsWith("№10.") ?? false);
    other.say("перезвоните мне");
    const failsafe = AbortSignal.timeout(10_000);
    await house.admin.chat.waitFor((each) => each.text?.endsWith("перезвоните мне") ?? false);
    assert.ok(!failsafe.aborted, "it took more than 10 s");
    assert.ok(house.admin.chat.messages.length < 20, "the minute's messages are not used up");
  }));

Deno.test("a message 24 hours after the lead shows the menu and reaches no manager", () =>
  withHouse(async (house) => {
    const visitor = galliard(house);
    await becomeLead(visitor);
    await house.crm.nextLead();
    await house.bot.stop();
    ageLeads(house, 24 * 60 * 60 * 1000);
    await house.restart();
    visitor.say("кто здесь?");
    await visitor.chat.waitFor((each) => /Выберите/.test(wordsOf(each)));
    assert.deepEqual(house.admin.chat.messages, []);
  }));

/** Lets time pass for the journal, while the bot is away. */
function ageLeads(house: House, ms: number): void {
  const db = new DatabaseSync(`${house.folder}/data/triborg.db`);
  db.prepare("UPDATE leads SET received_at_ms = received_at_ms - ?").run(ms);
  db.close();
}
