// Publishing, pausing and resuming a profile on the page, without a script.

import assert from "node:assert/strict";
import {
  type Browser,
  type Fields,
  openPage,
  type PageOfTest,
  profileFields,
} from "../helpers/a_page.ts";
import { anotherProfile, type Locales, someLocales, withProfiles } from "../helpers/a_profile.ts";

/** A page with `agency` live in the menu, and `cg` in a state, also in the menu if asked for. */
async function open(state: string | undefined, { inMenu = false, cg = {} as Locales } = {}) {
  const locales = someLocales((all) => {
    all.cg = { ...anotherProfile("cg"), name: "Графика", ...cg };
    if (state !== undefined) all.cg.state = state;
    if (inMenu) all.fallback.buttons.push({ text: "Ролики", callback_data: "select_cg" });
  });
  const page = await openPage({ locales });
  return {
    page,
    browser: await page.login(),
    [Symbol.asyncDispose]: () => page[Symbol.asyncDispose](),
  };
}

async function htmlOf(browser: Browser, path: string): Promise<string> {
  return await (await browser.get(path)).text();
}

/** The version in a page's form that posts to this address. */
async function versionIn(browser: Browser, path: string, action = path): Promise<string> {
  const form = (await htmlOf(browser, path)).split(`action="${action}"`)[1] ?? "";
  return /name="version" value="(\w+)"/.exec(form)?.[1] ?? "";
}

async function post(browser: Browser, path: string, fields: Fields) {
  const response = await browser.post(path, fields);
  return {
    status: response.status,
    to: response.headers.get("location"),
    html: await response.text(),
  };
}

function seen({ store }: PageOfTest): unknown {
  const { byKey, menu } = store.current();
  return [byKey.get("cg")?.state, menu.map(({ text }) => text)];
}

Deno.test("a draft's card says who sees it, opens it in Telegram, and leads to publishing it", async () => {
  await using it = await open("draft");
  const html = await htmlOf(it.browser, "/");
  assert.match(html, /Черновик · видите только вы/);
  assert.match(
    html,
    /href="https:\/\/t\.me\/monstrassistentbot\?start=cg"[^>]*>\s*Посмотреть в Telegram/,
  );
  assert.match(html, /href="\/profiles\/cg\/publish"[^>]*>\s*Опубликовать/);
  assert.equal(html.match(/class="state"/g)?.length, 1);
  assert.match(await htmlOf(it.browser, "/profiles/cg"), /Черновик · видите только вы/);
  assert.match(
    await htmlOf(it.browser, "/profiles/cg/languages/en"),
    /Черновик · видите только вы/,
  );
  assert.doesNotMatch(await htmlOf(it.browser, "/profiles/agency"), /class="state"/);
});

Deno.test("publishing asks about the menu: with the box the profile is in it, without the link alone works", async () => {
  for (const [menu, shown] of [["yes", ["Маркетинг", "Графика"]], ["", ["Маркетинг"]]] as const) {
    await using it = await open("draft");
    const html = await htmlOf(it.browser, "/profiles/cg/publish");
    assert.match(html, /<input type="checkbox" name="menu" value="yes" checked/);
    const version = await versionIn(it.browser, "/profiles/cg/publish");
    const { status, to } = await post(it.browser, "/profiles/cg/publish", { version, menu });
    assert.deepEqual([status, to], [303, "/profiles/cg?published"]);
    assert.deepEqual(seen(it.page), ["live", shown]);
    assert.equal((await it.page.file()).cg.state, undefined);
    assert.match(
      await htmlOf(it.browser, "/profiles/cg?published"),
      /Опубликовано\. Посетители уже видят/,
    );
  }
});

Deno.test("a draft with a button in the menu, or with a full menu, is published without the question", async () => {
  await using taken = await open("draft", { inMenu: true });
  const html = await htmlOf(taken.browser, "/profiles/cg/publish");
  assert.match(html, /Его кнопка в меню уже есть/);
  assert.doesNotMatch(html, /checkbox/);
  assert.doesNotMatch(await htmlOf(taken.browser, "/"), /class="key"[^>]*>Ролики/);
  const version = await versionIn(taken.browser, "/profiles/cg/publish");
  await post(taken.browser, "/profiles/cg/publish", { version });
  assert.match(await htmlOf(taken.browser, "/"), /class="key"[^>]*>Ролики/);

  const crowded = withProfiles(someLocales(), 50);
  crowded.cg = { ...anotherProfile("cg"), state: "draft" };
  await using page = await openPage({ locales: crowded });
  const full = await htmlOf(await page.login(), "/profiles/cg/publish");
  assert.match(full, /В меню уже 50 кнопок\. Профиль откроется по ссылке/);
  assert.doesNotMatch(full, /checkbox/);
});

Deno.test("a pause shows what visitors will read, and the card then says it, with one press to resume", async () => {
  await using it = await open("live", {
    inMenu: true,
    cg: { paused_text: "{name}: вернёмся в январе." },
  });
  assert.match(await htmlOf(it.browser, "/"), /href="\/profiles\/cg\/pause">На паузу/);
  const form = await htmlOf(it.browser, "/profiles/cg/pause");
  assert.match(form, /Графика: вернёмся в январе\./);
  assert.match(form, /class="key">Маркетинг/);
  assert.doesNotMatch(form, /class="key">Ролики/);

  const version = await versionIn(it.browser, "/profiles/cg/pause");
  const paused = await post(it.browser, "/profiles/cg/pause", { version });
  assert.deepEqual([paused.status, paused.to], [303, "/profiles/cg?paused"]);
  assert.deepEqual(seen(it.page), ["paused", ["Маркетинг", "Ролики"]]);
  const home = await htmlOf(it.browser, "/");
  assert.match(home, /На паузе: посетитель прочтёт<\/strong> <q[^>]*>Графика: вернёмся в январе\./);
  assert.doesNotMatch(home, /class="key">Ролики/);

  const again = await versionIn(it.browser, "/", "/profiles/cg/resume");
  const resumed = await post(it.browser, "/profiles/cg/resume", { version: again });
  assert.deepEqual([resumed.status, resumed.to], [303, "/profiles/cg?resumed"]);
  assert.deepEqual(seen(it.page), ["live", ["Маркетинг", "Ролики"]]);
});

Deno.test("pausing the only live profile says that visitors get no buttons", async () => {
  await using it = await open("draft");
  const html = await htmlOf(it.browser, "/profiles/agency/pause");
  assert.match(html, /«MONSTER AGENCY» сейчас не принимает заявки\. Загляните позже\./);
  assert.match(html, /Других опубликованных профилей в меню нет/);
});

for (
  const [state, to, fields] of [
    ["draft", "publish", { menu: "yes" }],
    ["live", "pause", {}],
    ["paused", "resume", {}],
  ] as const
) {
  Deno.test(`${to} refuses a version that was changed in another tab, and takes the next press`, async () => {
    await using it = await open(state);
    const { page, browser } = it;
    const from = to === "resume" ? "/profiles/cg" : `/profiles/cg/${to}`;
    const version = await versionIn(browser, from, `/profiles/cg/${to}`);
    const other = await page.login("@anna");
    const edited = { ...profileFields(page, "cg"), caption: "Иначе" };
    assert.equal((await post(other, "/profiles/cg", edited)).status, 303);

    const before = await Deno.readTextFile(page.path);
    const refused = await post(browser, `/profiles/cg/${to}`, { version, ...fields });
    assert.equal(refused.status, 409);
    assert.match(refused.html, /Не сохранено: пока вы решали, это изменил кто-то другой/);
    assert.equal(await Deno.readTextFile(page.path), before);

    const next = /name="version" value="(\w+)"/.exec(refused.html)?.[1] ?? "";
    assert.equal(
      (await post(browser, `/profiles/cg/${to}`, { version: next, ...fields })).status,
      303,
    );
  });

  Deno.test(`a second press of ${to} finds nothing left to do, and another state is no base for it`, async () => {
    await using it = await open(state);
    const from = to === "resume" ? "/profiles/cg" : `/profiles/cg/${to}`;
    const version = await versionIn(it.browser, from, `/profiles/cg/${to}`);
    for (const _press of [1, 2]) {
      const { status } = await post(it.browser, `/profiles/cg/${to}`, { version, ...fields });
      assert.equal(status, 303);
    }
    const changes = (await it.page.journal.listRevisions("cg", 10)).length;
    assert.equal(changes, 2);
  });
}

Deno.test("a draft is not paused, and its text is not resumed, by a form of another time", async () => {
  await using it = await open("draft");
  const { version } = profileFields(it.page, "cg");
  for (const to of ["pause", "resume"]) {
    assert.equal(
      (await post(it.browser, `/profiles/cg/${to}`, { version: version ?? "" })).status,
      409,
    );
  }
  assert.deepEqual(seen(it.page), ["draft", ["Маркетинг"]]);
  assert.equal(
    (await it.browser.get("/profiles/cg/pause")).headers.get("location"),
    "/profiles/cg",
  );
  for (const to of ["publish", "pause"]) {
    assert.equal((await it.browser.get(`/profiles/unknown/${to}`)).status, 404);
  }
});

Deno.test("«Вернуть как было» takes a publication back with its button, byte for byte, and the history names the states", async () => {
  await using it = await open("draft");
  const before = await Deno.readTextFile(it.page.path);
  const version = await versionIn(it.browser, "/profiles/cg/publish");
  await post(it.browser, "/profiles/cg/publish", { version, menu: "yes" });
  const note = await htmlOf(it.browser, "/profiles/cg?published");
  const change = /name="change" value="(\d+)"[^>]*>Вернуть как было/.exec(note)?.[1] ?? "";
  const [, published] = [0, (await it.page.journal.listRevisions("cg", 1))[0]?.number];
  const history = await htmlOf(it.browser, `/profiles/cg/history?open=${published}`);
  assert.match(history, /<del[^>]*>черновик<\/del><ins[^>]*>опубликован<\/ins>/);
  assert.match(history, /— состояние/);

  assert.equal((await post(it.browser, "/undo", { change })).status, 303);
  assert.equal(await Deno.readTextFile(it.page.path), before);
  const [, live] = await it.page.journal.listRevisions("cg", 2);
  const restore = { restore: String(live?.number) };
  assert.equal((await post(it.browser, "/profiles/cg/history", restore)).status, 303);
  assert.equal(it.page.store.current().byKey.get("cg")?.state, "live");
});

Deno.test("the text of a pause is edited and translated in the forms, with its faults under the field", async () => {
  await using it = await open("paused");
  const { page, browser } = it;
  const fields = profileFields(page, "cg");
  assert.equal(
    (await post(browser, "/profiles/cg", { ...fields, paused_text: "Мы в {name}" })).status,
    303,
  );
  assert.equal((await page.file()).cg.paused_text, "Мы в {name}");
  assert.equal((await page.file()).cg.state, "paused");
  assert.match(await htmlOf(browser, "/profiles/cg"), /data-part="paused_text"[^]*?Мы в Графика/);

  const path = "/profiles/cg/languages/en";
  const html = await htmlOf(browser, path);
  assert.match(html, /name="paused_text"[^>]*placeholder="Мы в \{name\}"/);
  const version = await versionIn(browser, path);
  const english = { version, do: "save", paused_text: "We are at {name}" };
  assert.equal((await post(browser, path, english)).status, 303);
  assert.deepEqual((await page.file()).cg.translations, {
    en: { paused_text: "We are at {name}" },
  });

  const long = { ...profileFields(page, "cg"), paused_text: "я".repeat(4097) };
  const refused = await post(browser, "/profiles/cg", long);
  assert.equal(refused.status, 422);
  assert.match(refused.html, /id="paused_text-fault"[^]*?Символов 4097, нужно не больше 4096\./);

  const emptied = { ...profileFields(page, "cg"), paused_text: "" };
  assert.equal((await post(browser, "/profiles/cg", emptied)).status, 303);
  assert.equal("paused_text" in (await page.file()).cg, false);
  // A form from before the field was there leaves the text alone.
  await post(browser, path, {
    version: await versionIn(browser, path),
    do: "save",
    caption: "Hello",
  });
  assert.equal((await page.file()).cg.translations.en.paused_text, "We are at {name}");
});

Deno.test("the menu's form marks the buttons that visitors do not see, and previews the menu as they get it", async () => {
  await using it = await open("draft", { inMenu: true });
  const html = await htmlOf(it.browser, "/menu");
  assert.match(html, /Черновик: посетители эту кнопку не видят/);
  assert.doesNotMatch(html, /class="key"[^>]*>Ролики/);
  await using apart = await open("draft");
  assert.doesNotMatch(await htmlOf(apart.browser, "/menu"), /открываются только по ссылке/);
});

Deno.test("who edits the texts while the profile goes live or on pause in another tab saves them all the same", async () => {
  await using it = await open("draft");
  const typed = { ...profileFields(it.page, "cg"), caption: "Иначе" };
  const version = await versionIn(it.browser, "/profiles/cg/publish");
  assert.equal((await post(it.browser, "/profiles/cg/publish", { version })).status, 303);
  assert.equal((await post(it.browser, "/profiles/cg", typed)).status, 303);
  const { state, caption } = it.page.store.current().byKey.get("cg") ?? assert.fail();
  assert.deepEqual([state, caption], ["live", "Иначе"]);
});

Deno.test("the history marks versions that would come back unseen, and a menu's translation previews what visitors see", async () => {
  await using it = await open("draft", { inMenu: true });
  assert.match(
    await htmlOf(it.browser, "/profiles/cg/history"),
    /первая версия\s*<span class="hint">· черновик/,
  );
  assert.doesNotMatch(await htmlOf(it.browser, "/profiles/agency/history"), /class="hint">·/);
  const translation = await htmlOf(it.browser, "/menu/languages/en");
  assert.match(translation, /class="key"[^>]*>Маркетинг/);
  assert.doesNotMatch(translation, /class="key"[^>]*>Ролики/);
});

Deno.test("a file with an unknown state is said on every page, in both languages", async () => {
  await using it = await open("live");
  const text = await Deno.readTextFile(it.page.path);
  await Deno.writeTextFile(it.page.path, text.replace('"state": "live"', '"state": "drafts"'));
  await it.page.log.line(
    "cg.state: найдено «drafts», нужно одно из: draft, live, paused; может быть, draft",
  );
  const english = await (await it.browser.get("/", { "accept-language": "en" })).text();
  assert.match(
    english,
    /cg\.state: it is “drafts”, one of these is needed: draft, live, paused; perhaps draft/,
  );
});

Deno.test("the pages of a state are in English too", async () => {
  await using it = await open("draft");
  const english = { "accept-language": "en" };
  for (
    const [path, words] of [
      ["/", /Draft · only you see it/],
      ["/profiles/cg/publish", /Publish “\u2068Графика\u2069”/],
      ["/profiles/agency/pause", /Pause “\u2068MONSTER AGENCY\u2069”/],
    ] as const
  ) {
    assert.match(await (await it.browser.get(path, english)).text(), words);
  }
});
