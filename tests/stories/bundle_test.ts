// The bot as one script file, as operators carry it to a server.

import assert from "node:assert/strict";
import { startBotProcess } from "../helpers/bot_process.ts";
import { TOKEN, withWorld } from "../helpers/world.ts";
import { becomeLead, galliard } from "../helpers/visits.ts";
import { DENO, taskArguments } from "../helpers/deno.ts";
import { EXIT } from "../../lib/app/exit.ts";
import { VERSION } from "../../lib/version.ts";

Deno.test("the bundle runs with Deno alone, .env and locales/ beside it: bot, page, doctor, backup, restore", () =>
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

    const banner = await bot.line("🌐 Страница настроек: ");
    const origin = banner.split(" ")[3] ?? "";
    const page = await (await fetch(`${origin}/login`)).text();
    for (const [, path] of page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)) {
      const asset = await fetch(origin + path);
      assert.ok(asset.ok && (await asset.text()).length > 100, path);
    }
    const { version } = await (await fetch(`${origin}/health`)).json();
    assert.equal(version, VERSION);

    /** A word of the bundle's, in place of `deno task <word>`. */
    const run = async (...words: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(DENO, {
        args: ["run", "--no-config", "--no-npm", "--no-remote", ...permissions, script, ...words],
        cwd: world.folder,
        env: { NO_COLOR: "1" },
        stdin: "null",
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, said: text(stdout) + text(stderr) };
    };
    const doctor = await run("doctor");
    assert.match(doctor.said, new RegExp(`^Triborg ${VERSION}, Deno `));
    assert.match(doctor.said, /^✓ Бот +работает$/m);
    assert.equal(doctor.code, 0, doctor.said);
    const backup = await run("backup");
    assert.match(backup.said, /^✅ Копия журнала: .*, 1 лид, /);
    assert.equal((await run("restore")).code, EXIT.locked);
    const unknown = await run("docter");
    assert.match(
      unknown.said,
      /^❌ Нет команды «docter»: есть doctor, backup, restore, move и profiles/,
    );
    assert.equal(unknown.code, EXIT.faults);

    assert.equal(await bot.stop(), 0);
    const restore = await run("restore");
    assert.match(restore.said, /^✅ Журнал восстановлен из .*: 1 лид, /);
    assert.equal(restore.code, 0);
  }, { asleep: true }));
