// The bot as one script file, as operators carry it to a server.

import assert from "node:assert/strict";
import { startArguments, startBotProcess } from "./helpers/bot_process.ts";
import { TOKEN, withHouse } from "./helpers/house.ts";
import { becomeLead, galliard } from "./helpers/visits.ts";

Deno.test("the bundle runs with Deno alone, .env and locales/ beside it", () =>
  withHouse(async (house) => {
    const { tasks } = JSON.parse(await Deno.readTextFile("deno.json"));
    const args = String(tasks.bundle).split(" ").slice(1)
      .map((arg) => (arg.endsWith(".js") ? `${house.folder}/triborg.js` : arg));
    const built = await new Deno.Command("deno", { args }).output();
    assert.equal(built.code, 0, new TextDecoder().decode(built.stderr));

    await Deno.mkdir(`${house.folder}/locales`);
    await Deno.rename(house.localesPath, `${house.folder}/locales/locales.json`);
    await Deno.writeTextFile(
      `${house.folder}/.env`,
      `BOT_TOKEN=${TOKEN}\nADMIN_CHAT_ID=${house.admin.id}\nTELEGRAM_API_ROOT=${house.telegram.url}\nPORT=0\n`,
    );
    const permissions = (await startArguments()).filter((arg) => arg.startsWith("--allow"));
    const bot = await startBotProcess({}, {
      args: ["run", "--no-config", "--no-npm", "--no-remote", ...permissions, "triborg.js"],
      cwd: house.folder,
    });
    await bot.line("на связи");
    await becomeLead(galliard(house));
    await house.crm.nextLead();
    assert.equal(await bot.stop(), 0);
    assert.ok((await Deno.stat(`${house.folder}/data/triborg.db`)).isFile);
  }, { asleep: true }));
