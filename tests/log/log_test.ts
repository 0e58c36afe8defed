// The log: single lines, as text or JSON, without secrets.

import assert from "node:assert/strict";
import { FakeTime } from "@std/testing/time";
import { LOG_LEVELS } from "../../lib/log/log.ts";

import type { Weight } from "../../lib/log/line_writer.ts";
import { createLog } from "../../lib/log/log.ts";
import { terminalTime } from "../../lib/log/terminal_time.ts";
import { createMask } from "../../lib/log/mask.ts";
import { NOON_MS } from "../helpers/a_lead.ts";
import { aLog } from "../helpers/a_log.ts";

const WEBHOOK = "https://crm.example.ru/webhook/f3b1c0de5ec7e7?key=k3y-0f-1t";
const TOKEN = "987654321:AAF0test-token-that-must-never-be-seen00";

Deno.test("a line in text format is its message with the facts filled in", () => {
  const { log, lines } = aLog();
  log.info("📤 Отправка лида в AmoCRM: {address}", {
    address: "https://crm.example.ru/…",
    lead: 7,
  });
  assert.deepEqual(lines, ["📤 Отправка лида в AmoCRM: https://crm.example.ru/…"]);
});

Deno.test("a line in JSON format has time, level, message and every fact as a field", () => {
  using _time = new FakeTime(NOON_MS);
  const { log, lines } = aLog({ format: "json" });
  log.error("❌ Ошибка отправки в AmoCRM. Статус: {status}", { status: 500, lead: 7, ok: false });
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [{
    time: "2026-01-15T12:00:00.000Z",
    level: "error",
    message: "❌ Ошибка отправки в AmoCRM. Статус: 500",
    status: 500,
    lead: 7,
    ok: false,
  }]);
});

Deno.test("a JSON line has its span, with the chat and the lead that the span learned", async () => {
  const { log, lines } = aLog({ format: "json" });
  await log.span({ kind: "update", id: "update-42", chat: 5 }, async () => {
    log.info("before");
    await Promise.resolve();
    log.learned({ lead: 7 });
    log.info("after");
    log.info("about another", { lead: 8, chat: 6 });
  });
  log.info("outside");
  const fields = lines.map((line) => JSON.parse(line)).map(({ message, lead, chat, span }) => ({
    message,
    lead,
    chat,
    span,
  }));
  assert.deepEqual(fields, [
    { message: "before", lead: undefined, chat: 5, span: "update-42" },
    { message: "after", lead: 7, chat: 5, span: "update-42" },
    { message: "about another", lead: 8, chat: 6, span: "update-42" },
    { message: "outside", lead: undefined, chat: undefined, span: undefined },
  ]);
});

Deno.test("a text line begins with what it is given, and nothing else of its time or span", async () => {
  using _time = new FakeTime(NOON_MS);
  const dim = terminalTime({ timeZone: "Europe/Moscow", isPlain: false });
  const plain = terminalTime({ timeZone: "Asia/Yekaterinburg", isPlain: true });
  for (
    const [beginning, line] of [
      [undefined, "ok"],
      [dim, "\x1b[2m15:00:00\x1b[22m ok"],
      [plain, "17:00:00 ok"],
    ] as const
  ) {
    const { log, lines } = aLog({ beginning });
    await log.span({ kind: "update", id: "update-42" }, () => Promise.resolve(log.info("ok")));
    assert.deepEqual(lines, [line]);
  }
});

for (const [at, level] of LOG_LEVELS.entries()) {
  Deno.test(`the log at level ${level} shows that level and more severe ones`, () => {
    const { log, lines } = aLog({ level });
    for (const each of LOG_LEVELS) log[each](each);
    assert.deepEqual(lines, LOG_LEVELS.slice(at));
  });
}

Deno.test("a visitor's name cannot forge a line of the log", () => {
  for (const lineBreak of ["\n", "\r\n", "\r", "\u2028", "\u2029"]) {
    const { log, lines } = aLog();
    log.info("Имя: {name}", { name: `Galliard${lineBreak}✅ Лид успешно отправлен` });
    assert.deepEqual(lines, ["Имя: Galliard ✅ Лид успешно отправлен"]);
  }
});

/** Characters that a terminal obeys or does not show, and how the log writes them. */
const UNSEEN: readonly (readonly [string, string])[] = [
  ["\u001b[31m", "\\u001b[31m"],
  ["\u0000", "\\u0000"],
  ["\t", "\\u0009"],
  ["\u007f", "\\u007f"],
  ["\u0085", "\\u0085"],
  ["\u009b2J", "\\u009b2J"],
  ["\u000b\u000c", "\\u000b\\u000c"],
  ["\u202e", "\\u202e"],
  ["\u2066\u2069", "\\u2066\\u2069"],
  ["\u200e\u200f\u061c", "\\u200e\\u200f\\u061c"],
  ["\ufeff\u200b\u00ad\u2060", "\\ufeff\\u200b\\u00ad\\u2060"],
  ["\u{e0041}\u{e007f}", "\\u{e0041}\\u{e007f}"],
  ["\ud83d", "\\ud83d"],
];

for (const [unseen, shown] of UNSEEN) {
  Deno.test(`${shown} in a name is written like this in both formats`, () => {
    const text = aLog();
    text.log.info("Имя: {name}", { name: `Gal${unseen}liard` });
    assert.deepEqual(text.lines, [`Имя: Gal${shown}liard`]);
    const json = aLog({ format: "json" });
    json.log.info(`Имя: {name}${unseen}`, { name: `Gal${unseen}liard`, [`a${unseen}`]: 1 });
    const { message, name } = JSON.parse(json.lines[0] ?? "");
    assert.equal(name, `Gal${shown}liard`);
    assert.equal(message, `Имя: Gal${shown}liard${shown}`);
    assert.doesNotMatch(json.lines.join(), /(?!\u200d)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
  });
}

Deno.test("ordinary names, composed emoji and flags stay as they are", () => {
  const names = [
    "Galliard",
    "Юлия Ё",
    "👩‍👩‍👧‍👦",
    "❤️‍🔥",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "🇷🇺",
    "علی‌رضا",
    "श्री",
    "O'Neil  \u00a0Jr.",
  ];
  for (const format of ["text", "json"] as const) {
    for (const name of names) {
      const { log, lines } = aLog({ format });
      log.info("{name}", { name });
      const shown = format === "text" ? lines[0] : JSON.parse(lines[0] ?? "").name;
      assert.equal(shown, name);
    }
  }
});

Deno.test("a line break in a fact becomes a space in JSON format too", () => {
  const { log, lines } = aLog({ format: "json" });
  log.info("{name}", { name: "Galliard \r\n ✅ Лид" });
  assert.equal(lines.length, 1);
  assert.equal(JSON.parse(lines[0] ?? "").name, "Galliard ✅ Лид");
});

Deno.test("no fact overwrites a line's own time, level or message", () => {
  using _time = new FakeTime(NOON_MS);
  const { log, lines } = aLog({ format: "json" });
  log.info("Сказано: {message}", { time: "now", level: "fatal", message: "не то", constructor: 1 });
  assert.deepEqual(JSON.parse(lines[0] ?? ""), {
    time: "2026-01-15T12:00:00.000Z",
    level: "info",
    message: "Сказано: не то",
    fact_time: "now",
    fact_level: "fatal",
    fact_message: "не то",
    constructor: 1,
  });
});

Deno.test("a long fact is cut first, and shows no part of a secret at the cut", () => {
  for (const format of ["text", "json"] as const) {
    const { log, mask, lines } = aLog({ format });
    mask.hide("correct horse");
    log.warn("{answer}", { answer: "x".repeat(4090) + "correct horse" + "y".repeat(1_000_000) });
    assert.ok((lines[0]?.length ?? 0) < 10_000);
    assert.doesNotMatch(lines[0] ?? "", /corr|horse|y/);
    assert.match(lines[0] ?? "", /x\*\*\*…/);
  }
});

Deno.test("a secret with a quote or a backslash is masked in JSON format too", () => {
  const { log, mask, lines } = aLog({ format: "json" });
  mask.hide('pass"word\\1');
  log.warn("Пароль {password}", { password: 'pass"word\\1' });
  assert.equal(JSON.parse(lines[0] ?? "").password, "***");
  assert.doesNotMatch(lines[0] ?? "", /pass"|pass\\|word\\/);
});

Deno.test("a fault about a lead, another fault and a plain line have different weights", () => {
  const weights: Weight[] = [];
  const log = createLog({
    format: "text",
    level: "debug",
    mask: createMask(),
    write: (_line, weight) => weights.push(weight),
  });
  log.info("a", { lead: 1 });
  log.debug("b");
  log.warn("c");
  log.error("d", { lead: 1 });
  log.warn("e", { lead: 1 });
  assert.deepEqual(weights, ["plain", "plain", "urgent", "lead", "lead"]);
});

Deno.test("a fact that looks like a placeholder stays as it is", () => {
  const { log, lines } = aLog();
  log.info("Имя: {name}", { name: "{lead} {{name}}", lead: 7 });
  assert.deepEqual(lines, ["Имя: {lead} {{name}}"]);
});

Deno.test("a hidden secret is masked in the message and in the facts, in both formats", () => {
  for (const format of ["text", "json"] as const) {
    const { log, mask, lines } = aLog({ format });
    mask.hide("correct horse");
    log.warn("Пароль {password} и correct horse", { password: "correct horse" });
    assert.equal(lines.length, 1);
    assert.ok(!lines[0]?.includes("horse"), lines[0]);
    assert.ok(lines[0]?.includes("Пароль *** и ***"), lines[0]);
  }
});

Deno.test("a secret of 4 or more characters is masked", () => {
  const mask = createMask();
  mask.hide("abcd");
  mask.hide("xyz");
  assert.equal(mask.apply("abcd xyz"), "*** xyz");
});

Deno.test("any bot token is masked, also an unknown one", () => {
  const mask = createMask();
  assert.equal(mask.apply(`GET /bot${TOKEN}/getMe`), "GET /bot***/getMe");
});

Deno.test("a webhook's path and query are masked, and its host stays", () => {
  const mask = createMask();
  mask.hideWebhook(WEBHOOK);
  assert.match(mask.apply(`POST ${WEBHOOK}`), /^POST https:\/\/crm\.example\.ru[*/?&=]+$/);
  assert.equal(mask.apply("Cannot POST /webhook/f3b1c0de5ec7e7"), "Cannot POST ***");
});

Deno.test("a webhook's path is also masked as spelled in JSON or in a URL", () => {
  const mask = createMask();
  mask.hideWebhook("https://crm.example.ru/вебхук/f3b1");
  assert.equal(mask.apply('{"path":"\\/вебхук\\/f3b1"}'), '{"path":"***"}');
  assert.equal(mask.apply(`/${encodeURIComponent("вебхук")}/f3b1`), "***");
});

Deno.test("a webhook's path is masked in decoded form too", () => {
  const mask = createMask();
  mask.hideWebhook("https://crm.example.ru/hook/f3b1%20c0de%2F5ec7");
  assert.equal(mask.apply("404: /hook/f3b1 c0de/5ec7"), "404: ***");
});

Deno.test("a webhook's path that cannot be decoded is masked as written", () => {
  const mask = createMask();
  mask.hideWebhook("https://crm.example.ru/hook/100%");
  assert.equal(mask.apply("404: /hook/100%"), "404: ***");
});

Deno.test("a webhook without a path does not mask slashes elsewhere", () => {
  const mask = createMask();
  mask.hideWebhook("https://crm.example.ru/");
  mask.hideWebhook("https://crm.example.ru");
  assert.equal(mask.apply("https://example.ru/a/b"), "https://example.ru/a/b");
});

Deno.test("a webhook's path is masked whole when another path is its prefix", () => {
  const mask = createMask();
  mask.hideWebhook("https://crm.example.ru/hook/a1");
  mask.hideWebhook("https://crm.example.ru/hook/a1f3b1c0de");
  assert.equal(mask.apply("404: /hook/a1f3b1c0de"), "404: ***");
});

// As in n8n's answer to an address that it does not know.
Deno.test("the token in a webhook's path or query is masked on its own too", () => {
  const mask = createMask();
  mask.hideWebhook(WEBHOOK);
  const answer = mask.apply('webhook "POST f3b1c0de5ec7e7" is not registered, key k3y-0f-1t');
  assert.ok(!answer.includes("f3b1c0de5ec7e7"), answer);
  assert.ok(!answer.includes("k3y-0f-1t"), answer);
});
