import assert from "node:assert/strict";
import { inLanguage } from "../../lib/profiles/language.ts";
import { parseProfiles } from "../../lib/profiles/parse.ts";
import { aProfile, someLocales } from "../helpers/a_profile.ts";

Deno.test("a profile without translations is the same in every language", () => {
  const profile = aProfile();
  assert.equal(inLanguage(profile, "en"), profile);
});

Deno.test("language tags ignore case, and a region falls back to its language", () => {
  const profile = aProfile((agency) => {
    agency.translations = {
      EN: { step1: { caption: "Colour?" } },
      "en-us": { step1: { caption: "Color?" } },
    };
  });
  assert.equal(inLanguage(profile, "en").caption, "Colour?");
  assert.equal(inLanguage(profile, "en-GB").caption, "Colour?");
  assert.equal(inLanguage(profile, "en-US").caption, "Color?");
  assert.equal(inLanguage(profile, "eng").caption, profile.caption);
});

Deno.test("a choice is confirmed by the translated choice, else the translated button, else the base", () => {
  const profile = aProfile((agency) => {
    agency.step2.choices = { agency_clients: "Клиенты", agency_website: "Сайт" };
    agency.translations = {
      en: {
        step1: { buttons: [{ text: "Get clients", callback_data: "agency_clients" }] },
      },
      de: {
        step1: { buttons: [{ text: "Kunden gewinnen", callback_data: "agency_clients" }] },
        step2: { choices: { agency_clients: "Kunden" } },
      },
    };
  });
  assert.equal(inLanguage(profile, "en").choices.get("agency_clients"), "Get clients");
  assert.equal(inLanguage(profile, "de").choices.get("agency_clients"), "Kunden");
  assert.equal(inLanguage(profile, "de").choices.get("agency_website"), "Сайт");
});

Deno.test("a translation of a removed button is ignored", () => {
  const profile = aProfile((agency) => {
    agency.translations = {
      en: { step1: { buttons: [{ text: "Gone", callback_data: "agency_gone" }] } },
    };
  });
  assert.deepEqual(inLanguage(profile, "en").buttons, profile.buttons);
});

const FAULTS: readonly (readonly [string, unknown, string, string])[] = [
  ["a list of translations", [], "agency.translations", "найден список, нужен объект"],
  [
    "a word that is no language",
    { english_: {} },
    "agency.translations.english_",
    "такого языка нет, нужен код вида en или pt-br",
  ],
  [
    "a translation that is a text",
    { en: "Hi" },
    "agency.translations.en",
    "найден текст, нужен объект",
  ],
  [
    "an empty text",
    { en: { step1: { caption: " " } } },
    "agency.translations.en.step1.caption",
    "пусто, нужен текст от 1 до 4096 символов",
  ],
  [
    "a button without a text",
    { en: { step1: { buttons: [{ callback_data: "agency_clients" }] } } },
    "agency.translations.en.step1.buttons[0].text",
    "нет, нужно значение",
  ],
  [
    "a confirmation without {choice}",
    { en: { step2: { success_caption_template: "Done" } } },
    "agency.translations.en.step2.success_caption_template",
    "нет {choice}, нужен текст с {choice}",
  ],
  [
    "a choice that is too long",
    { en: { step2: { choices: { agency_clients: "x".repeat(1025) } } } },
    "agency.translations.en.step2.choices.agency_clients",
    "символов 1025, нужно не больше 1024",
  ],
  [
    "a confirmation that no choice fits into",
    { en: { step2: { success_caption_template: "x".repeat(4085) + "{choice}" } } },
    "agency.translations.en.step2.success_caption_template",
    "вместе с самым длинным выбором символов 4102, нужно не больше 4096",
  ],
];

for (const [what, translations, path, message] of FAULTS) {
  Deno.test(`parseProfiles points at ${path} for ${what}`, () => {
    const result = parseProfiles(someLocales(({ agency }) => agency.translations = translations));
    assert.deepEqual(result.ok ? [] : result.faults, [{ path, message }]);
  });
}
