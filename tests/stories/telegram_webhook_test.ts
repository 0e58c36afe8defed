// Updates by webhook: Telegram hands them over, and keeps what the bot has not taken.

import assert from "node:assert/strict";
import { becomeLead, galliard, greet, wordsOf } from "../helpers/visits.ts";
import { CHOICE, CONFIRMATION } from "../helpers/shipped_texts.ts";
import { webhookEnv, withWorld, type World, type WorldOptions } from "../helpers/world.ts";

const SECRET = "a-secret_of_16-or-more";

/** A bot at a webhook of its own; not started yet. */
function withWebhook(
  story: (world: World, url: string) => Promise<void>,
  options: WorldOptions = {},
): Promise<void> {
  const env = webhookEnv(SECRET);
  return withWorld((world) => story(world, env.WEBHOOK_URL), { ...options, env, asleep: true });
}

async function post(url: string, body: string, secret: string | null): Promise<number> {
  const headers = secret === null ? undefined : { "x-telegram-bot-api-secret-token": secret };
  const response = await fetch(url, { method: "POST", body, ...headers && { headers } });
  await response.body?.cancel();
  return response.status;
}

Deno.test("leads come by webhook, strangers are refused, and the page is where it was", () =>
  withWebhook(async (world, url) => {
    await world.restart();
    await world.bot.line("Обновления приходят по вебхуку");
    await becomeLead(galliard(world));
    await world.crm.nextLead();
    assert.ok(world.telegram.calls.every(({ method }) => method !== "getUpdates"));

    const press = JSON.stringify({ update_id: 1, message: {} });
    assert.equal(await post(url, press, null), 403);
    assert.equal(await post(url, press, `${SECRET}x`), 403);
    assert.equal(await post(url, "no update", SECRET), 400);
    assert.equal(await post(url, "x".repeat(1024 * 1024 + 1), SECRET), 413);
    assert.equal(await post(`${url}/more`, press, SECRET), 403); // The page's own refusal.

    const health = await (await fetch(new URL("/health", url))).json();
    assert.deepEqual([health.ok, health.webhook.failingSince], [true, null]);
    assert.equal(await world.bot.stop(), 0);
    const shown = world.bot.lines.join("\n");
    assert.ok(!shown.includes(SECRET), shown);
  }));

Deno.test("presses while the bot is dead wait at Telegram; one that is handed over twice is one lead", () =>
  withWebhook(async (world, url) => {
    await world.restart();
    const [one, other] = [galliard(world), world.telegram.user({ first_name: "Анна" })];
    const menus = [await greet(one), await greet(other)] as const;
    await world.bot.kill();
    one.press(menus[0], CHOICE);
    other.press(menus[1], CHOICE);
    await world.restart();
    for (const visitor of [one, other]) {
      await visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
    }
    await world.crm.nextLead();
    await world.crm.nextLead();

    const again = { update_id: 999_999_999, message: aStart(one.id) };
    const greetings = () => one.chat.messages.filter(({ text }) => text?.startsWith("🔥")).length;
    const before = greetings();
    assert.equal(await post(url, JSON.stringify(again), SECRET), 200);
    await one.chat.waitUntil(() => greetings() === before + 1);
    await world.bot.stop();
    await world.restart();
    await world.bot.line("Обновления приходят по вебхуку");
    assert.equal(await post(url, JSON.stringify(again), SECRET), 200);
    await becomeLead(world.telegram.user({ first_name: "Пётр" }));
    await world.crm.nextLead();
    assert.equal(greetings(), before + 1);
    assert.equal(world.crm.receivedCount, 3);
  }));

Deno.test("a bot that polls again removes the webhook, and loses nothing that waited", () =>
  withWebhook(async (world, url) => {
    await world.restart();
    await world.bot.line("Обновления приходят по вебхуку");
    await world.bot.stop();
    assert.equal(world.telegram.webhookInfo.url, url);
    const visitor = galliard(world);
    visitor.start("agency");
    await world.restart({ WEBHOOK_URL: "", WEBHOOK_SECRET: "" });
    assert.match(wordsOf(await visitor.chat.nextMessage()), /MONSTER AGENCY/);
    assert.equal(world.telegram.webhookInfo.url, "");
  }));

function aStart(id: number) {
  const from = { id, is_bot: false, first_name: "Galliard" };
  const text = "/start agency";
  const entities = [{ type: "bot_command", offset: 0, length: 6 }];
  return { message_id: 900, date: 1, from, chat: { id, type: "private" }, text, entities };
}
