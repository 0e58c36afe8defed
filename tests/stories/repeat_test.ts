// Visitors who press again and again, nameless ones, and a data folder that is given to another bot: through the running bot.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { startTelegramServer, type Visitor } from "../../lib/simulator/telegram/server.ts";
import { withWorld, type World } from "../helpers/world.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";
import { assertAdminChatSilent, becomeLead, galliard, greet, wordsOf } from "../helpers/visits.ts";

const OTHER_TOKEN = "123456789:AAF0another-token-that-must-not-be-seen0";

/** The requests that the CRM got of a visitor so far, once another's lead has come after them. */
async function requestsOf(world: World, name: string): Promise<unknown[]> {
  await becomeLead(world.telegram.user({ first_name: "Later", username: "later" }));
  await world.crm.nextLead(({ rawBody }) => rawBody.includes("@later"));
  return world.crm.received.map(({ body }) =>
    body as { request_details: string; contact: { username: string } }
  ).filter(({ contact }) => contact.username === name).map((each) => each.request_details);
}

Deno.test("the same choice from a second greeting is confirmed there and makes no second deal, another choice does", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    const { menu } = await becomeLead(visitor);
    assert.equal(wordsOf(visitor.chat.message(menu.message_id)!), CONFIRMATION);
    assert.equal(visitor.chat.message(menu.message_id)?.reply_markup, undefined);
    const other = await greet(visitor);
    await visitor.press(other, "Создать сайт").answered;
    assert.deepEqual(await requestsOf(world, "@betterrman"), [CHOICE, "Создать сайт"]);
    await world.bot.line("🔂 Посетитель нажал ещё раз: это тот же лид");
    await assertAdminChatSilent(world);
  }));

Deno.test("a repeated press is confirmed after a kill, as a first one is", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    await world.bot.stop(); // Otherwise the kill may come before the CRM's answer is recorded.
    await world.restart();
    const menu = await greet(visitor);
    const mend = world.telegram.fault({
      method: "editMessageText",
      fault: { kind: "error", error_code: 500, description: "Internal Server Error" },
    });
    visitor.press(menu, CHOICE);
    await world.bot.line("Посетителю не ответить");
    await world.bot.kill();
    mend();
    await world.restart();
    await visitor.chat.waitUntil((messages) =>
      messages.filter((each) => wordsOf(each) === CONFIRMATION).length === 2
    );
    await assertAdminChatSilent(world);
    assert.deepEqual(await requestsOf(world, "@betterrman"), [CHOICE]);
  }));

Deno.test("of one visitor's 30 leads in a moment 20 reach the CRM, and the managers get one note on the rest", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    for (let nth = 0; nth < 30; nth++) await becomeLead(visitor);
    const line = wordsOf(await world.admin.chat.nextMessage());
    assert.equal(
      line,
      "⚠️ Ещё 10 лидов от @betterrman за час не отправлены в CRM, они на странице «Лиды»",
    );
    assert.equal((await requestsOf(world, "@betterrman")).length, 20);
    assert.equal(world.admin.chat.messages.length, 1);
  }, { env: { REPEAT_WINDOW_MINUTES: "0" }, telegram: { limits: "off" } }));

Deno.test("a visitor who goes on after the note on held leads causes no second note within the hour", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    for (let nth = 0; nth < 22; nth++) await becomeLead(visitor);
    assert.match(wordsOf(await world.admin.chat.nextMessage()), /Ещё 2 лида/);
    await becomeLead(visitor);
    // Longer than a line waits for its visitor to be quiet.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    await becomeLead(visitor);
    await assertAdminChatSilent(world);
  }, { env: { REPEAT_WINDOW_MINUTES: "0" }, telegram: { limits: "off" } }));

Deno.test("a visitor whose first name Telegram does not tell is a lead by username", () =>
  withWorld(async (world) => {
    const visitor = world.telegram.user({ first_name: null as unknown as string, username: "x_1" });
    await becomeLead(visitor);
    const { body } = await world.crm.nextLead();
    assert.deepEqual((body as { contact: unknown }).contact, { name: "@x_1", username: "@x_1" });
  }));

Deno.test("another bot on the same data folder has its own menus, and so has the first one when it comes back", () =>
  withWorld(async (world) => {
    await using other = await startTelegramServer({ token: OTHER_TOKEN });
    other.group({ id: world.admin.id, title: "Менеджеры", type: "supergroup" });
    const toOther = { BOT_TOKEN: OTHER_TOKEN, TELEGRAM_API_ROOT: other.url };
    const ofFirst = galliard(world);
    const ofOther = other.user({ ...ofFirst.user });
    const first = await becomeLead(ofFirst);
    await world.crm.nextLead();

    // What the first bot does not get to: a press, whose confirmation Telegram does not take.
    const late = await greet(ofFirst);
    const mend = world.telegram.fault({
      method: "editMessageText",
      fault: { kind: "error", error_code: 500, description: "Internal Server Error" },
    });
    ofFirst.press(late, "Создать сайт");
    await world.crm.nextLead();
    await world.bot.line("Посетителю не ответить");
    await world.bot.stop();
    mend();

    await world.restart(toOther);
    await other.untilPolled();
    await world.bot.line("Посетителю не ответить"); // They have not written to this bot yet.
    const second = await becomeLead(ofOther);
    assert.equal(second.menu.message_id, first.menu.message_id, "the same place in another chat");
    const { body } = await world.crm.nextLead();
    assert.equal((body as { request_details: string }).request_details, CHOICE);
    assert.deepEqual(confirmationsIn(ofOther), [second.menu.message_id]);
    await world.bot.stop();

    await world.restart();
    await ofFirst.press(first.menu, CHOICE).answered;
    await world.bot.stop();
    await world.restart(toOther);
    await other.untilPolled();
    await ofOther.press(second.menu, CHOICE).answered;
    assert.equal(world.crm.receivedCount, 3);
  }));

Deno.test("a press that one bot left in its journal is a lead under the next, and takes no menu from it", () =>
  withWorld(async (world) => {
    await using other = await startTelegramServer({ token: OTHER_TOKEN });
    other.group({ id: world.admin.id, title: "Менеджеры", type: "supergroup" });
    const ofFirst = galliard(world);
    const ofOther = other.user({ ...ofFirst.user });
    const menu = await greet(ofFirst);
    await world.bot.stop();
    const press = {
      id: "1",
      from: ofFirst.user,
      message: menu,
      chat_instance: "1",
      data: "agency_website",
    };
    leaveInInbox(world, 500_000_000, { callback_query: press });

    await world.restart({ BOT_TOKEN: OTHER_TOKEN, TELEGRAM_API_ROOT: other.url });
    const left = await world.crm.nextLead();
    assert.equal((left.body as { request_details: string }).request_details, "Создать сайт");
    await world.bot.line("Посетителю не ответить"); // They have not written to this bot yet.
    const { menu: own } = await becomeLead(ofOther);
    assert.equal(own.message_id, menu.message_id);
    const { body } = await world.crm.nextLead();
    assert.equal((body as { request_details: string }).request_details, CHOICE);
  }));

function leaveInInbox({ folder }: World, id: number, update: object): void {
  const db = new DatabaseSync(`${folder}/data/triborg.db`);
  db.prepare("INSERT INTO inbox (update_id, body, received_at_ms, due_at_ms) VALUES (?, ?, ?, 0)")
    .run(id, JSON.stringify({ update_id: id, ...update }), Date.now());
  db.close();
}

function confirmationsIn({ chat }: Visitor): number[] {
  return chat.messages.filter((each) => wordsOf(each) === CONFIRMATION)
    .map(({ message_id }) => message_id);
}
