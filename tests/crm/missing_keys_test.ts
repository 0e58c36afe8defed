// Profiles whose CRM lacks a key, in `/status` and on every page.

import assert from "node:assert/strict";
import { profilesWithoutKey } from "../../lib/crm/missing_keys.ts";
import { statusText } from "../../lib/managers/status_text.ts";
import { openPage } from "../helpers/a_page.ts";
import { anotherProfile, someProfiles } from "../helpers/a_profile.ts";

Deno.test("a profile lacks a key while one that its CRM refers to is not set, or empty", () => {
  const profiles = someProfiles((all) => {
    all.agency.crm = { kind: "amocrm", account: "monster.amocrm.ru", token: "{secret:amo}" };
    all.cg = anotherProfile("cg");
    all.cg.crm = {
      kind: "webhook",
      headers: { "x-key": "{secret:hook}" },
      signing: "{secret:sign}",
    };
    all.plain = anotherProfile("plain");
    all.draft = { ...all.cg, ...anotherProfile("draft"), crm: all.cg.crm, state: "draft" };
  });
  const without = (set: Record<string, string>) =>
    profilesWithoutKey(profiles, (name) => set[name]);
  assert.deepEqual(without({}), ["agency", "cg"]);
  assert.deepEqual(without({ amo: "x", hook: "y" }), ["cg"]);
  assert.deepEqual(without({ amo: "x", hook: "y", sign: "" }), ["cg"]);
  assert.deepEqual(without({ amo: "x", hook: "y", sign: "z" }), []);
});

Deno.test("/status says of such a profile what the page says", () => {
  const text = statusText({
    profiles: [{ name: "AGENCY", state: "live", fault: "noKey", lastAnswer: null, openCards: 2 }],
    onTheirWay: 0,
    today: {},
  }, String);
  assert.match(text, /⚠️ AGENCY: Ключ CRM не задан\. Лиды идут в чат менеджеров/);
});

Deno.test("every page says that a profile's key is not set, and leads to it, in both languages", async () => {
  await using page = await openPage({ deps: { profilesWithoutKey: () => ["agency"] } });
  const browser = await page.login();
  const html = await (await browser.get("/leads")).text();
  assert.match(html, /MONSTER AGENCY: ключ CRM не задан[^]*?href="\/profiles\/agency"/);
  const english = await browser.get("/leads", { "accept-language": "en" });
  assert.match(
    await english.text(),
    /MONSTER AGENCY: the CRM&#39;s key is not set|MONSTER AGENCY: the CRM's key is not set/,
  );
});

Deno.test("every page says since when answers do not arrive", async () => {
  await using page = await openPage({
    deps: { troubles: () => Promise.resolve([{ kind: "answers", answers: 3, sinceMs: 0 }]) },
  });
  const browser = await page.login();
  const html = await (await browser.get("/leads")).text();
  assert.match(html, /Не доходят ответы менеджеров: 3, с /);
});
