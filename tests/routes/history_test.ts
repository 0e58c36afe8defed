import assert from "node:assert/strict";
import { type Browser, openPage, type PageOfTest, profileFields } from "../helpers/a_page.ts";
import { anotherProfile, someLocales } from "../helpers/a_profile.ts";

Deno.test("the history shows who saved what and when, also edits on disk, newest first", async () => {
  await using page = await openPage();
  const browser = await page.login("@anna");
  page.nowMs += 60_000;
  await save(page, browser, { caption: "Вторая версия", button_text: ["Иначе", "Создать сайт"] });
  page.nowMs += 60_000;
  await page.editFile(({ agency }) => agency.step1.caption = "Третья версия");

  const html = await (await browser.get("/profiles/agency/history")).text();
  const lines = [
    ...html.matchAll(
      /<time>([^<]*)<\/time>, <strong>(?:<bdi>)?([^<]*)(?:<\/bdi>)?<\/strong>([^]*?)<\/p>/g,
    ),
  ]
    .map(([, time, who, what]) => [time, who, what?.replace(/<[^>]*>|\s+/g, " ").trim()]);
  assert.deepEqual(lines, [
    ["15:02", "файл на диске", "— приветствие сейчас"],
    ["15:01", "@anna", "— приветствие, 1 кнопка"],
    ["15:00", "файл на диске", "— первая версия"],
  ]);
});

Deno.test("an open version shows its changes word by word", async () => {
  await using page = await openPage();
  const browser = await page.login();
  await save(page, browser, { caption: "Что для вас теперь главное?" });
  const [newest] = await page.journal.listRevisions("agency", 1);
  const html = await (await browser.get(`/profiles/agency/history?open=${newest?.number}`)).text();
  assert.match(html, /Что для вас <\/span><del[^>]*>сейчас<\/del><ins[^>]*>теперь<\/ins>/);
});

Deno.test("a restored version is a new one by the person who restored it, and takes effect at once", async () => {
  await using page = await openPage();
  const browser = await page.login("@oleg");
  const before = await page.file();
  await save(page, browser, { caption: "Ошибка" });
  const [, first] = await page.journal.listRevisions("agency", 2);
  const response = await restore(browser, first?.number);
  assert.deepEqual([response.status, response.headers.get("location")], [
    303,
    "/profiles/agency?saved",
  ]);
  assert.deepEqual(await page.file(), before);
  const [newest] = await page.journal.listRevisions("agency", 5);
  assert.equal(newest?.savedBy, "@oleg");
  assert.equal((await page.journal.listRevisions("agency", 5)).length, 3);
});

Deno.test("one press undoes a save", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const before = await page.file();
  await save(page, browser, { caption: "Ошибка" });
  const html = await (await browser.get("/profiles/agency?saved")).text();
  const change = /name="change" value="(\d+)"[^>]*>Вернуть как было/.exec(html)?.[1] ?? "";
  assert.equal((await browser.post("/undo", { change })).status, 303);
  assert.deepEqual(await page.file(), before);
});

Deno.test("a deleted profile is restored from its history, also in the menu", async () => {
  const locales = someLocales((all) => {
    all.cg = anotherProfile("cg");
    all.fallback.buttons.push({ text: "Графика", callback_data: "select_cg" });
  });
  await using page = await openPage({ locales });
  const browser = await page.login();
  const { cg } = await page.file();
  await browser.post("/profiles/cg/delete", { key: "cg" });
  assert.match(await (await browser.get("/?deleted=cg")).text(), /href="\/profiles\/cg\/history"/);

  const html = await (await browser.get("/profiles/cg/history")).text();
  assert.match(html, /— удалён/);
  const number = /name="restore" value="(\d+)"/.exec(html)?.[1];
  assert.equal((await restore(browser, Number(number), "cg")).status, 303);
  const file = await page.file();
  assert.deepEqual(file.cg, cg);
  assert.equal(file.fallback.buttons.at(-1).callback_data, "select_cg");
});

Deno.test("a version that conflicts with the rest of the file is refused with the reason", async () => {
  const locales = someLocales((all) => all.cg = anotherProfile("cg"));
  await using page = await openPage({ locales });
  const browser = await page.login();
  const [first] = await page.journal.listRevisions("cg", 1);
  await page.editFile((all) => {
    all.cg.step1.buttons[0].callback_data = "cg_new";
    all.agency.step1.buttons[0].callback_data = "cg_video";
  });
  const response = await restore(browser, first?.number, "cg");
  assert.equal(response.status, 422);
  assert.match(await response.text(), /Эту версию не вернуть/);
});

Deno.test("only versions of the same profile can be restored", async () => {
  const locales = someLocales((all) => all.cg = anotherProfile("cg"));
  await using page = await openPage({ locales });
  const browser = await page.login();
  const [ofCg] = await page.journal.listRevisions("cg", 1);
  assert.equal((await restore(browser, ofCg?.number, "agency")).status, 404);
  assert.equal((await restore(browser, 999, "agency")).status, 404);
  assert.equal((await browser.get("/profiles/nobody/history")).status, 404);
});

Deno.test("the menu has its own history", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const before = await page.file();
  await page.editFile(({ fallback }) => fallback.welcome_text = "Другое приветствие");
  const html = await (await browser.get("/menu/history")).text();
  assert.match(html, /— приветствие/);
  const [, first] = await page.journal.listRevisions("fallback", 2);
  const response = await browser.post("/menu/history", { restore: String(first?.number) });
  assert.deepEqual([response.status, response.headers.get("location")], [303, "/menu?saved"]);
  assert.deepEqual(await page.file(), before);
});

Deno.test("the history shows that a webhook address changed, but not the address", async () => {
  await using page = await openPage();
  const browser = await page.login();
  await save(page, browser, { webhook_url: "https://crm.example.ru/webhook/other" });
  const [newest] = await page.journal.listRevisions("agency", 1);
  const html = await (await browser.get(`/profiles/agency/history?open=${newest?.number}`)).text();
  assert.match(html, /— адрес вебхука/);
  assert.match(html, /crm\.example\.ru/);
  assert.doesNotMatch(html, /webhook\/(agency|other)/);
});

async function save(
  page: PageOfTest,
  browser: Browser,
  changed: Record<string, string | string[]>,
) {
  const fields = { ...profileFields(page, "agency"), ...changed };
  assert.equal((await browser.post("/profiles/agency", fields)).status, 303);
}

function restore(browser: Browser, number: number | undefined, key = "agency"): Promise<Response> {
  return browser.post(`/profiles/${key}/history`, { restore: String(number) });
}
