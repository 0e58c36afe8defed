// Changes and failures of the managers' chat: no card is lost.

import assert from "node:assert/strict";
import type { SimMessage } from "../../lib/simulator/telegram/server.ts";
import { freePort } from "../helpers/free_port.ts";
import { withWorld } from "../helpers/world.ts";
import { expectedCard } from "../helpers/shipped_texts.ts";
import { becomeLead, galliard, wordsOf } from "../helpers/visits.ts";

const CRITICAL = "❌ КРИТИЧЕСКАЯ ОШИБКА: Не удалось отправить fallback в Telegram: ";

async function health(port: string): Promise<{ status: number; reasons: string[] }> {
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  return { status: response.status, reasons: (await response.json()).reasons };
}

Deno.test("a group that became a supergroup is followed, and remembered after a restart", () =>
  withWorld(async (world) => {
    await world.crm.down();
    const group = world.telegram.group({ title: "Маленькая группа" });
    await world.restart({ ADMIN_CHAT_ID: String(group.id) });
    await becomeLead(galliard(world));
    await group.chat.nextMessage();

    const moved = group.migrate();
    await becomeLead(galliard(world));
    assert.equal(wordsOf(await moved.chat.nextMessage()), expectedCard());
    await world.bot.line(String(moved.id));

    await world.bot.stop();
    await world.restart({ ADMIN_CHAT_ID: String(group.id) });
    const callsBefore = world.telegram.calls.length;
    await becomeLead(galliard(world));
    await moved.chat.nextMessage();
    const toOldId = world.telegram.calls.slice(callsBefore)
      .filter(({ chatId }) => chatId === group.id);
    assert.deepEqual(toOldId, []);
  }, { asleep: true }));

Deno.test("a wrong managers' chat loses no card: it comes after the id is corrected", () =>
  withWorld(async (world) => {
    await world.crm.down();
    await world.restart({ ADMIN_CHAT_ID: "-100999" });
    await becomeLead(galliard(world));
    await world.bot.line(`${CRITICAL}400: Bad Request: chat not found`);
    await world.bot.stop();
    await world.restart();
    assert.equal(wordsOf(await world.admin.chat.nextMessage()), expectedCard());
  }, { asleep: true }));

Deno.test("a card that Telegram puts off with 429 comes once, and later ones keep their order", () =>
  withWorld(async (world) => {
    await world.crm.down();
    world.telegram.fault({
      method: "sendMessage",
      chatId: world.admin.id,
      times: 1,
      fault: {
        kind: "error",
        error_code: 429,
        description: "Too Many Requests: retry after 1",
        parameters: { retry_after: 1 },
      },
    });
    for (const username of ["first", "second", "third"]) {
      await becomeLead(world.telegram.user({ first_name: username, username }));
    }
    for (const username of ["first", "second", "third"]) {
      assert.match(wordsOf(await world.admin.chat.nextMessage()), new RegExp(`@${username}\n`));
    }
    assert.equal(world.admin.chat.messages.length, 3);
    assert.doesNotMatch(world.bot.lines.join("\n"), /КРИТИЧЕСКАЯ/);
  }));

Deno.test("a card whose sending met a broken connection is sent again", () =>
  withWorld(async (world) => {
    await world.crm.down();
    world.telegram.fault({
      method: "sendMessage",
      chatId: world.admin.id,
      times: 1,
      fault: { kind: "html", status: 502 },
    });
    await becomeLead(galliard(world));
    await world.bot.line(CRITICAL);
    assert.equal(wordsOf(await world.admin.chat.nextMessage()), expectedCard());
  }));

Deno.test("when the managers' chat fails, a card is shown in the alert chat once and stays due for the managers' chat", () =>
  withWorld(async (world) => {
    await world.crm.down();
    const alert = world.telegram.group({ title: "Запасной чат" });
    await world.restart({ ALERT_CHAT_ID: String(alert.id) });
    await world.telegram.untilPolled();
    world.admin.kickBot();
    await becomeLead(galliard(world));
    const alerted = await alert.chat.nextMessage();
    assert.equal(wordsOf(alerted), expectedCard());
    assert.equal(alerted.reply_markup, undefined);
    await world.bot.line(() =>
      world.bot.lines.filter((line) => line.startsWith(CRITICAL)).length >= 2
    );
    world.admin.addBot();
    assert.equal(wordsOf(await world.admin.chat.nextMessage()), expectedCard());
    assert.equal(alert.chat.messages.length, 1);
  }, { asleep: true }));

Deno.test("while the managers' chat fails /health answers 503 with the reason, and 200 when the card is there", () => {
  const PORT = String(freePort());
  return withWorld(async (world) => {
    await world.crm.down();
    assert.deepEqual(await health(PORT), { status: 200, reasons: [] });
    world.admin.kickBot();
    await becomeLead(galliard(world));
    await world.bot.line(CRITICAL);
    const failing = await health(PORT);
    assert.equal(failing.status, 503);
    assert.ok(failing.reasons.includes("admin_chat"), String(failing.reasons));
    world.admin.addBot();
    await world.admin.chat.nextMessage();
    await becomeLead(galliard(world));
    await world.admin.chat.nextMessage();
    assert.deepEqual(await health(PORT), { status: 200, reasons: [] });
  }, { env: { PORT } });
});

Deno.test("cards and follow-ups go past a closed topic into the group, with one note, also across restarts", () =>
  withWorld(async (world) => {
    await world.crm.down();
    const forum = world.telegram.group({ title: "Форум", is_forum: true });
    const topic = forum.openTopic("Лиды");
    const env = { ADMIN_CHAT_ID: String(forum.id), ADMIN_TOPIC_ID: String(topic) };
    await world.restart(env);
    await world.telegram.untilPolled();
    const visitor = galliard(world);
    await becomeLead(visitor);
    assert.equal((await forum.chat.nextMessage()).message_thread_id, topic);
    forum.closeTopic(topic);
    visitor.sendPhoto("логотип");
    assert.equal((await forum.chat.nextMessage()).message_thread_id, undefined);
    const note = await forum.chat.nextMessage();
    assert.match(wordsOf(note), /^⚠️ Тема для лидов закрыта или удалена/);
    await becomeLead(galliard(world));
    const card = await forum.chat.nextMessage();
    assert.equal(wordsOf(card), expectedCard());
    assert.equal(card.message_thread_id, undefined);

    await world.bot.stop();
    await world.restart(env);
    visitor.say("сайт");
    assert.match(wordsOf(await forum.chat.nextMessage()), /сайт$/);
    forum.reopenTopic(topic);
    await world.bot.stop();
    await world.restart(env);
    visitor.say("и ещё");
    assert.equal((await forum.chat.nextMessage()).message_thread_id, topic);
    const notes = forum.chat.messages.filter((each) => /^⚠️ Тема/.test(wordsOf(each)));
    assert.equal(notes.length, 1);
    assert.doesNotMatch(world.bot.lines.join("\n"), /КРИТИЧЕСКАЯ/);
  }, { asleep: true }));

Deno.test("a managers' chat that the bot is not in is in the log and in /health before the first card, until it is corrected", () => {
  const port = String(freePort());
  return withWorld(async (world) => {
    world.admin.kickBot();
    await world.restart({ PORT: port });
    await world.bot.line(`❌ ADMIN_CHAT_ID=${world.admin.id}: бота нет в этом чате`);
    assert.deepEqual(await health(port), { status: 503, reasons: ["admin_chat_unusable"] });
    await becomeLead(galliard(world));
    await world.crm.nextLead(); // The lead waits for none of it.
    world.admin.addBot();
    await world.bot.line("снова доступен");
    assert.deepEqual(await health(port), { status: 200, reasons: [] });
    assert.equal(
      world.telegram.commands({ type: "chat", chat_id: world.admin.id }).length > 0,
      true,
    );
  }, { asleep: true });
});

Deno.test("a channel as managers' chat takes cards, presses and commands, except for the link into the page", () =>
  withWorld(async (world) => {
    await world.crm.down();
    const channel = world.telegram.group({
      title: "Лиды",
      type: "channel",
      bot_is_admin: true,
    });
    await world.restart({ ADMIN_CHAT_ID: String(channel.id) });
    await world.bot.line("Чат менеджеров — канал");
    const visitor = galliard(world);
    await becomeLead(visitor);
    const card = await channel.chat.nextMessage();
    assert.equal(wordsOf(card), expectedCard());
    visitor.say("сайт");
    assert.equal((await channel.chat.nextMessage()).reply_to_message?.message_id, card.message_id);
    const manager = channel.member({ first_name: "Анна" });
    manager.press(card, "✅ Внёс в CRM");
    await channel.chat.waitFor((each) => /✅ Внесён вручную: Анна/.test(wordsOf(each)));
    manager.say("/find @betterrman");
    await channel.chat.waitFor((each) => /^Найдено: @betterrman\n/.test(wordsOf(each)));
    manager.say("/admin");
    await channel.chat.waitFor((each) => /прочли бы все подписчики/.test(wordsOf(each)));
    manager.say("/help");
    const help = await channel.chat.waitFor((each) => wordsOf(each).includes("/find — "));
    assert.doesNotMatch(wordsOf(help), /\/admin/);
    assert.doesNotMatch(world.bot.lines.join("\n"), /Команды в чате менеджеров не/);
  }, { asleep: true }));

Deno.test("/id is answered in any chat with the id and what to write where", () =>
  withWorld(async (world) => {
    const group = world.telegram.group({ title: "Другая группа" });
    group.member({ first_name: "Анна" }).say("/id");
    assert.equal(
      wordsOf(await group.chat.nextMessage()),
      `id этого чата: ${group.id}\n\nЧтобы лиды приходили сюда, в .env:\nADMIN_CHAT_ID=${group.id}\n\n` +
        "Для одного профиля — на его странице, «Свой чат менеджеров», или в locales.json:\n" +
        `"managers_chat_id": ${group.id}`,
    );
    const forum = world.telegram.group({ title: "Форум", is_forum: true });
    const topic = forum.openTopic("Лиды");
    const place = { message_thread_id: topic, is_topic_message: true };
    forum.member({ first_name: "Борис" }).say("/id", place);
    const answer = await forum.chat.nextMessage();
    assert.match(
      wordsOf(answer),
      new RegExp(
        `ADMIN_CHAT_ID=${forum.id}\nADMIN_TOPIC_ID=${topic}\n[^]*` +
          `"managers_chat_id": ${forum.id}, "topic_id": ${topic}$`,
      ),
    );
    assert.equal(answer.message_thread_id, topic);
    forum.closeTopic(topic);
    forum.member({ first_name: "Борис" }).say("/id", place);
    const beside = await forum.chat.nextMessage();
    assert.match(wordsOf(beside), new RegExp(`ADMIN_TOPIC_ID=${topic}\n`));
    assert.equal(beside.message_thread_id, undefined);
    const channel = world.telegram.group({ title: "Лиды", type: "channel", bot_is_admin: true });
    channel.member({ first_name: "Глеб" }).say("/id");
    assert.match(
      wordsOf(await channel.chat.nextMessage()),
      new RegExp(`ADMIN_CHAT_ID=${channel.id}\n`),
    );
    world.admin.member({ first_name: "Вера" }).say("/id");
    assert.match(wordsOf(await world.admin.chat.nextMessage()), /Лиды приходят сюда/);
  }));

Deno.test("a storm of cards goes several to a message, each with its own buttons, within Telegram's pace", () =>
  withWorld(async (world) => {
    // All leads fail together, else on a slow machine each card is shown before the next is due.
    const allAreLeads = Promise.withResolvers<void>();
    const then = { kind: "answer", status: 500 } as const;
    world.crm.behave({ kind: "slow", until: allAreLeads.promise, then });
    const visitors = Array.from(
      { length: 120 },
      (_, index) => world.telegram.user({ first_name: `V${index}`, username: `visitor${index}` }),
    );
    await Promise.all(visitors.map(becomeLead));
    allAreLeads.resolve();
    await becomeLead(galliard(world)); // Visitors do not queue behind the cards.
    const leadsIn = (all: readonly SimMessage[]) =>
      all.flatMap((each) => wordsOf(each).match(/@(visitor\d+|betterrman)\n/g) ?? []);
    await world.admin.chat.waitUntil((all) => all.length >= 20 || leadsIn(all).length === 121);
    const messages = world.admin.chat.messages.slice(0, 20);
    const leads = leadsIn(messages);
    assert.ok(leads.length > 60, `${leads.length} leads in ${messages.length} messages`);
    assert.equal(new Set(leads).size, leads.length);
    for (const message of messages) {
      const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
      assert.equal(buttons.length, leadsIn([message]).length * 4);
    }
    const refused = world.telegram.calls.filter(({ outcome }) =>
      outcome.kind === "error" && outcome.error_code === 429
    );
    assert.deepEqual(refused, []);
  }, { env: { CRM_TIMEOUT_SECONDS: "120" } }));
