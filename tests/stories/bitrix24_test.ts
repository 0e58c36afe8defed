// Leads that go to Bitrix24 by its inbound webhook, through the running bot.

import assert from "node:assert/strict";
import type { Bitrix24 } from "../../lib/simulator/crm/bitrix24.ts";
import { withBitrixWorld } from "../helpers/bitrix_world.ts";
import { journalRows } from "../helpers/journal_rows.ts";
import { expectedCard } from "../helpers/shipped_texts.ts";
import {
  assertAdminChatSilent,
  becomeLead,
  buttonTexts,
  galliard,
  wordsOf,
} from "../helpers/visits.ts";
import type { World } from "../helpers/world.ts";

const RESEND = "🔁 Отправить в CRM";
const DOUBTFUL = "🔁 Отправить в CRM (возможен дубль)";

Deno.test("a lead becomes a lead of Bitrix24 with its fields, and has a link but no notes", () =>
  withBitrixWorld(async (world, bitrix) => {
    const visitor = galliard(world);
    await becomeLead(visitor);
    const lead = await bitrix.nextLead();
    assert.deepEqual(lead.fields, {
      TITLE: "Новый лид с Telegram: MONSTER AGENCY",
      NAME: "Galliard",
      COMMENTS: "Привлечь клиентов\n@betterrman https://t.me/betterrman",
      SOURCE_ID: "WEB",
      SOURCE_DESCRIPTION: "Telegram Bot",
    });
    assert.deepEqual(lead.ignored, []);
    await world.bot.line("✅ Лид успешно отправлен в AmoCRM. Статус: 200");
    visitor.say("https://galliard.ru");
    await world.admin.chat.waitFor((each) => wordsOf(each).includes("https://galliard.ru"));
    await world.bot.stop();
    const portal = new URL(bitrix.url).origin;
    const [deal] = journalRows(world, "SELECT deal_id, url FROM deals");
    assert.deepEqual({ ...deal }, {
      deal_id: lead.id,
      url: `${portal}/crm/lead/details/${lead.id}/`,
    });
    assert.deepEqual(journalRows(world, "SELECT * FROM crm_notes"), []);
    assert.doesNotMatch(world.bot.lines.join("\n"), /Примечание/);
  }));

Deno.test("200 with an error is a refusal: a card, its reason in the log, and a link once a manager sent it again", () =>
  withBitrixWorld(async (world, bitrix) => {
    bitrix.refuse("error_in_200");
    await becomeLead(galliard(world));
    const card = await world.admin.chat.nextMessage();
    assert.equal(wordsOf(card), expectedCard());
    assert.equal(buttonTexts(card)[1], RESEND);
    await world.bot.line(
      /^❌ Ошибка отправки в AmoCRM\. Статус: 200, Ответ: .*"Required field is empty: Status\."/,
    );
    assert.equal(bitrix.requestCount, 1);
    bitrix.refuse(null);
    const maria = world.admin.member({ first_name: "Мария", username: "maria" });
    await maria.press(card, RESEND).answered;
    const sent = await world.admin.chat.waitFor((each) => /✅ В CRM: @maria/.test(wordsOf(each)));
    assert.deepEqual(buttonTexts(sent), ["Открыть сделку 101 ↗"]);
  }));

for (const refusal of ["credentials", "scope"] as const) {
  Deno.test(`a webhook without ${refusal} is refused once, with Bitrix24's own words`, () =>
    withBitrixWorld(async (world, bitrix) => {
      bitrix.refuse(refusal);
      await becomeLead(galliard(world));
      await world.admin.chat.waitFor((each) => wordsOf(each) === expectedCard());
      await world.bot.line(/Статус: 401, Ответ: \{"error":/);
      assert.equal(bitrix.requestCount, 1);
    }));
}

for (const refusal of ["query_limit", "operation_limit"] as const) {
  Deno.test(`a lead that meets ${refusal} is tried again, and after three attempts it is a card`, () =>
    withBitrixWorld(async (world, bitrix) => {
      bitrix.refuse(refusal);
      await becomeLead(galliard(world));
      await bitrix.nextRequest();
      await bitrix.nextRequest();
      bitrix.refuse(null);
      await bitrix.nextLead();
      assert.equal(bitrix.requestCount, 3);
      await assertAdminChatSilent(world);

      const before = bitrix.requestCount;
      bitrix.refuse(refusal);
      await becomeLead(world.telegram.user({ first_name: "Anna", username: "anna" }));
      const card = await world.admin.chat.waitFor((each) =>
        wordsOf(each) === expectedCard({ contact: "@anna", name: "Anna" })
      );
      assert.equal(buttonTexts(card)[1], RESEND);
      assert.equal(bitrix.requestCount - before, 3);
      await world.bot.stop();
      const attempts = journalRows(
        world,
        "SELECT lead, nth, outcome FROM attempts WHERE lead = (SELECT max(lead) FROM attempts)",
      );
      assert.deepEqual(attempts.map(({ outcome }) => outcome), [
        "answered",
        "answered",
        "answered",
      ]);
    }));
}

Deno.test("an answer that is cut off or is a page proves nothing: a card, and no lead is taken for sent", () =>
  withBitrixWorld(async (world, bitrix) => {
    bitrix.behave({ after: { kind: "reset_in_body" } });
    await becomeLead(galliard(world));
    const cut = await world.admin.chat.nextMessage();
    assert.equal(buttonTexts(cut)[1], DOUBTFUL);
    bitrix.behave({ kind: "html_login_page" });
    await becomeLead(world.telegram.user({ first_name: "Anna", username: "anna" }));
    const page = await world.admin.chat.nextMessage();
    assert.equal(buttonTexts(page)[1], RESEND);
    await world.bot.line(/Статус: 200, Ответ: Sign in$/);
  }));

function keyOf({ url }: Bitrix24): string {
  return new URL(url).pathname.split("/")[3] ?? "";
}

function linesWith({ bot }: World, secret: string): string[] {
  return bot.lines.filter((line) => line.includes(secret));
}

for (const slash of ["", "/", "/crm.lead.add.json"]) {
  Deno.test(`the key is in no line, whatever stands behind it in the address: «${slash}»`, () =>
    withBitrixWorld(async (world, bitrix) => {
      const key = keyOf(bitrix);
      assert.ok(key.length > 8);
      bitrix.behave({
        kind: "answer",
        status: 500,
        body: `no ${bitrix.url} \\/rest\\/1\\/${key}\\/ ${key}`,
      });
      await becomeLead(galliard(world));
      await world.bot.line(/Статус: 500, Ответ: no /);
      await bitrix.down();
      await becomeLead(galliard(world));
      await world.bot.line("❌ CRM-сервер недоступен");
      assert.deepEqual(linesWith(world, key), []);
      await world.bot.stop();
      const reasons = journalRows(world, "SELECT reason FROM attempts");
      assert.ok(!JSON.stringify(reasons).includes(key), JSON.stringify(reasons));
    }, {
      env: { LOG_LEVEL: "debug" },
      locales: (locales) => {
        const { webhook_url } = locales.agency;
        locales.agency.webhook_url = webhook_url.slice(0, -1) + slash;
      },
    }));
}
