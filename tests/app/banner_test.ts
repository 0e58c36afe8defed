// What a start says first, for people and for collectors.

import assert from "node:assert/strict";
import { tellPage, tellVersion } from "../../lib/app/banner.ts";
import { VERSION } from "../../lib/version.ts";
import { aLog } from "../helpers/a_log.ts";

Deno.test("a start says the version, also as a field", () => {
  const text = aLog();
  tellVersion(text.log);
  assert.deepEqual(text.lines, [`🚀 Triborg ${VERSION} запускается`]);
  const json = aLog({ format: "json" });
  tellVersion(json.log);
  assert.equal(JSON.parse(json.lines[0] ?? "").version, VERSION);
});

Deno.test("a start says where the page is and each way in, and nothing where there is no page", () => {
  const { log, lines } = aLog();
  tellPage("http://127.0.0.1:8000", false, log);
  tellPage("https://bot.example.ru", true, log);
  tellPage(null, true, log);
  assert.deepEqual(lines, [
    "🌐 Страница настроек: http://127.0.0.1:8000 — вход: /admin в чате менеджеров",
    "🌐 Страница настроек: https://bot.example.ru — вход: /admin в чате менеджеров или пароль ADMIN_PASSWORD",
  ]);
});
