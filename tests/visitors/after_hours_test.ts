// What a confirmation says outside working hours: in the file, in the forms, in the preview and in the history.

import assert from "node:assert/strict";
import { readJson } from "../../lib/json/text.ts";
import { inLanguage } from "../../lib/profiles/language.ts";
import { withNewProfile } from "../../lib/profiles/new_profile.ts";
import { parseProfiles } from "../../lib/profiles/parse.ts";
import { confirmation } from "../../lib/visitors/texts.ts";
import { faultWords } from "../../routes/words/faults.ts";
import { openPage, profileFields } from "../helpers/a_page.ts";
import { aProfile, type Locales, someLocales } from "../helpers/a_profile.ts";

const LATER = "🌙 Ответим утром про «{choice}». {name}";

Deno.test("outside working hours a confirmation ends in the profile's paragraph, in the visitor's language", () => {
  const profile = aProfile((agency) => {
    agency.step2.after_hours_text = LATER;
    agency.translations = { en: { step2: { after_hours_text: "We answer in the morning." } } };
  });
  const later = "✅ Принято: Сайт.\n\n🌙 Ответим утром про «Сайт». MONSTER AGENCY";
  assert.equal(confirmation(profile, "Сайт", false), later);
  assert.equal(confirmation(profile, "Сайт", true), "✅ Принято: Сайт.");
  assert.equal(
    confirmation(inLanguage(profile, "en-GB"), "Site", false),
    "✅ Принято: Site.\n\nWe answer in the morning.",
  );
  assert.equal(confirmation(inLanguage(profile, "de"), "Сайт", false), later);
  for (const text of [undefined, null, "", " "]) {
    const silent = aProfile(({ step2 }) => step2.after_hours_text = text);
    assert.equal(confirmation(silent, "Сайт", false), "✅ Принято: Сайт.");
  }
});

const FAULTS: readonly (readonly [string, string, string, (all: Locales) => void])[] = [
  [
    "agency.step2.after_hours_text",
    "найдено {username}, можно только {choice} и {name}",
    "{username} is unknown, only {choice} and {name} are possible",
    ({ agency }) => agency.step2.after_hours_text = "{username}",
  ],
  [
    "agency.step2.after_hours_text",
    "найдено 1, нужен текст",
    "",
    ({ agency }) => agency.step2.after_hours_text = 1,
  ],
  [
    "agency.step2.after_hours_text",
    "символов 4097, нужно не больше 4096",
    "4097 characters, at most 4096 fit",
    ({ agency }) => agency.step2.after_hours_text = "x".repeat(4097),
  ],
  // «✅ Принято: Привлечь клиентов.», two line breaks, and one character too many.
  [
    "agency.step2.after_hours_text",
    "вместе с подтверждением символов 4097, нужно не больше 4096",
    "4097 characters together with the confirmation, at most 4096 fit",
    ({ agency }) => agency.step2.after_hours_text = "x".repeat(4097 - 31),
  ],
  [
    "agency.translations.en.step2.after_hours_text",
    "вместе с подтверждением символов 4097, нужно не больше 4096",
    "",
    ({ agency }) => {
      agency.step2.after_hours_text = "x".repeat(4096 - 31);
      agency.translations = {
        en: { step2: { success_caption_template: "✅✅ Принято: {choice}." } },
      };
    },
  ],
  [
    "agency.translations.en.step2.after_hours_text",
    "пусто, нужен текст от 1 до 4096 символов",
    "",
    ({ agency }) => agency.translations = { en: { step2: { after_hours_text: " " } } },
  ],
];

for (const [path, message, english, edit] of FAULTS) {
  Deno.test(`parseProfiles says of ${path}: ${message}`, () => {
    const result = parseProfiles(someLocales(edit));
    assert.deepEqual(result.ok ? [] : result.faults, [{ path, message }]);
    if (english !== "") assert.equal(faultWords(message, "en"), english);
  });
}

Deno.test("a confirmation and its paragraph may fill a message to the last character", () => {
  const profile = aProfile(({ step2 }) => step2.after_hours_text = "x".repeat(4096 - 31));
  assert.equal(confirmation(profile, "Привлечь клиентов", false).length, 4096);
});

Deno.test("a copy of a profile has its own name in the paragraph", () => {
  const read = readJson(JSON.stringify(someLocales(({ agency }) => {
    agency.step2.after_hours_text = "MONSTER AGENCY ответит утром";
  })));
  assert.ok(read.ok);
  const wanted = { key: "cg", name: "CG", from: "agency" };
  const copy = withNewProfile(read.json, wanted, () => 0).members.get("cg")?.value as Locales;
  assert.equal(copy.step2.after_hours_text, "{name} ответит утром");
});

Deno.test("the paragraph is edited, shown in the preview, kept in the history, and taken out when emptied", async () => {
  await using page = await openPage({
    config: { workHours: [{ days: [1], fromMinute: 0, beforeMinute: 60 }] },
  });
  const browser = await page.login();
  const before = await page.file();
  assert.doesNotMatch(await (await browser.get("/profiles/agency")).text(), /WORK_HOURS/);
  const typed = { ...profileFields(page, "agency"), after_hours: LATER };
  const preview = await (await browser.post("/profiles/agency/preview", typed)).text();
  assert.match(
    preview,
    /вне рабочего времени[^]*data-part="after_hours"[^]*Принято: Привлечь клиентов[^]*утром про «Привлечь клиентов»\. MONSTER AGENCY/,
  );
  assert.equal((await browser.post("/profiles/agency", typed)).status, 303);
  assert.equal((await page.file()).agency.step2.after_hours_text, LATER);
  const history = await (await browser.get("/profiles/agency/history")).text();
  assert.match(history, /— вне рабочего времени/);

  const untouched = profileFields(page, "agency"); // A form without the field.
  assert.equal((await browser.post("/profiles/agency", untouched)).status, 303);
  assert.equal((await page.file()).agency.step2.after_hours_text, LATER);

  const long = { ...untouched, after_hours: "x".repeat(4090) };
  const refused = await browser.post("/profiles/agency", long);
  assert.equal(refused.status, 422);
  assert.match(await refused.text(), /id="after_hours-fault"[^]*?Вместе с подтверждением символов/);

  const emptied = { ...profileFields(page, "agency"), after_hours: " " };
  assert.equal((await browser.post("/profiles/agency", emptied)).status, 303);
  assert.deepEqual(await page.file(), before);
});

Deno.test("the form says that the paragraph is never read while there are no working hours", async () => {
  await using page = await openPage();
  const browser = await page.login();
  assert.match(await (await browser.get("/profiles/agency")).text(), /не задано\s+\(WORK_HOURS\)/);
});

Deno.test("a translation has a paragraph of its own where the profile has one", async () => {
  const path = "/profiles/agency/languages/en";
  await using silent = await openPage();
  const other = await silent.login();
  assert.doesNotMatch(await (await other.get(path)).text(), /name="after_hours"/);

  await using page = await openPage({
    locales: someLocales(({ agency }) => agency.step2.after_hours_text = LATER),
  });
  const browser = await page.login();
  const opened = await (await browser.get(path)).text();
  assert.match(opened, /id="after_hours"[^>]*placeholder="🌙/);
  const version = /name="version" value="([^"]+)"/.exec(opened)?.[1] ?? "";
  const typed = { version, do: "save", after_hours: "In the morning, {choice}." };
  const preview = await (await browser.post(`${path}/preview`, typed)).text();
  assert.match(preview, /data-part="after_hours"[^]*In the morning, Привлечь клиентов\./);
  assert.equal((await browser.post(path, typed)).status, 303);
  const { translations } = (await page.file()).agency;
  assert.deepEqual(translations.en, { step2: { after_hours_text: "In the morning, {choice}." } });
  const history = await (await browser.get("/profiles/agency/history")).text();
  assert.match(history, /english: вне рабочего времени/i);
});
