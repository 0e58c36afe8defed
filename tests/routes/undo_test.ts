// "Take it back": every change offered there is undone completely.

import assert from "node:assert/strict";
import { aConfirmation, aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import {
  type Browser,
  type Fields,
  openPage,
  type PageOfTest,
  profileFields,
} from "../helpers/a_page.ts";
import { anotherProfile, someLocales } from "../helpers/a_profile.ts";

async function open() {
  const locales = someLocales((all) => {
    all.cg = anotherProfile("cg");
    all.fallback.buttons.push({ text: "Графика", callback_data: "select_cg" });
    all.last = anotherProfile("last");
  });
  const page = await openPage({ locales });
  return {
    page,
    browser: await page.login(),
    text: () => Deno.readTextFile(page.path),
    [Symbol.asyncDispose]: () => page[Symbol.asyncDispose](),
  };
}

/** Posts a change; returns the address it redirects to. */
async function change(browser: Browser, path: string, fields: Fields): Promise<string> {
  const response = await browser.post(path, fields);
  assert.equal(response.status, 303, path);
  return response.headers.get("location") ?? "";
}

/** Presses "take it back" on a page; returns the address it redirects to. */
async function takeBack(browser: Browser, path: string): Promise<string> {
  const html = await (await browser.get(path)).text();
  const number = /action="\/undo"[^]*?name="change" value="(\d+)"[^>]*>Вернуть как было/.exec(html)
    ?.[1];
  assert.ok(number, `nothing to take back on ${path}`);
  return await change(browser, "/undo", { change: number });
}

async function versionOn(browser: Browser, path: string): Promise<string> {
  return /name="version" value="(\w+)"/.exec(await (await browser.get(path)).text())?.[1] ?? "";
}

async function record({ journal }: PageOfTest, profile: string): Promise<void> {
  const lead = { ...aNewLead(), profile, receivedAtMs: NOON_MS };
  assert.ok(await journal.recordChoice(lead, aConfirmation(), "crm:host:", false));
}

Deno.test("texts, a rename, a translation, the menu, a new profile and a deletion are undone byte for byte", async () => {
  await using it = await open();
  const { page, browser } = it;
  const before = await it.text();
  const changes: readonly (readonly [string, () => Promise<Fields> | Fields, string])[] = [
    [
      "/profiles/agency",
      () => ({ ...profileFields(page, "agency"), caption: "Ошибка" }),
      "/profiles/agency?saved",
    ],
    ["/profiles/cg/rename", () => ({ key: "graphics" }), "/profiles/cg?saved"],
    [
      "/profiles/agency/languages/en",
      async () => ({
        version: await versionOn(browser, "/profiles/agency/languages/en"),
        do: "save",
        caption: "Hello",
        confirmation: "",
      }),
      "/profiles/agency?saved",
    ],
    [
      "/menu",
      async () => ({
        version: await versionOn(browser, "/menu"),
        do: "save",
        welcome: "Привет",
        button_text: ["Одна"],
        button_profile: ["cg"],
      }),
      "/menu?saved",
    ],
    ["/new-profile", () => ({ name: "Новый", key: "next" }), "/?deleted=next"],
    ["/new-profile", () => ({ name: "Копия", key: "copy", from: "cg" }), "/?deleted=copy"],
    ["/profiles/cg/delete", () => ({ key: "cg" }), "/profiles/cg?saved"],
  ];
  for (const [path, fields, back] of changes) {
    const landed = await change(browser, path, await fields());
    assert.notEqual(await it.text(), before, path);
    assert.equal(await takeBack(browser, landed), back, path);
    assert.equal(await it.text(), before, path);
  }
});

Deno.test("an undone rename brings back leads, history and menus", async () => {
  await using it = await open();
  const { page, browser } = it;
  await record(page, "cg");
  const landed = await change(browser, "/profiles/cg/rename", { key: "graphics" });
  assert.equal(await page.journal.countLeadsOf("graphics"), 1);
  await takeBack(browser, landed);
  assert.deepEqual(
    [await page.journal.countLeadsOf("cg"), await page.journal.countLeadsOf("graphics")],
    [1, 0],
  );
  assert.equal(await page.journal.latestRevision("graphics"), undefined);
  assert.ok((await page.journal.listRevisions("cg", 9)).every(({ content }) => content !== null));
  assert.equal((await browser.get("/profiles/graphics")).status, 404);
});

Deno.test("others' changes elsewhere stay, and a restored profile is at its old position", async () => {
  await using it = await open();
  const { page, browser } = it;
  const landed = await change(browser, "/profiles/cg/delete", { key: "cg" });
  await page.editFile(({ agency }) => agency.name = "ДРУГОЕ");
  await takeBack(browser, landed);
  const file = await page.file();
  assert.deepEqual(Object.keys(file), ["fallback", "agency", "cg", "last"]);
  assert.equal(file.agency.name, "ДРУГОЕ");
  assert.equal(file.fallback.buttons.at(-1).callback_data, "select_cg");
});

Deno.test("a change that was changed again is not undone, and the page says so", async () => {
  await using it = await open();
  const { page, browser } = it;
  const fields = { ...profileFields(page, "agency"), caption: "Первое" };
  const landed = await change(browser, "/profiles/agency", fields);
  await page.editFile(({ agency }) => agency.step1.caption = "Второе");
  const html = await (await browser.get(landed)).text();
  const number = /name="change" value="(\d+)"/.exec(html)?.[1] ?? "";
  const response = await browser.post("/undo", { change: number });
  assert.equal(response.status, 409);
  assert.match(await response.text(), /Не сохранено: пока вы решали, это изменил кто-то другой/);
  assert.equal((await page.file()).agency.step1.caption, "Второе");
});

Deno.test("a page offers to undo only this person's change of what it shows", async () => {
  await using it = await open();
  const { page, browser } = it;
  const other = await page.login("@oleg");
  await change(other, "/profiles/cg/rename", { key: "graphics" });
  for (const path of ["/profiles/agency?saved", "/profiles/graphics?saved", "/menu?saved"]) {
    assert.doesNotMatch(await (await browser.get(path)).text(), /Вернуть как было/, path);
  }
  await page.editFile(({ agency }) => agency.name = "НА ДИСКЕ");
  const { number = 0 } = await page.journal.latestFile() ?? {};
  for (const change of [String(number), "0", "999", "x", ""]) {
    assert.equal((await browser.post("/undo", { change })).status, 404, change);
  }
});

Deno.test("an old link keeps working until it is removed", async () => {
  await using it = await open();
  const { page, browser } = it;
  await change(browser, "/profiles/cg/rename", { key: "graphics" });
  await change(browser, "/profiles/graphics/rename", { key: "design" });
  assert.deepEqual((await page.file()).design.aliases, ["cg", "graphics"]);
  for (const word of ["cg", "graphics"]) {
    assert.equal(page.store.current().byAlias.get(word)?.key, "design");
    assert.equal((await browser.post("/new-profile", { name: "Имя", key: word })).status, 422);
    assert.equal((await browser.post("/profiles/agency/rename", { key: word })).status, 422);
  }
  const html = await (await browser.get("/profiles/design")).text();
  assert.match(html, /Прежние ссылки[^]*\?start=cg[^]*\?start=graphics/);

  // A form without the field keeps them.
  await change(browser, "/profiles/design", { ...profileFields(page, "design"), name: "Имя" });
  assert.deepEqual((await page.file()).design.aliases, ["cg", "graphics"]);

  const fields = { ...profileFields(page, "design"), aliases: "cg graphics" };
  const drawn = await browser.post("/profiles/design", { ...fields, do: "unalias:0" });
  assert.match(await drawn.text(), /name="aliases" value="graphics"/);
  await change(browser, "/profiles/design", { ...fields, aliases: "graphics" });
  assert.deepEqual((await page.file()).design.aliases, ["graphics"]);
  const [newest] = await page.journal.listRevisions("design", 1);
  const history = await browser.get(`/profiles/design/history?open=${newest?.number}`);
  assert.match(await history.text(), /прежние ссылки[^]*<del[^>]*>cg/);

  await change(browser, "/profiles/design/rename", { key: "graphics" });
  assert.deepEqual((await page.file()).graphics.aliases, ["design"]);
  await change(browser, "/profiles/graphics", {
    ...profileFields(page, "graphics"),
    aliases: "",
  });
  assert.equal((await page.file()).graphics.aliases, undefined);
});

Deno.test("restoring a version from before a rename keeps the current links", async () => {
  await using it = await open();
  const { page, browser } = it;
  await change(browser, "/profiles/cg/rename", { key: "design" });
  const first = (await page.journal.listRevisions("design", 9)).at(-1);
  await change(browser, "/profiles/design/history", { restore: String(first?.number) });
  assert.deepEqual((await page.file()).design.aliases, ["cg"]);
});

Deno.test("a copy does not take over the original's old links", async () => {
  await using it = await open();
  const { page, browser } = it;
  await change(browser, "/profiles/cg/rename", { key: "design" });
  await change(browser, "/new-profile", { name: "Копия", key: "copy", from: "design" });
  assert.equal((await page.file()).copy.aliases, undefined);
});
