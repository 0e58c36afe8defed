// Two processes of the bot on one PostgreSQL: one dies, the other goes on, and no lead is lost or doubled.

import assert from "node:assert/strict";
import { startBotProcess } from "../helpers/bot_process.ts";
import { eventually } from "../helpers/crew_side.ts";
import { schemaTest } from "../helpers/postgres.ts";
import { becomeLead, galliard } from "../helpers/visits.ts";
import { TOKEN, withWorld } from "../helpers/world.ts";

/** How soon the next process polls after the death of the one before, in ms (user requirement). */
const NEXT_POLLS_MS = 15_000;

schemaTest(
  "the process that polls is killed: the next lead is confirmed within 15 s, and its card comes once",
  (schema, server) => {
    const env = { DATABASE_URL: server.url, PG_SCHEMA: schema };
    return withWorld(async (world) => {
      const { telegram, crm, admin, folder, localesPath, bot: first } = world;
      const second = await startBotProcess({
        BOT_TOKEN: TOKEN,
        ADMIN_CHAT_ID: String(admin.id),
        TELEGRAM_API_ROOT: telegram.url,
        LOCALES_PATH: localesPath,
        DATA_DIR: `${folder}/second`,
        PORT: "0",
        CRM_TIMEOUT_SECONDS: "1",
        ...env,
      });
      try {
        await second.line("🗄️ Журнал в PostgreSQL");
        await eventually(
          async () => await server.sql(`SELECT count(*) FROM ${schema}.crew`) === "2",
          "two processes",
        );
        await becomeLead(galliard(world));
        await crm.nextLead();
        await first.kill();
        const killedAtMs = performance.now();
        await crm.down();
        await becomeLead(telegram.user({ first_name: "Anna", username: "anna" }));
        const tookMs = performance.now() - killedAtMs;
        assert.ok(tookMs < NEXT_POLLS_MS, `${tookMs} ms`);
        const card = await admin.chat.nextMessage();
        assert.match(card.text ?? "", /@anna/);
        const holder = await server.sql(
          `SELECT count(DISTINCT holder) FROM ${schema}.seats WHERE holder IS NOT NULL`,
        );
        assert.equal(holder, "1");
        assert.doesNotMatch(second.lines.join("\n"), /другой бот|не было на связи/);
        assert.equal(await second.stop(), 0);
        assert.equal(await server.sql(`SELECT count(*) FROM ${schema}.leads`), "2");
        assert.equal(admin.chat.messages.length, 1);
      } finally {
        await second.kill();
      }
    }, { env });
  },
);
