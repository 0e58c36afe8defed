// "Where leads go" in a profile's form.

import assert from "node:assert/strict";
import { amoToken } from "../../lib/simulator/crm/amocrm.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { openPage, type PageOptions } from "../helpers/a_page.ts";
import { anotherProfile, type Locales, someLocales } from "../helpers/a_profile.ts";
import { fieldsWithCrm } from "../helpers/crm_fields.ts";

const DAY_S = 24 * 60 * 60;
const TOKEN = amoToken({ expiresAtS: NOON_MS / 1000 + 106 * DAY_S });
const PATH = "/profiles/agency";

const LISTS = {
  pipelines: [{
    id: 7,
    name: "Продажи",
    isMain: true,
    statuses: [{ id: 71, name: "Первичный контакт", end: null }, {
      id: 142,
      name: "Успешно реализовано",
      end: "won",
    }],
  }],
  users: [{ id: 5, name: "Анна" }],
} as const;

const AMO = { crm: "amocrm", amo_account: "monster.amocrm.ru" };

function withAmoCrm(agency: Locales): void {
  agency.crm = { kind: "amocrm", account: "monster.amocrm.ru", token: "{secret:amo}" };
}

/** A page whose amoCRM is asked nothing but `look`. */
async function open(options: PageOptions = {}) {
  const asked: { account: string; token: string }[] = [];
  const page = await openPage({
    ...options,
    deps: {
      amocrm: {
        look(at) {
          asked.push(at);
          return Promise.resolve({ kind: "ok", account: "Monster", ...LISTS });
        },
      },
      ...options.deps,
    },
  });
  return { page, asked, browser: await page.login() };
}

/** Which opening of the form a page shows. */
function formId(html: string): string {
  return /name="form_id" value="([^"]+)"/.exec(html)?.[1] ?? "";
}

async function text(response: Promise<Response>, status = 200): Promise<string> {
  const answer = await response;
  const body = await answer.text();
  assert.equal(answer.status, status, body.match(/<p class="fault"[^]*?<\/p>/g)?.join("\n"));
  return body;
}

Deno.test("amoCRM is connected in two presses: look, choose by name, save", async () => {
  const { page, asked, browser } = await open();
  await using _page = page;
  const fields = { ...fieldsWithCrm(page, "agency"), ...AMO, amo_token: ` ${TOKEN}\n` };
  const looked = await text(browser.post(PATH, { ...fields, do: "test" }));
  assert.deepEqual(asked, [{ account: "monster.amocrm.ru", token: TOKEN }]);
  assert.match(looked, /Аккаунт «Monster», права есть\. Ничего не создано\./);
  assert.match(looked, /<option value="7"[^>]*>Продажи<\/option>/);
  assert.match(
    looked,
    /<optgroup label="Продажи"[^>]*>[^]*<option value="7:71"[^>]*>Первичный контакт/,
  );
  assert.doesNotMatch(looked, /Успешно реализовано/);
  assert.match(looked, /<option value="5"[^>]*>Анна<\/option>/);
  assert.match(looked, /действует до 1 мая, ещё 106 дней/);
  assert.match(looked, /вписан, …/);
  assert.equal((await page.file()).agency.crm, undefined);
  assert.deepEqual(await page.journal.keptSecrets(), []);

  const chosen = { ...fields, amo_token: "", amo_entry: "lead", amo_stage: "7:71" };
  const saved = await browser.post(PATH, { ...chosen, amo_responsible: "5" });
  assert.equal(saved.headers.get("location"), `${PATH}?saved`);
  assert.deepEqual((await page.file()).agency.crm, {
    kind: "amocrm",
    account: "monster.amocrm.ru",
    token: "{secret:amo}",
    entry: "lead",
    pipeline_id: 7,
    status_id: 71,
    responsible_user_id: 5,
  });
  assert.equal(await page.journal.secret("amo"), TOKEN);
  const opened = await text(browser.get(`${PATH}?saved`));
  assert.match(opened, /сохранён 15:00, …/);
  assert.match(opened, /<option value="7:71" selected[^>]*>Первичный контакт/);
});

Deno.test("a pasted address of an account is taken as its host", async () => {
  const { page, browser } = await open();
  await using _page = page;
  const fields = { ...fieldsWithCrm(page, "agency"), ...AMO, amo_token: TOKEN };
  const typed = { ...fields, amo_account: "https://Monster.amocrm.ru/leads/?x=1" };
  await text(browser.post(PATH, typed), 303);
  assert.equal((await page.file()).agency.crm.account, "monster.amocrm.ru");
});

Deno.test("faults of amoCRM's fields are 422 at their fields, and the typed token still waits", async () => {
  const { page, browser } = await open();
  await using _page = page;
  const fields = {
    ...fieldsWithCrm(page, "agency"),
    ...AMO,
    amo_account: "https://crm.example.ru/",
    amo_token: TOKEN,
    amo_entry: "lead",
    amo_fields: "UTM_SOURCE = {sourse}",
  };
  const html = await text(browser.post(PATH, fields), 422);
  assert.match(html, faultAt("amo_account", "Не похоже на аккаунт"));
  assert.match(html, faultAt("amo_stage", "Этап не выбран, нужен один из списка"));
  assert.match(html, faultAt("amo_fields", "Неизвестно {sourse}, может быть, {source}"));
  assert.match(html, /UTM_SOURCE = {sourse}<\/textarea>/);
  assert.ok(!html.includes(TOKEN));
  assert.deepEqual(await page.journal.keptSecrets(), []);

  const mended = { ...fields, ...AMO, amo_token: "", amo_stage: "7:", amo_fields: "" };
  await text(browser.post(PATH, mended), 303);
  assert.equal(await page.journal.secret("amo"), TOKEN);
});

Deno.test("a token that was typed and left alone is not saved by another form of the same profile", async () => {
  const { page, browser } = await open();
  await using _page = page;
  await page.editFile(({ agency }) => withAmoCrm(agency));
  await page.keptSecrets.keep("amo", TOKEN, "@maria", NOON_MS);
  const wrong = amoToken({ expiresAtS: NOON_MS / 1000 + 5 * DAY_S, id: "wrong" });
  const first = formId(await text(browser.get(PATH)));
  const fields = fieldsWithCrm(page, "agency");
  const tried = { ...fields, form_id: first, amo_token: wrong, do: "test" };
  const looked = await text(browser.post(PATH, tried));
  assert.match(looked, /вписан, …/);
  assert.equal(formId(looked), first);

  const opened = await text(browser.get(PATH));
  assert.doesNotMatch(opened, /вписан, …/);
  await text(browser.post(PATH, { ...fields, form_id: formId(opened), caption: "Привет" }), 303);
  assert.equal(await page.journal.secret("amo"), TOKEN);
});

Deno.test("ids that are no numbers are refused", async () => {
  const { page, browser } = await open();
  await using _page = page;
  const fields = { ...fieldsWithCrm(page, "agency"), ...AMO, amo_token: TOKEN };
  const typed = { ...fields, amo_pipeline: "1; DROP", amo_responsible: "Анна" };
  const html = await text(browser.post(PATH, typed), 422);
  assert.match(html, faultAt("amo_pipeline", "Найден текст, нужно целое число от 1"));
  assert.match(html, faultAt("amo_responsible", "Найден текст, нужно целое число от 1"));
});

Deno.test("without a token amoCRM is not asked and not saved", async () => {
  const { page, asked, browser } = await open();
  await using _page = page;
  const fields = { ...fieldsWithCrm(page, "agency"), ...AMO };
  assert.match(
    await text(browser.post(PATH, { ...fields, do: "test" })),
    /Впишите аккаунт и токен/,
  );
  assert.match(await text(browser.post(PATH, fields), 422), faultAt("amo_token", "Нет токена"));
  assert.deepEqual(asked, []);
});

Deno.test("a token of the environment is told by its variable and used, unless another is typed", async () => {
  const { page, asked, browser } = await open({ environment: new Map([["amo", TOKEN]]) });
  await using _page = page;
  const fields = { ...fieldsWithCrm(page, "agency"), ...AMO, amo_same: "amo" };
  const option = /<option value="amo" selected[^>]*>задан в окружении: SECRET_AMO</;
  assert.match(await text(browser.get(PATH)), option);
  assert.match(await text(browser.post(PATH, { ...fields, do: "test" })), option);
  assert.equal(asked[0]?.token, TOKEN);
  await text(browser.post(PATH, { ...fields, amo_token: "another" }), 303);
  assert.equal((await page.file()).agency.crm.token, "{secret:amo_agency}");

  await page.editFile(({ agency }) => agency.crm = undefined);
  await text(
    browser.post(PATH, { ...fieldsWithCrm(page, "agency"), ...AMO, amo_same: "amo" }),
    303,
  );
  assert.equal((await page.file()).agency.crm.token, "{secret:amo}");
  assert.doesNotMatch(await text(browser.get(PATH)), /name="amo_token"/);
});

Deno.test("a token that was removed is not offered to another profile", async () => {
  const locales = someLocales((all) => {
    withAmoCrm(all.agency);
    all.cg = anotherProfile("cg");
  });
  const { page, browser } = await open({ locales });
  await using _page = page;
  const html = await text(browser.get("/profiles/cg"));
  assert.doesNotMatch(html, /name="amo_same"|тот же, что у/);
});

Deno.test("a second profile may take the first one's token, or gets a secret of its own", async () => {
  const locales = someLocales((all) => {
    withAmoCrm(all.agency);
    all.cg = anotherProfile("cg");
    all.cg.name = "MONSTER CG";
  });
  const { page, browser } = await open({ locales });
  await using _page = page;
  await page.keptSecrets.keep("amo", TOKEN, "@maria", NOON_MS);
  const opened = await text(browser.get("/profiles/cg"));
  assert.match(opened, /<option value="amo"[^>]*>тот же, что у «MONSTER AGENCY»<\/option>/);
  const fields = { ...fieldsWithCrm(page, "cg"), ...AMO };
  await text(browser.post("/profiles/cg", { ...fields, amo_same: "amo" }), 303);
  assert.equal((await page.file()).cg.crm.token, "{secret:amo}");
  assert.match(await text(browser.get("/profiles/cg")), /Он же у профиля: .MONSTER AGENCY/);

  await page.editFile((all) => all.cg = anotherProfile("cg"));
  const own = { ...fieldsWithCrm(page, "cg"), ...AMO, amo_token: TOKEN, amo_same: "nothing" };
  await text(browser.post("/profiles/cg", own), 303);
  assert.equal((await page.file()).cg.crm.token, "{secret:amo_cg}");
});

Deno.test("a kept token is replaced with the form, and removed at once on request", async () => {
  const { page, browser } = await open({
    locales: someLocales(({ agency }) => withAmoCrm(agency)),
  });
  await using _page = page;
  await page.keptSecrets.keep("amo", "old-token-of-before", "@maria", NOON_MS);
  const fields = { ...fieldsWithCrm(page, "agency"), amo_token: TOKEN };
  await text(browser.post(PATH, { ...fields, do: "show" }));
  assert.equal(await page.journal.secret("amo"), "old-token-of-before");
  await text(browser.post(PATH, fields), 303);
  assert.equal(await page.journal.secret("amo"), TOKEN);

  const removed = await text(
    browser.post(PATH, { ...fields, amo_token: "", do: "forget:amo" }),
  );
  assert.match(removed, /Убрано\. Лиды придут в чат менеджеров/);
  assert.equal(await page.journal.secret("amo"), undefined);
  await page.keptSecrets.keep("other", "another secret", "@maria", NOON_MS);
  await text(browser.post(PATH, { ...fields, amo_token: "", do: "forget:other" }));
  assert.equal(await page.journal.secret("other"), "another secret", "a secret of another form");
});

Deno.test("a form of an earlier login keeps no key", async () => {
  const { page, browser } = await open();
  await using _page = page;
  const fields = { ...fieldsWithCrm(page, "agency"), ...AMO, amo_token: TOKEN };
  await text(browser.post(PATH, { ...fields, form_token: "stale" }), 403);
  const html = await text(browser.post(PATH, { ...fields, amo_token: "" }), 422);
  assert.match(html, faultAt("amo_token", "Нет токена"));
});

Deno.test("a key is in no answer, history, file or log", async () => {
  const { page, browser } = await open();
  await using _page = page;
  const key = "crm-key-that-nobody-may-see";
  const signing = `whsec_${btoa("signing key, 24 bytes ok!")}`;
  const all: string[] = [];
  const post = async (fields: Record<string, string | string[]>) => {
    const answer = await browser.post(PATH, fields);
    all.push(await answer.text(), JSON.stringify([...answer.headers]));
    return answer.status;
  };
  const amo = { ...fieldsWithCrm(page, "agency"), ...AMO, amo_token: TOKEN };
  for (const wish of ["test", "show", "add", "press:0", "save"]) await post({ ...amo, do: wish });
  const webhook = {
    ...fieldsWithCrm(page, "agency"),
    crm: "webhook",
    webhook_headers: "Authorization: Bearer {secret:crm_key}",
    "header_secret:crm_key": key,
    webhook_signing: signing,
  };
  for (const wish of ["show", "test", "save"]) await post({ ...webhook, do: wish });
  all.push(await text(browser.post(`${PATH}/preview`, webhook)));
  for (const path of [PATH, "/", `${PATH}/history`, `${PATH}/history?open=2`]) {
    all.push(await text(browser.get(path)));
  }
  assert.equal(await page.journal.secret("amo"), TOKEN);
  assert.equal(await page.journal.secret("crm_key"), key);
  assert.equal(await page.journal.secret("hook"), signing);
  all.push(await Deno.readTextFile(page.path), ...page.log.lines);
  for (const secret of [TOKEN, key, signing]) {
    assert.deepEqual(all.filter((each) => each.includes(secret)), []);
  }
});

Deno.test("the history and two versions tell in words where leads went", async () => {
  const { page, browser } = await open();
  await using _page = page;
  const before = await Deno.readTextFile(page.path);
  const fields = { ...fieldsWithCrm(page, "agency"), ...AMO, amo_token: TOKEN };
  await text(browser.post(PATH, { ...fields, amo_pipeline: "7" }), 303);
  const list = await text(browser.get(`${PATH}/history`));
  assert.match(list, /куда уходят лиды/);
  const newest = /href="(\?open=\d+)/.exec(list)?.[1] ?? "";
  const html = await text(browser.get(`${PATH}/history${newest}`));
  const changes = /<dl class="changes">[^]*<\/dl>/.exec(html)?.[0]
    .replace(/<del>[^]*?<\/del>|<[^>]*>/g, "") ?? "";
  assert.match(changes, /AmoCRM \/ Kommo: monster\.amocrm\.ru, неразобранное, воронка 7/);
  assert.doesNotMatch(changes, /webhook\/agency/);

  const saved = await text(browser.get(`${PATH}?saved`));
  const change = /name="change" value="(\d+)"/.exec(saved)?.[1] ?? "";
  await text(browser.post("/undo", { change }), 303);
  assert.equal(await Deno.readTextFile(page.path), before);
});

Deno.test("a preset is checked by its address and saved with its kind alone", async () => {
  const { page, browser } = await open();
  await using _page = page;
  const fields = { ...fieldsWithCrm(page, "agency"), crm: "google_sheets" };
  const wrong = { ...fields, google_sheets_url: "https://docs.google.com/spreadsheets/d/1/edit" };
  assert.match(
    await text(browser.post(PATH, wrong), 422),
    faultAt("google_sheets_url", "Это адрес самой таблицы"),
  );
  const url = "https://script.google.com/macros/s/AKfycbx/exec";
  await text(browser.post(PATH, { ...fields, google_sheets_url: url }), 303);
  const { agency } = await page.file();
  assert.deepEqual([agency.crm, agency.webhook_url], [{ kind: "google_sheets" }, url]);
});

Deno.test("a body with a fault is told by line and column, and a good one is previewed as it leaves", async () => {
  const { page, browser } = await open();
  await using _page = page;
  const fields = {
    ...fieldsWithCrm(page, "agency"),
    webhook_body: '{\n  "title": "{lead_name}"\n  "n": 1\n}',
    webhook_headers: "Authorization: Bearer {secret:crm_key}\nX-Key: 1",
  };
  const html = await text(browser.post(PATH, fields), 422);
  assert.match(html, faultAt("webhook_body", "Строка 3, столбец 3"));

  const good = { ...fields, webhook_body: '{"title": "{lead_name}", "from": "{source}", "n": 1}' };
  const preview = await text(browser.post(`${PATH}/preview`, good));
  const shown = preview.replaceAll("&quot;", '"');
  assert.ok(shown.includes(
    "POST crm.example.ru/…\nAuthorization: Bearer ••••\nX-Key: 1\n\n" +
      '{\n  "title": "Новый лид с Telegram: MONSTER AGENCY",\n  "n": 1\n}',
  ));
});

Deno.test("a key that was typed into the headers becomes a secret, and is not shown again", async () => {
  const { page, browser } = await open();
  await using _page = page;
  const fields = {
    ...fieldsWithCrm(page, "agency"),
    webhook_headers:
      "Authorization: Bearer key-of-the-crm-1\nX-Api-Key: key-of-the-crm-2\nX-From: bot",
  };
  const preview = await text(browser.post(`${PATH}/preview`, fields));
  assert.doesNotMatch(preview, /key-of-the-crm/);
  assert.match(preview, /Authorization: Bearer ••••\nX-Api-Key: ••••\nX-From: bot/);
  const shown = await text(browser.post(PATH, { ...fields, do: "show" }));
  assert.doesNotMatch(shown, /key-of-the-crm/);
  const [, headers = ""] = /name="webhook_headers"[^>]*>([^<]*)</.exec(shown) ?? [];
  await text(browser.post(PATH, { ...fields, webhook_headers: headers }), 303);
  assert.deepEqual((await page.file()).agency.crm.headers, {
    "Authorization": "Bearer {secret:crm_key}",
    "X-Api-Key": "{secret:crm_key_agency}",
    "X-From": "bot",
  });
  assert.equal(await page.journal.secret("crm_key"), "key-of-the-crm-1");
  assert.equal(await page.journal.secret("crm_key_agency"), "key-of-the-crm-2");
});

Deno.test("a key in the headers of the file is not shown, and saving moves it to a secret", async () => {
  const locales = someLocales(({ agency }) => {
    agency.crm = { kind: "webhook", headers: { Authorization: "Bearer key-of-the-file" } };
  });
  const { page, browser } = await open({ locales });
  await using _page = page;
  const html = await text(browser.get(PATH));
  assert.doesNotMatch(html, /key-of-the-file/);
  const [, headers = ""] = /name="webhook_headers"[^>]*>([^<]*)</.exec(html) ?? [];
  assert.equal(headers, "Authorization: Bearer {secret:crm_key}");
  const typed = { webhook_headers: headers, form_id: formId(html) };
  await text(browser.post(PATH, { ...fieldsWithCrm(page, "agency"), ...typed }), 303);
  assert.ok(!(await Deno.readTextFile(page.path)).includes("key-of-the-file"));
  assert.equal(await page.journal.secret("crm_key"), "key-of-the-file");
});

Deno.test("a deal is previewed by its names, with the note that follows", async () => {
  const { page, browser } = await open();
  await using _page = page;
  const fields = { ...fieldsWithCrm(page, "agency"), ...AMO, amo_fields: "UTM_MEDIUM = {choice}" };
  const preview = await text(browser.post(`${PATH}/preview`, fields));
  for (
    const part of [
      "Новый лид с Telegram: MONSTER AGENCY",
      "Galliard (@betterrman)",
      "Telegram Bot",
      "UTM_MEDIUM = Привлечь клиентов",
      "Запрос: Привлечь клиентов",
      "Лидов ещё нет, это пример",
    ]
  ) assert.ok(preview.includes(part), part);
});

Deno.test("only the chat: no address, no crm; n8n's test path is warned of", async () => {
  const { page, browser } = await open();
  await using _page = page;
  const fields = fieldsWithCrm(page, "agency");
  const oneTime = { ...fields, webhook_url: "https://n8n.example.ru/webhook-test/1", do: "show" };
  assert.match(await text(browser.post(PATH, oneTime)), /сработает один раз/);
  await text(browser.post(PATH, { ...fields, crm: "chat" }), 303);
  const { agency } = await page.file();
  assert.deepEqual([agency.webhook_url, agency.crm], ["", undefined]);
});

Deno.test("a kind that the bot does not know stays, and texts beside it can be saved", async () => {
  const crm = { kind: "hubspot", token: "{secret:hub}" };
  const locales = someLocales(({ agency }) => agency.crm = crm);
  const { page, browser } = await open({ locales });
  await using _page = page;
  assert.match(await text(browser.get(PATH)), /которого бот не знает/);
  await text(browser.post(PATH, { ...fieldsWithCrm(page, "agency"), caption: "Новое" }), 303);
  assert.deepEqual((await page.file()).agency.crm, crm);
  assert.match(await text(browser.get("/")), /Настройки CRM с ошибкой/);
});

Deno.test("an unchanged form with a crm changes no byte", async () => {
  const locales = someLocales(({ agency }) => {
    withAmoCrm(agency);
    agency.crm.later = [1];
  });
  const { page, browser } = await open({ locales });
  await using _page = page;
  await page.keptSecrets.keep("amo", TOKEN, "@maria", NOON_MS);
  const before = await Deno.readTextFile(page.path);
  await text(browser.post(PATH, fieldsWithCrm(page, "agency")), 303);
  assert.equal(await Deno.readTextFile(page.path), before);
});

Deno.test("in English the section and its faults are English", async () => {
  const { page, browser } = await open();
  await using _page = page;
  const fields = { ...fieldsWithCrm(page, "agency"), ...AMO, amo_account: "x y", amo_fields: "a" };
  const english = { "accept-language": "en" };
  const answer = await browser.post(PATH, fields, english);
  const html = await answer.text();
  const faults = html.match(/<p class="fault"[^]*?<\/p>/g) ?? [];
  assert.equal(faults.length, 3);
  for (const fault of faults) assert.doesNotMatch(fault, /[а-яё]/i);
  const section = /<fieldset class="crm"[^]*?<div class="kind sends">/.exec(html)?.[0] ?? "";
  assert.doesNotMatch(section.replaceAll("ТЕСТ", ""), /[а-яё]/i);
});

function faultAt(id: string, words: string): RegExp {
  const escaped = words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`id="${id}-fault"[^>]*><span aria-hidden="true">⚠</span> ${escaped}`);
}
