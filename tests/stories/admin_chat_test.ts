// What happens to the managers' chat, and that no card is lost over it.

import assert from "node:assert/strict";
import { withHouse } from "../helpers/house.ts";
import { seedCard } from "../helpers/seed.ts";
import { becomeLead, galliard, wordsOf } from "../helpers/visits.ts";

const CRITICAL = "❌ КРИТИЧЕСКАЯ ОШИБКА: Не удалось отправить fallback в Telegram: ";

function freePort(): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = String(listener.addr.port);
  listener.close();
  return port;
}

async function health(port: string): Promise<{ status: number; reasons: string[] }> {
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  return { status: response.status, reasons: (await response.json()).reasons };
}

Deno.test("a group that became a supergroup is followed, and remembered after a restart", () =>
  withHouse(async (house) => {
    await house.crm.down();
    const group = house.telegram.group({ title: "Маленькая группа" });
    await house.restart({ ADMIN_CHAT_ID: String(group.id) });
    await becomeLead(galliard(house));
    await group.chat.nextMessage();

    const moved = group.migrate();
    await becomeLead(galliard(house));
    assert.equal(wordsOf(await moved.chat.nextMessage()), seedCard());
    await house.bot.line(String(moved.id));

    await house.bot.stop();
    await house.restart({ ADMIN_CHAT_ID: String(group.id) });
    const callsBefore = house.telegram.calls.length;
    await becomeLead(galliard(house));
    await moved.chat.nextMessage();
    const toOldId = house.telegram.calls.slice(callsBefore)
      .filter(({ chatId }) => chatId === group.id);
    assert.deepEqual(toOldId, []);
  }, { asleep: true }));

Deno.test("a wrong managers' chat loses no card: it comes after the id is mended", () =>
  withHouse(async (house) => {
    await house.crm.down();
    await house.restart({ ADMIN_CHAT_ID: "-100999" });
    await becomeLead(galliard(house));
    await house.bot.line(`${CRITICAL}400: Bad Request: chat not found`);
    await house.bot.stop();
    await house.restart();
    assert.equal(wordsOf(await house.admin.chat.nextMessage()), seedCard());
  }, { asleep: true }));

Deno.test("a card that Telegram puts off with 429 comes once, and later ones keep their order", () =>
  withHouse(async (house) => {
    await house.crm.down();
    house.telegram.fault({
      method: "sendMessage",
      chatId: house.admin.id,
      times: 1,
      fault: {
        kind: "error",
        error_code: 429,
        description: "Too Many Requests: retry after 1",
        parameters: { retry_after: 1 },
      },
    });
    for (const username of ["first", "second", "third"]) {
      await becomeLead(house.telegram.user({ first_name: username, username }));
    }
    for (const username of ["first", "second", "third"]) {
      assert.match(wordsOf(await house.admin.chat.nextMessage()), new RegExp(`@${username}\n`));
    }
    assert.equal(house.admin.chat.messages.length, 3);
    assert.doesNotMatch(house.bot.lines.join("\n"), /КРИТИЧЕСКАЯ/);
  }));

Deno.test("a card whose sending met a broken connection is sent again", () =>
  withHouse(async (house) => {
    await house.crm.down();
    house.telegram.fault({
      method: "sendMessage",
      chatId: house.admin.id,
      times: 1,
      fault: { kind: "html", status: 502 },
    });
    await becomeLead(galliard(house));
    await house.bot.line(CRITICAL);
    assert.equal(wordsOf(await house.admin.chat.nextMessage()), seedCard());
  }));

Deno.test("when the managers' chat fails, a card is shown in the alert chat once and stays due for the managers' chat", () =>
  withHouse(async (house) => {
    await house.crm.down();
    const alert = house.telegram.group({ title: "Запасной чат" });
    await house.restart({ ALERT_CHAT_ID: String(alert.id) });
    await house.telegram.untilPolled();
    house.admin.kickBot();
    await becomeLead(galliard(house));
    const alerted = await alert.chat.nextMessage();
    assert.equal(wordsOf(alerted), seedCard());
    assert.equal(alerted.reply_markup, undefined);
    await house.bot.line(() =>
      house.bot.lines.filter((line) => line.startsWith(CRITICAL)).length >= 2
    );
    house.admin.addBot();
    assert.equal(wordsOf(await house.admin.chat.nextMessage()), seedCard());
    assert.equal(alert.chat.messages.length, 1);
  }, { asleep: true }));

Deno.test("while the managers' chat fails /health answers 503 and says so, and 200 when the card is there", () => {
  const PORT = freePort();
  return withHouse(async (house) => {
    await house.crm.down();
    assert.deepEqual(await health(PORT), { status: 200, reasons: [] });
    house.admin.kickBot();
    await becomeLead(galliard(house));
    await house.bot.line(CRITICAL);
    const failing = await health(PORT);
    assert.equal(failing.status, 503);
    assert.ok(failing.reasons.includes("admin_chat"), String(failing.reasons));
    house.admin.addBot();
    await house.admin.chat.nextMessage();
    await becomeLead(galliard(house));
    await house.admin.chat.nextMessage();
    assert.deepEqual(await health(PORT), { status: 200, reasons: [] });
  }, { env: { PORT } });
});

Deno.test("cards and follow-ups go past a closed topic into the group, with one note, also across restarts", () =>
  withHouse(async (house) => {
    await house.crm.down();
    const forum = house.telegram.group({ title: "Форум", is_forum: true });
    const topic = forum.openTopic("Лиды");
    const env = { ADMIN_CHAT_ID: String(forum.id), ADMIN_TOPIC_ID: String(topic) };
    await house.restart(env);
    await house.telegram.untilPolled();
    const visitor = galliard(house);
    await becomeLead(visitor);
    assert.equal((await forum.chat.nextMessage()).message_thread_id, topic);
    forum.closeTopic(topic);
    visitor.sendPhoto("логотип");
    assert.equal((await forum.chat.nextMessage()).message_thread_id, undefined);
    const note = await forum.chat.nextMessage();
    assert.match(wordsOf(note), /^⚠️ Тема для лидов закрыта или удалена/);
    await becomeLead(galliard(house));
    const card = await forum.chat.nextMessage();
    assert.equal(wordsOf(card), seedCard());
    assert.equal(card.message_thread_id, undefined);

    await house.bot.stop();
    await house.restart(env);
    visitor.say("сайт");
    assert.match(wordsOf(await forum.chat.nextMessage()), /сайт$/);
    forum.reopenTopic(topic);
    await house.bot.stop();
    await house.restart(env);
    visitor.say("и ещё");
    assert.equal((await forum.chat.nextMessage()).message_thread_id, topic);
    const notes = forum.chat.messages.filter((each) => /^⚠️ Тема/.test(wordsOf(each)));
    assert.equal(notes.length, 1);
    assert.doesNotMatch(house.bot.lines.join("\n"), /КРИТИЧЕСКАЯ/);
  }, { asleep: true }));

Deno.test("a managers' chat that the bot is not in is said before the first card, in the log and in /health, until it is mended", () => {
  const port = freePort();
  return withHouse(async (house) => {
    house.admin.kickBot();
    await house.restart({ PORT: port });
    await house.bot.line(`❌ ADMIN_CHAT_ID=${house.admin.id}: бота нет в этом чате`);
    assert.deepEqual(await health(port), { status: 503, reasons: ["admin_chat_unusable"] });
    await becomeLead(galliard(house));
    await house.crm.nextLead(); // The lead waits for none of it.
    house.admin.addBot();
    await house.bot.line("снова доступен");
    assert.deepEqual(await health(port), { status: 200, reasons: [] });
    assert.equal(
      house.telegram.commands({ type: "chat", chat_id: house.admin.id }).length > 0,
      true,
    );
  }, { asleep: true });
});

Deno.test("a channel as managers' chat takes cards and presses, and the start says that it hears no commands", () =>
  withHouse(async (house) => {
    await house.crm.down();
    const channel = house.telegram.group({
      title: "Лиды",
      type: "channel",
      bot_is_admin: true,
    });
    await house.restart({ ADMIN_CHAT_ID: String(channel.id) });
    await house.bot.line("Чат менеджеров — канал");
    const visitor = galliard(house);
    await becomeLead(visitor);
    const card = await channel.chat.nextMessage();
    assert.equal(wordsOf(card), seedCard());
    visitor.say("сайт");
    assert.equal((await channel.chat.nextMessage()).reply_to_message?.message_id, card.message_id);
    const manager = channel.member({ first_name: "Анна" });
    manager.press(card, "✅ Внёс в CRM");
    await channel.chat.waitFor((each) => /✅ Внесён вручную: Анна/.test(wordsOf(each)));
    assert.doesNotMatch(house.bot.lines.join("\n"), /Команды в чате менеджеров не/);
  }, { asleep: true }));

Deno.test("/id is answered in any chat with the id and what to write where", () =>
  withHouse(async (house) => {
    const group = house.telegram.group({ title: "Другая группа" });
    group.member({ first_name: "Анна" }).say("/id");
    assert.equal(
      wordsOf(await group.chat.nextMessage()),
      `id этого чата: ${group.id}\n\nЧтобы лиды приходили сюда, в .env:\nADMIN_CHAT_ID=${group.id}`,
    );
    const forum = house.telegram.group({ title: "Форум", is_forum: true });
    const topic = forum.openTopic("Лиды");
    const place = { message_thread_id: topic, is_topic_message: true };
    forum.member({ first_name: "Борис" }).say("/id", place);
    const answer = await forum.chat.nextMessage();
    assert.match(
      wordsOf(answer),
      new RegExp(`ADMIN_CHAT_ID=${forum.id}\nADMIN_TOPIC_ID=${topic}$`),
    );
    assert.equal(answer.message_thread_id, topic);
    forum.closeTopic(topic);
    forum.member({ first_name: "Борис" }).say("/id", place);
    const beside = await forum.chat.nextMessage();
    assert.match(wordsOf(beside), new RegExp(`ADMIN_TOPIC_ID=${topic}$`));
    assert.equal(beside.message_thread_id, undefined);
    const channel = house.telegram.group({ title: "Лиды", type: "channel", bot_is_admin: true });
    channel.member({ first_name: "Глеб" }).say("/id");
    assert.match(
      wordsOf(await channel.chat.nextMessage()),
      new RegExp(`ADMIN_CHAT_ID=${channel.id}$`),
    );
    house.admin.member({ first_name: "Вера" }).say("/id");
    assert.match(wordsOf(await house.admin.chat.nextMessage()), /Лиды приходят сюда/);
  }));

Deno.test("a storm of cards goes several to a message, each lead whole and with its own buttons, within Telegram's pace", () =>
  withHouse(async (house) => {
    await house.crm.down();
    const visitors = Array.from(
      { length: 120 },
      (_, index) => house.telegram.user({ first_name: `V${index}`, username: `visitor${index}` }),
    );
    await Promise.all(visitors.map(becomeLead));
    await becomeLead(galliard(house)); // Visitors do not queue behind the cards.
    await house.admin.chat.waitUntil((all) => all.length === 20);
    const messages = house.admin.chat.messages;
    const leads = messages.flatMap((each) => wordsOf(each).match(/@visitor\d+\n/g) ?? []);
    assert.ok(leads.length > 60, `${leads.length} leads in 20 messages`);
    assert.equal(new Set(leads).size, leads.length);
    for (const message of messages) {
      const cards = wordsOf(message).split("--- ДАННЫЕ ДЛЯ CRM ---").length - 1;
      const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
      assert.equal(buttons.length, cards * 2);
    }
    const refused = house.telegram.calls.filter(({ outcome }) =>
      outcome.kind === "error" && outcome.error_code === 429
    );
    assert.deepEqual(refused, []);
  }));
