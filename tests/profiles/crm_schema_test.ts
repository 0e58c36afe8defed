// What parseProfiles makes of a profile's `crm`: settings, or warnings with exact places, in both languages.

import assert from "node:assert/strict";
import { parseProfiles } from "../../lib/profiles/parse.ts";
import type { CrmSettings } from "../../lib/profiles/crm.ts";
import { faultWords } from "../../routes/words/faults.ts";
import { type Locales, someLocales } from "../helpers/a_profile.ts";

/** The `crm` of a profile, and the warnings of its file. */
function read(crm: unknown, webhookUrl?: unknown): { crm: CrmSettings | null; warnings: string[] } {
  const result = parseProfiles(someLocales(({ agency }: Locales) => {
    agency.crm = crm;
    if (webhookUrl !== undefined) agency.webhook_url = webhookUrl;
  }));
  assert.ok(result.ok, JSON.stringify(result));
  return {
    crm: result.profiles.byKey.get("agency")?.crm ?? null,
    warnings: result.warnings.map(({ path, message }) => `${path}: ${message}`),
  };
}

const AMO = { kind: "amocrm", account: "monster.amocrm.ru", token: "{secret:amo}" };

Deno.test("a profile without crm is as before", () => {
  assert.deepEqual(read(undefined), { crm: null, warnings: [] });
  assert.deepEqual(read(null), { crm: null, warnings: [] });
});

Deno.test("a crm of kind amocrm needs an account and a token, the rest has defaults, and no webhook is missed", () => {
  const least = {
    kind: "amocrm",
    account: "monster.amocrm.ru",
    tokenSecret: "amo",
    entry: "unsorted",
    pipelineId: null,
    statusId: null,
    responsibleUserId: null,
    tags: ["Telegram Bot"],
    fields: new Map(),
  };
  assert.deepEqual(read(AMO, ""), { crm: least, warnings: [] });
  assert.deepEqual(read(AMO, "no address"), { crm: least, warnings: [] });
  const all = {
    ...AMO,
    account: "Monster-2.KOMMO.com",
    token: "{secret:amo_2}",
    entry: "lead",
    pipeline_id: 1,
    status_id: 2,
    responsible_user_id: 3,
    tags: [],
    fields: { UTM_SOURCE: "{source}", "123456": "{choice}", constructor: "x", "0": "x" },
    note: "not ours",
  };
  const { crm, warnings } = read({ ...all, fields: { ...all.fields, "0": undefined } });
  assert.equal(crm?.kind, "faulty");
  assert.deepEqual(warnings, [
    "agency.crm.fields.0: ключ поля не годится, нужен код из A–Z, 0–9 и _ или номер поля",
    "agency.crm.fields.0: нет, нужно значение",
  ]);
  const { "0": _, ...fields } = all.fields;
  assert.deepEqual(read({ ...all, fields }), {
    crm: {
      ...least,
      account: "monster-2.kommo.com",
      tokenSecret: "amo_2",
      entry: "lead",
      pipelineId: 1,
      statusId: 2,
      responsibleUserId: 3,
      tags: [],
      fields: new Map([["123456", "{choice}"], ["UTM_SOURCE", "{source}"], ["constructor", "x"]]),
    },
    warnings: [],
  });
});

Deno.test("a crm of kind webhook may have nothing else, or everything", () => {
  const least = {
    kind: "webhook",
    headers: new Map(),
    body: null,
    accepted: [200, 201, 202],
    redirectHosts: [],
    refusedBy: null,
    signingSecret: null,
  };
  assert.deepEqual(read({ kind: "webhook" }), { crm: least, warnings: [] });
  const body = { a: ["{name}", { b: "{} {a b} {{choice}}", c: 7, d: null }] };
  assert.deepEqual(
    read({
      kind: "webhook",
      headers: { Authorization: "Bearer {secret:crm_key}", "X-Version": "2" },
      body,
      accepted: [200, 204],
      redirect_hosts: ["Script.googleusercontent.com"],
      refused_by: "error",
      signing: "{secret:hook}",
    }),
    {
      crm: {
        kind: "webhook",
        headers: new Map([["Authorization", "Bearer {secret:crm_key}"], ["X-Version", "2"]]),
        body,
        accepted: [200, 204],
        redirectHosts: ["script.googleusercontent.com"],
        refusedBy: "error",
        signingSecret: "hook",
      },
      warnings: [],
    },
  );
  assert.deepEqual(read({ kind: "webhook" }, " "), {
    crm: least,
    warnings: ["agency.webhook_url: нет адреса вебхука"],
  });
});

Deno.test("a preset looks at the form of its webhook address, and says the right one", () => {
  const bitrix = "agency.webhook_url: не похоже на вебхук Битрикс24, " +
    "нужен адрес вида https://<портал>/rest/<номер>/<ключ>/";
  const google = "agency.webhook_url: не похоже на скрипт Google, " +
    "нужен адрес вида https://script.google.com/macros/s/<id>/exec";
  const missing = "agency.webhook_url: нет адреса вебхука";
  for (
    const [kind, address, warnings] of [
      ["bitrix24", "https://monster.bitrix24.ru/rest/1/abc123/", []],
      ["bitrix24", "https://monster.bitrix24.ru/rest/1/abc123", []],
      ["bitrix24", "https://crm.example.ru:8443/rest/17/abc123/crm.lead.add.json", []],
      ["bitrix24", "https://monster.bitrix24.ru/rest/abc123/", [bitrix]],
      ["bitrix24", "https://monster.bitrix24.ru/", [bitrix]],
      ["bitrix24", "https://monster.bitrix24.ru/rest/1/abc123/?x=1", [bitrix]],
      ["bitrix24", "https://monster.bitrix24.ru/rest/1/abc123/a/b", [bitrix]],
      ["bitrix24", "", [missing]],
      ["google_sheets", "https://script.google.com/macros/s/AKfy-c_b/exec", []],
      ["google_sheets", "https://script.google.com/a/macros/monster.ru/s/AKfy/exec", []],
      ["google_sheets", "https://script.google.com/macros/s/AKfy/dev", [google]],
      ["google_sheets", "https://script.google.com.evil.ru/macros/s/AKfy/exec", [google]],
      ["google_sheets", "http://script.google.com/macros/s/AKfy/exec", [google]],
      ["google_sheets", "https://docs.google.com/spreadsheets/d/1", [google]],
      ["google_sheets", "https://script.google.com/macros/s/AKfy/exec?key=1", []],
    ] as const
  ) {
    assert.deepEqual(read({ kind }, address), { crm: { kind }, warnings }, address);
  }
});

Deno.test("keys that nobody knows are no fault, only misspelled ones are", () => {
  assert.deepEqual(read({ ...AMO, comment: "x", body: 7 }).warnings, []);
  assert.deepEqual(read({ ...AMO, pipelineId: 5 }), {
    crm: { kind: "faulty", fault: "crm.pipelineId: такого ключа нет, нужен pipeline_id" },
    warnings: ["agency.crm.pipelineId: такого ключа нет, нужен pipeline_id"],
  });
});

const WANTS_ACCOUNT = "нужен адрес вида monster.amocrm.ru или monster.kommo.com";
const LITERAL = "ключ нельзя хранить в файле, нужна ссылка {secret:имя}";
const JWT = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3MzI2MDAwMDB9.c2lnbmF0dXJl";
const WEBHOOK = { kind: "webhook" };

const FAULTS: readonly [crm: unknown, path: string, message: string][] = [
  ["amocrm", "crm", "найден текст, нужен объект"],
  [[], "crm", "найден список, нужен объект"],
  [7, "crm", "найдено 7, нужен объект"],
  [{}, "crm.kind", "нет, нужно одно из: amocrm, bitrix24, google_sheets, webhook"],
  [
    { kind: "kommo" },
    "crm.kind",
    "найдено «kommo», нужно одно из: amocrm, bitrix24, google_sheets, webhook",
  ],
  [
    { kind: JWT },
    "crm.kind",
    "найден текст, нужно одно из: amocrm, bitrix24, google_sheets, webhook",
  ],
  [{ ...AMO, account: undefined }, "crm.account", "нет, нужно значение"],
  [{ ...AMO, account: 7 }, "crm.account", "найдено 7, нужен текст"],
  [{ ...AMO, account: " " }, "crm.account", `пусто, ${WANTS_ACCOUNT}`],
  ...[
    "https://monster.amocrm.ru/",
    "https://monster.amocrm.ru/leads/?a",
    "HTTP://MONSTER.amocrm.ru",
  ]
    .map((account): [unknown, string, string] => [
      { ...AMO, account },
      "crm.account",
      "найден адрес целиком, нужен monster.amocrm.ru, без https://",
    ]),
  ...[
    "monster.amocrm.ru:443",
    "monster.amocrm.ru/",
    "monster.amocrm.ru.",
    "monster.amocrm.ru\n",
    " monster.amocrm.ru",
    "me:pw@monster.amocrm.ru",
    "ｍonster.amocrm.ru",
    "monster。amocrm.ru",
  ].map((account): [unknown, string, string] => [
    { ...AMO, account },
    "crm.account",
    "найдены лишние знаки, нужно ровно monster.amocrm.ru",
  ]),
  ...["www.amocrm.ru", "amocrm.ru", "https://www.amocrm.ru/", "KOMMO.com", "api.kommo.com"]
    .map((account): [unknown, string, string] => [
      { ...AMO, account },
      "crm.account",
      `найден общий адрес, ${WANTS_ACCOUNT}`,
    ]),
  ...[
    "monster",
    "monster.amocrm.com",
    "amocrm.ru.evil.ru",
    "monster.amocrm.ru@evil.ru",
    "evilamocrm.ru",
    "a.b.amocrm.ru",
    ".amocrm.ru",
    "-a.amocrm.ru",
    "a_b.amocrm.ru",
    "мonster.amocrm.ru.evil.ru",
    `${"a".repeat(64)}.amocrm.ru`,
    JWT,
  ].map((account): [unknown, string, string] => [
    { ...AMO, account },
    "crm.account",
    `не похоже на аккаунт, ${WANTS_ACCOUNT}`,
  ]),
  [{ ...AMO, token: undefined }, "crm.token", "нет, нужно значение"],
  [{ ...AMO, token: null }, "crm.token", "найдено null, нужен текст"],
  [{ ...AMO, token: "" }, "crm.token", "пусто, нужна ссылка {secret:имя}"],
  ...[JWT, 123456789, "{secret:amo} ", "x{secret:amo}", "{secret:amo}{secret:b}", "{amo}"]
    .map((token): [unknown, string, string] => [{ ...AMO, token }, "crm.token", LITERAL]),
  ...["{secret:Amo}", "{secret:}", "{secret:1a}", `{secret:${"a".repeat(65)}}`, `{secret:${JWT}}`]
    .map((token): [unknown, string, string] => [
      { ...AMO, token },
      "crm.token",
      "имя секрета не годится, нужны a–z, 0–9 и _, первой буква",
    ]),
  [{ ...AMO, entry: "deal" }, "crm.entry", "найдено «deal», нужно одно из: unsorted, lead"],
  [
    { ...AMO, entry: "lead" },
    "crm.pipeline_id",
    "без воронки сделку не создать, нужно целое число от 1",
  ],
  [{ ...AMO, pipeline_id: "1" }, "crm.pipeline_id", "найден текст, нужно целое число от 1"],
  [{ ...AMO, status_id: 0 }, "crm.status_id", "найдено 0, нужно целое число от 1"],
  [{ ...AMO, status_id: 1.5 }, "crm.status_id", "найдено 1.5, нужно целое число от 1"],
  [{ ...AMO, status_id: 1e300 }, "crm.status_id", "найдено 1e+300, нужно целое число от 1"],
  [
    { ...AMO, responsible_user_id: true },
    "crm.responsible_user_id",
    "найдено true, нужно целое число от 1",
  ],
  [{ ...AMO, tags: "x" }, "crm.tags", "найден текст, нужен список"],
  [{ ...AMO, tags: ["x", " "] }, "crm.tags[1]", "пусто, нужен текст от 1 до 255 символов"],
  [{ ...AMO, tags: ["x".repeat(256)] }, "crm.tags[0]", "символов 256, нужно не больше 255"],
  [{ ...AMO, tags: Array(51).fill("x") }, "crm.tags", "меток 51, нужно не больше 50"],
  [{ ...AMO, fields: [] }, "crm.fields", "найден список, нужен объект"],
  [{ ...AMO, fields: { UTM: 7 } }, "crm.fields.UTM", "найдено 7, нужен текст"],
  [
    { ...AMO, fields: { "utm-source": "x" } },
    "crm.fields.utm-source",
    "ключ поля не годится, нужен код из A–Z, 0–9 и _ или номер поля",
  ],
  [
    { ...AMO, fields: { UTM_SOURCE: "{lead_nam}" } },
    "crm.fields.UTM_SOURCE",
    "неизвестно {lead_nam}, может быть, {lead_name}",
  ],
  [
    { ...AMO, fields: { UTM_SOURCE: "{secret:amo}" } },
    "crm.fields.UTM_SOURCE",
    "секреты бывают только в заголовках, нужен другой текст",
  ],
  [
    { ...AMO, fields: { A: "x".repeat(4097) } },
    "crm.fields.A",
    "символов 4097, нужно не больше 4096",
  ],
  [
    { ...AMO, fields: Object.fromEntries(Array(41).entries().map(([nth]) => [`F${nth}`, "x"])) },
    "crm.fields",
    "полей 41, нужно не больше 40",
  ],
  [{ ...WEBHOOK, headers: "x" }, "crm.headers", "найден текст, нужен объект"],
  [{ ...WEBHOOK, headers: { A: 1 } }, "crm.headers.A", "найдено 1, нужен текст"],
  [
    { ...WEBHOOK, headers: { A: "" } },
    "crm.headers.A",
    "пусто, нужен текст от 1 до 4096 символов",
  ],
  [
    { ...WEBHOOK, headers: { "Имя": "x" } },
    "crm.headers.Имя",
    "имя заголовка не годится, нужны латинские буквы, цифры и дефис",
  ],
  [
    { ...WEBHOOK, headers: { "A B": "x" } },
    "crm.headers.A B",
    "имя заголовка не годится, нужны латинские буквы, цифры и дефис",
  ],
  ...["Content-Length", "host", "CONNECTION", "Transfer-Encoding", "Idempotency-Key", "Webhook-Id"]
    .map((name): [unknown, string, string] => [
      { ...WEBHOOK, headers: { [name]: "x" } },
      `crm.headers.${name}`,
      "этот заголовок ставит сам бот, нужен другой",
    ]),
  [
    { ...WEBHOOK, headers: { "X-A": "1", "x-a": "2" } },
    "crm.headers.x-a",
    "такой заголовок уже есть, нужен другой",
  ],
  ...["a\r\nX: y", "a\nb", "a\0", "a\x7f"].map((value): [unknown, string, string] => [
    { ...WEBHOOK, headers: { A: value } },
    "crm.headers.A",
    "найден перенос строки или управляющий знак, нужна одна строка",
  ]),
  [
    { ...WEBHOOK, headers: { A: "ключ" } },
    "crm.headers.A",
    "найдены знаки не из Latin-1, нужна латиница",
  ],
  [
    { ...WEBHOOK, headers: { A: "{name}" } },
    "crm.headers.A",
    "в заголовках бывают только секреты, нужна ссылка {secret:имя}",
  ],
  [
    { ...WEBHOOK, headers: { A: "{secret:Key}" } },
    "crm.headers.A",
    "имя секрета не годится, нужны a–z, 0–9 и _, первой буква",
  ],
  [
    { ...WEBHOOK, headers: { authorization: `Bearer ${JWT}` } },
    "crm.headers.authorization",
    LITERAL,
  ],
  [
    {
      ...WEBHOOK,
      headers: Object.fromEntries(Array(33).entries().map(([nth]) => [`H${nth}`, "x"])),
    },
    "crm.headers",
    "заголовков 33, нужно не больше 32",
  ],
  [{ ...WEBHOOK, body: [] }, "crm.body", "найден список, нужен объект"],
  [{ ...WEBHOOK, body: "{}" }, "crm.body", "найден текст, нужен объект"],
  [
    { ...WEBHOOK, body: { fields: { TITLE: "{Lead-Name}!" } } },
    "crm.body.fields.TITLE",
    "неизвестно {Lead-Name}, может быть, {lead_name}",
  ],
  [
    { ...WEBHOOK, body: { list: ["{name}", { a: "{secret:x}" }] } },
    "crm.body.list[1].a",
    "секреты бывают только в заголовках, нужен другой текст",
  ],
  [
    { ...WEBHOOK, body: { a: "{имя}" } },
    "crm.body.a",
    "неизвестно {имя}, можно только {lead_id}, {lead_name}, {name}, {first_name}, {last_name}, " +
    "{username}, {user_id}, {telegram_link}, {choice}, {profile}, {profile_name}, {source}, " +
    "{phone}, {language}, {received_at}",
  ],
  [
    { ...WEBHOOK, body: { a: "x".repeat(65_529) } },
    "crm.body",
    "байт 65537, нужно не больше 65536",
  ],
  [{ ...WEBHOOK, accepted: 200 }, "crm.accepted", "найдено 200, нужен список"],
  [{ ...WEBHOOK, accepted: [] }, "crm.accepted", "список пуст, нужно целое число от 200 до 299"],
  [
    { ...WEBHOOK, accepted: [200, 302] },
    "crm.accepted[1]",
    "найдено 302, нужно целое число от 200 до 299",
  ],
  [
    { ...WEBHOOK, accepted: ["200"] },
    "crm.accepted[0]",
    "найден текст, нужно целое число от 200 до 299",
  ],
  [
    { ...WEBHOOK, accepted: Array(101).fill(200) },
    "crm.accepted",
    "статусов 101, нужно не больше 100",
  ],
  ...["https://example.ru", "example.ru:443", "10.0.0.1", "пример.рф", "a..b", "localhost", ""]
    .map((host): [unknown, string, string] => [
      { ...WEBHOOK, redirect_hosts: [host] },
      "crm.redirect_hosts[0]",
      "не похоже на хост, нужно имя вида script.googleusercontent.com",
    ]),
  [
    { ...WEBHOOK, redirect_hosts: Array(21).fill("example.ru") },
    "crm.redirect_hosts",
    "хостов 21, нужно не больше 20",
  ],
  [{ ...WEBHOOK, refused_by: "" }, "crm.refused_by", "пусто, нужен текст от 1 до 255 символов"],
  [{ ...WEBHOOK, signing: "whsec_c2VjcmV0" }, "crm.signing", LITERAL],
];

for (const [crm, path, message] of FAULTS) {
  Deno.test(`parseProfiles warns at ${path} of ${JSON.stringify(crm)?.slice(0, 100)}`, () => {
    assert.deepEqual(read(crm), {
      crm: { kind: "faulty", fault: `${path}: ${message}` },
      warnings: [`agency.${path}: ${message}`],
    });
  });
}

Deno.test("a crm with faults names the first in the profile and all in the file, and misses no webhook", () => {
  const faulty = { ...AMO, token: JWT, pipeline_id: "1", fields: { A: "{x}", B: "{secret:b}" } };
  const { crm, warnings } = read(faulty, "");
  assert.deepEqual(crm, { kind: "faulty", fault: `crm.token: ${LITERAL}` });
  assert.deepEqual(warnings.map((each) => each.split(":")[0]), [
    "agency.crm.token",
    "agency.crm.pipeline_id",
    "agency.crm.fields.A",
    "agency.crm.fields.B",
  ]);
  assert.equal(read(faulty, "ftp://example.ru").warnings.length, 5);
});

Deno.test("no fault of crm quotes a key, wherever it was typed", () => {
  const key = "f3b1c0defeedbeef0123456789abcdef";
  const places = [
    { kind: key },
    { ...AMO, account: key },
    { ...AMO, account: `https://${key}@monster.amocrm.ru/?k=${key}` },
    { ...AMO, token: key },
    { ...AMO, token: `{secret:${key}` },
    { ...AMO, token: `{secret:${key.toUpperCase()}}` },
    { ...AMO, entry: key },
    { ...WEBHOOK, headers: { Authorization: key } },
    { ...WEBHOOK, headers: { Authorization: `{secret:${key.toUpperCase()}}` } },
    { ...WEBHOOK, body: { a: `{secret:${key}}` } },
    { ...WEBHOOK, signing: key },
    { ...WEBHOOK, redirect_hosts: [`https://example.ru/${key}`] },
  ];
  for (const crm of places) {
    const said = JSON.stringify(read(crm));
    assert.ok(said.includes("faulty"), said);
    assert.ok(!said.toLowerCase().includes(key), said);
  }
});

Deno.test("every fault of crm and of a preset's address has its English", () => {
  const messages = [
    ...FAULTS.map(([, , message]) => message),
    ...read({ kind: "bitrix24" }, "https://example.ru").warnings.map((each) =>
      each.slice(each.indexOf(": ") + 2)
    ),
    ...read({ kind: "google_sheets" }, "https://example.ru").warnings.map((each) =>
      each.slice(each.indexOf(": ") + 2)
    ),
    "такого ключа нет, нужен pipeline_id",
    "нет адреса вебхука",
  ];
  const untranslated = messages.map((each) => faultWords(each, "en"))
    .filter((each) => /[а-яё]/i.test(each.replace("{имя}", "")));
  assert.deepEqual(untranslated, []);
});
