import assert from "node:assert/strict";
import { charactersOf, repeatsAmong, repeatsIn } from "../../lib/profiles/button_texts.ts";
import { parseProfiles } from "../../lib/profiles/parse.ts";
import { openPage, profileFields } from "../helpers/a_page.ts";
import { anotherProfile, aProfile, someLocales } from "../helpers/a_profile.ts";

const LONG = "Привлечь клиентов из рекламы и соцсетей 1"; // 41 characters.

Deno.test("texts that look the same are repeats, empty ones are not", () => {
  const texts = ["Сайт", " сайт ", "", "са\u200bйт", "", "Сайт  под ключ", "Сайт под ключ"];
  assert.deepEqual(repeatsAmong(texts), [
    { index: 1, first: 0 },
    { index: 3, first: 0 },
    { index: 6, first: 5 },
  ]);
});

Deno.test("characters are counted as a visitor sees them", () => {
  assert.equal(charactersOf(LONG), 41);
  assert.equal(charactersOf(` ${"👨‍👩‍👧".repeat(40)} `), 40);
});

Deno.test("a repeat is found in the base, through {name}, and in a translation combined with the base", () => {
  const named = aProfile((agency) => {
    agency.step1.buttons[0].text = "О {name}";
    agency.step1.buttons[1].text = "о monster agency";
  });
  assert.deepEqual(repeatsIn(named), [{ language: null, index: 1, first: 0 }]);
  const translated = aProfile((agency) => {
    agency.translations = {
      de: { step1: { caption: "Was?" } },
      en: { step1: { buttons: [{ text: "создать сайт", callback_data: "agency_clients" }] } },
    };
  });
  assert.deepEqual(repeatsIn(translated), [{ language: "en", index: 1, first: 0 }]);
});

Deno.test("a file with a repeated button text is accepted with a warning, and its other texts can be saved", async () => {
  const locales = someLocales((all) => {
    all.agency.step1.buttons[1].text = "Привлечь клиентов";
    all.agency.step2.choices = {};
    all.cg = anotherProfile("cg");
    all.fallback.buttons.push({ text: "Маркетинг", callback_data: "select_cg" });
  });
  assert.equal(parseProfiles(locales).ok, true);
  await using page = await openPage({ locales });
  assert.deepEqual(page.log.lines.filter((line) => line.includes("такой же текст")), [
    "⚠️ locales.json: agency.step1.buttons[1].text: такой же текст у кнопки 1, нужен другой",
    "⚠️ locales.json: fallback.buttons[1].text: такой же текст у кнопки 1, нужен другой",
  ]);
  const browser = await page.login();
  const fields = { ...profileFields(page, "cg"), caption: "Другое" };
  assert.equal((await browser.post("/profiles/cg", fields)).status, 303);
});

Deno.test("a repeated button text is one fault at the second button, and nothing is saved", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const before = await page.file();
  const response = await browser.post("/profiles/agency", {
    ...profileFields(page, "agency"),
    button_text: ["Сайт для {name}", "сайт для Monster Agency "],
  });
  assert.equal(response.status, 422);
  const html = await response.text();
  assert.match(html, /Не сохранено: 1 ошибка/);
  assert.match(
    html,
    /id="button-1-fault"[^]*?Такой же текст у кнопки 1, нужен другой\./,
  );
  assert.match(html, /value="сайт для Monster Agency "/);
  assert.deepEqual(await page.file(), before);
});

Deno.test("a base text that repeats a translated one is a fault, and so is the reverse", async () => {
  const locales = someLocales(({ agency }) => {
    agency.translations = {
      en: { step1: { buttons: [{ text: "Website", callback_data: "agency_clients" }] } },
    };
  });
  await using page = await openPage({ locales });
  const browser = await page.login();
  const base = { ...profileFields(page, "agency"), button_text: ["Клиенты", "website"] };
  const refused = await browser.post("/profiles/agency", base);
  assert.equal(refused.status, 422);
  assert.match(await refused.text(), /На языке en такой же текст у кнопки 1, нужен другой/);

  const opened = await (await browser.get("/profiles/agency/languages/en")).text();
  const response = await browser.post("/profiles/agency/languages/en", {
    version: /name="version" value="(\w+)"/.exec(opened)?.[1] ?? "",
    button_key: ["agency_clients", "agency_website"],
    button_text: ["Website", "WEBSITE"],
  });
  assert.equal(response.status, 422);
  assert.match(await response.text(), /Не сохранено: 1 ошибка[^]*Такой же текст у кнопки 1/);
});

Deno.test("a repeated menu button text is a fault of the menu's form", async () => {
  const locales = someLocales((all) => all.cg = anotherProfile("cg"));
  await using page = await openPage({ locales });
  const browser = await page.login();
  const opened = await (await browser.get("/menu")).text();
  const response = await browser.post("/menu", {
    version: /name="version" value="(\w+)"/.exec(opened)?.[1] ?? "",
    welcome: "Привет",
    button_text: ["Сайт", "сайт"],
    button_profile: ["agency", "cg"],
  });
  assert.equal(response.status, 422);
  assert.match(await response.text(), /Не сохранено: 1 ошибка[^]*Такой же текст у кнопки 1/);
});

Deno.test("an empty text is one fault in every field", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const empty = {
    name: "",
    caption: " ",
    confirmation: "",
    follow_up: "  ",
    button_text: ["", "Создать сайт"],
  };
  for (const [field, value] of Object.entries(empty)) {
    const response = await browser.post("/profiles/agency", {
      ...profileFields(page, "agency"),
      [field]: value,
    });
    const html = await response.text();
    assert.match(html, /Не сохранено: 1 ошибка\./, field);
    assert.equal(html.match(/aria-invalid="true"/g)?.length, 1, field);
    assert.doesNotMatch(html, /нужен текст с/, field);
  }
  const result = parseProfiles(someLocales(({ agency }) => {
    agency.step2.success_caption_template = "";
    agency.followup.admin_followup_template = " ".repeat(5000);
  }));
  assert.equal(result.ok ? 0 : result.faults.length, 2);
});

Deno.test("a button text that is also too long as a choice is one fault", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const response = await browser.post("/profiles/agency", {
    ...profileFields(page, "agency"),
    button_text: ["x".repeat(1100), "Создать сайт"],
  });
  assert.match(await response.text(), /Не сохранено: 1 ошибка\./);
});

Deno.test("a button longer than a phone's line gets a warning at its field and in the preview, and is saved", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const fields = { ...profileFields(page, "agency"), button_text: [LONG, "Создать сайт"] };
  const preview = await (await browser.post("/profiles/agency/preview", fields)).text();
  const caution = "На телефоне в строку помещается около 40 символов, здесь 41: сократите.";
  assert.match(preview, new RegExp(`Кнопка 1. ${caution}`));
  assert.equal((await browser.post("/profiles/agency", fields)).status, 303);
  const html = await (await browser.get("/profiles/agency")).text();
  assert.match(html, new RegExp(`id="button-0-caution"[^]*?${caution}`));
  assert.doesNotMatch(html, /button-1-caution/);
  const forty = { ...fields, button_text: [LONG.slice(0, 40), "Создать сайт"] };
  assert.doesNotMatch(
    await (await browser.post("/profiles/agency/preview", forty)).text(),
    /class="caution"/,
  );
});

Deno.test("a fault of a button's key names the key", async () => {
  const locales = someLocales((all) => all.cg = anotherProfile("cg"));
  await using page = await openPage({ locales });
  const browser = await page.login();
  const response = await browser.post("/profiles/agency", {
    ...profileFields(page, "agency"),
    button_key: ["cg_video", "agency_website"],
  });
  assert.match(await response.text(), /Ключ кнопки: /);
});
