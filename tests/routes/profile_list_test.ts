import assert from "node:assert/strict";
import { aNewLead, NOON_MS } from "../helpers/a_lead.ts";
import { openPage, type PageOfTest } from "../helpers/a_page.ts";
import { inLanguage } from "../../lib/profiles/language.ts";
import { anotherProfile, type Locales, someLocales } from "../helpers/a_profile.ts";
import { partsOf } from "../helpers/journal_parts.ts";

Deno.test("without leads the page explains itself, and a card says what to do about a missing webhook", async () => {
  const locales = someLocales((all) => all.cg = { ...anotherProfile("cg"), webhook_url: "" });
  await using page = await openPage({ locales });
  const html = await (await (await page.login()).get("/")).text();
  assert.match(html, /Лидов пока нет\. Откройте ссылку профиля/);
  assert.match(html, /Вебхук не настроен\. Лиды идут в чат менеджеров/);
  assert.match(html, /CRM ещё не получала лидов/);
  assert.match(html, /t\.me\/monstrassistentbot\?start=agency/);
});

Deno.test("a card counts where the last 14 days' leads went, by day in the configured time zone", async () => {
  await using page = await openPage();
  const day = 24 * 60 * 60 * 1000;
  // 21:30 UTC is after midnight in Moscow, so the lead belongs to the next day.
  const lateMs = Date.UTC(2026, 0, 13, 21, 30);
  await record(page, 1, NOON_MS, "in_crm");
  await record(page, 2, NOON_MS - 1000, "in_admin_chat");
  await record(page, 3, lateMs, "in_crm");
  await record(page, 4, NOON_MS - 13 * day, "undelivered");
  await record(page, 5, NOON_MS - 14 * day, "in_crm");

  const html = await (await (await page.login()).get("/")).text();
  assert.match(html, /14 дней: 4 лида/);
  assert.match(html, /<title>15 янв\.: В CRM 1, В чате 1<\/title>/);
  assert.match(html, /<title>14 янв\.: В CRM 1<\/title>/);
  assert.match(html, /<title>13 янв\.: лидов нет<\/title>/);
  assert.match(html, /<title>2 янв\.: Доставляется 1<\/title>/);
  assert.doesNotMatch(html, /<title>1 янв\./);
  assert.equal(html.match(/<rect role="img"[^>]*><title>/g)?.length, 14);
  assert.match(html, /<svg class="chart"[^>]*aria-label="14 дней: 4 лида"/);
});

Deno.test("a card shows the CRM's last answer in words", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const answers = [
    [{ kind: "accepted", status: 200 }, 300, /CRM отвечает · 15:0\d, 0,3 с/],
    [{ kind: "answered", status: 500, body: "" }, 200, /CRM отказала \(ответ 500\) · 15:0\d/],
    [{ kind: "timeout", afterMs: 10_000 }, 10_000, /CRM не ответила за 10,0 с · 15:0\d/],
    [{ kind: "unreachable", reason: "" }, 5, /CRM недоступна · 15:0\d/],
    [{ kind: "interrupted", reason: "" }, 5, /Связь с CRM оборвалась/],
    [{ kind: "client", reason: "" }, 5, /Адрес вебхука не сработал/],
    [{ kind: "unsent", reason: "" }, 5, /Лид не отправлен/],
  ] as const;
  for (const [index, [outcome, tookMs, sentence]] of answers.entries()) {
    const begunAtMs = NOON_MS + index * 20_000;
    const lead = await record(page, index + 1, begunAtMs, "in_crm");
    const attempt = await partsOf(page.journal).addAttempt(lead, null, begunAtMs);
    await partsOf(page.journal).closeAttempt(attempt, outcome, begunAtMs + tookMs);
    page.nowMs = begunAtMs + tookMs;
    assert.match(await (await browser.get("/")).text(), sentence);
  }
});

Deno.test("a card says that its CRM has no key before the first lead is declined", async () => {
  const locales = someLocales(({ agency }) => {
    agency.crm = { kind: "amocrm", account: "monster.amocrm.ru", token: "{secret:amo}" };
  });
  await using page = await openPage({ locales });
  const browser = await page.login();
  const home = async () => await (await browser.get("/")).text();
  assert.match(await home(), /Ключ CRM не задан\. Лиды идут в чат менеджеров, пока его не впишут/);
  await page.keptSecrets.keep("amo", "token", "@maria", NOON_MS);
  assert.doesNotMatch(await home(), /Ключ CRM не задан/);
});

Deno.test("a new profile is complete, and a draft outside the menu", async () => {
  await using page = await openPage();
  const browser = await page.login();
  assert.equal((await browser.get("/new-profile")).status, 200);
  const response = await browser.post("/new-profile", { name: "MONSTER CG", key: "cg" });
  assert.deepEqual(
    [response.status, response.headers.get("location")],
    [303, "/profiles/cg?created"],
  );
  const { byKey, menu } = page.store.current();
  assert.equal(byKey.get("cg")?.name, "MONSTER CG");
  assert.equal(byKey.get("cg")?.state, "draft");
  assert.deepEqual(menu.map(({ callbackData }) => callbackData), ["select_agency"]);
  assert.match(await (await browser.get("/profiles/cg?created")).text(), /Черновик создан/);
});

Deno.test("a copy has the original's texts and its own callback data", async () => {
  const locales = someLocales(({ agency }) => {
    agency.step1.buttons.push({ text: "Иное", callback_data: "other" });
    agency.step2.choices.other = "Другими словами";
  });
  await using page = await openPage({ locales });
  const browser = await page.login();
  assert.match(
    await (await browser.get("/new-profile?from=agency")).text(),
    /value="MONSTER AGENCY 2"[^]*value="agency2"/,
  );
  const response = await browser.post("/new-profile", {
    name: "Копия",
    key: "agency2",
    from: "agency",
  });
  assert.equal(response.status, 303);
  const { agency, agency2 } = await page.file();
  assert.deepEqual([agency2.name, agency2.step1.caption], ["Копия", agency.step1.caption]);
  const keys = agency2.step1.buttons.map((each: Locales) => each.callback_data);
  assert.deepEqual(keys.slice(0, 2), ["agency2_clients", "agency2_website"]);
  assert.match(keys[2], /^agency2_[a-z0-9]{5}$/);
  assert.deepEqual(agency2.step2.choices, {
    agency2_clients: "Привлечь клиентов",
    agency2_website: "Создать сайт",
    [keys[2]]: "Другими словами",
  });
});

Deno.test("a copy's texts have the copy's name instead of the original's, in every language, also after a rename", async () => {
  const locales = someLocales(({ agency }) => {
    agency.name = "Цветы (2+2)";
    agency.webhook_url = "https://crm.example.ru/Цветы (2+2)";
    agency.step1.caption = "Цветы (2+2) — доставка. МегаЦветы (2+2)х не мы.";
    agency.step1.buttons[0].text = "О «Цветы (2+2)»";
    agency.step2.choices.agency_website = "Цветы (2+2): сайт";
    agency.followup.admin_followup_template = "К лиду Цветы (2+2) от @{username}: {message}";
    agency.translations = { en: { step1: { caption: "Цветы (2+2), hello" } } };
    agency.note = "Цветы (2+2)";
  });
  await using page = await openPage({ locales });
  const browser = await page.login();
  await browser.post("/new-profile", { name: "Пионы $&", key: "peonies", from: "agency" });
  const { agency, peonies } = await page.file();
  assert.deepEqual(agency, locales.agency);
  assert.deepEqual(
    [
      peonies.name,
      peonies.webhook_url,
      peonies.step1.caption,
      peonies.step1.buttons[0].text,
      peonies.step2.choices.peonies_website,
      peonies.followup.admin_followup_template,
      peonies.translations.en.step1.caption,
      peonies.note,
    ],
    [
      "Пионы $&",
      "https://crm.example.ru/Цветы (2+2)",
      "{name} — доставка. МегаЦветы (2+2)х не мы.",
      "О «{name}»",
      "{name}: сайт",
      "К лиду {name} от @{username}: {message}",
      "{name}, hello",
      "Цветы (2+2)",
    ],
  );
  const profile = page.store.current().byKey.get("peonies") ?? assert.fail();
  assert.equal(profile.caption, "Пионы $& — доставка. МегаЦветы (2+2)х не мы.");
  assert.equal(profile.followUpTemplate, "К лиду Пионы $& от @{username}: {message}");
  assert.equal(inLanguage(profile, "en").caption, "Пионы $&, hello");
  const html = await (await browser.get("/profiles/peonies")).text();
  assert.match(html, />\{name\} — доставка/);
  assert.match(html, /<p[^>]*>Пионы \$&amp; — доставка/);
});

Deno.test("a link word is suggested from the name", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const suggest = async (name: string) =>
    await (await browser.get(`/new-profile/key?${new URLSearchParams({ name })}`)).text();
  assert.equal(await suggest("Цветы на дом — 24/7!"), "tsvety-na-dom-24-7");
  assert.equal(await suggest("Agency"), "agency-2");
  const response = await browser.post("/new-profile", { name: "Щётка & Ёж", key: "" });
  assert.equal(response.status, 422);
  assert.match(await response.text(), /name="key" value="shchetka-ezh"/);
});

Deno.test("deleted profiles are listed and can be restored", async () => {
  const locales = someLocales((all) => {
    all.cg = { ...anotherProfile("cg"), name: "Графика" };
    all._note = "для людей";
  });
  await using page = await openPage({ locales });
  const browser = await page.login();
  assert.doesNotMatch(await (await browser.get("/")).text(), /Удалённые/);
  await browser.post("/profiles/cg/delete", { key: "cg" });
  await page.editFile((all) => delete all._note);
  const html = await (await browser.get("/")).text();
  const [list = ""] = /<details class="deleted-profiles"[^]*?<\/details>/.exec(html) ?? [];
  assert.match(list, /Удалённые \(1\)[^]*Графика/);
  const restore = /action="\/profiles\/cg\/history"[^]*name="restore" value="(\d+)"/.exec(list)
    ?.[1];
  const response = await browser.post("/profiles/cg/history", { restore: restore ?? "" });
  assert.equal(response.status, 303);
  assert.equal((await page.file()).cg.name, "Графика");
  assert.doesNotMatch(await (await browser.get("/")).text(), /Удалённые/);
});

Deno.test("a key that is invalid in a link is 422 and stays in the form", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const cases: readonly (readonly [string, RegExp])[] = [
    ["", /Пусто, нужно слово для ссылки/],
    ["agency", /занято/],
    ["fallback", /занято/],
    ["constructor", /занято/],
    ["моё", /не годится для ссылки/],
    ["a b", /не годится для ссылки/],
    ["_note", /нужна буква/],
    ["x".repeat(58), /не годится для ссылки, нужно от 1 до 57/],
  ];
  for (const [key, sentence] of cases) {
    const response = await browser.post("/new-profile", { name: "Имя", key });
    assert.equal(response.status, 422, key);
    const html = await response.text();
    assert.match(html, sentence, key);
    assert.match(html, /value="Имя"/);
  }
  assert.equal((await browser.post("/new-profile", { name: "", key: "cg" })).status, 422);
  assert.equal(
    (await browser.post("/new-profile", { name: "A", key: "b", from: "c" })).status,
    404,
  );
});

Deno.test("after a rename the menu's button, the leads and the history follow", async () => {
  await using page = await openPage();
  const browser = await page.login();
  await record(page, 1, NOON_MS, "in_crm");
  assert.match(
    await (await browser.get("/profiles/agency/rename")).text(),
    /продолжат вести на этот профиль/,
  );
  const response = await browser.post("/profiles/agency/rename", { key: "marketing" });
  assert.deepEqual(
    [response.status, response.headers.get("location")],
    [303, "/profiles/marketing?saved"],
  );
  const { byKey, menu } = page.store.current();
  assert.deepEqual([...byKey.keys()], ["marketing"]);
  assert.equal(menu[0]?.callbackData, "select_marketing");
  assert.equal(await page.journal.countLeadsOf("marketing"), 1);
  const revisions = await page.journal.listRevisions("marketing", 10);
  assert.deepEqual(revisions.map(({ savedBy }) => savedBy), ["@manager", null]);
  assert.ok(revisions.every(({ content }) => content !== null));
  assert.equal((await browser.get("/profiles/agency")).status, 404);
});

Deno.test("a profile cannot be renamed to a key that is taken", async () => {
  const locales = someLocales((all) => all.cg = anotherProfile("cg"));
  await using page = await openPage({ locales });
  const browser = await page.login();
  assert.equal((await browser.post("/profiles/cg/rename", { key: "agency" })).status, 422);
  assert.equal((await browser.post("/profiles/cg/rename", { key: "cg" })).status, 303);
  assert.deepEqual(Object.keys(await page.file()), ["fallback", "agency", "cg"]);
});

Deno.test("a profile cannot be renamed to the menu's key or to a deleted profile's", async () => {
  const locales = someLocales((all) => all.cg = anotherProfile("cg"));
  await using page = await openPage({ locales });
  const browser = await page.login();
  for (const key of ["select", "select_more"]) {
    assert.equal((await browser.post("/profiles/cg/rename", { key })).status, 422, key);
  }
  await page.editFile((all) => {
    delete all.cg;
    all.fallback.buttons = all.fallback.buttons.filter(
      (button: { callback_data: string }) => button.callback_data !== "select_cg",
    );
  });
  assert.equal((await browser.post("/profiles/agency/rename", { key: "cg" })).status, 422);
  assert.deepEqual(Object.keys(await page.file()), ["fallback", "agency"]);
});

Deno.test("profiles swap with their neighbours, and notes between them stay in place", async () => {
  const locales = someLocales((all) => {
    all._note = "for people";
    all.cg = anotherProfile("cg");
  });
  await using page = await openPage({ locales });
  const browser = await page.login();
  const order = async () => Object.keys(await page.file());
  const response = await browser.post("/profiles/cg/move", { do: "up" });
  assert.deepEqual([response.status, response.headers.get("location")], [303, "/#cg"]);
  assert.deepEqual(await order(), ["fallback", "cg", "_note", "agency"]);
  assert.equal((await page.file()).cg.step1.buttons[0].callback_data, "cg_video");
  await browser.post("/profiles/cg/move", { do: "up" });
  assert.deepEqual(await order(), ["fallback", "cg", "_note", "agency"]);
  await browser.post("/profiles/cg/move", { do: "down" });
  assert.deepEqual(await order(), ["fallback", "agency", "_note", "cg"]);
});

Deno.test("deleting asks for the profile's key and ignores case and spaces", async () => {
  const locales = someLocales((all) => {
    all.cg = anotherProfile("cg");
    all.fallback.buttons.push({ text: "Графика", callback_data: "select_cg" });
  });
  await using page = await openPage({ locales });
  const browser = await page.login();
  await record(page, 1, NOON_MS, "in_crm");
  assert.match(
    await (await browser.get("/profiles/agency/delete")).text(),
    /Его 1 лид останется в списке лидов/,
  );
  for (const key of ["", "agenc", "cg"]) {
    assert.equal((await browser.post("/profiles/agency/delete", { key })).status, 422);
  }
  const response = await browser.post("/profiles/agency/delete", { key: " Agency " });
  assert.deepEqual([response.status, response.headers.get("location")], [303, "/?deleted=agency"]);
  const { fallback, ...rest } = await page.file();
  assert.deepEqual(Object.keys(rest), ["cg"]);
  assert.deepEqual(fallback.buttons, [{ text: "Графика", callback_data: "select_cg" }]);
  assert.equal(await page.journal.countLeadsOf("agency"), 1);
});

Deno.test("a menu left empty by a deletion gets buttons for the remaining profiles", async () => {
  const locales = someLocales((all) => all.cg = { ...anotherProfile("cg"), name: "MONSTER CG" });
  await using page = await openPage({ locales });
  const browser = await page.login();
  await browser.post("/profiles/agency/delete", { key: "agency" });
  assert.deepEqual((await page.file()).fallback.buttons, [
    { text: "MONSTER CG", callback_data: "select_cg" },
  ]);
});

Deno.test("the only profile cannot be deleted", async () => {
  await using page = await openPage();
  const browser = await page.login();
  assert.match(await (await browser.get("/profiles/agency/delete")).text(), /единственный профиль/);
  assert.equal((await browser.post("/profiles/agency/delete", { key: "agency" })).status, 422);
  assert.ok("agency" in await page.file());
});

Deno.test("the menu's form saves greeting and buttons", async () => {
  const locales = someLocales((all) => {
    all.cg = anotherProfile("cg");
    all.fallback.buttons[0].style = "primary";
  });
  await using page = await openPage({ locales });
  const browser = await page.login();
  const html = await (await browser.get("/menu")).text();
  assert.match(html, /открываются только по ссылке:[^<]*MONSTER AGENCY/);
  const version = /name="version" value="(\w+)"/.exec(html)?.[1] ?? "";
  const fields = {
    version,
    do: "save",
    welcome: "Привет!\r\nЧем помочь?",
    button_text: ["Графика", "Маркетинг и сайты"],
    button_profile: ["cg", "agency"],
  };
  const response = await browser.post("/menu", fields);
  assert.deepEqual([response.status, response.headers.get("location")], [303, "/menu?saved"]);
  assert.deepEqual((await page.file()).fallback, {
    welcome_text: "Привет!\nЧем помочь?",
    buttons: [
      { text: "Графика", callback_data: "select_cg" },
      { text: "Маркетинг и сайты", callback_data: "select_agency", style: "primary" },
    ],
  });

  const stale = await browser.post("/menu", { ...fields, welcome: "Другое" });
  assert.equal(stale.status, 409);
  assert.match(await stale.text(), /Графика → MONSTER AGENCY|Привет!/);
  assert.equal((await page.file()).fallback.welcome_text, "Привет!\nЧем помочь?");
});

Deno.test("faults of the menu are 422 at their buttons, and nothing typed is lost", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const response = await browser.post("/menu", {
    do: "save",
    welcome: " ",
    button_text: ["Один", "", "Три"],
    button_profile: ["agency", "agency", "gone"],
  });
  assert.equal(response.status, 422);
  const html = await response.text();
  assert.match(html, /Пусто, нужен текст от 1 до 4096/);
  assert.match(html, /Пусто, нужен текст от 1 до 256/);
  assert.match(html, /value="Три"/);

  const twice = await browser.post("/menu", {
    do: "save",
    welcome: "Привет",
    button_text: ["Один", "Два"],
    button_profile: ["agency", "agency"],
  });
  assert.match(await twice.text(), /Этот профиль уже есть в меню/);
  const none = await browser.post("/menu", { do: "save", welcome: "Привет" });
  assert.match(await none.text(), /Нет ни одной кнопки/);
});

Deno.test("the menu's buttons are added, moved and removed without saving", async () => {
  const locales = someLocales((all) => all.cg = anotherProfile("cg"));
  await using page = await openPage({ locales });
  const browser = await page.login();
  const before = await page.file();
  const press = async (wish: string) => {
    const response = await browser.post("/menu", {
      do: wish,
      welcome: "Привет",
      button_text: ["Один", "Два"],
      button_profile: ["agency", "agency"],
    });
    assert.equal(response.status, 200);
    const html = await response.text();
    return [...html.matchAll(/name="button_text" value="([^"]*)"/g)].map(([, text]) => text);
  };
  assert.deepEqual(await press("down:0"), ["Два", "Один"]);
  assert.deepEqual(await press("remove:1"), ["Один"]);
  assert.deepEqual(await press("add"), ["Один", "Два", ""]);
  assert.deepEqual(await page.file(), before);
});

Deno.test("troubles are shown in the strip on every page", async () => {
  await using page = await openPage({
    deps: {
      troubles: () => Promise.resolve([{ kind: "undelivered", leads: 3, sinceMs: NOON_MS }]),
    },
  });
  const browser = await page.login();
  for (const path of ["/", "/menu", "/profiles/agency", "/sessions"]) {
    assert.match(await (await browser.get(path)).text(), /Доставляется: 3 лида, с 15:00/, path);
  }
});

Deno.test("the strip says why the bot cannot write into the managers' chat and what to do", async () => {
  for (
    const [problem, words] of [
      ["not_found", /ADMIN_CHAT_ID: такого чата нет[^]*отправьте там \/id/],
      ["no_access", /Верните его в чат/],
      ["may_not_write", /Разрешите ему отправлять сообщения/],
      ["not_admin", /Сделайте его администратором/],
    ] as const
  ) {
    await using page = await openPage({
      deps: { troubles: () => Promise.resolve([{ kind: "admin_chat_unusable", problem }]) },
    });
    assert.match(await (await (await page.login()).get("/")).text(), words);
  }
});

/** A lead of the profile `agency`; its number. */
async function record(
  { journal }: PageOfTest,
  nth: number,
  receivedAtMs: number,
  state: "in_crm" | "in_admin_chat" | "undelivered",
): Promise<number> {
  const id = `00000000-0000-4000-8000-${String(nth).padStart(12, "0")}`;
  const lead = await partsOf(journal).insertLead(
    aNewLead({ id, menuMessageId: nth, receivedAtMs }),
  );
  assert.ok(lead);
  await partsOf(journal).moveLead(lead.number, state);
  return lead.number;
}
