// The doctor's look at the variables, and that a fault in one leaves the other looks their turn.

import assert from "node:assert/strict";
import { withPatient } from "../../helpers/a_diagnosis.ts";

Deno.test("a healthy installation has no fault, and each look one line", () =>
  withPatient(async ({ look }) => {
    const lines = await look();
    assert.deepEqual(lines.filter((line) => line.startsWith("✗")), []);
    for (const what of ["Настройки", "Прокси", "Токен", "Часы", "Чат менеджеров", "Бот"]) {
      assert.equal(lines.filter((line) => line.startsWith(`✓ ${what} `)).length, 1, what);
    }
  }));

Deno.test("every fault of the settings is told at once, with a misspelled name, and the rest is looked at", () =>
  withPatient(async ({ look }) => {
    const lines = await look(undefined, {
      env: { BOT_TOKEN: "hello", ADMIN_CHAT_ID: "", PORT: "many", OTEL_DENO: "true" },
      warnings: [".env: неизвестная переменная BOT_TOKN, может быть, BOT_TOKEN?"],
    });
    const settings = lines.filter((line) => line.includes("Настройки"));
    assert.equal(settings.length, 5);
    assert.match(settings[0] ?? "", /^▲ .* BOT_TOKN, может быть, BOT_TOKEN\?$/);
    for (const name of ["BOT_TOKEN", "ADMIN_CHAT_ID", "PORT", "OTEL_DENO_TRACING"]) {
      assert.ok(settings.some((line) => line.startsWith(`✗ Настройки ${name}: `)), name);
    }
    assert.ok(lines.includes("– Токен не проверить, пока настройки с ошибкой"));
    assert.ok(lines.includes("– Чат менеджеров не проверить, пока настройки с ошибкой"));
    assert.ok(lines.includes("– Страница не проверить, пока настройки с ошибкой"));
    assert.ok(lines.some((line) => line.startsWith("✓ Профили ")));
    assert.ok(lines.some((line) => line.startsWith("✓ Папка данных ")));
  }));

Deno.test("without .env what is missing is told with how to make one", () =>
  withPatient(async ({ look }) => {
    const lines = await look("Настройки", { hasFile: false, env: { BOT_TOKEN: "" } });
    assert.deepEqual(lines, [
      "✗ Настройки BOT_TOKEN: не задана, нужен токен бота от @BotFather",
      "✗ Настройки .env: файла нет в этой папке: cp .env.example .env и заполните, " +
      "или задайте переменные окружением",
    ]);
    assert.deepEqual(await look("Настройки", { hasFile: false }), [
      "✓ Настройки заданы окружением, .env нет",
    ]);
  }));

Deno.test("of a .env that cannot be read only that is told, not what it may hold", () =>
  withPatient(async ({ look }) => {
    const lines = await look("Настройки", {
      fault: "не прочесть",
      env: { BOT_TOKEN: "", ADMIN_CHAT_ID: "" },
    });
    assert.deepEqual(lines, ["✗ Настройки .env: не прочесть"]);
  }));

Deno.test("a proxy that takes connections is named without its password, and one that does not is a fault", () =>
  withPatient(async ({ look }) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const proxy = `http://user:pass-of-proxy@127.0.0.1:${port}`;
    const lookup = (name: string) => name === "HTTPS_PROXY" ? proxy : undefined;
    assert.deepEqual(await look("Прокси", { lookup }), [
      `✓ Прокси HTTPS_PROXY: Telegram и CRM по https вызываются через 127.0.0.1:${port}`,
    ]);
    (await listener.accept()).close();
    listener.close();
    const [line = ""] = await look("Прокси", { lookup });
    assert.match(line, /^✗ Прокси HTTPS_PROXY: прокси 127\.0\.0\.1:\d+ не принимает соединений/);
    assert.doesNotMatch(line, /pass-of-proxy/);
    const odd = await look("Прокси", { lookup: () => "proxy without an address" });
    assert.match(odd[0] ?? "", /^✗ Прокси HTTPS_PROXY: не похоже на адрес прокси/);
  }));

Deno.test("no secret is printed, whatever is wrong", () =>
  withPatient(async ({ look, locales, telegram }) => {
    await locales((all) => {
      all.agency.webhook_url = "http://127.0.0.1:1/hooks/path-that-is-secret?key=query-secret";
      all.cg.crm = { kind: "webhook", headers: { "x-key": "{secret:shop}" } };
      all.cg.webhook_url = "http://crm.invalid/hooks/other-secret-path";
    });
    telegram.fault({ method: "getMe", fault: { kind: "reset_before" } });
    const lines = await look(undefined, {
      env: { ADMIN_PASSWORD: "short-pass", METRICS_TOKEN: "metrics-secret-1234" },
      secrets: { shop: "shop-secret-1234" },
    });
    const printed = lines.join("\n");
    assert.ok(printed.includes("✗ CRM"));
    for (
      const secret of [
        "test-token-that-must",
        "path-that-is-secret",
        "query-secret",
        "other-secret-path",
        "short-pass",
        "metrics-secret",
        "shop-secret",
      ]
    ) assert.ok(!printed.includes(secret), `${secret} in ${printed}`);
  }));

Deno.test("a .env that other users can read is warned of", () =>
  withPatient(async ({ look }) => {
    assert.deepEqual(await look("Настройки", { isOpenToOthers: true }), [
      "▲ Настройки .env с токеном могут читать другие пользователи сервера: chmod 600 .env",
    ]);
  }));

Deno.test("a defect in one look is told, and the others are still read", () =>
  withPatient(async ({ look }) => {
    const freeBytes = () => {
      throw new TypeError("statfs is not a function");
    };
    const lines = await look(undefined, { freeBytes });
    assert.ok(lines.includes("✗ Данные проверка не удалась: statfs is not a function"));
    assert.ok(lines.some((line) => line.startsWith("✓ Токен ")));
  }));
