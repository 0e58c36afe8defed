// The doctor's looks at the token, the clock and the managers' chats.

import assert from "node:assert/strict";
import { withPatient } from "../../helpers/a_diagnosis.ts";

Deno.test("a token that Telegram takes is told with the bot's name, and nothing else is called than what reads", () =>
  withPatient(async ({ look, telegram }) => {
    assert.deepEqual(await look("Токен"), [
      `✓ Токен принят, это бот @${telegram.bot.username}`,
    ]);
    const called = new Set(telegram.calls.map(({ method }) => method));
    assert.deepEqual([...called].toSorted(), [
      "getChat",
      "getChatMember",
      "getMe",
      "getWebhookInfo",
    ]);
  }));

Deno.test("a wrong token is told with where to get one, and the chats cannot be looked at", () =>
  withPatient(async ({ look, group }) => {
    const env = { BOT_TOKEN: "123456:AAnother-token-of-nobody-at-all-000" };
    assert.deepEqual(await look("Токен", { env }), [
      "✗ Токен Telegram не принимает BOT_TOKEN: возьмите токен у @BotFather и впишите его целиком",
    ]);
    assert.deepEqual(await look("Чат менеджеров", { env }), [
      "– Чат менеджеров ADMIN_CHAT_ID: не проверить без токена",
    ]);
    assert.ok(group.id < 0);
  }));

Deno.test("a Telegram that does not answer is told in a sentence", () =>
  withPatient(async ({ look, telegram }) => {
    await telegram.down();
    const [line = ""] = await look("Токен");
    assert.match(
      line,
      /^✗ Токен нет связи с Telegram \(.+\): проверьте сеть, прокси и TELEGRAM_API_ROOT$/,
    );
    assert.deepEqual(await look("Часы"), ["– Часы не сверить: Telegram не отвечает"]);
  }));

Deno.test("a profile's own chat is looked at like the main one, once however many share it", () =>
  withPatient(async ({ look, locales, telegram }) => {
    const own = telegram.group({ title: "Агентство", type: "supergroup" });
    await locales(({ agency, cg, express }) => {
      agency.managers_chat_id = cg.managers_chat_id = own.id;
      express.managers_chat_id = -100999;
    });
    const [, ...lines] = await look("Чат менеджеров");
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? "", new RegExp(`^✓ .*agency.managers_chat_id=${own.id}: бот состоит`));
    assert.match(lines[1] ?? "", /^✗ .*express.managers_chat_id=-100999: такого чата нет/);
  }));

for (
  const [offSeconds, expected] of [
    [0, /^✓ Часы идут как у Telegram$/],
    [25, /^✓ Часы идут как у Telegram$/],
    [-25, /^✓ Часы идут как у Telegram$/],
    [40, /^✗ Часы спешат на (39|40) с от часов Telegram: включите на сервере NTP/],
    [-40, /^✗ Часы отстают на (39|40|41) с от часов Telegram: включите на сервере NTP/],
  ] as const
) {
  Deno.test(`a clock that is off by ${offSeconds} s is told so`, () =>
    withPatient(async ({ look }) => {
      const [line = ""] = await look("Часы", { now: () => Date.now() + offSeconds * 1000 });
      assert.match(line, expected);
    }));
}

Deno.test("a chat that the bot is not in is told with what to do; without the second chat cards still have the first", () =>
  withPatient(async ({ look }) => {
    const [admin = "", alert = ""] = await look("Чат менеджеров", {
      env: { ADMIN_CHAT_ID: "-100999", ALERT_CHAT_ID: "-100888" },
    });
    assert.match(admin, /^✗ Чат менеджеров ADMIN_CHAT_ID=-100999: такого чата нет[^]*\/id/);
    assert.match(alert, /^▲ Чат менеджеров ALERT_CHAT_ID=-100888: такого чата нет/);
  }));

Deno.test("a bot without the right to write is told so", () =>
  withPatient(async ({ look, group }) => {
    group.muteMembers();
    const [line = ""] = await look("Чат менеджеров");
    assert.match(line, /^✗ .*: боту нельзя писать в этот чат/);
  }));

Deno.test("a second chat that is the first one is no second chat", () =>
  withPatient(async ({ look, group }) => {
    const lines = await look("Чат менеджеров", { env: { ALERT_CHAT_ID: String(group.id) } });
    assert.equal(lines.length, 3);
    assert.match(lines[2] ?? "", /^▲ .* ALERT_CHAT_ID — тот же чат/);
  }));

Deno.test("a group that became a supergroup is told with its new id, and looked at", () =>
  withPatient(async ({ look, telegram }) => {
    const before = telegram.group({ title: "Старая", type: "group" });
    const { id } = before.migrate();
    const lines = await look("Чат менеджеров", { env: { ADMIN_CHAT_ID: String(before.id) } });
    assert.match(lines[0] ?? "", new RegExp(`^▲ .* стала супергруппой.*ADMIN_CHAT_ID=${id}$`));
    assert.equal(lines[1], `✓ Чат менеджеров ADMIN_CHAT_ID=${id}: бот состоит и может писать`);
  }));

Deno.test("a topic that is open is good, and a closed one is a fault that names it", () =>
  withPatient(async ({ look, telegram }) => {
    const forum = telegram.group({ title: "Форум", type: "supergroup", is_forum: true });
    const topic = forum.openTopic("Лиды");
    const env = { ADMIN_CHAT_ID: String(forum.id), ADMIN_TOPIC_ID: String(topic) };
    assert.match((await look("Чат менеджеров", { env }))[0] ?? "", /^✓ .*, тема \d+ открыта$/);
    forum.closeTopic(topic);
    const [line = ""] = await look("Чат менеджеров", { env });
    assert.match(line, new RegExp(`^✗ .* ADMIN_TOPIC_ID=${topic}: такой темы нет или она закрыта`));
  }));

Deno.test("a channel works, and needs a password for the page", () =>
  withPatient(async ({ look, telegram }) => {
    const channel = telegram.group({ title: "Канал", type: "channel" });
    channel.promoteBot();
    const [line = ""] = await look("Чат менеджеров", {
      env: { ADMIN_CHAT_ID: String(channel.id) },
    });
    assert.match(line, /^▲ .*: канал, .* задайте ADMIN_PASSWORD$/);
  }));

Deno.test("a webhook of another program is warned of, and without one the bot asks by itself", () =>
  withPatient(async ({ look, telegram }) => {
    assert.deepEqual(await look("Обновления"), ["✓ Обновления бот забирает их сам, вебхука нет"]);
    telegram.setWebhookUrl("https://other.example/hook");
    const [line = ""] = await look("Обновления");
    assert.match(line, /^▲ Обновления у бота стоит вебхук другой программы/);
  }));

Deno.test("a webhook of the bot's own is told to be set or not", () =>
  withPatient(async ({ look, telegram }) => {
    const env = {
      WEBHOOK_URL: "http://127.0.0.1:1/updates",
      WEBHOOK_SECRET: "webhook-secret-0123456789",
    };
    const [unset = ""] = await look("Обновления", { env });
    assert.match(unset, /^▲ Обновления вебхук ещё не на WEBHOOK_URL/);
    telegram.setWebhookUrl(env.WEBHOOK_URL);
    assert.deepEqual(await look("Обновления", { env }), [
      "✓ Обновления приходят на WEBHOOK_URL, ждут: 0",
    ]);
    const half = await look("Настройки", { env: { WEBHOOK_URL: env.WEBHOOK_URL } });
    assert.match(half[0] ?? "", /^✗ Настройки WEBHOOK_SECRET: не задана, а WEBHOOK_URL задана/);
  }));
