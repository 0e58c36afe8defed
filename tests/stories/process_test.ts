// The bot as a process: configuration, start, stop, kill, and a Telegram that comes and goes.

import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { startBotProcess } from "../helpers/bot_process.ts";
import { TOKEN, withWorld, type World } from "../helpers/world.ts";
import { CHOICE, CONFIRMATION, expectedCard } from "../helpers/shipped_texts.ts";
import { becomeLead, galliard, greet, wordsOf } from "../helpers/visits.ts";
import { CONFIG_PATH, DENO, taskArguments } from "../helpers/deno.ts";

Deno.test("every fault of the configuration is reported at once, without a secret, with exit code 2", async () => {
  const secret = "1234567890:AAsecret-secret-secret-secret-secret";
  const bot = await startBotProcess({
    BOT_TOKEN: `токен ${secret}`,
    ADMIN_CHAT_ID: "@managers",
    TELEGRAM_API_ROOT: `https://api.telegram.org/bot${secret}`,
    PORT: "65536",
    CRM_TIMEOUT_SECONDS: "121",
    LOG_FORMAT: "xml",
    LOG_LEVEL: "loud",
  });
  assert.equal(await bot.ended, 2);
  for (
    const [variable, found] of [
      ["BOT_TOKEN", ""],
      ["ADMIN_CHAT_ID", "@managers"],
      ["TELEGRAM_API_ROOT", ""],
      ["PORT", "65536"],
      ["CRM_TIMEOUT_SECONDS", "121"],
      ["LOG_FORMAT", "xml"],
      ["LOG_LEVEL", "loud"],
    ] as const
  ) {
    const line = await bot.line(variable);
    assert.ok(line.includes(found), line);
    assert.match(line, /нуж/);
  }
  assert.doesNotMatch(bot.lines.join("\n"), /secret/);
});

Deno.test("missing required variables are named, with exit code 2", async () => {
  const bot = await startBotProcess({});
  assert.equal(await bot.ended, 2);
  await bot.line("BOT_TOKEN");
  await bot.line("ADMIN_CHAT_ID");
});

Deno.test("the .env file is read, and the environment wins over it", () =>
  withWorld(async (world) => {
    const main = new URL("../../main.ts", import.meta.url).pathname;
    await Deno.writeTextFile(
      `${world.folder}/.env`,
      [
        `BOT_TOKEN=${TOKEN}`,
        `ADMIN_CHAT_ID=${world.admin.id}`,
        `TELEGRAM_API_ROOT='${world.telegram.url}'`,
        "PORT=0",
        "LOCALES_PATH=nowhere.json # the environment knows better",
        "ADMIN_PASWORD=correct-horse-battery",
      ].join("\n"),
    );
    const permissions = (await taskArguments("start")).filter((arg) => arg.startsWith("--allow"));
    const bot = await startBotProcess({ LOCALES_PATH: world.localesPath }, {
      args: ["run", "--config", CONFIG_PATH, ...permissions, main],
      cwd: world.folder,
    });
    await bot.line("на связи");
    await bot.line("⚠️ .env: неизвестная переменная ADMIN_PASWORD, может быть, ADMIN_PASSWORD?");
    assert.equal(await bot.stop(), 0);
    assert.doesNotMatch(bot.lines.join("\n"), /horse/);
  }, { asleep: true }));

Deno.test("a start without .env and variables says what to do", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  try {
    const args = (await taskArguments("start")).flatMap((arg) =>
      arg === "main.ts" ? ["--config", `${ROOT}deno.json`, `${ROOT}main.ts`] : [arg]
    );
    const bot = await startBotProcess({}, { args, cwd: folder });
    assert.equal(await bot.ended, 2);
    await bot.line(/^❌ \.env: файла нет в этой папке: cp \.env\.example \.env/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a variable that is missing because of a typo in .env is reported with the typo", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  try {
    await Deno.writeTextFile(`${folder}/.env`, `BOT_TOKN=${TOKEN}\nADMIN_CHAT_ID=-100\n`);
    const permissions = (await taskArguments("start")).filter((arg) => arg.startsWith("--allow"));
    const args = ["run", "--config", CONFIG_PATH, ...permissions, `${ROOT}main.ts`];
    const bot = await startBotProcess({}, { args, cwd: folder });
    assert.equal(await bot.ended, 2);
    await bot.line("⚠️ .env: неизвестная переменная BOT_TOKN, может быть, BOT_TOKEN?");
    await bot.line(/^❌ BOT_TOKEN: не задана/);
    assert.doesNotMatch(bot.lines.join("\n"), /AAF0test/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("a start that hangs on reading the profiles can be stopped", async () => {
  const folder = await Deno.makeTempDir({ prefix: "triborg-" });
  try {
    const path = `${folder}/locales.json`;
    const mkfifo = `await new Deno.Command("mkfifo", { args: [${JSON.stringify(path)}] }).output()`;
    await new Deno.Command(DENO, { args: ["eval", mkfifo] }).output();
    const bot = await startBotProcess({
      BOT_TOKEN: TOKEN,
      ADMIN_CHAT_ID: "-100",
      LOCALES_PATH: path,
      DATA_DIR: `${folder}/data`,
      PORT: "0",
    });
    using _held = await Deno.open(path, { write: true }); // Waits until the bot has opened it.
    const failsafe = setTimeout(bot.kill, 60_000);
    assert.equal(await bot.stop(), 0);
    clearTimeout(failsafe);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a press journalled before a kill is confirmed and delivered by the next process", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const menu = await greet(visitor);
    // Telegram swallows the confirmation and the CRM has not answered when the process is killed.
    world.crm.behave({ kind: "silent" });
    const mend = world.telegram.fault({ method: /^edit/, fault: { kind: "hang" } });
    visitor.press(menu, CHOICE);
    await world.crm.nextLead();
    await world.telegram.nextCall("editMessageText");
    await world.bot.kill();
    mend();

    await world.restart();
    await visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
    assert.equal(wordsOf(await world.admin.chat.nextMessage()), expectedCard());
    await world.bot.line("прервал перезапуск");
    assert.equal(world.crm.receivedCount, 1); // It may have arrived: no second POST without a person.
  }));

Deno.test("updates that were handed over and not handled are handled by the next process", () =>
  withWorld(async (world) => {
    const mend = world.telegram.fault({ method: "sendMessage", fault: { kind: "hang" } });
    const visitor = galliard(world);
    visitor.start("agency");
    await world.telegram.nextCall("sendMessage");
    await world.bot.kill();
    mend();
    await world.restart();
    assert.match(wordsOf(await visitor.chat.nextMessage()), /MONSTER AGENCY/);
  }));

Deno.test("SIGTERM lets an answering CRM finish, and leaves with 0", () =>
  withWorld(async (world) => {
    const answer = Promise.withResolvers<void>();
    world.crm.behave({ kind: "slow", until: answer.promise });
    await becomeLead(galliard(world));
    await world.crm.nextLead();
    const stopped = world.bot.stop();
    await world.bot.line("Останавливаемся");
    answer.resolve();
    assert.equal(await stopped, 0);
    await world.bot.line("✅ Лид успешно отправлен в AmoCRM. Статус: 200");
  }, { env: { CRM_TIMEOUT_SECONDS: "60" } }));

Deno.test("SIGTERM with a CRM that never answers leaves with 0 in time, and the next process shows the card", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "silent" });
    await becomeLead(galliard(world));
    await world.crm.nextLead();
    assert.equal(await world.bot.stop(), 0);
    await world.restart();
    assert.equal(wordsOf(await world.admin.chat.nextMessage()), expectedCard());
    assert.equal(world.crm.receivedCount, 1);
  }, { env: { CRM_TIMEOUT_SECONDS: "60" } }));

Deno.test("a webhook left by an earlier bot is removed, and what had piled up is kept", () =>
  withWorld(async (world) => {
    world.telegram.setWebhookUrl("https://example.com/old");
    const visitor = galliard(world);
    visitor.start("agency");
    await world.restart();
    assert.match(wordsOf(await visitor.chat.nextMessage()), /MONSTER AGENCY/);
    await world.bot.line("Вебхук");
  }, { asleep: true }));

Deno.test("while Telegram is unreachable the process goes on, logs it once, and recovers", () =>
  withWorld(async (world) => {
    await world.telegram.down();
    await world.restart();
    await world.bot.line("Telegram недоступен");
    await world.telegram.up();
    await world.bot.line("на связи");
    await becomeLead(galliard(world));
    await world.telegram.down();
    await world.bot.line(() => countLines(world, "Telegram недоступен") === 2);
    await world.telegram.up();
    await becomeLead(galliard(world));
    assert.equal(countLines(world, "Telegram недоступен"), 2);
  }, { asleep: true }));

Deno.test("a token that Telegram refuses ends the process with code 3 and a plain sentence", () =>
  withWorld(async (world) => {
    const bot = await world.restart({ BOT_TOKEN: "11111111:wrong" });
    assert.equal(await bot.ended, 3);
    await bot.line("BOT_TOKEN");
  }, { asleep: true }));

Deno.test("a second process on the same folder is refused with code 5 before it calls Telegram", () =>
  withWorld(async (world) => {
    await world.bot.line("на связи");
    const second = await startBotProcess({
      BOT_TOKEN: TOKEN,
      ADMIN_CHAT_ID: String(world.admin.id),
      TELEGRAM_API_ROOT: "http://127.0.0.1:9",
      LOCALES_PATH: world.localesPath,
      DATA_DIR: `${world.folder}/data`,
      PORT: "0",
    });
    assert.equal(await second.ended, 5);
    await second.line("другой процесс");
    await world.bot.kill();
    await world.restart();
    await becomeLead(galliard(world));
  }));

Deno.test("in JSON the log says the same as fields", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "answer", status: 500, body: "Internal Server Error" });
    await becomeLead(galliard(world));
    const line = await world.bot.line("Ошибка отправки");
    const entry = JSON.parse(line);
    assert.equal(
      entry.message,
      "❌ Ошибка отправки в AmoCRM. Статус: 500, Ответ: Internal Server Error",
    );
    assert.equal(entry.level, "error");
    assert.equal(entry.status, 500);
    assert.equal(entry.profile, "agency");
    assert.equal(entry.outcome, "answered");
    assert.ok(!Number.isNaN(Date.parse(entry.time)));
    for (const each of world.bot.lines) JSON.parse(each);
    const fallback = JSON.parse(await world.bot.line("Fallback"));
    assert.equal(fallback.username, "@betterrman");
  }, { env: { LOG_FORMAT: "json" } }));

Deno.test("a folder that cannot hold the journal refuses the start with a sentence", () =>
  withWorld(async (world) => {
    await Deno.writeTextFile(`${world.folder}/file`, "");
    const bot = await world.restart({ DATA_DIR: `${world.folder}/file` });
    assert.equal(await bot.ended, 1);
    await bot.line(/^❌ .*file/);
  }, { asleep: true }));

Deno.test("a start that is refused for its journal or its profiles asks Telegram nothing", () =>
  withWorld(async (world) => {
    const data = `${world.folder}/data`;
    await Deno.mkdir(data, { recursive: true });
    await Deno.writeTextFile(
      `${data}/triborg.db`,
      "no database, though as long as one has to be ".repeat(9),
    );
    const withoutJournal = await world.restart();
    assert.equal(await withoutJournal.ended, 1);
    await withoutJournal.line(/^❌ Журнал/);
    await Deno.remove(`${data}/triborg.db`);
    await Deno.writeTextFile(world.localesPath, "{");
    const withoutProfiles = await world.restart();
    assert.equal(await withoutProfiles.ended, 2);
    await withoutProfiles.line(/^❌ locales\.json: строка 1, столбец 2: файл обрывается/);
    assert.deepEqual(world.telegram.calls, []);
  }, { asleep: true }));

Deno.test("while the journal cannot be written, Telegram keeps the press, and it becomes a lead afterwards", () =>
  withWorld(async (world) => {
    const visitor = galliard(world);
    const menu = await greet(visitor);
    const other = new DatabaseSync(`${world.folder}/data/triborg.db`, { timeout: 5_000 });
    other.exec("BEGIN IMMEDIATE");
    visitor.press(menu, CHOICE);
    // SQLite waits 5 s for the lock each time.
    await world.bot.line("❌ Обновления не принять", 60_000);
    assert.equal(world.telegram.pendingUpdates, 1);
    assert.equal(world.crm.receivedCount, 0);
    other.exec("ROLLBACK");
    other.close();
    await visitor.chat.waitFor((each) => wordsOf(each) === CONFIRMATION);
    await world.crm.nextLead();
  }));

Deno.test("a damaged journal refuses the start, names the newest backup, and is restored from it", () =>
  withWorld(async (world) => {
    await world.crm.down();
    await becomeLead(galliard(world));
    await world.admin.chat.nextMessage();
    await world.bot.stop();
    const data = `${world.folder}/data`;
    await Deno.mkdir(`${data}/backups`);
    for (const day of ["2026-01-01", "2026-01-02"]) {
      await Deno.copyFile(`${data}/triborg.db`, `${data}/backups/triborg-${day}.db`);
    }
    const damaged = await Deno.readFile(`${data}/triborg.db`);
    damaged.fill(7, 4096, 60_000);
    await Deno.writeFile(`${data}/triborg.db`, damaged);

    const refused = await world.restart();
    assert.equal(await refused.ended, 1);
    await refused.line(/^❌ Журнал.*triborg-2026-01-02\.db/);
    const restored = await new Deno.Command(DENO, {
      args: await taskArguments("restore"),
      env: { DATA_DIR: data },
    }).output();
    assert.equal(restored.code, 0, new TextDecoder().decode(restored.stderr));
    await world.crm.up();
    await world.restart();
    await becomeLead(galliard(world));
    await world.crm.nextLead();
  }));

for (
  const [tracing, code] of [[undefined, 2], ["true", 2], ["false", 0]] as const
) {
  Deno.test(`OTEL_DENO with OTEL_DENO_TRACING ${tracing} ${code === 0 ? "starts" : "is refused"}`, () =>
    withWorld(async (world) => {
      const bot = await world.restart({
        OTEL_DENO: "true",
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
        ...(tracing === undefined ? {} : { OTEL_DENO_TRACING: tracing }),
      });
      if (code === 0) {
        await bot.line("на связи");
        await bot.stop();
      } else {
        await bot.line(/^❌ OTEL_DENO_TRACING: /);
        assert.equal(world.telegram.calls.length, 0);
      }
      assert.equal(await bot.ended, code);
    }, { asleep: true }));
}

Deno.test("neither the token nor a webhook's path is ever in the log", () =>
  withWorld(async (world) => {
    const path = new URL(world.crm.url).pathname;
    world.crm.behave({ kind: "answer", status: 500, body: `see ${world.crm.url} and ${TOKEN}` });
    await becomeLead(galliard(world));
    await world.admin.chat.nextMessage();
    await world.crm.down();
    await becomeLead(galliard(world));
    await world.admin.chat.nextMessage();
    await world.telegram.down();
    await world.bot.line("Telegram недоступен");
    const log = world.bot.lines.join("\n");
    assert.ok(!log.includes(TOKEN) && !log.includes(path) && !log.includes("AAF0test"), log);
  }, { env: { LOG_LEVEL: "debug" } }));

function countLines({ bot }: World, part: string): number {
  return bot.lines.filter((line) => line.includes(part)).length;
}
