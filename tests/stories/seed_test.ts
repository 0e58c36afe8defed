// The seed's four scenarios and its critical one, told through the running bot; and the demo that shows them.

import assert from "node:assert/strict";
import { withHouse } from "../helpers/house.ts";
import { FALLBACK_LINE, seedCard } from "../helpers/seed.ts";
import { assertAdminChatSilent, becomeLead, galliard, wordsOf } from "../helpers/visits.ts";
import { DENO, taskArguments } from "../helpers/deno.ts";

Deno.test("a lead that the CRM takes leaves the managers' chat silent until the follow-up", () =>
  withHouse(async (house) => {
    const visitor = galliard(house);
    await becomeLead(visitor);

    const lead = await house.crm.nextLead();
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
    const host = new URL(house.crm.url).host;
    await house.bot.line((line) => line === `📤 Отправка лида в AmoCRM: http://${host}/…`);
    await house.bot.line((line) => line === "✅ Лид успешно отправлен в AmoCRM. Статус: 200");
    await assertAdminChatSilent(house);

    visitor.say("https://example.com");
    const followUp = await house.admin.chat.nextMessage();
    assert.equal(
      followUp.text,
      "📎 Дополнение к лиду MONSTER AGENCY от @betterrman:\n\nhttps://example.com",
    );
  }));

Deno.test("a lead taken while the CRM is down reaches the managers' chat, and the visitor notices nothing", () =>
  withHouse(async (house) => {
    await house.crm.down();
    await becomeLead(galliard(house));

    const card = await house.admin.chat.nextMessage();
    assert.equal(card.text, seedCard());
    const host = new URL(house.crm.url).host.replaceAll(".", "\\.");
    await house.bot.line(
      new RegExp(
        `^❌ CRM-сервер недоступен \\(ошибка соединения\\): Cannot connect to host ${host}: \\S`,
      ),
    );
    await house.bot.line((line) => line === FALLBACK_LINE);
  }));

Deno.test("the seed's invalid webhook address is named as it was written, and the card comes", () =>
  withHouse(async (house) => {
    await becomeLead(galliard(house));
    assert.equal((await house.admin.chat.nextMessage()).text, seedCard());
    await house.bot.line(
      /^❌ CRM-сервер недоступен \(ошибка соединения\): Cannot connect to host INVALID_URL_FOR_TESTING: \S/,
    );
  }, {
    env: { CRM_TIMEOUT_SECONDS: "10" },
    locales: (locales) => locales.agency.webhook_url = "https://INVALID_URL_FOR_TESTING/webhook",
  }));

Deno.test("a lead that the CRM answers with 500 reaches the managers' chat with the answer in the log", () =>
  withHouse(async (house) => {
    house.crm.behave({ kind: "answer", status: 500, body: "Internal Server Error" });
    await becomeLead(galliard(house));
    assert.equal((await house.admin.chat.nextMessage()).text, seedCard());
    await house.bot.line((line) =>
      line === "❌ Ошибка отправки в AmoCRM. Статус: 500, Ответ: Internal Server Error"
    );
    await house.bot.line((line) => line === FALLBACK_LINE);
  }));

Deno.test("a lead that the CRM leaves unanswered reaches the managers' chat after the deadline", () =>
  withHouse(async (house) => {
    house.crm.behave({ kind: "silent" });
    await becomeLead(galliard(house));
    assert.deepEqual(house.admin.chat.messages, []);
    assert.equal((await house.admin.chat.nextMessage()).text, seedCard());
    await house.bot.line((line) => line === "❌ Таймаут при отправке в AmoCRM (>1s)");
    assert.equal(house.crm.receivedCount, 1);
  }));

Deno.test("a lead that neither the CRM nor the managers' chat takes is in the log whole, and its card comes later", () =>
  withHouse(async (house) => {
    await house.crm.down();
    house.admin.kickBot();
    await becomeLead(galliard(house));

    const line = await house.bot.line(
      "❌ КРИТИЧЕСКАЯ ОШИБКА: Не удалось отправить fallback в Telegram: ",
    );
    for (
      const part of ["agency", "MONSTER AGENCY", "Привлечь клиентов", "@betterrman", "Galliard"]
    ) {
      assert.ok(line.includes(part), `${part} is not in: ${line}`);
    }
    house.admin.addBot();
    assert.equal(wordsOf(await house.admin.chat.nextMessage()), seedCard());
    await house.bot.line((each) => each === FALLBACK_LINE);
  }));

Deno.test("the demo plays the seed's scenarios, keeps every promise, and ends with 0", async () => {
  const args = await taskArguments("demo");
  const output = await new Deno.Command(DENO, { args: [...args, "--once"] }).output();
  const transcript = new TextDecoder().decode(output.stdout);
  assert.equal(output.code, 0, transcript + new TextDecoder().decode(output.stderr));
  assert.equal(transcript.match(/^━━ \d\. /gm)?.length, 5);
  assert.ok((transcript.match(/^ {2}✓ /gm)?.length ?? 0) >= 25, transcript);
  assert.doesNotMatch(transcript, /✗/);
});
