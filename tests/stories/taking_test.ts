// Managers take leads, take them over from each other, return what was closed by mistake, and ask what happened to one.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Person, Press, SimMessage } from "../../lib/simulator/telegram/server.ts";
import { withBot } from "../helpers/bot_here.ts";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { withWorld, type World } from "../helpers/world.ts";
import { expectedCard } from "../helpers/shipped_texts.ts";
import { becomeLead, buttonTexts, galliard, greet, wordsOf } from "../helpers/visits.ts";

const BY_HAND = "✅ Внёс в CRM";
const RESEND = "🔁 Отправить в CRM";
const TAKE = "🙋 Беру";
const RETURN = "↩️ Вернуть";
const ABOUT = "ℹ️";
const LINE = "──────────────";
const MINUTE_MS = 60_000;

function manager({ admin }: World, username: string): Person {
  return admin.member({ first_name: username, username });
}

async function cardOf(world: World): Promise<SimMessage> {
  world.crm.behave({ kind: "answer", status: 500 });
  await becomeLead(galliard(world));
  return await world.admin.chat.nextMessage();
}

function whatHappened(message: SimMessage): string {
  return wordsOf(message).split(`\n\n${LINE}\n`)[1] ?? "";
}

async function untilSays(world: World, words: RegExp): Promise<SimMessage> {
  return await world.admin.chat.waitFor((each) => words.test(whatHappened(each)));
}

function query(world: World, sql: string) {
  const database = new DatabaseSync(`${world.folder}/data/triborg.db`, { readOnly: true });
  try {
    return database.prepare(sql).all().map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

const turns = (world: World) =>
  query(world, "SELECT kind, by, before FROM lead_turns ORDER BY number");

Deno.test("«Беру» puts the manager under the card, whose own words stay to the letter", () =>
  withWorld(async (world) => {
    const card = await cardOf(world);
    assert.equal(wordsOf(card), expectedCard());
    const { text, show_alert } = await manager(world, "anna").press(card, TAKE).answered;
    assert.deepEqual([text, show_alert], ["Лид ваш", undefined]);
    const taken = await untilSays(world, /^👤 @anna, \d/);
    assert.equal(taken.message_id, card.message_id);
    assert.ok(wordsOf(taken).startsWith(`${expectedCard()}\n\n${LINE}\n👤 @anna, `));
    assert.deepEqual(buttonTexts(taken), [BY_HAND, RESEND, TAKE, ABOUT]);
  }));

Deno.test("a lead that another manager has is taken over by a second press, and not by a double tap", () =>
  withBot(async ({ world, machine }) => {
    const card = await cardOf(world);
    const [anna, oleg] = [manager(world, "anna"), manager(world, "oleg")];
    await anna.press(card, TAKE).answered;
    assert.equal((await anna.press(card, TAKE).answered).text, "Этот лид уже у вас");
    for (let tap = 0; tap < 2; tap++) {
      const asked = await oleg.press(card, TAKE).answered;
      assert.match(asked.text ?? "", /^Лид уже взят: @anna, .*\n\nЗабрать себе\?/);
      assert.equal(asked.show_alert, true);
    }
    machine.passedMs += 2 * MINUTE_MS;
    assert.match((await oleg.press(card, TAKE).answered).text ?? "", /Забрать себе\?/);
    machine.passedMs += 5_000;
    const { text } = await oleg.press(card, TAKE).answered;
    assert.equal(text, "Лид теперь ваш, раньше: @anna");
    await untilSays(world, /^👤 @oleg, \d/);
    assert.deepEqual(turns(world), [
      { kind: "taken", by: "@anna", before: null },
      { kind: "taken_over", by: "@oleg", before: "@anna" },
    ]);
  }));

Deno.test("the question survives a kill: the second press after it takes the lead over", () =>
  withWorld(async (world) => {
    const card = await cardOf(world);
    await manager(world, "anna").press(card, TAKE).answered;
    const oleg = manager(world, "oleg");
    assert.match((await oleg.press(card, TAKE).answered).text ?? "", /Забрать себе\?/);
    await world.bot.kill(); // The press that asked may come again.
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // Sooner it counts as a double tap.
    await world.restart();
    await world.telegram.untilPolled();
    assert.deepEqual(turns(world).map(({ by }) => by), ["@anna"]);
    assert.match((await oleg.press(card, TAKE).answered).text ?? "", /теперь ваш/);
  }));

Deno.test("of two managers who press at once one has the lead, and the other is told who", () =>
  withWorld(async (world) => {
    const card = await cardOf(world);
    const presses = ["anna", "oleg"].map((name) => manager(world, name).press(card, TAKE));
    const told = await Promise.all(
      presses.map(async ({ answered }) => (await answered).text ?? ""),
    );
    assert.equal(told.filter((text) => text === "Лид ваш").length, 1, told.join());
    assert.equal(told.filter((text) => /^Лид уже взят: @(anna|oleg)/.test(text)).length, 1);
    assert.equal(turns(world).length, 1);
  }));

Deno.test("«Вернуть» opens a closed lead again for ten minutes, and then the button goes", () =>
  withBot(async ({ world, machine }) => {
    const card = await cardOf(world);
    const [anna, oleg] = [manager(world, "anna"), manager(world, "oleg")];
    await anna.press(card, BY_HAND).answered;
    const closed = await untilSays(world, /^✅ Внесён вручную: @anna, \d/);
    assert.deepEqual(buttonTexts(closed), [RETURN, ABOUT]);
    machine.passedMs += 9 * MINUTE_MS;
    assert.equal((await oleg.press(card, RETURN).answered).text, "Лид снова открыт");
    const open = await untilSays(world, /^↩️ Возвращён: @oleg, \d[^\n]*$/);
    assert.deepEqual(buttonTexts(open), [BY_HAND, RESEND, TAKE, ABOUT]);
    assert.deepEqual(query(world, "SELECT state, closed_by FROM leads"), [
      { state: "in_admin_chat", closed_by: null },
    ]);

    await anna.press(card, BY_HAND).answered;
    await untilSays(world, /^✅ Внесён вручную: @anna, \d/);
    machine.passedMs += 10 * MINUTE_MS;
    await anna.press(await cardOf(world), TAKE).answered; // Makes the bot look at what is due.
    await world.admin.chat.waitFor((each) =>
      each.message_id === card.message_id && buttonTexts(each).length === 0
    );
    assert.match((await oleg.press(closed, RETURN).answered).text ?? "", /10 минут, они прошли/);
    assert.deepEqual(query(world, "SELECT state FROM leads WHERE number = 1"), [
      { state: "by_hand" },
    ]);
    assert.deepEqual(query(world, "SELECT * FROM returns"), []);
  }));

Deno.test("«Вернуть» works after a restart, and a kill right after the press loses nothing of it", () =>
  withWorld(async (world) => {
    const card = await cardOf(world);
    const anna = manager(world, "anna");
    await anna.press(card, BY_HAND).answered;
    await untilSays(world, /Внесён вручную/);
    await world.bot.stop();
    await world.restart();
    await world.telegram.untilPolled();
    world.telegram.fault({
      method: "answerCallbackQuery",
      times: 1,
      fault: { kind: "hang" },
    });
    anna.press(card, RETURN);
    await world.telegram.nextCall("answerCallbackQuery");
    await world.bot.kill();
    await world.restart();
    const open = await untilSays(world, /^↩️ Возвращён: @anna, [^\n]*$/);
    assert.deepEqual(buttonTexts(open), [BY_HAND, RESEND, TAKE, ABOUT]);
    assert.equal(turns(world).filter(({ kind }) => kind === "returned").length, 1);
  }));

Deno.test("«ℹ️» tells why a lead is in the chat, within an alert's 200 characters", () =>
  withWorld(async (world) => {
    const card = await cardOf(world);
    const anna = manager(world, "anna");
    const first = await anna.press(card, ABOUT).answered;
    assert.equal(first.show_alert, true);
    assert.match(first.text ?? "", /^Лид № 1 · .*\nПочему здесь: 500 · 0,\d с\nПопыток: 1$/);
    world.crm.behave({ kind: "silent" });
    await anna.press(card, RESEND).answered;
    await untilSays(world, /CRM не ответила вовремя/);
    const { text = "" } = await anna.press(card, ABOUT).answered;
    assert.match(text, /\nПочему здесь: таймаут 1 с, лид мог дойти\nПопыток: 2$/);
    assert.ok(text.length <= 200);
  }));

Deno.test("a lead of a profile without a CRM is not offered to be sent there", () =>
  withWorld(async (world) => {
    const card = await cardOf(world);
    assert.deepEqual(buttonTexts(card), [BY_HAND, TAKE, ABOUT]);
    const { text } = await manager(world, "anna").press(card, ABOUT).answered;
    assert.match(text ?? "", /\nПочему здесь: CRM у профиля не настроена\nПопыток: 0$/);
  }, { locales: (locales) => void (locales.agency.webhook_url = "") }));

Deno.test("an open card offers to send its lead to the CRM as soon as its profile gets one, and no more when it loses it", () =>
  withWorld(async (world) => {
    const card = await cardOf(world);
    const offers = (wanted: boolean) =>
      world.admin.chat.waitFor((each) =>
        each.message_id === card.message_id && buttonTexts(each).includes(RESEND) === wanted
      );
    await world.editLocales((locales) => void (locales.agency.webhook_url = world.crm.url));
    await offers(true);
    await world.editLocales((locales) => void (locales.agency.webhook_url = ""));
    await offers(false);
    // Also while the bot is away.
    await world.bot.kill();
    await world.editLocales((locales) => void (locales.agency.webhook_url = world.crm.url));
    await world.restart();
    await offers(true);
  }, { locales: (locales) => void (locales.agency.webhook_url = "") }));

Deno.test("forged presses, presses elsewhere and old cards of an erased lead do nothing", () =>
  withWorld(async (world) => {
    const card = await cardOf(world);
    const anna = manager(world, "anna");
    const stranger = galliard(world);
    const lead = query(world, "SELECT id FROM leads")[0]?.["id"];
    const named = `1:${String(lead).slice(0, 8)}`;
    const menu = await greet(stranger);
    for (const data of [`take:${named}`, `return:${named}`, `about:${named}`]) {
      await forge(stranger, menu, data).answered;
    }
    for (const data of ["take:1:00000000", "take:2:00000000", "take:1", "return:1:", "about:x"]) {
      const { text, show_alert } = await forge(anna, card, data).answered;
      assert.deepEqual([text, show_alert], ["Такого лида нет в журнале", undefined], data);
    }
    assert.deepEqual(turns(world), []);

    await anna.press(card, BY_HAND).answered;
    await untilSays(world, /Внесён вручную/);
    await world.bot.stop();
    await erase(world);
    await world.restart();
    await world.telegram.untilPolled();
    for (const button of [`return:${named}`, `take:${named}`, `about:${named}`]) {
      const { text } = await forge(anna, card, button).answered;
      assert.equal(text, "Такого лида нет в журнале", button);
    }
    assert.deepEqual(query(world, "SELECT state FROM leads"), [{ state: "by_hand" }]);
    assert.deepEqual(turns(world), [{ kind: "closed", by: "@anna", before: null }]);
  }));

function forge(person: Person, message: SimMessage, data: string): Press {
  const forged = { reply_markup: { inline_keyboard: [[{ text: "x", callback_data: data }]] } };
  return person.press({ ...message, ...forged }, data);
}

async function erase({ folder }: World): Promise<void> {
  const journal = await openJournal(`${folder}/data/triborg.db`);
  assert.equal(
    await journal.erasePerson((await journal.findLead(1))?.chatId ?? 0, "@boss", Date.now()),
    1,
  );
  await journal.close();
}
