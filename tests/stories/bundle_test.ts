// The bot as one script file, as operators carry it to a server.

import assert from "node:assert/strict";
import { startBotProcess } from "../helpers/bot_process.ts";
import { TOKEN, withHouse } from "../helpers/house.ts";
import { becomeLead, galliard } from "../helpers/visits.ts";
import { DENO, taskArguments } from "../helpers/deno.ts";

Deno.test("the bundle runs with Deno alone, .env and locales/ beside it", () =>
  withHouse(async (house) => {
    // One file from the stand-ins; several from the packages, which a bundle in one piece cannot hold.
    const args = (await taskArguments("bundle")).map((arg) => arg.replace(/^dist/, house.folder));
    const script = args.includes("--outdir") ? "main.js" : "triborg.js";
    const built = await new Deno.Command(DENO, { args }).output();
    assert.equal(built.code, 0, new TextDecoder().decode(built.stderr));

    await Deno.mkdir(`${house.folder}/locales`);
    await Deno.rename(house.localesPath, `${house.folder}/locales/locales.json`);
    await Deno.writeTextFile(
      `${house.folder}/.env`,
      `BOT_TOKEN=${TOKEN}\nADMIN_CHAT_ID=${house.admin.id}\nTELEGRAM_API_ROOT=${house.telegram.url}\nPORT=0\n`,
    );
    const permissions = (await taskArguments("start")).filter((arg) => arg.startsWith("--allow"));
    const bot = await startBotProcess({}, {
      args: ["run", "--no-config", "--no-npm", "--no-remote", ...permissions, script],
      cwd: house.folder,
    });
    await bot.line("на связи");
    await becomeLead(galliard(house));
    await house.crm.nextLead();
    assert.equal(await bot.stop(), 0);
    assert.ok((await Deno.stat(`${house.folder}/data/triborg.db`)).isFile);
  }, { asleep: true }));
