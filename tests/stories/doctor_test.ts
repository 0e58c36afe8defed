// `deno task doctor` as operators run it, beside the running bot.

import assert from "node:assert/strict";
import { DENO, taskArguments } from "../helpers/deno.ts";
import { becomeLead, galliard } from "../helpers/visits.ts";
import { TOKEN, withWorld, type World } from "../helpers/world.ts";

async function runDoctor(world: World, env: Readonly<Record<string, string>>) {
  const { code, stdout, stderr } = await new Deno.Command(DENO, {
    args: await taskArguments("doctor"),
    env: {
      NO_COLOR: "1",
      BOT_TOKEN: TOKEN,
      ADMIN_CHAT_ID: String(world.admin.id),
      TELEGRAM_API_ROOT: world.telegram.url,
      LOCALES_PATH: world.localesPath,
      DATA_DIR: `${world.folder}/data`,
      ...env,
    },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, said: text(stdout) + text(stderr) };
}

Deno.test("the doctor finds a running bot well, disturbs nothing, and exits with 1 once something is wrong", () =>
  withWorld(async (world) => {
    const banner = await world.bot.line("🌐 Страница настроек: http://127.0.0.1:");
    const PORT = new URL(banner.split(" ")[3] ?? "").port;
    await world.telegram.nextCall("setMyCommands");
    const before = world.telegram.calls.length;
    const well = await runDoctor(world, { PORT });
    assert.equal(well.code, 0, well.said);
    assert.match(well.said, /^✓ Бот +работает$/m);
    assert.match(well.said, new RegExp(`^✓ Страница +127\\.0\\.0\\.1:${PORT}: отвечает`, "m"));
    assert.match(well.said, /^✓ Журнал +цел/m);
    const since = new Set(world.telegram.calls.slice(before).map(({ method }) => method));
    since.delete("getUpdates"); // The bot's own.
    assert.deepEqual([...since].toSorted(), [
      "getChat",
      "getChatMember",
      "getMe",
      "getWebhookInfo",
    ]);
    assert.equal(world.crm.receivedCount, 0);

    await becomeLead(galliard(world)); // The bot goes on.
    await world.crm.nextLead();

    const ill = await runDoctor(world, { PORT, ADMIN_CHAT_ID: "-100999" });
    assert.equal(ill.code, 1);
    assert.match(ill.said, /^✗ Чат менеджеров +ADMIN_CHAT_ID=-100999: такого чата нет/m);
    assert.match(ill.said, /^Ошибок ✗: 1/m);
    assert.doesNotMatch(ill.said, /test-token/);
  }));
