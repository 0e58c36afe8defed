// Profiles with managers' chats of their own: each lead's card, its buttons and what follows are in its profile's chat, and a chat
// that fails delays no other.

import assert from "node:assert/strict";
import type { Group, SimMessage, Visitor } from "../../lib/simulator/telegram/server.ts";
import { freePort } from "../helpers/free_port.ts";
import { expectedCard } from "../helpers/shipped_texts.ts";
import { withBot } from "../helpers/bot_here.ts";
import { becomeLead, buttonTexts, greet, wordsOf } from "../helpers/visits.ts";
import { withWorld, type World } from "../helpers/world.ts";

const BY_HAND = "✅ Внёс в CRM";
const CRITICAL = "❌ КРИТИЧЕСКАЯ ОШИБКА: Не удалось отправить fallback в Telegram: ";

interface Chats {
  readonly agency: Group;
  readonly cg: Group;
}

/** Gives agency and cg chats of their own; express stays in the main one. */
async function withOwnChats(world: World): Promise<Chats> {
  const agency = world.telegram.group({ title: "Агентство", type: "supergroup" });
  const cg = world.telegram.group({ title: "Графика", type: "supergroup" });
  await world.editLocales((locales) => {
    locales.agency.managers_chat_id = agency.id;
    locales.cg.managers_chat_id = cg.id;
  });
  return { agency, cg };
}

let visitors = 0;

function aVisitor({ telegram }: World): Visitor {
  visitors += 1;
  return telegram.user({ first_name: `V${visitors}`, username: `visitor${visitors}` });
}

async function becomeLeadOf(world: World, profile: string, choice: string): Promise<Visitor> {
  const visitor = aVisitor(world);
  visitor.press(await greet(visitor, profile), choice);
  return visitor;
}

const graphics = (world: World) => becomeLeadOf(world, "cg", "Рекламный ролик");

async function agencyLead(world: World): Promise<Visitor> {
  const visitor = aVisitor(world);
  await becomeLead(visitor);
  return visitor;
}

async function cardIn({ chat }: Group, visitor: Visitor): Promise<SimMessage> {
  return await chat.waitFor((each) => wordsOf(each).includes(`: @${visitor.user.username}\n`));
}

Deno.test("two profiles in two chats: one chat is blocked and the other goes on, across a kill, and no button of one works in the other", () => {
  const PORT = String(freePort());
  const health = async () => {
    const response = await fetch(`http://127.0.0.1:${PORT}/health`);
    const { reasons, adminChat, profileChats } = await response.json();
    return { status: response.status, reasons, adminChat, profileChats };
  };
  return withWorld(async (world) => {
    await world.crm.down();
    const alert = world.telegram.group({ title: "Запасной чат" });
    const { agency, cg } = await withOwnChats(world);
    const env = { PORT, ALERT_CHAT_ID: String(alert.id) };
    await world.restart(env);
    await world.telegram.untilPolled();

    const first = await agencyLead(world);
    const contact = `@${first.user.username}`;
    const card = await cardIn(agency, first);
    assert.equal(wordsOf(card), expectedCard({ contact, name: first.user.first_name }));
    const film = await cardIn(cg, await graphics(world));
    const ad = await becomeLeadOf(world, "express", "Нужен совет");
    await cardIn(world.admin, ad);
    assert.equal((await health()).status, 200);

    // When
    agency.kickBot();
    const second = await agencyLead(world);
    await world.bot.line(CRITICAL);
    assert.match(wordsOf(await alert.chat.nextMessage()), new RegExp(`@${second.user.username}\n`));
    await cardIn(cg, await graphics(world));

    // Then
    const failing = await health();
    assert.equal(failing.status, 503);
    assert.ok(failing.reasons.includes("profile_chat"), String(failing.reasons));
    assert.ok(!failing.reasons.includes("admin_chat"), String(failing.reasons));
    assert.equal(failing.adminChat.failingSince, null);
    assert.deepEqual(
      failing.profileChats.map((each: { profiles: string[]; failingSince: string | null }) => [
        each.profiles,
        each.failingSince !== null,
      ]),
      [[["agency"], true], [["cg"], false]],
    );

    await world.bot.kill();
    await world.restart(env);
    await world.telegram.untilPolled();
    await cardIn(cg, await graphics(world));
    agency.addBot();
    await cardIn(agency, second);

    const artist = cg.member({ first_name: "Олег", username: "oleg" });
    const forged = artist.press({ ...film, reply_markup: card.reply_markup! }, dataOf(card));
    assert.equal((await forged.answered).text, "Такого лида нет в журнале");
    const strangers = world.telegram.group({ title: "Чужие", type: "supergroup" });
    const stranger = strangers.member({ first_name: "X", username: "x" });
    stranger.say("/id");
    const said = await strangers.chat.waitFor((each) => wordsOf(each).startsWith("id этого чата"));
    const far = stranger.press({ ...said, reply_markup: card.reply_markup! }, dataOf(card));
    assert.match(
      (await far.answered).text ?? "",
      /больше не чат менеджеров, кнопки здесь не работают/,
    );

    const anna = agency.member({ first_name: "Анна", username: "anna" });
    assert.equal((await anna.press(card, BY_HAND).answered).text, "Записано: лид внесён");
    await agency.chat.waitFor((each) =>
      each.message_id === card.message_id && wordsOf(each).includes("@anna")
    );
    assert.equal(world.admin.chat.messages.length, 1); // The card of express.
  }, { asleep: true });
});

/** Resolves when the bot has taken a chat up. */
async function untilTakenUp({ telegram }: World, { id }: Group): Promise<void> {
  const scope = { type: "chat", chat_id: id };
  if (telegram.commands(scope).length > 0) return;
  await telegram.nextCall(
    "setMyCommands",
    ({ chatId, params }) => chatId === id || JSON.stringify(params).includes(String(id)),
  );
}

Deno.test("a profile gets a chat while the bot runs: what is due goes there, what is shown stays, and a follow-up stays with its card", () =>
  withBot(async ({ world, log }) => {
    await world.crm.down();
    const early = await agencyLead(world);
    const card = await cardIn(world.admin, early);
    world.admin.kickBot();
    const late = await agencyLead(world);
    await log.line("КРИТИЧЕСКАЯ");
    const group = world.telegram.group({ title: "Агентство", type: "supergroup" });
    await world.editLocales((locales) => locales.agency.managers_chat_id = group.id);
    await cardIn(group, late);
    world.admin.addBot();
    early.say("ещё про сайт");
    const more = await world.admin.chat.waitFor((each) => wordsOf(each).includes("ещё про сайт"));
    assert.equal(more.reply_to_message?.message_id, card.message_id);
    late.say("и про бренд");
    await group.chat.waitFor((each) => wordsOf(each).includes("и про бренд"));
    // Taken away again: the next card is the main chat's, and the group is no managers' chat.
    await world.editLocales((locales) => delete locales.agency.managers_chat_id);
    await untilLeft(world, group);
    await cardIn(world.admin, await agencyLead(world));
    const anna = group.member({ first_name: "Анна", username: "anna" });
    const [shown] = group.chat.messages;
    assert.match(
      (await anna.press(shown!, BY_HAND).answered).text ?? "",
      /больше не чат менеджеров/,
    );
  }));

async function untilLeft({ telegram }: World, { id }: Group): Promise<void> {
  await telegram.nextCall(
    "deleteMyCommands",
    ({ params }) => JSON.stringify(params).includes(String(id)),
  );
}

Deno.test("commands and replies in a profile's chat know its leads alone, and /admin is the main chat's", () =>
  withBot(async ({ world }) => {
    world.crm.behave({ kind: "answer", status: 500 });
    const { agency, cg } = await withOwnChats(world);
    await untilTakenUp(world, agency);
    await untilTakenUp(world, cg);
    const client = await agencyLead(world);
    const card = await cardIn(agency, client);
    const artist = await graphics(world);
    const film = await cardIn(cg, artist);
    const anna = agency.member({ first_name: "Анна", username: "anna" });
    const ask = async (text: string, about?: SimMessage) => {
      const before = agency.chat.messages.length;
      if (about === undefined) anna.say(text);
      else anna.reply(about, text);
      return await agency.chat.waitFor((each) =>
        each.from.is_bot && agency.chat.messages.indexOf(each) > before
      );
    };
    const leads = wordsOf(await ask("/leads"));
    assert.match(leads, new RegExp(`@${client.user.username}`));
    assert.doesNotMatch(leads, new RegExp(`@${artist.user.username}`));
    assert.match(wordsOf(await ask(`/find @${artist.user.username}`)), /^Таких лидов нет/);
    assert.doesNotMatch(wordsOf(await ask("/find 2")), /№ 2/);
    const status = wordsOf(await ask("/status"));
    assert.match(status, /MONSTER AGENCY/);
    assert.doesNotMatch(status, /MONSTER CG/);
    assert.match(wordsOf(await ask("/admin")), /только в главном чате/);
    assert.doesNotMatch(wordsOf(await ask("/help")), /\/admin/);
    assert.match(
      wordsOf(await ask("/id")),
      new RegExp(`MONSTER AGENCY[^]*"managers_chat_id": ${agency.id}`),
    );
    anna.reply(card, "Здравствуйте!");
    await client.chat.waitFor((each) => wordsOf(each) === "Здравствуйте!");
    assert.match(wordsOf(await ask("/block", card)), /аблокирован/);
    // A message of the bot's with the buttons of another chat's card, as a changed client may show it.
    const list = agency.chat.messages.find((each) => wordsOf(each) === leads)!;
    anna.reply({ ...list, reply_markup: film.reply_markup! }, "Вам?");
    anna.reply(card, "Это вам");
    await client.chat.waitFor((each) => wordsOf(each) === "Это вам");
    assert.ok(!artist.chat.messages.some((each) => wordsOf(each) === "Вам?"));
    const commands = world.telegram.commands({ type: "chat", chat_id: agency.id });
    assert.ok(!commands.some(({ command }) => command === "admin"));
    const chief = world.admin.member({ first_name: "Шеф", username: "chief" });
    chief.say("/leads");
    const all = await world.admin.chat.waitFor((each) =>
      wordsOf(each).includes(`@${client.user.username}`)
    );
    assert.match(wordsOf(all), new RegExp(`@${artist.user.username}`));
  }));

Deno.test("a profile's group that becomes a supergroup is followed, and its topic's cards go past a closed topic", () =>
  withBot(async ({ world, log }) => {
    world.crm.behave({ kind: "answer", status: 500 });
    const small = world.telegram.group({ title: "Маленькая" });
    const forum = world.telegram.group({ title: "Форум", is_forum: true });
    const topic = forum.openTopic("Графика");
    await world.editLocales((locales) => {
      locales.agency.managers_chat_id = small.id;
      locales.cg.managers_chat_id = forum.id;
      locales.cg.topic_id = topic;
    });
    await log.line("изменения приняты");
    await untilTakenUp(world, small);
    await untilTakenUp(world, forum);
    const moved = small.migrate();
    const card = await cardIn(moved, await agencyLead(world));
    const anna = moved.member({ first_name: "Анна", username: "anna" });
    assert.equal((await anna.press(card, BY_HAND).answered).text, "Записано: лид внесён");
    assert.equal((await cardIn(forum, await graphics(world))).message_thread_id, topic);
    forum.closeTopic(topic);
    assert.equal((await cardIn(forum, await graphics(world))).message_thread_id, undefined);
    await forum.chat.waitFor((each) =>
      wordsOf(each).includes("поправьте cg.topic_id в locales.json")
    );
    assert.equal(world.admin.chat.messages.length, 0);
    // A topic less: the group keeps its commands, as it is another profile's chat still.
    await world.editLocales((locales) => {
      locales.express.managers_chat_id = forum.id;
      delete locales.cg.topic_id;
    });
    await log.line("изменения приняты");
    await cardIn(forum, await becomeLeadOf(world, "express", "Нужен совет"));
    const { calls } = world.telegram;
    assert.deepEqual(calls.filter(({ method }) => method === "deleteMyCommands"), []);
    assert.ok(world.telegram.commands({ type: "chat", chat_id: moved.id }).length > 0);
  }));

/** What the first button of a message sends. */
function dataOf({ reply_markup }: SimMessage): string {
  const [button] = reply_markup?.inline_keyboard.flat() ?? [];
  assert.ok(button !== undefined && "callback_data" in button);
  return String(button.callback_data);
}

Deno.test("a chat that never answers delays no other chat's cards, notes and edits", () =>
  withBot(async ({ world }) => {
    world.crm.behave({ kind: "answer", status: 500 });
    const { agency, cg } = await withOwnChats(world);
    await untilTakenUp(world, agency);
    await untilTakenUp(world, cg);
    world.telegram.fault({
      method: ({ method, chatId }) => chatId === agency.id && method !== "getChat",
      fault: { kind: "hang" },
    });
    await agencyLead(world);
    await agencyLead(world);
    const film = await cardIn(cg, await graphics(world));
    const oleg = cg.member({ first_name: "Олег", username: "oleg" });
    await oleg.press(film, BY_HAND).answered;
    await cg.chat.waitFor((each) => wordsOf(each).includes("@oleg"));
    await cardIn(world.admin, await becomeLeadOf(world, "express", "Нужен совет"));
    assert.equal(agency.chat.messages.length, 0);
    await world.telegram.down(); // Cuts the calls that hang.
  }));

Deno.test("the offer to send all open cards comes to the profile's chat, and works there for that profile alone", () =>
  withBot(async ({ world }) => {
    world.crm.behave({ kind: "answer", status: 500 });
    const { agency, cg } = await withOwnChats(world);
    await untilTakenUp(world, agency);
    await untilTakenUp(world, cg);
    await cardIn(agency, await agencyLead(world));
    const film = await cardIn(cg, await graphics(world));
    world.crm.behave({ kind: "answer" });
    await agencyLead(world);
    const offer = await agency.chat.waitFor((each) =>
      buttonTexts(each).length === 1 && wordsOf(each).includes("CRM снова")
    );
    const oleg = cg.member({ first_name: "Олег", username: "oleg" });
    const forged = oleg.press({ ...film, reply_markup: offer.reply_markup! }, dataOf(offer));
    assert.equal((await forged.answered).text, "Открытых карточек нет");
    const anna = agency.member({ first_name: "Анна", username: "anna" });
    assert.match(
      (await anna.press(offer, dataOf(offer)).answered).text ?? "",
      /^Отправляем в CRM: 1 лид/,
    );
    await agency.chat.waitFor((each) =>
      wordsOf(each).includes("📤 Отправлено в CRM: MONSTER AGENCY, 1 из 1")
    );
    assert.equal(cg.chat.messages.length, 1);
    assert.equal(world.admin.chat.messages.length, 0);
  }));
