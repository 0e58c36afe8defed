// The whole bot with its journal in a real PostgreSQL: a lead's ways, restarts of the bot and of the server, and every bad start.

import assert from "node:assert/strict";
import { eventually } from "../helpers/crew_side.ts";
import {
  type PostgresServer,
  postgresTest,
  schemaTest,
  type ServerOptions,
} from "../helpers/postgres.ts";
import { expectedCard } from "../helpers/shipped_texts.ts";
import { becomeLead, buttonTexts, galliard } from "../helpers/visits.ts";
import { webhookEnv, withWorld, type World, type WorldOptions } from "../helpers/world.ts";

const WEBHOOK = webhookEnv();

/** A test of the bot on a schema of its own. */
function postgresStory(
  name: string,
  story: (world: World, server: PostgresServer, schema: string) => Promise<void>,
  options: WorldOptions = {},
): void {
  schemaTest(name, (schema, server) => {
    const env = { DATABASE_URL: server.url, PG_SCHEMA: schema, ...options.env };
    return withWorld((world) => story(world, server, schema), { ...options, env });
  });
}

postgresStory(
  "a press is confirmed and reaches the CRM, with the journal in PostgreSQL",
  async (world, server, schema) => {
    await becomeLead(galliard(world));
    const { rawBody } = await world.crm.nextLead();
    assert.match(rawBody, /@betterrman/);
    const line = await world.bot.line("🗄️ Журнал в PostgreSQL");
    assert.ok(line.includes(`схема ${schema}, процессов в работе: 1`), line);
    assert.ok(line.includes(`@127.0.0.1:${server.port}/postgres`), line);
    assert.equal(await world.bot.stop(), 0);
    assert.equal(await server.sql(`SELECT state FROM ${schema}.leads`), "in_crm");
    assert.doesNotMatch(world.bot.lines.join("\n"), /sesame/);
    await assert.rejects(Deno.stat(`${world.folder}/data`), Deno.errors.NotFound);
  },
);

postgresStory(
  "a lead taken while the CRM is down becomes a card, with the journal in PostgreSQL",
  async (world) => {
    await world.crm.down();
    await becomeLead(galliard(world));
    assert.equal((await world.admin.chat.nextMessage()).text, expectedCard());
  },
);

/** The same on a server of its own, which the story stops and starts. */
function serverStory(
  name: string,
  story: (world: World, server: PostgresServer) => Promise<void>,
  options: WorldOptions & ServerOptions = {},
): void {
  postgresTest(name, (server) => {
    const env = { DATABASE_URL: server.url, ...options.env };
    return withWorld((world) => story(world, server), { ...options, env });
  }, options);
}

/** Asks the running bot's page at a path. */
async function ask(world: World, path: string, init?: RequestInit) {
  const line = await world.bot.line("Страница настроек: http");
  const [, origin = ""] = line.split("настроек: ");
  const response = await fetch(new URL(path, origin.split(" ", 1)[0]), init);
  return { status: response.status, headers: response.headers, body: await response.text() };
}

/** Asks until the answer is as wanted. */
async function untilReady(world: World, wanted: string): Promise<void> {
  await eventually(async () => (await ask(world, "/ready")).body.includes(wanted), wanted);
}

postgresStory(
  "a bot that was stopped goes on where it was, and the next begins at once",
  async (world, server, schema) => {
    await becomeLead(galliard(world));
    await world.crm.nextLead();
    assert.equal(await world.bot.stop(), 0);
    await world.restart();
    await world.bot.line("больше не работает, его работа теперь здесь");
    await becomeLead(world.telegram.user({ first_name: "Anna", username: "anna" }));
    await world.crm.nextLead();
    assert.equal(await world.bot.stop(), 0);
    assert.equal(
      await server.sql(`SELECT count(*) FROM ${schema}.leads WHERE state = 'in_crm'`),
      "2",
    );
  },
);

postgresStory(
  "a POST that a kill cut off becomes a card, once the next process counts the one before as dead",
  async (world) => {
    world.crm.behave({ kind: "silent" });
    await becomeLead(galliard(world));
    await world.crm.nextLead();
    await world.bot.kill();
    await world.crm.up();
    await world.restart();
    const card = await world.admin.chat.nextMessage();
    assert.match(buttonTexts(card).join(), /возможен дубль/);
    await world.bot.line(/больше не работает, его работа теперь здесь\. Прерванных отправок: 1/);
    await becomeLead(world.telegram.user({ first_name: "Anna", username: "anna" }));
  },
);

serverStory(
  "a bot that starts before its server waits, says so once, and works",
  async (world, server) => {
    await server.stop();
    await world.restart();
    await world.bot.line(/⏳ PostgreSQL .* пока не отвечает: .*Ждём до 60 с/);
    await server.start();
    await becomeLead(galliard(world));
    await world.crm.nextLead();
    assert.equal(world.bot.lines.filter((line) => line.includes("⏳")).length, 1);
  },
  { asleep: true },
);

serverStory(
  "a restart of the server loses no lead and needs no restart of the bot",
  async (world, server) => {
    await becomeLead(galliard(world));
    await world.crm.nextLead();
    await server.restart("immediate");
    await becomeLead(world.telegram.user({ first_name: "Anna", username: "anna" }));
    await world.crm.nextLead();
    assert.equal(await world.bot.stop(), 0);
    assert.equal(
      await server.sql("SELECT count(*) FROM triborg.leads WHERE state = 'in_crm'"),
      "2",
    );
  },
);

serverStory(
  "a process without its server takes nothing, says so, and comes back by itself",
  async (world, server) => {
    await world.restart();
    await world.bot.line("Обновления приходят по вебхуку");
    await untilReady(world, `"ready":true`);
    const { WEBHOOK_SECRET } = WEBHOOK;
    await server.stop("immediate");
    await world.bot.line(/❌ Процесс \S+ выбыл/);
    const { status, body } = await ask(world, "/ready");
    assert.equal(status, 503);
    assert.match(body, /no_lease/);
    const update = await ask(world, new URL(WEBHOOK.WEBHOOK_URL).pathname, {
      method: "POST",
      headers: { "x-telegram-bot-api-secret-token": WEBHOOK_SECRET },
      body: "{}",
    });
    assert.deepEqual([update.status, update.headers.get("retry-after")], [503, "1"]);
    const health = JSON.parse((await ask(world, "/health")).body);
    assert.equal(health.crew.process, null);
    assert.ok(health.reasons.includes("database"));

    await server.start();
    await world.bot.line(/✅ Процесс снова в работе, теперь он/);
    await untilReady(world, `"ready":true`);
    await becomeLead(galliard(world));
    await world.crm.nextLead();
    assert.equal(
      world.bot.lines.filter((line) => line.includes("PostgreSQL не отвечает")).length,
      1,
    );
    assert.equal(world.bot.lines.filter((line) => line.includes("выбыл")).length, 1);
  },
  { env: WEBHOOK, asleep: true },
);

postgresStory("a process that is stopped hands its seats to another at once", async (world) => {
  const first = world.bot;
  await first.line("приём обновлений");
  const second = await world.restart();
  await second.line("процессов в работе: 2");
  await first.line("👥 Процессов в работе: 2");
  await becomeLead(galliard(world));
  await world.crm.nextLead();
  assert.equal(await first.stop(), 0);
  await second.line(/🔑 Теперь на этом процессе: .*приём обновлений/);
  await second.line("👥 Процессов в работе: 1");
  await becomeLead(world.telegram.user({ first_name: "Anna", username: "anna" }));
  await world.crm.nextLead();
  assert.equal(await second.stop(), 0);
});

postgresStory(
  "a wrong password ends the start with its sentence and code 2, and it is not shown",
  async (world, server) => {
    const DATABASE_URL = server.url.replace("sesame%20open", "wrong_one");
    const bot = await world.restart({ DATABASE_URL });
    assert.equal(await bot.ended, 2);
    await bot.line(
      /^❌ PostgreSQL postgres:\/\/postgres@\S+ не принял пароль пользователя "postgres"/,
    );
    assert.doesNotMatch(bot.lines.join("\n"), /wrong_one/);
  },
  { asleep: true },
);
