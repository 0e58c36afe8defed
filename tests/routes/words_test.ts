// Words that come from records or from the parser, in the page's language.

import assert from "node:assert/strict";
import { tokenEndText } from "../../lib/managers/crm_texts.ts";
import { parseProfiles } from "../../lib/profiles/parse.ts";
import { faultWords } from "../../routes/words/faults.ts";
import { someLocales } from "../helpers/a_profile.ts";
import { openPage, PASSWORD } from "../helpers/a_page.ts";

Deno.test("who logged in by password is named in the page's language, in its header, its logins and a version", async () => {
  await using page = await openPage();
  const browser = page.browser();
  assert.equal((await browser.post("/login", { password: PASSWORD })).status, 303);
  const english = { "accept-language": "en" };
  for (const path of ["/", "/sessions"]) {
    assert.match(await (await browser.get(path)).text(), /по паролю/, path);
    const html = await (await browser.get(path, english)).text();
    assert.match(html, /by password/, path);
    assert.doesNotMatch(html, /по паролю/, path);
  }
});

Deno.test("a file that is nested too deep is refused in the page's language", () => {
  const deep = JSON.parse(`${"[".repeat(70)}${"]".repeat(70)}`);
  const result = parseProfiles(someLocales(({ agency }) => agency.note = deep));
  assert.equal(result.ok, false);
  const message = result.ok ? "" : result.faults[0]?.message ?? "";
  assert.equal(message, "вложенность глубже 64, столько не бывает");
  assert.equal(faultWords(message, "en"), "it is nested deeper than 64 levels");
});

Deno.test("a token that ends names one profile as one", () => {
  const text = (...profileNames: string[]) =>
    tokenEndText({ profileNames, daysLeft: 6.5, endsAt: "5 декабря" });
  assert.match(text("AGENCY"), /\. Профиль: AGENCY\./);
  assert.match(text("AGENCY", "CG"), /\. Профили: AGENCY, CG\./);
});
