// The doctor's looks at the page's port and at PUBLIC_URL.

import assert from "node:assert/strict";
import { lockFolder } from "../../../lib/app/lock.ts";
import { VERSION } from "../../../lib/version.ts";
import { CERTIFICATE, PRIVATE_KEY } from "../../helpers/a_certificate.ts";
import { withPatient } from "../../helpers/a_diagnosis.ts";
import { freePort } from "../../helpers/free_port.ts";

const HEALTHY = { ok: true, version: VERSION, reasons: [] };

/** Answers every request; over https with a certificate for another name than 127.0.0.1. */
function serve(answer: () => Response, isHttps = false) {
  return Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    ...isHttps && { cert: CERTIFICATE, key: PRIVATE_KEY },
    onListen() {},
  }, answer);
}

Deno.test("a free port is told, and is free afterwards", () =>
  withPatient(async ({ look }) => {
    const port = freePort();
    const env = { PORT: String(port) };
    assert.deepEqual(await look("Страница", { env }), [`✓ Страница 127.0.0.1:${port} свободен`]);
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  }));

Deno.test("a running bot whose page is elsewhere is warned of", () =>
  withPatient(async ({ look, dataDir }) => {
    using _lock = { [Symbol.dispose]: lockFolder(dataDir)?.release ?? (() => {}) };
    const [line = ""] = await look("Страница", { env: { PORT: String(freePort()) } });
    assert.match(line, /^▲ Страница бот работает, а на .* страницы нет/);
    const webhook = {
      WEBHOOK_URL: "https://bot.example/telegram-updates",
      WEBHOOK_SECRET: "a-secret_of_16-or-more",
    };
    const env = { PORT: String(freePort()), ...webhook };
    const [deaf = ""] = await look("Страница", { env });
    assert.match(deaf, /^✗ Страница бот работает, .* обновления на WEBHOOK_URL не приходят/);
  }));

Deno.test("a port of another program is a fault, whether it answers or is silent", () =>
  withPatient(async ({ look }) => {
    await using server = serve(() => new Response("hello"));
    const env = { PORT: String(server.addr.port) };
    const [answers = ""] = await look("Страница", { env });
    assert.match(answers, /^✗ Страница .* занят другой программой: задайте другой PORT/);

    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const closed = silent.accept().then((connection) => connection.close());
    const [closes = ""] = await look("Страница", { env: { PORT: String(silent.addr.port) } });
    assert.match(closes, /^✗ Страница .* занят другой программой/);
    await closed;
  }));

Deno.test("our own bot on its port is good; another Triborg is a fault", () =>
  withPatient(async ({ look, dataDir }) => {
    await using server = serve(() => Response.json(HEALTHY));
    const env = { PORT: String(server.addr.port) };
    const [other = ""] = await look("Страница", { env });
    assert.match(other, /^✗ Страница .* занят другим ботом Triborg/);
    const lock = lockFolder(dataDir);
    assert.deepEqual(await look("Страница", { env }), [
      `✓ Страница 127.0.0.1:${server.addr.port}: отвечает работающий бот`,
    ]);
    lock?.release();
  }));

Deno.test("what the running bot suffers from is told in words, and another version too", () =>
  withPatient(async ({ look, dataDir }) => {
    const report = { ok: false, version: "0.9.0", reasons: ["database", "polling", "tides"] };
    await using server = serve(() => Response.json(report, { status: 503 }));
    const lock = lockFolder(dataDir);
    const lines = await look("Бот", { env: { PORT: String(server.addr.port) } });
    lock?.release();
    assert.equal(lines.length, 5);
    assert.match(lines[1] ?? "", /^✗ Бот журнал не записывается/);
    assert.match(lines[2] ?? "", /^✗ Бот Telegram давно не отвечает/);
    assert.equal(lines[3], "✗ Бот /health: tides");
    assert.equal(lines[4], `▲ Бот работает версия 0.9.0, а здесь ${VERSION}: перезапустите бота`);
  }));

Deno.test("an address that this machine does not have is told so", () =>
  withPatient(async ({ look }) => {
    const [line = ""] = await look("Страница", { env: { HOST: "127.0.0.1.invalid", PORT: "8" } });
    assert.match(line, /^✗ Страница .*: исправьте HOST$/);
  }));

Deno.test("PUBLIC_URL that leads to the bot is good over https and a warning without", () =>
  withPatient(async ({ look }) => {
    await using plain = serve(() => Response.json(HEALTHY));
    const [line = ""] = await look("PUBLIC_URL", {
      env: { PUBLIC_URL: `http://127.0.0.1:${plain.addr.port}` },
    });
    assert.match(line, /^▲ PUBLIC_URL .* ведёт к боту без https/);
    assert.deepEqual(await look("PUBLIC_URL"), [
      "✓ PUBLIC_URL не задан: ссылки для входа открываются на самом сервере",
    ]);
  }));

Deno.test("PUBLIC_URL with a certificate that is not good is a fault", () =>
  withPatient(async ({ look }) => {
    await using secure = serve(() => Response.json(HEALTHY), true);
    const env = { PUBLIC_URL: `https://localhost:${secure.addr.port}` };
    const [line = ""] = await look("PUBLIC_URL", { env });
    assert.match(line, /^✗ PUBLIC_URL .*: TLS не удался \(.*\): проверьте сертификат$/);
  }));

Deno.test("PUBLIC_URL that a proxy answers is a fault beside a running bot only", () =>
  withPatient(async ({ look, dataDir }) => {
    await using proxy = serve(() => new Response("Bad Gateway", { status: 502 }));
    const env = { PUBLIC_URL: `http://127.0.0.1:${proxy.addr.port}` };
    const [idle = ""] = await look("PUBLIC_URL", { env });
    assert.match(idle, /^– PUBLIC_URL .* отвечает 502: бот не запущен/);
    const lock = lockFolder(dataDir);
    const [running = ""] = await look("PUBLIC_URL", { env });
    lock?.release();
    assert.match(running, /^✗ PUBLIC_URL .*\/health отвечает 502, и это не бот/);
  }));

Deno.test("PUBLIC_URL that leads on to https is told with the address to write", () =>
  withPatient(async ({ look }) => {
    const headers = { location: "https://bot.example.ru/health" };
    await using proxy = serve(() => new Response(null, { status: 308, headers }));
    const env = { PUBLIC_URL: `http://127.0.0.1:${proxy.addr.port}` };
    const [line = ""] = await look("PUBLIC_URL", { env });
    assert.match(line, /^▲ PUBLIC_URL .* перенаправляет на https: впишите адрес с https/);
  }));

Deno.test("PUBLIC_URL that cannot be reached from here is a warning: from outside it may be", () =>
  withPatient(async ({ look }) => {
    const env = { PUBLIC_URL: `http://127.0.0.1:${freePort()}` };
    const [line = ""] = await look("PUBLIC_URL", { env });
    assert.match(line, /^▲ PUBLIC_URL .* отсюда не открыть \(.*refused.*\)/);
    const unknown = await look("PUBLIC_URL", { env: { PUBLIC_URL: "https://bot.invalid" } });
    assert.deepEqual(unknown, [
      "✗ PUBLIC_URL имени bot.invalid нет в DNS: добавьте запись или исправьте PUBLIC_URL",
    ]);
  }));
