// What CRMs do to leads, through the running bot and a real HTTP server.

import assert from "node:assert/strict";
import type { CrmMode, ReceivedLead } from "../../lib/simulator/crm/server.ts";
import { type House, type HouseOptions, withHouse } from "../helpers/house.ts";
import { CHOICE, CONFIRMATION, seedCard } from "../helpers/seed.ts";
import { assertAdminChatSilent, becomeLead, galliard, greet, wordsOf } from "../helpers/visits.ts";

const NO_WEBHOOK = seedCard({ headline: "⚠️ [WEBHOOK НЕ НАСТРОЕН] ⚠️" });

for (const status of [200, 201, 202]) {
  Deno.test(`a CRM's ${status} is success`, () =>
    withHouse(async (house) => {
      house.crm.behave({ kind: "answer", status });
      await becomeLead(galliard(house));
      await house.bot.line(`✅ Лид успешно отправлен в AmoCRM. Статус: ${status}`);
      await assertAdminChatSilent(house);
    }));
}

const accepted: [string, CrmMode][] = [
  ["a success whose body never ends", { kind: "headers_then_silence", status: 200 }],
  ["a success whose body is cut", { kind: "reset_in_body", status: 201 }],
  ["a success with an endless body", { kind: "endless_body", status: 202 }],
];
for (const [name, mode] of accepted) {
  Deno.test(`${name} is success by its status`, () =>
    withHouse(async (house) => {
      house.crm.behave((request) => (isGalliard(request) ? mode : { kind: "answer" }));
      await becomeLead(galliard(house));
      await house.bot.line("✅ Лид успешно отправлен в AmoCRM. Статус: ");
      await assertAdminChatSilent(house);
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
    withHouse(async (house) => {
      house.crm.behave(mode);
      await becomeLead(galliard(house));
      assert.equal(wordsOf(await house.admin.chat.nextMessage()), seedCard());
      await house.bot.line(line);
      assert.equal(house.crm.receivedCount, 1);
      assert.equal(house.crm.loginVisits, 0);
    }));
}

Deno.test("at most 500 characters of an answer are logged, on one line and without the webhook's path", () =>
  withHouse(async (house) => {
    const path = new URL(house.crm.url).pathname;
    const body = `no ${path}\nhere ${"ы".repeat(2000)}`;
    house.crm.behave({ kind: "answer", status: 500, body });
    await becomeLead(galliard(house));
    const line = await house.bot.line("Статус: 500");
    const logged = line.split("Ответ: ")[1] ?? "";
    assert.match(logged, /^no \*\*\* here ы+$/);
    assert.equal(logged.length, 500);
  }));

for (const webhook of ["", "   ", undefined, null]) {
  Deno.test(`a webhook address of ${JSON.stringify(webhook)} gives the card that says so, and a warning`, () =>
    withHouse(async (house) => {
      await becomeLead(galliard(house));
      assert.equal(wordsOf(await house.admin.chat.nextMessage()), NO_WEBHOOK);
      await house.bot.line(/^⚠️ locales\.json: agency\.webhook_url: /);
      assert.equal(house.crm.receivedCount, 0);
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
    withHouse(async (house) => {
      await becomeLead(galliard(house));
      assert.equal(wordsOf(await house.admin.chat.nextMessage()), seedCard());
      await house.bot.line(/^❌ Ошибка HTTP-клиента при отправке в AmoCRM: \S/);
      assert.doesNotMatch(house.bot.lines.join("\n"), /user:pass/);
    }, { locales: (locales) => void (locales.agency.webhook_url = webhook) }));
}

Deno.test("a profile's own deadline wins over the environment's", () =>
  withHouse(async (house) => {
    house.crm.behave({ kind: "silent" });
    await becomeLead(galliard(house));
    await house.bot.line((line) => line === "❌ Таймаут при отправке в AmoCRM (>1s)");
  }, {
    env: { CRM_TIMEOUT_SECONDS: "120" },
    locales: (locales) => void (locales.agency.timeout_seconds = 1),
  }));

Deno.test("a visitor without a username goes to the CRM as id and number, and can be tapped in the card", () =>
  withHouse(async (house) => {
    house.crm.behave({ kind: "answer", status: 500 });
    const visitor = house.telegram.user({
      first_name: "Безник <b>&amp;",
      last_name: "*_`[Фамилия](x)",
    });
    await becomeLead(visitor);
    const id = `id${visitor.id}`;
    const name = "Безник <b>&amp; *_`[Фамилия](x)";
    const { body } = await house.crm.nextLead();
    assert.deepEqual((body as { contact: unknown }).contact, { name, username: id });
    const card = await house.admin.chat.nextMessage();
    assert.equal(card.text, seedCard({ contact: id, name }));
    const mention = card.entities?.find(({ type }) => type === "text_mention");
    assert.equal(card.text?.slice(mention?.offset, (mention?.offset ?? 0) + id.length), id);
    assert.equal(mention?.type === "text_mention" && mention.user.id, visitor.id);
  }));

Deno.test("each lead has an idempotency key of its own", () =>
  withHouse(async (house) => {
    const visitors = Array.from(
      { length: 5 },
      (_, index) => house.telegram.user({ first_name: `V${index}`, username: `v${index}` }),
    );
    await Promise.all(visitors.map(becomeLead));
    const keys = [];
    for (const _ of visitors) keys.push((await house.crm.nextLead()).idempotencyKey);
    assert.equal(new Set(keys).size, 5);
    assert.match(keys[0] ?? "", /^[\da-f-]{36}$/);
  }));

Deno.test("while the CRM hangs, confirmations and another visitor's /start are answered", () =>
  withHouse(async (house) => {
    house.crm.behave({ kind: "silent" });
    await becomeLead(galliard(house));
    await becomeLead(house.telegram.user({ first_name: "B", username: "b" }));
    assert.match(
      wordsOf(await greet(house.telegram.user({ first_name: "C", username: "c" }), "cg")),
      /MONSTER CG/,
    );
    await house.crm.nextLead();
    await house.crm.nextLead();
    assert.deepEqual(house.admin.chat.messages, []);
    assert.equal(house.crm.openRequests.current, 2);
  }, { env: { CRM_TIMEOUT_SECONDS: "120" } }));

Deno.test("one silent CRM holds 128 POSTs at most, and leaves the other host's leads alone", async () => {
  const options: HouseOptions = {
    env: { CRM_TIMEOUT_SECONDS: "120" },
    telegram: { limits: "off" },
    locales(locales, crm) {
      // The same server under another name is another host to the bot.
      locales.cg.webhook_url = crm.url.replace("127.0.0.1", "localhost");
    },
  };
  await withHouse(async (house) => {
    const quiet = (request: ReceivedLead) => !request.rawBody.includes("MONSTER CG");
    house.crm.behave((request) => (quiet(request) ? { kind: "silent" } : { kind: "answer" }));
    await pressAll(house, 300);
    const other = house.telegram.user({ first_name: "Other", username: "other" });
    const menu = await greet(other, "cg");
    await other.press(menu, "Рекламный ролик").answered;
    await house.crm.nextLead((request) => !quiet(request));
    assert.equal(house.crm.openRequests.peak, 129);
  }, options);
});

async function pressAll(house: House, count: number): Promise<void> {
  const visitors = Array.from(
    { length: count },
    (_, index) => house.telegram.user({ first_name: `V${index}`, username: `v${index}` }),
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
