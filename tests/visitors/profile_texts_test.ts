// The thanks, the reminder and the menu in the visitor's language: in the file, in the forms, in the preview and in the history.

import assert from "node:assert/strict";
import { readJson } from "../../lib/json/text.ts";
import { inLanguage, menuInLanguage } from "../../lib/profiles/language.ts";
import { parseProfiles } from "../../lib/profiles/parse.ts";
import { withRenamedProfile } from "../../lib/profiles/list.ts";
import { withNewProfile } from "../../lib/profiles/new_profile.ts";
import { AWAY, away, menu, THANKS, thanks } from "../../lib/visitors/texts.ts";
import { openPage, profileFields } from "../helpers/a_page.ts";
import {
  anotherProfile,
  aProfile,
  type Locales,
  someLocales,
  someProfiles,
} from "../helpers/a_profile.ts";

const IN_ENGLISH = {
  welcome_text: "What can we do for you?",
  away_text: "We are back.",
  buttons: [{ text: "Marketing", callback_data: "select_agency" }],
};

Deno.test("the thanks are the profile's, in the visitor's language, with its name; else the bot's", () => {
  assert.equal(thanks(undefined), THANKS);
  for (const text of [undefined, null, "", " "]) {
    assert.equal(thanks(aProfile((agency) => agency.followup.thanks_text = text)), THANKS);
  }
  const profile = aProfile((agency) => {
    agency.followup.thanks_text = "Спасибо! {name} уже читает.";
    agency.translations = { en: { followup: { thanks_text: "Thanks! {name} reads it." } } };
  });
  assert.equal(thanks(profile), "Спасибо! MONSTER AGENCY уже читает.");
  assert.equal(thanks(inLanguage(profile, "en-GB")), "Thanks! MONSTER AGENCY reads it.");
  assert.equal(thanks(inLanguage(profile, "de")), thanks(profile));
});

Deno.test("the menu and the reminder are in the visitor's language, text by text over the base", () => {
  const profiles = someProfiles((all) => {
    all.fallback.translations = { EN: IN_ENGLISH, de: { welcome_text: "Womit?" } };
  });
  assert.equal(away(profiles), AWAY);
  const english = menuInLanguage(profiles, "en-US");
  assert.equal(away(english), "We are back.");
  assert.equal(menu(english).text, "What can we do for you?");
  assert.deepEqual(menu(english).keyboard.inline_keyboard, [
    [{ text: "Marketing", callback_data: "select_agency" }],
  ]);
  const german = menuInLanguage(profiles, "de");
  assert.deepEqual([german.welcomeText, german.awayText], ["Womit?", null]);
  assert.deepEqual(german.menu, profiles.menu);
  assert.equal(menuInLanguage(profiles, null), profiles);
});

const FAULTS: readonly (readonly [string, string, (all: Locales) => void])[] = [
  [
    "agency.followup.thanks_text",
    "символов 4097, нужно не больше 4096",
    ({ agency }) => agency.followup.thanks_text = "x".repeat(4097),
  ],
  [
    "agency.followup.thanks_text",
    "вместе с названием символов 4098, нужно не больше 4096",
    ({ agency }) => agency.followup.thanks_text = "x".repeat(4084) + "{name}",
  ],
  [
    "agency.translations.en.followup.thanks_text",
    "вместе с названием символов 4098, нужно не больше 4096",
    ({ agency }) =>
      agency.translations = { en: { followup: { thanks_text: "x".repeat(4084) + "{name}" } } },
  ],
  [
    "fallback.away_text",
    "символов 4097, нужно не больше 4096",
    ({ fallback }) => fallback.away_text = "x".repeat(4097),
  ],
  [
    "fallback.translations.en.away_text",
    "символов 4097, нужно не больше 4096",
    ({ fallback }) => fallback.translations = { en: { away_text: "x".repeat(4097) } },
  ],
  [
    "fallback.translations.en.buttons[0].text",
    "пусто, нужен текст от 1 до 256 символов",
    ({ fallback }) =>
      fallback.translations = { en: { buttons: [{ text: "", callback_data: "select_agency" }] } },
  ],
  [
    "fallback.translations.english_",
    "такого языка нет, нужен код вида en или pt-br",
    ({ fallback }) => fallback.translations = { english_: {} },
  ],
];

for (const [path, message, edit] of FAULTS) {
  Deno.test(`parseProfiles says of ${path}: ${message}`, () => {
    const result = parseProfiles(someLocales(edit));
    assert.deepEqual(result.ok ? [] : result.faults, [{ path, message }]);
  });
}

Deno.test("a profile's link takes the menu's translated buttons along, and a copy its thanks", () => {
  const read = readJson(JSON.stringify(someLocales((all) => {
    all.fallback.translations = { en: IN_ENGLISH };
    all.agency.followup.thanks_text = "MONSTER AGENCY благодарит";
  })));
  assert.ok(read.ok);
  const renamed = withRenamedProfile(read.json, "agency", "studio").members.get("fallback");
  assert.deepEqual(
    (renamed?.value as Locales).translations.en.buttons,
    [{ text: "Marketing", callback_data: "select_studio" }],
  );
  const copied = withNewProfile(read.json, { key: "cg", name: "CG", from: "agency" }, () => 0);
  const copy = copied.members.get("cg")?.value as Locales;
  assert.equal(copy.followup.thanks_text, "{name} благодарит");
});

Deno.test("the thanks are edited, shown, counted, kept in the history, and taken out when emptied", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const opened = await (await browser.get("/profiles/agency")).text();
  assert.ok(opened.includes(`placeholder="${THANKS}"`));
  assert.match(opened, /data-part="thanks"[^]*?Спасибо, получили! Уже передали\./);
  const before = await page.file();

  const typed = { ...profileFields(page, "agency"), thanks: "Уже у {name}" };
  const preview = await (await browser.post("/profiles/agency/preview", typed)).text();
  assert.match(preview, /data-part="thanks"[^]*?Уже у MONSTER AGENCY/);
  assert.equal((await browser.post("/profiles/agency", typed)).status, 303);
  assert.equal((await page.file()).agency.followup.thanks_text, "Уже у {name}");
  const history = await (await browser.get("/profiles/agency/history")).text();
  assert.match(history, /— ответ на дополнение/);

  const long = { ...profileFields(page, "agency"), thanks: "x".repeat(4097) };
  const refused = await browser.post("/profiles/agency", long);
  assert.equal(refused.status, 422);
  assert.match(await refused.text(), /id="thanks-fault"[^]*?Символов 4097/);

  const emptied = { ...profileFields(page, "agency"), thanks: " " };
  assert.equal((await browser.post("/profiles/agency", emptied)).status, 303);
  assert.deepEqual(await page.file(), before);
});

Deno.test("a form that is saved as it was opened leaves an empty text of the file as it is spelled", async () => {
  const locales = someLocales((all) => {
    all.agency.followup.thanks_text = " ";
    all.fallback.away_text = null;
  });
  await using page = await openPage({ locales });
  const browser = await page.login();
  const fields = profileFields(page, "agency");
  assert.equal((await browser.post("/profiles/agency", fields)).status, 303);
  const menu = {
    version: versionIn(await (await browser.get("/menu")).text()),
    welcome: locales.fallback.welcome_text,
    button_text: ["Маркетинг"],
    button_profile: ["agency"],
  };
  assert.equal((await browser.post("/menu", menu)).status, 303);
  assert.deepEqual(await page.file(), locales);
});

Deno.test("a translation has thanks of its own, and what else stands beside them stays", async () => {
  const locales = someLocales(({ agency }) => {
    agency.translations = { en: { followup: { note: "for people" } } };
  });
  await using page = await openPage({ locales });
  const browser = await page.login();
  const path = "/profiles/agency/languages/en";
  const fields = { version: versionIn(await (await browser.get(path)).text()), thanks: "Thanks!" };
  const preview = await (await browser.post(`${path}/preview`, fields)).text();
  assert.match(preview, /data-part="thanks"[^]*?Thanks!/);
  assert.equal((await browser.post(path, fields)).status, 303);
  assert.deepEqual((await page.file()).agency.translations.en, {
    followup: { note: "for people", thanks_text: "Thanks!" },
  });
  const history = await (await browser.get("/profiles/agency/history")).text();
  assert.match(history, /english: ответ на дополнение/);
});

Deno.test("the menu's form has the reminder, with the bot's own where it is empty", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const opened = await (await browser.get("/menu")).text();
  assert.match(opened, /data-part="away"[^]*?Мы снова на связи/);
  const fields = {
    version: versionIn(opened),
    welcome: "Выберите, с чем вам помочь.",
    button_text: ["Маркетинг"],
    button_profile: ["agency"],
    away: "Вернулись!",
  };
  assert.match(
    await (await browser.post("/menu/preview", fields)).text(),
    /data-part="away"[^]*?Вернулись!/,
  );
  assert.equal((await browser.post("/menu", fields)).status, 303);
  assert.equal((await page.file()).fallback.away_text, "Вернулись!");
  assert.equal(page.store.current().awayText, "Вернулись!");
  assert.match(
    await (await browser.get("/menu/history")).text(),
    /— после перерыва в работе бота/,
  );
});

Deno.test("a language of the menu is added, edited and removed; the base stays as it is", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const before = await page.file();
  const path = "/menu/languages/en";
  assert.match(await (await browser.get("/menu")).text(), /href="\/menu\/languages\/en" lang="en"/);
  const opened = await (await browser.get(path)).text();
  assert.match(opened, /placeholder="Маркетинг"/);
  const fields = {
    welcome: IN_ENGLISH.welcome_text,
    away: IN_ENGLISH.away_text,
    button_key: ["select_agency"],
    button_text: ["Marketing"],
  };
  const preview = await (await browser.post(`${path}/preview`, fields)).text();
  assert.match(preview, /What can we do for you\?[^]*Marketing[^]*We are back\./);
  const saved = await browser.post(path, { ...fields, version: versionIn(opened) });
  assert.deepEqual([saved.status, saved.headers.get("location")], [303, `${path}?saved`]);
  const { translations, ...base } = (await page.file()).fallback;
  assert.deepEqual(translations, { en: IN_ENGLISH });
  assert.deepEqual(base, before.fallback);
  const history = await (await browser.get("/menu/history")).text();
  assert.match(history, /english: приветствие/);

  const again = versionIn(await (await browser.get(path)).text());
  const removed = await browser.post(path, { ...fields, version: again, do: "remove:0" });
  assert.deepEqual([removed.status, removed.headers.get("location")], [303, "/menu?saved"]);
  assert.deepEqual(await page.file(), before);
});

Deno.test("faults of a menu's language stand at their fields, and nothing typed is lost", async () => {
  const locales = someLocales((all) => {
    for (const key of ["cg", "web"]) {
      all[key] = anotherProfile(key);
      all.fallback.buttons.push({ text: key, callback_data: `select_${key}` });
    }
  });
  await using page = await openPage({ locales });
  const browser = await page.login();
  const path = "/menu/languages/en";
  const response = await browser.post(path, {
    version: versionIn(await (await browser.get(path)).text()),
    welcome: "x".repeat(4097),
    button_key: ["select_agency", "select_cg", "select_web"],
    button_text: ["", "y".repeat(300), "маркетинг"],
  });
  assert.equal(response.status, 422);
  const html = await response.text();
  assert.match(html, /Не сохранено: 3 ошибки/);
  assert.match(html, /id="welcome-fault"[^]*?Символов 4097/);
  assert.match(html, /value="y{300}"[^>]*aria-invalid="true"[^]*?Символов 300/);
  assert.match(html, /value="маркетинг"[^>]*aria-invalid="true"[^]*?Такой же текст у кнопки 1/);
});

Deno.test("a stale translation of the menu is 409 with both versions; what is no language is 404", async () => {
  const locales = someLocales(({ fallback }) => fallback.translations = { en: IN_ENGLISH });
  await using page = await openPage({ locales });
  const browser = await page.login();
  const path = "/menu/languages/en";
  const version = versionIn(await (await browser.get(path)).text());
  await page.editFile(({ fallback }) => fallback.translations.en.welcome_text = "Theirs");
  const response = await browser.post(path, { version, welcome: "Mine" });
  assert.equal(response.status, 409);
  assert.match(await response.text(), /<del[^>]*>Theirs<\/del>[^]*<ins[^>]*>Mine<\/ins>/);
  assert.equal((await browser.get("/menu/languages/EN")).status, 404);
});

function versionIn(html: string): string {
  return /name="version" value="(\w+)"/.exec(html)?.[1] ?? "";
}
