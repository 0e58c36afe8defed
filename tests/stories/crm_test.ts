// Answers and failures of CRMs, through the running bot and a real HTTP server.

import assert from "node:assert/strict";
import type { CrmMode, ReceivedLead } from "../../lib/simulator/crm/server.ts";
import { withWorld, type World, type WorldOptions } from "../helpers/world.ts";
import { CHOICE, CONFIRMATION, expectedCard } from "../helpers/shipped_texts.ts";
import { assertAdminChatSilent, becomeLead, galliard, greet, wordsOf } from "../helpers/visits.ts";

const NO_WEBHOOK = expectedCard({ headline: "⚠️ [WEBHOOK НЕ НАСТРОЕН] ⚠️" });

for (const status of [200, 201, 202]) {
  Deno.test(`a CRM's ${status} is success`, () =>
    withWorld(async (world) => {
      world.crm.behave({ kind: "answer", status });
      await becomeLead(galliard(world));
      await world.bot.line(`✅ Лид успешно отправлен в AmoCRM. Статус: ${status}`);
      await assertAdminChatSilent(world);
    }));
}

const accepted: [string, CrmMode][] = [
  ["a success whose body never ends", { kind: "headers_then_silence", status: 200 }],
  ["a success whose body is cut", { kind: "reset_in_body", status: 201 }],
  ["a success with an endless body", { kind: "endless_body", status: 202 }],
];
for (const [name, mode] of accepted) {
  Deno.test(`${name} is success by its status`, () =>
    withWorld(async (world) => {
      world.crm.behave((request) => (isGalliard(request) ? mode : { kind: "answer" }));
      await becomeLead(galliard(world));
      await world.bot.line("✅ Лид успешно отправлен в AmoCRM. Статус: ");
      await assertAdminChatSilent(world);
    }));
}

const declined: [string, CrmMode, RegExp][] = [
  ["204", { kind: "answer", status: 204 }, /^❌ Ошибка отправки в AmoCRM\. Статус: 204$/],
  ["203", { kind: "answer", status: 203 }, /^❌ Ошибка отправки в AmoCRM\. Статус: 203/],
  ["404", { kind: "answer", status: 404, body: "нет" }, /Статус: 404, Ответ: нет$/],
  ["a redirect", { kind: "redirect" }, /^❌ Ошибка отправки в AmoCRM\. Статус: 302/],
  ["a 307 redirect", { kind: "redirect", status: 307 }, /Статус: 307/],
  ["a 500 cut in its body", { kind: "reset_in_body", status: 500 }, /Статус: 500/],
  ["a 500 whose body never ends", { kind: "headers_then_silence", status: 500 }, /Статус: 500/],
  ["a 500 with an endless body", { kind: "endless_body", status: 500 }, /Статус: 500/],
  [
    "a reset after reading",
    { kind: "reset_after_reading" },
    /^❌ CRM-сервер недоступен \(ошибка соединения\): Cannot connect to host 127\.0\.0\.1:\d+: \S/,
  ],
];
for (const [name, mode, line] of declined) {
  Deno.test(`${name} is failure: one POST, the card, and its line in the log`, () =>
    withWorld(async (world) => {
      world.crm.behave(mode);
      await becomeLead(galliard(world));
      assert.equal(wordsOf(await world.admin.chat.nextMessage()), expectedCard());
      await world.bot.line(line);
      assert.equal(world.crm.receivedCount, 1);
      assert.equal(world.crm.loginVisits, 0);
    }));
}

Deno.test("at most 500 characters of an answer are logged, on one line and without the webhook's path", () =>
  withWorld(async (world) => {
    const path = new URL(world.crm.url).pathname;
    const body = `no ${path}\nhere ${"ы".repeat(2000)}`;
    world.crm.behave({ kind: "answer", status: 500, body });
    await becomeLead(galliard(world));
    const line = await world.bot.line("Статус: 500");
    const logged = line.split("Ответ: ")[1] ?? "";
    assert.match(logged, /^no \*\*\* here ы+$/);
    assert.equal(logged.length, 500);
  }));

for (const webhook of ["", "   ", undefined, null]) {
  Deno.test(`a webhook address of ${JSON.stringify(webhook)} gives a card without a webhook, and a warning`, () =>
    withWorld(async (world) => {
      await becomeLead(galliard(world));
      assert.equal(wordsOf(await world.admin.chat.nextMessage()), NO_WEBHOOK);
      await world.bot.line(/^⚠️ locales\.json: agency\.webhook_url: /);
      assert.equal(world.crm.receivedCount, 0);
    }, { locales: (locales) => void (locales.agency.webhook_url = webhook) }));
}

for (
  const webhook of [
    "ftp://example.com/x",
    "просто текст",
    "https://user:pass@example.com/x",
    42,
    "http://127.0.0.1:1/x",
  ]
) {
  Deno.test(`an impossible webhook address, ${webhook}, costs no lead and does not stop the bot`, () =>
    withWorld(async (world) => {
      await becomeLead(galliard(world));
      assert.equal(wordsOf(await world.admin.chat.nextMessage()), expectedCard());
      await world.bot.line(/^❌ Ошибка HTTP-клиента при отправке в AmoCRM: \S/);
      assert.doesNotMatch(world.bot.lines.join("\n"), /user:pass/);
    }, { locales: (locales) => void (locales.agency.webhook_url = webhook) }));
}

Deno.test("a profile's own deadline wins over the environment's", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "silent" });
    await becomeLead(galliard(world));
    await world.bot.line((line) => line === "❌ Таймаут при отправке в AmoCRM (>1s)");
  }, {
    env: { CRM_TIMEOUT_SECONDS: "120" },
    locales: (locales) => void (locales.agency.timeout_seconds = 1),
  }));

Deno.test("a visitor without a username goes to the CRM as id and number, and can be tapped in the card", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "answer", status: 500 });
    const visitor = world.telegram.user({
      first_name: "Безник <b>&amp;",
      last_name: "*_`[Фамилия](x)",
    });
    await becomeLead(visitor);
    const id = `id${visitor.id}`;
    const name = "Безник <b>&amp; *_`[Фамилия](x)";
    const { body } = await world.crm.nextLead();
    assert.deepEqual((body as { contact: unknown }).contact, { name, username: id });
    const card = await world.admin.chat.nextMessage();
    assert.equal(card.text, expectedCard({ contact: id, name }));
    const mention = card.entities?.find(({ type }) => type === "text_mention");
    assert.equal(card.text?.slice(mention?.offset, (mention?.offset ?? 0) + id.length), id);
    assert.equal(mention?.type === "text_mention" && mention.user.id, visitor.id);
  }));

Deno.test("each lead has an idempotency key of its own", () =>
  withWorld(async (world) => {
    const visitors = Array.from(
      { length: 5 },
      (_, index) => world.telegram.user({ first_name: `V${index}`, username: `v${index}` }),
    );
    await Promise.all(visitors.map(becomeLead));
    const keys = [];
    for (const _ of visitors) keys.push((await world.crm.nextLead()).idempotencyKey);
    assert.equal(new Set(keys).size, 5);
    assert.match(keys[0] ?? "", /^[\da-f-]{36}$/);
  }));

Deno.test("while the CRM hangs, confirmations and another visitor's /start are answered", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "silent" });
    await becomeLead(galliard(world));
    await becomeLead(world.telegram.user({ first_name: "B", username: "b" }));
    assert.match(
      wordsOf(await greet(world.telegram.user({ first_name: "C", username: "c" }), "cg")),
      /MONSTER CG/,
    );
    await world.crm.nextLead();
    await world.crm.nextLead();
    assert.deepEqual(world.admin.chat.messages, []);
    assert.equal(world.crm.openRequests.current, 2);
  }, { env: { CRM_TIMEOUT_SECONDS: "120" } }));

Deno.test("one silent CRM holds 128 POSTs at most, and leaves the other host's leads alone", async () => {
  const options: WorldOptions = {
    env: { CRM_TIMEOUT_SECONDS: "120" },
    telegram: { limits: "off" },
    locales(locales, crm) {
      // The same server under another name is another host to the bot.
      locales.cg.webhook_url = crm.url.replace("127.0.0.1", "localhost");
    },
  };
  await withWorld(async (world) => {
    const quiet = (request: ReceivedLead) => !request.rawBody.includes("MONSTER CG");
    world.crm.behave((request) => (quiet(request) ? { kind: "silent" } : { kind: "answer" }));
    await pressAll(world, 300);
    const other = world.telegram.user({ first_name: "Other", username: "other" });
    const menu = await greet(other, "cg");
    await other.press(menu, "Рекламный ролик").answered;
    await world.crm.nextLead((request) => !quiet(request));
    assert.equal(world.crm.openRequests.peak, 129);
  }, options);
});

async function pressAll(world: World, count: number): Promise<void> {
  const visitors = Array.from(
    { length: count },
    (_, index) => world.telegram.user({ first_name: `V${index}`, username: `v${index}` }),
  );
  await Promise.all(visitors.map(async (visitor) => {
    const menu = await greet(visitor);
    await visitor.press(menu, CHOICE).answered;
    await visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
  }));
}

function isGalliard(request: ReceivedLead): boolean {
  return request.rawBody.includes("@betterrman");
}
