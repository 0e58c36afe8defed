// `/ready` of a running bot: 200 while it takes updates, 503 while it stops; JSON always, on SQLite as on PostgreSQL.

import assert from "node:assert/strict";
import { freePort } from "../helpers/free_port.ts";
import { becomeLead, galliard } from "../helpers/visits.ts";
import { webhookEnv, withWorld } from "../helpers/world.ts";

Deno.test("a bot that polls is ready, and nothing but GET and HEAD is answered so", () => {
  const origin = `http://127.0.0.1:${freePort()}`;
  return withWorld(async (world) => {
    await becomeLead(galliard(world));
    const response = await fetch(`${origin}/ready`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/json");
    const { ready, reasons } = await response.json();
    assert.deepEqual({ ready, reasons }, { ready: true, reasons: [] });
    const head = await fetch(`${origin}/ready`, { method: "HEAD" });
    assert.deepEqual([head.status, await head.text()], [200, ""]);
    const post = await fetch(`${origin}/ready`, { method: "POST" });
    await post.body?.cancel();
    assert.notEqual(post.status, 200);
  }, { env: { PORT: new URL(origin).port } });
});

Deno.test("a bot that stops says so, and sends updates back, until what it has in hand is done", () => {
  const env = webhookEnv();
  const answered = Promise.withResolvers<void>();
  return withWorld(async (world) => {
    await world.restart();
    await world.bot.line("Обновления приходят по вебхуку");
    world.crm.behave({ kind: "slow", until: answered.promise });
    await becomeLead(galliard(world));
    await world.crm.nextLead();
    const stopped = world.bot.stop();
    await world.bot.line("Останавливаемся");
    const ready = await fetch(new URL("/ready", env.WEBHOOK_URL));
    assert.equal(ready.status, 503);
    assert.deepEqual((await ready.json()).reasons, ["stopping"]);
    const page = await fetch(new URL("/login", env.WEBHOOK_URL));
    await page.body?.cancel();
    assert.equal(page.status, 503);
    const update = await fetch(env.WEBHOOK_URL, {
      method: "POST",
      headers: { "x-telegram-bot-api-secret-token": env.WEBHOOK_SECRET },
      body: JSON.stringify({ update_id: 1 }),
    });
    await update.body?.cancel();
    assert.deepEqual([update.status, update.headers.get("retry-after")], [503, "1"]);
    answered.resolve();
    assert.equal(await stopped, 0);
    await world.bot.line("✅ Лид успешно отправлен");
  }, { env: { ...env, CRM_TIMEOUT_SECONDS: "5" }, asleep: true });
});
