// Leads that go to a Google script, through the running bot, at Google's own address by way of a proxy.

import assert from "node:assert/strict";
import { journalRows } from "../helpers/journal_rows.ts";
import { withSheetWorld } from "../helpers/sheet_world.ts";
import { expectedCard } from "../helpers/shipped_texts.ts";
import {
  assertAdminChatSilent,
  becomeLead,
  buttonTexts,
  galliard,
  wordsOf,
} from "../helpers/visits.ts";

Deno.test("a lead becomes a row, and the redirect to the script's output is success and is not followed", () =>
  withSheetWorld(async (world, sheet) => {
    await becomeLead(galliard(world));
    const { received_at, lead_id, ...row } = await sheet.nextRow();
    assert.deepEqual(row, {
      name: "Galliard",
      username: "@betterrman",
      choice: "Привлечь клиентов",
      profile_name: "MONSTER AGENCY",
      telegram_link: "https://t.me/betterrman",
    });
    assert.match(String(received_at), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.match(String(lead_id), /^[\da-f-]{36}$/);
    await world.bot.line("✅ Лид успешно отправлен в AmoCRM. Статус: 302");
    await assertAdminChatSilent(world);
    assert.equal(sheet.outputVisits, 0);
    assert.equal(sheet.requestCount, 2);
    await world.bot.stop();
    assert.deepEqual(journalRows(world, "SELECT * FROM deals"), []);
  }));

const refusals = [
  ["login_redirect", /Статус: 302, Ответ: Moved Temporarily$/],
  ["login_page", /Статус: 200, Ответ: Sign in - Google Accounts$/],
  ["script_error", /Статус: 200, Ответ: TypeError: Cannot read properties of null/],
] as const;
for (const [refusal, line] of refusals) {
  Deno.test(`Google's ${refusal} is a refusal: one POST, the card, and its reason in the log`, () =>
    withSheetWorld(async (world, sheet) => {
      sheet.refuse(refusal);
      await becomeLead(galliard(world));
      const card = await world.admin.chat.nextMessage();
      assert.equal(wordsOf(card), expectedCard());
      assert.equal(buttonTexts(card)[1], "🔁 Отправить в CRM");
      await world.bot.line(line);
      assert.equal(sheet.requestCount, 1);
    }));
}

Deno.test("the address of the script is in no line of the log", () =>
  withSheetWorld(async (world, sheet) => {
    const { pathname } = new URL(sheet.url);
    const id = pathname.split("/")[3] ?? "";
    sheet.behave({ kind: "answer", status: 500, body: `no ${pathname} ${id}` });
    await becomeLead(galliard(world));
    await world.bot.line(/Статус: 500, Ответ: no \*\*\*/);
    assert.deepEqual(world.bot.lines.filter((line) => line.includes(id)), []);
  }));
