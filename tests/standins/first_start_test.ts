// The first start on the packages, by its task: deno.jsr.json has no lock file yet. With deno.json there always is one.

import assert from "node:assert/strict";
import { startBotProcess } from "../helpers/bot_process.ts";
import { CONFIG_PATH } from "../helpers/deno.ts";
import { TOKEN, withWorld } from "../helpers/world.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test({
  name: "a bot that is started by its task in a new copy has its page",
  ignore: CONFIG_PATH.endsWith("/deno.json"),
  fn: () =>
    withWorld(async (world) => {
      await Deno.copyFile(CONFIG_PATH, `${world.folder}/deno.jsr.json`);
      for (const name of ["main.ts", "lib", "routes", "locales"]) {
        await Deno.symlink(ROOT + name, `${world.folder}/${name}`);
      }
      const bot = await startBotProcess({
        BOT_TOKEN: TOKEN,
        ADMIN_CHAT_ID: String(world.admin.id),
        TELEGRAM_API_ROOT: world.telegram.url,
        LOCALES_PATH: world.localesPath,
        PORT: "0",
      }, { args: ["task", "--config", "deno.jsr.json", "start"], cwd: world.folder });
      try {
        const banner = await bot.line("🌐 Страница настроек: ");
        const login = await fetch(`${banner.split(" ")[3]}/login`);
        assert.match(await login.text(), /^<!DOCTYPE html>/);
        assert.equal(login.status, 200);
      } finally {
        await bot.stop();
      }
    }, { asleep: true }),
});
