// A profile in two languages, told through the running bot.

import assert from "node:assert/strict";
import { type Locales, withHouse } from "./helpers/house.ts";

const inEnglish = (locales: Locales) => {
  locales.agency.translations = {
    en: {
      step1: {
        caption: "What matters most to you now?",
        buttons: [{ text: "Get clients", callback_data: "agency_clients" }],
      },
      step2: { success_caption_template: "✅ Accepted: {choice}." },
    },
  };
};

Deno.test("a visitor reads their own language; the CRM and the managers get the base's choice", () =>
  withHouse(async ({ telegram, crm, admin }) => {
    crm.behave({ kind: "answer", status: 500 });
    const visitor = telegram.user({
      first_name: "Ann",
      username: "ann",
      language_code: "en-US",
    });
    visitor.start("agency");
    const greeting = await visitor.chat.nextMessage();
    assert.equal(greeting.text, "What matters most to you now?");
    visitor.press(greeting, "Get clients");
    await visitor.chat.waitFor(({ text }) => text === "✅ Accepted: Get clients.");
    const { body } = await crm.nextLead();
    assert.equal((body as { request_details: string }).request_details, "Привлечь клиентов");
    await admin.chat.waitFor(({ text }) => text?.includes("Запрос: Привлечь клиентов") === true);
  }, { locales: inEnglish }));

Deno.test("a visitor whose language has no texts reads the base", () =>
  withHouse(async ({ telegram }) => {
    const visitor = telegram.user({ first_name: "Hans", language_code: "de" });
    visitor.start("agency");
    assert.match((await visitor.chat.nextMessage()).text ?? "", /Что для вас сейчас главное/);
  }, { locales: inEnglish }));
