// What happens to a lead when the CRM takes it, is down, refuses, stays silent, or the managers' chat fails too; and the demo of it.

import assert from "node:assert/strict";
import { withWorld } from "../helpers/world.ts";
import { expectedCard, FALLBACK_LINE } from "../helpers/shipped_texts.ts";
import { assertAdminChatSilent, becomeLead, galliard, wordsOf } from "../helpers/visits.ts";
import { DENO, taskArguments } from "../helpers/deno.ts";

Deno.test("a lead that the CRM takes leaves the managers' chat silent until the follow-up", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    await becomeLead(visitor);

    const lead = await world.crm.nextLead();
    assert.equal(
      lead.rawBody,
      JSON.stringify({
        lead_name: "Новый лид с Telegram: MONSTER AGENCY",
        contact: { name: "Galliard", username: "@betterrman" },
        source: "Telegram Bot",
        request_details: "Привлечь клиентов",
      }),
    );
    assert.equal(lead.method, "POST");
    assert.equal(lead.headers["content-type"], "application/json");
    const host = new URL(world.crm.url).host;
    await world.bot.line((line) => line === `📤 Отправка лида в AmoCRM: http://${host}/…`);
    await world.bot.line((line) => line === "✅ Лид успешно отправлен в AmoCRM. Статус: 200");
    await assertAdminChatSilent(world);

    visitor.say("https://example.com");
    const followUp = await world.admin.chat.nextMessage();
    assert.equal(
      followUp.text,
      "📎 Дополнение к лиду MONSTER AGENCY от @betterrman:\n\nhttps://example.com",
    );
  }));

Deno.test("a lead taken while the CRM is down reaches the managers' chat, and the visitor notices nothing", () =>
  withWorld(async (world) => {
    await world.crm.down();
    await becomeLead(galliard(world));

    const card = await world.admin.chat.nextMessage();
    assert.equal(card.text, expectedCard());
    const host = new URL(world.crm.url).host.replaceAll(".", "\\.");
    await world.bot.line(
      new RegExp(
        `^❌ CRM-сервер недоступен \\(ошибка соединения\\): Cannot connect to host ${host}: \\S`,
      ),
    );
    await world.bot.line((line) => line === FALLBACK_LINE);
  }));

Deno.test("a webhook address whose host does not resolve is logged as it was written, and the card comes", () =>
  withWorld(async (world) => {
    await becomeLead(galliard(world));
    assert.equal((await world.admin.chat.nextMessage()).text, expectedCard());
    await world.bot.line(
      /^❌ CRM-сервер недоступен \(ошибка соединения\): Cannot connect to host INVALID_URL_FOR_TESTING: \S/,
    );
  }, {
    env: { CRM_TIMEOUT_SECONDS: "10" },
    locales: (locales) => locales.agency.webhook_url = "https://INVALID_URL_FOR_TESTING/webhook",
  }));

Deno.test("a lead that the CRM answers with 500 reaches the managers' chat with the answer in the log", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "answer", status: 500, body: "Internal Server Error" });
    await becomeLead(galliard(world));
    assert.equal((await world.admin.chat.nextMessage()).text, expectedCard());
    await world.bot.line((line) =>
      line === "❌ Ошибка отправки в AmoCRM. Статус: 500, Ответ: Internal Server Error"
    );
    await world.bot.line((line) => line === FALLBACK_LINE);
  }));

Deno.test("a lead that the CRM leaves unanswered reaches the managers' chat after the deadline", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "silent" });
    await becomeLead(galliard(world));
    assert.deepEqual(world.admin.chat.messages, []);
    assert.equal((await world.admin.chat.nextMessage()).text, expectedCard());
    await world.bot.line((line) => line === "❌ Таймаут при отправке в AmoCRM (>1s)");
    assert.equal(world.crm.receivedCount, 1);
  }));

Deno.test("a lead that neither the CRM nor the managers' chat takes is in the log whole, and its card comes later", () =>
  withWorld(async (world) => {
    await world.crm.down();
    world.admin.kickBot();
    await becomeLead(galliard(world));

    const line = await world.bot.line(
      "❌ КРИТИЧЕСКАЯ ОШИБКА: Не удалось отправить fallback в Telegram: ",
    );
    for (
      const part of ["agency", "MONSTER AGENCY", "Привлечь клиентов", "@betterrman", "Galliard"]
    ) {
      assert.ok(line.includes(part), `${part} is not in: ${line}`);
    }
    world.admin.addBot();
    assert.equal(wordsOf(await world.admin.chat.nextMessage()), expectedCard());
    await world.bot.line((each) => each === FALLBACK_LINE);
  }));

Deno.test("the demo plays seven scenarios, passes every check, and exits with 0", async () => {
  const args = await taskArguments("demo");
  const output = await new Deno.Command(DENO, { args: [...args, "--once"] }).output();
  const transcript = new TextDecoder().decode(output.stdout);
  assert.equal(output.code, 0, transcript + new TextDecoder().decode(output.stderr));
  assert.equal(transcript.match(/^━━ \d\. /gm)?.length, 7);
  assert.ok((transcript.match(/^ {2}✓ /gm)?.length ?? 0) >= 25, transcript);
  assert.doesNotMatch(transcript, /✗/);
});
