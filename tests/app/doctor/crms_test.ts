// The doctor's looks at profiles, their secrets and their CRMs: nothing is sent to one.

import assert from "node:assert/strict";
import { startAmoCrm } from "../../../lib/simulator/crm/amocrm.ts";
import { startCrmServer } from "../../../lib/simulator/crm/server.ts";
import { openJournal } from "../../../lib/journal/sqlite/open.ts";
import { CERTIFICATE, CERTIFICATE_HOST, PRIVATE_KEY } from "../../helpers/a_certificate.ts";
import { withPatient } from "../../helpers/a_diagnosis.ts";
import { aToken } from "../../helpers/a_token.ts";

Deno.test("an uploaded photo that is gone from the data folder is a warning", () =>
  withPatient(async ({ look, locales, dataDir }) => {
    const name = `${"a".repeat(64)}.jpg`;
    await locales((all) => all.agency.step1.photo_file = name);
    const isGone = (line: string) => /^▲ .*agency\.step1\.photo_file: такого фото нет/.test(line);
    assert.ok((await look("Профили")).some(isGone));
    await Deno.mkdir(`${dataDir}/media`);
    await Deno.writeTextFile(`${dataDir}/media/${name}`, "jpeg");
    assert.equal((await look("Профили")).some(isGone), false);
  }));

Deno.test("profiles without a CRM are warned of, and counted", () =>
  withPatient(async ({ look }) => {
    const [first = "", ...warnings] = await look("Профили");
    assert.match(first, /^✓ .*locales\.json без ошибок: профилей 3, из них с CRM 0$/);
    assert.equal(warnings.length, 3);
    assert.match(warnings[0] ?? "", /^▲ .* agency\.webhook_url: нет адреса вебхука, лиды профиля/);
    assert.deepEqual(await look("CRM"), ["– CRM ни у одного профиля её нет, лиды идут в чат"]);
  }));

Deno.test("each fault of locales.json has a line, and of hundreds the first twenty", () =>
  withPatient(async ({ look, folder, locales }) => {
    await locales((all) => {
      for (let nth = 0; nth < 50; nth++) all[`p${nth}`] = { name: "" };
    });
    const lines = await look("Профили");
    assert.equal(lines.length, 21);
    assert.match(lines[20] ?? "", /^✗ Профили и ещё таких: \d+$/);
    assert.deepEqual(await look("CRM"), ["– CRM не проверить, пока locales.json с ошибкой"]);
    const missing = await look("Профили", { env: { LOCALES_PATH: `${folder}/none.json` } });
    assert.match(
      missing[0] ?? "",
      /^✗ .*none\.json: файла нет .*: проверьте LOCALES_PATH и права$/,
    );
  }));

Deno.test("a CRM's host is connected to once for all its profiles, and gets no request", () =>
  withPatient(async ({ look, locales }) => {
    await using crm = await startCrmServer();
    await locales((all) => {
      for (const key of ["agency", "cg", "express"]) all[key].webhook_url = crm.urlOf(key);
    });
    const { host } = new URL(crm.url);
    assert.deepEqual(await look("CRM"), [
      `✓ CRM ${host}: соединяется, запросов доктор не шлёт (agency, cg, express)`,
    ]);
    assert.equal(crm.receivedCount, 0);
    await crm.down();
    const [line = ""] = await look("CRM");
    assert.match(line, /^✗ CRM .*: не соединиться \(.*refused.*\): проверьте адрес, порт и сеть/);
  }));

Deno.test("a name that is not in DNS, or leads to the machine's own services, is told so", () =>
  withPatient(async ({ look, locales }) => {
    await locales((all) => all.agency.webhook_url = "https://crm.example.invalid/hook");
    const [unknown = ""] = await look("CRM");
    assert.match(unknown, /^✗ CRM crm\.example\.invalid: имени нет в DNS: .* \(agency\)$/);
    const resolveHost = () => Promise.resolve(["169.254.169.254"]);
    const [forbidden = ""] = await look("CRM", { resolveHost });
    assert.match(forbidden, /^✗ CRM crm\.example\.invalid: ведёт на служебный адрес машины/);
  }));

Deno.test("over https the certificate is checked as for a POST", () =>
  withPatient(async ({ look, locales }) => {
    const requests: string[] = [];
    await using server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      cert: CERTIFICATE,
      key: PRIVATE_KEY,
      onListen() {},
    }, ({ url }) => {
      requests.push(url);
      return new Response();
    });
    await locales((all) => {
      all.agency.webhook_url = `https://${CERTIFICATE_HOST}:${server.addr.port}/hook`;
    });
    const resolveHost = () => Promise.resolve(["127.0.0.1"]);
    const [untrusted = ""] = await look("CRM", { resolveHost });
    assert.match(untrusted, /^✗ CRM .*: соединение есть, а TLS не удался \(.*[Cc]ertificate.*\)/);
    const [trusted = ""] = await look("CRM", { resolveHost, caCerts: [CERTIFICATE] });
    assert.match(trusted, /^✓ CRM crm\.example\.invalid:\d+: соединяется/);
    assert.deepEqual(requests, []);
  }));

Deno.test("behind a proxy for https the CRM's host is not connected to from here", () =>
  withPatient(async ({ look, locales }) => {
    await locales((all) => all.agency.webhook_url = "https://crm.example.invalid/hook");
    const [line = ""] = await look("CRM", { isProxied: true });
    assert.match(line, /^– CRM crm\.example\.invalid: вызовы уходят через прокси/);
  }));

Deno.test("an amoCRM account is read with the token of its profile, wherever that is kept", () =>
  withPatient(async ({ look, locales, dataDir }) => {
    await using amo = await startAmoCrm();
    const env = { AMOCRM_API_ROOT: amo.root };
    await locales((all) => {
      all.agency.crm = { kind: "amocrm", account: amo.account, token: "{secret:amo}" };
    });
    const [missing = ""] = await look("Секреты", { env });
    assert.match(missing, /^✗ Секреты agency: секрет amo не задан: .* SECRET_AMO$/);
    assert.match((await look("CRM", { env }))[0] ?? "", /^– .* не проверить без секрета amo/);
    assert.equal(amo.requestCount, 0);

    const journal = await openJournal(`${dataDir}/triborg.db`);
    await journal.keepSecret("amo", amo.token, "admin", 0);
    await journal.close();
    assert.deepEqual(await look("Секреты", { env }), [
      "✓ Секреты все, что называют профили, заданы",
    ]);
    const [line = ""] = await look("CRM", { env });
    assert.match(
      line,
      /^✓ CRM monster\.amocrm\.ru: аккаунт «.+» прочитан, токен принят \(agency\)$/,
    );
    assert.ok(amo.requestCount > 0);
    assert.deepEqual(amo.requests.filter(({ method }) => method !== "GET"), []);

    const secrets = { amo: aToken({ exp: 1 }) }; // The environment wins.
    const [refused = ""] = await look("CRM", { env, secrets });
    assert.match(refused, /^✗ CRM monster\.amocrm\.ru: AmoCRM не принимает токен/);
  }));

Deno.test("a token that ends within a month is warned of", () =>
  withPatient(async ({ look, locales }) => {
    const nowMs = Date.now();
    const token = aToken({ exp: Math.floor(nowMs / 1000) + 10 * 24 * 60 * 60 });
    await using amo = await startAmoCrm({ token });
    await locales((all) => {
      all.agency.crm = { kind: "amocrm", account: amo.account, token: "{secret:amo}" };
    });
    const lines = await look("CRM", {
      env: { AMOCRM_API_ROOT: amo.root },
      secrets: { amo: token },
    });
    assert.equal(lines.length, 2);
    assert.match(lines[1] ?? "", /^▲ CRM monster\.amocrm\.ru: токен закончится .+ заранее/);
  }));
