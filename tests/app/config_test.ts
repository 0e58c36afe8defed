// The configuration: read from a record, or every fault at once, by variable and without secrets.

import assert from "node:assert/strict";
import {
  type ConfigFault,
  readConfig,
  secretsOf,
  type Variable,
  VARIABLES,
} from "../../lib/app/config.ts";
import { unknownVariables } from "../../lib/app/unknown_variables.ts";

const TOKEN = "987654321:AAF0test-token-that-must-never-be-seen00";
const REQUIRED = { BOT_TOKEN: TOKEN, ADMIN_CHAT_ID: "-1001234567890" };

/** The configuration of the required variables and these. */
function configOf(env: Partial<Record<Variable, string>>) {
  const result = readConfig({ ...REQUIRED, ...env });
  assert.ok(result.ok, JSON.stringify(result));
  return result.config;
}

function faultsOf(env: Record<string, string | undefined>): readonly ConfigFault[] {
  const result = readConfig(env);
  assert.ok(!result.ok, "there is no fault");
  return result.faults;
}

/** One of the two needs the other. */
const WEBHOOK = {
  WEBHOOK_URL: "https://bot.example.ru/updates",
  WEBHOOK_SECRET: "a-secret_of_16-or-more",
};

function besidesOf(variable: Variable): Partial<typeof WEBHOOK> {
  return variable in WEBHOOK ? WEBHOOK : {};
}

function faultOf(variable: Variable, text: string): string {
  const faults = faultsOf({ ...REQUIRED, ...besidesOf(variable), [variable]: text });
  assert.deepEqual(faults.map((fault) => fault.variable), [variable]);
  return faults[0]?.message ?? "";
}

Deno.test("readConfig needs a token and a chat, and has a default for all else", () => {
  assert.deepEqual(configOf({}), {
    botToken: TOKEN,
    adminChatId: -1_001_234_567_890,
    telegramApiRoot: "https://api.telegram.org",
    webhook: null,
    amoCrmApiRoot: null,
    localesPath: "locales/locales.json",
    dataDir: "data",
    database: null,
    host: "127.0.0.1",
    port: 8000,
    crmTimeoutMs: 10_000,
    logFormat: "text",
    logLevel: "info",
    adminPassword: null,
    publicUrl: null,
    trustProxy: false,
    metricsToken: null,
    alertChatId: null,
    adminTopicId: null,
    retentionDays: 180,
    repeatWindowMs: 600_000,
    messagesPerSecond: 30,
    remindAfterMs: 1_800_000,
    workHours: [],
    telemetry: false,
    timeZone: "Europe/Moscow",
  });
});

Deno.test("readConfig reads every variable", () => {
  const env: Record<Variable, string> = {
    BOT_TOKEN: TOKEN,
    ADMIN_CHAT_ID: "310452007",
    TELEGRAM_API_ROOT: "http://127.0.0.1:8081/api",
    WEBHOOK_URL: "http://10.0.0.7:8000/telegram",
    WEBHOOK_SECRET: "a-secret_of_16-or-more",
    AMOCRM_API_ROOT: "http://127.0.0.1:8082/",
    LOCALES_PATH: "/etc/triborg/locales.json",
    DATA_DIR: "/var/lib/triborg",
    DATABASE_URL: "postgres://bot:sesame@db.example/leads",
    PG_SCHEMA: "bot_2",
    HOST: "0.0.0.0",
    PORT: "8443",
    CRM_TIMEOUT_SECONDS: "2.5",
    LOG_FORMAT: "json",
    LOG_LEVEL: "debug",
    ADMIN_PASSWORD: "correct horse",
    PUBLIC_URL: "https://bot.example.ru",
    TRUST_PROXY: "true",
    METRICS_TOKEN: "battery staple",
    ALERT_CHAT_ID: "-42",
    ADMIN_TOPIC_ID: "7",
    RETENTION_DAYS: "30",
    REPEAT_WINDOW_MINUTES: "5",
    TELEGRAM_MESSAGES_PER_SECOND: "20",
    REMIND_AFTER_MINUTES: "45",
    WORK_HOURS: "пн-пт 9-19, сб 10:30-16",
    TZ: "Asia/Yekaterinburg",
    OTEL_DENO: "true",
    OTEL_DENO_TRACING: "false",
  };
  assert.deepEqual(Object.keys(env), [...VARIABLES]);
  assert.deepEqual(configOf(env), {
    botToken: TOKEN,
    adminChatId: 310_452_007,
    telegramApiRoot: "http://127.0.0.1:8081/api",
    webhook: { url: "http://10.0.0.7:8000/telegram", secret: "a-secret_of_16-or-more" },
    amoCrmApiRoot: "http://127.0.0.1:8082",
    localesPath: "/etc/triborg/locales.json",
    dataDir: "/var/lib/triborg",
    database: { url: "postgres://bot:sesame@db.example/leads", schema: "bot_2" },
    host: "0.0.0.0",
    port: 8443,
    crmTimeoutMs: 2_500,
    logFormat: "json",
    logLevel: "debug",
    adminPassword: "correct horse",
    publicUrl: "https://bot.example.ru",
    trustProxy: true,
    metricsToken: "battery staple",
    alertChatId: -42,
    adminTopicId: 7,
    retentionDays: 30,
    repeatWindowMs: 300_000,
    messagesPerSecond: 20,
    remindAfterMs: 2_700_000,
    workHours: [
      { days: [1, 2, 3, 4, 5], fromMinute: 540, beforeMinute: 1140 },
      { days: [6], fromMinute: 630, beforeMinute: 960 },
    ],
    telemetry: true,
    timeZone: "Asia/Yekaterinburg",
  });
});

Deno.test("a configuration cannot be changed", () => {
  assert.ok(Object.isFrozen(configOf({})));
});

Deno.test("a variable that is empty or blank counts as not set", () => {
  assert.equal(configOf({ PORT: "", HOST: "   ", LOG_FORMAT: "\t" }).port, 8000);
  assert.deepEqual(
    faultsOf({ BOT_TOKEN: " ", ADMIN_CHAT_ID: "" }).map(({ variable }) => variable),
    ["BOT_TOKEN", "ADMIN_CHAT_ID"],
  );
});

Deno.test("space around a value does not count", () => {
  const config = configOf({ BOT_TOKEN: ` ${TOKEN}\r`, PORT: " 80 ", LOG_LEVEL: " WARN " });
  assert.deepEqual([config.botToken, config.port, config.logLevel], [TOKEN, 80, "warn"]);
});

Deno.test("TELEGRAM_API_ROOT and PUBLIC_URL lose the slash at their end", () => {
  const config = configOf({
    TELEGRAM_API_ROOT: "http://127.0.0.1:8081//",
    PUBLIC_URL: "https://bot.example.ru/",
  });
  assert.equal(config.telegramApiRoot, "http://127.0.0.1:8081");
  assert.equal(config.publicUrl, "https://bot.example.ru");
});

Deno.test("TRUST_PROXY knows yes and no in three spellings each", () => {
  for (const yes of ["1", "true", "YES"]) assert.ok(configOf({ TRUST_PROXY: yes }).trustProxy);
  for (const no of ["0", "False", "no"]) assert.ok(!configOf({ TRUST_PROXY: no }).trustProxy);
});

const CHAT_ID_WANTED = "нужен id чата менеджеров, целое число, например -1001234567890";
const TOKEN_WANTED = "нужен токен от @BotFather вида 123456789:AA…";
const ROOT_WANTED = "нужен адрес http:// или https:// без логина, параметров и токена";
const ORIGIN_WANTED = "нужен адрес вида https://bot.example.ru без пути";

const UPDATES_WANTED = "нужен адрес вида https://bot.example.ru/telegram-updates";

const SCHEMA_WANTED =
  'нужно имя из строчных латинских букв, цифр и "_", не с цифры и не с pg_, до 63 знаков';
const FAULTS: readonly [variable: Variable, text: string, message: string][] = [
  ["BOT_TOKEN", "secret", `найдено значение не того вида (символов: 6), ${TOKEN_WANTED}`],
  ["BOT_TOKEN", "12:a b", `найдено значение не того вида (символов: 6), ${TOKEN_WANTED}`],
  ["ADMIN_CHAT_ID", "@managers", `найдено «@managers», ${CHAT_ID_WANTED}`],
  ["ADMIN_CHAT_ID", "12.5", `найдено «12.5», ${CHAT_ID_WANTED}`],
  ["ADMIN_CHAT_ID", "0", `найдено «0», ${CHAT_ID_WANTED}`],
  ["TELEGRAM_API_ROOT", "telegram", `найдено не адрес, ${ROOT_WANTED}`],
  ["TELEGRAM_API_ROOT", "ftp://example.ru", `найдена схема «ftp:», ${ROOT_WANTED}`],
  ["TELEGRAM_API_ROOT", "https://me:pw@example.ru", `найден адрес с логином, ${ROOT_WANTED}`],
  ["TELEGRAM_API_ROOT", "https://example.ru/?a=b", `найден адрес с лишней частью, ${ROOT_WANTED}`],
  ["TELEGRAM_API_ROOT", "https://example.ru/#a", `найден адрес с лишней частью, ${ROOT_WANTED}`],
  [
    "WEBHOOK_URL",
    "https://me:pw@example.ru/updates",
    `найдено не адрес или адрес с логином, ${UPDATES_WANTED}`,
  ],
  ["WEBHOOK_URL", "http://example.ru/updates", `найдена схема «http:», ${UPDATES_WANTED}`],
  [
    "WEBHOOK_URL",
    "https://example.ru/updates?a=b",
    `найден адрес с лишней частью после пути, ${UPDATES_WANTED}`,
  ],
  [
    "WEBHOOK_URL",
    "https://example.ru:8000/updates",
    "найден порт 8000, а Telegram пишет только на 443, 80, 88 и 8443",
  ],
  [
    "WEBHOOK_URL",
    "https://example.ru/leads",
    `путь «/leads» занят страницей настроек, ${UPDATES_WANTED}`,
  ],
  [
    "WEBHOOK_URL",
    `https://example.ru/${TOKEN}`,
    `найден адрес с токеном бота, его увидят прокси, ${UPDATES_WANTED}`,
  ],
  ["WEBHOOK_URL", "updates", `найдено не адрес или адрес с логином, ${UPDATES_WANTED}`],
  [
    "WEBHOOK_SECRET",
    "a secret with blanks",
    "найдено символов: 20, нужно от 16 до 256 из A–Z, a–z, 0–9, _ и -",
  ],
  ["WEBHOOK_SECRET", "short", "найдено символов: 5, нужно от 16 до 256 из A–Z, a–z, 0–9, _ и -"],
  ["AMOCRM_API_ROOT", "telegram", `найдено не адрес, ${ROOT_WANTED}`],
  ["HOST", "a host", "найдено «a host», нужно имя или адрес, например 127.0.0.1"],
  [
    "DATABASE_URL",
    "mysql://bot:sesame@db/leads",
    "адрес начинается не с postgres:// и не с postgresql://",
  ],
  [
    "DATABASE_URL",
    "postgres://:sesame@db",
    "в адресе нет имени пользователя, нужно postgres://имя:пароль@хост/база",
  ],
  ["PG_SCHEMA", "My-Bot", `найдено «My-Bot», ${SCHEMA_WANTED}`],
  ["PG_SCHEMA", "pg_bot", `найдено «pg_bot», ${SCHEMA_WANTED}`],
  ["PORT", "http", "найдено «http», нужно целое число от 0 до 65535"],
  ["PORT", "80.5", "найдено «80.5», нужно целое число от 0 до 65535"],
  ["CRM_TIMEOUT_SECONDS", "soon", "найдено «soon», нужно число секунд от 1 до 120"],
  ["CRM_TIMEOUT_SECONDS", "1e1", "найдено «1e1», нужно число секунд от 1 до 120"],
  ["LOG_FORMAT", "xml", "найдено «xml», нужно одно из: text, json"],
  ["LOG_LEVEL", "loud", "найдено «loud», нужно одно из: debug, info, warn, error"],
  ["ADMIN_PASSWORD", "sesame", "найдено символов: 6, нужно не меньше 12"],
  ["PUBLIC_URL", "bot.example.ru", `найдено «bot.example.ru», ${ORIGIN_WANTED}`],
  ["PUBLIC_URL", "https://example.ru/a", `найдено «https://example.ru/a», ${ORIGIN_WANTED}`],
  ["PUBLIC_URL", "https://me:pw@example.ru", `найден адрес с логином, ${ORIGIN_WANTED}`],
  ["TRUST_PROXY", "maybe", "найдено «maybe», нужно true или false"],
  ["METRICS_TOKEN", "short", "найдено символов: 5, нужно не меньше 12"],
  ["ALERT_CHAT_ID", "-", `найдено «-», ${CHAT_ID_WANTED}`],
  ["ADMIN_TOPIC_ID", "general", "найдено «general», нужно целое число от 1 до 2147483647"],
  ["RETENTION_DAYS", "half", "найдено «half», нужно целое число от 1 до 36500"],
  ["REPEAT_WINDOW_MINUTES", "never", "найдено «never», нужно целое число от 0 до 1440"],
  ["TELEGRAM_MESSAGES_PER_SECOND", "-1", "найдено «-1», нужно целое число от 0 до 1000"],
  ["REMIND_AFTER_MINUTES", "soon", "найдено «soon», нужно целое число от 0 до 1440"],
  [
    "WORK_HOURS",
    "пн-пт 9-19, суббота",
    "найдено «суббота», нужны дни и часы, например пн-пт 9-19, сб 10:30-16",
  ],
  ["TZ", "Moscow", "найдено «Moscow», нужно имя зоны, например Europe/Moscow"],
  [
    "TZ",
    "2026-01-15T12:00Z",
    "найдено «2026-01-15T12:00Z», нужно имя зоны, например Europe/Moscow",
  ],
];

for (const [variable, text, message] of FAULTS) {
  Deno.test(`${variable}=${text} is a fault that says what was found and what is wanted`, () => {
    assert.equal(faultOf(variable, text), message);
  });
}

Deno.test("a required variable that is missing is a fault that says what is wanted", () => {
  assert.deepEqual(faultsOf({}), [
    { variable: "BOT_TOKEN", message: "не задана, нужен токен бота от @BotFather" },
    { variable: "ADMIN_CHAT_ID", message: `не задана, ${CHAT_ID_WANTED}` },
  ]);
});

Deno.test("every variable that can have a fault reports it, all of them at once", () => {
  const bad = Object.fromEntries(FAULTS.map(([variable, text]) => [variable, text]));
  const faults = faultsOf({ ...bad, OTEL_DENO: "true" }).map(({ variable }) => variable);
  const anyTextWillDo = new Set<Variable>(["LOCALES_PATH", "DATA_DIR", "OTEL_DENO"]);
  assert.deepEqual(faults, VARIABLES.filter((each) => !anyTextWillDo.has(each)));
});

Deno.test("a webhook needs its address and its secret, and without both updates are polled for", () => {
  const { WEBHOOK_URL: url, WEBHOOK_SECRET: secret } = WEBHOOK;
  assert.deepEqual(configOf(WEBHOOK).webhook, { url, secret });
  assert.equal(configOf({ WEBHOOK_URL: " ", WEBHOOK_SECRET: "" }).webhook, null);
  assert.deepEqual(faultsOf({ ...REQUIRED, WEBHOOK_URL: url }), [{
    variable: "WEBHOOK_SECRET",
    message: "не задана, а WEBHOOK_URL задана: нужны обе, или ни одной",
  }]);
  assert.deepEqual(faultsOf({ ...REQUIRED, WEBHOOK_SECRET: secret }), [{
    variable: "WEBHOOK_URL",
    message: "не задана, а WEBHOOK_SECRET задана: нужны обе, или ни одной",
  }]);
});

Deno.test("no path of the page can be the webhook's", async () => {
  const app = await Deno.readTextFile("lib/page/app.ts");
  const paths = [...app.matchAll(/\.(?:get|post)\("(\/[^/":]*)/g)].map(([, path = ""]) => path);
  assert.ok(paths.includes("/profiles"));
  for (const path of new Set(paths)) {
    const faults = faultsOf({ ...REQUIRED, ...WEBHOOK, WEBHOOK_URL: `https://example.ru${path}` });
    assert.match(faults[0]?.message ?? "", /занят страницей настроек/, path);
  }
});

Deno.test("Deno's own traces are a fault, because they would show the token", () => {
  const message =
    "при OTEL_DENO=true трассы Deno выдали бы токен и адреса вебхуков, нужно false; " +
    "трассы самого бота отправляются и так";
  for (const on of ["true", "1", " TRUE "]) {
    for (const tracing of [undefined, "", "true"]) {
      const faults = faultsOf({ ...REQUIRED, OTEL_DENO: on, OTEL_DENO_TRACING: tracing });
      assert.deepEqual(faults, [{ variable: "OTEL_DENO_TRACING", message }]);
    }
    configOf({ OTEL_DENO: on, OTEL_DENO_TRACING: "False" });
  }
  configOf({ OTEL_DENO: "false", OTEL_DENO_TRACING: "true" });
});

const LIMITS: readonly [variable: Variable, good: string[], bad: string[]][] = [
  ["ADMIN_CHAT_ID", ["9007199254740991", "-9007199254740991"], ["9007199254740992"]],
  ["ALERT_CHAT_ID", ["9007199254740991"], ["9007199254740992"]],
  ["PORT", ["0", "65535"], ["-1", "65536"]],
  ["CRM_TIMEOUT_SECONDS", ["1", "120", "120.0"], ["0.99", "120.01", "121", "0", "-1"]],
  ["PG_SCHEMA", ["a", "_", "a".repeat(63)], ["a".repeat(64), "1a", "a b"]],
  ["ADMIN_PASSWORD", ["123456789012"], ["12345678901"]],
  ["METRICS_TOKEN", ["123456789012"], ["12345678901"]],
  ["WEBHOOK_SECRET", ["a".repeat(16), "a".repeat(256)], ["a".repeat(15), "a".repeat(257)]],
  ["ADMIN_TOPIC_ID", ["1", "2147483647"], ["0", "2147483648"]],
  ["RETENTION_DAYS", ["1", "36500"], ["0", "36501"]],
  ["REPEAT_WINDOW_MINUTES", ["0", "1440"], ["1441", "1.5"]],
  ["TELEGRAM_MESSAGES_PER_SECOND", ["0", "1000"], ["1001", "0.5"]],
  ["REMIND_AFTER_MINUTES", ["0", "1440"], ["1441", "1.5", "-1"]],
  ["WORK_HOURS", ["вс 0-24", "сб-пн 9:00-9:01", "пн 19-9"], [
    "пн 9-25",
    "пн 9-9",
    "пн 9:60-10",
    "пн-пт",
    "mon 9-19",
    "пн 9-19,",
    "пн-вт-ср 9-19",
    "пн 9-1e1",
  ]],
];

for (const [variable, good, bad] of LIMITS) {
  Deno.test(`${variable} is taken at its limits and refused one past them`, () => {
    for (const text of good) configOf({ ...besidesOf(variable), [variable]: text });
    for (const text of bad) faultOf(variable, text);
  });
}

Deno.test("a token in the wrong variable is not printed", () => {
  for (const variable of VARIABLES) {
    const result = readConfig({ ...REQUIRED, [variable]: `${TOKEN} ` });
    if (result.ok) continue;
    assert.ok(!JSON.stringify(result.faults).includes("AAF0"), JSON.stringify(result.faults));
  }
});

Deno.test("a token pasted behind the API's address is a fault and not printed", () => {
  const message = faultOf("TELEGRAM_API_ROOT", `https://api.telegram.org/bot${TOKEN}`);
  assert.equal(message, `найден адрес с лишней частью, ${ROOT_WANTED}`);
});

Deno.test("a secret is not printed when it is too short, nor a token of the wrong kind", () => {
  assert.ok(!faultOf("ADMIN_PASSWORD", "hunter2").includes("hunter2"));
  assert.ok(!faultOf("METRICS_TOKEN", "hunter2").includes("hunter2"));
  assert.ok(!faultOf("BOT_TOKEN", "hunter2").includes("hunter2"));
});

const WITH_PASSWORD = "ftp://admin:hunter2@example.ru";

Deno.test("the password in TELEGRAM_API_ROOT is not printed, whatever the scheme", () => {
  assert.ok(!faultOf("TELEGRAM_API_ROOT", WITH_PASSWORD).includes("hunter2"));
});

Deno.test("the password in PUBLIC_URL is not printed, whatever the scheme", () => {
  assert.ok(!faultOf("PUBLIC_URL", WITH_PASSWORD).includes("hunter2"));
});

Deno.test("a long value is shown by its first 60 characters", () => {
  const message = faultOf("LOG_LEVEL", "x".repeat(61));
  assert.ok(message.startsWith(`найдено «${"x".repeat(60)}…», `), message);
  assert.ok(faultOf("LOG_LEVEL", "x".repeat(60)).startsWith(`найдено «${"x".repeat(60)}», `));
});

for (
  const [name, meant] of [
    ["BOT_TOKN", "BOT_TOKEN"],
    ["BOT_TOEKN", "BOT_TOKEN"],
    ["bot_token", "BOT_TOKEN"],
    ["ADMIN_CHATID", "ADMIN_CHAT_ID"],
    ["ADMIN_PASSWROD", "ADMIN_PASSWORD"],
    ["PROT", "PORT"],
    ["CRM_TIMEOUT_SECOND", "CRM_TIMEOUT_SECONDS"],
    ["CRM_TIMEOUT", undefined],
    ["COMPOSE_PROJECT_NAME", undefined],
    ["X", undefined],
  ] as const
) {
  Deno.test(`the variable ${name} is unknown, and ${meant ?? "none"} is near it`, () => {
    const asked = meant === undefined ? "" : `, может быть, ${meant}?`;
    assert.deepEqual(unknownVariables([name]), [`.env: неизвестная переменная ${name}${asked}`]);
  });
}

Deno.test("no variable that the bot reads is unknown", () => {
  assert.deepEqual(unknownVariables(VARIABLES), []);
  assert.deepEqual(unknownVariables(["SECRET_AMO", "SECRET_CRM_KEY_2"]), []);
});

Deno.test("a long unknown name is cut, and costs nothing", () => {
  const [line = ""] = unknownVariables(["BOT_TOKEN".repeat(100_000)]);
  assert.ok(line.length < 120, line);
});

Deno.test("readConfig reads DATABASE_URL with its schema, and secretsOf gives its password", () => {
  const DATABASE_URL = "postgres://bot:s%40same@db.example:5433/leads";
  const config = configOf({ DATABASE_URL });
  assert.deepEqual(config.database, { url: DATABASE_URL, schema: "triborg" });
  assert.ok(secretsOf(config).includes("s@same") && secretsOf(config).includes("s%40same"));
  assert.ok(secretsOf(config).includes(DATABASE_URL));
  assert.equal(configOf({ DATABASE_URL, PG_SCHEMA: "bot_2" }).database?.schema, "bot_2");
});

Deno.test("PG_SCHEMA without DATABASE_URL is a warning", () => {
  const result = readConfig({ ...REQUIRED, PG_SCHEMA: "bot_2" });
  assert.ok(result.ok && result.config.database === null);
  assert.deepEqual(result.warnings.length, 1);
  assert.match(result.warnings[0] ?? "", /PG_SCHEMA задана, а DATABASE_URL нет/);
});
