// What managers do in their chat: the cards' buttons, the commands, and what follows an outage.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Person, SimMessage } from "../../lib/simulator/telegram/server.ts";
import { type House, withHouse } from "../helpers/house.ts";
import { CHOICE, seedCard } from "../helpers/seed.ts";
import { becomeLead, buttonTexts, galliard, greet, wordsOf } from "../helpers/visits.ts";

const BY_HAND = "✅ Внёс в CRM";
const RESEND = "🔁 Отправить в CRM";
const DOUBTFUL = "🔁 Отправить в CRM (возможен дубль)";

function manager(house: House): Person {
  return house.admin.member({ first_name: "Мария", username: "maria" });
}

async function cardOf(house: House): Promise<SimMessage> {
  await becomeLead(galliard(house));
  return await house.admin.chat.nextMessage();
}

Deno.test("«Внёс в CRM» closes the lead, and the card shows who and when", () =>
  withHouse(async (house) => {
    await house.crm.down();
    const card = await cardOf(house);
    assert.deepEqual(buttonTexts(card), [BY_HAND, RESEND]);
    const press = manager(house).press(card, BY_HAND);
    assert.match((await press.answered).text ?? "", /внес/);
    const closed = await house.admin.chat.waitFor((each) =>
      /Внесён вручную: @maria, \d/.test(wordsOf(each))
    );
    assert.equal(closed.message_id, card.message_id);
    assert.ok(wordsOf(closed).startsWith(seedCard()));
    assert.deepEqual(buttonTexts(closed), []);
    assert.deepEqual(states(house), ["by_hand"]);
  }));

Deno.test("«Отправить в CRM» makes one more attempt with the same key, and its success takes the buttons", () =>
  withHouse(async (house) => {
    house.crm.behave({ kind: "answer", status: 500 });
    const card = await cardOf(house);
    house.crm.behave({ kind: "answer" });
    await manager(house).press(card, RESEND).answered;
    const sent = await house.admin.chat.waitFor((each) => /✅ В CRM: @maria/.test(wordsOf(each)));
    assert.deepEqual(buttonTexts(sent), []);
    const [first, second] = house.crm.received;
    assert.equal(first?.idempotencyKey, second?.idempotencyKey);
    assert.equal(first?.rawBody, second?.rawBody);
    assert.equal(house.crm.receivedCount, 2);
    assert.deepEqual(states(house), ["in_crm"]);
  }));

Deno.test("an attempt that fails again says why on the same card, with both buttons", () =>
  withHouse(async (house) => {
    house.crm.behave({ kind: "answer", status: 500 });
    const card = await cardOf(house);
    await manager(house).press(card, RESEND).answered;
    const failed = await house.admin.chat.waitFor((each) => /CRM ответила 500/.test(wordsOf(each)));
    assert.equal(failed.message_id, card.message_id);
    assert.deepEqual(buttonTexts(failed), [BY_HAND, RESEND]);
    assert.equal(house.admin.chat.messages.length, 1);
  }));

Deno.test("a lead without a webhook address can be sent once there is one", () =>
  withHouse(async (house) => {
    const card = await cardOf(house);
    assert.match(wordsOf(card), /^⚠️ \[WEBHOOK НЕ НАСТРОЕН\] ⚠️\n/);
    await manager(house).press(card, RESEND).answered;
    await house.admin.chat.waitFor((each) => /адрес вебхука не годится/.test(wordsOf(each)));
    await house.editLocales((locales) => void (locales.agency.webhook_url = house.crm.url));
    await house.bot.line("изменения приняты");
    await manager(house).press(card, RESEND).answered;
    await house.admin.chat.waitFor((each) => /✅ В CRM: @maria/.test(wordsOf(each)));
  }, { locales: (locales) => void (locales.agency.webhook_url = "") }));

Deno.test("after a timeout the label warns of a duplicate", () =>
  withHouse(async (house) => {
    house.crm.behave({ kind: "silent" });
    assert.deepEqual(buttonTexts(await cardOf(house)), [BY_HAND, DOUBTFUL]);
  }));

Deno.test("after a cut connection the label warns of a duplicate, after a refused one it does not", () =>
  withHouse(async (house) => {
    house.crm.behave({ kind: "reset_after_reading" });
    assert.deepEqual(buttonTexts(await cardOf(house)), [BY_HAND, DOUBTFUL]);
    await house.crm.down();
    assert.deepEqual(buttonTexts(await cardOf(house)), [BY_HAND, RESEND]);
  }));

Deno.test("a press counts once while its attempt runs, and a crash in mid-attempt ends it as doubtful", () =>
  withHouse(async (house) => {
    house.crm.behave({ kind: "answer", status: 500 });
    const card = await cardOf(house);
    house.crm.behave({ kind: "silent" });
    const presses = [manager(house).press(card, RESEND), manager(house).press(card, RESEND)];
    await Promise.all(presses.map((press) => press.answered));
    await house.crm.nextLead();
    await house.crm.nextLead();
    await house.admin.chat.waitFor((each) => buttonTexts(each).length === 0);
    await house.bot.kill();
    await house.restart();
    const again = await house.admin.chat.waitFor((each) => buttonTexts(each).includes(DOUBTFUL));
    assert.equal(again.message_id, card.message_id);
    assert.equal(house.crm.receivedCount, 2);
    assert.equal(house.admin.chat.messages.length, 1);
  }, { env: { CRM_TIMEOUT_SECONDS: "60" } }));

Deno.test("a card's buttons work after a restart", () =>
  withHouse(async (house) => {
    await house.crm.down();
    const card = await cardOf(house);
    await house.bot.stop();
    await house.restart();
    manager(house).press(card, BY_HAND);
    await house.admin.chat.waitFor((each) => /Внесён вручную: @maria/.test(wordsOf(each)));
  }));

Deno.test("a second manager's press on a closed lead changes nothing and says so", () =>
  withHouse(async (house) => {
    await house.crm.down();
    const card = await cardOf(house);
    await manager(house).press(card, BY_HAND).answered;
    const second = house.admin.member({ first_name: "Пётр", username: "petr" });
    assert.match((await second.press(card, RESEND).answered).text ?? "", /закрыт/);
    assert.doesNotMatch(house.admin.chat.messages.map(wordsOf).join(), /petr/);
  }));

Deno.test("buttons in another chat are nobody's: the lead stays open", () =>
  withHouse(async (house) => {
    await house.crm.down();
    const card = await cardOf(house);
    await house.bot.stop();
    const elsewhere = house.telegram.group({ title: "Другой чат", type: "supergroup" });
    await house.restart({ ADMIN_CHAT_ID: String(elsewhere.id) });
    await manager(house).press(card, BY_HAND).answered;
    assert.deepEqual(states(house), ["in_admin_chat"]);
  }));

Deno.test("the first lead that the CRM takes after an outage brings one offer, and it sends what is open", () =>
  withHouse(async (house) => {
    await house.crm.down();
    const names = ["one", "two", "three"];
    const cards: SimMessage[] = [];
    for (const username of names) {
      await becomeLead(house.telegram.user({ first_name: username, username }));
      cards.push(await house.admin.chat.nextMessage());
    }
    const [, second] = cards;
    if (second === undefined) throw new Error("No second card");
    await manager(house).press(second, BY_HAND).answered;
    await house.crm.up();
    await becomeLead(galliard(house));

    const offered = await house.admin.chat.nextMessage();
    assert.match(wordsOf(offered), /CRM снова принимает лиды: MONSTER AGENCY/);
    assert.deepEqual(buttonTexts(offered), ["Отправить все в CRM (2)"]);
    await becomeLead(house.telegram.user({ first_name: "Later", username: "later" }));
    await manager(house).press(offered, "Отправить все в CRM (2)").answered;
    const report = await house.admin.chat.waitFor((each) => /2 из 2/.test(wordsOf(each)));
    assert.equal(report.message_id, offered.message_id);
    await house.admin.chat.waitUntil((messages) =>
      messages.every((each) => buttonTexts(each).length === 0)
    );
    const sent = house.crm.received.map(({ rawBody }) => /@(\w+)/.exec(rawBody)?.[1]);
    assert.deepEqual(sent.slice(-2), ["one", "three"]);
    assert.equal(house.admin.chat.messages.length, 4); // Three cards and one offer.
  }));

Deno.test("an offer that was made while the clock was a year ahead keeps no later one back", () =>
  withHouse(async (house) => {
    await house.crm.down();
    await cardOf(house);
    await house.bot.stop();
    const journal = new DatabaseSync(`${house.folder}/data/triborg.db`);
    journal.prepare("INSERT INTO facts VALUES ('offered_at_ms:agency', ?)")
      .run(String(Date.now() + 365 * 24 * 60 * 60 * 1000));
    journal.close();
    await house.crm.up();
    await house.restart();
    await becomeLead(house.telegram.user({ first_name: "Later", username: "later" }));
    assert.match(wordsOf(await house.admin.chat.nextMessage()), /CRM снова принимает лиды/);
  }));

Deno.test("sending all stops when the CRM fails again, and says how far it came", () =>
  withHouse(async (house) => {
    await house.crm.down();
    for (let lead = 0; lead < 5; lead++) {
      await becomeLead(house.telegram.user({ first_name: `V${lead}`, username: `visitor${lead}` }));
      await house.admin.chat.nextMessage();
    }
    await house.crm.up();
    await becomeLead(galliard(house));
    const offered = await house.admin.chat.nextMessage();
    house.crm.behave({ kind: "answer", status: 503 });
    await manager(house).press(offered, "Отправить все в CRM (5)").answered;
    await house.admin.chat.waitFor((each) =>
      /0 из 5/.test(wordsOf(each)) && /Осталось: 2/.test(wordsOf(each))
    );
    await house.admin.chat.waitUntil((messages) =>
      messages.filter((each) => buttonTexts(each).length === 2).length === 5
    );
  }));

Deno.test("the managers' commands answer in their chat alone, and are registered for it", () =>
  withHouse(async (house) => {
    await house.crm.down();
    const card = await cardOf(house);
    const maria = manager(house);
    maria.say("/status");
    const status = wordsOf(await house.admin.chat.nextMessage());
    assert.match(status, /❌ MONSTER AGENCY: нет связи с CRM, \d\d:\d\d, в чате: 1/);
    assert.match(status, /▫️ MONSTER CG: лидов ещё не было/);
    assert.match(status, /Доставляется: 0/);
    assert.match(status, /Сегодня: 1 лид\. В CRM 0 · В чате 1 · Внесён вручную 0 · Доставляется 0/);

    maria.say(`/LEADS@${house.telegram.bot.username}`);
    const leads = await house.admin.chat.nextMessage();
    assert.match(wordsOf(leads), new RegExp(`@betterrman — ${CHOICE}`));
    const link = leads.entities?.find(({ type }) => type === "text_link");
    assert.ok(
      link?.type === "text_link" && link.url.endsWith(`/${card.message_id}`),
      JSON.stringify(leads.entities),
    );
    maria.say("/Help");
    assert.match(wordsOf(await house.admin.chat.nextMessage()), /\/status/);

    const commands = house.telegram.commands({ type: "chat", chat_id: house.admin.id });
    assert.deepEqual(commands.map(({ command }) => command), ["status", "leads", "admin", "help"]);
    assert.deepEqual(house.telegram.commands(), []);
    const stranger = galliard(house);
    stranger.say("/status");
    assert.match(wordsOf(await stranger.chat.nextMessage()), /Дополнение|Выберите|Спасибо/);
  }));

Deno.test("visitors whose menu was open while the bot was away get the buttons again, once", () =>
  withHouse(async (house) => {
    const waiting = house.telegram.user({ first_name: "Waiting", username: "waiting" });
    await greet(waiting);
    await becomeLead(galliard(house));
    await house.crm.nextLead();
    await house.bot.stop();
    letTimePass(house, 200_000);
    await house.restart();
    const reminder = await waiting.chat.nextMessage();
    assert.match(wordsOf(reminder), /снова на связи/);
    await waiting.press(reminder, CHOICE).answered;
    await house.crm.nextLead();

    await house.bot.stop();
    await house.restart();
    await becomeLead(galliard(house));
    for (const { chat } of [waiting, galliard(house)]) {
      assert.ok(chat.messages.filter((each) => /снова на связи/.test(wordsOf(each))).length <= 1);
    }
    const toGalliard = house.telegram.chats.flatMap(({ messages }) => messages)
      .filter((each) => each.chat.type === "private" && /снова на связи/.test(wordsOf(each)));
    assert.equal(toGalliard.length, 0); // The only one became a confirmation.
  }));

/** Ages the heartbeat while the bot is away. */
function letTimePass(house: House, ms: number): void {
  const db = new DatabaseSync(`${house.folder}/data/triborg.db`);
  db.prepare("UPDATE facts SET value = value - ? WHERE name = 'polled_at_ms'").run(ms);
  db.close();
}

function states(house: House): string[] {
  const db = new DatabaseSync(`${house.folder}/data/triborg.db`, { readOnly: true });
  const rows = db.prepare("SELECT state FROM leads ORDER BY number").all();
  db.close();
  return rows.map(({ state }) => String(state));
}
