// The question for a phone in the forms, the preview and the history; a lead's phone on the page.

import assert from "node:assert/strict";
import { openPage, type PageOfTest, profileFields } from "../helpers/a_page.ts";
import { someLocales } from "../helpers/a_profile.ts";
import { aNewLead } from "../helpers/a_lead.ts";
import { partsOf } from "../helpers/journal_parts.ts";

const BLANK = { phone_ask: "", phone_wait: "", phone_share: "", phone_skip: "", phone_thanks: "" };

const asking = () =>
  someLocales(({ agency }) => {
    agency.phone = { _note: "kept", ask: "Номер?", wait_seconds: 60 };
    agency.translations = { en: { phone: { ask: "Number?" } } };
  });

async function save(page: PageOfTest, fields: Record<string, string>) {
  const browser = await page.login();
  return await browser.post("/profiles/agency", { ...profileFields(page, "agency"), ...fields });
}

Deno.test("a question is typed, saved, shown in the preview and kept in the history", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const typed = { ...BLANK, phone_ask: "Ваш номер?", phone_wait: "45,5", phone_skip: "Потом" };
  assert.equal((await save(page, typed)).status, 303);
  assert.deepEqual((await page.file()).agency.phone, {
    ask: "Ваш номер?",
    skip_button: "Потом",
    wait_seconds: 45.5,
  });
  const html = await (await browser.get("/profiles/agency")).text();
  const preview = html.slice(html.indexOf('id="preview"'));
  assert.match(preview, /Ваш номер\?[^]*Поделиться номером[^]*Потом[^]*Спасибо! Уже передали/);
  assert.match(preview, /Телефон: \+79161234567/);
  const history = await (await browser.get("/profiles/agency/history")).text();
  assert.match(history, /номер телефона: вопрос, номер телефона: ждать номер/);
});

Deno.test("an emptied question is taken out of the file, and a form without the fields leaves it", async () => {
  await using page = await openPage({ locales: asking() });
  assert.equal((await save(page, { caption: "Другое" })).status, 303);
  assert.deepEqual((await page.file()).agency.phone, asking().agency.phone);
  const same = { ...BLANK, phone_ask: "Номер?", phone_wait: "60" };
  assert.equal((await save(page, same)).status, 303);
  assert.deepEqual((await page.file()).agency.phone, asking().agency.phone);
  assert.equal((await save(page, { ...same, phone_wait: "" })).status, 303);
  assert.deepEqual((await page.file()).agency.phone, { _note: "kept", ask: "Номер?" });
  assert.equal((await save(page, { ...BLANK, phone_skip: "Потом" })).status, 303);
  assert.equal((await page.file()).agency.phone, undefined);
});

Deno.test("faults of the question stand at their fields, in both languages, and nothing typed is lost", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const fields = {
    ...profileFields(page, "agency"),
    ...BLANK,
    phone_ask: "Номер?",
    phone_wait: "5",
  };
  const response = await browser.post("/profiles/agency", fields);
  assert.equal(response.status, 422);
  const html = await response.text();
  assert.match(html, /id="phone_wait-fault"[^]*?нужно число секунд от 10 до 600/);
  assert.match(html, /id="phone_ask"[^>]*>Номер\?</);
  const wordy = { ...fields, phone_wait: "долго" };
  const english = await browser.post("/profiles/agency", wordy, { "accept-language": "en" });
  assert.match(await english.text(), /id="phone_wait-fault"[^]*?a number of seconds is needed/);
  const blank = await browser.post("/profiles/agency", {
    ...fields,
    phone_ask: "",
    phone_wait: "60",
  });
  assert.match(await blank.text(), /id="phone_ask-fault"/);
});

Deno.test("a translation has the question in its language, where the profile asks", async () => {
  await using page = await openPage({ locales: asking() });
  const browser = await page.login();
  const path = "/profiles/agency/languages/en";
  const html = await (await browser.get(path)).text();
  assert.match(html, /id="phone_ask"[^>]*placeholder="Номер\?"[^>]*>Number\?</);
  assert.doesNotMatch(html, /name="phone_wait"/);
  const version = /name="version" value="([^"]+)"/.exec(html)?.[1] ?? "";
  const fields = {
    version,
    do: "save",
    caption: "",
    confirmation: "",
    thanks: "",
    phone_ask: "Your number?",
    phone_share: "Share",
    phone_skip: "",
    phone_thanks: "",
  };
  assert.equal((await browser.post(path, fields)).status, 303);
  const { translations } = (await page.file()).agency;
  assert.deepEqual(translations.en.phone, { ask: "Your number?", share_button: "Share" });

  await using silent = await openPage();
  const other = await silent.login();
  assert.doesNotMatch(await (await other.get(path)).text(), /name="phone_ask"/);
});

Deno.test("a lead's phone is on its page and in the last column of the CSV, defused", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const lead = aNewLead();
  const recorded = await page.journal.recordChoice(
    lead,
    { chatId: lead.chatId, messageId: 2, text: "", photo: false },
    "crm:host:x",
    false,
    60_000,
  );
  await partsOf(page.journal).forgetWork("confirmation", recorded?.lead.number ?? 0);
  assert.match(await (await browser.get("/leads/1")).text(), /Ждём номер телефона до [^<]*15:01/);
  const answer = { chatId: lead.chatId, messageId: 3, phone: "+79161234567" };
  assert.equal((await page.journal.answerPhoneAsk(answer, page.nowMs)).length, 1);
  const html = await (await browser.get("/leads/1")).text();
  assert.doesNotMatch(html, /Ждём номер/);
  assert.match(await (await browser.get("/leads?q=79161234")).text(), /<li id="lead-1"/);
  assert.match(html, /<dt>Телефон<\/dt><dd><a href="tel:\+79161234567">\+79161234567<\/a><\/dd>/);
  assert.match(await (await browser.get("/leads.csv")).text(), /;'\+79161234567;\r\n$/);
});
