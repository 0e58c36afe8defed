// The bot goes on while its log's reader stalls or goes away.

import assert from "node:assert/strict";
import type { BotProcess } from "../helpers/bot_process.ts";
import { startBotProcess } from "../helpers/bot_process.ts";
import { DENO, startScript, taskArguments } from "../helpers/deno.ts";
import { freePort } from "../helpers/free_port.ts";
import { textLines } from "../helpers/text_lines.ts";
import { TOKEN, withWorld } from "../helpers/world.ts";
import { aDefect } from "../helpers/defect.ts";
import { becomeLead, galliard } from "../helpers/visits.ts";

async function assertHealthy(port: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/health`);
  await response.body?.cancel();
  assert.equal(response.status, 200);
}

/** Fails when the process is not gone in time after SIGTERM. */
async function assertStops(bot: BotProcess, read: () => void): Promise<void> {
  const begunAtMs = performance.now();
  const stopped = bot.stop();
  await bot.gone; // Its lines are read only now.
  assert.ok(performance.now() - begunAtMs < 7_500);
  read();
  assert.equal(await stopped, 0);
}

Deno.test("while stdout is not read, leads go on, /health answers, and SIGTERM ends the process", async () => {
  const PORT = String(freePort());
  const reader = Promise.withResolvers<void>();
  await withWorld(async (world) => {
    for (let round = 0; round < 11; round += 1) {
      await Promise.all(Array.from({ length: 20 }, (_, nth) => {
        const id = `${round}_${nth}`;
        const visitor = world.telegram.user({ first_name: `Гость ${id}`, username: `guest_${id}` });
        return becomeLead(visitor);
      }));
    }
    await assertHealthy(PORT);
    world.crm.behave({ kind: "answer", status: 500, body: "я".repeat(500) });
    await becomeLead(galliard(world));
    await world.admin.chat.nextMessage();
    await assertHealthy(PORT);
    await assertStops(world.bot, reader.resolve);
  }, {
    env: { PORT, LOG_LEVEL: "debug", LOG_FORMAT: "json" },
    telegram: { limits: "off" },
    stalled: reader.promise,
  });
});

Deno.test("a reader of stdout that goes away does not end the bot, whose critical lines go to stderr", () =>
  withWorld(async (world) => {
    await world.bot.line("на связи");
    world.bot.closeStdout();
    for (let nth = 0; nth < 3; nth += 1) await becomeLead(galliard(world));
    world.admin.kickBot();
    world.crm.behave({ kind: "answer", status: 500 });
    await becomeLead(galliard(world));
    await world.bot.line("КРИТИЧЕСКАЯ ОШИБКА");
    assert.ok(!world.bot.lines.some((line) => line.includes("Лид успешно отправлен")));
    assert.equal(await world.bot.stop(), 0);
  }));

Deno.test("in JSON a lead's lines have its number, its chat, and one span for each update, attempt and send", () =>
  withWorld(async (world) => {
    world.crm.behave({ kind: "answer", status: 500 });
    const visitor = galliard(world);
    await becomeLead(visitor);
    await world.admin.chat.nextMessage();
    await world.bot.line("⚠️ Fallback");
    visitor.say("https://example.com");
    await world.bot.line("📎 Дополнение");
    await visitor.chat.nextMessage(); // The thanks.
    await becomeLead(visitor); // Again: a repeat.
    await world.bot.line("🔂");
    const told = world.bot.lines.map((line) => JSON.parse(line)).filter(({ span }) => span)
      .map(({ message, lead, chat, span }) => `${message.split(" ")[0]} ${lead} ${chat} ${span}`);
    const [visitors, managers] = [visitor.id, world.admin.id];
    assert.deepEqual(told.map((line) => line.replace(/(update|send)-\d+$/, "$1")), [
      `📤 1 ${visitors} attempt-1-1`,
      `❌ 1 ${visitors} attempt-1-1`,
      `⚠️ 1 ${managers} send`,
      `📎 1 ${managers} send`,
      `🔂 1 ${visitors} update`,
    ]);
  }, { env: { LOG_FORMAT: "json" } }));

Deno.test({
  name: "in a terminal each line begins with the time",
  ignore: Deno.build.os !== "linux", // Other systems' script(1) takes other arguments.
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "triborg-" });
    const command = [DENO, ...await taskArguments("start")].join(" ");
    const child = new Deno.Command("script", {
      args: ["--quiet", "--return", "--command", command, "/dev/null"],
      env: {
        NO_COLOR: "",
        BOT_TOKEN: TOKEN,
        ADMIN_CHAT_ID: "-1",
        TELEGRAM_API_ROOT: "http://127.0.0.1:9",
        DATA_DIR: folder,
        PORT: "0",
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const lines: string[] = [];
    for await (const line of child.stdout.pipeThrough(textLines())) {
      lines.push(line);
      if (line.includes("Страница настроек, вход")) child.kill("SIGTERM");
    }
    await child.stdin.close();
    await child.status;
    await Deno.remove(folder, { recursive: true });
    assert.ok(lines.length > 1);
    for (const line of lines) {
      // deno-lint-ignore no-control-regex
      assert.match(line, /^\x1b\[2m\d\d:\d\d:\d\d\x1b\[22m \p{Emoji}/u);
    }
  },
});

Deno.test("lines before an exit by itself are all written", async () => {
  const bot = await startBotProcess({ BOT_TOKEN: TOKEN, PORT: "x".repeat(100) });
  assert.equal(await bot.ended, 2);
  await bot.line("ADMIN_CHAT_ID");
  await bot.line("PORT");
});

for (
  const [what, code] of [
    ["an error", "throw new Error(`boom ${TOKEN}`)"],
    ["a rejection", "void Promise.reject(new Error(`boom ${TOKEN}`))"],
  ] as const
) {
  Deno.test(`${what} that no code catches ends the bot with 1, after every line and without a secret`, () =>
    withWorld(async (world) => {
      const defect = await aDefect(world.folder, `const TOKEN = "${TOKEN}"; ${code}`);
      const [run = "", ...rest] = await taskArguments("start");
      const bot = await startBotProcess({
        BOT_TOKEN: TOKEN,
        ADMIN_CHAT_ID: String(world.admin.id),
        TELEGRAM_API_ROOT: world.telegram.url,
        LOCALES_PATH: world.localesPath,
        DATA_DIR: `${world.folder}/data`,
        PORT: "0",
      }, { args: [run, "--preload", defect.path, ...rest] });
      await bot.line("на связи");
      await defect.happen();
      assert.equal(await bot.ended, 1);
      await bot.line(/^❌ Неожиданная ошибка, бот завершается: Error: boom \*\*\* at /);
      assert.doesNotMatch(bot.lines.join("\n"), /AAF0test/);
    }, { asleep: true }));
}

Deno.test("a reader that comes back gets what was kept in order, with one line that counts the rest", async () => {
  const output = new URL("../../lib/log/output.ts", import.meta.url).href;
  const script = `
    import { createOutput } from "${output}";
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const output = createOutput({ stdout: Deno.stdout, stderr: Deno.stderr, sleep });
    output.onRoom(({ lines }) => output.lines.write("dropped " + lines, "urgent"));
    for (let nth = 0; nth < 100_000; nth++) output.lines.write(nth + " " + "x".repeat(90), "plain");
    output.lines.write("lead", "lead");
    await sleep(100);
    output.faults.write("the event loop is free", "urgent");
    await output.flushed();
    output.lines.write("later", "plain");
    await output.flushed();
    Deno.exit(0);
  `;
  const child = await startScript(script, { flags: [] });
  const faults = child.stderr.getReader();
  assert.equal(new TextDecoder().decode((await faults.read()).value), "the event loop is free\n");
  const lines = (await new Response(child.stdout).text()).trimEnd().split("\n");
  await faults.cancel();
  assert.equal((await child.status).code, 0);
  const kept = lines.filter((line) => line.endsWith("x")).map((line) => Number.parseInt(line));
  assert.ok(kept.length > 10_000 && kept.length < 100_000);
  assert.deepEqual(kept, Array.from(kept, (_, nth) => nth));
  assert.deepEqual(lines.filter((line) => !line.endsWith("x")), [
    "lead",
    `dropped ${100_000 - kept.length}`,
    "later",
  ]);
});
