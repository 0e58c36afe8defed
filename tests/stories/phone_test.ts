// A visitor is asked for their phone after the confirmation: through the running bot, also across restarts and kills.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { SimMessage, Visitor } from "../../lib/simulator/telegram/server.ts";
import { type Locales, withWorld, type World, type WorldOptions } from "../helpers/world.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";
import { galliard, greet, wordsOf } from "../helpers/visits.ts";

const ASK = "📞 Оставьте номер, и мы перезвоним.";
const [SHARE, SKIP, THANKS] = ["Поделиться номером", "Пропустить", "🙏 Спасибо! Уже передали."];
const PHONE = "+79161234567";

/** Whatever a story does comes long before, so that only an answer can make the POST leave. */
const LONG_S = 600;

function asking(waitSeconds: number, edit: (locales: Locales) => void = () => {}): WorldOptions {
  return {
    locales(locales) {
      locales.agency.phone = { ask: ASK, wait_seconds: waitSeconds };
      edit(locales);
    },
  };
}

/** Becomes a lead and is asked. */
async function beAsked(visitor: Visitor, choice = CHOICE): Promise<SimMessage> {
  visitor.press(await greet(visitor), choice);
  return await visitor.chat.nextMessage((each) => wordsOf(each) === ASK);
}

interface Body {
  readonly contact: { readonly phone?: string };
}

async function phoneAtCrm({ crm }: World): Promise<string | undefined> {
  return ((await crm.nextLead()).body as Body).contact.phone;
}

function query({ folder }: World, sql: string): Record<string, unknown>[] {
  const db = new DatabaseSync(`${folder}/data/triborg.db`, { timeout: 5000 });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}

function keyboardOf({ chat }: Visitor): string[] {
  return (chat.keyboard?.rows.flat() ?? []).map(({ text }) => text);
}

async function thanked(visitor: Visitor): Promise<void> {
  await visitor.chat.nextMessage((each) => wordsOf(each) === THANKS);
}

function assertPhoneIsNotLogged({ bot }: World): void {
  const told = bot.lines.filter((line) => /9161234567|916\)? ?123/.test(line));
  assert.deepEqual(told, []);
}

Deno.test("a phone that is shared by the button is in the POST, and the buttons go with the thanks", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const ask = await beAsked(visitor);
    const [first, confirmed] = [visitor.chat.messages[1], ask];
    assert.equal(first && wordsOf(first), CONFIRMATION, "before it is asked");
    assert.ok(confirmed.message_id > (first?.message_id ?? 0));
    assert.deepEqual(keyboardOf(visitor), [SHARE, SKIP]);
    assert.equal(world.crm.receivedCount, 0);
    visitor.tap(SHARE);
    const { body } = await world.crm.nextLead();
    assert.deepEqual((body as Body).contact, {
      name: "Galliard",
      username: "@betterrman",
      phone: PHONE,
    });
    await thanked(visitor);
    assert.deepEqual(keyboardOf(visitor), []);
    assert.deepEqual(query(world, "SELECT phone FROM leads"), [
      Object.assign(Object.create(null), { phone: PHONE }),
    ]);
    assert.deepEqual(query(world, "SELECT 1 FROM follow_ups"), []);
    assertPhoneIsNotLogged(world);
  }, asking(LONG_S)));

for (const typed of ["8 (916) 123-45-67", "+7 916 123 45 67", "89161234567"]) {
  Deno.test(`a phone that is typed as ${typed} counts`, () =>
    withWorld(async (world) => {
      const visitor = galliard(world);
      await beAsked(visitor);
      visitor.say(typed);
      assert.equal(await phoneAtCrm(world), PHONE);
      await thanked(visitor);
      assertPhoneIsNotLogged(world);
    }, asking(LONG_S)));
}

Deno.test("a visitor who passes the question over is a lead without a phone, at once", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await beAsked(visitor);
    visitor.tap(SKIP);
    const { body } = await world.crm.nextLead();
    assert.deepEqual((body as Body).contact, { name: "Galliard", username: "@betterrman" });
    await thanked(visitor);
    assert.deepEqual(keyboardOf(visitor), []);
    assert.deepEqual(query(world, "SELECT 1 FROM follow_ups"), []);
  }, asking(LONG_S)));

Deno.test("a visitor who says nothing is a lead when the time is over", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await beAsked(visitor);
    assert.equal(await phoneAtCrm(world), undefined);
  }, asking(10)));

Deno.test("the wait goes on after a kill, and ends by an answer to the new process", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await beAsked(visitor);
    await world.bot.stop();
    await world.restart();
    await world.telegram.untilPolled();
    visitor.say("сайт: https://example.com");
    await visitor.chat.nextMessage(); // The new process has looked at what is due.
    assert.equal(world.crm.receivedCount, 0);
    visitor.tap(SHARE);
    assert.equal(await phoneAtCrm(world), PHONE);
  }, asking(LONG_S)));

Deno.test("the wait goes on after a kill, and ends by time in the new process", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await beAsked(visitor);
    await world.bot.kill();
    await world.restart();
    assert.equal(await phoneAtCrm(world), undefined);
  }, asking(10)));

Deno.test("a visitor whose confirmation or question a kill cut off gets both, in order", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const mend = world.telegram.fault({
      method: ({ method, params }) => method === "editMessageText" || params["text"] === ASK,
      fault: { kind: "error", error_code: 500, description: "Internal Server Error" },
    });
    visitor.press(await greet(visitor), CHOICE);
    await world.bot.line("Посетителю не ответить");
    await world.bot.kill();
    mend();
    await world.restart();
    await visitor.chat.nextMessage((each) => wordsOf(each) === ASK);
    assert.ok(visitor.chat.messages.some((each) => wordsOf(each) === CONFIRMATION));
    visitor.tap(SHARE);
    assert.equal(await phoneAtCrm(world), PHONE);
  }, asking(LONG_S)));

Deno.test("an answer whose update a kill left unfinished is heard once, and is no follow-up", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await beAsked(visitor);
    const answer = visitor.say("8 916 123-45-67");
    await world.crm.nextLead();
    await world.bot.stop();
    leaveInInbox(world, 500_000_000, { message: answer });
    await world.restart();
    await world.telegram.untilPolled();
    visitor.say("ещё вопрос");
    await visitor.chat.nextMessage((each) =>
      wordsOf(each) === "🙏 Спасибо, получили! Уже передали."
    );
    const [first, ...others] = query(world, "SELECT content FROM follow_ups");
    assert.match(String(first?.["content"]), /ещё вопрос/);
    assert.deepEqual(others, []);
    assert.equal(world.crm.receivedCount, 1);
  }, asking(LONG_S)));

function leaveInInbox({ folder }: World, id: number, update: object): void {
  const db = new DatabaseSync(`${folder}/data/triborg.db`);
  db.prepare("INSERT INTO inbox (update_id, body, received_at_ms, due_at_ms) VALUES (?, ?, ?, 0)")
    .run(id, JSON.stringify({ update_id: id, ...update }), Date.now());
  db.close();
}

Deno.test("somebody else's contact is a follow-up, and the question stays open", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await beAsked(visitor);
    visitor.send({ contact: { phone_number: "79990000001", first_name: "Анна", user_id: 99 } });
    visitor.send({ contact: { phone_number: "79990000002", first_name: "Борис" } });
    visitor.say("звоните после шести");
    await visitor.chat.waitUntil((all) =>
      all.filter((each) => wordsOf(each).startsWith("🙏")).length === 3
    );
    assert.deepEqual(keyboardOf(visitor), [SHARE, SKIP], "the question is still on the screen");
    assert.equal(query(world, "SELECT 1 FROM follow_ups").length, 3);
    visitor.tap(SHARE);
    assert.equal(await phoneAtCrm(world), PHONE);
  }, asking(LONG_S)));

Deno.test("a phone that comes too late is a follow-up, and its thanks take the buttons away", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await beAsked(visitor);
    assert.equal(await phoneAtCrm(world), undefined);
    visitor.tap(SHARE);
    await visitor.chat.nextMessage((each) =>
      wordsOf(each) === "🙏 Спасибо, получили! Уже передали."
    );
    assert.deepEqual(keyboardOf(visitor), []);
    const copied = await world.admin.chat.waitFor((each) => each.contact !== undefined);
    assert.equal(copied.contact?.phone_number, "79161234567");
    assert.equal(query(world, "SELECT phone FROM leads")[0]?.["phone"], null);
    assertPhoneIsNotLogged(world);
  }, asking(10)));

Deno.test("a question that is passed over too late is no follow-up", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await beAsked(visitor);
    await world.crm.nextLead();
    visitor.tap(SKIP);
    await thanked(visitor);
    assert.deepEqual(keyboardOf(visitor), []);
    assert.deepEqual(query(world, "SELECT 1 FROM follow_ups"), []);
  }, asking(10)));

Deno.test("a card has the phone in a line of its own", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "answer", status: 500, body: `no: ${PHONE}` });
    const visitor = galliard(world);
    await beAsked(visitor);
    visitor.tap(SHARE);
    const card = wordsOf(await world.admin.chat.nextMessage());
    assert.match(card, /\nИмя: Galliard\nТелефон: \+79161234567\n--/);
    assertPhoneIsNotLogged(world);
    assert.doesNotMatch(String(query(world, "SELECT reason FROM attempts")[0]?.["reason"]), /916/);
  }, asking(LONG_S)));

Deno.test("a card of a profile without a CRM waits for the phone too", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await beAsked(visitor);
    visitor.tap(SHARE);
    assert.match(wordsOf(await world.admin.chat.nextMessage()), /Телефон: \+79161234567/);
  }, asking(LONG_S, (locales) => void (locales.agency.webhook_url = ""))));

Deno.test("a visitor with two open questions answers both", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await beAsked(visitor);
    await beAsked(visitor, "Создать сайт");
    visitor.tap(SHARE);
    assert.deepEqual([await phoneAtCrm(world), await phoneAtCrm(world)], [PHONE, PHONE]);
  }, asking(LONG_S)));

Deno.test("the question and its buttons are in the visitor's language, and a number in a profile that does not ask is a follow-up", () =>
  withWorld(
    async (world) => {
      const visitor = world.telegram.user({
        first_name: "John",
        username: "john_1",
        language_code: "en",
      });
      visitor.press(await greet(visitor), CHOICE);
      await visitor.chat.nextMessage((each) => wordsOf(each) === "Your number?");
      assert.deepEqual(keyboardOf(visitor), ["Share it", "No"]);
      visitor.tap("No");
      await visitor.chat.nextMessage((each) => wordsOf(each) === "Thank you!");
      await world.crm.nextLead();

      const other = galliard(world);
      other.press(await greet(other, "cg"), "Другая идея");
      await world.crm.nextLead();
      other.say("89161234567");
      const shown = await world.admin.chat.nextMessage();
      assert.match(wordsOf(shown), /89161234567/);
      assert.equal(other.chat.messages.some((each) => wordsOf(each) === ASK), false);
    },
    asking(LONG_S, (locales) => {
      const phone = { ask: "Your number?", share_button: "Share it", skip_button: "No" };
      locales.agency.translations = { en: { phone: { ...phone, thanks_text: "Thank you!" } } };
    }),
  ));

Deno.test("a visitor who blocks the bot before the question is a lead at once", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    world.telegram.fault({
      method: ({ method, params }) => method === "sendMessage" && params["text"] === ASK,
      fault: {
        kind: "error",
        error_code: 403,
        description: "Forbidden: bot was blocked by the user",
      },
    });
    visitor.press(await greet(visitor), CHOICE);
    assert.equal(await phoneAtCrm(world), undefined);
  }, asking(LONG_S)));

Deno.test("kills at any line lose no lead and no phone, and POST none twice", () =>
  withWorld(async (world) => {
    const visitors = Array.from(
      { length: 24 },
      (_, nth) => world.telegram.user({ first_name: `V${nth}`, username: `visitor${nth}` }),
    );
    const moments = ["editMessageText", "sendMessage", "answerCallbackQuery", "getUpdates"];
    for (const [nth, visitor] of visitors.entries()) {
      const menu = await greet(visitor);
      visitor.press(menu, CHOICE);
      await visitor.chat.waitFor((each) => wordsOf(each) === ASK);
      visitor.say(`8916000${String(1000 + nth)}`);
      if (nth % 3 !== 2) continue;
      await world.telegram.nextCall(moments[nth % moments.length] ?? "");
      await world.bot.kill();
      await world.restart();
    }
    const isEnded = () =>
      query(world, "SELECT count(*) AS n FROM outbox WHERE kind = 'post'")[0]?.["n"];
    while (isEnded() !== 0) await new Promise((resolve) => setTimeout(resolve, 100));
    await world.bot.stop();
    const leads = query(world, "SELECT username, phone FROM leads ORDER BY number");
    assert.deepEqual(
      leads.map(({ username, phone }) => [username, phone]),
      visitors.map(({ user }, nth) => [user.username, `+7916000${1000 + nth}`]),
    );
    for (const [key, times] of world.crm.byKey) assert.equal(times, 1, key);
    for (const { rawBody } of world.crm.received) assert.match(rawBody, /"phone":"\+7916000\d{4}"/);
  }, { ...asking(LONG_S), telegram: { limits: "off", failsafeMs: 60_000 } }));
