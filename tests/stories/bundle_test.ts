// The bot as one script file, as operators carry it to a server.

import assert from "node:assert/strict";
import { startBotProcess } from "../helpers/bot_process.ts";
import { TOKEN, withWorld } from "../helpers/world.ts";
import { becomeLead, galliard } from "../helpers/visits.ts";
import { DENO, taskArguments } from "../helpers/deno.ts";

Deno.test("the bundle runs with Deno alone, .env and locales/ beside it", () =>
  withWorld(async (world) => {
    // One file from the stand-ins; several from the packages, which a bundle in one piece cannot hold.
    const args = (await taskArguments("bundle")).map((arg) => arg.replace(/^dist/, world.folder));
    const script = args.includes("--outdir") ? "main.js" : "triborg.js";
    const built = await new Deno.Command(DENO, { args }).output();
    assert.equal(built.code, 0, new TextDecoder().decode(built.stderr));

    await Deno.mkdir(`${world.folder}/locales`);
    await Deno.rename(world.localesPath, `${world.folder}/locales/locales.json`);
    await Deno.writeTextFile(
      `${world.folder}/.env`,
      `BOT_TOKEN=${TOKEN}\nADMIN_CHAT_ID=${world.admin.id}\nTELEGRAM_API_ROOT=${world.telegram.url}\nPORT=0\n`,
    );
    const permissions = (await taskArguments("start")).filter((arg) => arg.startsWith("--allow"));
    const bot = await startBotProcess({}, {
      args: ["run", "--no-config", "--no-npm", "--no-remote", ...permissions, script],
      cwd: world.folder,
    });
    await bot.line("на связи");
    await becomeLead(galliard(world));
    await world.crm.nextLead();
    assert.equal(await bot.stop(), 0);
    assert.ok((await Deno.stat(`${world.folder}/data/triborg.db`)).isFile);
  }, { asleep: true }));
