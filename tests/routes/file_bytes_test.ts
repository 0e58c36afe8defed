// Saving a handwritten file through the page: only edited bytes change.

import assert from "node:assert/strict";
import { openJournal } from "../../lib/journal/sqlite/open.ts";
import { readJson } from "../../lib/json/text.ts";
import {
  type Browser,
  openPage,
  ORIGIN,
  type PageOfTest,
  profileFields,
} from "../helpers/a_page.ts";
import { anotherProfile, someLocales } from "../helpers/a_profile.ts";

/** Tabs, CRLF, a byte order mark, no final newline, unusual numbers, spellings and orders. */
const BY_HAND = [
  "\uFEFF{",
  '\t"$schema" : "x", "_note": [1.0, 1e3, 23851234567890123],',
  '\t"fallback": {',
  '\t\t"welcome_text": "Выберите:", "id": 23851234567890125,',
  '\t\t"buttons": [ { "callback_data": "select_b", "n": 9007199254740993, "text": "Б" },',
  '\t\t\t{"text":"2026","callback_data":"select_2026"} ]',
  "\t},",
  "",
  profileByHand("b"),
  "",
  profileByHand("2026"),
  "",
  profileByHand("2025").replace(/,$/, ""),
  "}",
].join("\r\n");

function profileByHand(key: string): string {
  return [
    `\t"${key}": {`,
    '\t\t"fb_adset_id": 23851234567890123, "rate": 1.0,',
    `\t\t"name": "\\u0418мя ${key}",`,
    '\t\t"step1": { "caption": "Строка\\r\\nи ещё", "buttons": [',
    `\t\t\t{ "callback_data": "${key}_x", "utm": 9007199254740993, "text": "Икс" },`,
    `\t\t\t{ "callback_data": "${key}_y", "text": "Игрек" }`,
    "\t\t] },",
    '\t\t"step2": {"success_caption_template":"Принято: {choice}"},',
    '\t\t"followup": {"admin_followup_template":"От @{username}: {message}"}',
    "\t},",
  ].join("\r\n");
}

async function open(text = BY_HAND) {
  const page = await openPage({ text });
  const browser = await page.login();
  const bytes = async () =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      await Deno.readFile(page.path),
    );
  return { page, browser, bytes, [Symbol.asyncDispose]: () => page[Symbol.asyncDispose]() };
}

async function done(response: Promise<Response>): Promise<void> {
  const { status } = await response;
  assert.equal(status, 303);
}

function save(page: PageOfTest, browser: Browser, changed: Record<string, string | string[]>) {
  // Browsers fill fields with \n line ends.
  const fields = profileFields(page, "b");
  const caption = String(fields["caption"]).replaceAll("\r\n", "\n");
  return done(browser.post("/profiles/b", { ...fields, caption, ...changed }));
}

Deno.test("saving an unchanged form changes no byte", async () => {
  await using it = await open();
  await save(it.page, it.browser, {});
  assert.equal(await it.bytes(), BY_HAND);
});

Deno.test("saving a field changes only its own bytes", async () => {
  await using it = await open();
  await save(it.page, it.browser, { caption: "Новое" });
  assert.equal(await it.bytes(), BY_HAND.replace('"Строка\\r\\nи ещё"', '"Новое"'));
});

Deno.test("renaming, moving or adding a button leaves the other buttons' bytes", async () => {
  await using it = await open();
  await save(it.page, it.browser, { button_text: ["Икс", "Зет"], button_choice: ["", ""] });
  const renamed = BY_HAND.replace('"Игрек"', '"Зет"').replace(
    '"Принято: {choice}"}',
    '"Принято: {choice}", "choices":{"b_y":"Зет"}}',
  );
  assert.equal(await it.bytes(), renamed);
  await save(it.page, it.browser, {
    button_key: ["b_y", "b_x", "b_new"],
    button_text: ["Зет", "Икс", "Новая"],
    button_choice: ["", "", "Ещё"],
  });
  const { b } = JSON.parse((await it.bytes()).slice(1));
  assert.deepEqual(b.step2.choices, { b_y: "Зет", b_new: "Ещё" });
  assert.ok((await it.bytes()).includes([
    '"buttons": [',
    '\t\t\t{ "callback_data": "b_y", "text": "Зет" },',
    '\t\t\t{ "callback_data": "b_x", "utm": 9007199254740993, "text": "Икс" },',
    '\t\t\t{ "callback_data": "b_new", "text": "Новая" }',
    "\t\t] }",
  ].join("\r\n")));
});

Deno.test("profiles keep the file's order everywhere, even with keys that look like numbers, and can be moved", async () => {
  await using it = await open();
  assert.deepEqual([...it.page.store.current().byKey.keys()], ["b", "2026", "2025"]);
  const html = await (await it.browser.get("/")).text();
  assert.deepEqual(
    [...html.matchAll(/<article class="card" id="([^"]+)"/g)].map(([, key]) => key),
    ["b", "2026", "2025"],
  );
  await done(it.browser.post("/profiles/2026/move", { do: "up" }));
  assert.deepEqual([...it.page.store.current().byKey.keys()], ["2026", "b", "2025"]);
  await done(it.browser.post("/profiles/2026/move", { do: "down" }));
  assert.equal(await it.bytes(), BY_HAND);
});

Deno.test("a duplicated profile keeps the original's spelling and numbers", async () => {
  await using it = await open();
  await done(it.browser.post("/new-profile", { name: "Копия", key: "2027", from: "2026" }));
  const copy = profileByHand("2026").replaceAll("2026_", "2027_").replace('"2026"', '"2027"')
    .replace('"\\u0418мя 2026"', '"Копия"').replace(/,$/, "")
    .replace(/\r\n\t\}$/, ',\r\n\t\t"state": "draft"\r\n\t}');
  assert.equal(await it.bytes(), BY_HAND.replace(/\r\n\}$/, `,\r\n\r\n${copy}\r\n}`));
});

Deno.test("a profile is deleted with its comma, and restored from the history byte for byte", async () => {
  await using it = await open();
  await done(it.browser.post("/profiles/2025/delete", { key: "2025" }));
  const without = BY_HAND.replace(`,\r\n\r\n${profileByHand("2025").replace(/,$/, "")}`, "");
  assert.equal(await it.bytes(), without);
  const [, revision] = await it.page.journal.listRevisions("2025", 2);
  await done(it.browser.post("/profiles/2025/history", { restore: String(revision?.number) }));
  const menu = '"select_2026"},\r\n\t\t\t{"text":"Имя 2025","callback_data":"select_2025"} ]';
  assert.equal(await it.bytes(), BY_HAND.replace('"select_2026"} ]', menu));
});

Deno.test("saving the menu or a translation keeps unknown keys", async () => {
  await using it = await open();
  const html = await (await it.browser.get("/menu")).text();
  const version = /name="version" value="(\w+)"/.exec(html)?.[1] ?? "";
  await done(it.browser.post("/menu", {
    version,
    do: "save",
    welcome: "Выберите:",
    button_text: ["Б", "Двадцать шестой"],
    button_profile: ["b", "2026"],
  }));
  const menu = BY_HAND.replace('"text":"2026"', '"text":"Двадцать шестой"');
  assert.equal(await it.bytes(), menu);

  const translation = await (await it.browser.get("/profiles/b/languages/en")).text();
  await done(it.browser.post("/profiles/b/languages/en", {
    version: /name="version" value="(\w+)"/.exec(translation)?.[1] ?? "",
    do: "save",
    caption: "Hello",
    confirmation: "",
  }));
  const end = '"От @{username}: {message}"}';
  assert.equal(
    await it.bytes(),
    menu.replace(
      `${end}\r\n\t}`,
      [
        `${end},`,
        '\t\t"translations": {',
        '\t\t\t"en": {',
        '\t\t\t\t"step1": {',
        '\t\t\t\t\t"caption": "Hello"',
        "\t\t\t\t}",
        "\t\t\t}",
        "\t\t}",
        "\t}",
      ].join("\r\n"),
    ),
  );
});

Deno.test("a duplicate profile or key is a fault with both lines, and nothing is lost", async () => {
  await using it = await open();
  const twice = BY_HAND.replace('"2025": {', '"2026": {');
  await Deno.writeTextFile(it.page.path, twice);
  const lines = BY_HAND.split("\r\n");
  const [first, second] = ["2026", "2025"].map((key) =>
    lines.findIndex((line) => line.startsWith(`\t"${key}"`)) + 1
  );
  assert.equal(
    await it.page.log.line("❌"),
    `❌ locales.json: строка ${second}, столбец 2: ` +
      `ключ «2026» второй раз, уже есть в строке ${first}`,
  );
  for (const path of ["/", "/leads", "/menu", "/profiles/b", "/sessions"]) {
    assert.match(
      await (await it.browser.get(path)).text(),
      new RegExp(
        "locales\\.json на диске с ошибкой с 15:00, работает версия от 15:00\\. " +
          `Строка ${second}, столбец 2: ключ «2026» второй раз, уже есть в строке ${first}\\.`,
      ),
      path,
    );
  }
  const english = await it.browser.get("/", { "accept-language": "en" });
  assert.match(await english.text(), /Line \d+, column 2: the key “2026” stands twice/);
  const health = await it.page.handler(new Request(`${ORIGIN}/health`));
  assert.equal(health.status, 200);
  assert.equal((await health.json()).profiles.ok, false);

  const fields = profileFields(it.page, "b");
  const response = await it.browser.post("/profiles/b", { ...fields, caption: "Набрано" });
  assert.equal(response.status, 409);
  assert.match(await response.text(), />Набрано</);
  assert.equal(await it.bytes(), twice);
});

Deno.test("a file in one line stays in one line", async () => {
  const text = JSON.stringify(someLocales());
  await using it = await open(text);
  await done(it.browser.post("/new-profile", { name: "Новый", key: "next" }));
  const now = await it.bytes();
  assert.equal(now, JSON.stringify(JSON.parse(now)));
});

Deno.test("saving one of hundreds of profiles keeps the bytes of the others", async () => {
  const locales = someLocales();
  for (let nth = 1; nth <= 300; nth += 1) locales[`p${nth}`] = anotherProfile(`p${nth}`);
  const text = JSON.stringify(locales, null, 2) + "\n";
  await using it = await open(text);
  const fields = profileFields(it.page, "p150");
  await done(it.browser.post("/profiles/p150", { ...fields, name: "Новое имя" }));
  const at = text.indexOf('"name"', text.indexOf('"p150"'));
  const edited = text.slice(at).replace('"MONSTER AGENCY"', '"Новое имя"');
  assert.equal(await it.bytes(), text.slice(0, at) + edited);
});

Deno.test("a version stored in one line is restored in the file's layout, with its numbers", async () => {
  const big = "23851234567890123";
  const text = JSON.stringify(
    someLocales((all) => all.cg = { ...anotherProfile("cg"), id: 1 }),
    null,
    "\t",
  ).replace('"id": 1', `"id": ${big}`);
  const journal = await openJournal(":memory:");
  const inOneLine = readJson(JSON.stringify(JSON.parse(text)).replace(/"id":\d+/, `"id":${big}`));
  assert.ok(inOneLine.ok);
  await journal.recordRevisions(inOneLine.json, null, 0);
  await using page = await openPage({ text, journal });
  const browser = await page.login();
  const [first] = await page.journal.listRevisions("cg", 1);
  await done(browser.post("/profiles/cg/delete", { key: "cg" }));
  await done(browser.post("/profiles/cg/history", { restore: String(first?.number) }));
  const [, before] = text.split('"cg": ');
  const [, after] = (await Deno.readTextFile(page.path)).split('"cg": ');
  assert.equal(after, before);
});

Deno.test("a history stored in one line by an older bot continues without a spurious version", async () => {
  const text = JSON.stringify(someLocales(), null, 2);
  const journal = await openJournal(":memory:");
  const inOneLine = readJson(JSON.stringify(someLocales()));
  assert.ok(inOneLine.ok);
  await journal.recordRevisions(inOneLine.json, null, 0);
  await using page = await openPage({ text, journal });
  const browser = await page.login();
  assert.equal((await page.journal.listRevisions("agency", 9)).length, 1);

  const fields = profileFields(page, "agency");
  await done(browser.post("/profiles/agency", { ...fields, caption: "Ошибка" }));
  const [, before] = await page.journal.listRevisions("agency", 9);
  await done(browser.post("/profiles/agency/history", { restore: String(before?.number) }));
  assert.equal(await Deno.readTextFile(page.path), text);
});
