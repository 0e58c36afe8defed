// A visitor whom the managers block, and let back: through the running bot, also when it is killed in between.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Person, SimMessage, Visitor } from "../../lib/simulator/telegram/server.ts";
import { withAmoWorld } from "../helpers/amo_world.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";
import { becomeLead, buttonTexts, galliard, greet, wordsOf } from "../helpers/visits.ts";
import { untilRecorded } from "../helpers/recorded_message.ts";
import { withWorld, type World } from "../helpers/world.ts";

const THANKS = "🙏 Спасибо, получили! Уже передали.";

interface Spammed {
  readonly spammer: Visitor;
  readonly card: SimMessage;
}

/** A visitor with a card in the managers' chat; the CRM works from then on. */
async function spam(world: World): Promise<Spammed> {
  world.crm.behave({ kind: "answer", status: 500 });
  const spammer = galliard(world);
  await becomeLead(spammer);
  const card = await world.admin.chat.nextMessage();
  world.crm.behave({ kind: "answer" });
  return { spammer, card };
}

/** Replies to a message of the chat; returns the bot's answer. */
async function say(world: World, to: SimMessage, words: string): Promise<string> {
  const anna = world.admin.member({ first_name: "Anna", username: "anna" });
  const said = anna.reply(to, words);
  const answer = await world.admin.chat.nextMessage((each) =>
    each.reply_to_message?.message_id === said.message_id
  );
  return wordsOf(answer);
}

/** Presses once more, within the limits of repeats; resolves when the visitor has the confirmation. */
async function pressAgain(spammer: Visitor): Promise<void> {
  spammer.start("agency");
  const menu = await spammer.chat.nextMessage((each) => each.reply_markup !== undefined);
  spammer.press(menu, CHOICE);
  await spammer.chat.waitFor((each) =>
    each.message_id === menu.message_id && wordsOf(each) === CONFIRMATION
  );
}

/** Resolves when another visitor's message is shown, behind all that was owed before. */
async function untilMarked(world: World): Promise<void> {
  const marker = world.telegram.user({ first_name: "Marker", username: "marker" });
  await becomeLead(marker);
  marker.say("marker");
  await world.admin.chat.waitFor((each) => /marker/.test(wordsOf(each)));
}

function leadsIn(world: World): string[] {
  const db = new DatabaseSync(`${world.folder}/data/triborg.db`, { readOnly: true });
  const rows = db.prepare(
    "SELECT state || ifnull(' ' || card_reason, '') || ifnull(' ' || held_by_block, '') AS lead FROM leads ORDER BY number",
  ).all();
  db.close();
  return rows.map(({ lead }) => String(lead));
}

const options = { env: { REPEAT_WINDOW_MINUTES: "0" } };

Deno.test("a blocked visitor is answered as before, and nothing of theirs goes anywhere, until they are let back", () =>
  withWorld(async (world) => {
    const { spammer, card } = await spam(world);
    assert.match(await say(world, card, "/block"), /^🚫 @betterrman в заблокированных\./);
    await pressAgain(spammer);
    spammer.say("купите слона");
    await spammer.chat.waitFor((each) => wordsOf(each) === THANKS);
    await world.bot.kill();
    await world.restart();
    await pressAgain(spammer);
    await untilMarked(world);
    assert.deepEqual(leadsIn(world), [
      "in_admin_chat crm_failed",
      "in_admin_chat held 1",
      "in_admin_chat held 1",
      "in_crm",
    ]);
    assert.equal(world.crm.receivedCount, 2);
    const cards = world.admin.chat.messages.filter((each) => /НОВЫЙ ЛИД/.test(wordsOf(each)));
    assert.equal(cards.length, 1);
    assert.equal(await say(world, card, "/BLOCK"), "@betterrman уже в заблокированных.");

    assert.match(await say(world, card, "/unblock"), /^✅ @betterrman больше не в заблокированных/);
    assert.equal(await say(world, card, "/unblock"), "@betterrman не в заблокированных.");
    await pressAgain(spammer);
    await world.crm.nextLead();
    spammer.say("а вот бриф");
    await world.admin.chat.waitFor((each) => /а вот бриф/.test(wordsOf(each)));
    assert.ok(!world.admin.chat.messages.some((each) => /слона/.test(wordsOf(each))));
  }, options));

Deno.test("what waits to be shown when its visitor is blocked is not shown, though the bot is killed right after", () =>
  withWorld(async (world) => {
    const { spammer, card } = await spam(world);
    const { message_id } = card;
    const calm = world.telegram.fault({
      method: ({ method, params }) =>
        method === "sendMessage" && String(params["text"] ?? "").includes("слона"),
      fault: { kind: "error", error_code: 502, description: "Bad Gateway" },
    });
    spammer.say("купите слона");
    await world.telegram.nextCall("sendMessage");
    assert.match(await say(world, card, "/block"), /в заблокированных/);
    await world.bot.kill();
    calm();
    await world.restart();
    await untilMarked(world);
    assert.ok(!world.admin.chat.messages.some((each) => /слона/.test(wordsOf(each))));
    assert.equal(world.admin.chat.messages[0]?.message_id, message_id);
  }, options));

Deno.test("a follow-up and an answer tell whose visitor is meant; other messages, chats and strangers do not", () =>
  withWorld(async (world) => {
    const { spammer, card } = await spam(world);
    spammer.say("сайт");
    const followUp = await world.admin.chat.waitFor((each) => /сайт/.test(wordsOf(each)));
    const anna = world.admin.member({ first_name: "Anna", username: "anna" });
    const answer = anna.reply(card, "Здравствуйте");
    await spammer.chat.waitFor((each) => wordsOf(each) === "Здравствуйте");
    const bot = world.telegram.bot.username;
    assert.match(await say(world, followUp, `/block@${bot}`), /^🚫 @betterrman/);
    assert.match(await say(world, answer, `/Unblock@${bot}`), /^✅ @betterrman/);
    assert.match(await say(world, anna.say("просто слова"), "/block"), /^Ответьте этой командой/);
    anna.say("/block");
    await world.admin.chat.waitUntil((all) =>
      all.filter((each) => /^Ответьте этой командой/.test(wordsOf(each))).length === 2
    );
    const elsewhere = world.telegram.group({ title: "Чужой чат", type: "supergroup" });
    const eve = elsewhere.member({ first_name: "Eve", username: "eve" });
    eve.reply(eve.say("карточка"), "/block");
    const stranger = world.telegram.user({ first_name: "Eve", username: "eve2" });
    stranger.reply(await greet(stranger), "/block");
    await stranger.chat.waitFor((each) => /Выберите/.test(wordsOf(each)));
    assert.deepEqual(elsewhere.chat.messages.filter(({ from }) => from?.is_bot), []);
    await pressAgain(spammer);
    await world.crm.nextLead();
  }, options));

Deno.test("a reply to a message about several visitors asks which one, across a restart, and takes no forged button", () =>
  withWorld(async (world) => {
    const { card, inIt } = await withTwoCards(world);
    const [first, second] = inIt;
    assert.ok(first && second);
    const anna = world.admin.member({ first_name: "Anna", username: "anna" });
    const said = anna.reply(card, "/block");
    const question = await world.admin.chat.nextMessage((each) =>
      each.reply_to_message?.message_id === said.message_id
    );
    assert.match(wordsOf(question), /^🚫 Кого заблокировать/);
    assert.equal(buttonTexts(question).length, inIt.length + 1);
    assert.deepEqual(blocks(world), []);
    await world.bot.kill();
    await world.restart();
    await world.telegram.untilPolled();

    const named = dataOf(card, "✅ 1").replace("by_hand:", "");
    const press = (person: Person, at: SimMessage, data: string) => {
      const button = { text: "x", callback_data: data };
      const forged = { ...at, reply_markup: { inline_keyboard: [[button]] } };
      return person.press(forged, data).answered;
    };
    const elsewhere = world.telegram.user({ first_name: "Eve", username: "eve" });
    await press(elsewhere, await greet(elsewhere), `block:${named}`);
    for (const data of ["block:1:00000000", "block:x", `block:${"9".repeat(40)}`, "unblock:"]) {
      assert.equal((await press(anna, question, data)).text, "Уже выбрано", data);
    }
    assert.equal((await press(anna, card, `block:${named}`)).text, "Уже выбрано");
    assert.deepEqual(blocks(world), []);

    const button = buttonTexts(question).find((each) =>
      each.startsWith(`@${second.user.username} `)
    );
    assert.ok(button);
    assert.equal((await anna.press(question, button).answered).text, "Принято");
    await world.admin.chat.waitFor((each) =>
      each.message_id === question.message_id &&
      wordsOf(each).startsWith(`🚫 @${second.user.username} в заблокированных`)
    );
    assert.deepEqual(blocks(world), [`${second.id} @anna`]);
    assert.equal((await press(anna, question, `block:${named}`)).text, "Уже выбрано");

    const again = anna.reply(card, "/unblock");
    const which = await world.admin.chat.nextMessage((each) =>
      each.reply_to_message?.message_id === again.message_id
    );
    await anna.press(which, "✖️ Никого").answered;
    await world.admin.chat.waitFor((each) => wordsOf(each) === "✖️ Никого");
    assert.deepEqual(blocks(world), [`${second.id} @anna`]);
  }, { telegram: { limits: "off" }, env: { CRM_TIMEOUT_SECONDS: "120" } }));

/** Two or more leads whose cards share a message. */
async function withTwoCards(world: World) {
  // All leads fail together, else on a slow machine each card is shown before the next is due.
  const allAreLeads = Promise.withResolvers<void>();
  const then = { kind: "answer", status: 500 } as const;
  world.crm.behave({ kind: "slow", until: allAreLeads.promise, then });
  const people = Array.from(
    { length: 45 },
    (_, nth) => world.telegram.user({ first_name: `V${nth}`, username: `visitor${nth}` }),
  );
  await Promise.all(people.map(becomeLead));
  allAreLeads.resolve();
  const card = await world.admin.chat.waitFor((each) => /^🔥 \d+ лид/.test(wordsOf(each)));
  await untilRecorded(world, card);
  return {
    card,
    inIt: people.filter(({ user }) => wordsOf(card).includes(`@${user.username}\n`)),
  };
}

function dataOf(message: SimMessage, label: string): string {
  const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
  const button = buttons.find(({ text }) => text === label);
  return button !== undefined && "callback_data" in button ? button.callback_data : "";
}

function blocks(world: World): string[] {
  const db = new DatabaseSync(`${world.folder}/data/triborg.db`, { readOnly: true });
  const rows = db.prepare("SELECT chat_id, blocked_by FROM blocked_visitors").all();
  db.close();
  return rows.map(({ chat_id, blocked_by }) => `${chat_id} ${blocked_by}`);
}

Deno.test("a blocked visitor's messages become no notes of their deal", () =>
  withAmoWorld(async (world, amo) => {
    const spammer = galliard(world);
    await becomeLead(spammer);
    const deal = await amo.nextDeal();
    spammer.say("сайт");
    const followUp = await world.admin.chat.waitFor((each) => /сайт/.test(wordsOf(each)));
    while (amo.notesOf(deal.id).length < 2) await amo.nextNote();
    assert.match(await say(world, followUp, "/block"), /^🚫 @betterrman/);
    spammer.say("купите слона");
    await spammer.chat.waitUntil((all) =>
      all.filter((each) => wordsOf(each) === THANKS).length === 2
    );
    await say(world, followUp, "/unblock");
    spammer.say("бриф");
    while (amo.notesOf(deal.id).length < 3) await amo.nextNote();
    assert.deepEqual(
      amo.notesOf(deal.id).filter(({ text }) => /слона/.test(text)),
      [],
    );
  }, options));
