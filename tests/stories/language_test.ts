// A profile in two languages, told through the running bot.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type Locales, withWorld } from "../helpers/world.ts";

const inEnglish = (locales: Locales) => {
  locales.agency.translations = {
    en: {
      step1: {
        caption: "What matters most to you now?",
        buttons: [{ text: "Get clients", callback_data: "agency_clients" }],
      },
      step2: { success_caption_template: "✅ Accepted: {choice}." },
      followup: { thanks_text: "🙏 Thank you! {name} has it." },
    },
  };
  locales.fallback.translations = {
    en: {
      welcome_text: "What can we do for you?",
      away_text: "We are back.",
      buttons: [{ text: "🚀 Marketing", callback_data: "select_agency" }],
    },
  };
};

Deno.test("a visitor reads their own language; the CRM and the managers get the base's choice", () =>
  withWorld(async ({ telegram, crm, admin }) => {
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
    visitor.say("one more thing");
    await visitor.chat.waitFor(({ text }) => text === "🙏 Thank you! MONSTER AGENCY has it.");
  }, { locales: inEnglish }));

Deno.test("a visitor whose language has no texts reads the base", () =>
  withWorld(async ({ telegram }) => {
    const visitor = telegram.user({ first_name: "Hans", language_code: "de" });
    visitor.start("agency");
    assert.match((await visitor.chat.nextMessage()).text ?? "", /Что для вас сейчас главное/);
  }, { locales: inEnglish }));

Deno.test("the menu and the reminder after an absence are in the visitor's language, lead or none", () =>
  withWorld(async (world) => {
    const visitor = world.telegram.user({ first_name: "Ann", language_code: "en" });
    visitor.start();
    const menu = await visitor.chat.nextMessage();
    assert.equal(menu.text, "What can we do for you?");
    assert.equal(menu.reply_markup?.inline_keyboard[0]?.[0]?.text, "🚀 Marketing");
    await world.bot.stop();
    const db = new DatabaseSync(`${world.folder}/data/triborg.db`);
    db.exec("UPDATE facts SET value = value - 200000 WHERE name = 'polled_at_ms'");
    db.close();
    await world.restart();
    const reminder = await visitor.chat.nextMessage();
    assert.equal(reminder.text, "We are back.");
    assert.equal(reminder.reply_markup?.inline_keyboard[0]?.[0]?.text, "🚀 Marketing");
  }, { locales: inEnglish }));
