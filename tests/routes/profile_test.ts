import assert from "node:assert/strict";
import { greeting } from "../../lib/visitors/texts.ts";
import type { WebhookTrial } from "../../lib/crm/webhook_trial.ts";
import { anotherProfile, someLocales } from "../helpers/a_profile.ts";
import { openPage, profileFields } from "../helpers/a_page.ts";

Deno.test("a save changes the file and the bot's next greeting", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const response = await browser.post("/profiles/agency", {
    ...profileFields(page, "agency"),
    name: "AGENCY 2",
    webhook_url: " https://crm.example.ru/new ",
    timeout_seconds: "7,5",
    caption: "Новое приветствие\r\nв две строки",
  });
  assert.deepEqual([response.status, response.headers.get("location")], [
    303,
    "/profiles/agency?saved",
  ]);

  const profile = page.store.current().byKey.get("agency");
  assert.ok(profile);
  assert.equal(greeting(profile).text, "Новое приветствие\nв две строки");
  const { agency } = await page.file();
  assert.equal(agency.name, "AGENCY 2");
  assert.equal(agency.webhook_url, "https://crm.example.ru/new");
  assert.equal(agency.timeout_seconds, 7.5);
  assert.match(await (await browser.get("/profiles/agency?saved")).text(), /Уже работает/);
});

Deno.test("saving a profile keeps everything that is not in its form", async () => {
  const locales = someLocales(({ agency }) => {
    agency.note = "for people";
    agency.step1.buttons[0].style = "primary";
    agency.step2.choices.agency_old = "Прежняя кнопка";
  });
  await using page = await openPage({ locales });
  const browser = await page.login();
  assert.equal(
    (await browser.post("/profiles/agency", profileFields(page, "agency"))).status,
    303,
  );
  assert.deepEqual(await page.file(), locales);
});

Deno.test("a choice equal to its button's text follows a change of that text", async () => {
  const locales = someLocales(({ agency }) => {
    agency.step2.choices.agency_website = "Разработка сайта";
  });
  await using page = await openPage({ locales });
  const browser = await page.login();
  const fields = profileFields(page, "agency");
  assert.deepEqual(fields["button_choice"], ["", "Разработка сайта"]);
  await browser.post("/profiles/agency", { ...fields, button_text: ["Клиенты", "Сайт"] });
  const { agency } = await page.file();
  assert.deepEqual(agency.step2.choices, {
    agency_clients: "Клиенты",
    agency_website: "Разработка сайта",
  });
});

Deno.test("faults are 422, shown at their fields and counted; nothing typed is lost or written", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const before = await page.file();
  const response = await browser.post("/profiles/agency", {
    ...profileFields(page, "agency"),
    name: "  ",
    webhook_url: "ftp://crm.example.ru",
    timeout_seconds: "soon",
    photo_url: "javascript:alert(1)",
    confirmation: "Принято: {chioce} <b>",
    follow_up: "Без имени: {message}",
  });
  assert.equal(response.status, 422);
  const html = await response.text();
  assert.match(html, /Не сохранено: 6 ошибок/);
  assert.match(html, faultAt("name", "Пусто, нужен текст"));
  assert.match(html, faultAt("webhook_url", "Найдена схема «ftp:»"));
  assert.match(html, faultAt("timeout_seconds", "Найден текст, нужно число"));
  assert.match(html, faultAt("photo_url", "Найдена схема «javascript:»"));
  assert.match(html, faultAt("confirmation", "Нет {choice}"));
  assert.match(html, faultAt("follow_up", "Нет {username}"));
  assert.match(html, /value="ftp:\/\/crm.example.ru"/);
  assert.match(html, />Принято: {chioce} &lt;b>/);
  assert.deepEqual(await page.file(), before);
});

Deno.test("an unchanged form is not marked as unsaved after a webhook test", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const fields = profileFields(page, "agency");
  for (const wish of ["test", "show", "press:0"]) {
    const html = await (await browser.post("/profiles/agency", { ...fields, do: wish })).text();
    assert.doesNotMatch(html, /data-unsaved|Ещё не сохранено/, wish);
    const typed = { ...fields, caption: "Набрано", do: wish };
    const changed = await (await browser.post("/profiles/agency", typed)).text();
    assert.match(changed, /data-unsaved[^]*Ещё не сохранено/, wish);
  }
});

Deno.test("the first faulty field gets the focus, and no other", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const response = await browser.post("/profiles/agency", {
    ...profileFields(page, "agency"),
    button_text: ["Есть", ""],
    confirmation: "",
  });
  const html = await response.text();
  assert.deepEqual(html.match(/<(input|textarea)[^>]* autofocus/g)?.length, 1);
  assert.match(html, /<input[^>]*name="button_text"[^>]*aria-label="Кнопка 2"[^>]*autofocus/);
});

Deno.test("in English the faults are English too", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const response = await browser.post("/profiles/agency", {
    ...profileFields(page, "agency"),
    name: "",
    webhook_url: "crm",
    timeout_seconds: "500",
    photo_url: "https://user:secret@example.ru/",
    caption: "x".repeat(5000),
    confirmation: "Done {choice} {person}",
    follow_up: "nothing",
    button_key: [],
    button_text: [],
    button_choice: [],
  }, { "accept-language": "en" });
  assert.equal(response.status, 422);
  const faults = (await response.text()).match(/<p class="fault"[^]*?<\/p>/g) ?? [];
  assert.equal(faults.length, 8);
  for (const fault of faults) assert.doesNotMatch(fault, /[а-яё]/i);
});

Deno.test("a caption of 10,000 characters is 422 and still in the form", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const caption = "Я".repeat(10_000);
  const fields = { ...profileFields(page, "agency"), caption };
  const response = await browser.post("/profiles/agency", fields);
  assert.equal(response.status, 422);
  const html = await response.text();
  assert.match(html, faultAt("caption", "Символов 10000, нужно не больше 4096"));
  assert.ok(html.includes(`>${caption}</textarea>`));
  assert.match(html, /class="counter over"[^>]*>10000\/1024</);
});

Deno.test("60 buttons are 422, 50 are saved", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const fields = (count: number) => {
    const each = (text: string) => Array.from({ length: count }, (_, index) => `${text}${index}`);
    return {
      ...profileFields(page, "agency"),
      button_key: each("agency_"),
      button_text: each("Кнопка "),
      button_choice: each(""),
    };
  };
  const response = await browser.post("/profiles/agency", fields(60));
  assert.equal(response.status, 422);
  const html = await response.text();
  assert.match(html, /Кнопок 60, нужно не больше 50/);
  assert.match(html, /value="Кнопка 59"/);
  assert.equal((await browser.post("/profiles/agency", fields(50))).status, 303);
});

Deno.test("a metadata service's address is refused, a private address is accepted", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const save = async (webhook_url: string) => {
    const fields = { ...profileFields(page, "agency"), webhook_url };
    return (await browser.post("/profiles/agency", fields)).status;
  };
  assert.equal(await save("http://169.254.169.254/latest/meta-data"), 422);
  assert.equal(await save("http://192.168.1.20:8080/hook"), 303);
  assert.equal(await save("http://127.0.0.1:8080/hook"), 303);
  assert.equal(await save(""), 303);
});

Deno.test("a form opened from an older version is 409 with both versions, and nothing is overwritten", async () => {
  await using page = await openPage();
  const [anna, oleg] = [await page.login("@anna"), await page.login("@oleg")];
  const opened = profileFields(page, "agency");
  await anna.post("/profiles/agency", { ...opened, caption: "Приветствие Анны" });

  const stale = { ...opened, caption: "Приветствие Олега" };
  const response = await oleg.post("/profiles/agency", stale);
  assert.equal(response.status, 409);
  const html = await response.text();
  assert.match(html, /сохранили другое[^]*Сейчас сохранено[^]*Ваша версия/);
  assert.match(html, /<del[^>]*>Анны<\/del>/);
  assert.match(html, /<ins[^>]*>Олега<\/ins>/);
  assert.match(html, />Приветствие Олега<\/textarea>/);
  assert.equal((await page.file()).agency.step1.caption, "Приветствие Анны");

  // Oleg has seen both versions and saves again, knowingly.
  const version = /name="version" value="(\w+)"/.exec(html)?.[1] ?? "";
  assert.equal((await oleg.post("/profiles/agency", { ...stale, version })).status, 303);
  assert.equal((await page.file()).agency.step1.caption, "Приветствие Олега");
});

Deno.test("a form is also stale when the file was changed on disk, even before the bot noticed", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const opened = profileFields(page, "agency");
  const content = await page.file();
  content.agency.step1.caption = "Правка на диске";
  await Deno.writeTextFile(page.path, JSON.stringify(content));
  const response = await browser.post("/profiles/agency", { ...opened, caption: "Моя правка" });
  assert.equal(response.status, 409);
  assert.match(await response.text(), /Правка[^]*на[^]*диске/);
  assert.equal((await page.file()).agency.step1.caption, "Правка на диске");
});

Deno.test("saving different profiles at the same time does not conflict", async () => {
  const locales = someLocales((all) => all.cg = anotherProfile("cg"));
  await using page = await openPage({ locales });
  const browser = await page.login();
  const opened = profileFields(page, "agency");
  await browser.post("/profiles/cg", { ...profileFields(page, "cg"), name: "CG 2" });
  const response = await browser.post("/profiles/agency", { ...opened, name: "AGENCY 2" });
  assert.equal(response.status, 303);
  const { agency, cg } = await page.file();
  assert.deepEqual([agency.name, cg.name], ["AGENCY 2", "CG 2"]);
});

Deno.test("a file broken on disk is not overwritten, and the page says so", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const fields = { ...profileFields(page, "agency"), name: "AGENCY 2" };
  await Deno.writeTextFile(page.path, '{"agency": ');
  const response = await browser.post("/profiles/agency", fields);
  assert.equal(response.status, 409);
  assert.match(await response.text(), /locales\.json на диске ошибка[^]*value="AGENCY 2"/);
  assert.equal(await Deno.readTextFile(page.path), '{"agency": ');
  assert.match(
    await (await browser.get("/")).text(),
    /locales\.json на диске с ошибкой с 15:00, работает версия от 15:00/,
  );
});

Deno.test("adding, moving and removing buttons works by plain POSTs and saves nothing", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const before = await page.file();
  const fields = profileFields(page, "agency");
  const press = async (wish: string, changed = {}) => {
    const response = await browser.post("/profiles/agency", { ...fields, ...changed, do: wish });
    assert.equal(response.status, 200);
    return texts(await response.text());
  };
  assert.deepEqual(await press("down:0"), ["Создать сайт", "Привлечь клиентов"]);
  assert.deepEqual(await press("up:1"), ["Создать сайт", "Привлечь клиентов"]);
  assert.deepEqual(await press("up:0"), ["Привлечь клиентов", "Создать сайт"]);
  assert.deepEqual(await press("down:1"), ["Привлечь клиентов", "Создать сайт"]);
  assert.deepEqual(await press("remove:0"), ["Создать сайт"]);
  assert.deepEqual(await press("add", { button_text: ["Иначе", "Создать сайт"] }), [
    "Иначе",
    "Создать сайт",
    "",
  ]);
  assert.deepEqual(await page.file(), before);
});

Deno.test("a new button gets its own key, shown and saved", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const fields = profileFields(page, "agency");
  const html = await (await browser.post("/profiles/agency", { ...fields, do: "add" })).text();
  const keys = [...html.matchAll(/name="button_key" value="([^"]+)"/g)].map(([, key]) => key ?? "");
  assert.match(keys[2] ?? "", /^agency_[a-z0-9]{5}$/);
  assert.ok(html.includes(`>${keys[2]}</code>`));
  const response = await browser.post("/profiles/agency", {
    ...fields,
    button_key: keys,
    button_text: ["Привлечь клиентов", "Создать сайт", "Третья"],
    button_choice: ["", "", ""],
  });
  assert.equal(response.status, 303);
  assert.deepEqual((await page.file()).agency.step1.buttons[2], {
    text: "Третья",
    callback_data: keys[2],
  });
});

Deno.test("Enter in a field saves, because the form's first button saves", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const html = await (await browser.get("/profiles/agency")).text();
  const form = html.slice(html.indexOf('<form id="profile"'));
  assert.match(/<button[^>]*>/.exec(form)?.[0] ?? "", /name="do" value="save"/);
});

Deno.test("the preview shows the bot's own messages, and the confirmation of the pressed button", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const fields = { ...profileFields(page, "agency"), caption: "Черновик <i>", do: "press:1" };
  const response = await browser.post("/profiles/agency/preview", fields);
  assert.equal(response.status, 200);
  const html = await response.text();
  assert.match(html, /Черновик &lt;i>/);
  assert.match(html, /✅ Принято: Создать сайт\./);
  assert.match(html, /<b>🔥 НОВЫЙ ЛИД: MONSTER AGENCY 🔥<\/b>/);
  assert.match(html, /Дополнение от @betterrman/);
  assert.match(html, /Внёс в CRM/);
});

Deno.test("the preview is drawn even for a faulty form", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const response = await browser.post("/profiles/agency/preview", {
    name: "",
    caption: "",
    photo_url: "javascript:alert(1)",
    confirmation: "{choice}".repeat(3000),
    button_key: ["a"],
    button_text: ["x".repeat(10_000)],
  });
  assert.equal(response.status, 200);
  assert.doesNotMatch(await response.text(), /javascript:/);
});

Deno.test("testing a webhook shows the status, the time, the answer and what it means", async () => {
  const trial: WebhookTrial = {
    kind: "sent",
    outcome: { kind: "accepted", status: 200 },
    answer: '{"deal": 7}',
    tookMs: 312,
  };
  const asked: unknown[] = [];
  await using page = await openPage({
    deps: {
      testWebhook({ webhook, name }, timeoutMs) {
        asked.push([webhook?.url, timeoutMs, name]);
        return Promise.resolve(trial);
      },
    },
  });
  const browser = await page.login();
  const before = await page.file();
  const response = await browser.post("/profiles/agency", {
    ...profileFields(page, "agency"),
    webhook_url: "https://crm.example.ru/other",
    timeout_seconds: "3",
    do: "test",
  });
  assert.equal(response.status, 200);
  assert.deepEqual(asked, [["https://crm.example.ru/other", 3000, "MONSTER AGENCY"]]);
  const html = await response.text();
  assert.match(html, /Ответ 200 за 0,3 с — CRM приняла лид: сделка создана/);
  assert.match(html, /{&quot;deal&quot;: 7}/);
  assert.match(html, /value="https:\/\/crm.example.ru\/other"/);
  assert.deepEqual(await page.file(), before);
});

Deno.test("a webhook address that resolves to a metadata service is not saved, and what was typed stays", async () => {
  const asked: string[] = [];
  await using page = await openPage({
    deps: {
      isForbiddenTarget(address) {
        asked.push(address);
        return Promise.resolve(address.includes("innocent"));
      },
    },
  });
  const browser = await page.login();
  const before = await page.file();
  const typed = {
    ...profileFields(page, "agency"),
    webhook_url: "https://innocent.example.ru/hook",
    caption: "Набрано вместе с адресом",
  };
  const refused = await browser.post("/profiles/agency", typed);
  assert.equal(refused.status, 422);
  const html = await refused.text();
  assert.match(html, /Это служебный адрес машины, CRM на нём не бывает/);
  assert.match(html, /value="https:\/\/innocent.example.ru\/hook"/);
  assert.match(html, /Набрано вместе с адресом/);
  assert.deepEqual(await page.file(), before);
  // A saved address is not resolved again when a text changes.
  const saved = await browser.post("/profiles/agency", {
    ...profileFields(page, "agency"),
    caption: "Другое приветствие",
  });
  assert.equal(saved.status, 303);
  assert.deepEqual(asked, ["https://innocent.example.ru/hook"]);
});

Deno.test("every outcome of a webhook test has a sentence", async () => {
  let trial: WebhookTrial = { kind: "impossible" };
  await using page = await openPage({ deps: { testWebhook: () => Promise.resolve(trial) } });
  const browser = await page.login();
  const fields = { ...profileFields(page, "agency"), do: "test" };
  const sent = (outcome: Extract<WebhookTrial, { kind: "sent" }>["outcome"]): WebhookTrial => ({
    kind: "sent",
    outcome,
    answer: "",
    tookMs: 10_000,
  });
  const cases: readonly (readonly [WebhookTrial, RegExp])[] = [
    [{ kind: "impossible" }, /Адрес не годится/],
    [{ kind: "forbidden" }, /служебный адрес/],
    [sent({ kind: "answered", status: 500, body: "" }), /Ответ 500[^]*поломка/],
    [sent({ kind: "answered", status: 404, body: "" }), /не знает такого адреса/],
    [sent({ kind: "answered", status: 403, body: "" }), /не пускает/],
    [sent({ kind: "answered", status: 422, body: "" }), /CRM отказала/],
    [sent({ kind: "answered", status: 302, body: "" }), /ведёт на другую страницу/],
    [sent({ kind: "answered", status: 204, body: "" }), /не похоже на CRM/],
    [sent({ kind: "timeout", afterMs: 10_000 }), /не отвечает за 10,0 с/],
    [sent({ kind: "unreachable", reason: "refused" }), /нет связи/],
    [sent({ kind: "interrupted", reason: "reset" }), /Связь оборвалась/],
    [sent({ kind: "client", reason: "port" }), /ничего не отправить/],
  ];
  for (const [each, sentence] of cases) {
    trial = each;
    const html = await (await browser.post("/profiles/agency", fields)).text();
    assert.match(html, sentence);
  }
  const empty = await browser.post("/profiles/agency", { ...fields, webhook_url: "" });
  assert.match(await empty.text(), /Впишите адрес/);
});

Deno.test("a form opened before a new login is 403, saves nothing and keeps what was typed", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const before = await page.file();
  const typed = { ...profileFields(page, "agency"), caption: "Набрано до входа" };
  for (const wish of ["save", "add", "test", "remove:0"]) {
    const response = await browser.post("/profiles/agency", {
      ...typed,
      do: wish,
      form_token: "of another session",
    });
    assert.equal(response.status, 403);
    const html = await response.text();
    assert.match(html, />Набрано до входа<\/textarea>/);
    assert.match(html, /форма открыта до этого входа/);
    assert.deepEqual(texts(html), ["Привлечь клиентов", "Создать сайт"]);
    const form_token = /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? "";
    assert.equal(page.auth.isFormToken(browser.cookie.split("=")[1] ?? "", form_token), true);
  }
  assert.deepEqual(await page.file(), before);
  for (const path of ["/menu", "/profiles/agency/languages/en"]) {
    const response = await browser.post(path, { do: "save", form_token: "" });
    assert.equal(response.status, 403);
  }
  assert.deepEqual(await page.file(), before);
});

Deno.test("an unknown profile is 404, a malformed address 400, on every page of a profile", async () => {
  await using page = await openPage();
  const browser = await page.login();
  for (const below of ["", "/rename", "/delete"]) {
    assert.equal((await browser.get(`/profiles/nobody${below}`)).status, 404);
    assert.equal((await browser.post(`/profiles/nobody${below}`, {})).status, 404);
    assert.equal((await browser.get(`/profiles/%E0%A4%A${below}`)).status, 400);
  }
  assert.equal((await browser.get("/profiles/__proto__")).status, 404);
  assert.equal((await browser.get("/profiles/fallback")).status, 404);
});

Deno.test("a webhook address is shown in full only in its own field", async () => {
  await using page = await openPage();
  const browser = await page.login();
  const secret = "webhook/agency";
  const form = await (await browser.get("/profiles/agency")).text();
  assert.equal(form.split(secret).length - 1, 1);
  assert.match(form, new RegExp(`name="webhook_url" value="[^"]*${secret}"`));
  assert.ok(!(await (await browser.get("/")).text()).includes(secret));

  const opened = profileFields(page, "agency");
  await page.editFile(({ agency }) => agency.webhook_url = "https://crm.example.ru/hidden/one");
  const fields = { ...opened, webhook_url: "https://crm.example.ru/hidden/two" };
  const conflict = await (await browser.post("/profiles/agency", fields)).text();
  assert.ok(!conflict.includes("hidden/one"));
  assert.equal(conflict.split("hidden/two").length - 1, 1);
});

/** A marked field with its message. */
function faultAt(name: string, sentence: string): RegExp {
  const words = RegExp.escape(sentence);
  return new RegExp(`id="${name}"[^>]*aria-invalid="true"[^]*?id="${name}-fault"[^]*?${words}`);
}

function texts(html: string): string[] {
  return [...html.matchAll(/name="button_text" value="([^"]*)"/g)].map(([, text]) => text ?? "");
}
