import assert from "node:assert/strict";
import { nameOfLanguage, OFFERED } from "../../routes/components/languages.ts";
import { openPage } from "../helpers/a_page.ts";

Deno.test("offered languages have native names, alphabetical order and a lang attribute", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const html = await (await browser.get("/profiles/agency")).text();
  const offered = [...html.matchAll(/languages\/(\w+)" lang="(\w+)">([^<]+)</g)]
    .map(([, path, lang, name]) => [path, lang, name]);
  assert.deepEqual(offered.map(([path]) => path), [...OFFERED]);
  assert.ok(offered.every(([path, lang]) => path === lang));
  const names = offered.map(([, , name]) => name ?? "");
  for (
    const name of [
      "Українська",
      "Беларуская",
      "Қазақша",
      "Oʻzbekcha",
      "Кыргызча",
      "Հայերեն",
      "ქართული",
      "Azərbaycanca",
      "Deutsch",
    ]
  ) assert.ok(names.includes(name), name);
  for (const script of [/^[\p{Script=Cyrillic}]/u, /^[\p{Script=Latin}]/u]) {
    const own = names.filter((name) => script.test(name));
    assert.deepEqual(own, own.toSorted(new Intl.Collator("ru").compare));
  }
});

Deno.test("a region follows its language's name, and an unknown language is shown as its tag", () => {
  assert.equal(nameOfLanguage("pt-br"), "Português (BR)");
  assert.equal(nameOfLanguage("EN"), "English");
  assert.equal(nameOfLanguage("tlh"), "tlh");
  assert.equal(nameOfLanguage("constructor"), "constructor");
});
