// A profile's `phone` in locales.json: read, checked, translated, copied.

import assert from "node:assert/strict";
import { readJson } from "../../lib/json/text.ts";
import { inLanguage } from "../../lib/profiles/language.ts";
import { withNewProfile } from "../../lib/profiles/new_profile.ts";
import { parseProfiles } from "../../lib/profiles/parse.ts";
import { phoneMessages } from "../../lib/visitors/texts.ts";
import { faultWords } from "../../routes/words/faults.ts";
import { aProfile, type Locales, someLocales } from "../helpers/a_profile.ts";

Deno.test("a profile asks for a phone where the file says so, and waits two minutes unless it says otherwise", () => {
  assert.equal(aProfile().phone, null);
  assert.equal(aProfile((agency) => agency.phone = null).phone, null);
  const { phone } = aProfile((agency) => agency.phone = { ask: "Номер для {name}?" });
  assert.ok(phone !== null);
  assert.equal(phone.waitMs, 120_000);
  assert.deepEqual(phoneMessages(phone), {
    ask: "Номер для MONSTER AGENCY?",
    share: "Поделиться номером",
    skip: "Пропустить",
    thanks: "🙏 Спасибо! Уже передали.",
  });
  const wait = (wait_seconds: unknown) =>
    aProfile((agency) => agency.phone = { ask: "?", wait_seconds }).phone?.waitMs;
  assert.deepEqual([wait(10), wait(600), wait(null), wait(12.5)], [
    10_000,
    600_000,
    120_000,
    12_500,
  ]);
});

Deno.test("a translation overrides the texts one by one", () => {
  const profile = aProfile((agency) => {
    agency.phone = { ask: "Номер?", skip_button: "Не сейчас", wait_seconds: 60 };
    agency.translations = { en: { phone: { ask: "{name}: your number?", share_button: "Share" } } };
  });
  assert.deepEqual(inLanguage(profile, "en-GB").phone, {
    ask: "MONSTER AGENCY: your number?",
    share: "Share",
    skip: "Не сейчас",
    thanks: null,
    waitMs: 60_000,
  });
  const silent = aProfile((agency) => agency.translations = { en: { phone: { ask: "Number?" } } });
  assert.equal(inLanguage(silent, "en").phone, null);
});

const FAULTS: readonly (readonly [string, string, string, (all: Locales) => void])[] = [
  ["agency.phone", "найден текст, нужен объект", "", ({ agency }) => agency.phone = "?"],
  ["agency.phone.ask", "нет, нужно значение", "missing", ({ agency }) => agency.phone = {}],
  [
    "agency.phone.ask",
    "пусто, нужен текст от 1 до 4096 символов",
    "empty, a text of 1 to 4096 characters is needed",
    ({ agency }) => agency.phone = { ask: " " },
  ],
  [
    "agency.phone.wait_seconds",
    "найдено 9, нужно число секунд от 10 до 600",
    "it is 9, a number of seconds from 10 to 600 is needed",
    ({ agency }) => agency.phone = { ask: "?", wait_seconds: 9 },
  ],
  [
    "agency.phone.wait_seconds",
    "найден текст, нужно число секунд",
    "it is a text, a number of seconds is needed",
    ({ agency }) => agency.phone = { ask: "?", wait_seconds: "120" },
  ],
  [
    "agency.phone.skip_button",
    "символов 257, нужно не больше 256",
    "257 characters, at most 256 fit",
    ({ agency }) => agency.phone = { ask: "?", skip_button: "x".repeat(257) },
  ],
  [
    "agency.phone.ask",
    "вместе с названием символов 4104, нужно не больше 4096",
    "4104 characters with the name in it, at most 4096 fit",
    ({ agency }) => agency.phone = { ask: "x".repeat(4090) + "{name}" },
  ],
  [
    "agency.translations.en.phone.thanks_text",
    "пусто, нужен текст от 1 до 4096 символов",
    "empty",
    ({ agency }) => agency.translations = { en: { phone: { thanks_text: "" } } },
  ],
];

for (const [path, message, english, edit] of FAULTS) {
  Deno.test(`parseProfiles says of ${path}: ${message}`, () => {
    const result = parseProfiles(someLocales(edit));
    assert.deepEqual(result.ok ? [] : result.faults, [{ path, message }]);
    if (english !== "") assert.ok(faultWords(message, "en").startsWith(english));
  });
}

Deno.test("a copy of a profile asks too, with its own name in the question", () => {
  const read = readJson(JSON.stringify(someLocales(({ agency }) => {
    agency.phone = { ask: "Номер для MONSTER AGENCY?" };
  })));
  assert.ok(read.ok);
  const copied = withNewProfile(
    read.json,
    { key: "studio", name: "Studio", from: "agency" },
    () => 0,
  );
  const phone = JSON.parse(copied.members.get("studio")?.text ?? "{}").phone;
  assert.deepEqual(phone, { ask: "Номер для {name}?" });
});
