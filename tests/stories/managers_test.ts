// What managers do in their chat: the cards' buttons, the commands, and what follows an outage.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Person, SimMessage } from "../../lib/simulator/telegram/server.ts";
import { withWorld, type World } from "../helpers/world.ts";
import { CHOICE, expectedCard } from "../helpers/shipped_texts.ts";
import { becomeLead, buttonTexts, galliard, greet, wordsOf } from "../helpers/visits.ts";

const BY_HAND = "✅ Внёс в CRM";
const RESEND = "🔁 Отправить в CRM";
const DOUBTFUL = "🔁 Отправить в CRM (возможен дубль)";
const TAKE = "🙋 Беру";
const RETURN = "↩️ Вернуть";
const ABOUT = "ℹ️";

function manager(world: World): Person {
  return world.admin.member({ first_name: "Мария", username: "maria" });
}

async function cardOf(world: World): Promise<SimMessage> {
  await becomeLead(galliard(world));
  return await world.admin.chat.nextMessage();
}

Deno.test("«Внёс в CRM» closes the lead, and the card shows who and when", () =>
  withWorld(async (world) => {
    await world.crm.down();
    const card = await cardOf(world);
    assert.deepEqual(buttonTexts(card), [BY_HAND, RESEND, TAKE, ABOUT]);
    const press = manager(world).press(card, BY_HAND);
    assert.match((await press.answered).text ?? "", /внес/);
    const closed = await world.admin.chat.waitFor((each) =>
      /Внесён вручную: @maria, \d/.test(wordsOf(each))
    );
    assert.equal(closed.message_id, card.message_id);
    assert.ok(wordsOf(closed).startsWith(expectedCard()));
    assert.deepEqual(buttonTexts(closed), [RETURN, ABOUT]);
    assert.deepEqual(states(world), ["by_hand"]);
  }));

Deno.test("«Отправить в CRM» makes one more attempt with the same key, and its success takes the buttons", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "answer", status: 500 });
    const card = await cardOf(world);
    world.crm.behave({ kind: "answer" });
    await manager(world).press(card, RESEND).answered;
    const sent = await world.admin.chat.waitFor((each) => /✅ В CRM: @maria/.test(wordsOf(each)));
    assert.deepEqual(buttonTexts(sent), []);
    const [first, second] = world.crm.received;
    assert.equal(first?.idempotencyKey, second?.idempotencyKey);
    assert.equal(first?.rawBody, second?.rawBody);
    assert.equal(world.crm.receivedCount, 2);
    assert.deepEqual(states(world), ["in_crm"]);
  }));

Deno.test("an attempt that fails again says why on the same card, with both buttons", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "answer", status: 500 });
    const card = await cardOf(world);
    await manager(world).press(card, RESEND).answered;
    const failed = await world.admin.chat.waitFor((each) => /CRM ответила 500/.test(wordsOf(each)));
    assert.equal(failed.message_id, card.message_id);
    assert.deepEqual(buttonTexts(failed), [BY_HAND, RESEND, TAKE, ABOUT]);
    assert.equal(world.admin.chat.messages.length, 1);
  }));

Deno.test("a lead without a webhook address can be sent once there is one", () =>
  withWorld(async (world) => {
    const card = await cardOf(world);
    assert.match(wordsOf(card), /^⚠️ \[WEBHOOK НЕ НАСТРОЕН\] ⚠️\n/);
    assert.deepEqual(buttonTexts(card), [BY_HAND, TAKE, ABOUT]);
    await world.editLocales((locales) => void (locales.agency.webhook_url = world.crm.url));
    await world.bot.line("изменения приняты");
    await manager(world).press(card, TAKE).answered; // Its card is written anew.
    await world.admin.chat.waitFor((each) => buttonTexts(each).includes(RESEND));
    await manager(world).press(card, RESEND).answered;
    await world.admin.chat.waitFor((each) => /✅ В CRM: @maria/.test(wordsOf(each)));
  }, { locales: (locales) => void (locales.agency.webhook_url = "") }));

Deno.test("after a timeout the label warns of a duplicate", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "silent" });
    assert.deepEqual(buttonTexts(await cardOf(world)), [BY_HAND, DOUBTFUL, TAKE, ABOUT]);
  }));

Deno.test("after a cut connection the label warns of a duplicate, after a refused one it does not", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "reset_after_reading" });
    assert.deepEqual(buttonTexts(await cardOf(world)), [BY_HAND, DOUBTFUL, TAKE, ABOUT]);
    await world.crm.down();
    assert.deepEqual(buttonTexts(await cardOf(world)), [BY_HAND, RESEND, TAKE, ABOUT]);
  }));

Deno.test("a press counts once while its attempt runs, and a crash in mid-attempt ends it as doubtful", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "answer", status: 500 });
    const card = await cardOf(world);
    world.crm.behave({ kind: "silent" });
    const presses = [manager(world).press(card, RESEND), manager(world).press(card, RESEND)];
    await Promise.all(presses.map((press) => press.answered));
    await world.crm.nextLead();
    await world.crm.nextLead();
    await world.admin.chat.waitFor((each) => buttonTexts(each).length === 0);
    await world.bot.kill();
    await world.restart();
    const again = await world.admin.chat.waitFor((each) => buttonTexts(each).includes(DOUBTFUL));
    assert.equal(again.message_id, card.message_id);
    assert.equal(world.crm.receivedCount, 2);
    assert.equal(world.admin.chat.messages.length, 1);
  }, { env: { CRM_TIMEOUT_SECONDS: "60" } }));

Deno.test("a card's buttons work after a restart", () =>
  withWorld(async (world) => {
    await world.crm.down();
    const card = await cardOf(world);
    await world.bot.stop();
    await world.restart();
    manager(world).press(card, BY_HAND);
    await world.admin.chat.waitFor((each) => /Внесён вручную: @maria/.test(wordsOf(each)));
  }));

Deno.test("a second manager's press on a closed lead changes nothing and shows a toast", () =>
  withWorld(async (world) => {
    await world.crm.down();
    const card = await cardOf(world);
    await manager(world).press(card, BY_HAND).answered;
    const second = world.admin.member({ first_name: "Пётр", username: "petr" });
    assert.match((await second.press(card, RESEND).answered).text ?? "", /закрыт/);
    assert.doesNotMatch(world.admin.chat.messages.map(wordsOf).join(), /petr/);
  }));

Deno.test("buttons in another chat do nothing: the lead stays open", () =>
  withWorld(async (world) => {
    await world.crm.down();
    const card = await cardOf(world);
    await world.bot.stop();
    const elsewhere = world.telegram.group({ title: "Другой чат", type: "supergroup" });
    await world.restart({ ADMIN_CHAT_ID: String(elsewhere.id) });
    await manager(world).press(card, BY_HAND).answered;
    assert.deepEqual(states(world), ["in_admin_chat"]);
  }));

Deno.test("the first lead that the CRM takes after an outage brings one offer, and it sends what is open", () =>
  withWorld(async (world) => {
    await world.crm.down();
    const names = ["one", "two", "three"];
    const cards: SimMessage[] = [];
    for (const username of names) {
      await becomeLead(world.telegram.user({ first_name: username, username }));
      cards.push(await world.admin.chat.nextMessage());
    }
    const [, second] = cards;
    if (second === undefined) throw new Error("No second card");
    await manager(world).press(second, BY_HAND).answered;
    await world.crm.up();
    await becomeLead(galliard(world));

    const offered = await world.admin.chat.nextMessage();
    assert.match(wordsOf(offered), /CRM снова принимает лиды: MONSTER AGENCY/);
    assert.deepEqual(buttonTexts(offered), ["Отправить все в CRM (2)"]);
    await becomeLead(world.telegram.user({ first_name: "Later", username: "later" }));
    await manager(world).press(offered, "Отправить все в CRM (2)").answered;
    const report = await world.admin.chat.waitFor((each) => /2 из 2/.test(wordsOf(each)));
    assert.equal(report.message_id, offered.message_id);
    await world.admin.chat.waitUntil((messages) =>
      messages.every((each) => !buttonTexts(each).includes(RESEND))
    );
    const sent = world.crm.received.map(({ rawBody }) => /@(\w+)/.exec(rawBody)?.[1]);
    assert.deepEqual(sent.slice(-2), ["one", "three"]);
    assert.equal(world.admin.chat.messages.length, 4); // Three cards and one offer.
  }));

Deno.test("an offer counts right when one of its cards was closed meanwhile, also after a kill, and says how many it sends", () =>
  withWorld(async (world) => {
    await world.crm.down();
    const cards: SimMessage[] = [];
    for (const username of ["one", "two", "three"]) {
      await becomeLead(world.telegram.user({ first_name: username, username }));
      cards.push(await world.admin.chat.nextMessage());
    }
    await world.crm.up();
    await becomeLead(world.telegram.user({ first_name: "four", username: "four" }));
    const offered = await world.admin.chat.nextMessage();
    assert.deepEqual(buttonTexts(offered), ["Отправить все в CRM (3)"]);
    await manager(world).press(cards[0]!, BY_HAND).answered;
    await world.bot.kill();
    await world.restart();
    const two = await world.admin.chat.waitFor((each) =>
      buttonTexts(each).includes("Отправить все в CRM (2)")
    );
    assert.equal(two.message_id, offered.message_id);
    await manager(world).press(cards[1]!, RESEND).answered;
    const one = await world.admin.chat.waitFor((each) =>
      buttonTexts(each).includes("Отправить все в CRM (1)")
    );
    const { text } = await manager(world).press(one, "Отправить все в CRM (1)").answered;
    assert.equal(text, "Отправляем в CRM: 1 лид…");
    await world.admin.chat.waitFor((each) => /MONSTER AGENCY, 1 из 1\./.test(wordsOf(each)));
  }));

Deno.test("an offer of which every card was closed offers nothing", () =>
  withWorld(async (world) => {
    await world.crm.down();
    const card = await cardOf(world);
    await world.crm.up();
    await becomeLead(world.telegram.user({ first_name: "four", username: "four" }));
    const offered = await world.admin.chat.nextMessage();
    await manager(world).press(card, BY_HAND).answered;
    const none = await world.admin.chat.waitFor((each) => /уже нет/.test(wordsOf(each)));
    assert.deepEqual([none.message_id, buttonTexts(none)], [offered.message_id, []]);
  }));

Deno.test("an offer that was made while the clock was a year ahead keeps no later one back", () =>
  withWorld(async (world) => {
    await world.crm.down();
    await cardOf(world);
    await world.bot.stop();
    const journal = new DatabaseSync(`${world.folder}/data/triborg.db`);
    journal.prepare("INSERT INTO facts VALUES ('offered_at_ms:agency', ?)")
      .run(String(Date.now() + 365 * 24 * 60 * 60 * 1000));
    journal.close();
    await world.crm.up();
    await world.restart();
    await becomeLead(world.telegram.user({ first_name: "Later", username: "later" }));
    assert.match(wordsOf(await world.admin.chat.nextMessage()), /CRM снова принимает лиды/);
  }));

Deno.test("sending all stops when the CRM fails again, and says how far it came", () =>
  withWorld(async (world) => {
    await world.crm.down();
    for (let lead = 0; lead < 5; lead++) {
      await becomeLead(world.telegram.user({ first_name: `V${lead}`, username: `visitor${lead}` }));
      await world.admin.chat.nextMessage();
    }
    await world.crm.up();
    await becomeLead(galliard(world));
    const offered = await world.admin.chat.nextMessage();
    world.crm.behave({ kind: "answer", status: 503 });
    await manager(world).press(offered, "Отправить все в CRM (5)").answered;
    await world.admin.chat.waitFor((each) =>
      /0 из 5/.test(wordsOf(each)) && /Осталось: 2/.test(wordsOf(each))
    );
    await world.admin.chat.waitUntil((messages) =>
      messages.filter((each) => buttonTexts(each).includes(RESEND)).length === 5
    );
  }));

Deno.test("the managers' commands answer in their chat alone, and are registered for it", () =>
  withWorld(async (world) => {
    await world.crm.down();
    const card = await cardOf(world);
    const maria = manager(world);
    maria.say("/status");
    const status = wordsOf(await world.admin.chat.nextMessage());
    assert.match(
      status,
      /❌ MONSTER AGENCY: CRM недоступна · \d\d:\d\d\. Лид в чате менеджеров\. В чате: 1/,
    );
    assert.match(status, /▫️ MONSTER CG: CRM ещё не получала лидов/);
    assert.match(status, /Доставляется: 0/);
    assert.match(status, /Сегодня: 1 лид\. В CRM 0 · В чате 1 · Внесён вручную 0 · Доставляется 0/);

    maria.say(`/LEADS@${world.telegram.bot.username}`);
    const leads = await world.admin.chat.nextMessage();
    assert.match(wordsOf(leads), new RegExp(`@betterrman — ${CHOICE}`));
    const link = leads.entities?.find(({ type }) => type === "text_link");
    assert.ok(
      link?.type === "text_link" && link.url.endsWith(`/${card.message_id}`),
      JSON.stringify(leads.entities),
    );
    maria.say("/Help");
    assert.match(wordsOf(await world.admin.chat.nextMessage()), /\/status/);

    const commands = world.telegram.commands({ type: "chat", chat_id: world.admin.id });
    assert.deepEqual(commands.map(({ command }) => command), [
      "status",
      "leads",
      "find",
      "note",
      "block",
      "unblock",
      "admin",
      "help",
    ]);
    assert.deepEqual(world.telegram.commands(), []);
    const stranger = galliard(world);
    stranger.say("/status");
    assert.match(wordsOf(await stranger.chat.nextMessage()), /Дополнение|Выберите|Спасибо/);
  }));

Deno.test("visitors whose menu was open while the bot was away get the buttons again, once", () =>
  withWorld(async (world) => {
    const waiting = world.telegram.user({ first_name: "Waiting", username: "waiting" });
    await greet(waiting);
    await becomeLead(galliard(world));
    await world.crm.nextLead();
    await world.bot.stop();
    letTimePass(world, 200_000);
    await world.restart();
    const reminder = await waiting.chat.nextMessage();
    assert.match(wordsOf(reminder), /снова на связи/);
    await waiting.press(reminder, CHOICE).answered;
    await world.crm.nextLead();

    await world.bot.stop();
    await world.restart();
    await becomeLead(galliard(world));
    for (const { chat } of [waiting, galliard(world)]) {
      assert.ok(chat.messages.filter((each) => /снова на связи/.test(wordsOf(each))).length <= 1);
    }
    const toGalliard = world.telegram.chats.flatMap(({ messages }) => messages)
      .filter((each) => each.chat.type === "private" && /снова на связи/.test(wordsOf(each)));
    assert.equal(toGalliard.length, 0); // The only one became a confirmation.
  }));

/** Ages the heartbeat while the bot is away. */
function letTimePass(world: World, ms: number): void {
  const db = new DatabaseSync(`${world.folder}/data/triborg.db`);
  db.prepare("UPDATE facts SET value = value - ? WHERE name = 'polled_at_ms'").run(ms);
  db.close();
}

function states(world: World): string[] {
  const db = new DatabaseSync(`${world.folder}/data/triborg.db`, { readOnly: true });
  const rows = db.prepare("SELECT state FROM leads ORDER BY number").all();
  db.close();
  return rows.map(({ state }) => String(state));
}
