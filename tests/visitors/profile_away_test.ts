// What stands above a profile's buttons after an absence of the bot: in the file, in the forms, in the preview and in the history.

import assert from "node:assert/strict";
import { readJson } from "../../lib/json/text.ts";
import { withNewProfile } from "../../lib/profiles/new_profile.ts";
import { parseProfiles } from "../../lib/profiles/parse.ts";
import { AWAY } from "../../lib/visitors/texts.ts";
import { openPage, profileFields } from "../helpers/a_page.ts";
import { type Locales, someLocales } from "../helpers/a_profile.ts";

const BACK = "👋 {name} снова на связи:";

const FAULTS: readonly (readonly [string, string, (all: Locales) => void])[] = [
  [
    "agency.step1.away_text",
    "символов 4097, нужно не больше 4096",
    ({ agency }) => agency.step1.away_text = "x".repeat(4097),
  ],
  [
    "agency.step1.away_text",
    "вместе с названием символов 4098, нужно не больше 4096",
    ({ agency }) => agency.step1.away_text = "x".repeat(4084) + "{name}",
  ],
  [
    "agency.translations.en.step1.away_text",
    "пусто, нужен текст от 1 до 4096 символов",
    ({ agency }) => agency.translations = { en: { step1: { away_text: "" } } },
  ],
];

for (const [path, message, edit] of FAULTS) {
  Deno.test(`parseProfiles says of ${path}: ${message}`, () => {
    const result = parseProfiles(someLocales(edit));
    assert.deepEqual(result.ok ? [] : result.faults, [{ path, message }]);
  });
}

Deno.test("a copy of a profile has its own name in the text", () => {
  const read = readJson(JSON.stringify(someLocales(({ agency }) => {
    agency.step1.away_text = "MONSTER AGENCY снова здесь";
  })));
  assert.ok(read.ok);
  const wanted = { key: "cg", name: "CG", from: "agency" };
  const copy = withNewProfile(read.json, wanted, () => 0).members.get("cg")?.value as Locales;
  assert.equal(copy.step1.away_text, "{name} снова здесь");
});

Deno.test("the text is edited, shown in the preview, kept in the history, and taken out when emptied", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const before = await page.file();
  const opened = await (await browser.get("/profiles/agency")).text();
  assert.ok(opened.includes(`placeholder="${AWAY}"`));
  assert.doesNotMatch(opened, /data-part="away"/);
  const typed = { ...profileFields(page, "agency"), away: BACK };
  const preview = await (await browser.post("/profiles/agency/preview", typed)).text();
  assert.match(preview, /после перерыва[^]*data-part="away"[^]*MONSTER AGENCY снова на связи/);
  assert.equal((await browser.post("/profiles/agency", typed)).status, 303);
  assert.equal((await page.file()).agency.step1.away_text, BACK);
  const history = await (await browser.get("/profiles/agency/history")).text();
  assert.match(history, /— после перерыва в работе бота/);
  const untouched = profileFields(page, "agency"); // A form without the field.
  assert.equal((await browser.post("/profiles/agency", untouched)).status, 303);
  assert.equal((await page.file()).agency.step1.away_text, BACK);
  const emptied = { ...profileFields(page, "agency"), away: "" };
  assert.equal((await browser.post("/profiles/agency", emptied)).status, 303);
  assert.deepEqual(await page.file(), before);
});

Deno.test("a translation has a text of its own where the profile has one", async () => {
  await using page = await openPage({
    locales: someLocales(({ agency }) => agency.step1.away_text = BACK),
  });
  const browser = await page.login();
  const path = "/profiles/agency/languages/en";
  const opened = await (await browser.get(path)).text();
  assert.match(opened, /id="away"[^>]*placeholder="👋/);
  const version = /name="version" value="([^"]+)"/.exec(opened)?.[1] ?? "";
  const fields = { version, do: "save", away: "{name} is back:" };
  assert.equal((await browser.post(path, fields)).status, 303);
  const { translations } = (await page.file()).agency;
  assert.deepEqual(translations.en, { step1: { away_text: "{name} is back:" } });
});
