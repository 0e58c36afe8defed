import assert from "node:assert/strict";
import { inLanguage } from "../../lib/profiles/language.ts";
import { confirmation, greeting } from "../../lib/visitors/texts.ts";
import { openPage, profileFields } from "../helpers/a_page.ts";
import { aProfile, someLocales } from "../helpers/a_profile.ts";

const ENGLISH = {
  step1: {
    caption: "What matters most to you now?",
    buttons: [{ text: "Get clients", callback_data: "agency_clients" }],
  },
  step2: { success_caption_template: "✅ Accepted: {choice}." },
};

Deno.test("a visitor gets translated texts, and base texts where there are none", () => {
  const profile = aProfile((agency) => agency.translations = { en: ENGLISH });
  const english = inLanguage(profile, "en");
  assert.equal(greeting(english).text, "What matters most to you now?");
  assert.deepEqual(english.buttons.map(({ text }) => text), ["Get clients", "Создать сайт"]);
  assert.equal(confirmation(english, "Get clients"), "✅ Accepted: Get clients.");
  assert.deepEqual(english.webhook, profile.webhook);
  assert.equal(inLanguage(profile, "en-US").caption, english.caption);
  assert.equal(inLanguage(profile, "EN").caption, english.caption);
  assert.equal(inLanguage(profile, "de"), profile);
  assert.equal(inLanguage(profile, null), profile);
});

Deno.test("a language's tab saves only its texts, and empty ones fall back to the base", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const opened = await (await browser.get("/profiles/agency/languages/en")).text();
  assert.match(opened, /<a[^>]*lang="en"[^>]*aria-current="page"[^>]*>English</);
  assert.match(opened, /placeholder="Что для вас сейчас главное\?"/);
  const response = await browser.post("/profiles/agency/languages/en", {
    version: versionIn(opened),
    do: "save",
    caption: "What matters most to you now?",
    button_key: ["agency_clients", "agency_website"],
    button_text: ["Get clients", ""],
    button_choice: ["", ""],
    confirmation: "✅ Accepted: {choice}.",
  });
  assert.deepEqual([response.status, response.headers.get("location")], [
    303,
    "/profiles/agency/languages/en?saved",
  ]);
  assert.deepEqual((await page.file()).agency.translations, { en: ENGLISH });
  assert.match(
    await (await browser.get("/profiles/agency")).text(),
    /href="\/profiles\/agency\/languages\/en"/,
  );
});

Deno.test("saving the base keeps the translations, and saving a translation keeps the others", async () => {
  const german = { step1: { caption: "Was ist Ihnen wichtig?" }, note: "for people" };
  const locales = someLocales(({ agency }) => agency.translations = { en: ENGLISH, DE: german });
  await using page = await openPage({ locales });
  const browser = await page.login();
  const base = { ...profileFields(page, "agency"), caption: "Новое" };
  assert.equal((await browser.post("/profiles/agency", base)).status, 303);

  const opened = await (await browser.get("/profiles/agency/languages/de")).text();
  const response = await browser.post("/profiles/agency/languages/de", {
    version: versionIn(opened),
    caption: "Was zählt?",
  });
  assert.equal(response.status, 303);
  assert.deepEqual((await page.file()).agency.translations, {
    en: ENGLISH,
    DE: { step1: { caption: "Was zählt?" }, note: "for people" },
  });
});

Deno.test("two people can edit a translation and its base at the same time", async () => {
  const locales = someLocales(({ agency }) => agency.translations = { en: ENGLISH });
  await using page = await openPage({ locales });
  const browser = await page.login();
  const base = profileFields(page, "agency");
  const opened = await (await browser.get("/profiles/agency/languages/en")).text();
  const english = { version: versionIn(opened), caption: "Hello" };
  assert.equal((await browser.post("/profiles/agency/languages/en", english)).status, 303);
  assert.equal((await browser.post("/profiles/agency", { ...base, name: "A" })).status, 303);
  const { agency } = await page.file();
  assert.deepEqual([agency.name, agency.translations.en.step1.caption], ["A", "Hello"]);
});

Deno.test("a stale translation is 409 with both versions", async () => {
  const locales = someLocales(({ agency }) => agency.translations = { en: ENGLISH });
  await using page = await openPage({ locales });
  const browser = await page.login();
  const opened = await (await browser.get("/profiles/agency/languages/en")).text();
  await page.editFile(({ agency }) => agency.translations.en.step1.caption = "Theirs");
  const response = await browser.post("/profiles/agency/languages/en", {
    version: versionIn(opened),
    caption: "Mine",
  });
  assert.equal(response.status, 409);
  assert.match(await response.text(), /<del[^>]*>Theirs<\/del>[^]*<ins[^>]*>Mine<\/ins>/);
  assert.equal((await page.file()).agency.translations.en.step1.caption, "Theirs");
});

Deno.test("faults of a translation are shown at their fields", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const opened = await (await browser.get("/profiles/agency/languages/en")).text();
  const response = await browser.post("/profiles/agency/languages/en", {
    version: versionIn(opened),
    caption: "x".repeat(5000),
    button_key: ["agency_clients", "agency_website"],
    button_text: ["", "x".repeat(300)],
    button_choice: ["", "x".repeat(1100)],
    confirmation: "Accepted",
  });
  assert.equal(response.status, 422);
  const html = await response.text();
  assert.match(html, /Не сохранено: 4 ошибки/);
  assert.match(html, /id="caption-fault"[^]*?Символов 5000, нужно не больше 4096/);
  assert.match(html, /value="x{300}"[^>]*aria-invalid="true"/);
  assert.match(html, /value="x{1100}"[^>]*aria-invalid="true"/);
  assert.match(html, /id="confirmation-fault"[^]*?Нет {choice}/);
});

Deno.test("removing a language removes its texts from the file", async () => {
  const locales = someLocales(({ agency }) => agency.translations = { en: ENGLISH });
  await using page = await openPage({ locales });
  const browser = await page.login();
  const opened = await (await browser.get("/profiles/agency/languages/en")).text();
  const response = await browser.post("/profiles/agency/languages/en", {
    version: versionIn(opened),
    do: "remove:0",
    caption: "whatever",
  });
  assert.deepEqual([response.status, response.headers.get("location")], [
    303,
    "/profiles/agency?saved",
  ]);
  assert.equal("translations" in (await page.file()).agency, false);
});

Deno.test("a translation's preview shows visitors' texts translated and managers' texts in the base language", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const response = await browser.post("/profiles/agency/languages/en/preview", {
    button_key: ["agency_clients"],
    button_text: ["Get clients"],
    confirmation: "Accepted: {choice}",
    do: "press:0",
  });
  const html = await response.text();
  assert.match(html, /Accepted: Get clients/);
  assert.match(html, /Запрос: Привлечь клиентов/);
});

Deno.test("an invalid language is 404, and so is an unknown profile", async () => {
  await using page = await openPage();
  const browser = await page.login();
  for (const path of ["agency/languages/english!", "agency/languages/EN", "nobody/languages/en"]) {
    assert.equal((await browser.get(`/profiles/${path}`)).status, 404, path);
  }
});

Deno.test("a copied profile's translations follow its new callback data", async () => {
  const locales = someLocales(({ agency }) => {
    agency.translations = {
      en: {
        step1: { buttons: ENGLISH.step1.buttons },
        step2: { choices: { agency_clients: "Clients" } },
      },
    };
  });
  await using page = await openPage({ locales });
  const browser = await page.login();
  await browser.post("/new-profile", { name: "Копия", key: "copy", from: "agency" });
  assert.deepEqual((await page.file()).copy.translations.en, {
    step1: { buttons: [{ text: "Get clients", callback_data: "copy_clients" }] },
    step2: { choices: { copy_clients: "Clients" } },
  });
});

function versionIn(html: string): string {
  return /name="version" value="(\w+)"/.exec(html)?.[1] ?? "";
}
